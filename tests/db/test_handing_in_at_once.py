"""A hundred people hand in at once while results are scored anew: one result each."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import text

from db.queries.audit import verify_chain
from db.queries.growth import compare_growth
from portal.access import Viewer
from portal.services.regrade_effects import apply_regrade
from portal.services.regrading import approve_regrade, propose_regrade
from tests.factories import NOW, make_team
from tests.many_checks import hand_in_many
from tests.small_house import SKILL, House

PEOPLE = 100
THREADS = 50


def rows(house: House, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in house.store.read(lambda c: c.execute(text(sql)).all())]


def begin(house: House, *, team: int) -> list[tuple[Viewer, int]]:
    people = [house.viewer(team=team) for _ in range(PEOPLE)]
    return [(person, house.start(person)) for person in people]


def hand_in_together(house: House, begun: list[tuple[Viewer, int]]) -> list[bool]:
    barrier = threading.Barrier(THREADS)

    def run(first: int) -> list[bool]:
        barrier.wait()
        return [house.submit(*begun[number]) for number in range(first, PEOPLE, THREADS)]

    with ThreadPoolExecutor(THREADS) as pool:
        return [done for part in pool.map(run, range(THREADS)) for done in part]


def test_handing_in_while_a_correction_is_applied_leaves_one_result_in_force(house: House) -> None:
    team = make_team(house.store)
    hand_in_many(house, forms="ABC", people=40, team=team)
    begun = begin(house, team=team)
    first, second = house.viewer("approver"), house.viewer("approver")
    regrade_id = propose_regrade(
        house.store,
        viewer=first,
        catalogue=house.catalogue,
        read_item=house.read_item,
        item_id=f"{SKILL}.a01",
        kind="drop",
        why="Two answers are right.",
        now=NOW,
    )

    def correct() -> None:
        approve_regrade(house.store, viewer=second, regrade_id=regrade_id, now=NOW)
        for _ in range(3):
            apply_regrade(
                house.store,
                regrade_id=regrade_id,
                catalogue=house.catalogue,
                read_item=house.read_item,
                now=NOW,
            )

    with ThreadPoolExecutor(1) as beside:
        correcting = beside.submit(correct)
        handed_in = hand_in_together(house, begun)
        correcting.result()
    correct_rest = apply_regrade(
        house.store,
        regrade_id=regrade_id,
        catalogue=house.catalogue,
        read_item=house.read_item,
        now=NOW,
    )

    assert handed_in == [True] * PEOPLE
    assert correct_rest.checks >= 40
    in_force = rows(house, "SELECT count(*), count(DISTINCT attempt_id) FROM result WHERE in_force")
    assert in_force == [(PEOPLE + 120, PEOPLE + 120)]
    on_form_a = rows(
        house,
        "SELECT DISTINCT r.items FROM result r JOIN attempt a ON a.id = r.attempt_id"
        " WHERE r.in_force AND a.form = 'A'",
    )
    assert on_form_a == [(8,)]
    assert house.store.read(compare_growth).empty
    assert house.store.read(verify_chain) == []
