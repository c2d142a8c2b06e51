"""The pages of authors and approvers: editor, reviews, versions, new texts."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from db.queries.authoring import select_drafts
from db.store import Store
from portal import clock, loaders
from portal.access import Viewer
from portal.services import approving, sending
from portal.services.drafting import save_draft
from portal.services.sessions import start_session
from tests.factories import make_person
from tests.small_house import House

NOTHING: Mapping[str, object] = {}
APP = Path(loaders.__file__).with_name("app.py")
MORE = "curriculum/modules/m1/20-more.md"
BANK = "assessments/banks/agent-operations.md"


@pytest.fixture
def visit(house: House, monkeypatch: pytest.MonkeyPatch):
    """Open a page as somebody."""

    def open_page(
        viewer: Viewer, page: str, *, state: Mapping[str, object] = NOTHING, **query: str
    ) -> AppTest:
        token = start_session(house.store, person_id=viewer.person_id, now=clock.now(), hours=1)
        monkeypatch.setattr(loaders, "session_token", lambda: token)
        at = AppTest.from_file(str(APP), default_timeout=60)
        at.switch_page(f"app_pages/{page}.py")
        for name, value in query.items():
            at.query_params[name] = value
        for name, held in state.items():
            at.session_state[name] = held
        return at.run()

    return open_page


def person(store: Store, *roles: str, name: str = "Ada Lind") -> Viewer:
    id_ = make_person(store, roles=("employee", *roles), name=name, role_profile="builder")
    return Viewer(id_, name, frozenset(("employee", *roles)), "builder")  # type: ignore[arg-type]


@pytest.fixture
def author(house: House) -> Viewer:
    return person(house.store, "author", name="Emeka Obi")


@pytest.fixture
def approver(house: House) -> Viewer:
    return person(house.store, "approver", name="Yusuf Demir")


def said(at: AppTest) -> str:
    kinds = ("title", "header", "markdown", "text", "info", "warning", "error", "success")
    return "\n".join(str(one.value) for kind in kinds for one in at.get(kind))


def keys(at: AppTest) -> set[str]:
    return {str(button.key) for button in at.button}


def draft(house: House, viewer: Viewer, path: str, *, old: str, new: str) -> None:
    text = loaders.newest().text(path)
    assert old in text
    save_draft(house.store, viewer=viewer, path=path, text=text.replace(old, new), base=text,
               saves=0, now=clock.now())  # fmt: skip


def send(house: House, viewer: Viewer, path: str, *, old: str, new: str) -> int:
    draft(house, viewer, path, old=old, new=new)
    text = sending.sent_text(loaders.newest().text(path).replace(old, new))
    return sending.send_for_review(
        house.store, viewer=viewer, paths=[path], why="Clearer words", key_choices={},
        curriculum=loaders.authored_curriculum({path: text}), now=clock.now(),
    ).review_id  # fmt: skip


def window(house: House, *, rev: int = 4, saves: int) -> dict[str, object]:
    """What a browser holds whose session the server has forgotten, with new words in it."""
    text = loaders.newest().text(MORE).replace("Some words", "Late words")
    typed = {"text": text, "rev": rev, "saves": saves, "line": 1, "number": 7}
    return {f"editor_text_{MORE}": {"typed": typed}}


def test_words_of_a_window_that_outlived_its_session_are_kept(visit, house, author):
    at = visit(author, "editor", file=MORE, state=window(house, saves=0))

    (row,) = house.store.read(select_drafts)
    assert "Late words" in row.text
    assert "another window" not in said(at)
    assert at.session_state[f"editor_desk_{MORE}"]["saves"] == row.saves


def test_words_of_such_a_window_never_overwrite_what_another_window_saved(visit, house, author):
    draft(house, author, MORE, old="Some words", new="Newer words")

    at = visit(author, "editor", file=MORE, state=window(house, saves=0))

    (row,) = house.store.read(select_drafts)
    assert "Newer words" in row.text
    assert "saved in another window" in said(at)


def test_a_file_in_another_encoding_says_so_and_offers_nothing_to_type_into(visit, house, author):
    path = "curriculum/modules/m1/90-elsewhere.md"
    (house.folder / path).write_bytes("Caf\u00e9".encode("cp1252"))

    at = visit(author, "editor", file=path)

    assert "cannot be opened here: the byte 0xE9 is not UTF-8" in said(at)
    assert not any(key.startswith("editor") for key in keys(at))
    assert house.store.read(select_drafts) == ()


def test_a_draft_is_sent_with_a_reason(visit, house, author):
    draft(house, author, MORE, old="Some words", new="Better words")
    at = visit(author, "editor", file=MORE)

    at.text_input(key="editor_why").set_value("Clearer words")
    at.button(key="editor_send").click().run()

    assert not at.exception
    assert "editor_take_back" in keys(at)
    at.button(key="editor_take_back").click().run()
    assert "editor_send" in keys(at)


def test_without_a_reason_nothing_is_sent_and_the_page_says_why(visit, house, author):
    draft(house, author, MORE, old="Some words", new="Better words")
    at = visit(author, "editor", file=MORE)

    at.button(key="editor_send").click().run()

    assert "Say in a sentence why" in at.warning[0].value
    assert "editor_take_back" not in keys(at)


def test_an_approver_reads_the_difference_and_publishes_it(visit, house, author, approver):
    review = send(house, author, MORE, old="Some words", new="Better words")
    at = visit(approver, "reviews")
    assert "Clearer words" in said(at)

    at = visit(approver, "reviews", review=str(review))
    assert "Better words about it." in said(at)
    assert "Some words about it." in said(at)
    at.button(key="review_approve").click().run()

    assert "Approved." in said(at)
    assert "Better words" in loaders.newest().text(MORE)


def test_an_author_sees_why_the_own_review_waits_for_somebody_else(visit, house, author):
    review = send(house, author, MORE, old="Some words", new="Better words")

    at = visit(author, "reviews", review=str(review))

    assert "You wrote this text" in said(at)
    assert not {"review_approve", "review_return"} & keys(at)


def test_a_changed_key_must_be_settled_before_approval(visit, house, author, approver):
    draft(house, author, MORE, old="- [ ] Pay it at once 90", new="- [x] Pay it at once 90")
    text = loaders.newest().text(MORE).replace("- [ ] Pay it", "- [x] Pay it")
    text = text.replace("- [x] Ask a person", "- [ ] Ask a person")
    save_draft(house.store, viewer=author, path=MORE, text=text,
               base=loaders.newest().text(MORE), saves=1, now=clock.now())  # fmt: skip
    review = sending.send_for_review(
        house.store, viewer=author, paths=[MORE], why="The key was wrong", key_choices={},
        curriculum=loaders.authored_curriculum({MORE: text}), now=clock.now(),
    ).review_id  # fmt: skip

    at = visit(approver, "reviews", review=str(review))
    assert "key changed: B → A" in said(at)
    assert at.button(key="review_approve").disabled
    at.radio(key="review_choice_m1.extra").set_value("correction").run()
    at.button(key="review_approve").click().run()

    assert "Approved." in said(at)


def test_what_was_sent_back_shows_its_comment_in_the_editor(visit, house, author, approver):
    review = send(house, author, MORE, old="Some words", new="Better words")
    at = visit(approver, "reviews", review=str(review))
    at.text_area(key="review_comment").set_value("Say whom it helps.")
    at.button(key="review_return").click().run()

    at = visit(author, "editor", file=MORE)

    assert "Yusuf Demir: Say whom it helps." in said(at)


def test_an_administrator_finds_only_what_needs_a_waiver(visit, house, author):
    both = person(house.store, "author", "approver")
    boss = person(house.store, "administrator")
    send(house, author, MORE, old="Some words", new="Better words")
    review = send(house, both, BANK, old="Some words", new="Better words")

    at = visit(boss, "reviews")
    assert MORE not in said(at)
    at.text_input(key=f"review_waiver_{review}").set_value("Nobody else yet")
    at.button(key=f"review_waive_{review}").click().run()

    assert "Waived." in said(at)


@pytest.mark.parametrize("asked", ["0", "99", "x", "\u0661", "9" * 30])
def test_a_review_that_is_not_there_says_so(visit, approver, asked):
    at = visit(approver, "reviews", review=asked)

    assert "Nothing waits under this address" in at.info[0].value


def test_an_empty_list_of_reviews_says_what_to_do(visit, approver):
    assert "Nothing waits for review" in said(visit(approver, "reviews"))


def test_versions_are_compared_and_rolled_back(visit, house, author, approver):
    review = send(house, author, MORE, old="Some words", new="Better words")
    tools = loaders.tools()
    text = tools.newest.text(MORE).replace("Some words", "Better words")
    approving.approve(
        house.store, viewer=approver, review_id=review, seen={MORE: sending.text_sha(text)},
        key_choices={}, newest=tools.newest, read_texts=tools.read_texts, parse=tools.parse,
        read_image=tools.read_image, now=clock.now(),
    )  # fmt: skip

    at = visit(author, "versions", file=MORE)
    assert "Clearer words" in said(at)
    assert "Better words about it." in said(at)
    at.text_input(key="versions_why_1").set_value("The old one was right")
    at.button(key="versions_roll_1").click().run()

    assert not at.exception
    assert "live again" in said(at)
    assert "Some words" in loaders.newest().text(MORE)


def test_a_lesson_is_retired_and_brought_back_on_its_page(visit, house, author):
    at = visit(author, "versions", file=MORE)
    at.text_input(key="versions_why").set_value("Out of date")
    at.button(key="versions_set_status").click().run()
    assert "Retired: learners no longer see it." in said(at)

    at.text_input(key="versions_why").set_value("Needed again")
    at.button(key="versions_set_status").click().run()

    assert "Published again." in said(at)
    assert loaders.catalogue().lessons["m1.more"].item_ids == ("m1.extra",)


def test_an_approver_reads_versions_and_changes_nothing(visit, approver):
    at = visit(approver, "versions", file=MORE)

    assert "Version 1" in said(at)
    assert not {"versions_set_status", "versions_roll_1", "versions_edit"} & keys(at)


def test_an_item_is_written_as_the_form_stands_at_the_click(visit, author):
    at = visit(author, "editor", file=MORE)
    at.text_input(key="new_item_id").set_value("once").run()
    at.text_input(key="new_item_title").set_value("Asked in the last moment")

    at.button(key="new_item_put").click().run()

    (kept,) = loaders.store().read(select_drafts)
    assert "Asked in the last moment\n\n```item\nid: m1.once\n" in kept.text


def test_two_authors_at_one_line_choose_what_stays(visit, house, author, approver):
    draft(house, author, MORE, old="Some words", new="Better words")
    house.edit(MORE, old="Some words", new="Other words")
    house.publish(now=clock.now())

    at = visit(author, "editor", file=MORE)
    assert "You both changed the same lines" in said(at)
    assert at.button(key="editor_merge").disabled
    radio = next(one for one in at.radio if str(one.key).startswith("editor_side_0"))
    radio.set_value("ours").run()
    radio = next(one for one in at.radio if str(one.key).startswith("editor_side_0"))
    radio.set_value("theirs")
    at.button(key="editor_merge").click().run()

    assert not at.exception
    assert "You both changed" not in said(at)
    assert "Other words" in loaders.store().read(select_drafts)[0].text


def test_changes_in_different_lines_are_put_together(visit, house, author):
    draft(house, author, MORE, old="Some words", new="Better words")
    house.edit(MORE, old="minutes: 20", new="minutes: 21")
    house.publish(now=clock.now())

    at = visit(author, "editor", file=MORE)
    at.button(key="editor_merge").click().run()

    (kept,) = loaders.store().read(select_drafts)
    assert "Better words" in kept.text
    assert "minutes: 21" in kept.text


def test_a_module_is_begun_from_the_list_and_opens_in_the_editor(visit, house, author):
    at = visit(author, "lessons")
    at.text_input(key="new_text_title").set_value("Reading logs")
    at.text_input(key="new_text_id").set_value("reading-logs").run()

    at.button(key="new_text_begin").click().run()

    assert not at.exception
    assert at.title[0].value == "Reading logs"
    assert "lessons_draft_curriculum/modules/reading-logs/module.md" in keys(
        visit(author, "lessons")
    )


def test_a_form_filled_in_and_sent_at_once_means_what_stands_in_it(visit, house, author):
    at = visit(author, "lessons")
    at.radio(key="new_text_kind").set_value("lesson").run()
    at.text_input(key="new_text_title").set_value("Limits again")
    at.text_input(key="new_text_id").set_value("again")
    at.selectbox(key="new_text_module").set_value("Title of m2")

    at.button(key="new_text_begin").click().run()

    (kept,) = [row for row in loaders.store().read(select_drafts) if "again" in row.path]
    assert "title: Limits again" in kept.text
    assert "id: m2.again" in kept.text


def test_an_id_that_is_taken_is_refused_under_the_form(visit, house, author):
    at = visit(author, "lessons")
    at.text_input(key="new_text_id").set_value("m1").run()

    at.button(key="new_text_begin").click().run()

    assert "There is a text with the id m1 already" in at.warning[0].value


def test_an_approver_finds_versions_and_begins_nothing(visit, approver):
    at = visit(approver, "lessons")

    assert "new_text_begin" not in keys(at)
    assert "lessons_versions_m1.more" in keys(at)
