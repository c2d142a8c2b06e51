"""The command line of comparison: files in, figures or one clear sentence out."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assessments.__main__ import main
from assessments.arms import ARMS
from assessments.simulate import ProgramPlan, simulate_program

SLEEPSTUDY = Path(__file__).parent / "data" / "sleepstudy.csv"
NAMES = {"learner": "learner_id", "team": "team_id", "time": "time_months"}
COLUMNS = ["learner_id", "team_id", "arm", "occasion", "time_months", "score", "se"]


def make_table(*, seed=1, **plan):
    rows = simulate_program(ProgramPlan(**plan), rng=np.random.default_rng(seed))
    return rows.rename(columns=NAMES)


def write(tmp_path, table, *, name="scores.csv"):
    path = tmp_path / name
    table.to_csv(path, index=False)
    return str(path)


def run(capsys, *arguments):
    """Exit code, standard output and standard error of one command."""
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def run_json(capsys, *arguments):
    code, out, err = run(capsys, *arguments, "--format", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_long_file_becomes_one_comparison_with_the_keys_of_the_contract(tmp_path, capsys):
    path = write(tmp_path, make_table(effect=0.3)[COLUMNS])

    (block,) = run_json(capsys, "compare", path, "--design", "randomised")["comparisons"]

    assert list(block) == [
        *("skill", "occasion", "n", "teams", "attrition", "baseline", "primary", "sensitivity"),
        *("envelope", "comparability", "result", "sentence", "warnings"),
    ]
    assert block["n"] == {"structured": 300, "self_directed": 300}
    assert block["comparability"] == "comparable_by_design"
    assert block["primary"]["ci"][0] < block["primary"]["estimate"] < block["primary"]["ci"][1]
    assert block["warnings"] == []


def test_the_standard_error_in_words_is_the_one_the_range_rests_on(tmp_path, capsys):
    path = write(tmp_path, make_table(effect=0.3)[COLUMNS])

    (block,) = run_json(capsys, "compare", path)["comparisons"]
    _code, text, _err = run(capsys, "compare", path, "--format", "text")

    found = block["sensitivity"]["true_score"]
    (line,) = [one for one in text.splitlines() if one.startswith("  true score")]
    assert found["se"] != found["se_cr2"]
    assert f"SE {found['se']:.4g}, " in line


def test_columns_that_were_not_asked_for_are_ignored_and_named(tmp_path, capsys):
    path = write(tmp_path, make_table(effect=0.3))

    (block,) = run_json(capsys, "compare", path, "--covariates", "motive")["comparisons"]

    assert "columns not used: theta0, slope, theta, dropped" in block["warnings"]
    assert set(block["baseline"]) == {"baseline", "motive"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("L000000", "l000000"),
        ("L000000", "L000000\u200b"),
        ("L000000", "L\uff10\uff10\uff10000"),
        ("L000000", "L00 0000"),
        ("ABCop", "\u0410\u0412\u0421\u043e\u0440"),
        ("SIJij", "\u0405\u0406\u0408\u0456\u0458"),
        ("KYo", "\u039a\u03a5\u03bf"),
    ],
)
def test_ids_that_look_alike_are_counted_apart_and_named(tmp_path, capsys, one, other):
    table = make_table(effect=0.3)[COLUMNS].replace({"learner_id": {"L000000": one}})
    last = (table["learner_id"] == one) & (table["occasion"] != "baseline")
    table.loc[last, "learner_id"] = other

    (block,) = run_json(capsys, "compare", write(tmp_path, table))["comparisons"]

    (warning,) = [said for said in block["warnings"] if "look alike" in said]
    assert warning.startswith("learner_id: ")
    assert ascii(other) in warning


def test_a_wide_file_gives_the_same_figures_as_the_long_one(tmp_path, capsys):
    table = make_table(effect=0.3, occasions=("pre", "post"))
    wide = table.pivot_table(index=["learner_id", "team_id", "arm"], columns="occasion")
    wide = wide[["score", "se"]]
    wide.columns = [name if kind == "score" else f"{name}_se" for kind, name in wide.columns]

    long_path = write(tmp_path, table[COLUMNS])
    wide_path = write(tmp_path, wide.reset_index(), name="wide.csv")

    (from_long,) = run_json(capsys, "compare", long_path, "--design", "randomised")["comparisons"]
    (from_wide,) = run_json(capsys, "compare", wide_path, "--design", "randomised")["comparisons"]
    wide_estimates = [from_wide["primary"], from_wide["sensitivity"]["true_score"]]
    long_estimates = [from_long["primary"], from_long["sensitivity"]["true_score"]]
    for one, other in zip(wide_estimates, long_estimates, strict=True):
        for key in ("estimate", "se_cr1", "se_cr2", "df", "p"):
            assert one[key] == pytest.approx(other[key], rel=1e-9)


def test_a_file_with_only_a_post_score_needs_a_lottery(tmp_path, capsys):
    table = make_table(effect=0.3)
    table = table[table["occasion"] == "plus6"].rename(columns={"score": "post"})
    path = write(tmp_path, table[["learner_id", "team_id", "arm", "post"]])

    (drawn,) = run_json(capsys, "compare", path, "--design", "randomised")["comparisons"]
    (chosen,) = run_json(capsys, "compare", path)["comparisons"]

    assert drawn["comparability"] == "comparable_by_design"
    assert chosen["comparability"] == "no_baseline"
    assert chosen["primary"]["estimate"] is None


def test_starters_from_another_file_count_as_lost(tmp_path, capsys):
    table = make_table(effect=0.3)
    people = table[["learner_id", "arm"]].drop_duplicates()
    absent = pd.DataFrame({"learner_id": [f"X{i}" for i in range(100)], "arm": "self-directed"})
    path = write(tmp_path, table[COLUMNS])
    enrolled = write(tmp_path, pd.concat([people, absent]), name="enrolled.csv")

    (block,) = run_json(capsys, "compare", path, "--enrolled", enrolled)["comparisons"]

    assert block["attrition"]["overall"] == pytest.approx(100 / 7)
    assert block["attrition"]["differential"] == pytest.approx(25)
    assert block["attrition"]["within"] is False


def test_a_row_that_only_says_who_enrolled_needs_no_occasion(tmp_path, capsys):
    table = make_table(effect=0.3)[COLUMNS]
    absent = {"learner_id": "X", "team_id": "T000", "arm": "structured"}
    path = write(tmp_path, pd.concat([table, pd.DataFrame([absent])]))

    (block,) = run_json(capsys, "compare", path)["comparisons"]

    assert block["attrition"]["overall"] == pytest.approx(100 / 601)


def test_growth_of_arms_is_set_side_by_side_only_where_they_may_be_compared(tmp_path, capsys):
    table = make_table(effect=0.3)[COLUMNS]
    apart = 0.4 * (table["arm"] == "structured")
    path = write(tmp_path, table.assign(score=table["score"] + apart))

    (chosen,) = run_json(capsys, "growth", path)["growth"]
    (drawn,) = run_json(capsys, "growth", path, "--design", "randomised")["growth"]

    assert chosen["comparability"] == "not_comparable"
    assert chosen["time_by_arm"] is None
    assert drawn["time_by_arm"] == pytest.approx(0.1, abs=0.1)


def test_an_effect_that_is_withheld_is_on_no_output(tmp_path, capsys):
    path = write(tmp_path, make_table(assignment="pretest", selection=0.8, effect=0.7)[COLUMNS])

    (block,) = run_json(capsys, "compare", path)["comparisons"]
    (growth,) = run_json(capsys, "growth", path)["growth"]
    _, text, _ = run(capsys, "compare", path, "--format", "text")

    assert block["comparability"] == "not_comparable"
    assert block["sensitivity"]["growth"]["time_by_arm"] is None
    assert growth["time_by_arm"] is growth["se_time_by_arm"] is None
    assert "ANCOVA" not in text
    assert "envelope" not in text


def test_growth_of_sleepstudy_is_that_of_lme4(tmp_path, capsys):
    path = write(tmp_path, pd.read_csv(SLEEPSTUDY, comment="#"))

    (block,) = run_json(capsys, "growth", path)["growth"]

    assert block["slope"] == pytest.approx(10.467, abs=5e-4)
    assert block["se"] == pytest.approx(1.546, abs=5e-4)
    assert block["log_likelihood"] == pytest.approx(-871.814, abs=5e-4)
    assert block["variances"]["residual"] == pytest.approx(654.94, abs=0.01)


def test_growth_takes_the_time_from_the_named_column(tmp_path, capsys):
    table = make_table(effect=0.3)[COLUMNS]
    path = write(tmp_path, table.assign(weeks=13 * table["time_months"]))

    (months,) = run_json(capsys, "growth", path)["growth"]
    (weeks,) = run_json(capsys, "growth", path, "--time", "weeks")["growth"]

    assert 13 * weeks["slope"] == pytest.approx(months["slope"], rel=1e-5)
    assert len(months["team_slopes"]) == 30


def test_attrition_reads_scores_or_a_yes_or_no(tmp_path, capsys):
    table = make_table(dropout="at_random", dropout_rate=0.1)
    last = table[table["occasion"] == "plus6"]
    listed = last[["learner_id", "arm"]].assign(analysed=last["score"].notna().astype(int))

    scores = run_json(capsys, "attrition", write(tmp_path, table[COLUMNS]))
    answers = run_json(capsys, "attrition", write(tmp_path, listed, name="list.csv"))

    assert scores["overall"] == pytest.approx(100 * last["score"].isna().mean())
    for key in ("overall", "differential", "boundary", "within"):
        assert answers[key] == scores[key]


def test_a_single_simulated_program_has_a_bias_but_no_spread(capsys):
    options = ["--scenario", "lottery_effect", "--repetitions", "1", "--format", "text"]

    assert main(["simulate", *options]) == 0

    said = capsys.readouterr().out
    assert "bias" in said
    assert "(SE" not in said


def test_simulation_reports_refuse_strong_selection_and_repeat_with_the_seed(capsys):
    arguments = ("simulate", "--repetitions", "3", "--seed", "5")
    arguments += ("--scenario", "lottery_effect", "--scenario", "strong_pretest")

    first, second = run_json(capsys, *arguments), run_json(capsys, *arguments)

    assert first == second
    lottery, strong = first["scenarios"]
    assert (lottery["refused"], strong["not_comparable"]) == (0.0, 1.0)
    assert (lottery["fair"], strong["fair"]) == (True, False)
    assert lottery["estimators"]["ancova"]["shown"] == 3
    assert strong["estimators"] == {}


def broken(change):
    table = make_table(teams=8, team_size=6, occasions=("baseline", "end"))[COLUMNS]
    return change(table.astype(object)).to_csv(index=False).encode()


def set_cell(row, column, value):
    def change(table):
        table.loc[row, column] = value
        return table

    return change


def swap_arm(table):
    other = {"structured": "self_directed", "self_directed": "structured"}
    return set_cell(1, "arm", other[table.loc[1, "arm"]])(table)


@pytest.mark.parametrize(
    ("content", "row", "expected"),
    [
        (broken(set_cell(4, "score", "inf")), 6, "a finite number"),
        (broken(set_cell(4, "score", "1e300")), 6, "a finite number"),
        (broken(set_cell(4, "score", "good")), 6, "found 'good'"),
        (broken(set_cell(4, "se", -1)), 6, "0 or more"),
        (broken(set_cell(2, "time_months", -3)), 4, "0 or more"),
        (broken(set_cell(7, "arm", "online")), 9, "structured or self_directed"),
        (broken(set_cell(3, "learner_id", "")), 5, "found nothing"),
        (broken(swap_arm), 3, "first row"),
        (broken(lambda table: pd.concat([table, table.iloc[[2]]])), 98, "row 4 is it already"),
        ("learner_id,arm,team_id,score\nJosé,structured,t,1\n".encode("latin-1"), 2, "UTF-8"),
        (b"learner_id,arm,team_id,score\na,structured,t\n", 2, "4 cells"),
        (b"learner_id,arm,arm,score\na,structured,t,1\n", 1, "once"),
        (b'learner_id,arm,team_id,score\na,"structured,t,1\n', 2, "comma-separated"),
        (b"", 0, "at least one row"),
    ],
)
@pytest.mark.parametrize("command", ["compare", "growth"])
def test_bad_input_is_named_by_file_row_and_column(
    tmp_path, capsys, content, row, expected, command
):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)

    code, out, err = run(capsys, command, str(path))

    assert code == 2
    assert out == ""
    assert str(path) in err
    assert row == 0 or f"row {row}" in err
    assert expected in err


@pytest.mark.parametrize(
    ("column", "expected"),
    [("learner_id", "column learner_id"), ("arm", "column arm"), ("team_id", "--no-teams")],
)
def test_a_missing_column_is_named(tmp_path, capsys, column, expected):
    table = make_table(teams=8, team_size=6)[COLUMNS]

    code, out, err = run(capsys, "compare", write(tmp_path, table.drop(columns=column)))

    assert (code, out) == (2, "")
    assert expected in err


@pytest.mark.parametrize(
    "options",
    [("--target", "later"), ("--covariates", "age"), ("--covariates", "score"), ("--time", "days")],
)
def test_options_that_name_what_the_file_lacks_are_refused(tmp_path, capsys, options):
    path = write(tmp_path, make_table(teams=8, team_size=6)[COLUMNS])

    code, out, err = run(capsys, "compare", path, *options)

    assert (code, out) == (2, "")
    assert path in err


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table[table["arm"] == "structured"],
        lambda table: table.assign(score=500),
        lambda table: table.iloc[:1],
        lambda table: table.assign(score=table.groupby("learner_id")["score"].transform("first")),
        lambda table: table.assign(se=50.0),
    ],
    ids=["one arm", "identical scores", "one row", "copied scores", "only noise"],
)
@pytest.mark.parametrize("design", ["randomised", "self_selected"])
def test_files_that_cannot_answer_get_a_verdict_and_no_figure(tmp_path, capsys, change, design):
    path = write(tmp_path, change(make_table(effect=0.5)[COLUMNS]))

    (block,) = run_json(capsys, "compare", path, "--design", design)["comparisons"]

    assert block["comparability"] == "insufficient_data"
    assert block["result"] is None
    assert block["primary"]["estimate"] is block["envelope"] is None
    assert "needs" in block["sentence"]


def test_places_may_have_been_drawn_within_teams(tmp_path, capsys):
    table = make_table(teams=24, team_size=8)[COLUMNS]
    arms = np.where(table["learner_id"].rank(method="dense") % 2 == 0, *ARMS)
    path = write(tmp_path, table.assign(arm=arms, school=table["team_id"]))

    by_team, by_copy = (
        run_json(capsys, "compare", path, "--design", "randomised", "--strata", strata)
        for strata in ("team_id", "school")
    )

    (one,), (other,) = by_team["comparisons"], by_copy["comparisons"]
    assert one["primary"]["estimate"] is not None
    assert one["primary"] == other["primary"]


def test_a_team_of_one_changes_nothing_but_the_count(tmp_path, capsys):
    table = make_table(effect=0.3)[COLUMNS]
    table.loc[table["learner_id"] == "L000000", "team_id"] = "alone"

    (block,) = run_json(capsys, "compare", write(tmp_path, table), "--design", "randomised")[
        "comparisons"
    ]

    assert sum(block["teams"].values()) == 31
    assert block["primary"]["se_cr2"] > 0
