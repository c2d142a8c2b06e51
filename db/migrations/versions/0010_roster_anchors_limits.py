"""Know who stands on the roster, why roles were given, where the audit ended, and limits."""

import sqlalchemy as sa
from alembic import op

revision = "0010_roster_anchors_limits"
down_revision = "0009_background_work"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ORGANISATION = sa.text("stream = 'organisation'")


def upgrade() -> None:
    """Add the columns of the roster and of grants, and the tables of anchors and limits."""
    no = sa.false()
    op.add_column("person", sa.Column("on_roster", sa.Boolean(), nullable=False, server_default=no))
    op.add_column("person", sa.Column("last_day", sa.Date(), nullable=True))
    for name in ("reason", "revoked_reason"):
        op.add_column("role_grant", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in ("role_grant", "team_manager"):
        op.add_column(
            name, sa.Column("from_roster", sa.Boolean(), nullable=False, server_default=no)
        )
    op.create_table(
        "audit_anchor",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("prev_digest", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_audit_anchor_number_from_one")),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_audit_anchor_digest_is_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_anchor")),
        sa.UniqueConstraint("number", name=op.f("uq_audit_anchor_number")),
    )
    op.create_table(
        "audit_anchor_head",
        sa.Column("anchor_id", ID, nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seq", ID, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["anchor_id"],
            ["audit_anchor.id"],
            name=op.f("fk_audit_anchor_head_anchor_id_audit_anchor"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("anchor_id", "stream", name=op.f("pk_audit_anchor_head")),
    )
    op.create_index(op.f("ix_audit_anchor_head_stream"), "audit_anchor_head", ["stream"])
    op.create_table(
        "allowance",
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("clear_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("who", "deed", name=op.f("pk_allowance")),
    )
    for name in ("at", "actor", "object"):
        op.create_index(
            f"ix_audit_organisation_{name}",
            "audit",
            [name],
            sqlite_where=ORGANISATION,
            postgresql_where=ORGANISATION,
        )


def downgrade() -> None:
    """Remove the tables, the indexes and the columns."""
    for name in ("object", "actor", "at"):
        op.drop_index(f"ix_audit_organisation_{name}", "audit")
    op.drop_table("allowance")
    op.drop_table("audit_anchor_head")
    op.drop_table("audit_anchor")
    for name in ("team_manager", "role_grant"):
        op.drop_column(name, "from_roster")
    for name in ("revoked_reason", "reason"):
        op.drop_column("role_grant", name)
    for name in ("last_day", "on_roster"):
        op.drop_column("person", name)
