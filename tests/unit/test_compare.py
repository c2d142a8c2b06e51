"""Comparisons from rows to verdict, on programs whose true effect is known."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nct
from scipy.stats import t as student_t
from statsmodels.regression.linear_model import OLS

from assessments.analysis_set import ComparisonInputError, build_analysis_set, occasion_order
from assessments.baseline import baseline_difference, cox_index, hedges_g
from assessments.compare import compare_arms
from assessments.comparison_json import comparison_to_json
from assessments.estimates import estimate_ancova, estimate_true_score, robustness_value
from assessments.power import ProgramDesign, power_of, smallest_detectable_effect
from assessments.regression import Coefficient
from assessments.simulate import ProgramPlan, simulate_program


def make_rows(*, seed=1, skill="governance", **plan):
    rows = simulate_program(ProgramPlan(**plan), rng=np.random.default_rng(seed))
    return rows.assign(skill=skill, cohort="spring")


def compare_one(rows, *, design="randomised", **options):
    (comparison,) = compare_arms(rows, design=design, **options)
    return comparison


def analysis_of(rows, **model):
    order = occasion_order(rows)
    return build_analysis_set(rows, skill="governance", order=order, target=order[-1], **model)


def unequal_teams(*, first="T00", **model):
    """Return the analysis set of teams of 1 to 11 learners, from the team `first` on."""
    rows = pd.read_csv(Path(__file__).parent / "data" / "unequal_teams.csv", comment="#")
    return analysis_of(rows[rows["team"] >= first].assign(skill="governance", se=0.5), **model)


def numbers_in(value):
    """Every figure of a JSON value."""
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers_in(part)]
    if isinstance(value, list):
        return [number for part in value for number in numbers_in(part)]
    return [value] if isinstance(value, float) and not isinstance(value, bool) else []


def test_hedges_g_is_the_corrected_difference_in_pooled_sd():
    g, se = hedges_g(np.array([3.0, 5.0, 7.0]), np.array([1.0, 3.0, 5.0]))

    # A difference of 2, a pooled SD of 2, six people: 1 - 3/15.
    assert g == pytest.approx(0.8)
    assert se == pytest.approx(math.sqrt(2 / 3 + 0.64 / 12))


def test_the_cox_index_is_the_log_odds_ratio_on_the_scale_of_g():
    d, _ = cox_index(np.array([1.0] * 60 + [0.0] * 40), np.array([1.0] * 50 + [0.0] * 50))

    assert d == pytest.approx((1 - 3 / (4 * 200 - 9)) * math.log(1.5) / 1.65)


def test_two_values_are_a_share_however_they_are_coded_but_scores_stay_scores():
    arms = ["structured"] * 100 + ["self_directed"] * 100
    yes = np.array([1.0] * 60 + [0.0] * 40 + [1.0] * 50 + [0.0] * 50)
    learners = pd.DataFrame({"arm": arms, "sex": 1 + yes, "member": yes, "baseline": yes})

    found = {
        name: baseline_difference(learners, covariate=name).g
        for name in ("sex", "member", "baseline")
    }

    cox = (1 - 3 / (4 * 200 - 9)) * math.log(1.5) / 1.65
    assert found["sex"] == found["member"] == pytest.approx(cox)
    assert found["baseline"] == hedges_g(yes[:100], yes[100:])[0]


def test_a_share_of_all_or_nobody_stays_finite():
    d, se = cox_index(np.ones(30), np.array([1.0] * 15 + [0.0] * 15))

    assert math.isfinite(d)
    assert math.isfinite(se)


@pytest.mark.parametrize(
    ("model", "estimate", "se_cr1", "se_cr2", "df"),
    [
        ({}, 0.4908207829, 0.3482675671, 0.3791570440, 4.570831582),
        (
            {"covariates": ("years",), "strata": "region"},
            *(0.5754467549, 0.4997528807, 0.6616025425, 3.201320221),
        ),
    ],
)
def test_unequal_teams_have_the_answer_of_clubsandwich(model, estimate, se_cr1, se_cr2, df):
    # R 4.2.2, clubSandwich 0.5.8, CR1S and CR2 with Satterthwaite: bench/r_figures.R.
    found = estimate_ancova(unequal_teams(**model), teams=True, seed=0)

    assert found.estimate == pytest.approx(estimate, rel=1e-9)
    assert found.se_cr1 == pytest.approx(se_cr1, rel=1e-9)
    assert found.se_cr2 == pytest.approx(se_cr2, rel=1e-9)
    assert found.df == pytest.approx(df, rel=1e-9)


def test_every_combination_of_signs_of_eight_teams_is_counted_as_r_counts_it():
    # R 4.2.2, clubSandwich's CR1 error in each of the 256 combinations: bench/r_figures.R.
    found = estimate_ancova(unequal_teams(first="T04"), teams=True, seed=0)

    assert found.p_wild == 22 / 256


def test_the_primary_estimate_is_the_ancova():
    rows = make_rows(effect=0.3)

    primary = compare_one(rows).primary

    wide = rows.pivot_table(index=["learner", "arm"], columns="occasion", values="score")
    wide = wide.reset_index()
    x = np.column_stack([np.ones(len(wide)), wide["arm"] == "structured", wide["baseline"]])
    oracle = OLS(wide["plus6"].to_numpy(), x.astype(float)).fit()
    spread = wide.groupby("arm")["plus6"].var().mean() ** 0.5
    assert primary.estimate == pytest.approx(oracle.params[1], rel=1e-9)
    assert primary.sd == pytest.approx(spread, rel=1e-3)
    assert primary.in_sd(primary.estimate) == pytest.approx(primary.estimate / primary.sd)


def test_covariates_and_strata_enter_the_model():
    rows = make_rows(teams=24, effect=0.3)
    rows["site"] = np.where(rows["team"].str[-1].isin(list("13579")), "north", "south")

    plain = compare_one(rows).primary
    wider = compare_one(rows, covariates=["motive"], strata="site").primary

    wide = rows[rows["occasion"].isin(["baseline", "plus6"])]
    keys = ["learner", "arm", "motive", "site"]
    wide = wide.pivot_table(index=keys, columns="occasion", values="score").reset_index()
    columns = [
        wide["arm"] == "structured",
        wide["baseline"],
        wide["motive"],
        wide["site"] == "south",
    ]
    x = np.column_stack([np.ones(len(wide)), *columns]).astype(float)
    assert wider.estimate == pytest.approx(OLS(wide["plus6"], x).fit().params.iloc[1], rel=1e-9)
    assert wider.estimate != pytest.approx(plain.estimate, rel=1e-6)


def test_a_covariate_that_only_the_model_ignores_is_not_judged():
    rows = make_rows(effect=0.3)
    rows["tenure"] = np.where(rows["arm"] == "structured", 5.0, 1.0) + rows["motive"]

    assert {one.covariate for one in compare_one(rows).baseline} == {"baseline"}
    judged = compare_one(rows, design="self_selected", covariates=["tenure"])
    assert judged.comparability == "not_comparable"


def test_categories_are_compared_by_their_shares():
    rows = make_rows()
    rows["role"] = np.where(
        rows["motive"] > 0.8, "lead", np.where(rows["motive"] < 0, "new", "mid")
    )

    names = [one.covariate for one in compare_one(rows, covariates=["role"]).baseline]

    assert names == ["baseline", "role=lead", "role=mid", "role=new"]


def test_the_envelope_holds_every_interval():
    comparison = compare_one(make_rows(effect=0.3))

    low, high = comparison.envelope
    for estimate in (comparison.primary, comparison.gain, comparison.true_score):
        assert low <= estimate.interval[0]
        assert high >= estimate.interval[1]


def test_people_who_chose_are_judged_by_the_envelope_and_drawn_ones_by_cr2():
    rows = make_rows(effect=0.3, teams=60)

    drawn, chosen = compare_one(rows), compare_one(rows, design="self_selected")

    scale = drawn.primary.sd
    assert drawn.interval_sd == pytest.approx([end / scale for end in drawn.primary.interval])
    assert chosen.interval_sd == pytest.approx([end / scale for end in chosen.envelope])
    assert drawn.sentence.count("led to") == 1
    assert "led to" not in chosen.sentence


def test_the_true_score_estimate_adjusts_more_when_the_baseline_is_noisier():
    rows = make_rows(assignment="theta0", selection=0.2, teams=60, seed=3)

    comparison = compare_one(rows, design="self_selected")
    sharper = compare_one(rows.assign(se=0.01), design="self_selected")

    assert sharper.true_score.estimate == pytest.approx(comparison.primary.estimate, abs=1e-3)
    g = comparison.baseline[0].g
    moved = comparison.true_score.estimate - comparison.primary.estimate
    assert moved * g < 0


@pytest.mark.parametrize(("teams", "number"), [(True, 40), (False, 15)])
def test_the_true_score_interval_holds_the_error_of_the_correction(teams, number):
    # The oracle leaves out one team (or learner) after the other, and corrects anew each time.
    plan = {"assignment": "theta0", "selection": 0.2, "error_sd": 0.9, "team_size": 8}
    rows = make_rows(**plan, teams=number)
    parts = rows["team" if teams else "learner"]

    found = estimate_true_score(analysis_of(rows), teams=teams, seed=0)
    without = [
        estimate_true_score(analysis_of(rows[parts != one]), teams=teams, seed=0).estimate
        for one in parts.unique()
    ]

    count = len(without)
    jackknife = math.sqrt((count - 1) / count * ((np.array(without) - np.mean(without)) ** 2).sum())
    assert found.se == pytest.approx(jackknife, rel=0.03)
    assert found.se_cr2 < 0.93 * jackknife
    assert found.interval[1] - found.estimate == pytest.approx(
        student_t.ppf(0.975, found.df) * found.se
    )


def test_robustness_is_cinelli_and_hazletts_darfur_example():
    # Their published example: estimate .097, SE .023, 783 degrees of freedom, RV 13.9 %.
    coefficient = Coefficient(
        name="arm",
        estimate=0.09731582,
        se_classical=0.02325654,
        residual_df=783,
        se_cr1=0.02,
        se_cr2=0.02,
        se=0.02,
        df=100.0,
    )

    assert robustness_value(coefficient) == pytest.approx(0.13878, abs=1e-4)


def test_figures_do_not_exist_where_the_start_was_too_far_apart():
    rows = make_rows(assignment="pretest", selection=0.8, effect=0.7)

    comparison = compare_one(rows, design="self_selected")

    block = comparison_to_json(comparison)
    assert comparison.comparability == "not_comparable"
    assert comparison.result is None
    assert numbers_in([block["primary"], block["sensitivity"], block["envelope"]]) == []
    assert not any(word in comparison.sentence for word in ("ahead", "higher", "lower", "SD"))


def test_few_learners_give_a_sentence_about_what_is_needed():
    comparison = compare_one(make_rows(teams=6, team_size=5))

    assert comparison.comparability == "insufficient_data"
    assert "at least 20 learners" in comparison.sentence
    assert "at least 4 teams" in comparison.sentence


def test_learners_alone_need_no_teams():
    comparison = compare_one(make_rows(teams=2, team_size=60, effect=0.3), teams=False)

    assert comparison.comparability == "comparable_by_design"
    assert comparison.teams is None
    assert comparison.growth.teams is None


def test_a_lottery_without_a_pretest_is_compared_on_the_target_score():
    rows = make_rows(effect=0.3, occasions=("end", "plus3", "plus6", "plus9"))
    rows = rows[rows["occasion"] == "plus9"]

    drawn, chosen = compare_one(rows), compare_one(rows, design="self_selected")

    means = rows.groupby("arm")["score"].mean()
    assert drawn.comparability == "comparable_by_design"
    assert drawn.primary.estimate == pytest.approx(means["structured"] - means["self_directed"])
    assert drawn.gain is None
    assert chosen.comparability == "no_baseline"


def test_an_empty_score_counts_as_enrolled():
    rows = make_rows(dropout="at_random", dropout_rate=0.05)

    comparison = compare_one(rows)

    missing = rows.loc[rows["occasion"] == "plus6", "score"].isna().mean()
    assert comparison.attrition.overall == pytest.approx(100 * missing)


def test_a_list_of_starters_adds_those_who_never_came():
    rows = make_rows()
    absent = pd.DataFrame({"learner": [f"absent{i}" for i in range(60)], "arm": "structured"})
    people = pd.concat([rows[["learner", "arm"]].drop_duplicates(), absent])

    comparison = compare_one(rows, enrolled=people)

    assert comparison.attrition.enrolled.structured == 360
    assert comparison.attrition.differential == pytest.approx(100 * 60 / 360)
    assert comparison.comparability != "comparable_by_design"


def test_noisy_scores_are_not_compared():
    rows = make_rows(error_sd=1.3)

    comparison = compare_one(rows)

    assert comparison.reliability < 0.5
    assert comparison.comparability == "insufficient_data"


def test_without_standard_errors_the_gate_is_skipped_with_a_warning():
    comparison = compare_one(make_rows(effect=0.3).assign(se=np.nan))

    assert comparison.comparability == "comparable_by_design"
    assert comparison.true_score is None
    assert any("reliability" in warning for warning in comparison.warnings)


def test_few_teams_report_the_larger_p_value():
    comparison = compare_one(make_rows(teams=10, effect=0.5, seed=3))

    primary = comparison.primary
    assert primary.p_wild is not None
    assert primary.p >= primary.p_wild
    assert any("few teams" in warning for warning in comparison.warnings)


def test_a_lead_that_many_skills_would_show_by_chance_is_taken_back():
    skills = [f"skill{i}" for i in range(8)]
    blocks = [make_rows(seed=40 + i, skill=skill, teams=24) for i, skill in enumerate(skills)]
    blocks = [rows.assign(learner=rows["skill"] + rows["learner"]) for rows in blocks]
    shift = 0.155 * (blocks[0]["arm"] == "structured") * (blocks[0]["time"] == 3)
    blocks[0] = blocks[0].assign(score=blocks[0]["score"] + shift)

    alone = compare_one(blocks[0])
    together = compare_arms(pd.concat(blocks, ignore_index=True), design="randomised")[0]

    assert alone.result == "structured_ahead"
    assert alone.p_adjusted == alone.primary.p > 0.05 / 8
    assert together.p_adjusted > 0.05
    assert together.result not in ("structured_ahead", "self_directed_ahead")
    assert "led to" not in together.sentence


def test_the_target_may_be_an_earlier_occasion():
    rows = make_rows(effect=0.3)

    comparison = compare_one(rows, target="end")

    assert comparison.occasion == "end"
    early = rows[rows["time"] <= 1]
    assert comparison.primary.estimate == pytest.approx(compare_one(early).primary.estimate)


def test_an_arm_that_a_covariate_repeats_gives_no_figure():
    rows = make_rows(effect=0.3)
    rows["office"] = (rows["arm"] == "structured").astype(float)

    comparison = compare_one(rows, strata="office")

    # Nobody of the other arm stands beside anybody: a difference would be made of nothing.
    assert comparison.primary is None
    assert comparison.comparability == "insufficient_data"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: pd.concat([rows, rows.iloc[[5]]]), "two rows"),
        (
            lambda rows: rows.assign(arm=np.where(rows.index == 1, "structured", "self_directed")),
            "two arms",
        ),
        (lambda rows: rows.assign(arm="online"), "arm must be one of"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(change, message):
    with pytest.raises(ComparisonInputError, match=message):
        compare_arms(change(make_rows(teams=4)), design="randomised")


def test_an_unknown_target_is_refused_with_the_occasions_there_are():
    with pytest.raises(ComparisonInputError, match="baseline, end, plus3, plus6"):
        compare_arms(make_rows(teams=4), design="randomised", target="later")


@pytest.mark.parametrize(
    "names",
    [
        ("Pre", "Post"),
        ("before", "after"),
        ("Baseline", "+3 months"),
        ("2025-03-01", "2025-10-01"),
        ("2025-03-01T09:30:00Z", "2025-10-01T09:30:00Z"),
        ("2.10.2024", "1.3.2025"),
        ("T9", "T10"),
    ],
)
def test_a_file_with_the_newest_scores_first_is_read_the_right_way_round(names):
    rows = make_rows(effect=0.3, occasions=names).drop(columns="time")

    backwards = compare_one(rows[::-1].assign(time=np.nan))
    unsaid = compare_one(rows[::-1].assign(time=0.0))

    assert (backwards.occasion, unsaid.occasion) == (names[1], names[1])
    assert not any("order of the file" in warning for warning in backwards.warnings)


@pytest.mark.parametrize("names", [("monday", "friday"), ("2025-01 start", "2025-01 end")])
def test_an_order_that_only_the_file_gives_is_said(names):
    rows = make_rows(effect=0.3, occasions=names)

    timed, untimed = compare_one(rows), compare_one(rows.assign(time=np.nan))

    assert not any("order of the file" in warning for warning in timed.warnings)
    told = f"order of the file: {', '.join(names)}"
    assert any(told in warning for warning in untimed.warnings)
    assert untimed.occasion == names[1]


def test_every_comparison_has_the_same_keys():
    shown = comparison_to_json(compare_one(make_rows(effect=0.3)))
    hidden = comparison_to_json(compare_one(make_rows(teams=4)))

    assert list(shown) == list(hidden)
    assert (
        list(shown["primary"])
        == list(hidden["primary"])
        == [*("estimate", "se_cr1", "se_cr2", "df", "ci", "p", "p_wild", "effect_sd", "ci_sd")]
    )
    assert list(shown["sensitivity"]) == ["gain", "true_score", "growth", "robustness_value"]
    assert list(shown["sensitivity"]["growth"]) == [
        *("slope", "se", "time_by_arm", "se_time_by_arm", "log_likelihood", "variances")
    ]


def test_the_smallest_detectable_effect_is_found_four_times_in_five():
    design = ProgramDesign(teams=20, learners_per_team=15)

    effect = smallest_detectable_effect(design)

    assert power_of(design, effect_sd=effect) == pytest.approx(0.80, abs=1e-6)
    # Bloom's rule: about 2.9 standard errors with 17 degrees of freedom, a little more exactly.
    assert effect / design.standard_error == pytest.approx(2.98, abs=0.05)


def test_power_is_that_of_the_non_central_t_distribution():
    design = ProgramDesign(teams=12, learners_per_team=10)

    power = power_of(design, effect_sd=0.4)

    shift, limit = 0.4 / design.standard_error, student_t.ppf(0.975, 9)
    exact = nct.sf(limit, 9, shift) + nct.cdf(-limit, 9, shift)
    assert power == pytest.approx(exact, abs=1e-5)


def test_more_teams_help_more_than_larger_ones():
    base = smallest_detectable_effect(ProgramDesign(teams=10, learners_per_team=20))

    teams = smallest_detectable_effect(ProgramDesign(teams=20, learners_per_team=20))
    learners = smallest_detectable_effect(ProgramDesign(teams=10, learners_per_team=40))

    assert teams < learners < base
    assert smallest_detectable_effect(ProgramDesign(teams=3, learners_per_team=99)) is None
