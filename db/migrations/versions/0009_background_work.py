"""Name what a job is about and who runs it, and keep comparisons."""

import sqlalchemy as sa
from alembic import op

revision = "0009_background_work"
down_revision = "0008_regrades_and_statistics"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting' AND about <> ''")


def upgrade() -> None:
    """Add the columns of running jobs, and the table of comparisons."""
    op.add_column("job", sa.Column("about", sa.Text(), nullable=False, server_default=""))
    op.add_column("job", sa.Column("worker", sa.String(), nullable=True))
    for name in ("started_at", "beat_at"):
        op.add_column("job", sa.Column(name, MOMENT, nullable=True))
    op.create_index(
        "uq_job_waiting",
        "job",
        ["kind", "about"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_table(
        "comparison",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("program_id", ID, nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("inputs_hash", sa.String(), nullable=False),
        sa.Column("code_version", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("computed_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "occasion IN ('end', 'plus3', 'plus6')", name=op.f("ck_comparison_occasion_is_known")
        ),
        sa.CheckConstraint(
            "length(inputs_hash) = 64", name=op.f("ck_comparison_inputs_hash_is_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["program.id"],
            name=op.f("fk_comparison_program_id_program"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison")),
        sa.UniqueConstraint(
            "program_id", "occasion", name=op.f("uq_comparison_program_id_occasion")
        ),
    )


def downgrade() -> None:
    """Remove the table and the columns."""
    op.drop_table("comparison")
    op.drop_index("uq_job_waiting", "job")
    for name in ("beat_at", "started_at", "worker", "about"):
        op.drop_column("job", name)
