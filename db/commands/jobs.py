"""Background work: asked for, held by one worker, kept alive, ended; each in the caller's write.

A job is held by the name of its worker and the number of the try. Whoever lost it - the lease ran
out and another worker took it - changes nothing any more.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from db.columns import table
from db.tables_jobs import Job


@dataclass(frozen=True, slots=True)
class Held:
    """A job that a worker holds."""

    id: int
    kind: str
    about: str
    payload: Mapping[str, Any]
    worker: str
    tries: int


def insert_job(
    connection: Connection,
    *,
    kind: str,
    about: str,
    payload: Mapping[str, object],
    now: datetime,
    run_after: datetime,
    asked_by: int | None = None,
) -> int | None:
    """Ask for work and return its id; None when the same is waiting already."""
    rows = table(Job)
    words = postgresql if connection.dialect.name == "postgresql" else sqlite
    return connection.execute(
        words.insert(rows)
        .values(
            kind=kind,
            about=about,
            payload=dict(payload),
            state="waiting",
            tries=0,
            progress=0.0,
            message="",
            asked_by=asked_by,
            asked_at=now,
            run_after=run_after,
        )
        .on_conflict_do_nothing()
        .returning(rows.c.id)
    ).scalar()


def claim_job(
    connection: Connection,
    *,
    kinds: Collection[str],
    worker: str,
    now: datetime,
    leased_until: datetime,
) -> Held | None:
    """Hold the job that has waited longest; None when there is nothing to do.

    Two jobs about the same thing never run at once: the second waits for the first.
    """
    rows, other = table(Job), table(Job).alias("other")
    busy = exists().where(
        other.c.state == "running", other.c.kind == rows.c.kind, other.c.about == rows.c.about
    )
    found = connection.execute(
        select(rows.c.id, rows.c.kind, rows.c.about, rows.c.payload, rows.c.tries)
        .where(
            rows.c.state == "waiting",
            rows.c.run_after <= now,
            rows.c.kind.in_(sorted(kinds)),
            (rows.c.about == "") | ~busy,
        )
        .order_by(rows.c.run_after, rows.c.id)
        .limit(1)
        # On PostgreSQL other workers step over it; SQLite lets one writer in at a time.
        .with_for_update(skip_locked=True, of=rows)
    ).first()
    if found is None:
        return None
    connection.execute(
        update(rows)
        .where(rows.c.id == found.id)
        .values(
            state="running",
            worker=worker,
            tries=found.tries + 1,
            started_at=now,
            beat_at=now,
            leased_until=leased_until,
            ended_at=None,
            progress=0.0,
            message="",
        )
    )
    return Held(found.id, found.kind, found.about, found.payload, worker, found.tries + 1)


def touch_job(connection: Connection, *, held: Held, now: datetime, leased_until: datetime) -> bool:
    """Keep the lease for longer; False when it is lost."""
    rows = table(Job)
    done = connection.execute(
        update(rows).where(_is_held(held)).values(beat_at=now, leased_until=leased_until)
    )
    return done.rowcount > 0


def update_job_progress(
    connection: Connection, *, held: Held, progress: float, message: str
) -> bool:
    """Say how far the work is, 0 to 1, with a word; False when the lease is lost."""
    rows = table(Job)
    done = connection.execute(
        update(rows).where(_is_held(held)).values(progress=progress, message=message)
    )
    return done.rowcount > 0


def lock_job(connection: Connection, *, held: Held) -> bool:
    """Hold the row until the transaction ends; False when the lease is lost."""
    rows = table(Job)
    found = connection.execute(select(rows.c.id).where(_is_held(held)).with_for_update())
    return found.first() is not None


def finish_job(connection: Connection, *, held: Held, now: datetime) -> bool:
    """Mark the work as done; False when the lease is lost."""
    rows = table(Job)
    done = connection.execute(
        update(rows)
        .where(_is_held(held))
        .values(state="done", progress=1.0, ended_at=now, leased_until=None)
    )
    return done.rowcount > 0


def fail_job(
    connection: Connection,
    *,
    held: Held,
    reason: str,
    now: datetime,
    again_at: datetime | None,
) -> bool:
    """Keep why the work failed, and let it wait for another try where there is one.

    Where the same was asked for anew in the meantime, that one is the next try.
    """
    rows = table(Job)
    if again_at is None or _is_asked_anew(connection, held):
        values: dict[str, Any] = {"state": "failed", "ended_at": now}
    else:
        values = {"state": "waiting", "run_after": again_at}
    done = connection.execute(
        update(rows).where(_is_held(held)).values(message=reason, leased_until=None, **values)
    )
    return done.rowcount > 0


def select_lost_jobs(connection: Connection, *, now: datetime) -> tuple[Held, ...]:
    """Return the running jobs whose lease ran out: their worker died or hangs."""
    rows = table(Job)
    found = connection.execute(
        select(rows.c.id, rows.c.kind, rows.c.about, rows.c.payload, rows.c.worker, rows.c.tries)
        .where(rows.c.state == "running", rows.c.leased_until < now)
        .order_by(rows.c.id)
        .with_for_update(skip_locked=True)
    )
    return tuple(Held(*row) for row in found)


def retry_job(connection: Connection, *, job_id: int, now: datetime) -> bool:
    """Let a failed job wait for a first try again; False when it did not fail, or is asked anew."""
    rows = table(Job)
    failed = (rows.c.id == job_id) & (rows.c.state == "failed")
    found = connection.execute(
        select(rows.c.kind, rows.c.about).where(failed).with_for_update()
    ).first()
    if found is None or _waits(connection, kind=found.kind, about=found.about):
        return False
    connection.execute(
        update(rows)
        .where(failed)
        .values(state="waiting", tries=0, run_after=now, ended_at=None, progress=0.0)
    )
    return True


def delete_done_jobs(connection: Connection, *, kind: str, before: datetime) -> int:
    """Forget the jobs of a kind that ended well before a moment."""
    rows = table(Job)
    return connection.execute(
        delete(rows).where(rows.c.kind == kind, rows.c.state == "done", rows.c.ended_at < before)
    ).rowcount


def _is_held(held: Held) -> ColumnElement[bool]:
    rows = table(Job)
    return and_(
        rows.c.id == held.id,
        rows.c.state == "running",
        rows.c.worker == held.worker,
        rows.c.tries == held.tries,
    )


def _is_asked_anew(connection: Connection, held: Held) -> bool:
    return _waits(connection, kind=held.kind, about=held.about)


def _waits(connection: Connection, *, kind: str, about: str) -> bool:
    rows = table(Job)
    waiting = select(rows.c.id).where(
        rows.c.state == "waiting", rows.c.kind == kind, rows.c.about == about, rows.c.about != ""
    )
    return connection.execute(waiting.limit(1)).first() is not None
