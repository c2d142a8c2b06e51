"""Version calibrations and results, and name the tables of regrades, statistics and notices."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

revision = "0008_regrades_and_statistics"
down_revision = "0007_program_plans"
branch_labels = None
depends_on = None

# SQLite only counts up by itself on INTEGER; PostgreSQL needs 64 bits.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


@dataclass(frozen=True)
class Addition:
    """A column that a table gets: its type, and what it says of the rows there are.

    In `value` the table is `n`, and `{old}` names it once more; `BIG` is a 64-bit number.
    """

    name: str
    kind: str
    value: str
    optional: bool = False


CALIBRATION = (
    Addition(
        "version",
        "INTEGER",
        "(SELECT count(*) FROM {old} o WHERE o.skill = n.skill AND o.id <= n.id)",
    ),
    Addition("answers", "INTEGER", "0"),
    Addition("converged", "BOOLEAN", "NULL", optional=True),
    Addition("details", "JSON", "'{{}}'"),
    Addition("verdict", "TEXT", "''"),
    Addition("made_by", "BIG", "NULL", optional=True),
)
CALIBRATION_RULES = (
    "CONSTRAINT uq_calibration_skill_version UNIQUE (skill, version)",
    "CONSTRAINT ck_calibration_version_from_one CHECK (version >= 1)",
    "CONSTRAINT fk_calibration_made_by_person"
    " FOREIGN KEY(made_by) REFERENCES person (id) ON DELETE RESTRICT",
)
RESULT = (
    Addition(
        "number",
        "INTEGER",
        "(SELECT count(*) FROM {old} o WHERE o.attempt_id = n.attempt_id AND o.id <= n.id)",
    ),
    # The row that counts is in force, or else the newest of its attempt.
    Addition(
        "in_force",
        "BOOLEAN",
        "n.counted OR NOT EXISTS (SELECT 1 FROM {old} o WHERE o.attempt_id = n.attempt_id"
        " AND (o.counted OR o.id > n.id))",
    ),
    Addition(
        "reason",
        "VARCHAR",
        "CASE WHEN EXISTS (SELECT 1 FROM {old} o WHERE o.attempt_id = n.attempt_id"
        " AND o.id < n.id) THEN 'calibration' ELSE 'submitted' END",
    ),
    Addition("regrade_id", "BIG", "NULL", optional=True),
    Addition("keys", "JSON", "'{{}}'"),
)
RESULT_RULES = (
    "CONSTRAINT uq_result_attempt_id_number UNIQUE (attempt_id, number)",
    "CONSTRAINT ck_result_number_from_one CHECK (number >= 1)",
    "CONSTRAINT ck_result_counted_is_in_force CHECK (in_force OR NOT counted)",
    "CONSTRAINT ck_result_reason_is_known"
    " CHECK (reason IN ('submitted', 'calibration', 'regrade'))",
    "CONSTRAINT fk_result_regrade_id_regrade"
    " FOREIGN KEY(regrade_id) REFERENCES regrade (id) ON DELETE RESTRICT",
)
RESULT_ONCE = "CONSTRAINT uq_result_attempt_id_calibration_id UNIQUE (attempt_id, calibration_id)"
NEWER_CALIBRATION = (
    "UPDATE calibration SET in_force = false WHERE in_force AND EXISTS (SELECT 1 FROM calibration o"
    " WHERE o.skill = calibration.skill AND o.in_force AND o.id > calibration.id)"
)
# Going down, a correction that used the same parameters gives way to the row in force.
SAME_CALIBRATION = (
    "DELETE FROM result WHERE NOT in_force AND EXISTS (SELECT 1 FROM result o"
    " WHERE o.attempt_id = result.attempt_id AND o.calibration_id = result.calibration_id"
    " AND (o.in_force OR o.id > result.id))"
)


def upgrade() -> None:
    """Add the tables, and the new columns with what they say of the rows there are."""
    _regrade()
    _do(NEWER_CALIBRATION)
    _widen("calibration", CALIBRATION, add=CALIBRATION_RULES)
    op.create_index(op.f("ix_calibration_made_by"), "calibration", ["made_by"])
    _partial("uq_calibration_in_force", "calibration", ["skill"], where="in_force")
    _widen("result", RESULT, add=RESULT_RULES, drop=(RESULT_ONCE,))
    op.create_index(op.f("ix_result_regrade_id"), "result", ["regrade_id"])
    _partial("uq_result_in_force", "result", ["attempt_id"], where="in_force")
    _regrade_change()
    _statistics()
    _notice()


def downgrade() -> None:
    """Take the tables and columns away."""
    _do(SAME_CALIBRATION)
    for index in ("ix_result_regrade_id", "uq_result_in_force"):
        op.drop_index(index, "result")
    _narrow("result", RESULT, add=(RESULT_ONCE,), drop=RESULT_RULES)
    for index in ("ix_calibration_made_by", "uq_calibration_in_force"):
        op.drop_index(index, "calibration")
    _narrow("calibration", CALIBRATION, drop=CALIBRATION_RULES)
    for name in (
        "notice",
        "misconception_statistic",
        "form_statistic",
        "item_statistic",
        "regrade_change",
        "regrade",
    ):
        op.drop_table(name)


# --- columns of tables that hold rows -------------------------------------------------------------


def _widen(
    table: str,
    additions: tuple[Addition, ...],
    *,
    add: tuple[str, ...],
    drop: tuple[str, ...] = (),
) -> None:
    if _on_sqlite():
        lines = [_line(one, big="INTEGER") for one in additions]

        def wider(body: list[str]) -> list[str]:
            kept = [line for line in body if line not in drop]
            first = next(i for i, line in enumerate(kept) if line.startswith("CONSTRAINT"))
            return [*kept[:first], *lines, *kept[first:], *add]

        _rebuild(table, wider, additions=additions)
        return
    for one in additions:
        _do(f"ALTER TABLE {table} ADD COLUMN {one.name} {one.kind.replace('BIG', 'BIGINT')}")
    values = ", ".join(f"{one.name} = {one.value.format(old=table)}" for one in additions)
    _do(f"UPDATE {table} n SET {values}")  # noqa: S608 - put together from constants
    for one in additions:
        if not one.optional:
            _do(f"ALTER TABLE {table} ALTER COLUMN {one.name} SET NOT NULL")
    _change_rules(table, add=add, drop=drop)


def _narrow(
    table: str,
    additions: tuple[Addition, ...],
    *,
    drop: tuple[str, ...],
    add: tuple[str, ...] = (),
) -> None:
    if _on_sqlite():
        gone = {*drop, *(_line(one, big="INTEGER") for one in additions)}
        _rebuild(table, lambda body: [*(line for line in body if line not in gone), *add])
        return
    _change_rules(table, add=(), drop=drop)
    for one in additions:
        _do(f"ALTER TABLE {table} DROP COLUMN {one.name}")
    _change_rules(table, add=add, drop=())


def _line(one: Addition, *, big: str) -> str:
    return f"{one.name} {one.kind.replace('BIG', big)}{'' if one.optional else ' NOT NULL'}"


def _change_rules(table: str, *, add: tuple[str, ...], drop: tuple[str, ...]) -> None:
    for rule in drop:
        _do(f"ALTER TABLE {table} DROP CONSTRAINT {rule.split()[1]}")
    for rule in add:
        _do(f"ALTER TABLE {table} ADD {rule}")


def _rebuild(
    table: str,
    change: Callable[[list[str]], list[str]],
    *,
    additions: tuple[Addition, ...] = (),
) -> None:
    """Make a table of SQLite anew from its own statement, whose lines are changed, and move rows.

    SQLite can neither drop a constraint nor add a column that must be filled.
    """
    old = f"{table}_before"
    statement = _kept("table", table)[0]
    indexes = _kept("index", table)
    head, _, rest = statement.partition("(")
    body = [line.strip().removesuffix(",") for line in rest.rpartition(")")[0].splitlines()]
    wanted = change([line for line in body if line])
    was = _columns(table)
    # Without it, keys of other tables would be turned to the table that is about to go.
    _do("PRAGMA legacy_alter_table = ON")
    _do(f"ALTER TABLE {table} RENAME TO {old}")
    for index in indexes:
        _do(f"DROP INDEX {index.partition(' ON ')[0].rpartition(' ')[2]}")
    _do(f"{head}(\n\t" + ", \n\t".join(wanted) + "\n)")
    now = _columns(table)
    values = {name: f"n.{name}" for name in was}
    values |= {one.name: one.value.format(old=old) for one in additions}
    _do(
        f"INSERT INTO {table} ({', '.join(now)})"  # noqa: S608 - put together from constants
        f" SELECT {', '.join(values[name] for name in now)} FROM {old} n ORDER BY n.id"
    )
    _do(f"DROP TABLE {old}")
    for index in indexes:
        _do(index)
    _do("PRAGMA legacy_alter_table = OFF")


def _kept(kind: str, table: str) -> list[str]:
    rows = op.get_bind().execute(
        sa.text(
            "SELECT sql FROM sqlite_master"
            " WHERE type = :kind AND tbl_name = :name AND sql IS NOT NULL ORDER BY name"
        ),
        {"kind": kind, "name": table},
    )
    return [row[0] for row in rows]


def _columns(table: str) -> list[str]:
    return [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _do(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement)


# --- new tables -----------------------------------------------------------------------------------


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}_{target}"),
        ondelete="RESTRICT",
    )


def _partial(name: str, table: str, columns: list[str], *, where: str) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _regrade() -> None:
    op.create_table(
        "regrade",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", ID, nullable=True),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('key', 'drop')", name=op.f("ck_regrade_kind_is_known")),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'rejected')", name=op.f("ck_regrade_state_is_known")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)",
            name=op.f("ck_regrade_decided_when_not_proposed"),
        ),
        _to("regrade", "item_id", "content"),
        _to("regrade", "revision_id", "revision"),
        _to("regrade", "proposed_by", "person"),
        _to("regrade", "decided_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
    )
    for column in ("revision_id", "skill", "proposed_by", "decided_by"):
        op.create_index(op.f(f"ix_regrade_{column}"), "regrade", [column])
    _partial("uq_regrade_proposed", "regrade", ["item_id"], where="state = 'proposed'")


def _regrade_change() -> None:
    whole = ("correct_before", "correct_after", "level_before", "level_after")
    real = (
        "theta_before", "theta_after", "eap_before", "eap_after", "eap_sd_before", "eap_sd_after",
    )  # fmt: skip
    op.create_table(
        "regrade_change",
        sa.Column("regrade_id", ID, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("learner_id", ID, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in whole),
        *(sa.Column(name, sa.Float(), nullable=False) for name in real),
        _to("regrade_change", "regrade_id", "regrade"),
        _to("regrade_change", "attempt_id", "attempt"),
        _to("regrade_change", "learner_id", "person"),
        sa.PrimaryKeyConstraint("regrade_id", "attempt_id", name=op.f("pk_regrade_change")),
    )
    op.create_index(op.f("ix_regrade_change_learner_id"), "regrade_change", ["learner_id"])


def _statistics() -> None:
    op.create_table(
        "item_statistic",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("share_correct", sa.Float(), nullable=True),
        sa.Column("item_rest", sa.Float(), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("dif", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("code_version", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('check', 'practice')", name=op.f("ck_item_statistic_kind_is_known")
        ),
        _to("item_statistic", "item_id", "content"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_statistic")),
    )
    op.create_index(op.f("ix_item_statistic_owner_id"), "item_statistic", ["owner_id"])
    op.create_table(
        "form_statistic",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("mean", "sd", "kr20", "sem")),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "form", name=op.f("pk_form_statistic")),
    )
    op.create_table(
        "misconception_statistic",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("holders", "times")),
        sa.Column("learners", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "code", name=op.f("pk_misconception_statistic")),
    )


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('level changed')", name=op.f("ck_notice_kind_is_known")),
        sa.CheckConstraint(
            "read_at IS NULL OR read_at >= made_at", name=op.f("ck_notice_made_at_before_read_at")
        ),
        _to("notice", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "person_id", "kind", "about", name=op.f("uq_notice_person_id_kind_about")
        ),
    )
