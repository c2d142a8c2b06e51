"""Figures of units that no page may narrow down to a person."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Select, distinct, func, or_, select

from db.columns import table
from db.queries.people import in_force
from db.tables import Assignment, Head, Person, Progress, Revision, TeamMember
from db.tables_checks import TestedOut


def select_completion(
    connection: Connection, team_ids: Sequence[int], *, on: date
) -> tuple[int, int]:
    """Return how many modules are assigned to the people of these teams, and how many are done.

    Both count a module once per person who takes a track that holds it. It is done when every
    published lesson of it is, or when the person tested out of it.
    """
    members, people, assignments = table(TeamMember), table(Person), table(Assignment)
    learners = (
        select(members.c.person_id)
        .join(people, people.c.id == members.c.person_id)
        .where(members.c.team_id.in_(list(team_ids)), in_force(TeamMember, on), people.c.active)
    )
    given = connection.execute(
        select(assignments.c.track_id, func.count())
        .where(assignments.c.learner_id.in_(learners))
        .group_by(assignments.c.track_id)
    ).all()
    assigned = done = 0
    for track_id, people_count in given:
        for module_id, lessons in _modules_of(connection, track_id).items():
            assigned += people_count
            done += _count_behind(
                connection, learners, track_id=track_id, module_id=module_id, lessons=lessons
            )
    return assigned, done


def count_assigned_people(
    connection: Connection, team_ids: Sequence[int], *, on: date
) -> dict[int, int]:
    """Return how many active people of each team take a track; teams without any are left out."""
    members, people, assignments = table(TeamMember), table(Person), table(Assignment)
    rows = connection.execute(
        select(members.c.team_id, func.count(distinct(members.c.person_id)))
        .join(people, people.c.id == members.c.person_id)
        .join(assignments, assignments.c.learner_id == members.c.person_id)
        .where(members.c.team_id.in_(list(team_ids)), in_force(TeamMember, on), people.c.active)
        .group_by(members.c.team_id)
    )
    return {row[0]: row[1] for row in rows}


def _count_behind(
    connection: Connection,
    learners: Select[tuple[int]],
    *,
    track_id: str,
    module_id: str,
    lessons: Sequence[str],
) -> int:
    """Count who takes a track and has done all lessons of a module, or tested out of it."""
    assignments, progress, passed = table(Assignment), table(Progress), table(TestedOut)
    finished = (
        select(progress.c.learner_id)
        .where(progress.c.lesson_id.in_(list(lessons)), progress.c.done_at.is_not(None))
        .group_by(progress.c.learner_id)
        .having(func.count(distinct(progress.c.lesson_id)) >= len(lessons))
    )
    tested_out = select(passed.c.learner_id).where(
        passed.c.module_id == module_id, passed.c.withdrawn_at.is_(None)
    )
    taking = assignments.c.learner_id
    return int(
        connection.execute(
            select(func.count()).where(
                assignments.c.track_id == track_id,
                taking.in_(learners),
                or_(taking.in_(finished), taking.in_(tested_out)),
            )
        ).scalar_one()
    )


def _modules_of(connection: Connection, track_id: str) -> dict[str, list[str]]:
    """Return the published lessons of each module of a track; empty modules are left out."""
    heads, revisions = table(Head), table(Revision)
    body = connection.execute(
        select(revisions.c.body)
        .join(heads, heads.c.revision_id == revisions.c.id)
        .where(heads.c.content_id == track_id)
    ).scalar()
    modules = list((body or {}).get("modules", []))
    rows = connection.execute(
        select(heads.c.owner_id, heads.c.content_id).where(
            heads.c.kind == "lesson", heads.c.owner_id.in_(modules)
        )
    )
    lessons: dict[str, list[str]] = {}
    for module_id, lesson_id in rows:
        lessons.setdefault(module_id, []).append(lesson_id)
    return lessons
