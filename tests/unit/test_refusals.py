"""Every service refuses who may not use it, before it touches anything.

The tables name every public function of the services; one that is missing here fails.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, get_args, get_type_hints

import pytest

import portal.services
from portal.access import MATRIX, Deed, Refused, Role, Viewer
from portal.services.checks import OpenCheck
from tests.factories import NOW

ROLES: tuple[Role, ...] = get_args(Role)
# What a viewer must be allowed, any one of it, for each function that takes a viewer.
GUARDED: dict[str, tuple[Deed, ...]] = {
    "auditing.ask_for_proof": ("read the audit trail",),
    "auditing.read_deeds": ("read the audit trail",),
    "auditing.read_proof": ("read the audit trail",),
    "auditing.take_deeds": ("read the audit trail",),
    "authoring.read_draft_lesson": ("read drafts",),
    "authoring.read_overview": ("read drafts",),
    "beginning.begin_text": ("publish lessons",),
    "checks.answer_question": ("learn",),
    "checks.flag_question": ("learn",),
    "checks.read_check": ("learn",),
    "checks.read_clock": ("learn",),
    "pausing.begin_break": ("learn",),
    "pausing.end_break": ("learn",),
    "accommodating.end_accommodation": ("set accommodations",),
    "accommodating.find_learners": ("set accommodations",),
    "accommodating.read_accommodations": ("set accommodations",),
    "accommodating.read_own_accommodation": ("see own record",),
    "accommodating.read_person_in_checks": ("set accommodations",),
    "accommodating.set_accommodation": ("set accommodations",),
    "results.read_result": ("see own record",),
    "checks.start_check": ("learn",),
    "checks.submit_check": ("learn",),
    "checks.submit_if_over": ("learn",),
    "handing_in.hand_in_file": ("learn",),
    "handing_in.hand_in_text": ("learn",),
    "handing_in.save_work_draft": ("learn",),
    "own_work.read_work": ("learn",),
    "own_work.read_works": ("learn",),
    "grading.give_back": ("grade work",),
    "grading.hand_in_grading": ("grade work",),
    "grading.save_marks": ("grade work",),
    "grading.take_to_grade": ("grade work",),
    "marker_agreement.read_agreement": ("read drafts",),
    "short_of_markers.read_short_of_markers": ("grade work", "manage people"),
    "to_grade.read_grading": ("grade work",),
    "to_grade.read_to_grade": ("grade work",),
    "to_grade.take_work_file": ("grade work", "see own record"),
    "comparing.compare_program": ("compare programs",),
    "comparing.read_programs": ("compare programs",),
    "comparing.read_programs_of_line": ("compare programs",),
    "comparing.read_promise": ("compare programs",),
    "comparing.read_report": ("compare programs",),
    "comparing.renew_comparison": ("compare programs",),
    "comparing.routes_were_drawn": ("compare programs",),
    "heatmap.read_heatmap": ("see team figures", "see organisation figures"),
    "jobs.read_jobs": ("see jobs",),
    "jobs.try_again": ("see jobs",),
    "learning.answer_check": ("learn",),
    "takeout.read_own_kinds": ("see own record",),
    "takeout.take_csv": ("see own record",),
    "takeout.take_json": ("see own record",),
    "tracks.choose_start": ("learn",),
    "learning.complete_lesson": ("learn",),
    "learning.explain_answer": ("learn",),
    "learning.open_lesson": ("learn",),
    "tracks.read_home": ("learn",),
    "tracks.read_tracks": ("learn",),
    "tracks.take_track": ("learn",),
    "consenting.find_shown_people": ("see team figures",),
    "consenting.give_consent": ("see own record",),
    "consenting.look_at_levels": ("see team figures",),
    "consenting.read_own_consent": ("see own record",),
    "consenting.take_consent_back": ("see own record",),
    "erasing.erase": ("manage people",),
    "erasing.foresee_erasure": ("manage people",),
    "drafting.drop_draft": ("publish lessons",),
    "drafting.open_text": ("publish lessons",),
    "drafting.read_own_drafts": ("publish lessons",),
    "drafting.save_draft": ("publish lessons",),
    "sending.send_for_review": ("publish lessons",),
    "sending.take_back": ("publish lessons",),
    "reviewing.read_reviews": ("read drafts", "waive approval"),
    "reviewing.read_review": ("read drafts",),
    "approving.approve": ("review texts",),
    "approving.return_to_author": ("review texts",),
    "approving.waive_second_reader": ("waive approval",),
    "versions.read_history": ("read drafts",),
    "versions.newest_version": ("read drafts",),
    "versions.roll_back": ("publish lessons",),
    "versions.set_status": ("publish lessons",),
    "versions.set_item_status": ("publish lessons",),
    "choosing.choose_place": ("learn",),
    "choosing.give_places": ("give places",),
    "choosing.read_line_programs": ("give places",),
    "choosing.read_offers": ("learn",),
    "lotteries.draw_program": ("run programs",),
    "lotteries.find_drawn": ("run programs",),
    "lotteries.read_invited": ("run programs",),
    "lotteries.run_draw_again": ("run programs",),
    "planning.change_plan": ("run programs",),
    "planning.freeze_plan": ("run programs",),
    "planning.plan_program": ("run programs",),
    "planning.read_planned": ("run programs",),
    "planning.read_unit_choices": ("run programs",),
    "detecting.read_outlook": ("run programs",),
    "choice_bench.run_choice_bench": ("compare programs",),
    "own_data.compare_file": ("compare programs",),
    "own_data.grow_file": ("compare programs",),
    "own_data.lose_file": ("compare programs",),
    "waves.read_wave_study": ("compare programs",),
    "importing.find_standing": ("publish lessons",),
    "importing.read_source": ("publish lessons",),
    "importing.take_over": ("publish lessons",),
    "practice.answer_action": ("learn",),
    "practice.due_actions": ("learn",),
    "practice.plan_action": ("learn",),
    "practice.read_actions": ("see own record",),
    "practice.read_work": ("learn",),
    "practice.save_work": ("learn",),
    "programs.create_program": ("run programs",),
    "programs.draw_places": ("run programs",),
    "programs.record_choices": ("run programs",),
    "publishing.publish": ("publish lessons",),
    "publishing_texts.publish_texts": ("review texts",),
    "receipts.read_own_receipt": ("see own record",),
    "measuring.ask_for_calibration": ("approve secure items",),
    "measuring.read_scales": ("read drafts",),
    "regrading.approve_regrade": ("approve secure items",),
    "regrading.propose_regrade": ("approve secure items",),
    "regrading.read_regrade": ("approve secure items",),
    "regrading.read_regrading": ("approve secure items",),
    "regrading.reject_regrade": ("approve secure items",),
    "notices.mark_notice_read": ("see own record",),
    "notices.read_notices": ("see own record",),
    "notices.read_work_notices": ("see own record",),
    "item_figures.read_lines": ("read drafts",),
    "item_figures.read_owners": ("read drafts",),
    "item_figures.read_questions": ("read drafts",),
    "reporting.read_units": ("see team figures", "see organisation figures"),
    "reporting.team_growth": ("see team figures", "see organisation figures"),
    "rights.end_sessions": ("manage people",),
    "rights.find_people": ("manage people",),
    "rights.give_lead": ("manage people",),
    "rights.give_role": ("manage people",),
    "rights.read_rights": ("manage people",),
    "rights.read_team_names": ("manage people",),
    "rights.take_lead": ("manage people",),
    "rights.take_role": ("manage people",),
    "roster.check_roster": ("manage people",),
    "roster.load_roster": ("manage people",),
    "skills.read_skills": ("see own record",),
    "confidence.rate_skill": ("learn",),
    "next_step.find_next_step": ("learn",),
    "skill_change.read_changes": ("see own record",),
    "skill_report.read_confidence": ("see own record",),
    "skill_report.read_skill_report": ("see own record",),
}
# Functions that read or write for anybody who calls them, and why that is right.
OPEN: dict[str, str] = {
    "short_of_markers.short_among": "a step of reading work, in a transaction of other services",
    "auditing.anchor_audit": "a command of whoever holds the server",
    "auditing.count_anchors": "a command of whoever holds the server",
    "auditing.find_faults": "a command of whoever holds the server",
    "auditing.write_whole_trail": "a command of whoever holds the server",
    "background.make_worker": "a worker of whoever holds the server",
    "cells.read_cells": "stays in the server; `reporting` decides what of it is shown",
    "cells.read_tree": "stays in the server; `reporting` authorises before it shows",
    "catalogue.content_version": "a number that says nothing",
    "catalogue.read_catalogue": "what is published is for everyone who signed in",
    "catalogue.read_item": "pages draw items through `question`; other services explain them",
    "catalogue.read_lesson": "what is published is for everyone who signed in",
    "consenting.note_look": "a step of showing levels that were consented to, in a transaction",
    "computing.ask_for_comparison": "part of other services; pages ask by `renew_comparison`",
    "computing.compare_now": "a step of the demonstration, of whoever holds the server",
    "computing.keep_comparisons": "a step of background work, with what it was given to write by",
    "computing.read_inputs": "stays in the server; `comparing` authorises before it shows",
    "demo_deeds.read_a_lesson": "a step of the demonstration, of whoever holds the server",
    "demo_deeds.study": "a step of the demonstration, of whoever holds the server",
    "demo_deeds.take_checks": "a step of the demonstration, of whoever holds the server",
    "demo_deeds.viewer_of": "a step of the demonstration, of whoever holds the server",
    "demo_works.fill_works": "a step of the demonstration, of whoever holds the server",
    "demo.fill_demo": "a command of whoever holds the server; an empty database only",
    "drafting.read_known_ids": "ids say nothing; new ones are checked against them",
    "downloads.record_export": "counts what was authorised when it was read, for anybody",
    "drafting.read_published_texts": "stays in the server; `open_text` authorises before it shows",
    "drafting.take_out_of_review": "a step of changing or taking back an own text",
    "evidence.actor": "names the viewer, reads nothing",
    "evidence.record_deed": "a step of a deed that was authorised, inside its transaction",
    "jobs.ask_for": "part of another service, inside its transaction",
    "jobs.find_work": "says whether work runs; services that ask authorise first",
    "erasing.erase_now": "a step of an erasure or of retention, inside its transaction",
    "erasing.find_erasable": "a command of whoever holds the server",
    "erasing.personal_texts": "a step of an erasure or of retention, inside its transaction",
    "retention.apply_retention": "a command of whoever holds the server",
    "retention.foresee_retention": "a command of whoever holds the server",
    "exporting.read_live_files": "a command of whoever holds the server",
    "limits.forget_old_limits": "work that comes round by itself; nobody asks for it",
    "limits.require_within": "part of another service, inside its transaction",
    "organisation.build_organisation": "part of the demonstration",
    "people.add_person": "a command of whoever holds the server",
    "people.is_empty": "a question at the start, before anybody is served",
    "people.require_whole": "a question at the start, before anybody is served",
    "people.is_persona": "the entry page, before anybody signed in; invented people only",
    "people.is_synthetic": "the banner that says so, also before signing in",
    "people.read_personas": "the entry page, before anybody signed in; invented people only",
    "people.require_real_people": "a question at the start, before anybody is served",
    "people.role_profile": "a register that is published, by the viewer's own profile",
    "enrolling.enrol": "a step of giving places, inside its transaction",
    "inviting.busy_elsewhere": "a step of giving places, inside its transaction",
    "inviting.invited_now": "a step of giving places, inside its transaction",
    "inviting.people_of": "a step of giving places, inside its transaction",
    "planning.find_planned": "a step of giving places, inside its transaction",
    "planning.require_planned": "a step of giving places, inside its transaction",
    "programs.insert_whole_program": "a step of setting a program up, after `run programs`",
    "standing.join_standing_cohort": "a step of taking a track, inside its transaction",
    "pictures.keep_pictures": "a step of publishing, inside its transaction",
    "pictures.read_picture": "found by the hash of its bytes only",
    "graded_levels.read_graded_work": "a step of reading levels, inside a transaction",
    "marker_seats.require_seat": "a step of grading, inside its transaction",
    "marker_seats.seat_for": "names the viewer, reads nothing",
    "own_work.task_of": "names the viewer, reads nothing",
    "inserting.audit_unit": "a step of publishing, inside its transaction",
    "inserting.insert_changed": "a step of publishing, inside its transaction",
    "inserting.note_reasons": "a step of publishing, inside its transaction",
    "inserting.retire_gone": "a step of publishing, inside its transaction",
    "reviewing.author_stands_alone": "a rule that others ask inside their transaction",
    "reviewing.require_may_approve": "the rule of approval itself",
    "reconciling.reconcile": "a step of publishing, inside its transaction",
    "results.find_own_check": "refuses another person's check itself, in a transaction",
    "results.score_attempt": "a step of handing in, inside its transaction",
    "results.hand_in": "a step of handing in, inside its transaction",
    "results.mark_rapid": "a step of handing in, inside its transaction",
    "check_time.break_left": "a step of a check, inside its transaction",
    "check_time.close_break": "a step of a check, inside its transaction",
    "check_time.setting_of": "a step of a check, inside its transaction",
    "overtime.hand_in_overdue": "work that comes round by itself; nobody asks for it",
    "testing_out.blueprint_of_revision": "what was published, for services that authorised",
    "testing_out.correct_pass": "a step of an approved correction, inside its transaction",
    "testing_out.note_pass": "a step of handing in, inside its transaction",
    "calibrating.calibrate_skill": "a command of whoever holds the server, and a job it runs",
    "receipts.full_receipt": "a command of whoever holds the server; no page calls it",
    "rescoring.rescore_skill": "a step of a calibration or of a correction that was approved",
    "rights.page_of_people": "a step of a search that was authorised",
    "roster.end_due_accounts": "work that comes round by itself; nobody asks for it",
    "scoring.read_scale": "a step of scoring, inside a transaction that was authorised",
    "measuring.item_reader": "what background work reads items with; no page calls it",
    "regrade_effects.apply_regrade": "a job that an approved correction asked for",
    "regrade_effects.foresee": "a step of proposing, which authorised",
    "rescoring.read_batch": "a step of scoring anew, which was authorised",
    "counting.count_answers": "background work; what it stores is read through `item_figures`",
    "skill_change.read_change": "a step of other services, inside their transaction",
    "sessions.find_viewer": "finds out who it is",
    "sessions.is_open": "the door, which tells only whether a session was ended",
    "sessions.take_id_token": "the door, for a session that ended, to whoever held it",
    "sessions.keep_session": "whoever holds the token",
    "sessions.sign_out": "whoever holds the token",
    "sessions.sign_out_everywhere": "everybody may end the own sessions",
    "sessions.start_session": "the door, after it made sure of the person",
    "provider_roles.renew_roles": "a step of a sign-in, inside its transaction",
    "limits.count_upload": "the door, which knows who it is; pages say what the file is for",
    "refusals.is_made_up": "the door itself: it lets nobody in",
    "refusals.note_forgery": "the door itself: it lets nobody in",
    "refusals.note_refusal": "writes down that the viewer was refused, whoever it is",
    "refusals.note_unknown_session": "the door itself: it lets nobody in",
    "signing_in.admit": "the door itself: it finds out who it is",
}
OVERDUE = OpenCheck(
    attempt_id=1,
    skill=None,  # type: ignore[arg-type]
    questions=(),
    started_at=NOW,
    due_at=NOW - timedelta(minutes=1),
    submitted_at=None,
)


class Untouchable:
    """Fails the test when anything is read from it."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was reached before the viewer was refused")


class BareStore:
    """A store that lets a service in, but has no rows to touch."""

    def read(self, fn: Callable[[Any], Any]) -> Any:
        """Run `fn` on a connection that must not be used."""
        return fn(Untouchable())

    write = read


def services() -> Iterator[tuple[str, Callable[..., Any]]]:
    for module in pkgutil.iter_modules(portal.services.__path__):
        found = importlib.import_module(f"portal.services.{module.name}")
        for name, function in inspect.getmembers(found, inspect.isfunction):
            if function.__module__ == found.__name__ and not name.startswith("_"):
                yield f"{module.name}.{name}", function


def touches_people(function: Callable[..., Any]) -> bool:
    """Say whether a parameter, whatever its name, is a viewer, a store or a way to one."""
    kinds = " ".join(str(one) for one in get_type_hints(function).values())
    return bool(re.search(r"\b(Viewer|Store|Connection)\b", kinds))


def call(function: Callable[..., Any], viewer: Viewer) -> Any:
    given = {"viewer": viewer, "store": BareStore(), "now": NOW, "check": OVERDUE}
    needed = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is inspect.Parameter.empty or name == "viewer"
    ]
    return function(**{name: given.get(name, Untouchable()) for name in needed})


def test_every_service_that_reaches_the_database_has_a_row_here() -> None:
    missing = [
        name
        for name, function in services()
        if touches_people(function) and name not in GUARDED and name not in OPEN
    ]

    assert missing == []


def test_no_row_here_outlives_its_service_and_every_deed_has_one() -> None:
    assert (set(GUARDED) | set(OPEN)) - {name for name, _function in services()} == set()
    assert {deed for deeds in GUARDED.values() for deed in deeds} == set(MATRIX)


def test_no_object_of_the_services_offers_a_deed_to_a_viewer() -> None:
    methods = [
        f"{kind.__name__}.{name}"
        for module in pkgutil.iter_modules(portal.services.__path__)
        for _name, kind in inspect.getmembers(
            importlib.import_module(f"portal.services.{module.name}"), inspect.isclass
        )
        if kind.__module__.startswith("portal.services.")
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if "viewer" in inspect.signature(method).parameters and name != "__init__"
    ]

    assert methods == []


def test_every_open_service_that_asks_for_a_viewer_says_why() -> None:
    assert not set(GUARDED) & set(OPEN)
    assert all(len(reason) > 10 for reason in OPEN.values())


@pytest.mark.parametrize("name", GUARDED)
def test_a_viewer_without_the_role_is_refused_before_anything_is_touched(name: str) -> None:
    function = dict(services())[name]
    allowed = frozenset().union(*(MATRIX[deed] for deed in GUARDED[name]))
    others = [frozenset[Role](), *(frozenset({role}) for role in ROLES if role not in allowed)]

    for roles in others:
        with pytest.raises(Refused, match=r"You need the role"):
            call(function, Viewer(1, "Ada Lind", roles, "builder"))


@pytest.mark.parametrize("name", GUARDED)
def test_a_viewer_with_the_role_gets_past_the_door(name: str) -> None:
    function = dict(services())[name]

    for deed in GUARDED[name]:
        for role in sorted(MATRIX[deed]):
            with pytest.raises(Exception) as reached:  # noqa: PT011 - whatever comes behind the door
                call(function, Viewer(1, "Ada Lind", frozenset({role}), "builder"))
            assert "You need the role" not in str(reached.value)
