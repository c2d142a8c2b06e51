"""Forms: every cell and level covered, nothing seen lately, orders balanced within a team."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.forms import (
    FORMS,
    assemble,
    form_order,
    recently_seen,
    shortfalls,
    shuffled_choices,
    shuffled_matches,
    shuffled_reasons,
    shuffled_steps,
)
from curriculum.model import Blueprint, Choice, Front, Item, Pair, Pick

SKILL = "governance"
CELLS = ("roles", "tiers", "oversight", "suppliers")
LEVELS_PER_FORM = {1: 3, 2: 4, 3: 4, 4: 1}
# Levels of the three items of each cell: together 3/4/4/1.
CELL_LEVELS = {
    "roles": (1, 2, 3),
    "tiers": (1, 2, 3),
    "oversight": (1, 2, 3),
    "suppliers": (2, 3, 4),
}


def make_item(item_id, *, cell="roles", level=1, form="A", **fields):
    kind = fields.pop("type", "single")
    return Item(item_id, kind, SKILL, "T", "S?", cell=cell, level=level, form=form, **fields)


def make_bank(copies=1):
    return [
        make_item(f"g.{form}{cell}{level}{copy}", cell=cell, level=level, form=form)
        for form in FORMS
        for cell, levels in CELL_LEVELS.items()
        for level in levels
        for copy in range(copies)
    ]


def make_blueprint(*picks, **fields):
    picks = picks or tuple(
        Pick(SKILL, 1, ("bank.governance",), level=level, cell=cell)
        for cell, levels in CELL_LEVELS.items()
        for level in levels
    )
    return Blueprint(Front("check.governance", "Check", "blueprint/1"), picks, **fields)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_covers_every_cell_and_level_with_its_own_items_only(form):
    bank = {item.id: item for item in make_bank(copies=3)}

    ids = assemble(make_blueprint(), bank.values(), form=form, seed=1)

    chosen = [bank[item_id] for item_id in ids]
    assert len(set(ids)) == 12
    assert {item.form for item in chosen} == {form}
    assert Counter(item.cell for item in chosen) == dict.fromkeys(CELLS, 3)
    assert Counter(item.level for item in chosen) == LEVELS_PER_FORM


def test_the_same_seed_gives_the_same_form_and_another_seed_another_one():
    bank = make_bank(copies=3)

    first, again, other = (
        assemble(make_blueprint(), bank, form="A", seed=seed) for seed in (1, 1, 2)
    )

    assert first == again
    assert set(first) != set(other)


def test_a_form_that_is_not_shuffled_rises_in_level():
    bank = {item.id: item for item in make_bank()}

    ids = assemble(make_blueprint(shuffle=False), bank.values(), form="B", seed=1)

    levels = [bank[item_id].level for item_id in ids]
    assert levels == sorted(levels)


def test_a_short_cell_is_named():
    bank = [item for item in make_bank() if (item.form, item.cell, item.level) != ("B", "tiers", 2)]

    assert assemble(make_blueprint(), bank, form="B", seed=1) == (
        "Form B needs 1 of governance, cell tiers, level 2, but 0 items fit."
    )
    assert shortfalls(make_blueprint(), bank) == (
        "Form B needs 1 of governance, cell tiers, level 2, but 0 items fit.",
    )


def test_a_full_bank_has_no_shortfalls():
    assert shortfalls(make_blueprint(), make_bank()) == ()


def test_overlapping_picks_that_compete_for_items_are_reported():
    blueprint = make_blueprint(Pick(SKILL, 1, (), level=1), Pick(SKILL, 1, (), cell="roles"))

    found = shortfalls(blueprint, [make_item("g.a01")], forms=("A",))

    assert len(found) == 1
    assert "other picks need some of them" in found[0]


def test_an_open_pick_gives_way_to_a_choosy_one():
    bank = [make_item("g.a01", level=1), make_item("g.a02", level=2)]
    blueprint = make_blueprint(Pick(SKILL, 1, ()), Pick(SKILL, 1, (), level=1))

    for seed in range(10):
        assert set(assemble(blueprint, bank, form="A", seed=seed)) == {"g.a01", "g.a02"}


def test_an_open_pick_spreads_over_cells_and_levels():
    bank = {item.id: item for item in make_bank(copies=5)}

    ids = assemble(make_blueprint(Pick(SKILL, 4, ())), bank.values(), form="A", seed=3)

    assert {bank[item_id].cell for item_id in ids} == set(CELLS)


def test_items_met_in_the_last_180_days_are_never_used():
    bank = make_bank(copies=2)
    seen = {item.id for item in bank if item.id.endswith("0")}

    ids = assemble(make_blueprint(), bank, form="A", seed=1, seen=seen)

    assert len(ids) == 12
    assert not seen & set(ids)


@pytest.mark.parametrize(("days", "counts"), [(0, True), (180, True), (181, False)])
def test_an_item_may_return_after_180_days(days, counts):
    today = date(2026, 11, 22)

    seen = recently_seen({"g.a01": today - timedelta(days=days)}, on=today)

    assert ("g.a01" in seen) == counts


@pytest.mark.parametrize("status", ["draft", "review", "retired"])
def test_only_published_items_enter_a_form(status):
    bank = [replace(item, status=status) for item in make_bank()]

    assert isinstance(assemble(make_blueprint(), bank, form="A", seed=1), str)


def test_a_pick_keeps_to_the_banks_it_names():
    bank = make_bank()
    banks = {item.id: "bank.other" for item in bank}

    assert isinstance(assemble(make_blueprint(), bank, form="A", seed=1, banks=banks), str)


@settings(deadline=None)
@given(st.sets(st.integers(0, 35)), st.integers(0, 5))
def test_a_form_is_whole_or_a_sentence_and_never_half(missing, seed):
    bank = {item.id: item for index, item in enumerate(make_bank()) if index not in missing}

    made = assemble(make_blueprint(), bank.values(), form="A", seed=seed)

    if isinstance(made, str):
        assert made in shortfalls(make_blueprint(), bank.values(), forms=("A",))
    else:
        assert len(set(made)) == 12


def test_any_three_people_in_a_row_meet_each_form_once_at_each_occasion():
    members = [f"p{index:02d}" for index in range(24)]

    orders = [form_order(key, team="t1", cohort="c1", seed=7, members=members) for key in members]

    for start in range(0, 24, 3):
        for occasion in range(3):
            assert {order[occasion] for order in orders[start : start + 3]} == set(FORMS)
    assert set(Counter(orders).values()) == {4}


def test_a_later_joiner_changes_nobodys_order():
    members = ["ada", "ben", "cem", "dua"]

    def order(key, among):
        return form_order(key, team="t1", cohort="c1", seed=7, members=among)

    assert [order(key, members[:2]) for key in members[:2]] == [
        order(key, members) for key in members[:2]
    ]


def test_orders_differ_from_team_to_team_and_by_seed():
    members = [f"p{index}" for index in range(6)]
    drawn = {
        tuple(form_order(key, team=team, cohort="c", seed=seed, members=members) for key in members)
        for team in ("t1", "t2", "t3")
        for seed in (1, 2)
    }

    assert len(drawn) > 1


def test_people_without_a_team_still_get_each_order_about_equally_often():
    orders = Counter(form_order(f"p{i}", team="", cohort="c", seed=1) for i in range(3000))

    assert len(orders) == 6
    assert all(400 < count < 600 for count in orders.values())


def make_choices(n, **fields):
    return tuple(Choice(key, key, key == "a", **fields) for key in "abcdefgh"[:n])


def test_options_are_shuffled_alike_for_the_same_seed():
    item = make_item("g.a01", choices=make_choices(6))

    first, again = (shuffled_choices(item, seed=5) for _ in range(2))
    drawn = {tuple(choice.key for choice in shuffled_choices(item, seed=seed)) for seed in range(9)}

    assert first == again
    assert sorted(choice.key for choice in first) == list("abcdef")
    assert len(drawn) > 4


@pytest.mark.parametrize(
    "item",
    [
        make_item("g.a01", choices=make_choices(6), shuffle=False),
        make_item("g.a01", choices=make_choices(6), type="highlight"),
        make_item("g.a01", choices=make_choices(6), type="survey"),
    ],
)
def test_scales_sentences_and_fixed_options_keep_their_order(item):
    for seed in range(5):
        assert shuffled_choices(item, seed=seed) == item.choices


def test_a_sample_of_wrong_options_always_holds_the_right_one():
    item = make_item("g.a01", choices=make_choices(8), show=2)
    shown = [{choice.key for choice in shuffled_choices(item, seed=seed)} for seed in range(20)]

    assert all("a" in keys and len(keys) == 3 for keys in shown)
    assert len(set().union(*shown)) == 8


def test_steps_are_never_shown_in_the_right_order():
    item = make_item("g.a01", type="ordering", ordering=("x", "y", "z"))

    for seed in range(40):
        drawn = shuffled_steps(item, seed=seed)
        assert sorted(drawn) == ["0", "1", "2"]
        assert drawn != ("0", "1", "2")


def test_equal_matches_are_offered_once():
    pairs = (Pair("p", "one"), Pair("q", "two"), Pair("r", "one"), Pair("", "three"))

    assert sorted(shuffled_matches(make_item("g.a01", pairs=pairs), seed=1)) == ["0", "1", "3"]


def test_reasons_are_shuffled_too():
    item = make_item("g.a01", reasons=make_choices(6))

    assert sorted(c.key for c in shuffled_reasons(item, seed=1)) == list("abcdef")
