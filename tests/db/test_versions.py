"""Every version stays: looked at, brought back, retired; and disk never undoes what was decided."""

import json

import pytest

from curriculum.read import read_curriculum
from db.queries.content import select_known_ids
from portal.access import Refused
from portal.loaders import remembered_parse
from portal.services import reviewing
from tests.db.review_desk import BANK, LIMITS, MODULE, MORE, Desk
from tests.db.test_disk_and_browser import publish
from tests.factories import TODAY


@pytest.fixture
def desk(house):
    return Desk(house)


@pytest.fixture
def author(house):
    return house.viewer("employee", "author", name="Emeka Obi")


@pytest.fixture
def approver(house):
    return house.viewer("employee", "approver", name="Yusuf Demir")


@pytest.fixture
def changed(desk, author, approver):
    """The lesson in its second version, written in the browser."""
    desk.approve(approver, desk.change(author, MORE, old="Some words", new="Better words"))


def test_history_says_who_when_why_and_which_door(desk, author, changed):
    newer, older = desk.history(author, MORE).rows

    assert (newer.number, newer.origin, newer.author, newer.publisher) == (
        2,
        "browser",
        "Emeka Obi",
        "Yusuf Demir",
    )
    assert newer.why == "It reads better."
    assert newer.live
    assert (older.number, older.origin, older.author, older.publisher) == (1, "git", None, None)


def test_rolling_back_is_a_new_version_with_the_old_text(desk, author, changed):
    assert desk.roll_back(author, MORE, 1) == "published"

    rows = desk.history(author, MORE).rows
    assert [row.number for row in rows] == [3, 2, 1]
    assert rows[0].source == rows[2].source
    assert (rows[0].restores, rows[0].live) == (1, True)
    assert "Better words" in rows[1].source
    payload = json.loads(desk.audited("published")[-1].payload)
    assert payload["why"] == "The older one was right."


def test_disk_does_not_bring_the_newer_text_back_unasked(desk, house, author):
    house.edit(MORE, old="Some words", new="Better words")
    publish(house)
    desk.roll_back(author, MORE, 1)

    outcome = publish(house)["m1"]

    assert (outcome.outcome, outcome.stale) == ("stale", ("m1.more",))
    assert "Some words" in desk.text(MORE)


def test_disk_goes_on_from_a_rolled_back_text_where_it_was_changed_since(desk, house, author):
    house.edit(MORE, old="Some words", new="Better words")
    publish(house)
    desk.roll_back(author, MORE, 1)
    house.edit(MORE, old="minutes: 20", new="minutes: 21")

    assert publish(house)["m1"].outcome == "published"

    assert "Some words" in desk.text(MORE)
    assert "minutes: 21" in desk.text(MORE)


def test_rolling_back_needs_a_reason_and_another_text(desk, author, changed):
    with pytest.raises(Refused, match="Say in a sentence why"):
        desk.roll_back(author, MORE, 1, why=" ")
    with pytest.raises(Refused, match="people see now"):
        desk.roll_back(author, MORE, 2)
    with pytest.raises(Refused, match="no text of this version"):
        desk.roll_back(author, MORE, 9)


def test_a_text_that_breaks_todays_rules_does_not_come_back(desk, house, author, changed):
    house.edit("curriculum/people.yml", old="ada@norhaven", new="eve@norhaven")

    with pytest.raises(Refused, match="cannot be published"):
        desk.roll_back(author, MORE, 1)


def test_questions_of_a_check_come_back_only_through_an_approver(desk, author, approver):
    desk.approve(approver, desk.change(author, BANK, old="Some words", new="Better words"))

    assert desk.roll_back(author, BANK, 1) == "sent"

    assert "Better words" in desk.text(BANK)
    (waiting,) = reviewing.read_reviews(desk.house.store, viewer=approver)
    desk.approve(approver, waiting.id)
    assert "Some words" in desk.text(BANK)
    assert desk.history(author, BANK).rows[0].restores == 1


def test_a_key_that_comes_back_asks_what_becomes_of_the_results(desk, author, approver):
    text = desk.text(MORE).replace("- [ ] Pay it at once 90", "- [x] Pay it at once 90")
    desk.save(author, MORE, text.replace("- [x] Ask a person 90", "- [ ] Ask a person 90"))
    choice = {"key_choices": {"m1.extra": "new revision"}}
    desk.approve(approver, desk.send(author, MORE), **choice)

    with pytest.raises(Refused, match="what becomes of the results"):
        desk.roll_back(author, MORE, 1)
    assert desk.roll_back(author, MORE, 1, **choice) == "published"


def test_a_retired_lesson_is_gone_for_learners_and_its_ids_stay_used(desk, house, author):
    desk.set_status(author, MORE, "retired")

    assert "m1.more" not in house.catalogue.lessons
    assert "m1.extra" not in house.catalogue.item_revisions
    assert {"m1.more", "m1.extra"} <= house.store.read(select_known_ids)
    assert desk.history(author, MORE).state == "retired"
    with pytest.raises(Refused, match="already"):
        desk.set_status(author, MORE, "retired")


@pytest.mark.parametrize("item_id", ["", "m1.single"])
@pytest.mark.parametrize("status", ["draft", "published\nowner: me@norhaven.example"])
def test_no_other_status_is_set_from_a_page(desk, author, status, item_id):
    with pytest.raises(Refused, match="no other status"):
        desk.set_status(author, LIMITS, status, item_id=item_id)

    assert [row.number for row in desk.history(author, LIMITS).rows] == [1]


def test_disk_does_not_bring_a_retired_lesson_back_unasked(desk, house, author):
    desk.set_status(author, MORE, "retired")

    publish(house)

    assert "m1.more" not in house.catalogue.lessons


def test_a_retired_lesson_comes_back_with_its_items(desk, house, author):
    desk.set_status(author, MORE, "retired")

    desk.set_status(author, MORE, "published")

    assert house.catalogue.lessons["m1.more"].item_ids == ("m1.extra",)
    assert "m1.extra" in house.catalogue.item_revisions
    assert desk.history(author, MORE).rows[0].restores == 1


def test_a_retired_module_leaves_its_track(desk, house, author):
    desk.set_status(author, MODULE, "retired")

    assert [one.id for one in house.catalogue.tracks["agents"].modules] == ["m2"]
    assert "m1.single" not in house.catalogue.item_revisions
    desk.set_status(author, MODULE, "published")
    assert [one.id for one in house.catalogue.tracks["agents"].modules] == ["m1", "m2"]
    assert "m1.limits" in house.catalogue.lessons
    assert "m1.single" in house.catalogue.item_revisions


def test_one_item_is_retired_and_comes_back(desk, house, author):
    desk.set_status(author, LIMITS, "retired", item_id="m1.single")

    assert "m1.single" not in house.catalogue.lessons["m1.limits"].item_ids
    assert "m1.multiple" in house.catalogue.lessons["m1.limits"].item_ids
    assert "m1.single" not in house.catalogue.item_revisions

    desk.set_status(author, LIMITS, "published", item_id="m1.single")

    assert "m1.single" in house.catalogue.lessons["m1.limits"].item_ids


def test_an_item_of_a_check_is_retired_only_through_an_approver(desk, house, author, approver):
    assert desk.set_status(author, BANK, "retired", item_id="agent-operations.a01") == "sent"
    assert "agent-operations.a01" in house.catalogue.item_revisions


def test_an_item_removed_from_its_text_is_retired_on_disk_too(desk, house):
    text = (house.folder / MORE).read_text()
    (house.folder / MORE).write_text(text[: text.index("## Question 90")])

    publish(house)

    assert "m1.extra" not in house.catalogue.item_revisions
    assert (
        read_curriculum(house.folder, today=TODAY, parse=remembered_parse).lessons["m1.more"].items
        == ()
    )


def test_an_author_does_not_publish_questions_of_a_check_from_disk(desk, house, author, approver):
    house.edit(BANK, old="Some words", new="Better words")

    outcome = publish(house, viewer=author)["bank.agent-operations"]

    assert outcome.outcome == "needs approval"
    assert "Some words" in desk.text(BANK)
    assert publish(house)["bank.agent-operations"].outcome == "published"


def test_nothing_published_has_no_history(desk, author):
    with pytest.raises(Refused, match="Nothing was published"):
        desk.history(author, "curriculum/modules/m9/module.md")
