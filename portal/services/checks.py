"""The secure skill check: start, answer, flag, submit. The key never leaves this room."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from assessments.forms import FORMS, assemble, form_order
from assessments.scoring import check_response
from curriculum.model import Item, Skill
from db import Connection
from db.chain import attempt_stream
from db.commands.answers import SavedAnswer, save_answer
from db.commands.learning import NewAttempt, hold_learner, insert_attempt, save_flag
from db.commands.limits import Limit
from db.queries.learning import (
    AttemptItemRow,
    AttemptRow,
    find_open_attempt,
    find_own_attempt_item,
    select_attempt_items,
    select_checks,
    select_seen_items,
)
from db.queries.people import find_team_of
from db.queries.program_plans import find_standing_enrolment
from db.queries.programs import (
    WindowRow,
    select_cohort_members,
    select_windows,
)
from db.store import Store
from portal import access
from portal.access import Refused, Unrecorded, Viewer
from portal.clock import first_whole_day
from portal.services.catalogue import Catalogue, CheckEntry
from portal.services.check_time import (
    allowed_time,
    break_left,
    is_paused,
    setting_of,
)
from portal.services.evidence import record_deed
from portal.services.learning import SEED_RANGE, ReadItem
from portal.services.limits import ATTEMPTS, require_within
from portal.services.questions import Question, question
from portal.services.results import find_own_check, hand_in

# An item may come back once half a year has passed.
FORGET_AFTER = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question of an open check with the answer saved so far; without its key."""

    position: int
    question: Question
    response: Mapping[str, object] | None
    flagged: bool
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """A check as its learner sees it.

    During a break `paused_until` says when it ends by itself, and there are no questions.
    `break_left` is how long the clock may still stand still.
    """

    attempt_id: int
    skill: Skill
    questions: tuple[OpenQuestion, ...]
    started_at: datetime
    due_at: datetime | None
    submitted_at: datetime | None
    paused_until: datetime | None = None
    break_left: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a check: the time left (None without an end), and of the break that is on."""

    left: timedelta | None
    break_left: timedelta | None
    is_over: bool


def start_check(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read_item: ReadItem,
    skill: str,
    seed: int,
    now: datetime,
    limit: Limit = ATTEMPTS,
) -> int:
    """Start the check of a skill, or go on with the one that is open; return its attempt.

    The form is the next one in the order drawn for this person. The attempt belongs to the
    occasion of a program whose window is open today, if there is one.

    Raises
    ------
    Refused
        When there is no such check, when the last one is too recent, when no form is left that
        the learner has not met in the last 180 days, or when checks were started too often.
    """
    access.require(viewer, "learn")
    check = catalogue.check_of(skill)
    if check is None:
        raise Refused("There is no skill check for this skill yet. Choose another track.")
    items = [read_item(revision) for revision in check.item_revisions.values()]

    def start(connection: Connection) -> int:
        hold_learner(connection, learner_id=viewer.person_id)
        current = find_open_attempt(connection, learner_id=viewer.person_id, content_id=check.id)
        if current is not None:
            return current.id
        taken = [row for row in select_checks(connection, viewer.person_id) if row.skill == skill]
        window = _open_window(
            connection, viewer, catalogue, skill=skill, taken=taken, on=now.date()
        )
        if window is None:
            _require_rest(check, taken, now=now)
        require_within(connection, limit, viewer=viewer, now=now)
        attempt = _draw_attempt(
            connection,
            check,
            viewer=viewer,
            items=items,
            window=window,
            taken=taken,
            seed=seed % SEED_RANGE,
            now=now,
        )
        if window is None:
            enrolment_id = _standing(connection, viewer, catalogue, skill=skill)
            attempt = replace(attempt, enrolment_id=enrolment_id)
        return _begin(connection, attempt, viewer=viewer, now=now)

    return store.write(start)


def _draw_attempt(
    connection: Connection,
    check: CheckEntry,
    *,
    viewer: Viewer,
    items: Sequence[Item],
    window: WindowRow | None,
    taken: list[AttemptRow],
    seed: int,
    now: datetime,
) -> NewAttempt:
    """Choose the form that is next for this person, and the questions in it."""
    team_id = find_team_of(connection, viewer.person_id, on=now.date())
    order = _drawn_order(connection, viewer, team_id=team_id, window=window)
    form, chosen = _choose_form(
        check,
        items,
        forms=_forms_in_turn(order, taken, now=now),
        seen=select_seen_items(connection, learner_id=viewer.person_id, since=now - FORGET_AFTER),
        opens_on=_opens_on(taken, now=now),
        seed=seed,
    )
    return NewAttempt(
        learner_id=viewer.person_id,
        kind="check",
        content_id=check.id,
        revision_id=check.revision_id,
        skill=check.skill,
        form=form,
        seed=seed,
        language=viewer.language,
        item_revisions=[check.item_revisions[id_] for id_ in chosen],
        enrolment_id=window.enrolment_id if window else None,
        occasion_id=window.occasion_id if window else None,
        team_at_taking_id=team_id,
        due_at=_due(connection, check, viewer=viewer, now=now),
    )


def _begin(connection: Connection, attempt: NewAttempt, *, viewer: Viewer, now: datetime) -> int:
    """Insert the attempt and write the deed down; return its number."""
    attempt_id = insert_attempt(connection, attempt=attempt, now=now)
    _record(connection, viewer, "started a skill check", attempt_id, now=now)
    return attempt_id


def _record(
    connection: Connection, viewer: Viewer, deed: str, attempt_id: int, *, now: datetime
) -> None:
    """Write a deed down, in the stream of its attempt."""
    name = attempt_stream(attempt_id)
    record_deed(connection, viewer=viewer, deed=deed, object_=name, stream=name, now=now)


def read_check(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read_item: ReadItem,
    attempt_id: int,
    now: datetime,
) -> OpenCheck:
    """Return an own check with what was answered so far; during a break without its questions.

    Raises
    ------
    Refused
        When the attempt is another person's or no skill check.
    """
    access.require(viewer, "learn")

    def read(
        connection: Connection,
    ) -> tuple[AttemptRow, tuple[AttemptItemRow, ...], timedelta]:
        attempt = find_own_check(connection, viewer, attempt_id)
        return (
            attempt,
            () if is_paused(attempt, now=now) else select_attempt_items(connection, attempt_id),
            break_left(connection, attempt, on=now.date()),
        )

    attempt, rows, left = store.read(read)
    return OpenCheck(
        attempt_id=attempt_id,
        skill=catalogue.registers.skills[str(attempt.skill)],
        questions=tuple(
            OpenQuestion(
                position=row.position,
                question=question(read_item(row.revision_id), seed=attempt.seed),
                response=None if row.response is None else json.loads(row.response),
                flagged=row.flagged,
                answered_at=row.answered_at,
            )
            for row in rows
        ),
        started_at=attempt.started_at,
        due_at=attempt.due_at,
        submitted_at=attempt.submitted_at,
        paused_until=attempt.paused_until if is_paused(attempt, now=now) else None,
        break_left=left,
    )


def read_clock(store: Store, *, viewer: Viewer, attempt_id: int, now: datetime) -> Clock:
    """Return how long an own check lasts yet, and the break that is on.

    Raises
    ------
    Refused
        When the attempt is another person's or no skill check.
    """
    access.require(viewer, "learn")
    attempt = store.read(lambda connection: find_own_check(connection, viewer, attempt_id))
    paused = is_paused(attempt, now=now)
    running_from = attempt.paused_until if paused and attempt.paused_until else now
    due = attempt.due_at
    return Clock(
        left=None if due is None else max(timedelta(), due - running_from),
        break_left=running_from - now if paused else None,
        is_over=attempt.submitted_at is not None or (due is not None and now >= due),
    )


def answer_question(
    store: Store,
    *,
    viewer: Viewer,
    read_item: ReadItem,
    attempt_id: int,
    position: int,
    response: Mapping[str, object],
    operation_id: str,
    now: datetime,
    seconds: float | None = None,
) -> SavedAnswer:
    """Save one answer of an open check; it is on disk when this returns.

    `seconds` is how long the question was before the learner, by the server, where it is known.

    Raises
    ------
    Refused, db.errors.Refusal
        When the attempt is another person's, over or submitted, the question is not in it, or the
        answer is none that this question offers.
    """
    access.require(viewer, "learn")

    def save(connection: Connection) -> SavedAnswer:
        revision_id = find_own_attempt_item(
            connection, attempt_id=attempt_id, position=position, learner_id=viewer.person_id
        )
        if revision_id is not None:
            problem = check_response(read_item(revision_id), response)
            if problem is not None:
                raise Refused(problem)
        return save_answer(
            connection,
            attempt_id=attempt_id,
            learner_id=viewer.person_id,
            position=position,
            operation_id=operation_id,
            response=json.dumps(response, sort_keys=True),
            seconds=seconds,
            now=now,
        )

    return store.write(save)


def flag_question(
    store: Store, *, viewer: Viewer, attempt_id: int, position: int, flagged: bool, now: datetime
) -> None:
    """Mark a question of an own open check to look at again, or unmark it."""
    access.require(viewer, "learn")

    def flag(connection: Connection) -> None:
        attempt = find_own_check(connection, viewer, attempt_id)
        if attempt.submitted_at is not None:
            raise Refused("This check is handed in. Its result page says what to work on.")
        if is_paused(attempt, now=now):
            raise Unrecorded("You are on a break. End it first; then mark the question.")
        if not save_flag(connection, attempt_id=attempt_id, position=position, flagged=flagged):
            raise Refused("This question is not part of the check. Open it again from Home.")

    store.write(flag)


def submit_check(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read_item: ReadItem,
    attempt_id: int,
    now: datetime,
) -> bool:
    """Hand an own check in and score it; return False when it was handed in before.

    Attempt, result, team aggregates and audit row move in one transaction, once, however often
    this is called. What is not answered counts as not right.
    """
    access.require(viewer, "learn")

    def submit(connection: Connection) -> bool:
        hold_learner(connection, learner_id=viewer.person_id)
        attempt = find_own_check(connection, viewer, attempt_id)
        if not hand_in(connection, attempt, catalogue=catalogue, read_item=read_item, now=now):
            return False
        _record(connection, viewer, "handed a skill check in", attempt_id, now=now)
        return True

    return store.write(submit)


def submit_if_over(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read_item: ReadItem,
    check: OpenCheck,
    now: datetime,
) -> bool:
    """Hand a check in whose time is over, with what was saved until then."""
    if check.submitted_at is not None or check.due_at is None or now < check.due_at:
        return False
    return submit_check(
        store,
        viewer=viewer,
        catalogue=catalogue,
        read_item=read_item,
        attempt_id=check.attempt_id,
        now=now,
    )


# --- starting -------------------------------------------------------------------------------------


def _open_window(
    connection: Connection,
    viewer: Viewer,
    catalogue: Catalogue,
    *,
    skill: str,
    taken: list[AttemptRow],
    on: date,
) -> WindowRow | None:
    """Find the occasion this attempt belongs to: open today, for this skill, not used yet."""
    used = {row.occasion_id for row in taken}
    for window in select_windows(connection, viewer.person_id):
        track = catalogue.tracks.get(window.track_id)
        if (
            track is not None
            and track.skill == skill
            and window.opens_on <= on <= window.closes_on
            and window.occasion_id not in used
        ):
            return window
    return None


def _standing(
    connection: Connection, viewer: Viewer, catalogue: Catalogue, *, skill: str
) -> int | None:
    """Find the enrolment of who learns this skill on their own."""
    tracks = tuple(one.id for one in catalogue.tracks.values() if one.skill == skill)
    return find_standing_enrolment(connection, learner_id=viewer.person_id, track_ids=tracks)


def _require_rest(check: CheckEntry, taken: list[AttemptRow], *, now: datetime) -> None:
    """Hold the pause after so many checks that no program asked for, as the blueprint says."""
    if len(taken) < check.blueprint.attempts:
        return
    rest = timedelta(days=check.blueprint.cooldown_days)
    free_at = taken[-check.blueprint.attempts].started_at + rest
    if now < free_at:
        raise Refused(
            "Your last check of this skill is too recent. You can take it again from {day}; "
            "until then the lessons are open.",
            day=first_whole_day(free_at),
        )


def _drawn_order(
    connection: Connection, viewer: Viewer, *, team_id: int | None, window: WindowRow | None
) -> tuple[str, ...]:
    """Return the order of forms drawn for this person, balanced within team and cohort."""
    members: tuple[int, ...] = ()
    if window is not None and team_id is not None:
        members = select_cohort_members(
            connection, cohort_id=window.cohort_id, team_at_start_id=team_id
        )
    return form_order(
        str(viewer.person_id),
        team=str(team_id or ""),
        cohort=str(window.cohort_id if window else ""),
        seed=0,
        members=[str(member) for member in members],
    )


def _forms_in_turn(
    order: tuple[str, ...], taken: list[AttemptRow], *, now: datetime
) -> tuple[str, ...]:
    """Return the forms in the order to try them: never met, met long ago, met lately."""
    recent = {row.form for row in taken if row.started_at > now - FORGET_AFTER}
    once = {row.form for row in taken}
    return tuple(sorted(order, key=lambda form: (form in recent, form in once)))


def has_form_left(check: CheckEntry, items: Sequence[Item], *, seen: frozenset[str]) -> bool:
    """Say whether some form of a check can be had without a question met lately."""
    made = (assemble(check.blueprint, items, form=form, seed=0, seen=seen) for form in FORMS)
    return any(not isinstance(one, str) for one in made)


def _opens_on(taken: Sequence[AttemptRow], *, now: datetime) -> date:
    """Return the day on which the form met longest ago may come back at any hour."""
    lately = [row.started_at for row in taken if row.started_at > now - FORGET_AFTER]
    return first_whole_day(min(lately, default=now) + FORGET_AFTER)


def _choose_form(
    check: CheckEntry,
    items: Sequence[Item],
    *,
    forms: tuple[str, ...],
    seen: frozenset[str],
    opens_on: date,
    seed: int,
) -> tuple[str, tuple[str, ...]]:
    """Return the first form that can be had without a question met lately, and its questions."""
    for form in forms:
        made = assemble(check.blueprint, items, form=form, seed=seed, seen=seen)
        if not isinstance(made, str):
            return form, made
    if has_form_left(check, items, seen=frozenset()):
        raise Refused(
            "You have met every form of this check in the last 180 days. It opens again on {day}; "
            "the lessons stay open.",
            day=opens_on,
        )
    raise Refused(
        "This check cannot be put together from its questions at the moment. Tell whoever leads "
        "your program; the lessons stay open."
    )


def _due(
    connection: Connection, check: CheckEntry, *, viewer: Viewer, now: datetime
) -> datetime | None:
    """Return when a check is over: the blueprint's minutes by the learner's own time."""
    minutes = check.blueprint.minutes
    if minutes is None:
        return None
    setting = setting_of(connection, viewer.person_id, on=now.date())
    return now + allowed_time(minutes, percent=setting.time_percent if setting else 100)
