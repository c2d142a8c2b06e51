"""Consent: people let their managers see their levels, take it back, and see who looked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from assessments.irt import LevelBand
from curriculum.model import Skill
from db import Connection
from db.commands.consents import insert_consent, withdraw_consent
from db.queries.consents import (
    ConsentRow,
    ShownPerson,
    find_last_look,
    select_consenting,
    select_consents,
    select_looks,
    select_managers_above,
)
from db.queries.learning import select_results
from db.queries.people import find_team_of
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.evidence import actor, record_deed
from portal.services.graded_levels import band_of, read_graded_work

LEVELS = "levels to managers"
LOOKED = "levels of a person seen"
# A page is drawn at every click; looking on for an hour is one look.
ONE_LOOK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OwnConsent:
    """Whether the viewer's levels are shown, to whom that would be, and who has looked.

    `history` and `looks` are newest first.
    """

    given: bool
    managers: tuple[str, ...]
    history: tuple[ConsentRow, ...]
    looks: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class ShownLevel:
    """The levels that somebody's newest estimate of a skill spans, and when it was taken."""

    skill: Skill
    target: int | None
    band: LevelBand | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownLevels:
    """Somebody who lets the viewer see their levels, and these."""

    person: ShownPerson
    levels: tuple[ShownLevel, ...]


def read_own_consent(store: Store, *, viewer: Viewer, now: datetime) -> OwnConsent:
    """Return the viewer's own consent as it stands."""
    access.require(viewer, "see own record")

    def read(connection: Connection) -> OwnConsent:
        history = select_consents(connection, viewer.person_id, kind=LEVELS)
        team_id = find_team_of(connection, viewer.person_id, on=now.date())
        above = () if team_id is None else select_managers_above(connection, team_id, on=now.date())
        return OwnConsent(
            given=any(row.withdrawn_at is None for row in history),
            managers=tuple(name for name in above if name != viewer.name),
            history=history,
            looks=select_looks(connection, viewer.person_id, deed=LOOKED),
        )

    return store.read(read)


def give_consent(store: Store, *, viewer: Viewer, now: datetime) -> bool:
    """Let the managers of the own line see one's levels; False when they may already."""
    access.require(viewer, "see own record")

    def give(connection: Connection) -> bool:
        done = insert_consent(connection, person_id=viewer.person_id, kind=LEVELS, now=now)
        if done:
            _record(connection, viewer, "consent given", now=now)
        return done

    return store.write(give)


def take_consent_back(store: Store, *, viewer: Viewer, now: datetime) -> bool:
    """Let nobody see one's levels any more, from the next click on; False when nobody could."""
    access.require(viewer, "see own record")

    def take(connection: Connection) -> bool:
        done = withdraw_consent(connection, person_id=viewer.person_id, kind=LEVELS, now=now)
        if done:
            _record(connection, viewer, "consent withdrawn", now=now)
        return done

    return store.write(take)


def find_shown_people(store: Store, *, viewer: Viewer, now: datetime) -> tuple[ShownPerson, ...]:
    """Return who of the own line lets the viewer see their levels, by name."""
    access.require(viewer, "see team figures")
    return store.read(lambda c: select_consenting(c, viewer.person_id, kind=LEVELS, on=now.date()))


def look_at_levels(
    store: Store, *, viewer: Viewer, person_id: int, catalogue: Catalogue, now: datetime
) -> ShownLevels:
    """Return the levels of somebody of the own line who consented; the look is written down.

    Raises
    ------
    Refused
        When the person is not below the viewer, or lets nobody see their levels (any more).
    """
    access.require(viewer, "see team figures")

    def look(connection: Connection) -> ShownLevels:
        found = select_consenting(
            connection, viewer.person_id, kind=LEVELS, on=now.date(), person_id=person_id
        )
        if not found:
            raise Refused(
                "Nobody under this address shows you their levels. Choose somebody from the list."
            )
        note_look(connection, viewer=viewer, person_id=person_id, now=now)
        return ShownLevels(found[0], _levels(connection, found[0], catalogue=catalogue))

    return store.write(look)


def note_look(connection: Connection, *, viewer: Viewer, person_id: int, now: datetime) -> None:
    """Write down that the viewer sees the levels of somebody who consented, once an hour."""
    last = find_last_look(connection, actor=actor(viewer), person_id=person_id, deed=LOOKED)
    if last is None or last + ONE_LOOK <= now:
        record_deed(connection, viewer=viewer, deed=LOOKED, object_=f"person:{person_id}", now=now)


def _levels(
    connection: Connection, person: ShownPerson, *, catalogue: Catalogue
) -> tuple[ShownLevel, ...]:
    newest = {row.skill: row for row in select_results(connection, person.person_id)}
    graded = read_graded_work(connection, [person.person_id])
    role = catalogue.registers.roles.get(person.role_profile)
    return tuple(
        ShownLevel(
            skill=skill,
            target=role.targets.get(skill.id) if role else None,
            band=band_of(
                skill,
                newest[skill.id],
                has_graded_work=graded.covers(person.person_id, skill.id),
            )
            if skill.id in newest
            else None,
            taken_at=newest[skill.id].taken_at if skill.id in newest else None,
        )
        for skill in catalogue.registers.skills.values()
    )


def _record(connection: Connection, viewer: Viewer, deed: str, *, now: datetime) -> None:
    record_deed(
        connection,
        viewer=viewer,
        deed=deed,
        object_=f"person:{viewer.person_id}",
        payload={"kind": LEVELS},
        now=now,
    )
