"""Letting the roles of a person follow the groups the provider says, each change an audit row."""

import logging
from datetime import datetime
from typing import Literal

from db import Connection
from db.commands.audit import append_audit
from db.commands.provider_roles import follow_provider
from db.commands.roster import lock_people
from db.queries.rights import others_stay
from portal.services.evidence import ORGANISATION
from portal.services.role_map import ADMINISTRATOR, RoleMap

# What may be wrong with the claim that should hold the groups.
GroupsFault = Literal["missing", "not a list", "too many"]
MOST_GROUPS = 2_000
LONGEST_GROUP = 300

_SENTENCES = {
    "missing": "The provider said nothing of groups; name the claim in PORTAL_OIDC_GROUPS_CLAIM "
    "or let it send groups of this application only.",
    "not a list": "The groups did not come as a list of texts, and a text is never split.",
    "too many": f"More than {MOST_GROUPS} groups came; let the provider send those of this "
    "application only.",
}
_LOG = logging.getLogger(__name__)


def read_groups(claim: object) -> tuple[tuple[str, ...], GroupsFault | None]:
    """Return the groups of a claim, or none and what is wrong with it."""
    if claim is None:
        return (), "missing"
    if not isinstance(claim, list) or not all(isinstance(one, str) for one in claim):
        return (), "not a list"
    if len(claim) > MOST_GROUPS:
        return (), "too many"
    return tuple(one for one in claim if 0 < len(one) <= LONGEST_GROUP), None


def renew_roles(
    connection: Connection,
    *,
    person_id: int,
    groups: tuple[str, ...],
    fault: GroupsFault | None,
    role_map: RoleMap,
    now: datetime,
) -> None:
    """Give and take what follows from the groups, in the transaction of the sign-in.

    Where the groups cannot be read no role follows from them; the last administrator stays one.
    """
    lock_people(connection)
    if fault is not None:
        _LOG.warning("No role of person %s follows the provider. %s", person_id, _SENTENCES[fault])
    last = not others_stay(connection, ADMINISTRATOR, person_id=person_id, on=now.date())
    given, taken = follow_provider(
        connection,
        person_id=person_id,
        roles=role_map.roles_of(groups),
        kept=(ADMINISTRATOR,) if last else (),
        now=now,
    )
    for deed, roles in (("role given", given), ("role taken", taken)):
        for role in roles:
            why = f"groups {fault}" if fault else "provider"
            append_audit(
                connection,
                stream=ORGANISATION,
                actor="provider",
                deed=deed,
                object_=f"person:{person_id}",
                payload={"role": role, "why": why},
                now=now,
            )
