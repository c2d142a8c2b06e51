"""Name the tables of activities under way and of actions at one's own desk."""

import sqlalchemy as sa
from alembic import op

revision = "0006_practice_in_lessons"
down_revision = "0005_reviews"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables with all their constraints."""
    op.create_table(
        "activity_work",
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("activity_id", sa.String(), nullable=False),
        sa.Column("lesson_id", sa.Text(), nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("saves", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("goal_at", MOMENT, nullable=True),
        *_checks(
            "activity_work",
            started_at_before_saved_at="saved_at IS NULL OR saved_at >= started_at",
            started_at_before_goal_at="goal_at IS NULL OR goal_at >= started_at",
            saves_from_one="saves >= 1",
            state_not_too_long="length(state) <= 20000",
        ),
        *_keys("activity_work"),
        sa.PrimaryKeyConstraint("learner_id", "activity_id", name=op.f("pk_activity_work")),
    )
    op.create_table(
        "desk_action",
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("transfer_id", sa.String(), nullable=False),
        sa.Column("lesson_id", sa.Text(), nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("follow_up_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("saves", sa.Integer(), nullable=False),
        *_checks(
            "desk_action",
            outcome_is_known="outcome IN ('planned', 'done', 'not yet', 'dropped')",
            planned_at_before_saved_at="saved_at IS NULL OR saved_at >= planned_at",
            planned_at_before_follow_up_at="follow_up_at IS NULL OR follow_up_at >= planned_at",
            planned_at_before_answered_at="answered_at IS NULL OR answered_at >= planned_at",
            answer_is_dated="outcome NOT IN ('done', 'dropped') OR answered_at IS NOT NULL",
            saves_from_one="saves >= 1",
            texts_fit="length(plan) <= 4000 AND length(note) <= 4000",
        ),
        *_keys("desk_action"),
        sa.PrimaryKeyConstraint("learner_id", "transfer_id", name=op.f("pk_desk_action")),
    )
    for name in ("activity_work", "desk_action"):
        for column in ("lesson_id", "revision_id"):
            op.create_index(op.f(f"ix_{name}_{column}"), name, [column])
    op.create_index("ix_desk_action_learner_id_outcome", "desk_action", ["learner_id", "outcome"])


def _checks(name: str, **checks: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(text, name=op.f(f"ck_{name}_{check}")) for check, text in checks.items()
    ]


def _keys(name: str) -> list[sa.ForeignKeyConstraint]:
    targets = {"learner_id": "person", "lesson_id": "content", "revision_id": "revision"}
    return [
        sa.ForeignKeyConstraint(
            [column],
            [f"{target}.id"],
            name=op.f(f"fk_{name}_{column}_{target}"),
            ondelete="RESTRICT",
        )
        for column, target in targets.items()
    ]


def downgrade() -> None:
    """Remove the tables."""
    for name in ("desk_action", "activity_work"):
        op.drop_table(name)
