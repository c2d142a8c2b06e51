"""Publishing Markdown: all or nothing per module, nothing twice, and the last good text stays."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from db.queries.audit import verify_chain
from portal.access import Refused
from portal.services.catalogue import read_lesson
from tests.factories import NOW
from tests.small_house import LATER, LESSON, SECOND, House

FIRST_FILE = "curriculum/modules/m1/10-limits.md"
SECOND_FILE = "curriculum/modules/m1/20-more.md"
MODULE_FILE = "curriculum/modules/m1/module.md"
TRACK_FILE = "curriculum/tracks/agents.md"
BANK_FILE = "assessments/banks/agent-operations.md"


def count_revisions(house: House) -> int:
    return house.store.read(lambda c: c.execute(text("SELECT count(*) FROM revision")).scalar_one())


def words_of(house: House, lesson_id: str = LESSON) -> str:
    return repr(read_lesson(house.store, house.catalogue.lessons[lesson_id].revision_id).blocks)


def outcomes(house: House) -> dict[str, str]:
    return {id_: one.outcome for id_, one in house.publish().items()}


def test_publishing_twice_changes_nothing(house: House) -> None:
    before = count_revisions(house)

    published = house.publish()

    assert {one.outcome for one in published.values()} == {"unchanged"}
    assert count_revisions(house) == before


def test_publishing_twice_at_once_publishes_once(house: House) -> None:
    house.edit(FIRST_FILE, old="Some words", new="Other words")
    before, barrier = count_revisions(house), threading.Barrier(4)

    def publish(_number: int) -> list[str]:
        barrier.wait()
        return [one.outcome for one in house.publish().values()]

    with ThreadPoolExecutor(4) as pool:
        found = [outcome for part in pool.map(publish, range(4)) for outcome in part]

    assert found.count("published") == 1
    assert set(found) <= {"published", "unchanged", "stale"}
    assert count_revisions(house) == before + 1


def test_an_edit_of_a_lesson_is_one_new_revision(house: House) -> None:
    house.edit(FIRST_FILE, old="Some words", new="Other words")

    published = house.publish()

    assert (published["m1"].outcome, published["m1"].changed) == ("published", 1)
    assert {one.outcome for id_, one in published.items() if id_ != "m1"} == {"unchanged"}
    assert "Other words" in words_of(house)


def test_everything_is_found_in_the_catalogue(house: House) -> None:
    assert [module.id for module in house.catalogue.tracks["agents"].modules] == ["m1", "m2"]
    assert [lesson.id for lesson in house.catalogue.modules["m1"].lessons] == [LESSON, SECOND]
    assert set(house.catalogue.checks) == {"check.agent-operations"}


def test_a_broken_lesson_blocks_only_its_own_module(house: House) -> None:
    house.edit(FIRST_FILE, old="Some words", new="Broken words")
    house.edit(FIRST_FILE, old="type: single", new="type: singel")
    house.edit("curriculum/modules/m2/10-later.md", old="Some words", new="Later words")

    published = house.publish()

    assert published["m1"].outcome == "blocked"
    assert published["m2"].outcome == "published"
    assert "Some words" in words_of(house)
    assert "Later words" in words_of(house, LATER)
    fault = published["m1"].problems[0]
    assert (fault.path, fault.level) == (FIRST_FILE, "error")
    assert "singel" in (house.folder / FIRST_FILE).read_text().splitlines()[fault.line - 1]


def test_of_a_module_all_lessons_are_published_or_none(house: House) -> None:
    house.edit(SECOND_FILE, old="Some words", new="Sound words")
    house.edit(FIRST_FILE, old="type: single", new="type: singel")

    house.publish()

    assert "Some words" in words_of(house, SECOND)


def test_a_module_whose_own_file_is_broken_is_named_and_stays_live(house: House) -> None:
    house.edit(MODULE_FILE, old="lessons:", new="lesons:")

    published = house.publish()

    blocked = [one for one in published.values() if one.outcome == "blocked"]
    assert [problem.path for one in blocked for problem in one.problems][:1] == [MODULE_FILE]
    assert LESSON in house.catalogue.lessons


def test_a_mended_module_is_published_again(house: House) -> None:
    house.edit(FIRST_FILE, old="type: single", new="type: singel")
    house.publish()
    house.edit(FIRST_FILE, old="type: singel", new="type: single")
    house.edit(FIRST_FILE, old="Some words", new="Mended words")

    assert house.publish()["m1"].outcome == "published"

    assert "Mended words" in words_of(house)


def test_an_older_text_is_skipped_with_a_word(house: House) -> None:
    house.edit(FIRST_FILE, old="Some words", new="Newer words")
    house.publish()
    house.edit(FIRST_FILE, old="Newer words", new="Some words")
    before = count_revisions(house)

    published = house.publish(reread=house.reread)["m1"]

    assert (published.outcome, published.stale) == ("stale", (LESSON,))
    assert count_revisions(house) == before
    assert "Newer words" in words_of(house)


def test_a_module_that_was_retired_comes_back_when_it_is_published_again(house: House) -> None:
    versions = [house.catalogue.version]
    for _round in range(2):
        house.edit(MODULE_FILE, old="status: published", new="status: retired")
        house.publish()
        versions.append(house.catalogue.version)
        assert "m1" not in house.catalogue.modules
        house.edit(MODULE_FILE, old="status: retired", new="status: published")
        assert house.publish()["m1"].outcome == "published"
        versions.append(house.catalogue.version)

    assert [lesson.id for lesson in house.catalogue.modules["m1"].lessons] == [LESSON, SECOND]
    assert versions == sorted(set(versions))


def test_a_faulty_item_blocks_its_bank_and_the_last_good_one_stays(house: House) -> None:
    before = dict(house.catalogue.checks["check.agent-operations"].item_revisions)
    house.edit(BANK_FILE, old="type: numeric", new="type: numerical")

    assert house.publish()["bank.agent-operations"].outcome == "blocked"

    assert house.catalogue.checks["check.agent-operations"].item_revisions == before


def test_a_draft_is_not_published(house: House) -> None:
    house.edit(MODULE_FILE, old="status: published", new="status: draft")
    house.edit(FIRST_FILE, old="Some words", new="Draft words")

    assert outcomes(house)["m1"] == "not published"

    assert "Some words" in words_of(house)


def test_a_draft_lesson_of_a_published_module_is_not_shown(house: House) -> None:
    path = house.folder / "curriculum/modules/m1/30-new.md"
    text_ = (house.folder / SECOND_FILE).read_text()
    for old, new in (("m1.more", "m1.new"), ("m1.extra", "m1.fresh"), ("published", "draft")):
        text_ = text_.replace(old, new)
    path.write_text(text_)
    house.edit(MODULE_FILE, old="m1.more]", new="m1.more, m1.new]")

    assert outcomes(house)["m1"] == "published"

    assert [lesson.id for lesson in house.catalogue.modules["m1"].lessons] == [LESSON, SECOND]
    assert "m1.new" not in house.catalogue.lessons


def test_a_retired_module_is_out_of_sight_and_what_was_learned_stays(house: House) -> None:
    viewer = house.viewer()
    house.open(viewer)
    house.edit(MODULE_FILE, old="status: published", new="status: retired")

    assert outcomes(house)["m1"] == "retired"

    assert "m1" not in house.catalogue.modules
    with pytest.raises(Refused, match="not published"):
        house.open(viewer)
    kept = house.store.read(lambda c: c.execute(text("SELECT count(*) FROM progress")).scalar())
    assert kept == 1


def test_a_broken_track_is_named_and_stays_live(house: House) -> None:
    house.edit(TRACK_FILE, old="modules:", new="modles:")

    published = house.publish()

    blocked = [one for one in published.values() if one.outcome == "blocked"]
    assert TRACK_FILE in {problem.path for one in blocked for problem in one.problems}
    assert "agents" in house.catalogue.tracks


def test_the_catalogue_version_moves_with_every_publication(house: House) -> None:
    versions = [house.catalogue.version]
    for path, old, new in (
        (FIRST_FILE, "Some words", "Other words"),
        (MODULE_FILE, "status: published", "status: retired"),
        ("assessments/blueprints/agent-operations.md", "minutes: 18", "minutes: 20"),
    ):
        house.edit(path, old=old, new=new)
        house.publish()
        versions.append(house.catalogue.version)

    assert versions == sorted(set(versions))


def test_who_published_what_is_on_record(house: House) -> None:
    author = house.viewer("author")
    house.edit(FIRST_FILE, old="Some words", new="Other words")

    house.publish(viewer=author)

    rows = house.store.read(
        lambda c: c.execute(
            text("SELECT actor, object FROM audit WHERE deed = 'published' ORDER BY seq DESC")
        ).all()
    )
    assert tuple(rows[0]) == (f"person:{author.person_id}", "module:m1")
    assert house.store.read(verify_chain) == []


def test_expert_difficulties_are_in_force_until_answers_exist(house: House) -> None:
    rows = house.store.read(
        lambda c: c.execute(text("SELECT model, learners, in_force FROM calibration")).all()
    )

    assert [(row[0], row[1], bool(row[2])) for row in rows] == [("prior", 0, True)]


def test_nobody_without_the_right_publishes(house: House) -> None:
    house.edit(FIRST_FILE, old="Some words", new="Other words")
    before = count_revisions(house)

    for role in ("employee", "manager", "approver", "administrator"):
        with pytest.raises(Refused, match="role author"):
            house.publish(viewer=house.viewer(role), now=NOW)

    assert count_revisions(house) == before
