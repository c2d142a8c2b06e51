"""Name the tables of drafts, of reasons for revisions, and of files seen on disk."""

import sqlalchemy as sa
from alembic import op

revision = "0004_drafts"
down_revision = "0003_attempts_results_evidence"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables with all their constraints."""
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
        sa.CheckConstraint(
            "state IN ('draft', 'review', 'returned')", name=op.f("ck_draft_state_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["person.id"],
            name=op.f("fk_draft_author_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("path", "author_id", name=op.f("pk_draft")),
    )
    op.create_table(
        "revision_note",
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("key_choice", sa.String(), nullable=False),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "key_choice IN ('none', 'correction', 'new revision')",
            name=op.f("ck_revision_note_key_choice_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revision.id"],
            name=op.f("fk_revision_note_revision_id_revision"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["person.id"],
            name=op.f("fk_revision_note_author_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_revision_note")),
    )
    op.create_index(op.f("ix_revision_note_author_id"), "revision_note", ["author_id"])
    op.create_table(
        "disk_file",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_disk_file")),
    )
    op.create_index(op.f("ix_disk_file_content_id"), "disk_file", ["content_id"])


def downgrade() -> None:
    """Remove the tables."""
    for name in ("disk_file", "revision_note", "draft"):
        op.drop_table(name)
