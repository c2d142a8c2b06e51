"""A deed that matters stands in the audit trail, or it is not done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

import pytest
from sqlalchemy import text

from db.store import Store
from portal.access import Role, Viewer
from portal.services import accommodating, consenting, grading, rights
from portal.services.erasing import erase
from portal.services.regrading import approve_regrade, reject_regrade
from portal.services.sessions import start_session
from portal.services.takeout import take_json
from tests.db.test_erasing import everything
from tests.db.test_regrading import propose
from tests.factories import NOW, TODAY, lead_team, make_team
from tests.graded import add_works, give_marks, hand_in, take
from tests.small_house import SKILL, House, copy_house

WHY = "Asked by the people desk"
FULL = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END"


@dataclass(frozen=True)
class Scene:
    """A house in which each deed can be done once."""

    house: House
    mighty: Viewer
    learner: Viewer
    other: Viewer
    check: int
    submission: int
    waiting: int
    regrades: tuple[int, int]

    @property
    def store(self) -> Store:
        """Where the deeds are kept."""
        return self.house.store


@pytest.fixture(scope="module")
def scene(tmp_path_factory, sqlite_house_template, small_folder) -> Iterator[Scene]:
    """One house for all deeds: each is refused once, then done."""
    base = tmp_path_factory.mktemp("deeds")
    house = copy_house(base, template=sqlite_house_template, content=small_folder)
    store = house.store
    add_works(house)
    house.edit("curriculum/modules/m1/10-limits.md", old="Some words", new="Other words")
    unit = make_team(store)
    mighty, other = house.viewer(*get_args(Role)), house.viewer()
    lead_team(store, person=mighty.person_id, team=unit)
    learner = house.viewer(team=unit)
    consenting.give_consent(store, viewer=learner, now=NOW)
    house.take_check(other)
    submission, waiting = hand_in(house, learner), hand_in(house, other)
    take(house, mighty, submission)
    proposed = [propose(house, mighty, item_id=f"{SKILL}.{item}") for item in ("a01", "a02")]
    yield Scene(
        house,
        mighty,
        learner,
        other,
        house.start(learner),
        submission,
        waiting,
        (proposed[0], proposed[1]),
    )
    store.close()


def by(scene: Scene, deed: Callable[..., Any], **values: Any) -> Any:
    return deed(scene.store, viewer=scene.mighty, now=NOW, **values)


def on_other(scene: Scene, deed: Callable[..., Any], **values: Any) -> Any:
    return by(scene, deed, person_id=scene.other.person_id, **values)


WISH = accommodating.Wish(150, 10, "own request", TODAY, None)
DEEDS: dict[str, Callable[[Scene], Any]] = {
    "signed in": lambda s: start_session(s.store, person_id=s.other.person_id, now=NOW, hours=8),
    "role given": lambda s: on_other(s, rights.give_role, role="auditor", reason=WHY),
    "role taken": lambda s: on_other(s, rights.take_role, role="auditor", reason=WHY),
    "lead given": lambda s: on_other(
        s, rights.give_lead, team_id=1, kind="deputy", starts_on=TODAY, last_day=None
    ),
    "published": lambda s: publish(s.house, s.mighty),
    "handed a skill check in": lambda s: s.house.submit(s.learner, s.check),
    "work taken to grade": lambda s: take(s.house, s.mighty, s.waiting),
    "work given back": lambda s: by(s, grading.give_back, submission_id=s.waiting),
    "work graded": lambda s: give_marks(s.house, s.mighty, s.submission, 3, 4),
    "regrade approved": lambda s: by(s, approve_regrade, regrade_id=s.regrades[0]),
    "regrade rejected": lambda s: by(s, reject_regrade, regrade_id=s.regrades[1], comment=WHY),
    "exported": lambda s: by(s, take_json),
    "levels of a person seen": lambda s: by(
        s,
        consenting.look_at_levels,
        person_id=s.learner.person_id,
        catalogue=s.house.catalogue,
    ),
    "consent withdrawn": lambda s: consenting.take_consent_back(s.store, viewer=s.learner, now=NOW),
    "consent given": lambda s: consenting.give_consent(s.store, viewer=s.learner, now=NOW),
    "accommodation set": lambda s: on_other(s, accommodating.set_accommodation, wish=WISH),
    "accommodation ended": lambda s: on_other(s, accommodating.end_accommodation),
    "person erased": lambda s: on_other(s, erase, read_item=s.house.read_item),
}


def publish(house: House, viewer: Viewer) -> None:
    outcomes = house.publish(viewer=viewer).values()
    assert "published" in {one.outcome for one in outcomes}


def run(store: Store, sql: str) -> None:
    store.write(lambda c: c.execute(text(sql)) and None)


def count(store: Store, deed: str) -> int:
    found = text("SELECT count(*) FROM audit WHERE deed = :deed")
    return store.read(lambda c: c.execute(found, {"deed": deed}).scalar_one())


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_is_done_with_its_row_in_the_audit_trail_or_not_at_all(
    scene: Scene, deed: str
) -> None:
    do, rows, before = (
        partial(DEEDS[deed], scene),
        count(scene.store, deed),
        everything(scene.store),
    )
    run(scene.store, FULL)
    try:
        with pytest.raises(Exception, match="full"):
            do()
    finally:
        run(scene.store, "DROP TRIGGER full")
    assert everything(scene.store) == before

    do()

    assert count(scene.store, deed) > rows
