"""Figures of units that no page may narrow down to a person."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, and_, distinct, func, select

from db.columns import table
from db.queries.people import in_force
from db.tables import Assignment, Head, Person, Progress, Revision, TeamMember


def select_completion(
    connection: Connection, team_ids: Sequence[int], *, on: date
) -> tuple[int, int]:
    """Return how many tracks are assigned to the people of these teams, and how many are done.

    A track is done when as many of its lessons are as its published modules hold.
    """
    members, people = table(TeamMember), table(Person)
    assignments, progress = table(Assignment), table(Progress)
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
    done = 0
    for track_id, _count in given:
        lessons = _lessons_of(connection, track_id)
        if not lessons:
            continue
        finished = (
            select(progress.c.learner_id)
            .join(
                assignments,
                and_(
                    assignments.c.learner_id == progress.c.learner_id,
                    assignments.c.track_id == track_id,
                ),
            )
            .where(
                progress.c.learner_id.in_(learners),
                progress.c.lesson_id.in_(lessons),
                progress.c.done_at.is_not(None),
            )
            .group_by(progress.c.learner_id)
            .having(func.count(distinct(progress.c.lesson_id)) >= len(lessons))
            .subquery()
        )
        done += connection.execute(select(func.count()).select_from(finished)).scalar_one()
    return sum(count for _track, count in given), done


def _lessons_of(connection: Connection, track_id: str) -> list[str]:
    heads, revisions = table(Head), table(Revision)
    track = connection.execute(
        select(revisions.c.body)
        .join(heads, heads.c.revision_id == revisions.c.id)
        .where(heads.c.content_id == track_id)
    ).scalar()
    modules = list((track or {}).get("modules", []))
    return list(
        connection.execute(
            select(heads.c.content_id).where(
                heads.c.kind == "lesson", heads.c.owner_id.in_(modules)
            )
        ).scalars()
    )
