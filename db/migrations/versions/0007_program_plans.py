"""Name the tables of program plans, of their tracks and units, and of what the start knew."""

import sqlalchemy as sa
from alembic import op

revision = "0007_program_plans"
down_revision = "0006_practice_in_lessons"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
FROZEN_COLUMNS = "skill, occasion, covariates, unit, drafted_at, frozen_at, plan_hash"
ON_SQLITE = (
    f"CREATE TRIGGER frozen_plan BEFORE UPDATE OF {FROZEN_COLUMNS} ON program_plan "
    "WHEN OLD.frozen_at IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'this analysis plan is frozen'); END",
)
ON_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION refuse_frozen_plan() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'this analysis plan is frozen'; END $$",
    f"CREATE TRIGGER frozen_plan BEFORE UPDATE OF {FROZEN_COLUMNS} ON program_plan "
    "FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION refuse_frozen_plan()",
)


def upgrade() -> None:
    """Add the tables with all their constraints; programs of before keep their one track."""
    _program_track()
    _program_unit()
    _program_plan()
    _enrolment_start()
    _standing_cohort()
    op.execute(
        "INSERT INTO program_track (program_id, track_id, position) "
        "SELECT id, track_id, 1 FROM program"
    )
    for statement in ON_SQLITE if op.get_bind().dialect.name == "sqlite" else ON_POSTGRESQL:
        op.execute(statement)


def _points_at(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}_{target}"),
        ondelete="RESTRICT",
    )


def _program_track() -> None:
    op.create_table(
        "program_track",
        sa.Column("program_id", ID, nullable=False),
        sa.Column("track_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_program_track_position_from_one")),
        _points_at("program_track", "program_id", "program"),
        _points_at("program_track", "track_id", "content"),
        sa.PrimaryKeyConstraint("program_id", "track_id", name=op.f("pk_program_track")),
    )


def _program_unit() -> None:
    op.create_table(
        "program_unit",
        sa.Column("program_id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=False),
        _points_at("program_unit", "program_id", "program"),
        _points_at("program_unit", "team_id", "team"),
        sa.PrimaryKeyConstraint("program_id", "team_id", name=op.f("pk_program_unit")),
    )


def _program_plan() -> None:
    op.create_table(
        "program_plan",
        sa.Column("program_id", ID, nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("covariates", sa.JSON(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("drafted_at", MOMENT, nullable=False),
        sa.Column("drafted_by", ID, nullable=True),
        sa.Column("frozen_at", MOMENT, nullable=True),
        sa.Column("frozen_by", ID, nullable=True),
        sa.Column("plan_hash", sa.String(), nullable=False),
        sa.CheckConstraint(
            "occasion IN ('end', 'plus3', 'plus6')", name=op.f("ck_program_plan_occasion_is_known")
        ),
        sa.CheckConstraint(
            "unit IN ('learner', 'team')", name=op.f("ck_program_plan_unit_is_known")
        ),
        sa.CheckConstraint(
            "(frozen_at IS NULL) = (length(plan_hash) = 0)",
            name=op.f("ck_program_plan_frozen_with_its_hash"),
        ),
        _points_at("program_plan", "program_id", "program"),
        _points_at("program_plan", "drafted_by", "person"),
        _points_at("program_plan", "frozen_by", "person"),
        sa.PrimaryKeyConstraint("program_id", name=op.f("pk_program_plan")),
    )
    op.create_index(op.f("ix_program_plan_drafted_by"), "program_plan", ["drafted_by"])
    op.create_index(op.f("ix_program_plan_frozen_by"), "program_plan", ["frozen_by"])


def _enrolment_start() -> None:
    op.create_table(
        "enrolment_start",
        sa.Column("enrolment_id", ID, nullable=False),
        sa.Column("stratum", sa.Text(), nullable=True),
        sa.Column("role_profile", sa.String(), nullable=False),
        sa.Column("months_in_house", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "months_in_house >= 0", name=op.f("ck_enrolment_start_months_not_negative")
        ),
        _points_at("enrolment_start", "enrolment_id", "enrolment"),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_enrolment_start")),
    )


def _standing_cohort() -> None:
    op.create_table(
        "standing_cohort",
        sa.Column("track_id", sa.Text(), nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        _points_at("standing_cohort", "track_id", "content"),
        _points_at("standing_cohort", "cohort_id", "cohort"),
        sa.PrimaryKeyConstraint("track_id", name=op.f("pk_standing_cohort")),
    )
    op.create_index(op.f("ix_standing_cohort_cohort_id"), "standing_cohort", ["cohort_id"])


def downgrade() -> None:
    """Remove the tables, and what guarded the frozen plans."""
    for name in (
        "standing_cohort",
        "enrolment_start",
        "program_plan",
        "program_unit",
        "program_track",
    ):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_frozen_plan()")
