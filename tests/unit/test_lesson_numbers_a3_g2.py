"""Every figure worked out in the lessons on traces and on the inventory, from first principles."""

import math
import re
from pathlib import Path

import pytest

MODULES = Path(__file__).parents[2] / "curriculum" / "modules"
WEEK = {"released": 2_475, "escalated": 733, "failed": 92}
RUNS = 3_300
MINUTE = 36 / 60  # euros of handler time


def lesson(path: str) -> str:
    """The lesson in one line, with plain signs and without the emphasis that splits its figures."""
    text = (MODULES / path).read_text("utf-8")
    plain = text.replace("**", "").replace("\N{MULTIPLICATION SIGN}", "x")
    return re.sub(r"\s+", " ", plain.replace("\N{MINUS SIGN}", "-"))


RUN = lesson("a3-traces/10-anatomy-of-a-run.md")
MEASURES = lesson("a3-traces/20-measures-that-change-a-decision.md")
ALERTS = lesson("a3-traces/30-alerts-people-do-not-mute.md")
SYSTEMS = lesson("g2-inventory-tiers/10-what-counts-as-a-system.md")
TIERS = lesson("g2-inventory-tiers/20-three-questions-four-tiers.md")
HIDDEN = lesson("g2-inventory-tiers/30-hidden-ai-in-bought-tools.md")


def assert_says(text: str, *sentences: str) -> None:
    missing = [sentence for sentence in sentences if sentence not in text]
    assert not missing


def percent(share: float, *, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def binomial_point(k: int, *, n: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def binomial_tail(at_least: int, *, n: int, p: float) -> float:
    """P(X >= at_least); the complement is summed when that is shorter."""
    if at_least > n / 2:
        return sum(binomial_point(k, n=n, p=p) for k in range(at_least, n + 1))
    return 1 - sum(binomial_point(k, n=n, p=p) for k in range(at_least))


def exact_bound(errors: int, *, n: int, upper: bool) -> float:
    """One end of the Clopper-Pearson 95 % interval, by bisection on the binomial tail."""
    low, high = 0.0, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        if upper:
            too_low = 1 - binomial_tail(errors + 1, n=n, p=middle) > 0.025
        else:
            too_low = binomial_tail(errors, n=n, p=middle) < 0.025
        low, high = (middle, high) if too_low else (low, middle)
    return low


def answer_of(text: str, item: str) -> str:
    """The first accepted answer of a numeric item."""
    found = re.search(rf"id: {re.escape(item)} .*?#### Answer - ([^>]+?) >", text)
    assert found is not None
    return found.group(1)


# --- A3, lesson 1 --------------------------------------------------------------------------------


def test_the_model_steps_of_the_run_take_most_of_its_time() -> None:
    seconds = [float(row) for row in re.findall(r"\| ok \| (\d\.\d) \|", RUN)]
    model = seconds[1] + seconds[3]

    assert len(seconds) == 7
    assert_says(
        RUN,
        f"took {model:.1f} of {sum(seconds):.1f} seconds, which is {percent(model / sum(seconds))}",
    )


def test_one_run_becomes_a_count_and_a_cost() -> None:
    by_name, dropped, namesakes, wrong = 264, 198, 11, 4

    assert_says(
        RUN,
        f"| {RUNS:,} |",
        f"| {by_name} ({percent(by_name / RUNS, digits=1)} of all) |",
        f"| {dropped} ({percent(dropped / by_name)} of the {by_name}) |",
        f"at €900 on average cost €{wrong * 900:,} that week",
        "Seven other runs",
    )
    assert namesakes - wrong == 7


def test_the_key_on_dates_left_out_is_right() -> None:
    per_1000 = 270 / 4_800 * 1_000
    low, high = answer_of(RUN, "a3-traces.dates-left-out").split(" to ")

    assert float(low) <= per_1000 <= float(high)
    assert_says(RUN, f"is {per_1000:.2f}", f"(0%) {360 / 4_800 * 1_000:.0f} ±", "(0%) 750 ±")
    assert 270 / 360 * 1_000 == 750


# --- A3, lesson 2 --------------------------------------------------------------------------------


def test_the_success_on_the_slide_is_opened_step_by_step() -> None:
    finished, released = RUNS - WEEK["failed"], WEEK["released"]

    assert sum(WEEK.values()) == RUNS
    assert_says(
        MEASURES,
        f"Of {RUNS:,} runs, {WEEK['failed']} failed with a technical error",
        f"Of these, {WEEK['escalated']} were handed to a person",
        f"So {percent(297 / 300)} of releases are right",
        f"That leaves {finished:,}, which is {percent(finished / RUNS, digits=1)}",
        f"released {released:,}, which is {percent(released / RUNS, digits=1)} of all runs",
        f"0.75 x 0.99 = {0.75 * 0.99:.4f}",
        f"about {0.75 * 99:.0f} end in a right release",
    )
    assert released / RUNS == 0.75
    assert (300 - 3) / 300 == 0.99


def test_the_cost_of_a_right_release_adds_up() -> None:
    scale = WEEK["released"] / 300
    rows = {
        "Running the agent | 3,300 x €0.18": RUNS * 0.18,
        "Checking the sample | 300 x 4 min x €0.60": 300 * 4 * MINUTE,
        "Wrong references | 16.5 x 20 min x €0.60": 2 * scale * 20 * MINUTE,
        "Wrong beneficiaries | 8.25 x €900": scale * 900,
    }
    total, right = sum(rows.values()), WEEK["released"] * 0.99

    assert_says(
        MEASURES,
        *(f"| {row} | {euros:,.0f} |" for row, euros in rows.items()),
        f"2,475 ÷ 300 = {scale:.2f}",
        f"| Sum | | {total:,.0f} |",
        f"€{total:,.0f} ÷ {right:,.0f} = €{total / right:.2f} each",
        f"{percent(scale * 900 / total)} of its cost is one kind of error",
        f"€{11.8 * MINUTE:.2f} is what a case costs in handler time",
    )
    assert (scale * 900 + 2 * scale * 12) > total / 2


def test_the_ranges_round_the_sample_are_exact() -> None:
    worst = exact_bound(1, n=300, upper=True)

    assert_says(
        MEASURES,
        f"about {percent(exact_bound(3, n=300, upper=False), digits=1)} to "
        f"{percent(exact_bound(3, n=300, upper=True), digits=1)}",
        f"anything up to {percent(worst, digits=1)}. That would be "
        f"{worst * WEEK['released']:.0f} wrong beneficiaries a week",
        f"below about {percent(exact_bound(1, n=1_500, upper=True), digits=1)}",
    )
    assert 1_500 / 300 == 5
    assert worst * WEEK["released"] * 900 / (WEEK["released"] * 0.98) > 2 * 7.08


def test_the_key_on_routed_messages_is_right() -> None:
    right = 194 / 200
    key = answer_of(MEASURES, "a3-traces.routed-and-right")

    assert key == f"{80 * right:.1f} ± 0.1"
    assert_says(
        MEASURES,
        f"(0%) {100 * right:.0f} ±",
        f"(0%) {98 * 0.80:.1f} ±",
        f"(0%) {98 * right:.1f} ±",
        f"share of up to about {percent(3 / 60)}",
    )


# --- A3, lesson 3 --------------------------------------------------------------------------------


def test_the_duplicates_that_a_quick_stop_would_have_left() -> None:
    a_minute = 212 / ((9 * 60 + 40) - (6 * 60 + 5))

    assert_says(
        ALERTS,
        f"there would have been about {a_minute * 15:.0f}",
        f"it changed nothing for {(9 * 60 + 40) - (6 * 60 + 6)} minutes",
    )
    assert round(a_minute) == 1


@pytest.mark.parametrize("limit", [22, 25, 28])
def test_each_alert_limit_follows_from_the_binomial(limit: int) -> None:
    false = binomial_tail(limit, n=80, p=0.22) * 168
    first_hour = binomial_tail(limit, n=80, p=0.35)
    two_hours = 1 - (1 - first_hour) ** 2
    real = 4 * two_hours
    digits = 1 if limit == 22 else 0

    assert_says(
        ALERTS,
        f"| {limit} or more | {false:.1f} | {percent(first_hour)} "
        f"| {percent(two_hours, digits=digits)} | {percent(real / (real + false))} |",
    )


def test_the_words_round_the_alert_table_fit_it() -> None:
    def false_alerts(limit: int) -> float:
        return binomial_tail(limit, n=80, p=0.22) * 168

    def missed_after_two_hours(limit: int) -> float:
        return (1 - binomial_tail(limit, n=80, p=0.35)) ** 2

    real = 4 * (1 - missed_after_two_hours(25))

    assert_says(
        ALERTS,
        f"80 runs x 22 % = {80 * 0.22:.1f}",
        f"for 22 or more it is {percent(binomial_tail(22, n=80, p=0.22), digits=2)}",
        f"168 x {binomial_tail(22, n=80, p=0.22):.4f} ≈ {false_alerts(22):.1f} false alerts",
        f"22 or more handovers come with a chance of {percent(binomial_tail(22, n=80, p=0.35))}",
        f"{percent(1 - missed_after_two_hours(25))} of faults come up within two hours",
        f"At limit 25 that is 4 x {real / 4:.3f} = {real:.2f} real alerts beside "
        f"{false_alerts(25):.1f} false ones",
        f"{real:.2f} ÷ {real + false_alerts(25):.2f} ≈ {percent(real / (real + false_alerts(25)))}",
        f"about {false_alerts(22) / 4:.0f} hours a month",
    )
    assert false_alerts(28) / 4 == pytest.approx(0.25, abs=0.05)
    assert missed_after_two_hours(28) == pytest.approx(1 / 5, abs=0.02)
    assert false_alerts(22) / (false_alerts(22) + 3.985) == pytest.approx(6 / 7, abs=0.01)
    assert binomial_tail(10, n=80, p=0.22) - binomial_tail(26, n=80, p=0.22) > 0.95


def test_the_key_on_the_first_month_is_right() -> None:
    false, real = (200 - 5) * 0.05, 5 * 0.8

    assert (
        answer_of(ALERTS, "a3-traces.the-first-month") == f"{100 * real / (real + false):.0f} ± 0.5"
    )
    assert_says(
        ALERTS,
        f"195 x 0.05 = {false:.2f}",
        f"4 ÷ {real + false:.2f}",
        f"(0%) {100 * real / false:.0f}",
    )


# --- G2, lesson 1 --------------------------------------------------------------------------------


def test_the_flag_misses_and_mistakes_follow_from_its_rates() -> None:
    people, messages = 180, 12_000
    found, false = people * 0.85, (messages - people) * 0.02

    assert_says(
        SYSTEMS,
        f"85 % of 180, which is {found:.0f} people. So {people - found:.0f} a day are missed",
        f"2 % of the other {messages - people:,} messages, about {false:.0f}",
        f"Of {found + false:.0f} flags, {found:.0f} are right: {percent(found / (found + false))}",
        f"true for {found + false:.0f} messages and false for the other "
        f"{messages - round(found + false):,}",
    )
    assert round(5 * false / (found + false)) == 3


def test_the_unreal_owners_scale_to_the_whole_list() -> None:
    without = 40 - 31

    assert without == 2 + 7
    assert_says(
        SYSTEMS,
        f"That is {percent(without / 40, digits=1)}",
        f"about {225 * without / 40:.0f} without a real owner",
        "three in fraud, three in compliance, two in payments and three in messages",
    )
    assert 3 + 3 + 2 + 3 == 11


def test_the_key_on_the_silent_part_is_right() -> None:
    forged = 4_000 * 0.02

    assert answer_of(SYSTEMS, "g2-inventory-tiers.the-silent-part") == f"{forged * 0.25:.0f}"
    assert_says(
        SYSTEMS, f"(0%) {forged * 0.75:.0f} >", f"(0%) {forged:.0f} >", f"(0%) {4_000 * 0.25:.0f} ±"
    )


# --- G2, lesson 2 --------------------------------------------------------------------------------

IMPACT_START = {"low": 4, "moderate": 3, "serious": 2, "severe": 1}


def tier(impact: str, *, steps_up: int = 0) -> int:
    return max(1, IMPACT_START[impact] - steps_up)


def test_the_payment_agent_lands_two_tiers_apart() -> None:
    proposes, releases = tier("moderate"), tier("moderate", steps_up=2)

    assert (proposes, tier("moderate", steps_up=1), releases) == (3, 2, 1)
    assert_says(TIERS, "that makes it tier 2", "makes it tier 1", "two uses, two tiers apart")


def test_a_sum_of_points_would_rank_routing_above_a_missed_crime() -> None:
    draft, routing = 5 + 1 + 1, 1 + 5 + 2

    assert routing > draft
    assert_says(TIERS, f"autonomy 1, lasting 1, sum {draft}", f"lasting 2, sum {routing}")


def test_the_applicants_marked_by_mistake_follow_from_the_setting() -> None:
    true, false = 1_000 * 0.75, 999_000 * 0.0015
    marked = 8_200 * 0.02

    assert_says(
        TIERS,
        f"8,200 x 0.02 = {marked:.0f} a month",
        f"{math.floor(false + 0.5):,} of {math.floor(true + false + 0.5):,} alerts a day are "
        f"mistakes, which is {percent(false / (true + false))}",
        f"≈ {marked * false / (true + false):.0f} people a month",
        f"Today's estimate is {percent(false / (true + false))}",
    )


def test_the_effort_saved_by_tiers_adds_up() -> None:
    assert_says(
        TIERS,
        f"4 x 30 + 2 x 12 + 5 x 4 = {4 * 30 + 2 * 12 + 5 * 4} person-days",
        f"11 x 30 = {11 * 30}",
        "tier 1 (four), tier 2 (two) and tier 3 (five)",
    )
    assert 4 + 2 + 5 == 11


def test_the_key_on_the_invoice_folder_follows_the_rule() -> None:
    assert answer_of(TIERS, "g2-inventory-tiers.invoice-folder") == str(tier("low", steps_up=1))


# --- G2, lesson 3 --------------------------------------------------------------------------------


def test_two_lists_point_to_the_whole() -> None:
    known, whole = 195 + 120 - 90, 195 * 120 / 90

    assert_says(
        HIDDEN,
        f"195 + 120 - 90 = {known} different",
        f"195 x 120 ÷ 90 = {whole:.0f}.",
        f"{whole:.0f} - {known} = {whole - known:.0f} uses",
        f"That is {percent((whole - known) / whole)} of the whole",
    )


def test_the_big_suppliers_hide_part_of_the_gap() -> None:
    others, big = 105 * 54 / 30, (195 - 105) * (120 - 54) / (90 - 30)
    known = 105 + 54 - 30

    assert_says(
        HIDDEN,
        f"105 x 54 ÷ 30 = {others:.0f} others in all, while 105 + 54 - 30 = {known} are known",
        f"about {others - known:.0f} are missing",
        f"90 x 66 ÷ 60 = {big:.0f}. Together that is {others + big:.0f}, not 260",
    )


def test_asking_suppliers_costs_the_stated_hours() -> None:
    assert_says(
        HIDDEN,
        f"640 x 25 ÷ 60 = {640 * 25 / 60:.0f} hours",
        f"160 x 25 ÷ 60 = {160 * 25 / 60:.0f} hours",
        f"the other {640 - 160} wait",
    )
    assert 160 / 640 == 0.25


def test_the_key_on_what_both_lists_miss_is_right() -> None:
    known, whole = 84 + 60 - 42, 84 * 60 / 42

    assert answer_of(HIDDEN, "g2-inventory-tiers.what-both-lists-miss") == f"{whole - known:.0f}"
    assert_says(HIDDEN, f"(0%) {whole:.0f} >", f"(0%) {known} >", f"(0%) {84 + 60 - whole:.0f} >")
