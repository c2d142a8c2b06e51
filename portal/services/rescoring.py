"""Scoring checks anew where parameters or keys changed: new results beside the old ones."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal

from curriculum.phrases import Number, Phrase
from db import Connection
from db.commands.learning import hold_learners
from db.commands.results import NewResult, insert_result
from db.queries.calibrations import find_calibration
from db.queries.scoring import (
    GivenRow,
    StandingRow,
    count_standing,
    find_standing,
    select_given,
    select_rules,
    select_standing,
)
from db.store import Store
from portal.access import Refused
from portal.services.catalogue import Catalogue
from portal.services.graded_levels import GradedWork, read_graded_work
from portal.services.learning import ReadItem
from portal.services.results import figures
from portal.services.scoring import Scale, ScoredCheck, read_scale, score_check

Reason = Literal["calibration", "regrade"]
# Small enough that whoever answers meanwhile does not wait noticeably.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Rescored:
    """How many checks were looked at, and how many have a new result now."""

    checks: int
    changed: int


def rescore_skill(
    store: Store,
    *,
    skill: str,
    catalogue: Catalogue,
    read_item: ReadItem,
    reason: Reason,
    now: datetime,
    regrade_id: int | None = None,
    item_id: str | None = None,
    tell: Callable[[float, str], None] = lambda _share, _words: None,
    on_change: Callable[[Connection, StandingRow, NewResult], None] = lambda _c, _o, _n: None,
) -> Rescored:
    """Score every check of a skill by what is in force now; those that already are, are left alone.

    With an item only checks that hold it are looked at. Result and team figures of a check move in
    one transaction. A key that is decided meanwhile holds from the next batch on. It may be stopped
    and run again at any time. `on_change` is called in that transaction with the old and the new
    result.
    """
    scale = store.read(partial(read_scale, skill=skill, read_item=read_item))
    total = store.read(lambda connection: count_standing(connection, skill=skill, item_id=item_id))
    after = checks = changed = 0
    while True:
        standing, given, graded = store.read(
            partial(read_batch, skill=skill, after=after, item_id=item_id)
        )
        if not standing:
            return Rescored(checks, changed)
        new = [
            (
                old,
                new_result(old, scored, graded=graded, catalogue=catalogue, now=now, reason=reason),
            )
            for old in standing
            if (scored := changed_score(old, given[old.attempt_id], scale=scale)) is not None
        ]
        if new:
            kept = store.write(
                partial(
                    _keep_batch, new=new, scale=scale, regrade_id=regrade_id, on_change=on_change
                )
            )
            changed += kept
            if kept < len(new):
                # Another key was decided, or other results were kept: the same checks once more.
                scale = store.read(partial(read_scale, skill=skill, read_item=read_item))
                continue
        after = standing[-1].attempt_id
        checks += len(standing)
        known = max(total, checks)
        tell(
            checks / known,
            Phrase("Scored {n} of {all} checks", n=Number(checks), all=Number(known)),
        )


def changed_score(
    old: StandingRow, given: tuple[GivenRow, ...], *, scale: Scale
) -> ScoredCheck | None:
    """Return what a check is worth now, or None where that is what its result already says.

    A check of which no question counts any more keeps the result it has.
    """
    try:
        scored = score_check(given, scale=scale)
    except Refused:
        return None
    estimate = scored.form.estimate
    same = (
        scored.calibration_id == old.calibration_id
        and dict(scored.keys) == dict(old.keys)
        and (estimate.wle, estimate.eap) == (old.theta, old.eap)
    )
    return None if same else scored


def new_result(
    old: StandingRow,
    scored: ScoredCheck,
    *,
    graded: GradedWork,
    catalogue: Catalogue,
    now: datetime,
    reason: Reason,
) -> NewResult:
    """Return the result that takes the place of another: the same check, scored anew.

    Role, team, occasion and the graded work passed stay those of the day it was taken.
    """
    return NewResult(
        attempt_id=old.attempt_id,
        learner_id=old.learner_id,
        skill=old.skill,
        role_profile=old.role_profile,
        taken_at=old.taken_at,
        scored_at=now,
        arm=old.arm,
        occasion=old.occasion,
        team_at_taking_id=old.team_at_taking_id,
        enrolment_id=old.enrolment_id,
        reason=reason,
        **figures(
            scored,
            catalogue=catalogue,
            skill=old.skill,
            role_profile=old.role_profile,
            has_graded_work=graded.covers(old.learner_id, old.skill, at=old.taken_at),
        ),
    )


def read_batch(
    connection: Connection, *, skill: str, after: int, item_id: str | None
) -> tuple[tuple[StandingRow, ...], dict[int, tuple[GivenRow, ...]], GradedWork]:
    """Return the next checks with a result in force, the answers of each, and graded work."""
    standing = select_standing(connection, skill=skill, after=after, limit=BATCH, item_id=item_id)
    return (
        standing,
        select_given(connection, [row.attempt_id for row in standing]),
        read_graded_work(connection, [row.learner_id for row in standing]),
    )


def _keep_batch(
    connection: Connection,
    new: list[tuple[StandingRow, NewResult]],
    *,
    scale: Scale,
    regrade_id: int | None,
    on_change: Callable[[Connection, StandingRow, NewResult], None],
) -> int:
    """Keep the results of a batch, and return how many: none where keys or parameters changed.

    A check that has another result than the one looked at is left out.
    """
    # First of all, so that what is looked up next cannot change before the results are kept.
    hold_learners(connection, learner_ids=[old.learner_id for old, _result in new])
    current = find_calibration(connection, skill=scale.skill)
    if current is None or current.id != scale.rulers[0].calibration_id:
        if regrade_id is not None:
            # A correction holds whatever parameters are in force; it goes on by the new ones.
            return 0
        raise Refused("Other item parameters were put in force meanwhile; that run scores anew.")
    known = {rule.id for rules in scale.rules.values() for rule in rules}
    if known != {rule.id for rule in select_rules(connection, skill=scale.skill)}:
        return 0
    kept = 0
    for old, result in new:
        standing = find_standing(connection, attempt_id=old.attempt_id)
        if standing is None or standing.id != old.id:
            continue
        insert_result(connection, result=replace(result, regrade_id=regrade_id))
        on_change(connection, old, result)
        kept += 1
    return kept
