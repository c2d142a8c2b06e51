"""An author's whole way without a file on disk: begin, write, review, publish, back."""

from functools import partial

import pytest

from curriculum.read import read_curriculum, read_image
from portal.access import Refused
from portal.loaders import remembered_parse
from portal.services.authoring import read_overview
from portal.services.drafting import read_own_drafts
from tests.db.review_desk import BANK, LIMITS, MODULE, MORE, TRACK, Desk
from tests.db.test_disk_and_browser import publish, reread
from tests.factories import TODAY


@pytest.fixture
def desk(house):
    return Desk(house)


@pytest.fixture
def author(house):
    return house.viewer("employee", "author")


@pytest.fixture
def approver(house):
    return house.viewer("employee", "approver")


def drafts_of(house, viewer):
    return {one.path: one.text for one in read_own_drafts(house.store, viewer=viewer)}


def standing(desk, viewer, module_id="m1"):
    overview = read_overview(
        desk.house.store,
        viewer=viewer,
        curriculum=read_curriculum(desk.house.folder, today=TODAY, parse=remembered_parse),
        reread=reread(desk.house),
        read_image=partial(read_image, desk.house.folder),
    )
    modules = [one for track in overview.tracks for one in track.modules] + list(overview.loose)
    return next(one for one in modules if one.id == module_id)


def test_from_nothing_to_a_lesson_that_learners_see_and_back(desk, house, author, approver):
    module = desk.begin(author, "module", "reading-logs", title="Reading logs", into="agents")
    lesson = desk.begin(author, "lesson", "first-look", into="reading-logs")

    drafts = drafts_of(house, author)
    assert set(drafts) == {module, lesson, TRACK}
    assert "lessons: [reading-logs.first-look]" in drafts[module]
    assert "reading-logs]" in drafts[TRACK]
    desk.approve(approver, desk.send(author, *drafts))

    (entry,) = [one for one in house.catalogue.tracks["agents"].modules if one.id == "reading-logs"]
    assert [one.id for one in entry.lessons] == ["reading-logs.first-look"]
    assert drafts_of(house, author) == {}

    desk.approve(approver, desk.change(author, lesson, old="minutes: 5", new="minutes: 7"))
    assert house.catalogue.lessons["reading-logs.first-look"].minutes == 7
    desk.roll_back(author, lesson, 1)
    assert house.catalogue.lessons["reading-logs.first-look"].minutes == 5
    publish(house)
    assert house.catalogue.lessons["reading-logs.first-look"].minutes == 5


@pytest.mark.parametrize(
    ("kind", "into", "path"),
    [
        ("module", "", "curriculum/modules/new-one/module.md"),
        ("track", "", "curriculum/tracks/new-one.md"),
        ("bank", "", "assessments/banks/new-one.md"),
        ("lesson", "m1", "curriculum/modules/m1/30-new-one.md"),
    ],
)
def test_every_kind_begins_as_a_draft_without_errors(desk, house, author, kind, into, path):
    assert desk.begin(author, kind, "new-one", into=into) == path

    found = desk.read_texts(drafts_of(house, author))
    assert [one for one in found.problems if one.path == path and one.level == "error"] == []


@pytest.mark.parametrize("name", ["", "Big", "a b", "../x", "a.b", "x" * 90, "-a", "a--b"])
def test_what_is_no_id_begins_nothing(desk, house, author, name):
    with pytest.raises(Refused, match="small letters"):
        desk.begin(author, "module", name)

    assert drafts_of(house, author) == {}


def test_an_id_is_never_used_twice(desk, house, author, approver):
    other = house.viewer("author")
    desk.begin(other, "module", "begun")
    desk.set_status(author, MORE, "retired")

    for kind, name, into in [
        ("module", "m1", ""),
        ("module", "begun", ""),
        ("lesson", "more", "m1"),
        ("track", "agents", ""),
        ("bank", "agent-operations", ""),
    ]:
        with pytest.raises(Refused, match=r"already|used before"):
            desk.begin(author, kind, name, into=into)


def test_a_lesson_needs_a_module_and_a_module_a_track_that_is_there(desk, author):
    with pytest.raises(Refused, match="Choose the module"):
        desk.begin(author, "lesson", "new-one")
    with pytest.raises(Refused, match="Choose the module"):
        desk.begin(author, "lesson", "new-one", into="m9")
    with pytest.raises(Refused, match="no track"):
        desk.begin(author, "module", "new-one", into="nothing")
    with pytest.raises(Refused, match="Choose the skill"):
        desk.begin(author, "module", "new-one", skill="juggling")


@pytest.mark.parametrize("kind", ["lesson", "module"])
def test_nothing_joins_a_list_that_cannot_be_read(desk, house, author, kind):
    path = {"lesson": "modules/odd/module.md", "module": "tracks/odd.md"}[kind]
    place = house.folder / "curriculum" / path
    place.parent.mkdir(exist_ok=True)
    place.write_bytes("Caf\u00e9".encode("cp1252"))

    with pytest.raises(Refused, match=r"Choose the module|no track"):
        desk.begin(author, kind, "new-one", into="odd")

    assert drafts_of(house, author) == {}


def test_the_list_grows_in_the_authors_own_draft(desk, house, author):
    desk.save(author, MODULE, desk.text(MODULE).replace("Some words", "Better words"))

    desk.begin(author, "lesson", "new-one", into="m1")
    desk.begin(author, "lesson", "other-one", into="m1")

    text = drafts_of(house, author)[MODULE]
    assert "Better words" in text
    assert "lessons: [m1.limits, m1.more, m1.new-one, m1.other-one]" in text
    assert "curriculum/modules/m1/40-other-one.md" in drafts_of(house, author)


# --- what the list of lessons says ---------------------------------------------------------------


def test_a_text_changed_in_the_browser_does_not_call_its_module_changed(desk, author, approver):
    desk.approve(approver, desk.change(author, LIMITS, old="Some words", new="Better words"))

    found = standing(desk, author)

    assert (found.standing, found.newer_in_browser) == ("published", True)


def test_a_module_is_changed_where_publishing_from_disk_would_do_something(desk, house, author):
    assert standing(desk, author).standing == "published"
    house.edit(MORE, old="Some words", new="Better words")
    assert standing(desk, author).standing == "changed"

    publish(house)

    assert standing(desk, author).standing == "published"


def test_changes_of_one_line_on_both_sides_are_called_so(desk, house, author, approver):
    desk.approve(approver, desk.change(author, MORE, old="Some words", new="Better words"))
    house.edit(MORE, old="Some words", new="Other words")

    assert standing(desk, author).standing == "conflict"


def test_a_picture_that_stayed_the_same_changes_nothing(desk, house, author):
    images = house.folder / "curriculum/modules/m1/images"
    images.mkdir()
    (images / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    house.edit(MORE, old="Some words", new="![A square](images/a.svg)\n\nSome words")
    publish(house)
    assert standing(desk, author).standing == "published"

    (images / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="9"/>')

    assert standing(desk, author).standing == "changed"


def test_a_module_begun_in_the_browser_stands_in_the_list_once_it_is_live(
    desk, house, author, approver
):
    desk.begin(author, "module", "reading-logs", into="agents")
    desk.begin(author, "lesson", "first-look", into="reading-logs")
    desk.approve(approver, desk.send(author, *drafts_of(house, author)))

    assert standing(desk, author, "reading-logs").standing == "published"


def test_a_retired_module_is_called_so(desk, author):
    desk.set_status(author, MODULE, "retired")

    assert standing(desk, author).standing == "retired"


def test_a_bank_begun_in_the_browser_needs_an_approver(desk, house, author, approver):
    path = desk.begin(author, "bank", "new-one")
    other = house.viewer("author")
    review = desk.send(author, path)

    with pytest.raises(Refused, match="approver"):
        desk.approve(other, review)
    assert path != BANK
    assert desk.approve(approver, review)[0].outcome == "published"
