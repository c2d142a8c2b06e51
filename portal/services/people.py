"""People as the pages need them: the personas of a demonstration, a person's own profile."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from curriculum.model import Role
from db import Connection
from db.commands.audit import append_audit
from db.commands.people import insert_instance, insert_person, insert_role
from db.faults import address_of
from db.queries.people import find_instance, find_person_by_subject, select_people
from db.queries.program_plans import has_program
from db.schema import APPLICATION
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.evidence import ORGANISATION, actor
from portal.settings import AuthMode, SettingsError

PERSONA_ISSUER = "demo"
# The last program that a demonstration sets up: where it is, everybody and their year are.
LAST_PROGRAM = "Retrieval, this season"
# Shown on the entry page in this order; the subject of each invented person is the role.
PERSONA_ROLES = (
    "employee",
    "manager",
    "author",
    "program_lead",
    "administrator",
    "auditor",
    "accommodations_officer",
)


@dataclass(frozen=True, slots=True)
class Persona:
    """Someone to be in a demonstration."""

    person_id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who shall be able to sign in."""

    issuer: str
    subject: str
    name: str
    email: str
    role_profile: str
    roles: frozenset[access.Role]


class PersonRefused(ValueError):
    """A person cannot be added; the sentence says what was expected."""


def is_synthetic(store: Store) -> bool:
    """Say whether everybody in this database is invented."""
    return store.read(find_instance) is True


def require_real_people(store: Store, *, auth: AuthMode) -> None:
    """Pass, or raise SettingsError when real people would sign in among invented ones."""
    if auth == "oidc" and is_synthetic(store):
        raise SettingsError(
            "PORTAL_AUTH is 'oidc' but the people in this database are invented. Expected a "
            "database without the demonstration: point PORTAL_DATA_DIR or PORTAL_DATABASE_URL "
            "at an empty one."
        )


def require_whole(store: Store) -> None:
    """Pass, or refuse a demonstration that was begun before a fill was one transaction, and broke.

    Raises
    ------
    SettingsError
        With what to remove: everybody in it is invented.
    """

    def is_broken(connection: Connection) -> bool:
        begun = find_person_by_subject(connection, issuer=PERSONA_ISSUER, subject="employee")
        whole = has_program(connection, name=LAST_PROGRAM)
        return find_instance(connection) is True and begun is not None and not whole

    if not store.read(is_broken):
        return
    remedy = "Drop it and create it anew, empty"
    if store.dialect == "sqlite":
        path = store.url.database
        remedy = f"Remove it (rm -f '{path}' '{path}-wal' '{path}-shm')"
    raise SettingsError(
        f"filling {address_of(store.url)} with the demonstration was interrupted. Everybody in "
        f"it is invented. {remedy}, then start again."
    )


def add_person(store: Store, *, person: NewPerson, profiles: Collection[str], now: datetime) -> int:
    """Add somebody who signs in at the provider, with their roles, and return the id.

    Raises
    ------
    PersonRefused
        When a value is not sound, the subject is known already, or all people here are invented.
    """
    _require_sound(person, profiles=profiles)

    def add(connection: Connection) -> int:
        synthetic = find_instance(connection)
        if synthetic:
            raise PersonRefused("The people in this database are invented; real ones stay out.")
        if synthetic is None:
            insert_instance(connection, application=APPLICATION, synthetic=False, now=now)
        if find_person_by_subject(connection, issuer=person.issuer, subject=person.subject):
            raise PersonRefused(
                f"There is somebody with the subject {person.subject!r} of {person.issuer} already."
            )
        person_id = insert_person(
            connection,
            issuer=person.issuer,
            subject=person.subject,
            name=person.name,
            email=person.email,
            role_profile=person.role_profile,
            now=now,
        )
        for role in sorted(person.roles):
            insert_role(connection, person_id=person_id, role=role, granted_by=None, now=now)
        append_audit(
            connection,
            stream=ORGANISATION,
            actor=actor(None),
            deed="added a person",
            object_=f"person:{person_id}",
            payload={"role_profile": person.role_profile, "roles": sorted(person.roles)},
            now=now,
        )
        return person_id

    return store.write(add)


def _require_sound(person: NewPerson, *, profiles: Collection[str]) -> None:
    if not person.issuer.startswith(("https://", "http://")):
        raise PersonRefused(
            f"--issuer is {person.issuer!r}. Expected the 'issuer' of the provider's metadata, "
            "letter by letter, such as https://id.example."
        )
    texts = {
        "--issuer": person.issuer,
        "--subject": person.subject,
        "--name": person.name,
        "--email": person.email,
    }
    for option, text in texts.items():
        if not 1 <= len(text) <= 255 or text != text.strip() or not text.isprintable():
            raise PersonRefused(
                f"{option} is {text!r}. Expected 1 to 255 printable characters without a blank "
                "at either end."
            )
    if person.email.count("@") != 1 or " " in person.email:
        raise PersonRefused(f"--email is {person.email!r}. Expected one address.")
    if person.role_profile not in profiles:
        raise PersonRefused(
            f"--role-profile is {person.role_profile!r}. Expected one of "
            f"{', '.join(sorted(profiles))}."
        )


def read_personas(store: Store) -> tuple[Persona, ...]:
    """Return one invented person for each way to use the portal; none where people are real."""

    def read(connection: Connection) -> tuple[Persona, ...]:
        if find_instance(connection) is not True:
            return ()
        found = {
            role: find_person_by_subject(connection, issuer=PERSONA_ISSUER, subject=role)
            for role in PERSONA_ROLES
        }
        ids = {role: person_id for role, person_id in found.items() if person_id is not None}
        names = {person.id: person.name for person in select_people(connection, [*ids.values()])}
        return tuple(Persona(person_id, names[person_id], role) for role, person_id in ids.items())

    return store.read(read)


def is_empty(store: Store) -> bool:
    """Say whether this database was never filled, neither with real nor with invented people."""
    return store.read(find_instance) is None


def is_persona(store: Store, *, person_id: int) -> bool:
    """Say whether this is one of the people offered on the entry page."""
    return any(persona.person_id == person_id for persona in read_personas(store))


def role_profile(catalogue: Catalogue, *, viewer: Viewer) -> Role | None:
    """Return the viewer's role with its target level per skill, or None when it is unknown."""
    return catalogue.registers.roles.get(viewer.role_profile)
