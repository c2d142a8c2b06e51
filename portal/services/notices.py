"""What somebody is told on Home until they have read it."""

from dataclasses import dataclass
from datetime import date, datetime

from curriculum.model import Skill
from db.commands.notices import mark_read
from db.queries.notices import select_unread
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class LevelNotice:
    """A result that changed because a question was corrected.

    `before` and `after` are the levels that the estimate spans, or, where these are the same, the
    level it counts as. `to_take` are the titles of modules the check no longer lets them off.
    """

    id: int
    skill: Skill
    attempt_id: int
    taken_on: date
    before: tuple[int, ...]
    after: tuple[int, ...]
    to_take: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkNotice:
    """Work that was graded: whether it was passed."""

    id: int
    work_id: str
    title: str
    passed: bool


def read_notices(store: Store, *, viewer: Viewer, catalogue: Catalogue) -> tuple[LevelNotice, ...]:
    """Return the changed results that the viewer has not read of yet, the newest first."""
    access.require(viewer, "see own record")
    rows = store.read(lambda connection: select_unread(connection, viewer.person_id))
    skills = catalogue.registers.skills
    found = []
    for row in rows:
        details = row.details
        if row.kind != "level changed" or details["skill"] not in skills:
            continue
        before, after = tuple(details["band_before"]), tuple(details["band_after"])
        if before == after:
            before, after = (details["level_before"],), (details["level_after"],)
        found.append(
            LevelNotice(
                id=row.id,
                skill=skills[details["skill"]],
                attempt_id=details["attempt"],
                taken_on=date.fromisoformat(details["taken_on"]),
                before=before,
                after=after,
                to_take=tuple(
                    catalogue.modules[id_].title
                    for id_ in details.get("modules_to_take", ())
                    if id_ in catalogue.modules
                ),
            )
        )
    return tuple(found)


def read_work_notices(
    store: Store, *, viewer: Viewer, catalogue: Catalogue
) -> tuple[WorkNotice, ...]:
    """Return the graded work that the viewer has not read of yet, the newest first."""
    access.require(viewer, "see own record")
    rows = store.read(lambda connection: select_unread(connection, viewer.person_id))
    return tuple(
        WorkNotice(
            id=row.id,
            work_id=row.details["work"],
            title=catalogue.works[row.details["work"]].blueprint.front.title,
            passed=row.details["passed"],
        )
        for row in rows
        if row.kind == "work graded" and row.details["work"] in catalogue.works
    )


def mark_notice_read(store: Store, *, viewer: Viewer, notice_id: int, now: datetime) -> None:
    """Take an own notice off Home.

    Raises
    ------
    Refused
        When it is somebody else's.
    """
    access.require(viewer, "see own record")
    known = store.read(lambda connection: select_unread(connection, viewer.person_id))
    if notice_id not in {row.id for row in known}:
        raise Refused("This notice is not one of yours, or you have read it.")
    store.write(
        lambda connection: mark_read(
            connection, notice_id=notice_id, person_id=viewer.person_id, now=now
        )
    )
