"""The table of the security standard names tests that exist, and leaves no requirement out."""

import ast
import csv
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINES = [
    line
    for line in (ROOT / "docs" / "asvs.csv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
ROWS = list(csv.DictReader(LINES))
STATES = {"met", "by the operator", "open", "does not apply"}
# So many requirements of level 1 are in version 5.0.0 of the standard.
LEVEL_1 = 70


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["requirement"])
def test_what_is_met_names_a_test_that_exists_and_the_rest_says_why(row):
    assert row["state"] in STATES
    assert len(row["what we do"]) > 8
    assert (row["state"] == "met") == bool(row["test"])
    if row["test"]:
        path, name = row["test"].split("::")
        assert name in names_in(path)


def test_every_requirement_of_level_one_stands_there_once():
    names = [row["requirement"] for row in ROWS]
    assert len(names) == len(set(names))
    assert sum(row["level"] == "1" for row in ROWS) == LEVEL_1


def test_the_page_of_security_says_by_when_components_are_renewed():
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    assert "## By when components are renewed" in page
    assert "asvs.csv" in page


def test_every_requirement_that_is_open_stands_on_the_page_of_security():
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    still = [row["requirement"] for row in ROWS if row["state"] == "open"]
    assert [one for one in still if one not in page] == []
