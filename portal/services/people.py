"""People as the pages need them: the personas of a demonstration, a person's own profile."""

from dataclasses import dataclass

from curriculum.model import Role
from db import Connection
from db.queries.people import find_instance, find_person_by_subject, select_people
from db.store import Store
from portal.access import Viewer
from portal.services.catalogue import Catalogue

PERSONA_ISSUER = "demo"
# Shown on the entry page in this order; the subject of each invented person is the role.
PERSONA_ROLES = ("employee", "manager", "author", "program_lead")


@dataclass(frozen=True, slots=True)
class Persona:
    """Someone to be in a demonstration."""

    person_id: int
    name: str
    role: str


def is_synthetic(store: Store) -> bool:
    """Say whether everybody in this database is invented."""
    return store.read(find_instance) is True


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


def is_persona(store: Store, *, person_id: int) -> bool:
    """Say whether this is one of the people offered on the entry page."""
    return any(persona.person_id == person_id for persona in read_personas(store))


def role_profile(catalogue: Catalogue, *, viewer: Viewer) -> Role | None:
    """Return the viewer's role with its target level per skill, or None when it is unknown."""
    return catalogue.registers.roles.get(viewer.role_profile)
