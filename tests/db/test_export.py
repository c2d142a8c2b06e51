"""What is published comes back out as the same files, and goes in again without a difference."""

import os
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from curriculum.model import Curriculum
from curriculum.read import read_curriculum, read_image
from curriculum.write import FolderRefused, write_folder
from db.queries.authoring import select_newest_texts
from db.store import Store
from portal.__main__ import main
from portal.loaders import remembered_parse
from portal.services.exporting import ExportRefused, file_hash, read_live_files
from portal.services.inserting import Published, Reason
from portal.services.publishing import publish
from portal.services.publishing_texts import publish_texts
from tests.factories import NOW, TODAY, make_person
from tests.small_house import LESSON, House

LATER = NOW + timedelta(hours=1)
REPOSITORY = Path(__file__).resolve().parents[2]
LESSON_FILE = "curriculum/modules/m1/10-limits.md"
MODULE_FILE = "curriculum/modules/m2/module.md"
PICTURE = "curriculum/modules/m1/images/loop.svg"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>\n'


def publish_folder(store: Store, folder: Path) -> tuple[Published, ...]:
    def read(texts=None) -> Curriculum:
        return read_curriculum(folder, today=TODAY, texts=texts or {}, parse=remembered_parse)

    return publish(
        store,
        curriculum=read(),
        now=LATER,
        read_image=partial(read_image, folder),
        reread=read,
    )


def export(store: Store, folder: Path):
    live = {file.path: file for file in read_live_files(store)}
    return write_folder(
        folder,
        {path: file.data for path, file in live.items()},
        may_replace=lambda path, found: file_hash(found) in live[path].earlier,
    )


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def real_content() -> dict[str, bytes]:
    """What publishing reads of the curriculum in this repository."""
    found = {}
    for root in ("curriculum", "assessments"):
        for path, data in bytes_below(REPOSITORY / root).items():
            name = path.rpartition("/")[2]
            is_register = "/" not in path and path.endswith((".yml", "retired_ids.txt"))
            is_text = path.endswith(".md") and "/" in path and name != "README.md"
            is_picture = path.startswith("modules/") and not path.endswith(".md")
            if is_register or is_text or is_picture:
                found[f"{root}/{path}"] = data
    return found


def in_browser(house: House, path: str, *, old: str, new: str, content_id: str = LESSON) -> None:
    row = house.store.read(select_newest_texts)[content_id]
    assert old in row.source
    (outcome,) = publish_texts(
        house.store,
        curriculum=house.reread({path: row.source.replace(old, new)}),
        expected={path: row.number},
        reason=Reason("because"),
        viewer=house.viewer("employee", "author"),
        read_image=partial(read_image, house.folder),
        now=NOW,
    )
    assert outcome.outcome == "published"


def test_the_whole_real_curriculum_comes_out_byte_for_byte(store, tmp_path):
    make_person(store)
    outcomes = publish_folder(store, REPOSITORY)

    export(store, tmp_path / "out")

    assert not [one for one in outcomes if one.outcome == "blocked"]
    out = bytes_below(tmp_path / "out")
    assert out == real_content()
    assert len(out) > 40
    again = publish_folder(store, tmp_path / "out")
    assert sum(one.changed for one in again) == 0
    assert {one.outcome for one in again} <= {"unchanged", "retired", "not published"}


def test_an_edit_in_the_browser_is_in_the_export_and_publishing_that_changes_nothing(
    house, tmp_path
):
    in_browser(house, LESSON_FILE, old="Some words", new="Other words")

    export(house.store, tmp_path / "out")

    text = (tmp_path / "out" / LESSON_FILE).read_text()
    assert "Other words" in text
    expected = bytes_below(house.folder) | {LESSON_FILE: text.encode()}
    assert bytes_below(tmp_path / "out") == expected
    again = publish_folder(house.store, tmp_path / "out")
    assert {one.outcome for one in again} == {"unchanged"}
    assert publish_folder(house.store, tmp_path / "out")[0].changed == 0


def test_line_ends_and_blank_lines_come_back_as_they_were_on_disk(house, tmp_path):
    place = house.folder / LESSON_FILE
    place.write_bytes(b"\xef\xbb\xbf" + place.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    publish_folder(house.store, house.folder)

    export(house.store, tmp_path / "out")

    assert bytes_below(tmp_path / "out") == bytes_below(house.folder)


def test_drafts_pictures_and_snippets_come_along(house, tmp_path):
    picture = house.folder / PICTURE
    picture.parent.mkdir()
    picture.write_text(DRAWING)
    snippets = house.folder / "curriculum/snippets"
    snippets.mkdir()
    (snippets / "care.md").write_text("Ask a person.\n")
    house.edit(
        LESSON_FILE,
        old="Some words about it.",
        new="![A loop](images/loop.svg)\n\n[!INCLUDE [Care](../../snippets/care.md)]",
    )
    house.edit(MODULE_FILE, old="status: published", new="status: draft")
    publish_folder(house.store, house.folder)

    export(house.store, tmp_path / "out")

    assert bytes_below(tmp_path / "out") == bytes_below(house.folder)
    again = publish_folder(house.store, tmp_path / "out")
    assert sum(one.changed for one in again) == 0


def test_a_picture_first_shown_by_an_edit_in_the_browser_comes_along(house, tmp_path):
    picture = house.folder / PICTURE
    picture.parent.mkdir()
    picture.write_text(DRAWING)
    in_browser(house, LESSON_FILE, old="Some words about it.", new="![A loop](images/loop.svg)")

    export(house.store, tmp_path / "out")

    assert (tmp_path / "out" / PICTURE).read_text() == DRAWING
    assert {one.outcome for one in publish_folder(house.store, tmp_path / "out")} == {"unchanged"}


def test_an_old_checkout_that_was_left_alone_does_not_come_out(house, tmp_path):
    before = (house.folder / LESSON_FILE).read_text()
    house.edit(LESSON_FILE, old="Some words", new="Newer words")
    publish_folder(house.store, house.folder)
    (house.folder / LESSON_FILE).write_text(before)
    publish_folder(house.store, house.folder)

    export(house.store, tmp_path / "out")

    assert "Newer words" in (tmp_path / "out" / LESSON_FILE).read_text()


def test_registers_that_were_not_published_do_not_come_out(house, tmp_path):
    before = (house.folder / "curriculum/glossary.yml").read_text()
    (house.folder / "curriculum/glossary.yml").write_text("trace: Another meaning.\n")
    (house.folder / "curriculum/people.yml").write_text("nobody\n")
    publish_folder(house.store, house.folder)

    export(house.store, tmp_path / "out")

    assert (tmp_path / "out/curriculum/glossary.yml").read_text() == before


def test_an_export_over_the_folder_it_came_from_writes_only_what_is_newer(house):
    in_browser(house, LESSON_FILE, old="Some words", new="Other words")

    done = export(house.store, house.folder)

    assert done.written == (LESSON_FILE,)
    assert len(done.unchanged) == len(bytes_below(house.folder)) - 1
    assert {one.outcome for one in publish_folder(house.store, house.folder)} == {"unchanged"}


def test_a_text_that_is_newer_on_disk_is_never_overwritten(house):
    house.edit(LESSON_FILE, old="Some words", new="Words nobody published")
    before = bytes_below(house.folder)
    in_browser(house, MODULE_FILE, old="What m2", new="All that m2", content_id="m2")

    with pytest.raises(FolderRefused, match="Publish it first"):
        export(house.store, house.folder)

    assert bytes_below(house.folder) == before


def test_a_file_the_portal_does_not_know_stays_and_is_named(house):
    extra = "curriculum/modules/m1/30-new.md"
    (house.folder / extra).write_text("# Half typed\n")

    done = export(house.store, house.folder)

    assert done.extra == (extra,)
    assert (house.folder / extra).read_text() == "# Half typed\n"


def test_nothing_published_is_said_and_nothing_written(store):
    with pytest.raises(ExportRefused, match="Nothing is published yet"):
        read_live_files(store)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: (folder / "letters.txt").write_text("Dear"), "holds no curriculum"),
        (lambda folder: (folder.rmdir(), folder.write_text("x")), "is no folder"),
        (lambda folder: (folder.rmdir(), folder.symlink_to(folder.parent)), "symbolic link"),
    ],
)
def test_a_foreign_folder_is_refused_untouched(tmp_path, make, words):
    folder = tmp_path / "out"
    folder.mkdir()
    make(folder)
    before = sorted(os.listdir(tmp_path))  # noqa: PTH208

    with pytest.raises(FolderRefused, match=words):
        write_folder(folder, {"curriculum/skills.yml": b"x"}, may_replace=lambda _p, _f: True)

    assert sorted(os.listdir(tmp_path)) == before  # noqa: PTH208


@pytest.mark.parametrize("link", ["curriculum/tracks", "curriculum/tracks/agents.md"])
def test_symbolic_links_inside_the_folder_are_refused(tmp_path, link):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    folder = tmp_path / "out"
    (folder / "curriculum").mkdir(parents=True)
    (folder / "curriculum/skills.yml").write_text("s")
    (folder / link).parent.mkdir(exist_ok=True)
    (folder / link).symlink_to(outside if link.endswith("tracks") else outside / "kept")

    with pytest.raises(FolderRefused, match="symbolic link"):
        write_folder(
            folder,
            {"curriculum/glossary.yml": b"g", "curriculum/tracks/agents.md": b"new"},
            may_replace=lambda _path, _found: True,
        )

    assert bytes_below(outside) == {"kept": b"kept"}
    assert not (folder / "curriculum/glossary.yml").exists()


@pytest.mark.parametrize("path", ["../x.md", "/etc/x.md", "portal/x.md", "curriculum/../x"])
def test_a_path_outside_the_content_is_refused(tmp_path, path):
    with pytest.raises(FolderRefused, match="no place for content"):
        write_folder(tmp_path / "out", {path: b"x"}, may_replace=lambda _path, _found: True)

    assert not (tmp_path / "out").exists()


def test_a_disk_that_fails_half_way_leaves_every_file_as_it_was(tmp_path, monkeypatch):
    folder = tmp_path / "out"
    old = {"curriculum/skills.yml": b"old", "curriculum/roles.yml": b"old"}
    write_folder(folder, old, may_replace=lambda _path, _found: True)
    real, calls = os.fsync, []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(FolderRefused, match="No space left"):
        write_folder(folder, dict.fromkeys(old, b"new"), may_replace=lambda _path, _found: True)

    assert bytes_below(folder) == old


def test_the_command_writes_says_how_much_and_refuses_with_a_sentence(
    house, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PORTAL_DATABASE_URL", house.store.url.render_as_string(False))
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "mine").write_text("")

    codes = [
        main(["export-curriculum", str(tmp_path / "out")]),
        main(["export-curriculum", str(tmp_path / "out")]),
        main(["export-curriculum", str(foreign)]),
    ]

    said = capsys.readouterr()
    count = len(bytes_below(house.folder))
    assert codes == [0, 0, 2]
    assert f"{count} files written, 0 were the same already." in said.out
    assert f"0 files written, {count} were the same already." in said.out
    assert "is not empty and holds no curriculum" in said.err
    assert bytes_below(tmp_path / "out") == bytes_below(house.folder)
