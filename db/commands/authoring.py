"""Drafts, reasons for revisions, and what disk and browser last had in common."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update

from db.columns import table
from db.tables import Revision
from db.tables_authoring import DiskFile, Draft, RevisionNote

KeyChoice = Literal["none", "correction", "new revision", "new item"]


@dataclass(frozen=True, slots=True)
class DraftText:
    """An author's text about to be kept."""

    path: str
    author_id: int
    text: str
    base: str
    base_hash: str


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file of the content folder; of a picture only the SHA-256 of its bytes."""

    path: str
    content_id: str | None
    text: str = ""
    sha256: str = ""


def upsert_draft(
    connection: Connection, *, draft: DraftText, saves: int, now: datetime
) -> int | None:
    """Keep a draft; return how often it was saved, or None when `saves` is not the newest.

    `saves` is what the author's window knew, 0 for a draft that is not there yet. A draft that
    was in review or came back is a draft again once its text changes.
    """
    rows = table(Draft)
    mine = (rows.c.path == draft.path) & (rows.c.author_id == draft.author_id)
    values = {
        "text": draft.text,
        "base": draft.base,
        "base_hash": draft.base_hash,
        "state": "draft",
        "saves": saves + 1,
        "saved_at": now,
        "review_id": None,
        "sent_hash": "",
    }
    if saves:
        changed = connection.execute(
            update(rows).where(mine, rows.c.saves == saves).values(**values)
        )
        return saves + 1 if changed.rowcount else None
    if connection.execute(select(rows.c.saves).where(mine)).first() is not None:
        return None
    connection.execute(
        insert(rows).values(path=draft.path, author_id=draft.author_id, comment="", **values)
    )
    return 1


def delete_draft(connection: Connection, *, path: str, author_id: int) -> None:
    """Remove a draft: it was published or given up."""
    rows = table(Draft)
    connection.execute(delete(rows).where(rows.c.path == path, rows.c.author_id == author_id))


def insert_revision_note(
    connection: Connection,
    *,
    revision_id: int,
    why: str,
    author_id: int | None,
    key_choice: KeyChoice,
    waived: bool,
    review_id: int | None = None,
    restores_id: int | None = None,
) -> None:
    """Say why a revision was made, who wrote it, and which older one it brings back."""
    connection.execute(
        insert(table(RevisionNote)).values(
            revision_id=revision_id,
            why=why,
            author_id=author_id,
            key_choice=key_choice,
            waived=waived,
            review_id=review_id,
            restores_id=restores_id,
        )
    )


def fill_sources(connection: Connection, sources: Mapping[int, str]) -> None:
    """Give revisions that were published before texts were kept the text they were made from."""
    rows = table(Revision)
    for revision_id, source in sources.items():
        connection.execute(
            update(rows).where(rows.c.id == revision_id, rows.c.source == "").values(source=source)
        )


def keep_seen_files(connection: Connection, files: Collection[SeenFile], *, now: datetime) -> None:
    """Remember files as they were found on disk; those that did not change are left alone."""
    rows = table(DiskFile)
    known = {
        row.path: (row.content_id, row.text, row.sha256)
        for row in connection.execute(
            select(rows.c.path, rows.c.content_id, rows.c.text, rows.c.sha256)
        )
    }
    for file in files:
        values = (file.content_id, file.text, file.sha256)
        if known.get(file.path) == values:
            continue
        connection.execute(delete(rows).where(rows.c.path == file.path))
        connection.execute(
            insert(rows).values(
                path=file.path,
                content_id=file.content_id,
                text=file.text,
                sha256=file.sha256,
                seen_at=now,
            )
        )


def forget_files_except(
    connection: Connection, paths: Collection[str], *, known: Collection[str]
) -> None:
    """Forget files that are no longer on disk, unless their content id is among the `known`."""
    rows = table(DiskFile)
    kept = set(paths)
    for path, content_id in list(connection.execute(select(rows.c.path, rows.c.content_id))):
        if path not in kept and content_id not in known:
            connection.execute(delete(rows).where(rows.c.path == path))
