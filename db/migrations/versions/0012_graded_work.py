"""Name the tables of graded work: drafts, submissions, gradings and what came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0012_graded_work"
down_revision = "0011_consent_and_erasure"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables with all their constraints."""
    _create_submissions()
    _create_gradings()


def _create_submissions() -> None:
    op.create_table(
        "work_draft",
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("work_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saves", sa.Integer(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.CheckConstraint("length(text) <= 40000", name=op.f("ck_work_draft_text_not_too_long")),
        sa.CheckConstraint("saves >= 1", name=op.f("ck_work_draft_saves_from_one")),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_work_draft_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["work_id"],
            ["content.id"],
            name=op.f("fk_work_draft_work_id_content"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("learner_id", "work_id", name=op.f("pk_work_draft")),
    )
    op.create_table(
        "submission",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("work_id", sa.Text(), nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("markers", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("handed_in_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'file', 'url')", name=op.f("ck_submission_kind_is_known")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_submission_number_from_one")),
        sa.CheckConstraint(
            "size BETWEEN 1 AND 5242880", name=op.f("ck_submission_size_within_limit")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_submission_sha256_is_whole")),
        sa.CheckConstraint("markers IN (1, 2)", name=op.f("ck_submission_markers_are_one_or_two")),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_submission_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revision.id"],
            name=op.f("fk_submission_revision_id_revision"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["work_id"],
            ["content.id"],
            name=op.f("fk_submission_work_id_content"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint(
            "learner_id", "work_id", "number", name=op.f("uq_submission_learner_id_work_id_number")
        ),
    )
    op.create_index(op.f("ix_submission_revision_id"), "submission", ["revision_id"])
    op.create_index(op.f("ix_submission_work_id"), "submission", ["work_id"])
    op.create_table(
        "submission_content",
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("handed_in_at", MOMENT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False, server_default=""),
        sa.Column("file_name", sa.Text(), nullable=False, server_default=""),
        sa.Column("media_type", sa.Text(), nullable=False, server_default=""),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "length(text) <= 40000", name=op.f("ck_submission_content_text_not_too_long")
        ),
        sa.CheckConstraint(
            "(body IS NULL) = (media_type = '')", name=op.f("ck_submission_content_file_has_a_type")
        ),
        sa.CheckConstraint(
            "body IS NULL OR length(body) <= 5242880",
            name=op.f("ck_submission_content_body_within_limit"),
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_submission_content_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_submission_content_submission_id_submission"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission_content")),
    )
    op.create_index(op.f("ix_submission_content_learner_id"), "submission_content", ["learner_id"])


def _create_gradings() -> None:
    op.create_table(
        "grading_seat",
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("marker_id", ID, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("draft", sa.Text(), nullable=False, server_default=""),
        sa.CheckConstraint(
            "length(draft) <= 40000", name=op.f("ck_grading_seat_draft_not_too_long")
        ),
        sa.CheckConstraint("seat BETWEEN 1 AND 3", name=op.f("ck_grading_seat_seat_is_known")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_grading_seat_submission_id_submission"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["marker_id"],
            ["person.id"],
            name=op.f("fk_grading_seat_marker_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("submission_id", "seat", name=op.f("pk_grading_seat")),
        sa.UniqueConstraint(
            "submission_id", "marker_id", name=op.f("uq_grading_seat_submission_id_marker_id")
        ),
    )
    op.create_index(op.f("ix_grading_seat_marker_id"), "grading_seat", ["marker_id"])
    op.create_table(
        "grading",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("marker_id", ID, nullable=False),
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("graded_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "marker_id <> learner_id", name=op.f("ck_grading_nobody_grades_themselves")
        ),
        sa.CheckConstraint("seat BETWEEN 1 AND 3", name=op.f("ck_grading_seat_is_known")),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_grading_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["marker_id"],
            ["person.id"],
            name=op.f("fk_grading_marker_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_grading_submission_id_submission"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grading")),
        sa.UniqueConstraint("submission_id", "seat", name=op.f("uq_grading_submission_id_seat")),
        sa.UniqueConstraint(
            "submission_id", "marker_id", name=op.f("uq_grading_submission_id_marker_id")
        ),
    )
    op.create_index(op.f("ix_grading_learner_id"), "grading", ["learner_id"])
    op.create_index(op.f("ix_grading_marker_id"), "grading", ["marker_id"])
    op.create_table(
        "grading_mark",
        sa.Column("grading_id", ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.CheckConstraint("place BETWEEN 0 AND 99", name=op.f("ck_grading_mark_place_is_a_row")),
        sa.CheckConstraint("mark BETWEEN 0 AND 4", name=op.f("ck_grading_mark_mark_is_known")),
        sa.ForeignKeyConstraint(
            ["grading_id"],
            ["grading.id"],
            name=op.f("fk_grading_mark_grading_id_grading"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("grading_id", "place", name=op.f("pk_grading_mark")),
    )
    op.create_table(
        "grading_comment",
        sa.Column("grading_id", ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("marker_id", ID, nullable=False),
        sa.Column("graded_at", MOMENT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "place BETWEEN -1 AND 99", name=op.f("ck_grading_comment_place_is_a_row")
        ),
        sa.CheckConstraint(
            "length(text) BETWEEN 1 AND 2000", name=op.f("ck_grading_comment_text_fits")
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_grading_comment_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grading_id"],
            ["grading.id"],
            name=op.f("fk_grading_comment_grading_id_grading"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_grading_comment_submission_id_submission"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["marker_id"],
            ["person.id"],
            name=op.f("fk_grading_comment_marker_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("grading_id", "place", name=op.f("pk_grading_comment")),
    )
    op.create_index(op.f("ix_grading_comment_learner_id"), "grading_comment", ["learner_id"])
    op.create_index(op.f("ix_grading_comment_marker_id"), "grading_comment", ["marker_id"])
    op.create_index(op.f("ix_grading_comment_submission_id"), "grading_comment", ["submission_id"])
    op.create_table(
        "graded_result",
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.CheckConstraint("share BETWEEN 0 AND 1", name=op.f("ck_graded_result_share_is_a_share")),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["person.id"],
            name=op.f("fk_graded_result_learner_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_graded_result_submission_id_submission"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_graded_result")),
    )
    op.create_index("ix_graded_result_learner_id_skill", "graded_result", ["learner_id", "skill"])


def downgrade() -> None:
    """Remove the tables."""
    for name in (
        "graded_result",
        "grading_comment",
        "grading_mark",
        "grading",
        "grading_seat",
        "submission_content",
        "submission",
        "work_draft",
    ):
        op.drop_table(name)
