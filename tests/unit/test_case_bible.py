"""Every derived figure of the case bible follows from the figures it is derived from."""

import math
import re
from pathlib import Path

import pytest

BIBLE = re.sub(
    r"\s+", " ", (Path(__file__).parents[2] / "curriculum" / "case_bible.md").read_text("utf-8")
)
PAYMENTS, FRAUDS = 1_000_000, 1_000
MISSED, REVIEW, GOODWILL = 400, 6, 2


def assert_says(*sentences: str) -> None:
    missing = [sentence for sentence in sentences if sentence not in BIBLE]
    assert not missing


def erlang_c_wait(*, arrivals_per_hour: float, minutes_each: float, servers: int) -> float:
    """Mean wait in minutes in an M/M/c queue (Erlang 1917)."""
    load = arrivals_per_hour * minutes_each / 60
    below = sum(load**k / math.factorial(k) for k in range(servers))
    full = load**servers / math.factorial(servers) * servers / (servers - load)
    return full / (below + full) * minutes_each / (servers - load)


def binomial_tail(at_least: int, *, n: int, p: float) -> float:
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(at_least, n + 1))


def ndcg(ranks: set[int], *, relevant: int, k: int) -> float:
    """Binary gain, logarithmic discount, ideal list cut at k."""
    gain = sum(1 / math.log2(rank + 1) for rank in ranks if rank <= k)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(relevant, k) + 1))
    return gain / ideal


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def test_teams_are_as_busy_as_stated() -> None:
    frd_work = FRAUDS * 0.75 + (PAYMENTS - FRAUDS) * 0.0015
    cmp_work, cmp_can = 11_000 * 40 / 60, 55 * 6.5 * 21
    pay_work, pay_can = 1_100 * 11.8 / 60, 34 * 6.5
    svc_work, svc_can = 12_000 * 5 / 60, 160 * 6.5

    assert_says(
        f"{math.floor(frd_work + 0.5):,} alerts a day | {20 * 120:,} alerts a day "
        f"| {percent(frd_work / 2400)}",
        f"{cmp_work:,.0f} hours a month | {cmp_can:,.1f} hours a month "
        f"| {percent(cmp_work / cmp_can)}",
        f"{pay_work:.1f} hours a day | {pay_can:.0f} hours a day | {percent(pay_work / pay_can)}",
        f"{svc_work:,.0f} hours a day | {svc_can:,.0f} hours a day | {percent(svc_work / svc_can)}",
        f"{11_000 * 0.03:.0f} lead to a report",
    )


def test_the_base_rate_example_follows_from_its_rates() -> None:
    true, false = FRAUDS * 0.90, (PAYMENTS - FRAUDS) * 0.01
    accuracy = (true + PAYMENTS - FRAUDS - false) / PAYMENTS

    assert_says(
        f"raises {true:.0f} true and {false:,.0f} false alerts, {true + false:,.0f} in all",
        f"precision is {100 * true / (true + false):.1f} %",
        f"accuracy {100 * accuracy:.1f} %",
        f"would be {100 * (PAYMENTS - FRAUDS) / PAYMENTS:.1f} % accurate",
    )


@pytest.mark.parametrize(
    ("setting", "catch", "flags", "catch_text", "flags_text"),
    [
        ("A", 0.60, 0.0005, "60 %", "0.05 %"),
        ("B", 0.75, 0.0015, "75 %", "0.15 %"),
        ("C", 0.85, 0.0040, "85 %", "0.40 %"),
        ("D", 0.92, 0.0100, "92 %", "1.0 %"),
        ("E", 0.97, 0.0300, "97 %", "3.0 %"),
    ],
)
def test_each_threshold_row_follows_from_its_rates(
    setting: str, catch: float, flags: float, catch_text: str, flags_text: str
) -> None:
    true, false = FRAUDS * catch, (PAYMENTS - FRAUDS) * flags
    alerts, missed = true + false, FRAUDS - true
    cost = missed * MISSED + alerts * REVIEW + false * GOODWILL

    assert_says(
        f"| {setting} | {catch_text} | {flags_text} | {math.floor(alerts + 0.5):,} "
        f"| {100 * true / alerts:.0f} % | {missed:.0f} | €{cost / 1000:.0f} k "
        f"| {alerts / 120:.0f} |"
    )


def test_staffing_and_the_worth_of_setting_c_follow_from_the_table() -> None:
    def alerts(catch: float, flags: float) -> float:
        return FRAUDS * catch + (PAYMENTS - FRAUDS) * flags

    def cost(catch: float, flags: float) -> float:
        false = (PAYMENTS - FRAUDS) * flags
        missed = FRAUDS * (1 - catch)
        return missed * MISSED + alerts(catch, flags) * REVIEW + false * GOODWILL

    assert_says(
        f"A needs {math.ceil(alerts(0.60, 0.0005) / 120)} people "
        f"and C needs {math.ceil(alerts(0.85, 0.004) / 120)}",
        f"worth €{(cost(0.75, 0.0015) - cost(0.85, 0.004)) / 1000:.0f} k a day",
        f"At setting B, {100 * (1 - 750 / alerts(0.75, 0.0015)):.0f} % of flagged payments",
    )


def test_review_sampling_follows_from_the_error_rate() -> None:
    errors = 10_000 * 0.04

    assert_says(
        f"there are {errors:.0f} errors",
        f"lets {errors * (1 - 0.6):.0f} escape; with 90 % detection {errors * (1 - 0.9):.0f}",
        f"20 % with 90 % detection {errors * (1 - 0.2 * 0.9):.0f}",
        f"300 clean samples bound it at {percent(3 / 300)}",
    )


@pytest.mark.parametrize("servers", [9, 10, 11])
def test_waits_at_the_complaints_desk_follow_from_erlang_c(servers: int) -> None:
    wait = erlang_c_wait(arrivals_per_hour=100, minutes_each=5, servers=servers)

    assert_says(f"| {servers} | {100 * 100 * 5 / 60 / servers:.0f} % | {wait:.1f} minutes |")


def test_a_single_server_waits_as_stated() -> None:
    at_80, at_90, at_95 = (busy / (1 - busy) for busy in (0.8, 0.9, 0.95))

    assert_says(
        f"{at_80:.0f} service times at 80 % busy, {at_90:.0f} at 90 % and {at_95:.0f} at 95"
    )


def test_the_vulnerability_flag_follows_from_its_rates() -> None:
    people = 12_000 * 0.015
    found, false = people * 0.85, (12_000 - people) * 0.02

    assert_says(
        f"1.5 % ({people:.0f})",
        f"{found:.0f} found, {people - found:.0f} missed, {false:.0f} flagged by mistake, "
        f"{found + false:.0f} flags in all, {percent(found / (found + false))} of them right",
    )


def test_the_stricter_flag_reaches_more_people_with_the_same_calls() -> None:
    found, false = 180 * 0.70, (12_000 - 180) * 0.005
    reached_today = 200 * 153 / (153 + 11_820 * 0.02)

    assert_says(
        f"200 calls reach about {reached_today:.0f} vulnerable people, "
        f"{200 * 10 / reached_today:.0f} minutes of calling for each",
        f"{found:.0f} found, {false:.0f} by mistake, {found + false:.0f} flags, "
        f"{percent(found / (found + false))} right",
        f"reaches {found:.0f} people at {(found + false) * 10 / found:.0f} minutes each",
    )


def test_other_base_rates_give_other_precision() -> None:
    def real_and_all(fraud: float) -> tuple[float, float]:
        real = PAYMENTS * fraud * 0.9
        return real, real + PAYMENTS * (1 - fraud) * 0.01

    (low, low_all), (high, high_all) = real_and_all(0.01), real_and_all(0.05)

    assert_says(
        f"{low:,.0f} of {low_all:,.0f} alerts are real ({percent(low / low_all)}); "
        f"with 5 %, {high:,.0f} of {high_all:,.0f} ({percent(high / high_all)})"
    )


def test_the_cross_border_gap_follows_from_its_counts() -> None:
    group, others = 50_000, 999_000 - 50_000
    today = math.floor(999_000 * 0.0015 + 0.5)
    new_group, new_others = group * 0.011, others * 0.0008
    new = math.floor(new_group + new_others + 0.5)

    assert_says(
        f"450 of them are flagged by mistake ({100 * 450 / group:.2f} %), and {today - 450:,} of "
        f"the other {others:,} ({100 * (today - 450) / others:.2f} %)",
        f"{percent(group / 999_000)} of the payments carry "
        f"{percent(450 / today)} of the false blocks",
        f"would flag {new_group:.0f} (1.10 %) of the group and {new_others:.0f} (0.08 %) of the "
        f"others: {new:,} in all, {percent(1 - new / today)} fewer than today's {today:,}, "
        f"and {percent(new_group / 450 - 1)} more in the group",
    )
    assert round((450 / group) / ((today - 450) / others)) == 8


def test_retrieval_figures_follow_from_the_ranks() -> None:
    ranks, relevant = {1, 3, 6}, 4
    found = {k: len([rank for rank in ranks if rank <= k]) for k in (3, 5)}
    mrr = (1 + 1 / 3 + 0 + 1 / 2) / 4

    assert_says(
        f"recall@5 is {found[5] / relevant:.2f}, precision@5 {found[5] / 5:.2f}, "
        f"nDCG@5 {ndcg(ranks, relevant=relevant, k=5):.3f}, recall@3 {found[3] / relevant:.2f} and "
        f"nDCG@3 {ndcg(ranks, relevant=relevant, k=3):.3f}",
        f"an MRR of {mrr:.3f}",
        f"{0.92 * 0.95:.2f} of answers are right; with recall 0.85 it is {0.85 * 0.95:.2f}",
    )


def test_the_pilot_effect_is_the_difference_of_differences() -> None:
    change, effect = 7.9 - 11.8, (7.9 - 11.8) - (10.9 - 11.6)
    hours = 1_100 * -effect / 60

    assert_says(
        f"effect is \N{MINUS SIGN}{-effect:.1f} minutes, not \N{MINUS SIGN}{-change:.1f}",
        f"are {hours:.1f} hours a day, about nine handler-days ({hours / 6.5:.1f})",
        f"the other {1_100 - 660} are the comparison team's",
    )


def test_a_usual_week_of_the_agent_adds_up() -> None:
    runs = 660 * 5
    released, escalated, failed = 2_475, 733, 92

    assert released + escalated + failed == runs
    assert_says(
        f"{runs:,} a week, {660 / (8 * 60):.3f} a minute",
        f"| {released:,} | {100 * released / runs:.1f} % |",
        f"| {escalated:,} | {100 * escalated / runs:.1f} % |",
        f"| {failed:,} | {100 * failed / runs:.1f} % |",
        f"| {runs - failed:,} | {100 * (runs - failed) / runs:.1f} % |",
        f"which is €{36 / 60:.2f} a minute",
        f"each, €{20 * 36 / 60:.0f})",
        f"(€{4 * 900:,} at the average cost)",
    )


def test_the_cost_of_a_right_release_counts_its_errors() -> None:
    released, scale = 2_475, 2_475 / 300
    runs, checks = 3_300 * 0.18, 300 * 4 * 0.60
    references, payees = 2 * scale * 12, 1 * scale * 900
    total, right = runs + checks + references + payees, released * 297 / 300

    assert_says(
        f"{1 * scale:.2f} wrong beneficiaries and {2 * scale:.1f} wrong references",
        f"Runs cost €{runs:.0f}, checks €{checks:.0f}, wrong references €{references:.0f} "
        f"and wrong beneficiaries €{payees:,.0f}: €{total:,.0f} for {right:,.0f} right releases, "
        f"€{total / right:.2f} each",
        f"{100 * right / 3_300:.2f} of 100 runs",
        f"A case by hand costs €{11.8 * 0.60:.2f}",
    )


def test_repeated_success_is_a_power() -> None:
    assert_says(
        f"5 runs with probability {0.95**5:.2f}, of 8 runs {0.95**8:.2f}, "
        f"of 20 runs {0.95**20:.2f}",
        f"Six such steps in a row succeed in {100 * 0.95**6:.0f} %",
    )


def test_the_duplicate_incident_runs_at_about_one_a_minute() -> None:
    minutes = (9 * 60 + 40) - (6 * 60 + 5)
    releases = minutes * 1.375 * 0.75

    assert 0.9 < 212 / minutes < 1.1
    assert releases > 212
    assert_says(
        f"{(9 * 60 + 40) - (6 * 60 + 6)} minutes later",
        f"about {212 / minutes * 15:.0f} doubles",
    )


@pytest.mark.parametrize("limit", [22, 25, 28])
def test_the_escalation_alert_follows_from_the_binomial(limit: int) -> None:
    false_a_month = binomial_tail(limit, n=80, p=0.22) * 168
    caught = binomial_tail(limit, n=80, p=0.35)

    assert_says(f"| {limit} or more | {false_a_month:.1f} | {100 * caught:.0f} % |")
    assert_says(f"{80 * 0.22:.1f} escalations an hour")


IMPACT_START = {"low": 4, "moderate": 3, "serious": 2, "severe": 1}
USE_CASE_ROW = re.compile(r"\| (\d+) \| [^|]+ \| [A-Z]{3} \| (\w+) \| (\w+) \| (\w+) \| (\d) \|")
USE_CASES = USE_CASE_ROW.findall(BIBLE)


@pytest.mark.parametrize(
    ("number", "impact", "acts_alone", "lasting", "tier"), USE_CASES, ids=lambda value: str(value)
)
def test_each_use_case_has_the_tier_the_house_rule_gives(
    number: str, impact: str, acts_alone: str, lasting: str, tier: str
) -> None:
    assert int(tier) == max(1, IMPACT_START[impact] - (acts_alone == "yes") - (lasting == "yes")), (
        number
    )


def test_counts_and_effort_follow_from_the_tiers() -> None:
    days = {1: 30.0, 2: 12.0, 3: 4.0, 4: 0.5}
    tiers = [int(row[-1]) for row in USE_CASES]

    assert len(tiers) == 11
    assert tiers.count(4) == 0
    assert_says(
        f"Tier 1 holds {tiers.count(1)}, tier 2 holds {tiers.count(2)}, "
        f"tier 3 holds {tiers.count(3)} and tier 4 none",
        f"need {sum(days[tier] for tier in tiers):.0f} days; "
        f"all of them in tier 1 would need {len(tiers) * days[1]:.0f}",
    )


def test_the_two_list_estimate_follows_from_the_lists() -> None:
    bought, seen, both = 195, 120, 90
    known, whole = bought + seen - both, bought * seen / both

    assert_says(
        f"So {known} are known, and the two-list estimate of the whole is {whole:.0f}, "
        f"of which about {whole - known:.0f} are on neither list",
        f"31 named owners agreed that they own the use; {40 - 31} did not, "
        f"which is {100 * 9 / 40:.1f} % (two had left, seven thought that IT owned it). "
        f"Among {known} known lines that would be "
        f"about {known * 9 / 40:.0f}",
        f"the whole is {90 * 66 / 60:.0f} + {105 * 54 / 30:.0f} = "
        f"{90 * 66 / 60 + 105 * 54 / 30:.0f}",
        f"{640 * 25 / 60:.0f} hours for all, {160 * 25 / 60:.0f} hours for the 160",
    )


def test_mistaken_flags_among_loan_applicants_follow_from_the_precision() -> None:
    flagged = 8_200 * 0.02
    precision = 750 / (750 + (PAYMENTS - FRAUDS) * 0.0015)

    assert_says(
        f"{flagged:.0f} people", f"about {flagged * (1 - precision):.0f} of them were flagged"
    )
