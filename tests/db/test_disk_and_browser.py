"""Disk and browser are two doors to one text: nothing newer is ever overwritten."""

from functools import partial

import pytest

from curriculum.read import read_curriculum, read_image
from db.queries.authoring import select_newest_texts, select_seen_files, select_sources
from portal.access import Refused
from portal.loaders import remembered_parse
from portal.services.inserting import Reason
from portal.services.publishing_texts import publish_texts
from tests.factories import NOW, TODAY
from tests.small_house import LESSON

PATH = "curriculum/modules/m1/10-limits.md"
MORE = "curriculum/modules/m1/20-more.md"
BANK = "assessments/banks/agent-operations.md"


def reread(house):
    return partial(read_text_in_place, house.folder)


def read_text_in_place(folder, texts):
    return read_curriculum(folder, today=TODAY, texts=texts, parse=remembered_parse)


def newest(house, content_id=LESSON):
    return house.store.read(select_newest_texts)[content_id]


def in_browser(house, path, *, old, new, content_id=LESSON, author=None):
    """Publish a text as the browser does, on top of the newest one."""
    author = author or house.viewer("employee", "author")
    text = newest(house, content_id).source
    assert old in text
    curriculum = reread(house)({path: text.replace(old, new)})
    number = newest(house, content_id).number
    (outcome,) = publish_texts(
        house.store,
        curriculum=curriculum,
        expected={path: number},
        reason=Reason("because"),
        viewer=author,
        read_image=partial(read_image, house.folder),
        now=NOW,
    )
    return outcome


def publish(house, **changed):
    return house.publish(reread=reread(house), **changed)


def test_every_published_file_keeps_its_text_word_for_word(house):
    rows = house.store.read(select_newest_texts)

    assert {row.path: row.source for row in rows.values()} == {
        path.relative_to(house.folder).as_posix(): path.read_text()
        for path in house.folder.rglob("*.md")
    }
    assert all(row.live for row in rows.values())


def test_every_file_is_remembered_as_it_was_on_disk(house):
    seen = house.store.read(select_seen_files)

    assert {file.path for file in seen} == {
        path.relative_to(house.folder).as_posix()
        for path in house.folder.rglob("*")
        if path.is_file()
    }


def test_publishing_again_changes_nothing(house):
    outcomes = publish(house)

    assert {outcome.outcome for outcome in outcomes.values()} == {"unchanged"}


def test_a_text_published_in_the_browser_is_a_revision_like_any_other(house):
    outcome = in_browser(house, PATH, old="Title of m1.limits\nowner", new="Limits\nowner")

    assert (outcome.outcome, outcome.changed) == ("published", 1)
    assert newest(house).origin == "browser"
    assert newest(house).number == 2
    publish(house)
    assert house.catalogue.lessons[LESSON].title == "Limits"


def test_an_older_text_on_disk_never_overwrites_a_newer_one_of_the_browser(house):
    in_browser(house, PATH, old="Some words", new="Better words")

    outcome = publish(house)["m1"]

    assert (outcome.outcome, outcome.stale) == ("stale", (LESSON,))
    assert "Better words" in newest(house).source


def test_a_stale_file_does_not_hold_back_its_neighbours(house):
    in_browser(house, PATH, old="Some words", new="Better words")
    house.edit(MORE, old="Some words", new="Other words")

    outcome = publish(house)["m1"]

    assert (outcome.outcome, outcome.stale) == ("published", (LESSON,))
    assert "Better words" in newest(house).source
    assert "Other words" in newest(house, "m1.more").source


def test_changes_on_both_sides_are_merged(house):
    in_browser(house, PATH, old="Some words", new="Better words")
    house.edit(PATH, old="minutes: 20", new="minutes: 21")

    outcome = publish(house)["m1"]

    assert (outcome.outcome, outcome.merged) == ("published", (LESSON,))
    assert "Better words" in newest(house).source
    assert "minutes: 21" in newest(house).source
    assert house.catalogue.lessons[LESSON].minutes == 21
    assert publish(house)["m1"].outcome == "unchanged"


def test_a_change_of_the_same_line_on_both_sides_is_refused_with_its_diff(house):
    in_browser(house, PATH, old="Some words", new="Better words")
    house.edit(PATH, old="Some words", new="Other words")

    outcome = publish(house)["m1"]

    assert outcome.outcome == "conflict"
    (conflict,) = outcome.conflicts
    assert "-Better words about it." in conflict.diff
    assert "+Other words about it." in conflict.diff
    assert "Better words" in newest(house).source
    assert newest(house).number == 2


def test_a_file_that_was_merged_once_is_not_merged_again(house):
    in_browser(house, PATH, old="Some words", new="Better words")
    house.edit(PATH, old="minutes: 20", new="minutes: 21")
    publish(house)
    in_browser(house, PATH, old="minutes: 21", new="minutes: 22")

    outcome = publish(house)["m1"]

    assert not outcome.conflicts
    assert "minutes: 22" in newest(house).source


def test_disk_that_took_up_the_browsers_text_goes_on_from_there(house):
    in_browser(house, PATH, old="Some words", new="Better words")
    (house.folder / PATH).write_text(newest(house).source)
    publish(house)
    house.edit(PATH, old="Better words", new="Best words")

    outcome = publish(house)["m1"]

    assert outcome.outcome == "published"
    assert "Best words" in newest(house).source


def test_without_a_way_to_merge_a_changed_file_is_left_as_it_is(house):
    in_browser(house, PATH, old="Some words", new="Better words")
    house.edit(PATH, old="minutes: 20", new="minutes: 21")
    house.edit(MORE, old="Some words", new="Other words")

    house.publish()

    assert "minutes: 20" in newest(house).source
    assert "Other words" in newest(house, "m1.more").source


def test_a_lesson_made_in_the_browser_is_read_beside_the_files(house):
    new = "curriculum/modules/m1/30-new.md"
    text = (house.folder / MORE).read_text()
    text = text.replace("m1.more", "m1.new").replace("m1.extra", "m1.new-check")
    module = (house.folder / "curriculum/modules/m1/module.md").read_text()
    listed = module.replace("m1.more]", "m1.more, m1.new]")
    author = house.viewer("employee", "author")
    module_path = "curriculum/modules/m1/module.md"
    publish_texts(
        house.store,
        curriculum=reread(house)({new: text, module_path: listed}),
        expected={new: 0, module_path: 1},
        reason=Reason("new lesson"),
        viewer=author,
        read_image=partial(read_image, house.folder),
        now=NOW,
    )

    outcomes = publish(house)

    assert outcomes["m1"].outcome in {"stale", "unchanged"}
    assert "m1.new" in house.catalogue.lessons


def test_somebody_who_published_in_between_is_not_overwritten(house):
    curriculum = read_curriculum(house.folder, today=TODAY, parse=remembered_parse)
    house.edit(PATH, old="Some words", new="Words from disk")

    def reread_late(texts):
        in_browser(house, PATH, old="Some words", new="Better words")
        return reread(house)(texts)

    in_browser(house, MORE, old="Some words", new="Newer", content_id="m1.more")
    outcomes = house.publish(reread=reread_late)

    assert curriculum.lessons
    assert outcomes["m1"].outcome == "stale"
    assert "Better words" in newest(house).source


def test_revisions_from_before_texts_were_kept_get_theirs(house):
    from sqlalchemy import text

    house.store.write(lambda c: c.execute(text("UPDATE revision SET source = ''")))

    outcomes = publish(house)

    assert {outcome.outcome for outcome in outcomes.values()} == {"unchanged"}
    assert newest(house).source == (house.folder / PATH).read_text()


def test_a_lesson_that_stops_being_a_draft_appears_in_its_module(house):
    house.edit(MORE, old="status: published", new="status: draft")
    publish(house)
    assert "m1.more" not in {one.id for one in house.catalogue.modules["m1"].lessons}

    house.edit(MORE, old="status: draft", new="status: published")
    house.edit(MORE, old="Some words", new="Other words")
    publish(house)

    assert "m1.more" in {one.id for one in house.catalogue.modules["m1"].lessons}


def test_a_broken_file_is_not_remembered_as_common(house):
    before = house.store.read(select_seen_files)
    house.edit(PATH, old="skill: agent-operations", new="skill: agent-operation")

    publish(house)

    assert house.store.read(select_seen_files) == before


def test_a_file_that_is_gone_from_disk_stays_live(house):
    (house.folder / BANK).unlink()

    publish(house)

    assert newest(house, "bank.agent-operations").live
    assert len(house.store.read(lambda c: select_sources(c, "bank.agent-operations"))) == 1


@pytest.mark.parametrize("path", [PATH, BANK])
def test_an_error_blocks_what_is_published_in_the_browser(house, path):
    content_id = LESSON if path == PATH else "bank.agent-operations"

    outcome = in_browser(house, path, old="type: single", new="type: sinlge", content_id=content_id)

    assert outcome.outcome == "blocked"
    assert any(problem.path == path for problem in outcome.problems)
    assert newest(house, content_id).number == 1


def test_a_secure_bank_is_not_published_by_an_author_who_may_not_approve_it(house):
    before = house.store.read(select_newest_texts)

    with pytest.raises(Refused, match="You need the role"):
        publish_texts(
            house.store,
            curriculum=read_curriculum(house.folder, today=TODAY, parse=remembered_parse),
            expected={BANK: 1},
            reason=Reason("a better key"),
            viewer=house.viewer("employee", "author"),
            read_image=partial(read_image, house.folder),
            now=NOW,
        )

    assert house.store.read(select_newest_texts) == before
