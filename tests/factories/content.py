"""Published content and what learners did with it."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select

from db.columns import table
from db.store import Store
from db.tables import (
    Assignment,
    Content,
    Head,
    Progress,
    Revision,
)
from tests.factories.rows import NOW, add_row, next_number


def make_revision(
    store: Store,
    *,
    content_id: str | None = None,
    kind: str = "item",
    owner_id: str | None = None,
    body: Mapping[str, Any] | None = None,
    source: str = "",
    origin: str = "git",
    published_at: datetime = NOW,
) -> int:
    """Publish a text: the content where it is new, one more revision, and the head on it."""
    content_id = content_id or f"{kind}-{next_number()}"
    source = source or f"{content_id}, text {next_number()}"
    revisions, contents, heads = table(Revision), table(Content), table(Head)

    def publish(connection: Any) -> int:
        last = connection.execute(
            select(func.max(revisions.c.number)).where(revisions.c.content_id == content_id)
        ).scalar()
        if last is None:
            connection.execute(
                insert(contents).values(id=content_id, kind=kind, first_published_at=published_at)
            )
        revision = connection.execute(
            insert(revisions)
            .values(
                content_id=content_id,
                number=(last or 0) + 1,
                content_hash=hashlib.sha256(source.encode()).hexdigest(),
                key_hash="",
                origin=origin,
                path=f"curriculum/{content_id}.md",
                source=source,
                body=dict(body or {}),
                published_at=published_at,
            )
            .returning(revisions.c.id)
        ).scalar_one()
        connection.execute(heads.delete().where(heads.c.content_id == content_id))
        connection.execute(
            insert(heads).values(
                content_id=content_id,
                revision_id=revision,
                owner_id=owner_id or content_id,
                kind=kind,
            )
        )
        return revision

    return store.write(publish)


def make_track(store: Store, *, track_id: str = "agents", **values: Any) -> int:
    """Publish a track; return its revision."""
    return make_revision(store, content_id=track_id, kind="track", **values)


def make_module(store: Store, *, module_id: str = "a3-traces", **values: Any) -> int:
    """Publish a module; return its revision."""
    return make_revision(store, content_id=module_id, kind="module", **values)


def make_lesson(
    store: Store,
    *,
    lesson_id: str = "a3-traces.reading",
    module_id: str = "a3-traces",
    **values: Any,
) -> int:
    """Publish a lesson of a module; return its revision."""
    return make_revision(store, content_id=lesson_id, kind="lesson", owner_id=module_id, **values)


def make_item(
    store: Store, *, item_id: str | None = None, owner_id: str | None = None, **values: Any
) -> int:
    """Publish an item; return its revision."""
    return make_revision(store, content_id=item_id, kind="item", owner_id=owner_id, **values)


def make_assignment(
    store: Store,
    *,
    learner: int,
    track_id: str = "agents",
    assigned_by: int | None = None,
    due_on: date | None = None,
) -> int:
    """Assign a track to a learner, publishing the track where there is none."""
    require_content(store, track_id, kind="track")
    return add_row(
        store,
        Assignment,
        learner_id=learner,
        track_id=track_id,
        assigned_by=assigned_by,
        assigned_at=NOW,
        due_on=due_on,
    )


def make_progress(
    store: Store,
    *,
    learner: int,
    lesson_id: str = "a3-traces.reading",
    module_id: str = "a3-traces",
    done_at: datetime | None = None,
) -> int:
    """Open a lesson for a learner, and finish it where `done_at` is given."""
    require_content(store, module_id, kind="module")
    revision = require_content(store, lesson_id, kind="lesson", owner_id=module_id)
    return add_row(
        store,
        Progress,
        learner_id=learner,
        lesson_id=lesson_id,
        module_id=module_id,
        revision_id=revision,
        opened_at=NOW,
        seen_at=NOW,
        done_at=done_at,
    )


def require_content(
    store: Store, content_id: str, *, kind: str, owner_id: str | None = None
) -> int:
    heads = table(Head)
    known = store.read(
        lambda c: c.execute(
            select(heads.c.revision_id).where(heads.c.content_id == content_id)
        ).scalar()
    )
    if known is not None:
        return known
    return make_revision(store, content_id=content_id, kind=kind, owner_id=owner_id)
