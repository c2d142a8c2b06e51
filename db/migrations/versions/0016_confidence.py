"""Know how sure people say they feel in a skill."""

import sqlalchemy as sa
from alembic import op

revision = "0016_confidence"
down_revision = "0015_work_notices"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table of self-ratings."""
    op.create_table(
        "confidence",
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("rated_at", MOMENT, nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 4", name=op.f("ck_confidence_rating_is_known")),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_confidence_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("learner_id", "skill", name=op.f("pk_confidence")),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("confidence")
