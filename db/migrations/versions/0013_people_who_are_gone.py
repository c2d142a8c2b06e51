"""List the people who are gone, so that counting a line does not read everybody who is there."""

import sqlalchemy as sa
from alembic import op

revision = "0013_people_who_are_gone"
down_revision = "0012_graded_work"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        op.f("ix_person_id_gone"),
        "person",
        ["id"],
        sqlite_where=sa.text("NOT active"),
        postgresql_where=sa.text("NOT active"),
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index(op.f("ix_person_id_gone"), table_name="person")
