"""Every figure worked out in the lessons on numbers that mislead, from first principles."""

import math
import re
from pathlib import Path

import pytest

MODULE = Path(__file__).parents[2] / "curriculum" / "modules" / "f2-numbers-that-mislead"


def lesson(name: str) -> str:
    """The lesson in one line, with plain signs and without the emphasis that splits its figures."""
    plain = (MODULE / name).read_text("utf-8").replace("**", "")
    return re.sub(r"\s+", " ", plain.replace("\N{MULTIPLICATION SIGN}", "x"))


RARE = lesson("10-rare-events-and-false-alarms.md")
WORKLOAD = lesson("20-catch-rate-against-workload.md")
AVERAGES = lesson("30-averages-hide-people.md")


def assert_says(text: str, *sentences: str) -> None:
    missing = [sentence for sentence in sentences if sentence not in text]
    assert not missing


def percent(share: float, *, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def answer_of(text: str, item: str) -> str:
    """The first accepted answer of a numeric item."""
    found = re.search(rf"id: {re.escape(item)} .*?#### Answer - ([^>]+?) >", text)
    assert found is not None
    return found.group(1)


def binomial_tail(at_least: int, *, n: int, p: float) -> float:
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(at_least, n + 1))


def exact_interval(errors: int, *, n: int) -> tuple[float, float]:
    """Clopper-Pearson 95 % interval, by bisection on the binomial tail."""
    bounds = []
    for at_least, wanted in ((errors, 0.025), (errors + 1, 0.975)):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            if binomial_tail(at_least, n=n, p=middle) < wanted:
                low = middle
            else:
                high = middle
        bounds.append(low)
    return bounds[0], bounds[1]


def test_the_share_of_real_alerts_on_the_screen() -> None:
    frauds, genuine = 1_000, 999_000
    real, false = frauds * 0.90, genuine * 0.01
    right = real + genuine - false

    assert_says(
        RARE,
        f"{real:.0f} + {false:,.0f} = {real + false:,.0f} alerts. "
        f"{real:.0f} ÷ {real + false:,.0f} = {percent(real / (real + false), digits=1)}",
        f"{real:.0f} frauds and {genuine - false:,.0f} genuine payments. "
        f"That is {right:,.0f} of 1,000,000, or {percent(right / 1e6, digits=1)}",
        f"is right {percent(genuine / 1e6, digits=1)} of the time",
    )
    assert round(false / real) == 11
    assert round(120 * real / (real + false)) == 10
    assert round(100 * real / (real + false)) == 100 - 92


@pytest.mark.parametrize(("fraud", "text"), [(0.001, "0.1 %"), (0.01, "1 %"), (0.05, "5 %")])
def test_precision_rises_with_the_base_rate(fraud: float, text: str) -> None:
    real, false = 1e6 * fraud * 0.9, 1e6 * (1 - fraud) * 0.01

    assert_says(RARE, f"| {text} | {real:,.0f} | {false:,.0f} | {percent(real / (real + false))} |")


def test_the_key_on_forged_payslips_is_right() -> None:
    real, false = 100 * 0.8, 9_900 * 0.03
    accuracy = (real + 9_900 - false) / 10_000

    assert answer_of(RARE, "f2-numbers-that-mislead.forged-payslips") == (
        f"{100 * real / (real + false):.0f} ± 0.5"
    )
    assert_says(RARE, f"{real:.0f} ÷ {real + false:.0f} is", f"(0%) {100 * real / false:.0f} ±")
    assert_says(RARE, f"(0%) {100 * accuracy:.0f} ±")


def test_the_strict_setting_reaches_more_people() -> None:
    others = 12_000 - 180
    wide, wide_false = 180 * 0.85, round(others * 0.02)
    strict, strict_false = 180 * 0.70, round(others * 0.005)
    reached = 200 * wide / (wide + wide_false)

    assert_says(
        WORKLOAD,
        f"85 % of 180, which is {wide:.0f} people",
        f"2 % of {others:,} other messages, which is {wide_false}",
        f"{wide + wide_false:.0f} flags, and {wide:.0f} ÷ {wide + wide_false:.0f} = "
        f"{percent(wide / (wide + wide_false))}",
        f"200 x 153 ÷ 389 ≈ {reached:.0f} of them reach somebody who needs one. "
        f"The other {200 - round(reached)} calls",
        f"{wide - round(reached):.0f} people were found and not called",
        f"70 % of 180, which is {strict:.0f} people, and flags 0.5 % of {others:,}, "
        f"which is {strict_false}. That makes {strict + strict_false:.0f} flags",
        f"about {2_000 / reached:.0f} minutes",
        f"{(strict + strict_false) * 10:,.0f} minutes for {strict:.0f} people, "
        f"about {(strict + strict_false) * 10 / strict:.0f} minutes",
    )
    assert 200 - (strict + strict_false) == 15


def test_the_people_left_out_are_counted_for_both_settings() -> None:
    assert_says(
        WORKLOAD,
        f"{180 - 126} of 180 people are never found",
        f"{180 - 153} are never found and {153 - 79} more are found and dropped: {180 - 79} in all",
        f"That is {153 - 126} more people for {389 - 185} more calls",
        f"200 called, {389 - 200} dropped by chance",
    )


def test_the_keys_on_workload_are_right() -> None:
    assert answer_of(WORKLOAD, "f2-numbers-that-mislead.forty-letters") == f"{40 * 30 / 100:.0f}"
    assert_says(WORKLOAD, f"about {60 * 30 / 150:.0f} would be real")
    assert 20 > 60 * 30 / 150


def test_the_gap_behind_the_average_follows_from_the_counts() -> None:
    group, others, blocks, in_group = 50_000, 949_000, 1_499, 450
    rate, rest = in_group / group, (blocks - in_group) / others

    assert group + others == 999_000
    assert_says(
        AVERAGES,
        f"Of {group + others:,} genuine payments a day, {group:,} come from",
        f"{in_group} of the {blocks:,} mistaken blocks hit the small group, "
        f"{blocks - in_group:,} the large one",
        f"{in_group} ÷ {blocks:,} = {percent(in_group / blocks)}",
        f"So 5 % of the payments carry {percent(in_group / blocks)} of the blocks",
        f"It does not make {in_group} out of {blocks * 0.05:.0f}",
        f"{in_group} ÷ {group:,} = {percent(rate, digits=2)}",
        f"{blocks - in_group:,} ÷ {others:,} = {percent(rest, digits=2)}",
        f"about 5 % of 1,499 blocks, which is {blocks * 0.05:.0f}",
        f"by some {math.sqrt(blocks * 0.05 * 0.95):.0f} up or down",
    )
    assert round(rate / rest) == 8
    assert percent(group / 999_000) == "5 %"


def test_the_new_setting_helps_the_many_and_hurts_the_few() -> None:
    group, others = 50_000 * 0.011, 949_000 * 0.0008
    total = round(group + others)

    assert_says(
        AVERAGES,
        f"| 450 (0.90 %) | {group:.0f} (1.10 %) | {percent(group / 450 - 1)} more |",
        f"| 1,049 (0.11 %) | {others:.0f} (0.08 %) | {percent(1 - others / 1_049)} fewer |",
        f"| 1,499 (0.15 %) | {total:,} ({percent(total / 999_000, digits=2)}) | "
        f"{percent(1 - total / 1_499)} fewer |",
    )


def test_small_groups_swing_as_stated() -> None:
    low_40, high_40 = exact_interval(2, n=40)
    low_30, high_30 = exact_interval(2, n=30)

    assert low_40 < 0.01
    assert_says(
        AVERAGES,
        f"from below 1 % to {percent(high_40)}",
        f"2 of 30 is {percent(2 / 30)}, and the true share could lie between about "
        f"{percent(low_30)} and {percent(high_30)}",
    )


def test_the_key_on_two_languages_is_right() -> None:
    errors = 1_000 * 0.06 - 36

    assert answer_of(AVERAGES, "f2-numbers-that-mislead.two-languages") == f"{errors:.0f}"
    assert_says(AVERAGES, f"(0%) {100 * 36 / 900:.0f} >", f"(0%) {100 * errors / 60:.0f} >")
