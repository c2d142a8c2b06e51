"""Programs, cohorts, enrolments and occasions."""

from datetime import date, timedelta

from db.store import Store
from db.tables import Cohort, Enrolment, Occasion, Program
from tests.factories.content import require_content
from tests.factories.rows import NOW, TODAY, add_row, next_number


def make_program(
    store: Store,
    *,
    name: str | None = None,
    track_id: str = "agents",
    design: str = "lottery",
    starts_on: date = TODAY,
) -> int:
    """Add a program on a track."""
    require_content(store, track_id, kind="track")
    return add_row(
        store,
        Program,
        name=name or f"Program {next_number()}",
        track_id=track_id,
        design=design,
        starts_on=starts_on,
        created_at=NOW,
    )


def make_cohort(
    store: Store,
    *,
    program: int | None = None,
    name: str | None = None,
    arm: str = "structured",
    starts_on: date = TODAY,
) -> int:
    """Add a cohort, with a program of its own where none is given."""
    return add_row(
        store,
        Cohort,
        program_id=make_program(store) if program is None else program,
        name=name or f"Cohort {next_number()}",
        arm=arm,
        starts_on=starts_on,
    )


def make_enrolment(
    store: Store,
    *,
    learner: int,
    cohort: int | None = None,
    arm: str = "structured",
    team: int | None = None,
    starts_on: date = TODAY,
    assigned_by: str = "lottery",
) -> int:
    """Enrol a learner, in a cohort of the arm where none is given."""
    return add_row(
        store,
        Enrolment,
        learner_id=learner,
        cohort_id=make_cohort(store, arm=arm) if cohort is None else cohort,
        arm=arm,
        team_at_start_id=team,
        starts_on=starts_on,
        assigned_by=assigned_by,
        assigned_at=NOW,
    )


def make_occasion(
    store: Store,
    *,
    cohort: int,
    kind: str = "baseline",
    opens_on: date = TODAY,
    days: int = 30,
) -> int:
    """Open a window for the skill check of a cohort."""
    return add_row(
        store,
        Occasion,
        cohort_id=cohort,
        kind=kind,
        opens_on=opens_on,
        closes_on=opens_on + timedelta(days=days),
    )
