"""Name the tables of learning and programs."""

import sqlalchemy as sa
from alembic import op

revision = "0002_learning_programs"
down_revision = "0001_people_teams_content"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "assignment",
    "program",
    "start_choice",
    "cohort",
    "lottery",
    "progress",
    "enrolment",
    "occasion",
)


def upgrade() -> None:
    """Add the tables with all their constraints."""
    _assignment()
    _program()
    _start_choice()
    _cohort()
    _lottery()
    _progress()
    _enrolment()
    _occasion()


def _assignment() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("track_id", sa.Text(), nullable=False),
        sa.Column("assigned_by", ID, nullable=True),
        sa.Column("assigned_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assigned_by"],
            ["person.id"],
            name=op.f("fk_assignment_assigned_by_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_assignment_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["content.id"],
            name=op.f("fk_assignment_track_id_content"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "learner_id", "track_id", name=op.f("uq_assignment_learner_id_track_id")
        ),
    )
    op.create_index(op.f("ix_assignment_assigned_by"), "assignment", ["assigned_by"])
    op.create_index(op.f("ix_assignment_track_id"), "assignment", ["track_id"])


def _program() -> None:
    op.create_table(
        "program",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("track_id", sa.Text(), nullable=False),
        sa.Column("design", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "design IN ('lottery', 'wave', 'manager', 'self')",
            name=op.f("ck_program_design_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["person.id"],
            name=op.f("fk_program_created_by_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["content.id"],
            name=op.f("fk_program_track_id_content"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        sa.UniqueConstraint("name", name=op.f("uq_program_name")),
    )
    op.create_index(op.f("ix_program_created_by"), "program", ["created_by"])
    op.create_index(op.f("ix_program_track_id"), "program", ["track_id"])


def _start_choice() -> None:
    op.create_table(
        "start_choice",
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("track_id", sa.Text(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "choice IN ('taken', 'skipped')", name=op.f("ck_start_choice_choice_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_start_choice_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["content.id"],
            name=op.f("fk_start_choice_track_id_content"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("learner_id", "track_id", name=op.f("pk_start_choice")),
    )


def _cohort() -> None:
    op.create_table(
        "cohort",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("program_id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "arm IN ('structured', 'self_directed')", name=op.f("ck_cohort_arm_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["program.id"],
            name=op.f("fk_cohort_program_id_program"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("program_id", "name", name=op.f("uq_cohort_program_id_name")),
    )
    op.create_index(op.f("ix_cohort_program_id"), "cohort", ["program_id"])


def _lottery() -> None:
    op.create_table(
        "lottery",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("program_id", ID, nullable=False),
        sa.Column("seed", ID, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("list_hash", sa.String(), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("drawn_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["drawn_by"],
            ["person.id"],
            name=op.f("fk_lottery_drawn_by_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["program.id"],
            name=op.f("fk_lottery_program_id_program"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lottery")),
    )
    op.create_index(op.f("ix_lottery_drawn_by"), "lottery", ["drawn_by"])
    op.create_index(op.f("ix_lottery_program_id"), "lottery", ["program_id"])


def _progress() -> None:
    op.create_table(
        "progress",
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("lesson_id", sa.Text(), nullable=False),
        sa.Column("module_id", sa.Text(), nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_progress_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["content.id"],
            name=op.f("fk_progress_lesson_id_content"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["module_id"],
            ["content.id"],
            name=op.f("fk_progress_module_id_content"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revision.id"],
            name=op.f("fk_progress_revision_id_revision"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("learner_id", "lesson_id", name=op.f("pk_progress")),
    )
    op.create_index(op.f("ix_progress_module_id"), "progress", ["module_id"])
    op.create_index(op.f("ix_progress_revision_id"), "progress", ["revision_id"])


def _enrolment() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("team_at_start_id", ID, nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("assigned_by", sa.String(), nullable=False),
        sa.Column("assigned_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "arm IN ('structured', 'self_directed')", name=op.f("ck_enrolment_arm_is_known")
        ),
        sa.CheckConstraint(
            "assigned_by IN ('lottery', 'wave', 'manager', 'self')",
            name=op.f("ck_enrolment_assigned_by_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohort.id"],
            name=op.f("fk_enrolment_cohort_id_cohort"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_enrolment_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["team_at_start_id"],
            ["team.id"],
            name=op.f("fk_enrolment_team_at_start_id_team"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint(
            "cohort_id", "learner_id", name=op.f("uq_enrolment_cohort_id_learner_id")
        ),
    )
    op.create_index(op.f("ix_enrolment_learner_id"), "enrolment", ["learner_id"])
    op.create_index(op.f("ix_enrolment_team_at_start_id"), "enrolment", ["team_at_start_id"])


def _occasion() -> None:
    op.create_table(
        "occasion",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("cohort_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('baseline', 'end', 'plus3', 'plus6')", name=op.f("ck_occasion_kind_is_known")
        ),
        sa.CheckConstraint(
            "closes_on IS NULL OR closes_on >= opens_on",
            name=op.f("ck_occasion_opens_on_before_closes_on"),
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohort.id"],
            name=op.f("fk_occasion_cohort_id_cohort"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occasion")),
        sa.UniqueConstraint("cohort_id", "kind", name=op.f("uq_occasion_cohort_id_kind")),
    )


def downgrade() -> None:
    """Take the tables away, children first."""
    for table in reversed(TABLES):
        op.drop_table(table)
