"""Every code has a page, and the examples on it do what the page says."""

import re
from pathlib import Path

import pytest

from curriculum.codes import CODES
from tests.unit.curriculum_texts import LESSON, content_files, problems_in, spoiled

FOLDER = Path(__file__).parents[2] / "docs/problems"
EXAMPLE = re.compile(r"## (Wrong|Right)\n\n````markdown ([a-z ]+)\n(.*?)\n````", re.DOTALL)
SOURCES = Path(__file__).parents[2] / "curriculum"


def examples(code: str) -> dict[str, tuple[str, str]]:
    text = (FOLDER / f"{code}.md").read_text(encoding="utf-8")
    return {name: (kind, f"{body}\n") for name, kind, body in EXAMPLE.findall(text)}


def codes_for(tmp_path: Path, kind: str, snippet: str) -> set[str]:
    files = spoiled(kind, snippet)
    files["curriculum/modules/m1/images/chart.png"] = b"\x89PNG\r\n\x1a\n"
    return {p.code for p in problems_in(tmp_path, files=files)}


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_page(code):
    text = (FOLDER / f"{code}.md").read_text(encoding="utf-8")

    assert text.startswith(f"# {code}: {CODES[code][1]}\n\nLevel: {CODES[code][0]}.\n")


def test_no_page_is_left_of_a_code_that_is_gone():
    assert {page.stem for page in FOLDER.glob("*.md")} == {*CODES, "README"}


def test_every_code_that_is_reported_is_in_the_list():
    used = set()
    for source in SOURCES.glob("*.py"):
        if source.name != "codes.py":
            used |= set(re.findall(r'"([A-Z]{2,4}\d{3})"', source.read_text(encoding="utf-8")))

    assert used == set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_wrong_example_has_the_fault(tmp_path, code):
    for name, (kind, snippet) in examples(code).items():
        if name == "Wrong":
            assert code in codes_for(tmp_path, kind, snippet)


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_right_example_is_free_of_it(tmp_path, code):
    for name, (kind, snippet) in examples(code).items():
        if name == "Right":
            assert code not in codes_for(tmp_path, kind, snippet)


def test_the_folder_that_examples_are_put_into_is_sound(tmp_path):
    assert LESSON in content_files()
    assert problems_in(tmp_path) == []
