"""A new item is correct before its author has written a word of it."""

from typing import get_args

import pytest

from curriculum.item_text import NewItem, insert_block, item_text
from curriculum.model import ItemType
from curriculum.read import read_curriculum
from tests.small_house import content_files, write_files

PATH = "curriculum/modules/m1/20-more.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("content"), content_files())


@pytest.mark.parametrize("type_", get_args(ItemType))
def test_a_new_item_of_every_type_passes_the_checker(folder, type_):
    block = item_text(NewItem("m1.new", type_, "agent-operations", "A new question", level=2))
    text, _line = insert_block((folder / PATH).read_text(), block, line=999)

    found = read_curriculum(folder, texts={PATH: text})

    problems = [one for one in found.problems if one.path == PATH and one.level == "error"]
    assert problems == []
    assert "m1.new" in {item.id for item in found.lessons["m1.more"].items}


def test_a_block_stands_at_the_end_of_the_section_of_the_cursor():
    text = "---\nid: a\n---\n\n# Title\n\n## One\n\nwords\n\nmore\n\n## Two\n\nend\n"

    after, line = insert_block(text, "## New\n\nblock\n", line=9)

    assert after.split("\n")[line - 1] == "## New"
    assert after.index("more") < after.index("## New") < after.index("## Two")


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_block_never_breaks_the_front_matter(line):
    text = "---\nid: a\n---\n\n# Title\n\nwords\n"

    after, _line = insert_block(text, "## New", line=line)

    assert after.startswith(text.rstrip())


def test_headings_inside_a_fence_are_no_headings():
    text = "# Title\n\n```text\n## not one\n```\n\nwords\n"

    after, _line = insert_block(text, "## New", line=3)

    assert after == text + "\n## New\n"


def test_a_block_may_be_all_there_is():
    assert insert_block("", "## New\n", line=1) == ("## New\n", 1)
