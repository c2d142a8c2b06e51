"""Tell learners on Home that their work was graded."""

import sqlalchemy as sa
from alembic import op

revision = "0015_work_notices"
down_revision = "0014_time_and_test_outs"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
BEFORE, SINCE = "kind IN ('level changed')", "kind IN ('level changed', 'work graded')"
NAME = "ck_notice_kind_is_known"


def upgrade() -> None:
    """Allow the new kind of notice."""
    _allow(SINCE)


def downgrade() -> None:
    """Remove notices of the new kind, then forbid it."""
    op.execute("DELETE FROM notice WHERE kind = 'work graded'")
    _allow(BEFORE)


def _allow(kinds: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(NAME), "notice", type_="check")
        op.create_check_constraint(op.f(NAME), "notice", kinds)
        return
    # SQLite does not tell its CHECKs to whoever rebuilds a table, so they are all named here.
    with op.batch_alter_table("notice", recreate="always", copy_from=_notice(kinds)):
        pass


def _notice(kinds: str) -> sa.Table:
    return sa.Table(
        "notice",
        sa.MetaData(),
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.CheckConstraint(kinds, name=op.f(NAME)),
        sa.CheckConstraint(
            "read_at IS NULL OR read_at >= made_at", name=op.f("ck_notice_made_at_before_read_at")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_notice_person_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "person_id", "kind", "about", name=op.f("uq_notice_person_id_kind_about")
        ),
    )
