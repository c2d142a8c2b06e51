"""Find the results that count for a program without reading all others."""

import sqlalchemy as sa
from alembic import op

revision = "0017_results_of_programs"
down_revision = "0016_confidence"
branch_labels = None
depends_on = None

NAME = "ix_result_of_programs"
OF_PROGRAMS = "occasion IS NOT NULL"


def upgrade() -> None:
    """Index the results that were taken at an occasion of a program."""
    op.create_index(
        NAME,
        "result",
        ["skill", "counted", "enrolment_id", "team_at_taking_id"],
        sqlite_where=sa.text(OF_PROGRAMS),
        postgresql_where=sa.text(OF_PROGRAMS),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_index(NAME, table_name="result")
