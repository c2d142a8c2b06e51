"""Growth by person, team and arm; effects with staggered starts."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats import t as student_t

from assessments.growth import (
    growth_curves,
    judge_compounding,
    may_show_person_growth,
    measure_person_change,
    team_curves,
)
from assessments.simulate import ProgramPlan, simulate_program
from assessments.staggered import estimate_staggered_effects


def make_program(*, seed=1, **plan):
    rows = simulate_program(ProgramPlan(**plan), rng=np.random.default_rng(seed))
    return rows.assign(skill="governance", cohort="spring")


def test_a_change_within_measurement_error_is_only_a_chance_that_skill_rose():
    change = measure_person_change(0.0, 0.6, se_before=0.5, se_after=0.5)

    assert change.kind == "within_error"
    assert change.chance_rose == pytest.approx(norm.cdf(0.6 / 0.5**0.5))


@pytest.mark.parametrize(("after", "kind"), [(1.5, "rose"), (-1.5, "fell")])
def test_a_change_beyond_measurement_error_is_called_a_change(after, kind):
    assert measure_person_change(0.0, after, se_before=0.5, se_after=0.5).kind == kind


def test_growth_of_one_person_needs_a_form_that_separates_people():
    assert may_show_person_growth(0.70)
    assert not may_show_person_growth(0.6999)


def test_people_who_did_not_change_are_seldom_said_to_have_changed():
    rng = np.random.default_rng(0)
    pairs = 0.5 * rng.standard_normal((4000, 2))

    kinds = [
        measure_person_change(before, after, se_before=0.5, se_after=0.5).kind
        for before, after in pairs
    ]

    assert 0.03 < np.mean([kind != "within_error" for kind in kinds]) < 0.07


def test_the_band_of_equal_teams_is_the_interval_of_their_means():
    rows = make_program(teams=12, team_size=10)
    rows = rows[rows["arm"] == "structured"]

    curve = growth_curves(rows).iloc[-1]

    means = rows[rows["occasion"] == "plus6"].groupby("team")["score"].mean()
    half = student_t.ppf(0.975, 5) * means.std() / 6**0.5
    assert curve["mean"] == pytest.approx(means.mean())
    assert curve["high"] == pytest.approx(means.mean() + half)
    assert (curve["learners"], curve["teams"]) == (60, 6)


def test_curves_run_in_the_order_of_time_and_count_who_was_measured():
    rows = make_program(dropout="at_random", dropout_rate=0.2)

    curves = growth_curves(rows)

    own = curves[curves["arm"] == "structured"]
    assert list(own["occasion"]) == ["baseline", "end", "plus3", "plus6"]
    assert own["learners"].is_monotonic_decreasing
    assert own["learners"].iloc[-1] < own["learners"].iloc[0]


def test_a_team_of_one_has_a_point_without_a_band():
    rows = make_program(teams=4, team_size=1)

    curves = team_curves(rows)

    assert curves["mean"].notna().all()
    assert curves["low"].isna().all()


def test_a_gap_that_keeps_widening_may_be_said_to_compound():
    rows = make_program(teams=80, team_size=30, effect=1.2)

    verdict = judge_compounding(rows, ends_at=1.0)

    assert verdict.may_be_said
    assert verdict.low > 0


def test_a_gap_that_stays_the_same_after_the_end_does_not_compound():
    rows = make_program(teams=80, team_size=30)
    jump = 0.8 * ((rows["arm"] == "structured") & (rows["time"] >= 1))

    verdict = judge_compounding(rows.assign(score=rows["score"] + jump), ends_at=1.0)

    assert not verdict.may_be_said


def test_two_later_occasions_never_show_compounding():
    rows = make_program(effect=3.0)

    verdict = judge_compounding(rows[rows["time"] < 3], ends_at=1.0)

    assert not verdict.may_be_said
    assert "three occasions" in verdict.reason


def make_rollout(*, seed=2, teams=60, size=10):
    """Teams starting in period 2, 3 or 4; the effect grows by .3 per period since the start."""
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(teams), size)
    start = np.array([2, 3, 4])[team % 3]
    level = rng.standard_normal(teams * size) + 0.5 * rng.standard_normal(teams)[team]
    parts = []
    for period in range(1, 5):
        effect = 0.3 * np.maximum(period - start + 1, 0)
        noise = 0.3 * rng.standard_normal(teams * size)
        score = level + 0.2 * period + effect + noise
        parts.append(
            pd.DataFrame(
                {"learner": np.arange(teams * size), "team": team, "start": start}
                | {"period": period, "score": score}
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_growing_effects_of_staggered_starts_are_found_period_by_period():
    effects = estimate_staggered_effects(make_rollout())

    found = {one.since_start: one for one in effects.event_study}
    for since, truth in ((0, 0.3), (1, 0.6)):
        assert found[since].low <= truth <= found[since].high
        assert found[since].estimate == pytest.approx(truth, abs=0.12)
    assert abs(found[-2].estimate) < 0.12


def test_whoever_has_started_is_never_a_control():
    effects = estimate_staggered_effects(make_rollout())

    pairs = {(one.start, one.period) for one in effects.group_time}
    # In period 4 everyone has started, so nothing can be said about it.
    assert all(period < 4 for _, period in pairs)
    assert (2, 3) in pairs


def test_a_group_time_effect_is_the_difference_of_mean_changes():
    rows = make_rollout()

    effect = next(
        one
        for one in estimate_staggered_effects(rows).group_time
        if (one.start, one.period) == (2, 3)
    )

    wide = rows.pivot_table(index="learner", columns="period", values="score")
    start = rows.drop_duplicates("learner").set_index("learner")["start"]
    change = wide[3] - wide[1]
    assert effect.estimate == pytest.approx(change[start == 2].mean() - change[start == 4].mean())
    assert (effect.learners, effect.control_learners) == (200, 200)
