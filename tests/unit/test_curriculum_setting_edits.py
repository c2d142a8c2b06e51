"""Settings are changed in their own line; everything else stays, byte for byte."""

import pytest

from curriculum.setting_edits import (
    free_id,
    replaced_id,
    status_of,
    with_item_id,
    with_item_status,
    with_listed,
    with_status,
)

FRONT = "---\nschema: module/1\nid: m1\nstatus: draft\nlessons: [m1.a]\n---\n\n# One\n\nstatus: x\n"
ITEM = "## One\n\n```item\nid: m1.one\ntype: single\n```\n\nStem\n\n```\nid: m1.one\n```\n"


def test_a_status_is_set_where_it_stands_and_nowhere_else():
    assert with_status(FRONT, "published") == FRONT.replace("status: draft", "status: published")


def test_a_status_that_is_missing_comes_last():
    text = FRONT.replace("status: draft\n", "")

    assert with_status(text, "retired") == text.replace("[m1.a]\n", "[m1.a]\nstatus: retired\n")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_notes_stay(end):
    text = FRONT.replace("status: draft", "status: draft  # for now").replace("\n", end)

    changed = with_status(text, "published")

    assert changed == text.replace("status: draft", "status: published")


@pytest.mark.parametrize("text", ["", "no front matter", "---\nid: m1\n", "---"])
def test_a_text_without_front_matter_stays_as_it_is(text):
    assert with_status(text, "published") == text
    assert with_listed(text, "lessons", "x") == text
    assert status_of(text) == "draft"


@pytest.mark.parametrize("written", ["published", "'published'", "published  # seen by all"])
def test_a_status_is_read_as_it_was_written(written):
    assert status_of(FRONT.replace("status: draft", f"status: {written}")) == "published"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("lessons: []", "lessons: [m1.b]"),
        ("lessons: [m1.a]", "lessons: [m1.a, m1.b]"),
        ("lessons: [m1.a,] # two", "lessons: [m1.a, m1.b] # two"),
        ("lessons:\n  - m1.a", "lessons:\n  - m1.a\n  - m1.b"),
        ("lessons:\n- m1.a\n- m1.c", "lessons:\n- m1.a\n- m1.c\n- m1.b"),
        ("lessons: [\n  m1.a,\n  m1.c]", "lessons: [\n  m1.a,\n  m1.c, m1.b]"),
        ("lessons: [\n  m1.a,\n]", "lessons: [\n  m1.a,\nm1.b]"),
        ("minutes: 5", "minutes: 5\nlessons: [m1.b]"),
    ],
)
def test_an_id_joins_a_list_however_it_is_written(before, after):
    text = FRONT.replace("lessons: [m1.a]", before)

    assert with_listed(text, "lessons", "m1.b") == FRONT.replace("lessons: [m1.a]", after)


def test_an_item_is_retired_in_its_own_settings():
    assert with_item_status(ITEM, "m1.one", "retired") == ITEM.replace(
        "type: single\n", "type: single\nstatus: retired\n"
    )
    assert with_item_status(ITEM, "m1.two", "retired") == ITEM


def test_an_item_gets_a_new_id_in_its_own_settings():
    assert with_item_id(ITEM, "m1.one", "m1.one-2").count("m1.one-2") == 1


@pytest.mark.parametrize(
    ("taken", "free"),
    [({"m1.one"}, "m1.one-2"), ({"m1.one", "m1.one-2", "m1.one-3"}, "m1.one-4")],
)
def test_a_new_id_is_one_that_nobody_had(taken, free):
    assert free_id("m1.one", taken) == free
    assert free_id("m1.one-2", {*taken, "m1.one-2"}) not in taken


def test_a_new_id_tells_which_one_it_takes_the_place_of():
    assert replaced_id("m1.one-3", {"m1.one", "m1.one-2"}) == "m1.one-2"
    assert replaced_id("m1.one-2", {"m1.one"}) == "m1.one"
    assert replaced_id("m1.two-2", {"m1.one"}) is None
    assert replaced_id("m1.two", {"m1.two-1"}) is None
