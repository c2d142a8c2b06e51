"""Every figure of the lessons on value, worked out again from what their pages state."""

from math import sqrt
from pathlib import Path
from statistics import mean, stdev

import pytest
from scipy.stats import beta, t

from tests.lesson_figures import assert_keyed, says

E2 = Path(__file__).parents[2] / "curriculum" / "modules" / "e2-auditable-value"
OUTCOME = E2 / "10-cost-per-correct-outcome.md"
MONEY = E2 / "20-minutes-are-not-money.md"
RANGES = E2 / "30-ranges-not-points.md"

EURO_A_MINUTE = 0.60
EURO_AN_HOUR = 36
PRODUCTIVE_HOURS = 6.5
WORKING_DAYS = 21
PAYMENTS_A_DAY = 1_100
RUN = 0.18
CHECKS_A_WEEK = 300 * 4 * EURO_A_MINUTE
WRONG_PERSON = 900
WRONG_REFERENCE = 12
EFFECT = (11.8 - 7.9) - (11.6 - 10.9)


# --- cost per correct outcome --------------------------------------------------------------------


def cost_without() -> tuple[float, float]:
    """Cost of 1,000 payments without the agent, and how many of them end right."""
    errors = 1_000 / 300 * WRONG_PERSON + 1_000 * 3 / 300 * WRONG_REFERENCE
    return 1_000 * (7.9 + EFFECT) * EURO_A_MINUTE + errors, 1_000 - 1_000 * 4 / 300


def cost_with(*, wrong_persons: int = 1) -> tuple[float, float]:
    """Cost of 1,000 payments with the agent, and how many of them end right.

    `wrong_persons` is how many of 300 checked releases went to a wrong person.
    """
    persons = (750 * wrong_persons + 250) / 300
    references = (750 * 2 + 250 * 3) / 300
    work = 1_000 * 7.9 * EURO_A_MINUTE + 1_000 * RUN + CHECKS_A_WEEK / 3_300 * 1_000
    errors = persons * WRONG_PERSON + references * WRONG_REFERENCE
    return work + errors, 1_000 - persons - references


def per_right(cost: tuple[float, float]) -> float:
    return cost[0] / cost[1]


def test_the_slide_and_the_effect_behind_it_stand_in_the_lesson() -> None:
    assert f"{3.9 * EURO_A_MINUTE:.2f}" == "2.34"
    assert f"{3.9 * EURO_A_MINUTE - RUN:.2f}" == "2.16"
    assert pytest.approx(3.2) == EFFECT
    says(OUTCOME, "€2.34", "Net gain €2.16", "7.9 - 11.8 = -3.9", "10.9 - 11.6 = -0.7")
    says(OUTCOME, "-3.9 - (-0.7) = -3.2 minutes")


def test_the_table_of_1000_payments_is_right() -> None:
    without, with_agent = cost_without(), cost_with()

    assert (f"{without[0]:,.0f}", f"{with_agent[0]:,.0f}") == ("9,780", "8,228")
    assert (f"{without[1]:.1f}", f"{with_agent[1]:.1f}") == ("986.7", "989.2")
    assert f"{300 / 3_300 * 1_000:.1f}" == "90.9"
    assert f"{CHECKS_A_WEEK / 3_300 * 1_000:.0f}" == "218"
    says(OUTCOME, "| Sum | €9,780 | €8,228 |", "| Ended right | 986.7 | 989.2 |", "90.9 checks")
    says(OUTCOME, "| Handling | €6,660 | €4,740 |", "€218")


def test_the_signed_gain_is_159_cents_a_right_payment() -> None:
    without, with_agent = per_right(cost_without()), per_right(cost_with())

    assert (f"{without:.2f}", f"{with_agent:.2f}") == ("9.91", "8.32")
    assert f"{without - with_agent:.2f}" == "1.59"
    says(OUTCOME, "| €9.91 | €8.32 |", "€9.91 - €8.32 = €1.59")


def test_the_diagram_leads_from_the_slide_to_the_signed_gain() -> None:
    trend, checks = 0.7 * EURO_A_MINUTE, CHECKS_A_WEEK / 3_300
    gain = per_right(cost_without()) - per_right(cost_with())
    errors = gain - (2.16 - trend - checks)

    assert [f"{part:.2f}" for part in (trend, checks, errors)] == ["0.42", "0.22", "0.07"]
    says(OUTCOME, "the trend: €0.42", "the checks: €0.22", "fewer errors: €0.07", "Signed: €1.59")


def test_one_more_wrong_person_in_300_turns_the_sign() -> None:
    worse = cost_with(wrong_persons=2)

    assert worse[0] - cost_with()[0] == pytest.approx(2_250)
    assert f"{per_right(worse):.2f}" == "10.62"
    assert per_right(worse) > per_right(cost_without())
    assert 1_500 / 300 == 5
    says(OUTCOME, "2.5 x €900 = €2,250", "€10.62", "check 1,500 releases", "more than five")


def test_the_keys_of_the_lesson_on_outcomes_are_right() -> None:
    assert_keyed(
        OUTCOME,
        "share-of-a-change",
        right=(20.0 - 14.0) - (19.0 - 17.5),
        mistakes=(20.0 - 14.0, 17.5 - 14.0),
    )
    assert_keyed(OUTCOME, "right-divisor", right=1_150 / 460, mistakes=(1_150 / 500,))


# --- minutes and money ---------------------------------------------------------------------------

HOURS = EFFECT * PAYMENTS_A_DAY / 60
HEADLINE = HOURS * EURO_AN_HOUR * WORKING_DAYS
CASH = 4 * PRODUCTIVE_HOURS * EURO_AN_HOUR * WORKING_DAYS
RUNNING = PAYMENTS_A_DAY * RUN * WORKING_DAYS
CHECKING = CHECKS_A_WEEK * WORKING_DAYS / 5
PROJECT = 90_000


def test_the_headline_of_the_slide_stands_in_the_lesson() -> None:
    assert f"{HOURS:.1f}" == "58.7"
    assert f"{HOURS / PRODUCTIVE_HOURS:.1f}" == "9.0"
    assert f"{HOURS / 34:.1f}" == "1.7"
    assert f"{HOURS * EURO_AN_HOUR:,.0f}" == "2,112"
    assert f"{HEADLINE:,.0f}" == "44,352"
    says(MONEY, "58.7 hours", "9.0 handler-days", "1.7 hours for each", "€44,352")


def test_the_net_saving_and_its_payback_stand_in_the_lesson() -> None:
    net = CASH - RUNNING - CHECKING

    assert [f"{part:,.0f}" for part in (CASH, RUNNING, CHECKING, net)] == [
        "19,656",
        "4,158",
        "3,024",
        "12,474",
    ]
    assert f"{PROJECT / net:.1f}" == "7.2"
    assert f"{PROJECT / HEADLINE:.1f}" == "2.0"
    assert round(HOURS / PRODUCTIVE_HOURS) == 4 + 3 + 2
    says(MONEY, "€12,474 a month", "7.2 months", "pays back in two months", "€19,656 a month")


def test_the_team_is_less_full_afterwards() -> None:
    work = PAYMENTS_A_DAY * 11.8 / 60
    remaining = (34 - 4 - 3) * PRODUCTIVE_HOURS

    assert f"{work:.1f}" == "216.3"
    assert f"{work / (34 * PRODUCTIVE_HOURS):.0%}" == "98%"
    assert f"{(work - HOURS) / remaining:.0%}" == "90%"
    says(MONEY, "Twenty-seven handlers", "90 % busy", "98 %")


def test_the_keys_of_the_lesson_on_money_are_right() -> None:
    hours, day = 12_000 * 0.5 / 60, PRODUCTIVE_HOURS * EURO_AN_HOUR

    assert_keyed(MONEY, "hours-into-days", right=hours / 6.5, mistakes=(hours, hours / 8))
    assert_keyed(
        MONEY,
        "part-in-the-accounts",
        right=6 * day - 500,
        mistakes=(15 * day - 500, 6 * day),
    )


# --- ranges --------------------------------------------------------------------------------------

WEEKS = [2.4, 3.9, 2.9, 3.6, 4.1, 2.2, 3.5, 3.0]
MONTHLY = PAYMENTS_A_DAY * WORKING_DAYS


def test_the_mean_and_the_spread_of_the_weeks_stand_in_the_lesson() -> None:
    assert mean(WEEKS) == pytest.approx(EFFECT)
    assert f"{sum(WEEKS):.1f}" == "25.6"
    assert f"{stdev(WEEKS) ** 2:.3f}" == "0.474"
    assert f"{stdev(WEEKS):.2f}" == "0.69"
    says(RANGES, "| Effect | " + " | ".join(f"{week}" for week in WEEKS) + " |", "0.474", "0.69")


def test_the_range_of_the_effect_uses_the_factor_for_eight_weeks() -> None:
    margin = 2.4 * stdev(WEEKS) / sqrt(8)
    low, high = EFFECT - margin, EFFECT + margin

    assert f"{t.ppf(0.975, 7):.1f}" == "2.4"
    assert f"{t.ppf(0.975, 8):.1f}" == "2.3"
    assert (f"{low:.1f}", f"{high:.1f}") == ("2.6", "3.8")
    says(RANGES, "from 2.6 to 3.8", "mean ± 2.4 x spread ÷ √8")


def test_the_range_in_hours_and_days_stands_in_the_lesson() -> None:
    hours = [minutes * PAYMENTS_A_DAY / 60 for minutes in (2.6, 3.8)]

    assert [f"{value:.0f}" for value in hours] == ["48", "70"]
    assert [f"{value / PRODUCTIVE_HOURS:.0f}" for value in hours] == ["7", "11"]
    says(RANGES, "48 to 70 hours a day, or 7 to 11 handler-days")


def test_the_break_even_lies_below_the_low_end() -> None:
    parts = (RUN, CHECKING / MONTHLY, PROJECT / 24 / MONTHLY)
    minutes = sum(parts) / EURO_A_MINUTE
    in_cash = minutes / 0.44

    assert [f"{part:.2f}" for part in parts] == ["0.18", "0.13", "0.16"]
    assert round(4 / (HOURS / PRODUCTIVE_HOURS), 2) == 0.44
    assert (f"{minutes:.1f}", f"{in_cash:.1f}") == ("0.8", "1.8")
    assert in_cash < 2.6
    says(RANGES, "23,100 payments a month", "0.8 minutes", "1.8 minutes", "If 44 %")


def test_errors_swing_the_result_most() -> None:
    upper = beta.ppf(0.975, 2, 299)
    swings = [1.2 * EURO_A_MINUTE, 0.3 * EFFECT * EURO_A_MINUTE, 0.75 * 0.018 * WRONG_PERSON]

    assert f"{upper:.1%}" == "1.8%"
    assert [f"{swing:.2f}" for swing in swings] == ["0.72", "0.58", "12.15"]
    assert max(swings) == swings[2]
    says(RANGES, "moves it by €0.72", "moves it by €0.58", "moves it by €12.15")


def test_the_keys_of_the_lesson_on_ranges_are_right() -> None:
    assert_keyed(
        RANGES,
        "how-far-off",
        right=2.3 * 1.5 / sqrt(9),
        mistakes=(2.3 * 1.5, 2.3 * 1.5 / 9),
    )
    assert_keyed(
        RANGES,
        "least-that-pays",
        right=0.45 / 0.60,
        mistakes=(0.60 / 0.45, 0.45 * 0.60),
    )
