"""Know consents, erased people, roles that the provider gives, and what ends a sign-in there."""

import sqlalchemy as sa
from alembic import op

revision = "0011_consent_and_erasure"
down_revision = "0010_roster_anchors_limits"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    """Add the table of consents and the columns beside people, grants and sessions."""
    op.add_column("person", sa.Column("erased_at", MOMENT, nullable=True))
    op.add_column(
        "role_grant",
        sa.Column("from_provider", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("session", sa.Column("id_token", sa.Text(), nullable=True))
    op.create_table(
        "consent",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('levels to managers')", name=op.f("ck_consent_kind_is_known")),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= given_at",
            name=op.f("ck_consent_given_at_before_withdrawn_at"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_consent_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_person_id_kind", "consent", ["person_id", "kind"])
    op.create_index(
        "uq_consent_open",
        "consent",
        ["person_id", "kind"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    """Remove the table and the columns."""
    op.drop_table("consent")
    op.drop_column("session", "id_token")
    op.drop_column("role_grant", "from_provider")
    op.drop_column("person", "erased_at")
