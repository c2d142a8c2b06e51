"""From a draft to a published text: nobody approves the own one, and nothing but what was read."""

import json

import pytest

from db.queries.reviews import select_corrections
from portal.access import Refused
from portal.services import approving, drafting, reviewing, sending
from tests.db.review_desk import BANK, LATER, LIMITS, MODULE, MORE, Desk
from tests.factories import NOW

KEY = ("- [ ] Pay it at once 90", "- [x] Pay it at once 90"), ("- [x] Ask a person 90",
       "- [ ] Ask a person 90")  # fmt: skip


@pytest.fixture
def desk(house):
    return Desk(house)


@pytest.fixture
def author(house):
    return house.viewer("employee", "author", name="Emeka Obi")


@pytest.fixture
def other(house):
    return house.viewer("employee", "author", name="Bo Berg")


@pytest.fixture
def approver(house):
    return house.viewer("employee", "approver", name="Yusuf Demir")


@pytest.fixture
def administrator(house):
    return house.viewer("administrator", name="Noor Aziz")


def with_new_key(desk, path=MORE):
    text = desk.text(path)
    for old, new in KEY:
        assert old in text
        text = text.replace(old, new)
    return text


def state_of(desk, author, path=MORE):
    return drafting.open_text(
        desk.house.store,
        viewer=author,
        path=path,
        curriculum=desk.newest.curriculum,
        published=desk.newest.published,
    )


# --- sending and waiting --------------------------------------------------------------------------


def test_a_draft_waits_with_who_when_and_why(desk, author, approver):
    review = desk.change(author, MORE, old="Some words", new="Better words")

    (waiting,) = reviewing.read_reviews(desk.house.store, viewer=approver)

    assert (waiting.id, waiting.author, waiting.why) == (review, "Emeka Obi", "It reads better.")
    assert (waiting.sent_at, waiting.paths, waiting.secure) == (NOW, (MORE,), False)
    assert state_of(desk, author).state == "review"


def test_a_text_is_not_sent_without_a_reason(desk, author):
    desk.save(author, MORE, desk.text(MORE) + "\nMore.\n")

    with pytest.raises(Refused, match="why"):
        desk.send(author, MORE, why="  ")


def test_a_draft_that_is_sent_says_that_it_is_to_be_seen(desk, author):
    text = desk.text(MORE).replace("status: published", "status: draft")
    desk.save(author, MORE, text)

    desk.send(author, MORE)

    assert "status: published" in state_of(desk, author).text


def test_a_text_with_errors_is_kept_and_not_sent(desk, author):
    desk.save(author, MORE, desk.text(MORE).replace("type: single", "type: sinlge"))

    with pytest.raises(Refused, match="has errors"):
        desk.send(author, MORE)

    assert state_of(desk, author).state == "draft"


def test_errors_in_another_module_hold_nothing_back(desk, author, approver):
    desk.house.edit("curriculum/modules/m2/10-later.md", old="type: single", new="type: sinlge")

    review = desk.change(author, MORE, old="Some words", new="Better words")

    assert desk.approve(approver, review)[0].outcome == "published"


def test_a_change_after_sending_takes_everything_sent_with_it_out_of_review(desk, author, approver):
    for path in (MORE, LIMITS):
        desk.save(author, path, desk.text(path).replace("Some words", "Better words"))
    review = desk.send(author, MORE, LIMITS)

    desk.save(author, MORE, desk.text(MORE).replace("Some words", "Other words"), saves=1)

    assert reviewing.read_reviews(desk.house.store, viewer=approver) == ()
    assert state_of(desk, author, LIMITS).state == "draft"
    assert len(desk.audited("took back from review")) == 1
    with pytest.raises(Refused, match="Nothing waits"):
        desk.read(approver, review)


def test_an_author_takes_a_text_back(desk, author, other):
    review = desk.change(author, MORE, old="Some words", new="Better words")

    with pytest.raises(Refused, match="Nothing of yours"):
        sending.take_back(desk.house.store, viewer=other, review_id=review, now=LATER)
    sending.take_back(desk.house.store, viewer=author, review_id=review, now=LATER)

    assert state_of(desk, author).state == "draft"


def test_a_draft_given_up_no_longer_waits(desk, author, approver):
    desk.change(author, MORE, old="Some words", new="Better words")

    drafting.drop_draft(desk.house.store, viewer=author, path=MORE, now=LATER)

    assert reviewing.read_reviews(desk.house.store, viewer=approver) == ()
    assert len(desk.audited("took back from review")) == 1


# --- reading --------------------------------------------------------------------------------------


def test_a_reviewer_reads_what_changed_in_words(desk, author, approver):
    desk.save(author, MORE, with_new_key(desk).replace("Some words", "Better words"))

    opened = desk.read(approver, desk.send(author, MORE))

    (file,) = opened.files
    assert [item.words for item in file.differences.items] == [("key changed: B → A",)]
    assert file.differences.blocks[0].mark == "changed"
    assert [change.id for change in opened.key_changes] == ["m1.extra"]


# --- who may approve ------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", ["other", "approver"])
def test_another_author_or_an_approver_publishes_a_lesson(desk, author, reader, request):
    review = desk.change(author, MORE, old="Some words", new="Better words")

    (outcome,) = desk.approve(request.getfixturevalue(reader), review)

    assert (outcome.outcome, outcome.changed) == ("published", 1)
    assert "Better words" in desk.text(MORE)
    assert state_of(desk, author).saves == 0
    row = desk.history(author, MORE).rows[0]
    assert (row.author, row.why, row.origin) == ("Emeka Obi", "It reads better.", "browser")
    assert row.publisher == {"other": "Bo Berg", "approver": "Yusuf Demir"}[reader]


def test_nobody_approves_the_own_text(desk, author, other):
    review = desk.change(author, MORE, old="Some words", new="Better words")

    assert "You wrote this text" in str(desk.read(author, review).barrier)
    with pytest.raises(Refused, match="You wrote this text"):
        desk.approve(author, review)

    assert "Better words" not in desk.text(MORE)


def test_questions_of_a_check_need_an_approver(desk, author, other, approver):
    review = desk.change(author, BANK, old="Some words", new="Better words")

    with pytest.raises(Refused, match="approver"):
        desk.approve(other, review)
    assert desk.approve(approver, review)[0].outcome == "published"


def test_an_approver_who_wrote_them_does_not_approve_questions_of_a_check(desk, house, approver):
    both = house.viewer("author", "approver")
    review = desk.change(both, BANK, old="Some words", new="Better words")

    with pytest.raises(Refused, match="You wrote this text"):
        desk.approve(both, review)


def test_an_administrator_waives_the_second_reader_only_where_there_is_none(
    desk, house, administrator
):
    both = house.viewer("author", "approver")
    review = desk.change(both, BANK, old="Some words", new="Better words")

    approving.waive_second_reader(
        desk.house.store, viewer=administrator, review_id=review, reason="Only one", now=LATER
    )
    desk.approve(both, review)

    assert desk.history(both, BANK).rows[0].waiver == "Only one"
    (waived,) = desk.audited("waived the second reader")
    assert waived.object == f"review:{review}"
    assert json.loads(desk.audited("published")[-1].payload)["waived"] is True


def test_a_waiver_is_refused_while_somebody_else_could_read(desk, house, administrator, approver):
    both = house.viewer("author", "approver")
    review = desk.change(both, BANK, old="Some words", new="Better words")

    with pytest.raises(Refused, match="Ask somebody"):
        approving.waive_second_reader(
            desk.house.store, viewer=administrator, review_id=review, reason="Haste", now=LATER
        )


def test_nobody_waives_the_rule_for_the_own_text(desk, house):
    alone = house.viewer("author", "approver", "administrator")
    review = desk.change(alone, BANK, old="Some words", new="Better words")

    with pytest.raises(Refused, match="another administrator"):
        approving.waive_second_reader(
            desk.house.store, viewer=alone, review_id=review, reason="Only me", now=LATER
        )


def test_a_waiver_needs_a_reason_and_ends_with_the_text(desk, house, administrator):
    both = house.viewer("author", "approver")
    review = desk.change(both, BANK, old="Some words", new="Better words")
    with pytest.raises(Refused, match="Say why"):
        approving.waive_second_reader(
            desk.house.store, viewer=administrator, review_id=review, reason=" ", now=LATER
        )
    approving.waive_second_reader(
        desk.house.store, viewer=administrator, review_id=review, reason="Only one", now=LATER
    )

    desk.save(both, BANK, desk.text(BANK).replace("Some words", "Worse words"), saves=1)
    again = desk.send(both, BANK)

    with pytest.raises(Refused, match="You wrote this text"):
        desk.approve(both, again)


def test_an_administrator_sees_only_what_needs_a_waiver(desk, house, author, administrator):
    both = house.viewer("author", "approver")
    desk.change(author, MORE, old="Some words", new="Better words")
    review = desk.change(both, BANK, old="Some words", new="Better words")

    found = reviewing.read_reviews(desk.house.store, viewer=administrator)

    assert [one.id for one in found] == [review]


# --- exactly what was read ------------------------------------------------------------------------


def test_only_the_text_that_was_read_is_approved(desk, author, approver):
    review = desk.change(author, MORE, old="Some words", new="Better words")

    with pytest.raises(Refused, match="not the one you read"):
        desk.approve(approver, review, seen={MORE: "0" * 64})
    with pytest.raises(Refused, match="not the one you read"):
        desk.approve(approver, review, seen={})

    assert "Better words" not in desk.text(MORE)
    assert desk.audited("approved a review") == []


def test_a_text_changed_in_the_database_behind_its_review_is_not_published(desk, author, approver):
    from sqlalchemy import text as sql

    review = desk.change(author, MORE, old="Some words", new="Better words")
    query = sql("UPDATE draft SET text = replace(text, 'Better', 'Worse')")
    desk.house.store.write(lambda c: c.execute(query))

    with pytest.raises(Refused, match="changed or taken back"):
        desk.approve(approver, review)

    assert "Some words" in desk.text(MORE)


def test_approving_twice_publishes_once(desk, author, approver):
    review = desk.change(author, MORE, old="Some words", new="Better words")
    desk.approve(approver, review)

    with pytest.raises(Refused, match="Nothing waits"):
        desk.approve(approver, review, seen={})

    assert len(desk.history(author, MORE).rows) == 2


def test_texts_sent_together_are_published_together_or_not_at_all(desk, author, approver):
    new = "curriculum/modules/m1/30-new.md"
    text = desk.text(MORE).replace("m1.more", "m1.new").replace("m1.extra", "m1.new-check")
    desk.save(author, new, text, base="")
    desk.save(author, MODULE, desk.text(MODULE).replace("m1.more]", "m1.more, m1.new]"))

    review = desk.send(author, new, MODULE)
    desk.approve(approver, review)

    assert "m1.new" in desk.house.catalogue.lessons
    assert [file.path for file in [*desk.history(author, new).rows]] == [new]


def test_a_lesson_that_no_module_lists_is_not_published(desk, author, approver):
    new = "curriculum/modules/m1/30-new.md"
    text = desk.text(MORE).replace("m1.more", "m1.new").replace("m1.extra", "m1.new-check")
    desk.save(author, new, text, base="")
    review = desk.send(author, new)

    with pytest.raises(Refused, match=r"in no module|belongs to no module"):
        desk.approve(approver, review)


def test_a_text_goes_back_with_a_comment_that_its_author_sees(desk, author, approver):
    review = desk.change(author, MORE, old="Some words", new="Better words")

    with pytest.raises(Refused, match="what should be different"):
        approving.return_to_author(
            desk.house.store, viewer=approver, review_id=review, comment=" ", now=LATER
        )
    approving.return_to_author(
        desk.house.store, viewer=approver, review_id=review, comment="Say whom.", now=LATER
    )

    opened = state_of(desk, author)
    assert opened.state == "returned"
    assert opened.comment.endswith("Say whom.")
    assert len(desk.audited("returned a review")) == 1


def test_words_of_a_review_lose_only_the_signs_that_no_database_keeps(desk, author, approver):
    odd, kept = "It \x00 is \ud800 clear.", "It \ufffd is ? clear."
    desk.save(author, MORE, desk.text(MORE).replace("Some words", "Better words", 1))
    review = desk.send(author, MORE, why=odd)
    approving.return_to_author(
        desk.house.store, viewer=approver, review_id=review, comment=odd, now=LATER
    )
    path = desk.begin(author, "module", "m7", title=odd)

    assert state_of(desk, author).comment.endswith(kept)
    assert f'title: "{kept}"' in state_of(desk, author, path).text
    desk.approve(approver, desk.send(author, MORE))
    desk.roll_back(author, MORE, 1, why=odd)
    assert desk.history(author, MORE).rows[0].why == kept


def test_authors_do_not_return_their_own_text(desk, author):
    review = desk.change(author, MORE, old="Some words", new="Better words")

    with pytest.raises(Refused, match="take it back"):
        approving.return_to_author(
            desk.house.store, viewer=author, review_id=review, comment="No", now=LATER
        )


# --- two people at one text -----------------------------------------------------------------------


def test_a_review_overtaken_elsewhere_in_the_text_is_put_together(desk, author, other, approver):
    mine = desk.change(author, MORE, old="Some words", new="Better words")
    theirs = desk.change(other, MORE, old="minutes: 20", new="minutes: 21")
    desk.approve(approver, theirs)

    (file,) = desk.read(approver, mine).files
    desk.approve(approver, mine)

    assert file.merged
    assert "Better words" in desk.text(MORE)
    assert "minutes: 21" in desk.text(MORE)


def test_a_review_overtaken_in_the_same_line_is_refused_with_a_sentence(
    desk, author, other, approver
):
    mine = desk.change(author, MORE, old="Some words", new="Better words")
    desk.approve(approver, desk.change(other, MORE, old="Some words", new="Other words"))

    assert desk.read(approver, mine).files[0].conflict
    with pytest.raises(Refused, match="in the same lines"):
        desk.approve(approver, mine)

    assert "Other words" in desk.text(MORE)


def test_what_was_read_before_somebody_else_published_is_not_approved(
    desk, author, other, approver
):
    mine = desk.change(author, MORE, old="Some words", new="Better words")
    seen = {file.path: file.sha for file in desk.read(approver, mine).files}
    desk.approve(approver, desk.change(other, MORE, old="minutes: 20", new="minutes: 21"))

    with pytest.raises(Refused, match="not the one you read"):
        desk.approve(approver, mine, seen=seen)


# --- changed keys ---------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{}, {"m1.extra": "none"}, {"m1.extra": "new item"}])
def test_a_changed_key_without_a_choice_is_not_approved(desk, author, approver, given):
    desk.save(author, MORE, with_new_key(desk))
    review = desk.send(author, MORE)

    with pytest.raises(Refused, match="what becomes of the results"):
        desk.approve(approver, review, key_choices=given)


@pytest.mark.parametrize("choice", ["correction", "new revision"])
def test_what_becomes_of_the_results_is_kept_where_a_regrade_finds_it(
    desk, author, approver, choice
):
    desk.save(author, MORE, with_new_key(desk))
    review = desk.send(author, MORE)

    desk.approve(approver, review, key_choices={"m1.extra": choice})

    corrected = [one.item_id for one in desk.house.store.read(select_corrections)]
    assert corrected == (["m1.extra"] if choice == "correction" else [])
    payload = json.loads(desk.audited("published")[-1].payload)
    assert payload["key choices"] == {"m1.extra": choice}


def test_letters_that_moved_cannot_be_a_correction(desk, author, approver):
    first = "- [ ] Pay it at once 90\n  > [M101] CANARY wrong one.\n"
    review = desk.change(author, MORE, old=first, new="")

    with pytest.raises(Refused, match="what becomes of the results"):
        desk.approve(approver, review, key_choices={"m1.extra": "correction"})
    desk.approve(approver, review, key_choices={"m1.extra": "new revision"})


def test_another_type_needs_a_new_id(desk, author, approver):
    text = desk.text(MORE).replace("type: single", "type: multiple")
    text = text.replace("- [ ] Write it down 90", "- [x] Write it down 90")
    desk.save(author, MORE, text)
    review = desk.send(author, MORE)

    with pytest.raises(Refused, match="new id"):
        desk.approve(approver, review, key_choices={"m1.extra": "new revision"})


def test_a_new_item_in_place_of_an_old_one_is_on_record_and_the_old_id_stays_used(
    desk, author, approver
):
    text = with_new_key(desk).replace("id: m1.extra", "id: m1.extra-2")
    desk.save(author, MORE, text)
    review = desk.send(author, MORE)

    desk.approve(approver, review)

    items = {one.content_id: one for one in desk.history(author, MORE).items}
    assert (items["m1.extra"].live, items["m1.extra-2"].live) == (False, True)
    assert items["m1.extra"].retired_at == LATER
    payload = json.loads(desk.audited("published")[-1].payload)
    assert payload["key choices"] == {"m1.extra-2": "new item"}


def test_an_id_that_was_used_elsewhere_is_not_used_again(desk, author, approver):
    desk.approve(approver, desk.change(author, MORE, old="id: m1.extra\n", new="id: m1.spare\n"))
    text = desk.text(LIMITS).replace("id: m1.single\n", "id: m1.extra\n")
    desk.save(author, LIMITS, text)
    review = desk.send(author, LIMITS)

    with pytest.raises(Refused, match="used before"):
        desk.approve(approver, review)
