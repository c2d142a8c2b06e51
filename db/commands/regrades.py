"""Corrections of results: proposing one, deciding on it, and keeping what it changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, insert, update

from db.columns import table
from db.tables_results import Regrade, RegradeChange

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class NewRegrade:
    """A correction about to be proposed: the revision whose key counts, or the last one dropped."""

    item_id: str
    kind: Literal["key", "drop"]
    revision_id: int
    skill: str
    why: str
    proposed_by: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a correction does to the result of one check; logits, and levels 1 to 4."""

    attempt_id: int
    learner_id: int
    correct_before: int
    correct_after: int
    theta_before: float
    theta_after: float
    eap_before: float
    eap_after: float
    eap_sd_before: float
    eap_sd_after: float
    level_before: int
    level_after: int


def insert_regrade(
    connection: Connection, *, regrade: NewRegrade, changes: Sequence[Change], now: datetime
) -> int:
    """Propose a correction with the list of what it would change; return its id."""
    rows = table(Regrade)
    values = {name: getattr(regrade, name) for name in NewRegrade.__slots__}
    regrade_id = int(
        connection.execute(
            insert(rows)
            .values(**values, state="proposed", proposed_at=now, waived=False, comment="")
            .returning(rows.c.id)
        ).scalar_one()
    )
    keep_changes(connection, regrade_id=regrade_id, changes=changes)
    return regrade_id


def keep_changes(connection: Connection, *, regrade_id: int, changes: Sequence[Change]) -> None:
    """Keep what a correction changes, in the place of what was thought before."""
    rows = table(RegradeChange)
    for first in range(0, len(changes), CHUNK):
        part = changes[first : first + CHUNK]
        connection.execute(
            delete(rows).where(
                rows.c.regrade_id == regrade_id,
                rows.c.attempt_id.in_([one.attempt_id for one in part]),
            )
        )
        connection.execute(
            insert(rows),
            [
                {name: getattr(one, name) for name in Change.__slots__} | {"regrade_id": regrade_id}
                for one in part
            ],
        )


def decide_regrade(
    connection: Connection,
    regrade_id: int,
    *,
    state: Literal["approved", "rejected"],
    decided_by: int,
    waived: bool,
    comment: str,
    now: datetime,
) -> bool:
    """Decide on a proposed correction, once; False when that was done before."""
    rows = table(Regrade)
    done = connection.execute(
        update(rows)
        .where(rows.c.id == regrade_id, rows.c.state == "proposed")
        .values(state=state, decided_by=decided_by, decided_at=now, waived=waived, comment=comment)
    )
    return done.rowcount == 1
