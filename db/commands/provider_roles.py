"""Roles that follow the OpenID provider: given and taken at each sign-in, never those of others."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from db.columns import table
from db.tables import RoleGrant


def follow_provider(
    connection: Connection,
    *,
    person_id: int,
    roles: Collection[str],
    kept: Collection[str] = (),
    now: datetime,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Let a person have these roles from the provider; return what was given and what taken.

    A role that was given by hand or by the roster is neither doubled nor taken; `kept` names
    roles that stay although the provider says nothing of them any more.
    """
    grants = table(RoleGrant)
    rows = connection.execute(
        select(grants.c.id, grants.c.role, grants.c.from_provider).where(
            grants.c.person_id == person_id, grants.c.revoked_at.is_(None)
        )
    ).all()
    held = {row.role for row in rows}
    ended = [row for row in rows if row.from_provider and row.role not in {*roles, *kept}]
    new = sorted(set(roles) - held)
    if ended:
        connection.execute(
            update(grants)
            .where(grants.c.id.in_([row.id for row in ended]))
            .values(revoked_at=now, revoked_reason="groups of the provider")
        )
    for role in new:
        connection.execute(
            insert(grants).values(
                person_id=person_id,
                role=role,
                granted_at=now,
                reason="groups of the provider",
                from_provider=True,
            )
        )
    return tuple(new), tuple(sorted(row.role for row in ended))
