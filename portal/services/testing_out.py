"""Passing a check tests its learner out of modules that its blueprint names."""

from collections.abc import Sequence
from datetime import datetime

from curriculum.model import Blueprint
from curriculum.parse import blueprint_from_json
from db import Connection
from db.chain import attempt_stream
from db.commands.audit import append_audit
from db.commands.tested_out import insert_tested_out, withdraw_tested_out
from db.queries.content import select_revisions
from db.queries.learning import AttemptRow, find_attempt, select_checks, select_results
from db.queries.tested_out import select_tested_out
from portal.services.catalogue import Catalogue, CheckEntry


def check_out_of(catalogue: Catalogue, module_id: str) -> CheckEntry | None:
    """Return the check that lets who passes it off a module, or None."""
    return next(
        (
            check
            for check in catalogue.checks.values()
            if check.blueprint.pass_level is not None and module_id in check.blueprint.tests_out_of
        ),
        None,
    )


def note_pass(
    connection: Connection,
    attempt: AttemptRow,
    *,
    level: int,
    catalogue: Catalogue,
    now: datetime,
) -> None:
    """Let the learner of a check off its modules where the level reached passes it."""
    blueprint = _blueprint_of(connection, attempt, catalogue=catalogue)
    if blueprint.pass_level is None or level < blueprint.pass_level:
        return
    held = select_tested_out(connection, attempt.learner_id)
    fresh = [id_ for id_ in blueprint.tests_out_of if id_ in catalogue.modules and id_ not in held]
    if fresh:
        insert_tested_out(
            connection,
            learner_id=attempt.learner_id,
            attempt_id=attempt.id,
            module_ids=fresh,
            now=now,
        )
        _record(connection, attempt, "tested out of modules", fresh, now=now)


def correct_pass(
    connection: Connection,
    *,
    attempt_id: int,
    levels: tuple[int, int],
    catalogue: Catalogue,
    now: datetime,
) -> tuple[str, ...]:
    """Let a corrected check give what it gives now; return the modules that are to be taken again.

    `levels` are those before and after. Where another check of the learner passes too, that one
    lets them off instead.
    """
    attempt = find_attempt(connection, attempt_id)
    before, after = levels
    if attempt is None or before == after:
        return ()
    wanted = _blueprint_of(connection, attempt, catalogue=catalogue).pass_level
    if wanted is None or after >= wanted:
        note_pass(connection, attempt, level=after, catalogue=catalogue, now=now)
        return ()
    lost = select_tested_out(connection, attempt.learner_id, attempt_id=attempt_id)
    if before < wanted or not lost:
        return ()
    withdraw_tested_out(connection, attempt_id=attempt_id, now=now)
    _record(connection, attempt, "testing out taken back", list(lost), now=now)
    _note_other_passes(connection, attempt, catalogue=catalogue, now=now)
    held = select_tested_out(connection, attempt.learner_id)
    return tuple(id_ for id_ in lost if id_ not in held)


def _note_other_passes(
    connection: Connection, attempt: AttemptRow, *, catalogue: Catalogue, now: datetime
) -> None:
    levels = {row.attempt_id: row.level for row in select_results(connection, attempt.learner_id)}
    for other in select_checks(connection, attempt.learner_id):
        if other.skill == attempt.skill and other.id != attempt.id and other.id in levels:
            note_pass(connection, other, level=levels[other.id], catalogue=catalogue, now=now)


def _blueprint_of(
    connection: Connection, attempt: AttemptRow, *, catalogue: Catalogue
) -> Blueprint:
    """Return the blueprint that the learner of a check began with."""
    check = catalogue.checks.get(attempt.content_id)
    if check is not None and check.revision_id == attempt.revision_id:
        return check.blueprint
    return blueprint_of_revision(connection, attempt.revision_id)


def blueprint_of_revision(connection: Connection, revision_id: int) -> Blueprint:
    """Return a blueprint in one of its revisions."""
    return blueprint_from_json(select_revisions(connection, [revision_id])[revision_id].body)


def _record(
    connection: Connection, attempt: AttemptRow, deed: str, modules: Sequence[str], *, now: datetime
) -> None:
    append_audit(
        connection,
        stream=attempt_stream(attempt.id),
        actor="portal",
        deed=deed,
        object_=f"attempt:{attempt.id}",
        payload={"modules": list(modules)},
        now=now,
    )
