"""Rows for tests: each `make_` adds one thing and asks only for what matters to the test.

Everything goes through the tables, not through services, so that a test of one service never
depends on another one. `now` is 2 March 2026, 09:00 UTC, wherever a moment is not given.
"""

from tests.factories.attempts import (
    MadeAttempt,
    make_answer,
    make_attempt,
    make_calibration,
    make_job,
    make_result,
)
from tests.factories.content import (
    make_assignment,
    make_item,
    make_lesson,
    make_module,
    make_progress,
    make_revision,
    make_track,
    require_content,
)
from tests.factories.people import (
    grant_role,
    join_team,
    lead_team,
    make_instance,
    make_person,
    make_session,
    make_team,
    place_team,
)
from tests.factories.programs import make_cohort, make_enrolment, make_occasion, make_program
from tests.factories.rows import LONG_AGO, NOW, TODAY, add_row, next_number

__all__ = [
    "LONG_AGO",
    "NOW",
    "TODAY",
    "MadeAttempt",
    "add_row",
    "grant_role",
    "join_team",
    "lead_team",
    "make_answer",
    "make_assignment",
    "make_attempt",
    "make_calibration",
    "make_cohort",
    "make_enrolment",
    "make_instance",
    "make_item",
    "make_job",
    "make_lesson",
    "make_module",
    "make_occasion",
    "make_person",
    "make_program",
    "make_progress",
    "make_result",
    "make_revision",
    "make_session",
    "make_team",
    "make_track",
    "next_number",
    "place_team",
    "require_content",
]
