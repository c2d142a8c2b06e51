"""What a correction does to results: foreseen before it is decided, done after it was approved."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from assessments.graded_levels import band_given
from assessments.irt import level_band
from curriculum.model import Skill
from db import Connection
from db.commands.notices import insert_notice
from db.commands.regrades import Change, keep_changes
from db.commands.results import NewResult
from db.queries.regrades import RegradeRow, find_regrade
from db.queries.scoring import GivenRow, RuleRow, StandingRow
from db.store import Store
from portal.access import Refused
from portal.services.catalogue import Catalogue
from portal.services.graded_levels import read_graded_work
from portal.services.learning import ReadItem
from portal.services.rescoring import Rescored, new_result, read_batch, rescore_skill
from portal.services.scoring import Scale, applies, cuts_of, read_scale, score_check
from portal.services.testing_out import correct_pass


@dataclass(frozen=True, slots=True)
class Effects:
    """What a correction would do: results that change, answers that no longer fit, empty checks."""

    changes: tuple[Change, ...]
    unfitting: int
    emptied: int


def foresee(
    store: Store, *, skill: str, rule: RuleRow, catalogue: Catalogue, read_item: ReadItem
) -> Effects:
    """Score every check that holds the item as if the correction were in force; keep nothing."""
    scale = store.read(lambda connection: read_scale(connection, skill=skill, read_item=read_item))
    rules = (*scale.rules.get(rule.item_id, ()), rule)
    corrected = replace(scale, rules={**scale.rules, rule.item_id: rules})
    changes: list[Change] = []
    unfitting = emptied = after = 0
    while True:
        standing, given, graded = store.read(
            partial(read_batch, skill=skill, after=after, item_id=rule.item_id)
        )
        if not standing:
            return Effects(tuple(changes), unfitting, emptied)
        after = standing[-1].attempt_id
        for old in standing:
            unfitting += _unfitting(given[old.attempt_id], rule=rule, scale=corrected)
            try:
                scored = score_check(given[old.attempt_id], scale=corrected)
            except Refused:
                emptied += 1
                continue
            new = new_result(
                old,
                scored,
                graded=graded,
                catalogue=catalogue,
                now=old.scored_at,
                reason="regrade",
            )
            if is_change(old, new):
                changes.append(change_of(old, new))


def apply_regrade(
    store: Store,
    *,
    regrade_id: int,
    catalogue: Catalogue,
    read_item: ReadItem,
    now: datetime,
    tell: Callable[[float, str], None] = lambda _share, _words: None,
) -> Rescored:
    """Write the new results of an approved correction, and tell everybody whose level changed.

    Result, team figures, the kept change and the notice of one check are one transaction. It may
    be stopped and run again at any time.

    Raises
    ------
    Refused
        When the correction is not approved.
    """
    row = store.read(lambda connection: find_regrade(connection, regrade_id))
    if row is None or row.state != "approved":
        raise Refused("This correction is not approved.")
    levels = catalogue.registers.skills[row.skill]
    return rescore_skill(
        store,
        skill=row.skill,
        catalogue=catalogue,
        read_item=read_item,
        reason="regrade",
        regrade_id=row.id,
        item_id=row.item_id,
        now=now,
        tell=tell,
        on_change=lambda connection, old, new: _note_change(
            connection, row, old, new, skill=levels, catalogue=catalogue, now=now
        ),
    )


def is_change(old: StandingRow, new: NewResult) -> bool:
    """Say whether a result says something else than the one before it."""
    return (old.theta, old.eap, old.correct, old.items) != (
        new.theta,
        new.eap,
        new.correct,
        new.items,
    )


def change_of(old: StandingRow, new: NewResult) -> Change:
    """Return what becomes of a result."""
    return Change(
        attempt_id=old.attempt_id,
        learner_id=old.learner_id,
        correct_before=old.correct,
        correct_after=new.correct,
        theta_before=old.theta,
        theta_after=new.theta,
        eap_before=old.eap,
        eap_after=new.eap,
        eap_sd_before=old.eap_sd,
        eap_sd_after=new.eap_sd,
        level_before=old.level,
        level_after=new.level,
    )


def bands_of(
    change: Change, *, skill: Skill, has_graded_work: bool
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the levels given for the estimate before and after."""
    cuts = cuts_of(skill)
    before = level_band(change.eap_before, se=change.eap_sd_before, cuts=cuts)
    after = level_band(change.eap_after, se=change.eap_sd_after, cuts=cuts)
    return (
        band_given(before, has_graded_work=has_graded_work).levels,
        band_given(after, has_graded_work=has_graded_work).levels,
    )


def _unfitting(given: tuple[GivenRow, ...], *, rule: RuleRow, scale: Scale) -> int:
    """Count answers to older revisions that the corrected one does not take."""
    if rule.kind != "key":
        return 0
    answers = scale.rulers[0].scorer.answers
    return sum(
        "inadmissible" in answers.score(rule.revision_id, row.response).flags
        for row in given
        if scale.read_item(row.revision_id).id == rule.item_id
        and applies(rule, revision_id=row.revision_id)
    )


def _note_change(
    connection: Connection,
    row: RegradeRow,
    old: StandingRow,
    new: NewResult,
    *,
    skill: Skill,
    catalogue: Catalogue,
    now: datetime,
) -> None:
    if not is_change(old, new):
        return
    change = change_of(old, new)
    keep_changes(connection, regrade_id=row.id, changes=[change])
    graded = read_graded_work(connection, [old.learner_id])
    before, after = bands_of(
        change, skill=skill, has_graded_work=graded.covers(old.learner_id, old.skill)
    )
    to_take = correct_pass(
        connection,
        attempt_id=old.attempt_id,
        levels=(change.level_before, change.level_after),
        catalogue=catalogue,
        now=now,
    )
    if change.level_before == change.level_after and before == after:
        return
    insert_notice(
        connection,
        person_id=old.learner_id,
        kind="level changed",
        about=f"regrade:{row.id}:attempt:{old.attempt_id}",
        details={
            "skill": old.skill,
            "attempt": old.attempt_id,
            "taken_on": old.taken_at.date().isoformat(),
            "level_before": change.level_before,
            "level_after": change.level_after,
            "band_before": list(before),
            "band_after": list(after),
            "modules_to_take": list(to_take),
        },
        now=now,
    )
