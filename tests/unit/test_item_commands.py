"""The commands calibrate, link and items: their answers and their refusals."""

import argparse
import json

import numpy as np
import pandas as pd
import pytest

from assessments.item_commands import register
from assessments.simulate import simulate_correct
from tests.unit.lsat6 import LSAT6_ITEMS, lsat6_matrix


def run(capsys, *arguments):
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    parsed = parser.parse_args([str(argument) for argument in arguments])
    code = parsed.run(parsed)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def long_rows(matrix, items, prefix="l", **extra):
    frame = pd.DataFrame(matrix, columns=list(items)).assign(
        learner_id=[f"{prefix}{index:05d}" for index in range(len(matrix))], **extra
    )
    return frame.melt([*extra, "learner_id"], var_name="item_id", value_name="correct")


def write(tmp_path, text):
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def lsat6(tmp_path):
    path = tmp_path / "lsat6.csv"
    long_rows(lsat6_matrix(), LSAT6_ITEMS).to_csv(path, index=False)
    return path


@pytest.fixture
def forms(tmp_path):
    names = [f"i{index:02d}" for index in range(24)]
    a, b = np.full(24, 1.2), np.tile(np.linspace(-1.5, 1.5, 12), 2)
    rng = np.random.default_rng(6)
    tables = []
    for form, mean, keep in (("A", 0.0, slice(0, 16)), ("B", 0.5, slice(6, 24))):
        matrix = simulate_correct(mean + rng.standard_normal(1500), a=a, b=b, rng=rng)
        rows = long_rows(matrix[:, keep], names[keep], prefix=form)
        tables.append(
            rows.assign(form=form, sex=np.where(rows["learner_id"] > f"{form}00600", 1, 2))
        )
    path = tmp_path / "forms.csv"
    pd.concat(tables).to_csv(path, index=False)
    return path


def test_calibrate_prints_the_published_lsat_at_full_precision(capsys, lsat6):
    code, out, err = run(capsys, "calibrate", lsat6, "--model", "2pl", "--format", "json")

    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert (answer["model"], answer["n"]) == ("2pl", 1000)
    assert answer["log_likelihood"] == pytest.approx(-2466.653, abs=0.001)
    assert answer["kr20"] == pytest.approx(0.295, abs=0.0005)
    assert [row["item_id"] for row in answer["items"]] == list(LSAT6_ITEMS)
    assert set(answer["items"][0]) == {"item_id", "a", "b", "se_a", "se_b"}
    assert answer["items"][0]["b"] == pytest.approx(-3.3597, abs=0.005)
    assert answer["warnings"] == []


def test_calibrate_says_the_same_as_text(capsys, lsat6):
    _, out, _ = run(capsys, "calibrate", lsat6, "--model", "rasch", "--format", "text")

    assert out.startswith("rasch: 1000 learners, log-likelihood -2466.938, KR-20 0.295")
    assert "item_id  a      b" in out


def test_an_item_everyone_got_right_is_there_without_figures(capsys, tmp_path):
    rows = long_rows(lsat6_matrix(), LSAT6_ITEMS)
    rows.loc[rows["item_id"] == "3", "correct"] = 1
    path = tmp_path / "answers.csv"
    rows.to_csv(path, index=False)

    code, out, _ = run(capsys, "calibrate", path, "--model", "2pl")

    row = json.loads(out)["items"][2]
    assert code == 0
    assert row == {"item_id": "3", "a": None, "b": None, "se_a": None, "se_b": None}
    assert "3: everyone got it right" in json.loads(out)["warnings"][0]


def test_link_puts_the_second_form_on_the_scale_of_the_first(capsys, forms):
    code, out, _ = run(capsys, "link", forms)

    answer = json.loads(out)
    link = answer["links"][0]
    assert code == 0
    assert (answer["reference"], link["form"], link["usable"]) == ("A", "B", True)
    assert link["intercept"] == pytest.approx(0.5, abs=0.12)
    assert link["slope"] == pytest.approx(1.0, abs=0.12)
    both = pd.DataFrame(answer["items"]).pivot_table(index="item_id", columns="form", values="b")
    gaps = (both["A"] - both["B"]).dropna()
    assert len(gaps) == 10
    assert gaps.abs().max() < 0.35


def test_link_of_a_single_form_says_that_there_is_nothing_to_link(capsys, tmp_path):
    path = tmp_path / "one.csv"
    long_rows(lsat6_matrix(), LSAT6_ITEMS, form="A").to_csv(path, index=False)

    code, out, _ = run(capsys, "link", path, "--format", "text")

    assert code == 0
    assert "there is nothing to link" in out


def test_items_reports_every_item_and_the_groups(capsys, forms):
    code, out, _ = run(capsys, "items", forms, "--group", "sex")

    answer = json.loads(out)
    row = answer["items"][0]
    assert code == 0
    assert row["item_id"] == "i00"
    assert row["n"] == 1500
    assert row["ets_class"] in {"A", "B", "C"}
    assert (row["dif"][0]["reference"], row["dif"][0]["focal"]) == ("1", "2")
    assert answer["kr20"] is None
    assert [form["form"] for form in answer["forms"]] == ["A", "B"]
    assert answer["forms"][0]["kr20"] > 0.6


def test_items_says_the_same_as_text(capsys, lsat6):
    _, out, _ = run(capsys, "items", lsat6, "--format", "text")

    assert out.startswith("1000 learners, KR-20 0.295, SEM")
    assert "share_correct" in out


def test_items_reports_options_and_misconceptions_where_the_file_has_them(capsys, tmp_path):
    path = write(
        tmp_path,
        "learner_id,item_id,correct,option,misconception\n"
        "1,x,1,a,\n2,x,0,b,M101\n3,x,0,b,M101\n1,y,1,c,\n2,y,1,c,\n3,y,0,,\n",
    )

    _, out, _ = run(capsys, "items", path)

    answer = json.loads(out)
    assert answer["misconceptions"] == [
        {"misconception": "M101", "holders": 2, "times": 2, "share": pytest.approx(2 / 3)}
    ]
    assert {row["option"] for row in answer["options"]} == {"a", "b", "c"}


def test_an_empty_answer_is_a_question_not_asked(capsys, tmp_path):
    path = write(tmp_path, "learner_id,item_id,correct\n1,x,1\n2,x,\n1,y,0\n2,y,1\n")

    code, out, _ = run(capsys, "items", path)

    assert code == 0
    assert json.loads(out)["items"][0]["n"] == 1
    assert "1 rows without an answer are left out." in json.loads(out)["warnings"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("learner_id,item_id,correct\n1,x,1\n1,y,2\n", "row 3, column correct: expected 0 or 1"),
        ("learner_id,item_id,correct\n1,x,yes\n", "row 2, column correct: expected a finite"),
        ("learner_id,item_id,correct\n1,x,1\n,y,0\n", "row 3, column learner_id: expected a value"),
        ("learner_id,item_id,correct\n1,,1\n", "row 2, column item_id: expected a value"),
        ("learner_id,correct\n1,1\n", "row 1, column item_id: expected this column"),
        (
            "learner_id,item_id,correct\n1,x,1\n1,x,0\n",
            "row 3, column item_id: expected one answer",
        ),
        ("", "expected a header and at least one row"),
        ("learner_id,item_id,correct\n1,x\n", "row 2: expected 3 cells, found 2"),
    ],
)
@pytest.mark.parametrize("command", ["calibrate", "items"])
def test_a_file_that_cannot_be_used_is_named_with_row_and_column(
    capsys, tmp_path, command, text, place
):
    path = write(tmp_path, text)

    code, out, err = run(capsys, command, path)

    assert (code, out) == (2, "")
    assert str(path) in err
    assert place in err


def test_a_learner_in_two_groups_is_refused(capsys, tmp_path):
    path = write(tmp_path, "learner_id,item_id,correct,sex\n1,x,1,f\n1,y,0,m\n")

    code, _, err = run(capsys, "items", path, "--group", "sex")

    assert code == 2
    assert "row 3, column sex: expected 'f' as before for learner 1, found 'm'" in err


def test_link_asks_for_the_column_of_forms(capsys, lsat6):
    code, _, err = run(capsys, "link", lsat6)

    assert code == 2
    assert "column form" in err


def test_a_file_that_is_not_there_is_named(capsys, tmp_path):
    code, _, err = run(capsys, "items", tmp_path / "none.csv")

    assert code == 2
    assert "none.csv" in err


@pytest.mark.parametrize("command", ["calibrate", "items"])
def test_a_file_of_empty_answers_ends_in_words(capsys, tmp_path, command):
    path = write(tmp_path, "learner_id,item_id,correct\n1,x,\n2,y,\n")

    code, _, err = run(capsys, command, path)

    assert code == 2
    assert "expected at least one answer" in err


def timed_rows(seconds):
    rows = long_rows(lsat6_matrix(), LSAT6_ITEMS)
    return rows.assign(seconds=np.where(rows["item_id"] == "3", seconds, 40.0))


def test_items_says_how_many_guessed_where_answers_were_timed(capsys, tmp_path):
    path = tmp_path / "timed.csv"
    rows = timed_rows(40.0)
    third = rows.index[rows["item_id"] == "3"]
    rows.loc[third[:100], "seconds"] = 1.0
    rows.loc[third[100:150], "seconds"] = np.nan
    rows.to_csv(path, index=False)

    _, out, _ = run(capsys, "items", path)
    items = {row["item_id"]: row for row in json.loads(out)["items"]}
    _, text, _ = run(capsys, "items", path, "--format", "text")

    assert items["3"]["timed"] == 950
    assert items["3"]["mean_seconds"] == pytest.approx((100 + 850 * 40) / 950)
    assert items["3"]["share_rapid"] == pytest.approx(100 / 950)
    assert items["1"]["share_rapid"] == 0
    assert "share_rapid" in text


def test_a_negative_time_of_an_answer_is_refused_with_its_row(capsys, tmp_path):
    path = tmp_path / "timed.csv"
    timed_rows(-2.0).to_csv(path, index=False)

    code, _, err = run(capsys, "items", path)

    assert code == 2
    assert "column seconds: expected a number of 0 or more" in err


def test_items_without_times_says_nothing_of_guesses(capsys, lsat6):
    _, out, _ = run(capsys, "items", lsat6)

    assert "share_rapid" not in json.loads(out)["items"][0]
