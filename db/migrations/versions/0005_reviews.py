"""Name the table of reviews, and what drafts and revisions owe to them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005_reviews"
down_revision = "0004_drafts"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
DRAFT = "path, author_id, text, base, base_hash, state, comment, saves, saved_at"
NOTE = "revision_id, why, author_id, key_choice, waived"


def upgrade() -> None:
    """Add the table of reviews; rebuild the two that point at it."""
    op.create_table(
        "review",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("key_choices", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("waived_by", ID, nullable=True),
        sa.Column("waiver", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'returned', 'withdrawn')",
            name=op.f("ck_review_state_is_known"),
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_review_decided_once")
        ),
        sa.CheckConstraint(
            "decided_at IS NULL OR decided_at >= sent_at",
            name=op.f("ck_review_sent_at_before_decided_at"),
        ),
        *(_to_person("review", column) for column in ("author_id", "decided_by", "waived_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    for column in ("author_id", "decided_by", "waived_by"):
        op.create_index(op.f(f"ix_review_{column}"), "review", [column])
    _set_aside("draft")
    _make_draft(
        sa.Column("review_id", ID, nullable=True),
        sa.Column("sent_hash", sa.String(), nullable=False),
        _to_review("draft"),
    )
    op.create_index(op.f("ix_draft_review_id"), "draft", ["review_id"])
    # What was in review had no reviewer yet; its author sends it again.
    _bring_back("draft", DRAFT, DRAFT.replace("state", _swap("state", "review", "draft")), "''")
    _set_aside("revision_note")
    _make_note(
        "'none', 'correction', 'new revision', 'new item'",
        sa.Column("review_id", ID, nullable=True),
        sa.Column("restores_id", ID, nullable=True),
        _to_review("revision_note"),
        sa.ForeignKeyConstraint(
            ["restores_id"],
            ["revision.id"],
            name=op.f("fk_revision_note_restores_id_revision"),
            ondelete="RESTRICT",
        ),
    )
    for column in ("review_id", "restores_id"):
        op.create_index(op.f(f"ix_revision_note_{column}"), "revision_note", [column])
    _bring_back("revision_note", NOTE, NOTE)


def downgrade() -> None:
    """Rebuild the two tables without reviews, and remove these."""
    _set_aside("draft")
    _make_draft()
    _bring_back("draft", DRAFT, DRAFT.replace("state", _swap("state", "review", "draft")))
    _set_aside("revision_note")
    _make_note("'none', 'correction', 'new revision'")
    kept = NOTE.replace("key_choice", _swap("key_choice", "new item", "new revision"))
    _bring_back("revision_note", NOTE, kept)
    op.drop_table("review")


def _set_aside(name: str) -> None:
    """Keep the rows and drop the table; its constraints keep their names for the new one."""
    op.execute(f"CREATE TABLE {name}_before AS SELECT * FROM {name}")  # noqa: S608 - names above
    op.drop_table(name)


def _bring_back(name: str, columns: str, values: str, sent_hash: str = "") -> None:
    into = f"{columns}, sent_hash" if sent_hash else columns
    what = f"{values}, {sent_hash}" if sent_hash else values
    rows = f"SELECT {what} FROM {name}_before"  # noqa: S608 - names above
    op.execute(f"INSERT INTO {name} ({into}) {rows}")
    op.drop_table(f"{name}_before")


def _swap(column: str, old: str, new: str) -> str:
    return f"CASE {column} WHEN '{old}' THEN '{new}' ELSE {column} END"


def _to_person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["person.id"], name=op.f(f"fk_{table}_{column}_person"), ondelete="RESTRICT"
    )


def _to_review(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["review_id"], ["review.id"], name=op.f(f"fk_{table}_review_id_review"), ondelete="RESTRICT"
    )


def _make_draft(*more: sa.Column[Any] | sa.Constraint) -> None:
    op.create_table(
        "draft",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("base_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("saves", sa.Integer(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        *more,
        sa.CheckConstraint(
            "state IN ('draft', 'review', 'returned')", name=op.f("ck_draft_state_is_known")
        ),
        _to_person("draft", "author_id"),
        sa.PrimaryKeyConstraint("path", "author_id", name=op.f("pk_draft")),
    )


def _make_note(choices: str, *more: sa.Column[Any] | sa.Constraint) -> None:
    op.create_table(
        "revision_note",
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("key_choice", sa.String(), nullable=False),
        sa.Column("waived", sa.Boolean(), nullable=False),
        *more,
        sa.CheckConstraint(
            f"key_choice IN ({choices})", name=op.f("ck_revision_note_key_choice_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revision.id"],
            name=op.f("fk_revision_note_revision_id_revision"),
            ondelete="RESTRICT",
        ),
        _to_person("revision_note", "author_id"),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_revision_note")),
    )
    op.create_index(op.f("ix_revision_note_author_id"), "revision_note", ["author_id"])
