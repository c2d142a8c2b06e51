"""A share near 0 or 100 % of few people is a word, and does not come out by subtraction."""

from portal.services.shares import Hits, decide_shares, word_of

A, B, C = (1, "line"), (2, "line"), (3, "line")


def decide(parts, *, above=None, above_state="exact"):
    whole = above or Hits(
        sum(one.n for one in parts.values()), sum(one.hits for one in parts.values())
    )
    return decide_shares(parts, above=whole, above_state=above_state, shown=frozenset(parts))


def test_a_share_near_an_end_is_a_word_below_forty_people():
    assert word_of(Hits(20, 20)) == "nearly all"
    assert word_of(Hits(20, 0)) == "hardly any"
    assert word_of(Hits(40, 40)) == "exact"
    assert word_of(Hits(20, 19)) == "exact"
    assert word_of(Hits(39, 38)) == "nearly all"


def test_parts_that_are_far_from_the_ends_are_exact():
    assert decide({A: Hits(10, 5), B: Hits(12, 4)}) == {A: "exact", B: "exact"}


def test_a_coded_part_takes_the_only_exact_one_with_it():
    found = decide({A: Hits(20, 20), B: Hits(30, 15)})

    assert found == {A: "nearly all", B: "hidden"}


def test_two_coded_parts_that_balance_leave_the_third_exact():
    found = decide({A: Hits(20, 20), B: Hits(20, 0), C: Hits(30, 15)})

    assert found == {A: "nearly all", B: "hardly any", C: "exact"}


def test_nothing_is_exact_below_a_unit_that_is_not():
    found = decide({A: Hits(10, 5), B: Hits(10, 10)}, above_state="nearly all")

    assert found == {A: "hidden", B: "nearly all"}


def test_people_in_no_shown_part_count_as_a_remainder():
    whole = Hits(30, 25)
    found = decide_shares(
        {A: Hits(20, 15), B: Hits(10, 10)},
        above=whole,
        above_state="exact",
        shown=frozenset({A}),
    )

    assert found == {A: "hidden", B: "hidden"}
