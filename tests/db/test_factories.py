"""The factories build every row the tests ask for, on both engines."""

from sqlalchemy import func, select

from db.columns import table
from db.store import Store
from db.tables import AttemptItem, TeamMember
from tests import factories


def count_rows(store: Store, model) -> int:
    return store.read(lambda c: c.execute(select(func.count()).select_from(table(model))).scalar())


def test_a_team_comes_with_its_members(store: Store) -> None:
    factories.make_team(store, members=2)

    assert count_rows(store, TeamMember) == 2


def test_an_attempt_comes_with_its_items(store: Store) -> None:
    attempt = factories.make_attempt(store, items=4)

    assert len(attempt.item_revisions) == 4
    assert count_rows(store, AttemptItem) == 4


def test_every_factory_fits_the_tables(store: Store) -> None:
    """A row of each kind is accepted with its foreign keys and checks."""
    team = factories.make_team(store, parent=factories.make_team(store))
    learner = factories.make_person(store, roles=("employee", "manager"), team=team, manages=[team])
    cohort = factories.make_cohort(store)
    enrolment = factories.make_enrolment(store, learner=learner, cohort=cohort, team=team)
    occasion = factories.make_occasion(store, cohort=cohort)
    attempt = factories.make_attempt(
        store, learner=learner, team=team, enrolment=enrolment, occasion=occasion
    )
    factories.make_instance(store)
    factories.make_session(store, person=learner)
    factories.make_answer(store, attempt=attempt.id)
    factories.make_assignment(store, learner=learner)
    factories.make_progress(store, learner=learner)
    factories.make_job(store)

    result = factories.make_result(
        store, attempt=attempt, arm="structured", occasion="baseline", enrolment=enrolment
    )

    assert result >= 1
