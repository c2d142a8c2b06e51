"""The curriculum read from disk with some texts in place of its files."""

import pytest

from curriculum.read import read_curriculum, source_of
from tests.small_house import LESSON, content_files, write_files

PATH = "curriculum/modules/m1/10-limits.md"


@pytest.fixture
def folder(tmp_path):
    return write_files(tmp_path, content_files())


def test_every_file_that_is_read_keeps_its_text(folder):
    (folder / "curriculum/glossary.yml").write_bytes(b"trace: The record.\r\n")
    (folder / PATH).write_bytes(b"\xef\xbb\xbf" + (folder / PATH).read_bytes())

    found = read_curriculum(folder)

    kept = {path: text.encode() for path, text in found.sources.items()}
    assert kept == {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_text_stands_in_place_of_its_file(folder):
    text = (folder / PATH).read_text().replace("Title of m1.limits", "Another title")

    found = read_curriculum(folder, texts={PATH: text})

    assert found.lessons[LESSON].front.title == "Another title"
    assert found.sources[PATH] == text


def test_faults_of_a_text_are_found_with_those_of_the_other_files(folder):
    text = (folder / PATH).read_text().replace("agent-operations", "agent-operation", 1)

    found = read_curriculum(folder, texts={PATH: text})

    assert [one.code for one in found.problems if one.path == PATH and one.level == "error"]
    assert "Did you mean 'agent-operations'?" in " ".join(one.message for one in found.problems)


def test_a_text_without_a_file_is_read_beside_the_others(folder):
    new = "curriculum/modules/m1/30-new.md"
    text = (folder / "curriculum/modules/m1/20-more.md").read_text()
    text = text.replace("m1.more", "m1.new").replace("m1.extra", "m1.new-check")

    found = read_curriculum(folder, texts={new: text})

    assert "m1.new" in found.lessons
    assert not (folder / new).exists()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("curriculum/tracks/agents.md", "track"),
        ("curriculum/modules/m1/module.md", "module"),
        ("curriculum/modules/m1/10-a.md", "lesson"),
        ("assessments/banks/x.md", "bank"),
        ("assessments/blueprints/x.md", "blueprint"),
    ],
)
def test_the_place_of_a_file_says_what_it_is(path, kind):
    source = source_of(path)

    assert source is not None
    assert source.kind == kind


@pytest.mark.parametrize(
    "path",
    [
        "../etc/passwd.md",
        "/etc/x.md",
        "curriculum/modules/../x.md",
        "curriculum/modules/m1/../../x.md",
        "curriculum/modules/.hidden/x.md",
        "curriculum/tracks/.x.md",
        "curriculum/tracks/x.py",
        "curriculum/tracks/README.md",
        "curriculum/tracks/a b.md",
        "curriculum/tracks/x.md\n",
        "",
    ],
)
def test_no_text_can_be_put_anywhere_else(path):
    assert source_of(path) is None
