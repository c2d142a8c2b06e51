"""People as the pages need them: the personas of a demonstration, a person's own profile."""

from dataclasses import dataclass

from curriculum.model import Role
from db import Connection
from db.queries.people import find_instance, select_people, select_people_with_role
from db.store import Store
from portal.access import Viewer
from portal.services.catalogue import Catalogue

PERSONA_ISSUER = "demo"
# Shown on the entry page in this order; the demonstration has one person for each.
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
        chosen: dict[int, str] = {}
        for role in reversed(PERSONA_ROLES):
            for person_id in select_people_with_role(connection, role):
                if person_id not in chosen:
                    chosen[person_id] = role
                    break
        people = {person.id: person for person in select_people(connection, list(chosen))}
        return tuple(
            Persona(person_id, people[person_id].name, role)
            for person_id, role in sorted(
                chosen.items(), key=lambda pair: PERSONA_ROLES.index(pair[1])
            )
        )

    return store.read(read)


def is_persona(store: Store, *, person_id: int) -> bool:
    """Say whether this is one of the people offered on the entry page."""
    return any(persona.person_id == person_id for persona in read_personas(store))


def role_profile(catalogue: Catalogue, *, viewer: Viewer) -> Role | None:
    """Return the viewer's role with its target level per skill, or None when it is unknown."""
    return catalogue.registers.roles.get(viewer.role_profile)
