"""Drafts are kept whatever they hold, belong to their author, and are checked before review."""

from datetime import timedelta
from functools import partial

import pytest

from curriculum.read import read_curriculum
from portal.access import Refused
from portal.loaders import remembered_parse
from portal.services.drafting import (
    author_texts,
    blocking_in,
    drop_draft,
    open_text,
    read_own_drafts,
    read_published_texts,
    save_draft,
)
from portal.services.sending import send_for_review
from tests.factories import NOW, TODAY

PATH = "curriculum/modules/m1/10-limits.md"


@pytest.fixture
def author(house):
    return house.viewer("employee", "author")


def read(house, drafts=None):
    disk = read_curriculum(house.folder, today=TODAY, parse=remembered_parse)
    published = read_published_texts(house.store)
    texts = author_texts(disk, published=published, drafts=drafts or {})
    return read_curriculum(house.folder, today=TODAY, texts=texts, parse=remembered_parse)


def open_(house, author, path=PATH):
    return open_text(
        house.store,
        viewer=author,
        path=path,
        curriculum=read_curriculum(house.folder, today=TODAY, parse=remembered_parse),
        published=read_published_texts(house.store),
    )


def save(house, author, text, **changed):
    values = {"path": PATH, "base": "base", "saves": 0, "now": NOW} | changed
    return save_draft(house.store, viewer=author, text=text, **values)


def test_a_text_opens_as_it_is_published(house, author):
    opened = open_(house, author)

    assert opened.text == (house.folder / PATH).read_text()
    assert (opened.state, opened.saves, opened.saved_at) == ("published", 0, None)


NEW_FILE = "curriculum/modules/m1/90-elsewhere.md"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-32"])
def test_a_file_that_cannot_be_read_never_opens_as_an_empty_text(house, author, encoding):
    (house.folder / NEW_FILE).write_bytes("Caf\u00e9 and more words".encode(encoding))

    with pytest.raises(Refused, match=r"cannot be opened here: .+save it as UTF-8"):
        open_(house, author, NEW_FILE)

    save(house, author, "mine", path=NEW_FILE, base="once")
    opened = open_(house, author, NEW_FILE)
    assert (opened.text, opened.newest, opened.overtaken) == ("mine", "once", False)


@pytest.mark.parametrize(
    "text", ["", "---\nschema: les", "```item", "\x00 \ud800 half", "é\r\nü", "[" * 5000]
)
def test_a_draft_is_kept_whatever_it_holds(house, author, text):
    saved = save(house, author, text)

    opened = open_(house, author)
    assert opened.saves == saved.saves == 1
    assert opened.saved_at == NOW
    assert opened.text == text.replace("\x00", "\ufffd").replace("\ud800", "?")
    assert read(house, {PATH: opened.text}).problems is not None


def test_a_second_save_replaces_the_first(house, author):
    save(house, author, "one")
    save(house, author, "two", saves=1, now=NOW + timedelta(minutes=1))

    opened = open_(house, author)
    assert (opened.text, opened.saves) == ("two", 2)


@pytest.mark.parametrize("saves", [0, 1])
def test_a_window_that_fell_behind_never_overwrites_the_newer_one(house, author, saves):
    save(house, author, "one")
    save(house, author, "two", saves=1)

    with pytest.raises(Refused, match="another window"):
        save(house, author, "late", saves=saves)

    assert open_(house, author).text == "two"


def test_authors_never_see_each_others_drafts_but_their_names(house, author):
    other = house.viewer("employee", "author", name="Bo Berg")
    save(house, other, "theirs")

    opened = open_(house, author)

    assert opened.text == (house.folder / PATH).read_text()
    assert opened.others == ("Bo Berg",)
    assert read_own_drafts(house.store, viewer=author) == ()


def test_a_draft_that_was_given_up_leaves_the_published_text(house, author):
    save(house, author, "mine")

    drop_draft(house.store, viewer=author, path=PATH, now=NOW)

    assert open_(house, author).text == (house.folder / PATH).read_text()


def test_a_draft_knows_when_somebody_else_published(house, author):
    save(house, author, "mine", base=(house.folder / PATH).read_text())
    assert not open_(house, author).overtaken

    house.edit(PATH, old="Some words", new="Other words")
    house.publish()

    assert open_(house, author).overtaken


def test_an_author_sees_the_newest_texts_with_the_own_draft_on_top(house, author):
    text = (house.folder / PATH).read_text().replace("Title of m1.limits", "My title")

    found = read(house, {PATH: text})

    assert found.lessons["m1.limits"].front.title == "My title"


def test_errors_in_its_module_hold_a_lesson_back_those_elsewhere_do_not(house):
    module = "curriculum/modules/m2/module.md"
    house.edit(module, old="skills: [agent", new="skills: [agnt")

    found = read_curriculum(house.folder, today=TODAY, parse=remembered_parse)

    assert {one.path for one in blocking_in(found, "curriculum/modules/m2/10-later.md")} == {module}
    assert blocking_in(found, PATH) == ()


def test_only_the_text_that_was_checked_is_sent(house, author):
    text = (house.folder / PATH).read_text()
    save(house, author, text + "\n\nmore\n")

    with pytest.raises(Refused, match="another window"):
        send_for_review(
            house.store,
            viewer=author,
            paths=[PATH],
            why="so",
            key_choices={},
            curriculum=read(house, {PATH: text}),
            now=NOW,
        )


@pytest.mark.parametrize("path", ["../x.md", "curriculum/skills.yml", "portal/app.py", ""])
def test_no_draft_can_be_put_anywhere_but_among_the_lessons(house, author, path):
    with pytest.raises(Refused):
        save(house, author, "x", path=path)
    with pytest.raises(Refused):
        open_(house, author, path)


def test_a_text_far_too_long_is_refused(house, author):
    with pytest.raises(Refused, match="longer than"):
        save(house, author, "x" * 600_000)


@pytest.mark.parametrize(
    "deed",
    [
        partial(save_draft, path=PATH, text="x", base="", saves=0, now=NOW),
        partial(drop_draft, path=PATH, now=NOW),
        partial(read_own_drafts),
        partial(open_text, path=PATH, curriculum=None, published={}),
        partial(send_for_review, paths=[PATH], why="", key_choices={}, curriculum=None, now=NOW),
    ],
    ids=["save", "drop", "list", "open", "send"],
)
@pytest.mark.parametrize("role", ["employee", "manager", "approver", "administrator"])
def test_nobody_but_an_author_writes(house, deed, role):
    with pytest.raises(Refused, match="author"):
        deed(house.store, viewer=house.viewer(role))
