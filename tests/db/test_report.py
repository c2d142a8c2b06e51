"""The report of a program: one file, the same bytes each time, nothing withheld in it."""

import re
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest
from sqlalchemy import text as sql

from assessments.simulate import ProgramPlan, simulate_program
from db.store import open_store
from portal.access import Refused
from portal.charts import report_file
from portal.charts.report_file import make_report, save_text
from tests.db.test_stored_comparisons import CATALOGUE
from tests.factories import NOW
from tests.factories.measured import make_measured_program

VOID = {"meta", "path", "rect", "line", "circle", "use", "br", "hr"}


@pytest.fixture(autouse=True, scope="module")
def catalogue():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_file, "read_catalogue", lambda _store: CATALOGUE)
        yield


@pytest.fixture(scope="module")
def measured_store(tmp_path_factory, sqlite_template):
    """A store with one measured program: to compare it takes most of the time of these tests."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("measured") / "portal.db")
    store = open_store(f"sqlite:///{path}")
    add(store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def pilot(measured_store) -> str:
    """The report of that program."""
    return report(measured_store)


def add(store, *, name="Pilot", drawn=True, **plan):
    values = {"teams": 10, "team_size": 12, "effect": 0.8, "assignment": "pretest"} | plan
    rows = simulate_program(ProgramPlan(**values), rng=np.random.default_rng(3))
    return make_measured_program(store, rows, name=name, drawn=drawn)


def report(store, *, wanted="Pilot") -> str:
    return make_report(store, wanted=wanted, name="AI Skills", min_group=5, now=NOW)


class Reader(HTMLParser):
    """Checks that every element is closed in its order, and keeps what it met."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.met: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag, attrs):
        self.met.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.met.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def test_the_same_data_gives_the_same_bytes(measured_store, pilot):
    assert report(measured_store) == pilot


def test_both_engines_give_the_same_bytes(pilot, postgres_url):
    other = open_store(postgres_url)
    add(other)
    # PostgreSQL gives rows as they lie: from here on not as they were added.
    other.write(lambda c: c.execute(sql("UPDATE result SET theta = theta WHERE id % 3 = 0")))
    again = report(other)
    other.close()

    assert again == pilot


def test_the_file_is_whole_and_asks_nobody_for_anything(pilot):
    text = pilot
    reader = read(text)

    tags = [tag for tag, _attributes in reader.met]
    assert text.startswith("<!DOCTYPE html>")
    assert dict(reader.met)["html"] == {"lang": "en"}
    assert tags.count("h1") == 1
    assert not {"script", "link", "img", "iframe"} & set(tags)
    outside = re.findall(r"(?:https?:)?//[^\s\"'<)]+", text)
    assert set(outside) <= {"http://www.w3.org/2000/svg"}
    assert "url(" not in text
    assert "@import" not in text
    charts = [attributes for tag, attributes in reader.met if tag == "svg"]
    assert len(charts) >= 4
    assert all(len(one["aria-label"]) > 20 and one["role"] == "img" for one in charts)


def test_a_name_cannot_become_a_part_of_the_page(sqlite_store):
    add(sqlite_store, name='<script>alert("x")</script> & co', teams=4, team_size=2)

    text = report(sqlite_store, wanted='<script>alert("x")</script> & co')

    assert "<script" not in text
    assert "&lt;script&gt;" in text
    read(text)


def test_what_is_withheld_on_the_page_is_withheld_in_the_file(sqlite_store):
    add(sqlite_store, drawn=False, assignment="theta0", selection=1.5)

    text = report(sqlite_store)

    assert "Groups started too far apart" in text
    assert "What would make it fair" in text
    shown = ("How large is the difference?", "How fast teams grew", ">Standard error<", "points)")
    for word in shown:
        assert word not in text
    for chart in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        assert not ("#0B5FA5" in chart and "#B34700" in chart)


def test_small_groups_are_hidden_in_the_file(sqlite_store):
    add(sqlite_store, teams=4, team_size=2)

    text = report(sqlite_store)

    assert "Not enough data to compare yet" in text
    assert "<td>hidden</td>" in text or "<svg" not in text


def test_dark_readers_get_dark_charts(pilot):
    colours = set(re.findall(r'(?:fill|stroke)="(#[0-9A-Fa-f]{3,6})"', pilot))
    repainted = set(re.findall(r'svg \[fill="(#[0-9A-Fa-f]{3,6})" i\]', pilot))
    assert {one.lower() for one in colours} <= {one.lower() for one in repainted}


def test_an_unknown_program_is_refused_with_those_there_are(measured_store):
    with pytest.raises(Refused, match="Pilot"):
        report(measured_store, wanted="Pilto")


def test_a_file_that_cannot_be_written_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(Refused, match="cannot be written"):
        save_text(tmp_path / "none" / "report.html", "text")

    save_text(tmp_path / "report.html", "text")
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
