"""Every figure of the lessons on measuring search and on thresholds, worked out again."""

from math import sqrt
from pathlib import Path
from statistics import NormalDist

import pytest

from tests.lesson_figures import (
    Setting,
    assert_keyed,
    gain,
    half_width,
    ndcg_at,
    precision_at,
    ratio,
    recall_at,
    reciprocal_mean,
    says,
    sign_test,
)

MODULES = Path(__file__).parents[2] / "curriculum" / "modules"
R3 = MODULES / "r3-measuring-search"
W3 = MODULES / "w3-thresholds-capacity"
FOUR = R3 / "10-four-numbers.md"
FIFTY = R3 / "20-fifty-questions.md"
DIFFERENCE = R3 / "30-what-a-difference-means.md"
COST = W3 / "10-cost-of-two-mistakes.md"
CAPACITY = W3 / "20-best-on-paper.md"
DRIFT = W3 / "30-drift-and-review-dates.md"

# --- measuring search ----------------------------------------------------------------------------


AMARA = [1, 3, 6]


def test_recall_and_precision_of_the_worked_list_stand_in_the_lesson() -> None:
    assert recall_at(5, AMARA, relevant=4) == 0.50
    assert precision_at(5, AMARA) == 0.40
    assert recall_at(3, AMARA, relevant=4) == 0.50
    says(FOUR, "2 ÷ 4 = 0.50", "2 ÷ 5 = 0.40", "Recall@3 is still 2 ÷ 4 = 0.50")


def test_the_points_of_each_rank_stand_in_the_lesson() -> None:
    points = [f"{gain([rank]):.4f}" for rank in (1, 2, 3, 4)]

    assert points == ["1.0000", "0.6309", "0.5000", "0.4307"]
    assert f"{gain([1, 2, 3, 4]):.4f}" == "2.5616"
    assert f"{gain([1, 2, 3]):.4f}" == "2.1309"
    says(FOUR, "1 + 0.6309 + 0.5 + 0.4307 = 2.5616", "1 + 0.6309 + 0.5 = 2.1309")


def test_ndcg_rises_at_a_smaller_k_as_the_lesson_says() -> None:
    assert f"{ndcg_at(5, AMARA, relevant=4):.3f}" == "0.586"
    assert f"{ndcg_at(3, AMARA, relevant=4):.3f}" == "0.704"
    says(FOUR, "1.5 ÷ 2.5616 = 0.586", "1.5 ÷ 2.1309 = 0.704")


def test_a_reader_who_divides_the_printed_sums_gets_the_printed_ndcg() -> None:
    assert round(1.5 / 2.5616, 3) == 0.586
    assert round(1.5 / 2.1309, 3) == 0.704


def test_the_mean_reciprocal_rank_stands_in_the_lesson() -> None:
    assert f"{reciprocal_mean([1, 3, None, 2]):.3f}" == "0.458"
    says(FOUR, "ranks 1, 3, none and 2", "1 + 1/3 + 0 + 1/2 = 1.8333", "0.458")


@pytest.mark.parametrize(("recall", "answers"), [(0.92, "0.87"), (0.85, "0.81")])
def test_recall_sets_the_ceiling_printed_in_the_lesson(recall: float, answers: str) -> None:
    assert f"{recall * 0.95:.2f}" == answers
    says(FOUR, f"{recall} x 0.95 ≈ {answers}")


def test_the_keys_of_the_first_lesson_on_search_are_right() -> None:
    ranks = [2, 4, 5, 9]

    assert_keyed(
        FOUR,
        "count-recall",
        right=recall_at(5, ranks, relevant=4),
        mistakes=(precision_at(5, ranks), recall_at(9, ranks, relevant=4)),
    )
    assert_keyed(
        FOUR,
        "mean-reciprocal-rank",
        right=reciprocal_mean([2, 1, None, 4]),
        mistakes=(reciprocal_mean([2, 1, 4]), (2 + 1 + 4) / 3),
    )


GROUPS = {"everyday": (30, 21, 0.80), "deadlines": (12, 7, 0.15), "tipping off": (8, 3, 0.05)}


def test_the_test_set_adds_up() -> None:
    assert 110 - (11 + 10 + 9) == 50 + 20 + 10 == 80
    assert sum(questions for questions, _, _ in GROUPS.values()) == 50
    assert sum(share for _, _, share in GROUPS.values()) == pytest.approx(1)
    says(FIFTY, "110 questions", "dropped 30: 11 repeats, 10 that", "and 9 that", "20 for tuning")


def test_the_three_honest_numbers_stand_in_the_lesson() -> None:
    found = sum(hits for _, hits, _ in GROUPS.values())
    weighted = sum(hits / questions * share for questions, hits, share in GROUPS.values())

    assert f"{47 / 50:.2f}" == "0.94"
    assert f"{found / 50:.2f}" == "0.62"
    assert f"{weighted:.2f}" == "0.67"
    says(FIFTY, "recall@5 = 0.94", "47 of 50", "31 ÷ 50 = 0.62", "0.560 + 0.087 + 0.019 = 0.67")


def test_recall_by_group_stands_in_the_table() -> None:
    rows = [
        f"{questions} | {hits} | {hits / questions:.2f}" for questions, hits, _ in GROUPS.values()
    ]
    assert rows == ["30 | 21 | 0.70", "12 | 7 | 0.58", "8 | 3 | 0.38"]
    says(FIFTY, *rows, "3 ÷ 8 = 0.38", "7 ÷ 12 = 0.58")


def test_the_key_of_the_weighted_recall_is_right() -> None:
    assert_keyed(
        FIFTY,
        "weigh-the-groups",
        right=16 / 20 * 0.9 + 10 / 20 * 0.1,
        mistakes=(26 / 40, 16 / 20),
    )


def test_the_range_of_the_old_score_stands_in_the_lesson() -> None:
    share = 31 / 50
    width = half_width(share, n=50)

    assert f"{share * (1 - share):.4f}" == "0.2356"
    assert f"{share * (1 - share) / 50:.5f}" == "0.00471"
    assert f"{width / 2:.4f}" == "0.0686"
    assert (f"{share - width:.2f}", f"{share + width:.2f}") == ("0.48", "0.76")
    says(DIFFERENCE, "0.2356", "0.00471", "0.0686", "0.62 ± 0.14, from 0.48 to 0.76")


def test_the_four_fields_of_the_comparison_add_up() -> None:
    both, lost, gained, neither = 29, 2, 7, 12

    assert both + lost == 31
    assert both + gained == 36
    assert both + lost + gained + neither == 50
    says(DIFFERENCE, "| 29 | 2 |", "| 7 | 12 |", "41 same result", f"{36 / 50:.2f}")


def test_the_gain_of_five_questions_is_too_close_to_call() -> None:
    spread = 2 * sqrt(7 + 2)

    assert f"{ratio(gained=7, lost=2):.2f}" == "1.67"
    assert (5 - spread, 5 + spread) == (-1, 11)
    assert (f"{-1 / 50:.2f}", f"{11 / 50:.2f}") == ("-0.02", "0.22")
    assert f"{sign_test(gained=7, lost=2):.2f}" == "0.18"
    says(DIFFERENCE, "5 ÷ 3 = 1.67", "-1 to +11", "-0.02 to +0.22", "18 of 100 tests")


def test_the_number_of_questions_that_would_settle_it_stands_in_the_lesson() -> None:
    per_root_question = 0.10 / sqrt(0.18)
    reaches_two = (2 / per_root_question) ** 2
    normal = NormalDist()
    likely_to_pass = ((normal.inv_cdf(0.975) + normal.inv_cdf(0.8)) / per_root_question) ** 2

    assert round(reaches_two) == 72
    assert likely_to_pass == pytest.approx(140, abs=2)
    says(DIFFERENCE, "n = 72", "140 new questions")


def test_overlapping_ranges_can_hide_a_clear_difference() -> None:
    old, new = 31 / 50, 40 / 50

    assert 40 - 31 == 10 - 1
    assert (f"{new - half_width(new, n=50):.2f}", f"{new + half_width(new, n=50):.2f}") == (
        "0.69",
        "0.91",
    )
    assert old + half_width(old, n=50) > new - half_width(new, n=50)
    assert f"{ratio(gained=10, lost=1):.2f}" == "2.71"
    says(DIFFERENCE, "0.69 to 0.91", "9 ÷ √11 = 2.71")


def test_one_in_nine_useless_searches_looks_like_a_winner() -> None:
    at_least_one = 1 - NormalDist().cdf(2) ** 5

    assert round(1 / at_least_one) == 9
    says(DIFFERENCE, "Of five useless changes, about one time in nine")


def test_the_keys_of_the_lesson_on_differences_are_right() -> None:
    assert_keyed(
        DIFFERENCE,
        "gained-and-lost",
        right=ratio(gained=14, lost=2),
        mistakes=(12 / 60, 12 / 16),
    )
    assert_keyed(
        DIFFERENCE,
        "range-of-a-score",
        right=half_width(60 / 75, n=75),
        mistakes=(half_width(60 / 75, n=75) / 2,),
    )


# --- thresholds and capacity ---------------------------------------------------------------------


SETTINGS = {
    "A": Setting(0.60, 0.0005),
    "B": Setting(0.75, 0.0015),
    "C": Setting(0.85, 0.0040),
    "D": Setting(0.92, 0.0100),
    "E": Setting(0.97, 0.0300),
}
CAPACITY_A_DAY = 20 * 120


def step(looser: str, stricter: str) -> float:
    """Extra false alerts for each extra fraud caught."""
    after, before = SETTINGS[looser], SETTINGS[stricter]
    return (after.false_alerts - before.false_alerts) / (after.caught - before.caught)


def cheapest(*, miss: float) -> str:
    return min(SETTINGS, key=lambda name: SETTINGS[name].cost(miss=miss))


def thousands(euros: float) -> str:
    return f"€{euros / 1000:.0f} k"


def whole(number: float) -> str:
    # Python rounds a half to the even neighbour; the table rounds it up.
    return f"{int(number + 0.5):,}"


@pytest.mark.parametrize("name", list(SETTINGS))
def test_each_row_of_the_threshold_table_is_right(name: str) -> None:
    setting = SETTINGS[name]

    says(
        COST,
        f"| {whole(setting.alerts)} | {setting.precision:.0%} ".replace("%", " %")
        + f"| {whole(setting.missed)} | {thousands(setting.cost())} |",
    )


@pytest.mark.parametrize("name", list(SETTINGS))
def test_each_row_of_the_capacity_table_is_right(name: str) -> None:
    setting = SETTINGS[name]
    fits = "yes" if setting.alerts <= CAPACITY_A_DAY else "no"

    says(
        CAPACITY,
        f"| {name} | {whole(setting.alerts)} | {whole(setting.alerts / 120)} | {fits} "
        f"| {thousands(setting.cost())} |",
    )


def test_settings_b_and_c_are_worked_out_in_full() -> None:
    b, c = SETTINGS["B"], SETTINGS["C"]

    assert (b.false_alerts, b.alerts) == pytest.approx((1498.5, 2248.5))
    assert (b.missed * 400, b.alerts * 6, b.false_alerts * 2) == pytest.approx(
        (100_000, 13_491, 2_997)
    )
    assert (c.missed * 400, c.alerts * 6, c.false_alerts * 2) == pytest.approx(
        (60_000, 29_076, 7_992)
    )
    assert (b.cost(), c.cost()) == pytest.approx((116_488, 97_068))
    says(COST, "€116,488", "€97,068", "€19,420", "€100,000 + €13,491 + €2,997")
    says(COST, "€60,000 + €29,076 + €7,992", "2,248.5", "1,498.5", "3,996")


def test_a_step_pays_below_49_extra_false_alerts() -> None:
    price = (400 - 6) / (6 + 2)

    assert int(price) == 49
    assert round(step("C", "B")) == 25 < price
    assert round(step("D", "C")) == 86 > price
    assert SETTINGS["C"].false_alerts - SETTINGS["B"].false_alerts == pytest.approx(2497.5)
    assert SETTINGS["D"].false_alerts - SETTINGS["C"].false_alerts == pytest.approx(5994)
    says(COST, "€394 ÷ €8 = 49", "2,497.5 more false alerts", "5,994 for 70, or about 86")


def test_the_cheapest_setting_moves_with_the_price_of_a_miss() -> None:
    assert [cheapest(miss=miss) for miss in (200, 400, 800)] == ["B", "C", "D"]
    assert thousands(SETTINGS["B"].cost(miss=200)) == "€66 k"
    assert thousands(SETTINGS["C"].cost(miss=200)) == "€67 k"
    assert thousands(SETTINGS["D"].cost(miss=800)) == "€149 k"
    assert thousands(SETTINGS["C"].cost(miss=800)) == "€157 k"
    says(COST, "(€66 k against €67 k for C)", "(€149 k against €157 k)", "(€66 k and €67 k)")


def test_the_highest_catch_rate_stops_many_honest_payments() -> None:
    e, c = SETTINGS["E"], SETTINGS["C"]

    assert e.caught - c.caught == pytest.approx(120)
    assert whole(e.false_alerts) == "29,970"
    says(COST, "120 more frauds than C", "29,970 honest payments")


def test_the_keys_of_the_lesson_on_cost_are_right() -> None:
    missed, read, goodwill = 200 * 500, 3_000 * 6, 2_200 * 2

    assert_keyed(
        COST,
        "dearer-miss",
        right=(missed + read + goodwill) / 1000,
        mistakes=((missed + read) / 1000, (missed + 2_200 * 6 + goodwill) / 1000),
    )
    assert_keyed(
        COST,
        "price-of-a-step",
        right=(4_400 - 1_200) / (680 - 600),
        mistakes=(4_400 / 680, 4_400 / 80),
    )


def test_the_question_on_a_lower_price_has_one_right_setting() -> None:
    price = (200 - 6) / 8

    assert round(price) == 24
    assert round(step("B", "A")) == 7 < price
    assert round(step("C", "B")) == 25 > price
    assert cheapest(miss=200) == "B"
    says(COST, "worth about 24 false alerts", "saves €194", "which is €200")


def test_setting_c_with_twenty_analysts_costs_250_thousand() -> None:
    c = SETTINGS["C"]
    read = CAPACITY_A_DAY / c.alerts
    caught = c.caught * read
    missed = 1_000 - caught
    goodwill = c.false_alerts * read * 2

    assert f"{read:.1%}" == "49.5%"
    assert (whole(caught), whole(missed), whole(c.caught - caught)) == ("421", "579", "429")
    assert whole(c.alerts - CAPACITY_A_DAY) == "2,446"
    assert whole(c.false_alerts * read) == "1,979"
    assert missed > 2 * SETTINGS["B"].missed
    assert thousands(missed * 400 + CAPACITY_A_DAY * 6 + goodwill) == "€250 k"
    says(CAPACITY, "= 49.5 %", "850 x 0.495 = 421", "1,000 - 421 = 579", "2,446 unread")
    says(CAPACITY, "€231.6 k", "€14.4 k", "about €4.0 k", "about €250 k", "1,979 false alerts")


def test_hurried_reading_must_spot_88_percent_to_beat_b() -> None:
    minutes = 6.5 * 60

    assert minutes / 120 == 3.25
    assert f"{minutes * 20 / SETTINGS['C'].alerts:.1f}" == "1.6"
    assert 850 * 0.8 == 680 < SETTINGS["B"].caught
    assert f"{SETTINGS['B'].caught / SETTINGS['C'].caught:.0%}" == "88%"
    says(
        CAPACITY, "390 ÷ 120 = 3.25 minutes", "1.6 minutes", "850 x 80 % = 680", "88 % (750 ÷ 850)"
    )


def test_setting_c_needs_41_people() -> None:
    alerts = SETTINGS["C"].alerts

    assert -int(-alerts // 120) == 41
    assert 41 - 20 == 21
    assert alerts - 40 * 120 == pytest.approx(46)
    says(CAPACITY, "C needs 41 people", "leave 46 alerts", "21 more analysts", "€19 k a day")


def test_two_ill_analysts_leave_89_alerts_unread() -> None:
    b = SETTINGS["B"]
    unread = b.alerts - 18 * 120

    assert f"{b.alerts / CAPACITY_A_DAY:.0%}" == "94%"
    assert whole(unread) == "89"
    assert round(unread * b.precision, -1) == 30
    assert thousands(unread * b.precision * 400) == "€12 k"
    says(CAPACITY, "94 % busy", "18 x 120 = 2,160", "89 alerts", "about 30 frauds worth €12 k")


def test_four_ill_analysts_leave_329_alerts_unread() -> None:
    assert 16 * 120 == 1_920
    assert whole(SETTINGS["B"].alerts - 1_920) == "329"
    says(CAPACITY, "four of the 20 analysts", "read 1,920", "Close the last 329")


def test_the_keys_of_the_lesson_on_capacity_are_right() -> None:
    assert_keyed(
        CAPACITY, "how-many-people", right=-(-3_500 // 120), mistakes=(round(3_500 / 120),)
    )
    assert_keyed(
        CAPACITY,
        "half-a-queue",
        right=600 * 1_800 / 3_000,
        mistakes=(600, 600 * 1_200 / 3_000),
    )
    assert 3_500 - 29 * 120 == 20


def test_loud_drift_overfills_the_queue() -> None:
    holiday = Setting(0.75, 0.0015, payments=1_200_000, frauds=1_200)

    assert whole(holiday.alerts) == "2,698"
    assert whole(holiday.alerts - CAPACITY_A_DAY) == "298"
    assert holiday.precision == pytest.approx(SETTINGS["B"].precision)
    says(DRIFT, "2,698", "298 more than")


AUTUMN = Setting(0.66, 0.0014)


def test_silent_drift_makes_the_queue_calmer_and_the_day_dearer() -> None:
    assert AUTUMN.alerts < SETTINGS["B"].alerts
    assert (f"{AUTUMN.precision:.0%}", f"{SETTINGS['B'].precision:.0%}") == ("32%", "33%")
    assert (AUTUMN.missed, AUTUMN.false_alerts, AUTUMN.alerts) == pytest.approx(
        (340, 1398.6, 2058.6)
    )
    says(DRIFT, "2,059 alerts a day, and 32 % are real", "1,398.6", "2,058.6")


def test_the_price_of_silence_stands_in_the_lesson() -> None:
    daily = AUTUMN.cost() - SETTINGS["B"].cost()

    assert whole(AUTUMN.cost()) == "151,149"
    assert whole(daily) == "34,661"
    assert f"{daily * 30 / 1e6:.2f}" == "1.04"
    says(DRIFT, "€136,000 + €12,352 + €2,797 = €151,149", "€34,661 a day", "€1.04 million")


def test_the_fall_of_the_catch_rate_is_not_luck_but_only_with_enough_cases() -> None:
    wide, narrow = half_width(0.66, n=100), half_width(0.66, n=1_000)

    assert (f"{wide:.2f}", f"{narrow:.2f}") == ("0.09", "0.03")
    assert 0.66 + narrow < 0.75 < 0.66 + wide
    says(DRIFT, "= 0.03, so 63 % to 69 %", "± 0.09, from 57 % to 75 %")


def test_a_spot_check_of_300_is_forty_times_too_coarse() -> None:
    b = SETTINGS["B"]
    unflagged = b.payments - b.alerts
    bound = 3 / 300

    assert unflagged == pytest.approx(997_751.5)
    assert f"{b.missed / unflagged:.3%}" == "0.025%"
    assert bound / (b.missed / unflagged) == pytest.approx(40, rel=0.01)
    says(DRIFT, "997,751", "0.025 %", "3 ÷ 300 = 1 %", "forty times")


def test_the_keys_of_the_lesson_on_drift_are_right() -> None:
    busier = Setting(0.75, 0.0015, payments=1_100_000, frauds=1_100)

    assert_keyed(
        DRIFT,
        "busier-month",
        right=busier.alerts - CAPACITY_A_DAY,
        mistakes=(busier.alerts, 0),
    )
    assert busier.caught == pytest.approx(825)
    says(DRIFT, "825 frauds and 1,648 honest payments")


def test_a_catch_of_590_in_900_is_a_fall_beyond_luck() -> None:
    share = 590 / 900

    assert f"{share:.0%}" == "66%"
    assert share + half_width(share, n=900) < 0.75
    says(DRIFT, "Of 900 settled frauds, 590 were flagged")
