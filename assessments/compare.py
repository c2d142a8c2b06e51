"""Structured against self-directed learning: estimates, and what may be claimed from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from assessments.analysis_set import (
    AnalysisSet,
    ComparisonInputError,
    build_analysis_set,
    check_rows,
    occasion_order,
    order_of_the_file,
)
from assessments.arms import ArmCounts, Design
from assessments.attrition import Attrition, measure_attrition
from assessments.baseline import BaselineDifference, baseline_differences
from assessments.bootstrap import FEW_TEAMS
from assessments.estimates import (
    Estimate,
    Interval,
    estimate_ancova,
    estimate_gain,
    estimate_true_score,
    reliability_of,
    scores_vary,
    union_of,
)
from assessments.growth_model import GrowthModel, fit_growth_model_or_reason
from assessments.regression import AliasedTermError
from assessments.sentences import Finding, describe_finding, describe_withheld
from assessments.verdicts import (
    WITHHELD,
    Comparability,
    Evidence,
    Result,
    benjamini_hochberg,
    data_needs,
    judge_comparability,
    judge_result,
    judge_unsettled,
)
from curriculum.phrases import Number, Phrase

FALSE_DISCOVERY_RATE = 0.05
# Told how far the work is, 0 to 1, with a word.
Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One skill at one occasion. Where the verdict withholds, no figure about the effect exists.

    `interval_sd` (and `interval_90_sd`) is what the result rests on: CR2 if randomised, the
    envelope if people chose. `p_adjusted` is the Benjamini-Hochberg p value over the skills that
    are compared together.
    """

    skill: str
    occasion: str
    design: Design
    learners: ArmCounts
    teams: ArmCounts | None
    attrition: Attrition
    reliability: float | None
    baseline: tuple[BaselineDifference, ...]
    primary: Estimate | None
    gain: Estimate | None
    true_score: Estimate | None
    growth: GrowthModel | None
    envelope: Interval | None
    interval_sd: Interval | None
    interval_90_sd: Interval | None
    p_adjusted: float | None
    comparability: Comparability
    result: Result | None
    sentence: str
    warnings: tuple[str, ...]

    @property
    def withheld(self) -> bool:
        """Whether differences, their order and better/worse colours must not be shown."""
        return self.comparability in WITHHELD


@dataclass(frozen=True, slots=True, kw_only=True)
class _Estimates:
    """What was estimated for an allowed comparison."""

    primary: Estimate
    gain: Estimate | None
    true_score: Estimate | None
    growth: GrowthModel | None
    warnings: tuple[str, ...]

    def envelope(self, *, level_90: bool) -> Interval:
        """Union of the ANCOVA, gain and true-score intervals, in score points."""
        found = [one for one in (self.primary, self.gain, self.true_score) if one is not None]
        return union_of([one.interval_90 if level_90 else one.interval for one in found])


def compare_arms(
    rows: pd.DataFrame,
    *,
    design: Design,
    covariates: Sequence[str] = (),
    strata: str | None = None,
    target: str | None = None,
    teams: bool = True,
    enrolled: pd.DataFrame | None = None,
    seed: int = 0,
    tell: Tell = lambda _share, _word: None,
) -> tuple[Comparison, ...]:
    """Compare the arms on every skill, at the last occasion or at `target`.

    Parameters
    ----------
    rows
        One row per learner, skill and occasion: `learner`, `team` (at the start), `cohort`, `arm`
        (`structured` or `self_directed`, frozen at the start), `skill`, `occasion`, `time` (months
        since the start, may be missing), `score` (missing: enrolled but not measured), `se`
        (standard error of the score, may be missing) and the columns named in `covariates` and
        `strata`. A learner's baseline is its first score.
    design
        `randomised` only after a recorded lottery; everything else is `self_selected`.
    covariates
        Columns known before the arm was; their baseline difference counts and they enter the model.
    strata
        Column of the strata within which places were drawn.
    teams
        False when learners are independent: HC2 errors and no minimum of teams.
    enrolled
        Everyone who started, one row per learner: `learner`, `arm`; may have `skill`.
    seed
        For the bootstrap draws with 13 to 19 teams.
    tell
        Called with the share done and a word; what it raises stops the work.

    Raises
    ------
    ComparisonInputError
        If a learner is in two arms, has two rows for an occasion, or the target does not occur.

    Notes
    -----
    Analysis and verdicts: ANCOVA with CR2 errors (Pustejovsky and Tipton 2018), baseline
    equivalence and attrition (What Works Clearinghouse, Standards Handbook version 4.0),
    robustness value (Cinelli and Hazlett 2020). Checked against simulated truth and outside
    implementations in tests/unit/test_compare*.py.
    """
    check_rows(rows)
    order = occasion_order(rows)
    if target is not None:
        _require_occasion(target, order=order)
    sets = (
        build_analysis_set(
            rows,
            skill=skill,
            order=order,
            target=target or order[-1],
            covariates=covariates,
            strata=strata,
            enrolled=_enrolled_for(enrolled, skill=skill),
        )
        for skill in dict.fromkeys(rows["skill"])
    )
    guessed = order_of_the_file(rows)
    parts = rows["skill"].nunique(dropna=False)
    compared = tuple(
        _compare(
            one if guessed is None else _with_guessed_order(one, order=guessed),
            design=design,
            teams=teams,
            seed=seed,
            tell=_part_of(tell, place=place, parts=parts),
        )
        for place, one in enumerate(sets)
    )
    return _allow_for_many_skills(compared)


def _with_guessed_order(analysis: AnalysisSet, *, order: Sequence[str]) -> AnalysisSet:
    """Say that only the place in the file tells which occasion came first."""
    warning = Phrase(
        "neither times nor names say which occasion came first; they are taken in the order of the "
        "file: {occasions}",
        occasions=", ".join(order),
    )
    return replace(analysis, warnings=(warning, *analysis.warnings))


def _require_occasion(target: str, *, order: Sequence[str]) -> None:
    """Refuse a target that never occurs."""
    if target not in order:
        raise ComparisonInputError(
            Phrase(
                "target {target} is none of the occasions {occasions}",
                target=target,
                occasions=", ".join(order),
            )
        )


def _enrolled_for(enrolled: pd.DataFrame | None, *, skill: str) -> pd.DataFrame | None:
    """Those who started with this skill; all of them where the list does not say."""
    if enrolled is None or "skill" not in enrolled.columns:
        return enrolled
    return enrolled[enrolled["skill"].isna() | (enrolled["skill"] == skill)]


def _part_of(tell: Tell, *, place: int, parts: int) -> Tell:
    return lambda share, word: tell((place + share) / parts, word)


def _compare(
    analysis: AnalysisSet, *, design: Design, teams: bool, seed: int, tell: Tell
) -> Comparison:
    """Judge one analysis set, and estimate only where the verdict allows it."""
    evidence = _collect_evidence(analysis, design=design, teams=teams)
    verdict = judge_comparability(evidence)
    estimates: _Estimates | None = None
    needs = data_needs(evidence)
    if verdict not in WITHHELD:
        try:
            estimates = _estimate_all(analysis, teams=teams, seed=seed, tell=tell)
        except AliasedTermError as error:
            verdict = "insufficient_data"
            needs = (Phrase("arms that the model can tell apart: {why}", why=error.said),)
    comparison = Comparison(
        skill=analysis.skill,
        occasion=analysis.occasion,
        design=design,
        learners=evidence.learners,
        teams=evidence.teams,
        attrition=evidence.attrition,
        reliability=evidence.reliability,
        baseline=tuple(evidence.baseline),
        primary=None,
        gain=None,
        true_score=None,
        growth=None,
        envelope=None,
        interval_sd=None,
        interval_90_sd=None,
        p_adjusted=None,
        comparability=verdict,
        result=None,
        sentence=describe_withheld(verdict, needs=needs),
        warnings=(*analysis.warnings, *_cautions(evidence)),
    )
    return comparison if estimates is None else _with_result(comparison, estimates=estimates)


def _collect_evidence(analysis: AnalysisSet, *, design: Design, teams: bool) -> Evidence:
    """Counts, attrition, reliability and baseline differences of an analysis set."""
    counts = analysis.counts
    columns = analysis.covariates if analysis.post_only else ("baseline", *analysis.covariates)
    return Evidence(
        design=design,
        learners=counts,
        teams=analysis.teams if teams else None,
        reliability=reliability_of(analysis),
        attrition=measure_attrition(enrolled=analysis.enrolled, analysed=counts),
        baseline=baseline_differences(analysis.learners, covariates=columns),
        baseline_share=analysis.baseline_share,
        post_only=analysis.post_only,
        readable=scores_vary(analysis),
    )


def _estimate_all(analysis: AnalysisSet, *, teams: bool, seed: int, tell: Tell) -> _Estimates:
    """Primary and sensitivity estimates, and why one of them is missing."""
    tell(0.05, Phrase("correcting for error at the start"))
    true_score = estimate_true_score(analysis, teams=teams, seed=seed)
    growth = fit_growth_model_or_reason(
        analysis.observations,
        teams=teams,
        # Nobody knows how many steps it takes; each one halves no more than its share of the rest.
        tell=lambda step: tell(
            0.1 + 0.7 * (1 - 0.93**step), Phrase("growth model, step {n}", n=Number(step))
        ),
    )
    tell(0.85, Phrase("adjusting for the start"))
    warnings = []
    if true_score is None and not analysis.post_only:
        warnings.append(
            Phrase(
                "the envelope holds no true-score estimate: no usable standard errors at the "
                "baseline"
            )
        )
    if isinstance(growth, str):
        warnings.append(Phrase("no growth model: {why}", why=growth))
    return _Estimates(
        primary=estimate_ancova(analysis, teams=teams, seed=seed),
        gain=estimate_gain(analysis, teams=teams, seed=seed),
        true_score=true_score,
        growth=None if isinstance(growth, str) else growth,
        warnings=tuple(warnings),
    )


def _with_result(comparison: Comparison, *, estimates: _Estimates) -> Comparison:
    """Add the estimates, the result they allow and the sentence about it."""
    primary = estimates.primary
    envelope = estimates.envelope(level_90=False)
    chosen = comparison.design == "self_selected"
    interval = _in_sd(envelope if chosen else primary.interval, primary)
    inner = estimates.envelope(level_90=True) if chosen else primary.interval_90
    interval_90 = _in_sd(inner, primary)
    result = judge_result(interval, interval_90=interval_90)
    warnings = [*comparison.warnings, *estimates.warnings]
    if primary.p_wild is not None:
        warnings.append(
            Phrase(
                "few teams (less than {n}): the larger of the CR2 and the bootstrap p value is "
                "reported",
                n=Number(FEW_TEAMS),
            )
        )
    if (
        primary.p_wild is not None
        and primary.p_wild > FALSE_DISCOVERY_RATE
        and (result in ("structured_ahead", "self_directed_ahead"))
    ):
        warnings.append(
            Phrase(
                "the bootstrap for few teams does not confirm the difference (p = {p})",
                p=Number(primary.p_wild, digits=3),
            )
        )
    return _with_sentence(
        replace(
            comparison,
            primary=primary,
            gain=estimates.gain,
            true_score=estimates.true_score,
            growth=estimates.growth,
            envelope=envelope,
            interval_sd=interval,
            interval_90_sd=interval_90,
            p_adjusted=primary.p,
            result=result,
            warnings=tuple(warnings),
        )
    )


def _with_sentence(comparison: Comparison) -> Comparison:
    """Say an allowed comparison in words."""
    primary, interval, result = comparison.primary, comparison.interval_sd, comparison.result
    if primary is None or interval is None or result is None:
        return comparison
    finding = Finding(
        design=comparison.design,
        comparability=comparison.comparability,
        result=result,
        effect=primary.estimate,
        effect_sd=primary.in_sd(primary.estimate),
        interval_sd=interval,
        robustness=primary.robustness_value,
    )
    return replace(comparison, sentence=describe_finding(finding))


def _allow_for_many_skills(comparisons: tuple[Comparison, ...]) -> tuple[Comparison, ...]:
    """Take back a lead that does not survive Benjamini-Hochberg over the skills shown together."""
    shown = [one for one in comparisons if one.primary is not None]
    adjusted = dict(
        zip(
            (id(one) for one in shown),
            benjamini_hochberg([one.primary.p for one in shown if one.primary is not None]),
            strict=True,
        )
    )
    if len(shown) < 2:
        return comparisons
    return tuple(
        _with_adjusted_p(one, p=adjusted[id(one)], skills=len(shown))
        if id(one) in adjusted
        else one
        for one in comparisons
    )


def _with_adjusted_p(comparison: Comparison, *, p: float, skills: int) -> Comparison:
    """Keep the adjusted p value, and the lead only if it is small enough."""
    kept = replace(comparison, p_adjusted=p)
    ahead = comparison.result in ("structured_ahead", "self_directed_ahead")
    interval, inner = comparison.interval_sd, comparison.interval_90_sd
    if not ahead or p <= FALSE_DISCOVERY_RATE or interval is None or inner is None:
        return kept
    warning = Phrase(
        "among {n} skills compared together this difference may well be chance "
        "(Benjamini-Hochberg p = {p}); no arm is called ahead",
        n=Number(skills),
        p=Number(p, digits=3),
    )
    result = judge_unsettled(interval, interval_90=inner)
    return _with_sentence(replace(kept, result=result, warnings=(*kept.warnings, warning)))


def _in_sd(interval: Interval, estimate: Estimate) -> Interval:
    """An interval in score points as one in SD of the target score."""
    return estimate.in_sd(interval[0]), estimate.in_sd(interval[1])


def _cautions(evidence: Evidence) -> tuple[str, ...]:
    """What a reader should know whatever the figures say."""
    warnings = []
    attrition = evidence.attrition
    if attrition.overall is not None and not attrition.within:
        bound = (
            Phrase(
                "at most {points} points are tolerable",
                points=Number(attrition.boundary, digits=1),
            )
            if attrition.boundary is not None
            else Phrase("no difference is tolerable at this level")
        )
        warnings.append(
            Phrase(
                "high attrition: {share} % of those enrolled are not analysed, {points} points "
                "apart between the arms ({bound})",
                share=Number(attrition.overall, digits=1),
                points=Number(attrition.differential or 0.0, digits=1),
                bound=bound,
            )
        )
    if evidence.reliability is None:
        warnings.append(Phrase("reliability not checked: scores without standard errors or spread"))
    return tuple(warnings)
