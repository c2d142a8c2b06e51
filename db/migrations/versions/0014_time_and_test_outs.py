"""Know extra time and breaks in checks, seconds a question took, and modules tested out."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014_time_and_test_outs"
down_revision = "0013_people_who_are_gone"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables, and the columns beside attempts, their questions and statistics."""
    op.add_column("attempt", sa.Column("paused_until", MOMENT, nullable=True))
    op.add_column("attempt_item", sa.Column("seconds", sa.Float(), nullable=True))
    op.add_column("attempt_item", sa.Column("rapid", sa.Boolean(), nullable=True))
    for name in ("timed", "rapid"):
        op.add_column(
            "item_statistic",
            sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text("0")),
        )
    op.add_column("item_statistic", sa.Column("mean_seconds", sa.Float(), nullable=True))
    _accommodation()
    _attempt_break()
    _tested_out()


def _accommodation() -> None:
    op.create_table(
        "accommodation",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("time_percent", sa.Integer(), nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("set_by", ID, nullable=True),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        _check("accommodation", "time_within_bounds", "time_percent BETWEEN 100 AND 300"),
        _check("accommodation", "breaks_within_bounds", "break_minutes BETWEEN 0 AND 60"),
        _check("accommodation", "gives_something", "time_percent > 100 OR break_minutes > 0"),
        _check(
            "accommodation",
            "reason_is_known",
            "reason IN ('own request', 'people desk', 'earlier agreement')",
        ),
        _order("accommodation", "starts_on", "ends_on"),
        _order("accommodation", "set_at", "withdrawn_at"),
        _to("accommodation", "person_id", "person"),
        _to("accommodation", "set_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation")),
    )
    op.create_index(op.f("ix_accommodation_person_id"), "accommodation", ["person_id"])
    op.create_index(op.f("ix_accommodation_set_by"), "accommodation", ["set_by"])
    _open("accommodation", ["person_id"], "withdrawn_at IS NULL")


def _attempt_break() -> None:
    op.create_table(
        "attempt_break",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ends_by", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _order("attempt_break", "started_at", "ends_by"),
        _order("attempt_break", "started_at", "ended_at"),
        _check("attempt_break", "ended_in_time", "ended_at IS NULL OR ended_at <= ends_by"),
        _to("attempt_break", "attempt_id", "attempt"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_break")),
    )
    op.create_index(op.f("ix_attempt_break_attempt_id"), "attempt_break", ["attempt_id"])
    _open("attempt_break", ["attempt_id"], "ended_at IS NULL")


def _tested_out() -> None:
    op.create_table(
        "tested_out",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("learner_id", ID, nullable=False),
        sa.Column("module_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        _order("tested_out", "given_at", "withdrawn_at"),
        _to("tested_out", "learner_id", "person"),
        _to("tested_out", "module_id", "content"),
        _to("tested_out", "attempt_id", "attempt"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tested_out")),
    )
    for name in ("learner_id", "module_id", "attempt_id"):
        op.create_index(op.f(f"ix_tested_out_{name}"), "tested_out", [name])
    _open("tested_out", ["learner_id", "module_id"], "withdrawn_at IS NULL")


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _order(table: str, first: str, last: str) -> sa.CheckConstraint:
    return _check(table, f"{first}_before_{last}", f"{last} IS NULL OR {last} >= {first}")


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}_{target}"),
        ondelete="RESTRICT",
    )


def _open(table: str, columns: list[Any], rule: str) -> None:
    where = sa.text(rule)
    op.create_index(
        f"uq_{table}_open",
        table,
        columns,
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """Remove the tables and the columns."""
    for table in ("tested_out", "attempt_break", "accommodation"):
        op.drop_table(table)
    for name in ("mean_seconds", "rapid", "timed"):
        op.drop_column("item_statistic", name)
    op.drop_column("attempt_item", "rapid")
    op.drop_column("attempt_item", "seconds")
    op.drop_column("attempt", "paused_until")
