"""Every row that speaks of one person: what they may take with them, and what stands to be erased.

A table that refers to people is named here, or a test says that it is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select
from sqlmodel import SQLModel

from db.chain import ORGANISATION


@dataclass(frozen=True, slots=True)
class Personal:
    """A table with rows about people.

    `column` names the person, or, where `of` names another table, the row there that does.
    Gradings speak of two people: of the marker at once, of the learner once the result is there.
    `withheld` columns never leave the database: secrets of the sign-in, whole published texts,
    and what would tell the order of a check.
    """

    table: str
    column: str
    of: str = ""
    withheld: frozenset[str] = frozenset()


PERSONAL: tuple[Personal, ...] = (
    Personal("person", "id"),
    Personal("role_grant", "person_id", withheld=frozenset({"granted_by"})),
    Personal("consent", "person_id"),
    Personal("accommodation", "person_id", withheld=frozenset({"set_by"})),
    Personal("team_member", "person_id"),
    Personal("team_manager", "person_id"),
    Personal("session", "person_id", withheld=frozenset({"token_hash", "id_token"})),
    Personal("allowance", "who"),
    Personal("assignment", "learner_id", withheld=frozenset({"assigned_by"})),
    Personal("progress", "learner_id"),
    Personal("start_choice", "learner_id"),
    Personal("activity_work", "learner_id"),
    Personal("desk_action", "learner_id"),
    Personal("confidence", "learner_id"),
    Personal("work_draft", "learner_id"),
    Personal("submission", "learner_id"),
    Personal("submission_content", "learner_id", withheld=frozenset({"body"})),
    Personal("graded_result", "learner_id"),
    Personal("grading_seat", "marker_id"),
    Personal("grading", "marker_id", withheld=frozenset({"learner_id", "marker_id"})),
    Personal("grading_mark", "grading_id", of="grading"),
    Personal("grading_comment", "marker_id", withheld=frozenset({"learner_id", "marker_id"})),
    Personal("enrolment", "learner_id"),
    Personal("enrolment_start", "enrolment_id", of="enrolment"),
    Personal("attempt", "learner_id", withheld=frozenset({"seed"})),
    Personal("attempt_item", "attempt_id", of="attempt"),
    Personal("answer", "attempt_id", of="attempt"),
    Personal("attempt_break", "attempt_id", of="attempt"),
    Personal("tested_out", "learner_id"),
    Personal("result", "learner_id", withheld=frozenset({"keys"})),
    Personal("regrade_change", "learner_id"),
    Personal("notice", "person_id"),
    Personal("draft", "author_id"),
    Personal("review", "author_id", withheld=frozenset({"decided_by", "waived_by"})),
    Personal("revision_note", "author_id"),
    Personal("revision", "published_by", withheld=frozenset({"source", "body", "key_hash"})),
    Personal("calibration", "made_by", withheld=frozenset({"parameters", "details"})),
    Personal("regrade", "proposed_by", withheld=frozenset({"decided_by"})),
    Personal("program", "created_by"),
    Personal("program_plan", "drafted_by"),
    Personal("lottery", "drawn_by", withheld=frozenset({"seed"})),
    Personal("job", "asked_by", withheld=frozenset({"payload"})),
    Personal("audit", "actor"),
)


def select_personal(connection: Connection, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the rows about a person by table, in the order of their keys; dates as ISO texts."""
    found = {}
    for one in PERSONAL:
        rows = _table(one.table)
        shown = [column for column in rows.c if column.name not in one.withheld]
        result = connection.execute(
            select(*shown).where(_about(one, person_id)).order_by(*rows.primary_key.columns)
        )
        found[one.table] = [
            {name: _written(value) for name, value in row._mapping.items()} for row in result
        ]
    return found


def count_personal(connection: Connection, person_id: int) -> dict[str, int]:
    """Return how many rows about a person each table holds."""
    return {
        one.table: connection.execute(
            select(func.count()).select_from(_table(one.table)).where(_about(one, person_id))
        ).scalar_one()
        for one in PERSONAL
    }


def columns_of(name: str) -> Sequence[str]:
    """Return the columns of a personal table that may leave the database."""
    withheld = next(one.withheld for one in PERSONAL if one.table == name)
    return [column.name for column in _table(name).c if column.name not in withheld]


def _about(one: Personal, person_id: int) -> ColumnElement[bool]:
    rows = _table(one.table)
    key = f"person:{person_id}"
    if one.table == "audit":
        return (rows.c.stream == ORGANISATION) & or_(rows.c.actor == key, rows.c.object == key)
    if one.table == "allowance":
        return rows.c.who == key
    if one.table in {"grading", "grading_comment"}:
        return _graded(rows, person_id)
    if one.of == "grading":
        gradings = _table("grading")
        return rows.c[one.column].in_(select(gradings.c.id).where(_graded(gradings, person_id)))
    if one.of:
        owners = _table(one.of)
        own = select(owners.c.id).where(owners.c.learner_id == person_id)
        return rows.c[one.column].in_(own)
    return rows.c[one.column] == person_id


def _graded(rows: Table, person_id: int) -> ColumnElement[bool]:
    decided = select(_table("graded_result").c.submission_id)
    about = (rows.c.learner_id == person_id) & rows.c.submission_id.in_(decided)
    return or_(rows.c.marker_id == person_id, about)


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value
