"""Every printed equation of the numeric lessons holds, and each stem keeps the data of its key."""

from pathlib import Path

import pytest

from tests.lesson_figures import equation_holds, equations, says

MODULES = Path(__file__).parents[2] / "curriculum" / "modules"

# How many equations each lesson prints at least, so that a blind pattern cannot pass.
PRINTED = {
    "r3-measuring-search/10-four-numbers.md": 12,
    "r3-measuring-search/20-fifty-questions.md": 7,
    "r3-measuring-search/30-what-a-difference-means.md": 8,
    "w3-thresholds-capacity/10-cost-of-two-mistakes.md": 11,
    "w3-thresholds-capacity/20-best-on-paper.md": 9,
    "w3-thresholds-capacity/30-drift-and-review-dates.md": 4,
    "e2-auditable-value/10-cost-per-correct-outcome.md": 11,
    "e2-auditable-value/20-minutes-are-not-money.md": 18,
    "e2-auditable-value/30-ranges-not-points.md": 13,
}

GIVEN = {
    "r3-measuring-search/10-four-numbers.md": (
        "| Rank | 1 | 2 | 3 | 4 | 5 | 6 |",
        "| Relevant? | yes | no | yes | no | no | yes |",
        "Needed passages stand at ranks 1, 3 and 6",
        "Among 3,100 policy pages, four passages",
        "they stand at ranks 2, 4, 5 and 9",
        "at rank 2, at rank 1, nowhere, and at rank 4",
    ),
    "r3-measuring-search/20-fifty-questions.md": (
        "80 questions from real cases",
        "all 55 investigators",
        "20 routine questions, 16 of them found, and 20 cross-border questions, 10 of them found",
        "In real use 90 % of questions are routine",
        "That is 26 of 40",
    ),
    "r3-measuring-search/30-what-a-difference-means.md": (
        "31 of 50 questions: recall@5 = 0.62",
        "36 of 50: 0.72",
        "Gained 7, lost 2. Net change 7 - 2 = +5",
        "5 ± 2 x 3",
        "Take 31 and 40 of 50, with 10 gained and 1 lost",
        "on the same 60 questions",
        "finds 14 that the old one missed, and misses 2",
        "60 of 75 questions, so recall@5 is 0.80",
    ),
    "w3-thresholds-capacity/10-cost-of-two-mistakes.md": (
        "1,000,000 card payments a day",
        "missed x €400 + alerts x €6 + false alerts x €2",
        "misses 200 frauds a day",
        "3,000 alerts, of which 2,200 are false",
        "missed fraud costs €500, reading an alert €6 and a false alert €2 more",
        "catch 680 frauds a day, not 600. False alerts would rise from 1,200 to 4,400",
    ),
    "w3-thresholds-capacity/20-best-on-paper.md": (
        "20 analysts, each of whom reads 120 alerts a day",
        "would raise 3,500 alerts a day. An analyst reads 120 a day",
        "flags 3,000 payments a day, and 600 of them are fraud. The team reads 1,800",
    ),
    "w3-thresholds-capacity/30-drift-and-review-dates.md": (
        "2,249 alerts a day, 33 % of them real, 750 of 1,000 frauds caught",
        "payments rise to 1,200,000 a day",
        "Caught 660, missed 340. The false-flag rate is now 0.14 %",
        "In March it was €116,488",
        "Payments rise to 1,100,000 a day, 1,100 of them fraud",
    ),
    "e2-auditable-value/10-cost-per-correct-outcome.md": (
        "11.8 minutes a payment before, 7.9 after",
        "went from 11.6 to 10.9 minutes",
        "1 went to a wrong person (€900 on average) and 2 carried a wrong reference (€12)",
        "1 went to a wrong person and 3 carried a wrong reference",
        "in 20.0 minutes before and 14.0 after",
        "goes from 19.0 to 17.5",
        "handles 500 messages",
        "cost €1,150 in all. 460 of the messages end right",
    ),
    "e2-auditable-value/20-minutes-are-not-money.md": (
        "saves 3.2 minutes a payment",
        "half a minute on each of 12,000 messages a day. An adviser has 6.5 productive hours",
        "frees 15 adviser-days a day. Six of them end paid overtime",
        "An adviser-day is 6.5 hours at €36. The tool costs €500 a day",
    ),
    "e2-auditable-value/30-ranges-not-points.md": (
        "covers 660 of 1,100 stuck payments a day",
        "pilot of nine weeks shows a mean effect of 4.0 minutes",
        "between weeks is 1.5. For nine weeks the factor is 2.3",
        "costs €0.45 a message",
        "an adviser's time is worth €0.60",
    ),
}


@pytest.mark.parametrize("lesson", list(PRINTED))
def test_every_printed_equation_holds(lesson: str) -> None:
    printed = equations(MODULES / lesson)

    assert len(printed) >= PRINTED[lesson]
    assert [equation for equation in printed if not equation_holds(equation)] == []


@pytest.mark.parametrize("lesson", list(GIVEN))
def test_the_data_that_the_figures_rest_on_stand_in_the_lesson(lesson: str) -> None:
    says(MODULES / lesson, *GIVEN[lesson])


@pytest.mark.parametrize(
    ("equation", "holds"),
    [
        ("2 ÷ 4 = 0.50", True),
        ("2 ÷ 4 = 0.51", False),
        ("2,400 ÷ 4,846 = 49.5 %", True),
        ("579 x €400 ≈ €231.6 k", True),
        ("579 x €400 ≈ €232.6 k", False),
        ("2 x √(0.66 x 0.34 ÷ 1,000) = 0.03", True),
        ("1 + 1 = 2 = 3 - 2", False),
    ],
)
def test_an_equation_is_judged_by_its_last_printed_figure(equation: str, holds: bool) -> None:
    assert equation_holds(equation) is holds


def test_prose_with_figures_is_not_read_as_an_equation(tmp_path: Path) -> None:
    lesson = tmp_path / "lesson.md"
    lesson.write_text("At recall@5 = 0.62, **1 + 1 = 2** and k = 5.", encoding="utf-8")

    assert equations(lesson) == ["1 + 1 = 2"]
