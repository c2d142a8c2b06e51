"""Check your own data: the verdict of the command line, its faults word for word, nothing kept."""

import json
import re
from pathlib import Path

import pytest

from assessments.__main__ import main
from portal.access import Viewer
from portal.charts.growth_points import growth_table, missing_words, shown_points
from portal.services.own_data import (
    MOST_BYTES,
    Fault,
    OwnFile,
    Wanted,
    compare_file,
    example_file,
    grow_file,
    lose_file,
)
from tests.app.compared import make_rows

VIEWER = Viewer(1, "Ada Lind", frozenset({"program_lead"}), "executive")
HEADER = "learner_id,team_id,arm,skill,occasion,time_months,score\n"


def long_file(**plan) -> bytes:
    rows = make_rows(**plan)
    rows = rows.rename(columns={"learner": "learner_id", "team": "team_id", "time": "time_months"})
    kept = ["learner_id", "team_id", "arm", "skill", "occasion", "time_months", "score", "se"]
    return rows[kept].to_csv(index=False).encode()


def compare(content: bytes, **wanted):
    return compare_file(
        viewer=VIEWER, file=OwnFile("mine.csv", content), wanted=Wanted(**wanted), min_group=5
    )


def lines(*rows: str) -> bytes:
    return (HEADER + "\n".join(rows) + "\n").encode()


PAIR = ("a,t,structured,s,baseline,0,500", "b,t,self_directed,s,baseline,0,500")
FAULTS = {
    "latin-1": (HEADER + "é,t,structured,s,baseline,0,500\n").encode("latin-1"),
    "missing column": b"learner_id,arm,score\na,structured,500\n",
    "infinite score": lines(*PAIR, "c,t,structured,s,baseline,0,inf"),
    "two arms": lines(*PAIR, "a,t,self_directed,s,end,3,500"),
    "negative time": lines(*PAIR, "c,t,structured,s,baseline,-1,500"),
    "ragged": lines(*PAIR, "c,t"),
    "unknown arm": lines(*PAIR, "c,t,guided,s,baseline,0,500"),
    "twice": lines(*PAIR, PAIR[0]),
    "semicolons": lines(*PAIR).replace(b",", b";"),
    "tabs": lines(*PAIR).replace(b",", b"\t"),
    "UTF-16": lines(*PAIR).decode().encode("utf-16"),
    "UTF-16 without its mark": lines(*PAIR).decode().encode("utf-16-le"),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "a decimal comma": lines(*PAIR, 'c,t,structured,s,baseline,0,"4,5"'),
    "empty": b"",
    "only a header": HEADER.encode(),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_the_words_of_the_command_line(name, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_bytes(FAULTS[name])

    assert main(["compare", "mine.csv"]) == 2
    found = compare(FAULTS[name])

    assert isinstance(found, Fault)
    assert found.message == capsys.readouterr().err.strip()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("semicolons", "mine.csv, row 1: expected commas between the cells, found semicolons"),
        ("UTF-16", "mine.csv, row 1: expected UTF-8 text, found UTF-16"),
        ("UTF-16 without its mark", "mine.csv, row 1: expected UTF-8 text, found byte 0x00"),
        ("a picture", "mine.csv, row 3: expected UTF-8 text, found byte 0x00"),
    ],
)
def test_a_file_of_another_kind_is_told_what_was_expected(name, words):
    found = compare(FAULTS[name])

    assert isinstance(found, Fault)
    assert found.message.startswith(words)


def test_a_very_long_cell_is_cut_in_the_message():
    found = compare(lines(*PAIR, f"c,t,{'x' * 10_000},s,baseline,0,500"))

    assert isinstance(found, Fault)
    assert len(found.message) < 200


def test_a_verdict_has_the_figures_of_the_command_line(tmp_path: Path, capsys):
    content = long_file()
    path = tmp_path / "mine.csv"
    path.write_bytes(content)

    assert main(["compare", str(path), "--design", "randomised"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["comparisons"]
    (found,) = compare(content, design="randomised")

    comparison = found.compared.comparison
    assert comparison.comparability == told["comparability"] == "comparable_by_design"
    assert comparison.primary.estimate == told["primary"]["estimate"]
    assert comparison.sentence == told["sentence"]


def test_a_choice_of_the_motivated_is_refused():
    (found,) = compare(long_file(assignment="theta0", selection=1.5))

    assert found.compared.comparison.comparability == "not_comparable"
    assert found.compared.comparison.primary is None


WITHHELD = {
    "a team of one": lines(*PAIR, *(one.replace("baseline,0", "end,3") for one in PAIR)),
    "all in one arm": lines(
        *(f"l{n},t{n % 5},structured,s,{o},{m},{480 + n}" for n in range(60)
          for o, m in (("baseline", 0), ("end", 3)))
    ),
    "no baseline": lines(
        *(f"l{n},t{n % 8},{'structured' if n % 2 else 'self_directed'},s,end,3,{480 + n}"
          for n in range(80))
    ),
    "identical scores": lines(
        *(f"l{n},t{n % 8},{'structured' if n % 2 else 'self_directed'},s,{o},{m},500"
          for n in range(80) for o, m in (("baseline", 0), ("end", 3)))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WITHHELD)
def test_what_cannot_be_compared_gets_its_verdict_and_no_figure(name):
    (found,) = compare(WITHHELD[name])

    assert found.compared.comparison.withheld
    assert found.compared.comparison.primary is None


@pytest.mark.parametrize("name", ["identical scores", "one team"])
def test_means_that_nothing_says_how_sure_of_are_not_drawn_as_a_flat_line(name):
    one = WITHHELD["identical scores"]
    content = one if name == "identical scores" else re.sub(rb",t\d,", b",t,", one)
    (verdict,) = compare(content)
    file = OwnFile("mine.csv", content)
    (growth,) = grow_file(viewer=VIEWER, file=file, wanted=Wanted(), min_group=5)

    assert len(growth.curves) == 4
    for rows in (verdict.compared.routes, growth.curves):
        assert shown_points(rows, name="route").empty
        assert set(growth_table(rows)["95 % from"]) == {"-"}
        assert "not a finding about growth" in missing_words(rows)


def test_a_file_above_the_limit_is_sent_to_the_command_line():
    found = compare(b"x" * (MOST_BYTES + 1))

    assert isinstance(found, Fault)
    assert "command line" in found.message


def test_growth_stands_together_only_where_arms_may_be_compared():
    file = OwnFile("mine.csv", long_file(assignment="theta0", selection=1.5))
    (apart,) = grow_file(viewer=VIEWER, file=file, wanted=Wanted(), min_group=5)
    fair = OwnFile("mine.csv", long_file())
    (together,) = grow_file(
        viewer=VIEWER, file=fair, wanted=Wanted(design="randomised"), min_group=5
    )

    assert not apart.together
    assert apart.slope is None
    assert together.together
    assert together.slope is not None


def test_who_left_is_counted_from_scores_or_from_a_list():
    listed = b"learner_id,arm,measured\na,structured,1\nb,structured,0\nc,self_directed,1\n"
    (found,) = lose_file(viewer=VIEWER, file=OwnFile("list.csv", listed))
    (scored,) = lose_file(viewer=VIEWER, file=OwnFile("mine.csv", long_file()))

    assert found.attrition.overall == pytest.approx(100 / 3)
    assert scored.attrition.overall == 0


def test_the_example_can_be_compared_as_it_stands():
    (found,) = compare(example_file(), design="randomised")

    assert found.compared.comparison.comparability == "comparable_by_design"
