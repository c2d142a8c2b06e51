"""Name the tables of attempts, results, work and evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0003_attempts_results_evidence"
down_revision = "0002_learning_programs"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "audit",
    "calibration",
    "growth_cell",
    "job",
    "attempt",
    "answer",
    "attempt_item",
    "result",
)


def upgrade() -> None:
    """Add the tables with all their constraints."""
    _audit()
    _calibration()
    _growth_cell()
    _job()
    _attempt()
    _answer()
    _attempt_item()
    _result()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seq", ID, autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_audit_seq_from_one")),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_deed"), "audit", ["deed"])


def _calibration() -> None:
    op.create_table(
        "calibration",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("learners", sa.Integer(), nullable=False),
        sa.Column("code_version", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "model IN ('prior', 'rasch', '2pl')", name=op.f("ck_calibration_model_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration")),
    )
    op.create_index(op.f("ix_calibration_skill"), "calibration", ["skill"])


def _growth_cell() -> None:
    op.create_table(
        "growth_cell",
        sa.Column("team_id", ID, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("total", ID, nullable=False),
        sa.Column("squares", ID, nullable=False),
        sa.Column("error_squares", ID, nullable=False),
        sa.Column("level_1", sa.Integer(), nullable=False),
        sa.Column("level_2", sa.Integer(), nullable=False),
        sa.Column("level_3", sa.Integer(), nullable=False),
        sa.Column("level_4", sa.Integer(), nullable=False),
        sa.Column("at_target", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "arm IN ('structured', 'self_directed', 'none')",
            name=op.f("ck_growth_cell_arm_is_known"),
        ),
        sa.CheckConstraint(
            "occasion IN ('baseline', 'end', 'plus3', 'plus6', 'none')",
            name=op.f("ck_growth_cell_occasion_is_known"),
        ),
        sa.CheckConstraint("scope IN ('team', 'line')", name=op.f("ck_growth_cell_scope_is_known")),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_growth_cell_team_id_team"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint(
            "team_id",
            "scope",
            "skill",
            "arm",
            "occasion",
            "month",
            "shard",
            name=op.f("pk_growth_cell"),
        ),
    )


def _job() -> None:
    op.create_table(
        "job",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("asked_by", ID, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("run_after", MOMENT, nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_job_state_is_known")
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 1", name=op.f("ck_job_progress_is_a_share")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name=op.f("fk_job_asked_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_asked_by"), "job", ["asked_by"])
    op.create_index("ix_job_state_run_after", "job", ["state", "run_after"])


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("skill", sa.String(), nullable=True),
        sa.Column("form", sa.String(), nullable=True),
        sa.Column("seed", ID, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("enrolment_id", ID, nullable=True),
        sa.Column("occasion_id", ID, nullable=True),
        sa.Column("team_at_taking_id", ID, nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "kind = 'practice' OR form IS NOT NULL", name=op.f("ck_attempt_check_has_a_form")
        ),
        sa.CheckConstraint("kind IN ('check', 'practice')", name=op.f("ck_attempt_kind_is_known")),
        sa.CheckConstraint(
            "submitted_at IS NULL OR submitted_at >= started_at",
            name=op.f("ck_attempt_started_at_before_submitted_at"),
        ),
        sa.ForeignKeyConstraint(
            ["content_id"],
            ["content.id"],
            name=op.f("fk_attempt_content_id_content"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_attempt_enrolment_id_enrolment"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_attempt_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["occasion_id"],
            ["occasion.id"],
            name=op.f("fk_attempt_occasion_id_occasion"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revision.id"],
            name=op.f("fk_attempt_revision_id_revision"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["team_at_taking_id"],
            ["team.id"],
            name=op.f("fk_attempt_team_at_taking_id_team"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_content_id"), "attempt", ["content_id"])
    op.create_index(op.f("ix_attempt_enrolment_id"), "attempt", ["enrolment_id"])
    op.create_index(op.f("ix_attempt_learner_id"), "attempt", ["learner_id"])
    op.create_index(op.f("ix_attempt_occasion_id"), "attempt", ["occasion_id"])
    op.create_index(op.f("ix_attempt_team_at_taking_id"), "attempt", ["team_at_taking_id"])
    op.create_index(
        "uq_attempt_open",
        "attempt",
        ["learner_id", "content_id"],
        unique=True,
        sqlite_where=sa.text("submitted_at IS NULL"),
        postgresql_where=sa.text("submitted_at IS NULL"),
    )


def _answer() -> None:
    op.create_table(
        "answer",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.String(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "length(response) <= 40000", name=op.f("ck_answer_response_not_too_long")
        ),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_answer_seq_from_one")),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
            name=op.f("fk_answer_attempt_id_attempt"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("attempt_id", "seq", name=op.f("uq_answer_attempt_id_seq")),
        sa.UniqueConstraint("operation_id", name=op.f("uq_answer_operation_id")),
    )


def _attempt_item() -> None:
    op.create_table(
        "attempt_item",
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
            name=op.f("fk_attempt_item_attempt_id_attempt"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revision.id"],
            name=op.f("fk_attempt_item_revision_id_revision"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_attempt_item")),
    )
    op.create_index(op.f("ix_attempt_item_revision_id"), "attempt_item", ["revision_id"])


def _result() -> None:
    op.create_table(
        "result",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("calibration_id", ID, nullable=False),
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("theta", sa.Float(), nullable=False),
        sa.Column("se", sa.Float(), nullable=False),
        sa.Column("eap", sa.Float(), nullable=False),
        sa.Column("eap_sd", sa.Float(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("at_target", sa.Boolean(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("arm", sa.String(), nullable=True),
        sa.Column("occasion", sa.String(), nullable=True),
        sa.Column("team_at_taking_id", ID, nullable=True),
        sa.Column("enrolment_id", ID, nullable=True),
        sa.Column("role_profile", sa.String(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("scored_at", MOMENT, nullable=False),
        sa.Column("code_version", sa.String(), nullable=False),
        sa.Column("counts_for", sa.String(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "arm IN ('structured', 'self_directed')", name=op.f("ck_result_arm_is_known")
        ),
        sa.CheckConstraint(
            "occasion IN ('baseline', 'end', 'plus3', 'plus6')",
            name=op.f("ck_result_occasion_is_known"),
        ),
        sa.CheckConstraint(
            "correct BETWEEN 0 AND items", name=op.f("ck_result_correct_within_items")
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_result_level_is_known")),
        sa.CheckConstraint("se <= 20 AND eap_sd <= 20", name=op.f("ck_result_error_is_finite")),
        sa.CheckConstraint("se > 0 AND eap_sd > 0", name=op.f("ck_result_error_is_positive")),
        sa.CheckConstraint("theta BETWEEN -20 AND 20", name=op.f("ck_result_theta_is_finite")),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
            name=op.f("fk_result_attempt_id_attempt"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["calibration_id"],
            ["calibration.id"],
            name=op.f("fk_result_calibration_id_calibration"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_result_enrolment_id_enrolment"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_result_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["team_at_taking_id"],
            ["team.id"],
            name=op.f("fk_result_team_at_taking_id_team"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
        sa.UniqueConstraint(
            "attempt_id", "calibration_id", name=op.f("uq_result_attempt_id_calibration_id")
        ),
    )
    op.create_index(op.f("ix_result_calibration_id"), "result", ["calibration_id"])
    op.create_index(op.f("ix_result_enrolment_id"), "result", ["enrolment_id"])
    op.create_index(
        "ix_result_learner_id_skill_taken_at", "result", ["learner_id", "skill", "taken_at"]
    )
    op.create_index(op.f("ix_result_team_at_taking_id"), "result", ["team_at_taking_id"])
    op.create_index(
        "uq_result_counted",
        "result",
        ["learner_id", "skill", "counts_for"],
        unique=True,
        sqlite_where=sa.text("counted"),
        postgresql_where=sa.text("counted"),
    )


def downgrade() -> None:
    """Take the tables away, children first."""
    for table in reversed(TABLES):
        op.drop_table(table)
