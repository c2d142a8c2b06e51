"""How the estimators and verdicts fare on programs whose true effect is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from assessments.arms import Design
from assessments.compare import Comparison, compare_arms
from assessments.estimates import Estimate
from assessments.simulate import ProgramPlan, simulate_program

REPETITIONS = 400
_PERIODS = 3  # the default plan's target lies three periods after the start


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A kind of program, the design its analyst would claim, and what it is there to show."""

    name: str
    design: Design
    plan: ProgramPlan
    shows: str


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="lottery_no_effect",
        design="randomised",
        plan=ProgramPlan(),
        shows="a lottery without effect: false alarms",
    ),
    Scenario(
        name="lottery_effect",
        design="randomised",
        plan=ProgramPlan(effect=0.3),
        shows="a lottery with an effect: bias and coverage",
    ),
    Scenario(
        name="lottery_few_teams",
        design="randomised",
        plan=ProgramPlan(teams=12),
        shows="twelve teams without effect: false alarms with the bootstrap",
    ),
    Scenario(
        name="lottery_dropout",
        design="randomised",
        plan=ProgramPlan(effect=0.3, dropout="at_random", dropout_rate=0.05),
        shows="people leave by their last score and arm",
    ),
    Scenario(
        name="lottery_dropout_hidden",
        design="randomised",
        plan=ProgramPlan(effect=0.3, dropout="not_at_random", dropout_rate=0.05),
        shows="people leave by the score nobody saw",
    ),
    Scenario(
        name="modest_pretest",
        design="self_selected",
        plan=ProgramPlan(assignment="pretest", selection=0.2, effect=0.3),
        shows="people choose by their pretest: coverage of the envelope",
    ),
    Scenario(
        name="modest_skill",
        design="self_selected",
        plan=ProgramPlan(assignment="theta0", selection=0.2, effect=0.3),
        shows="people choose by their true skill: coverage of the envelope",
    ),
    Scenario(
        name="modest_motive",
        design="self_selected",
        plan=ProgramPlan(
            assignment="motive",
            selection=0.25,
            effect=0.3,
            growth_by_skill=0.02,
            growth_by_motive=0.02,
        ),
        shows="people choose by a motive that also speeds growth: what stays hidden",
    ),
    Scenario(
        name="strong_pretest",
        design="self_selected",
        plan=ProgramPlan(assignment="pretest", selection=0.8),
        shows="strong choice by the pretest: must be refused",
    ),
    Scenario(
        name="strong_skill",
        design="self_selected",
        plan=ProgramPlan(assignment="theta0", selection=0.8),
        shows="strong choice by true skill: must be refused",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorReport:
    """One estimator over the repetitions that showed a figure.

    `bias` and `bias_se` (its simulation error) are in SD of skill at the start; `coverage` is the
    share of 95 % intervals that hold the truth, `found` the share that exclude zero or, for the
    ANCOVA, report p of .05 or less: false alarms where there is no effect. The envelope has no
    estimate of its own.
    """

    shown: int
    bias: float | None
    bias_se: float | None
    coverage: float
    found: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioReport:
    """What happened in one scenario: shares of verdicts and results, and each estimator.

    `refused` is the share for which no difference is shown. Where places were drawn (`fair`) this
    is the share wrongly refused, for these programs are all large enough.
    """

    name: str
    shows: str
    repetitions: int
    effect: float
    fair: bool
    refused: float
    not_comparable: float
    verdicts: Mapping[str, float]
    results: Mapping[str, float]
    estimators: Mapping[str, EstimatorReport] = field(default_factory=lambda: MappingProxyType({}))


def report_scenario(scenario: Scenario, *, repetitions: int, seed: int) -> ScenarioReport:
    """Simulate a scenario again and again and compare every time as the portal would.

    The same seed gives the same programs; repetitions are independent of each other.
    """
    streams = np.random.SeedSequence([seed, *scenario.name.encode()]).spawn(repetitions)
    comparisons: list[Comparison] = []
    for stream in streams:
        program = simulate_program(scenario.plan, rng=np.random.default_rng(stream))
        rows = program.assign(skill="simulated", cohort="simulated")
        comparisons += compare_arms(rows, design=scenario.design, seed=seed)
    return _summarise(scenario, comparisons)


def report_to_json(report: ScenarioReport) -> dict[str, object]:
    """The report as JSON values."""
    named = ("name", "shows", "repetitions", "effect", "fair", "refused", "not_comparable")
    return {name: getattr(report, name) for name in named} | {
        "verdicts": dict(report.verdicts),
        "results": dict(report.results),
        "estimators": {name: asdict(one) for name, one in report.estimators.items()},
    }


def report_to_text(report: ScenarioReport) -> str:
    """The report as lines for a terminal."""
    lines = [
        f"{report.name}: {report.shows}",
        f"  {report.repetitions} programs, true effect {report.effect:+.2f} SD; "
        f"{'wrongly refused' if report.fair else 'refused'} {report.refused:.1%}, "
        f"{report.not_comparable:.1%} as not comparable",
    ]
    for name, one in report.estimators.items():
        lines.append(
            f"  {name:<11}{_bias_text(one)}coverage {one.coverage:.3f}, "
            f"found {one.found:.3f} (in {one.shown})"
        )
    return "\n".join(lines)


def _bias_text(report: EstimatorReport) -> str:
    """The bias and, where more than one program showed it, its simulation error."""
    if report.bias is None:
        return ""
    spread = "" if report.bias_se is None else f" (SE {report.bias_se:.4f})"
    return f"bias {report.bias:+.4f}{spread}, "


def _summarise(scenario: Scenario, comparisons: Sequence[Comparison]) -> ScenarioReport:
    """Shares and estimator reports over all repetitions."""
    verdicts = pd.Series([one.comparability for one in comparisons])
    results = pd.Series([one.result for one in comparisons if one.result is not None], dtype=object)
    return ScenarioReport(
        name=scenario.name,
        shows=scenario.shows,
        repetitions=len(comparisons),
        effect=scenario.plan.effect,
        fair=scenario.design == "randomised",
        refused=float(np.mean([one.withheld for one in comparisons])),
        not_comparable=float((verdicts == "not_comparable").mean()),
        verdicts=_shares(verdicts),
        results=_shares(results),
        estimators=_estimators(comparisons, truth=scenario.plan.effect),
    )


def _shares(values: pd.Series) -> dict[str, float]:
    """Share of each value."""
    return {str(name): float(share) for name, share in values.value_counts(normalize=True).items()}


def _estimators(comparisons: Sequence[Comparison], *, truth: float) -> dict[str, EstimatorReport]:
    """A report on each estimator that showed a figure."""
    shown = [one for one in comparisons if not one.withheld]
    # An estimate, its interval and whether it counts as found, per repetition.
    tables = {
        "ancova": [_row(one.primary) for one in shown],
        "gain": [_row(one.gain) for one in shown],
        "true_score": [_row(one.true_score) for one in shown],
        "growth": [_growth_row(one) for one in shown],
        "envelope": [_envelope_row(one) for one in shown],
    }
    reports = {
        name: _report([row for row in rows if row is not None], truth=truth)
        for name, rows in tables.items()
    }
    return {name: report for name, report in reports.items() if report is not None}


_Row = tuple[float | None, float, float, bool]


def _row(estimate: Estimate | None) -> _Row | None:
    if estimate is None:
        return None
    return (estimate.estimate, *estimate.interval, estimate.p <= 0.05)


def _growth_row(comparison: Comparison) -> _Row | None:
    growth = comparison.growth
    interval = growth.time_by_arm_interval() if growth is not None else None
    if growth is None or growth.time_by_arm is None or interval is None:
        return None
    low, high = (_PERIODS * end for end in interval)
    return _PERIODS * growth.time_by_arm, low, high, not low <= 0 <= high


def _envelope_row(comparison: Comparison) -> _Row | None:
    if comparison.envelope is None:
        return None
    low, high = comparison.envelope
    return None, low, high, not low <= 0 <= high


def _report(rows: Iterable[_Row], *, truth: float) -> EstimatorReport | None:
    """Bias, coverage and share found over the repetitions that showed the estimator."""
    kept = list(rows)
    if not kept:
        return None
    estimates = np.array([row[0] for row in kept if row[0] is not None], dtype=float)
    some = len(estimates) > 1
    return EstimatorReport(
        shown=len(kept),
        bias=float(estimates.mean()) - truth if len(estimates) else None,
        bias_se=float(estimates.std(ddof=1) / np.sqrt(len(estimates))) if some else None,
        coverage=float(np.mean([row[1] <= truth <= row[2] for row in kept])),
        found=float(np.mean([row[3] for row in kept])),
    )
