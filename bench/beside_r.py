"""Our estimates beside R's on the same data: `python -m bench.beside_r [CHECK ...]`.

Prints our figure, R's and how far they lie apart beside how far they may, and ends with status 1
where one lies further or could not be had. Needs `Rscript` and R's packages lme4, clubSandwich,
psych, metafor, eRm, OpenMx and rpf (Debian: r-cran-lme4 and so on); none of them is a dependency
of the portal. Checks: growth, comparison, items, irt.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from assessments.analysis_set import AnalysisSet, build_analysis_set, occasion_order
from assessments.arms import STRUCTURED
from assessments.baseline import hedges_g
from assessments.calibration import Calibration, calibrate
from assessments.estimates import estimate_ancova, estimate_gain
from assessments.fairness import dif_table
from assessments.growth_model import LineVariances, fit_growth_model
from assessments.irt import estimate_skills
from assessments.item_responses import responses_from_matrix
from assessments.item_statistics import form_statistics, item_rest_correlations
from assessments.parameters import Parameters
from assessments.simulate import ProgramPlan, simulate_program
from bench.items import drawn, names
from bench.r import LeftOutError, answers_table, ask_r
from tests.unit.lsat6 import lsat6_matrix, lsat7_matrix

DATA = Path(__file__).parent.parent / "tests" / "unit" / "data"
# How far a figure may lie from R's, as docs/figures.md states it: relative, or absolute.
CLOSE = 1e-6
LIKELIHOOD, ITEM, PERSON, FREEDOM = 0.01, 0.01, 0.005, 1e-3
EFFECT_IN_SE, ERROR, VARIANCE = 0.005, 0.005, 0.02


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of ours, and how far R's may lie from it: `within`, in its own unit."""

    name: str
    ours: float
    within: float


@dataclass(frozen=True, slots=True)
class Case:
    """One data set, the function of `r_figures.R` that is asked, and our figures of it."""

    title: str
    kind: str
    tables: Mapping[str, pd.DataFrame]
    figures: tuple[Figure, ...]


def main(wanted: list[str]) -> int:
    checks = {check.__name__: check for check in (growth, comparison, items, irt)}
    unknown = [name for name in wanted if name not in checks]
    if unknown:
        raise SystemExit(f"There is no check {unknown[0]!r}; expected {', '.join(checks)}.")
    faults = [fault for name in wanted or checks for case in checks[name]() for fault in show(case)]
    print("\n" + ("\n".join(faults) or "Every figure lies as near to R's as it must."))
    return 1 if faults else 0


def show(case: Case) -> Iterator[str]:
    """Print a case and return what is wrong with it."""
    print(f"\n{case.title}")
    try:
        answer = ask_r(case.kind, tables=case.tables)
    except LeftOutError as error:
        yield f"{case.title}: left out, {error}."
        return
    print(f"  {'; '.join(answer.versions)}")
    print(f"  {'':22} {'ours':>18} {'R':>18} {'apart':>10} {'relative':>10} {'at most':>10}")
    for figure in case.figures:
        theirs = answer.figures[figure.name]
        apart = abs(figure.ours - theirs)
        near = apart <= figure.within
        relative = apart / abs(theirs) if theirs else float("nan")
        print(
            f"  {figure.name:22} {figure.ours:18.10g} {theirs:18.10g} {apart:10.1e} "
            f"{relative:10.1e} {figure.within:10.1e}{'' if near else '  TOO FAR'}"
        )
        if not near:
            yield f"{case.title}: {figure.name} is {figure.ours:.10g} here and {theirs:.10g} in R."


def relative(name: str, ours: float, share: float) -> Figure:
    return Figure(name, ours, abs(ours) * share)


# --- growth ---------------------------------------------------------------------------------------


def growth() -> Iterator[Case]:
    sleep = pd.read_csv(DATA / "sleepstudy.csv", comment="#")
    sleep = sleep.rename(columns={"learner_id": "learner", "time_months": "time"})
    sleep = sleep.assign(team=sleep["learner"], arm="self_directed")
    plans = {
        "sleepstudy": sleep,
        "the unequal teams of the tests": unequal_teams(),
        "30 teams of 20": program(1, effect=0.3),
        "chosen, a fifth leaves": program(
            2, assignment="pretest", selection=0.25, dropout="at_random", dropout_rate=0.1
        ),
        "14 unequal teams, slopes far apart": unequal(
            program(3, teams=14, effect=0.3, team_slope_sd=0.3, person_slope_sd=0.4)
        ),
        "20 teams that are alike": program(
            10, teams=20, team_variance=0.0, team_slope_sd=0.0, person_slope_sd=0.3
        ),
    }
    for title, rows in plans.items():
        table = rows.dropna(subset=["score"])[["learner", "team", "arm", "time", "score"]]
        for kind in ("growth", "growth_to_the_end"):
            yield Case(f"{kind}: {title}", kind, {"scores": table}, growth_figures(table))


def growth_figures(table: pd.DataFrame) -> tuple[Figure, ...]:
    model = fit_growth_model(table)
    figures = [
        Figure("slope", model.slope, EFFECT_IN_SE * model.se),
        relative("se", model.se, ERROR),
        Figure("log_likelihood", model.log_likelihood, LIKELIHOOD),
        relative("residual", model.residual, VARIANCE),
    ]
    if model.time_by_arm is not None and model.se_time_by_arm is not None:
        figures += [
            Figure("time_by_arm", model.time_by_arm, EFFECT_IN_SE * model.se_time_by_arm),
            relative("se_time_by_arm", model.se_time_by_arm, ERROR),
        ]
    for level, found in (("learner", model.learner), ("team", model.team)):
        if found is not None:
            figures += line_figures(level, found, residual=model.residual)
    figures += [
        Figure(f"slope of {team.team}", team.slope, EFFECT_IN_SE * model.se)
        for team in model.team_slopes
    ]
    return tuple(figures)


def line_figures(level: str, found: LineVariances, *, residual: float) -> list[Figure]:
    """Variances within 2 %; where one is nothing, within a ten-thousandth of the residual's."""
    low = residual / 10_000
    return [
        Figure(f"{level}.intercept", found.intercept, max(VARIANCE * found.intercept, low)),
        Figure(f"{level}.slope", found.slope, max(VARIANCE * found.slope, low)),
        # A covariance may be nothing: what it may be off by goes by the two variances.
        Figure(
            f"{level}.covariance",
            found.covariance,
            max(VARIANCE * (found.intercept * found.slope) ** 0.5, low),
        ),
    ]


def unequal_teams() -> pd.DataFrame:
    rows = pd.read_csv(DATA / "unequal_teams.csv", comment="#")
    return rows.assign(skill="s", cohort="c", se=0.5)


def program(seed: int, **plan) -> pd.DataFrame:
    rows = simulate_program(ProgramPlan(**plan), rng=np.random.default_rng(seed))
    return rows.assign(skill="s", cohort="c")


def unequal(rows: pd.DataFrame) -> pd.DataFrame:
    """The same program with teams of 2, 3, 4 and so on learners, up to what each has."""
    place = rows.groupby("team")["learner"].transform(lambda ids: pd.factorize(ids)[0])
    number = pd.factorize(rows["team"])[0]
    return rows[place < 2 + number]


# --- comparison -----------------------------------------------------------------------------------


def comparison() -> Iterator[Case]:
    even, few = program(4, effect=0.3), unequal(program(5, teams=14, effect=0.3))
    chosen = program(6, assignment="pretest", selection=0.25, dropout="at_random", dropout_rate=0.1)
    for rows in (even, few, chosen):
        place = pd.factorize(rows["team"])[0] % 3
        rows["region"] = np.array(["north", "south", "west"])[place]
        rows["unit"] = rows["team"]
        rows["years"] = np.round(3 + 2 * rows["motive"].abs(), 1)
    plain = {
        "the unequal teams of the tests": analysis_of(unequal_teams()),
        "the same with a covariate and strata": analysis_of(
            unequal_teams(), covariates=("years",), strata="region"
        ),
        "30 teams of 20": analysis_of(even),
        "14 unequal teams": analysis_of(few),
        "14 unequal teams, covariates, strata": analysis_of(
            few, covariates=("motive", "years"), strata="region"
        ),
        "chosen, a fifth left": analysis_of(chosen, covariates=("motive",)),
        "strata that are the teams": analysis_of(chosen, strata="unit"),
        "without a pretest": analysis_of(few[few["time"] == 3]),
    }
    for title, analysis in plain.items():
        found = estimate_ancova(analysis, teams=True, seed=0)
        yield comparison_case(f"ancova: {title}", learners_of(analysis), found)
    few_set = plain["14 unequal teams"]
    gain = learners_of(few_set).drop(columns="baseline")
    gain["outcome"] = few_set.learners["post"] - few_set.learners["baseline"]
    found = estimate_gain(few_set, teams=True, seed=0)
    yield comparison_case("gain: 14 unequal teams", gain, found)
    alone = learners_of(few_set).drop(columns="team")
    found = estimate_ancova(few_set, teams=False, seed=0)
    yield comparison_case("ancova: without teams (HC1, HC2)", alone, found)
    yield from bootstrap()
    yield from baseline(plain["30 teams of 20"])


def comparison_case(title: str, learners: pd.DataFrame, found) -> Case:
    figures = (
        relative("estimate", found.estimate, CLOSE),
        relative("se_cr1", found.se_cr1, CLOSE),
        relative("se_cr2", found.se_cr2, CLOSE),
        Figure("df", found.df, FREEDOM),
    )
    return Case(title, "comparison", {"learners": learners}, figures)


def bootstrap() -> Iterator[Case]:
    rows = unequal_teams()
    analysis = analysis_of(rows[rows["team"].isin(rows["team"].unique()[4:])])
    found = estimate_ancova(analysis, teams=True, seed=0)
    # Not a single one of the 256 combinations may be counted otherwise.
    figures = (Figure("p_wild", found.p_wild or 0.0, 1e-9),)
    tables = {"learners": learners_of(analysis)}
    yield Case(
        "wild bootstrap: 8 of the unequal teams of the tests", "wild_bootstrap", tables, figures
    )


def baseline(analysis: AnalysisSet) -> Iterator[Case]:
    learners = learners_of(analysis).assign(outcome=analysis.learners["baseline"])
    arms = (learners["outcome"][learners["arm"] == arm].to_numpy() for arm in (1, 0))
    g, se = hedges_g(*arms)
    figures = (relative("g", g, CLOSE), relative("se", se, CLOSE))
    yield Case("Hedges' g: 30 teams of 20", "baseline", {"learners": learners}, figures)


def analysis_of(rows: pd.DataFrame, **choice) -> AnalysisSet:
    order = occasion_order(rows)
    return build_analysis_set(rows, skill="s", order=order, target=order[-1], **choice)


def learners_of(analysis: AnalysisSet) -> pd.DataFrame:
    """What R is given: outcome, arm, baseline, covariates, stratum and team of each learner."""
    learners = analysis.learners
    table = pd.DataFrame(
        {
            "outcome": learners["post"],
            "arm": (learners["arm"] == STRUCTURED).astype(int),
            "team": learners["team"],
        }
    )
    if not analysis.post_only:
        table["baseline"] = learners["baseline"]
    for name in analysis.covariates:
        table[name] = learners[name]
    if analysis.strata is not None:
        table["stratum"] = learners[analysis.strata]
    return table


# --- items ----------------------------------------------------------------------------------------


def items() -> Iterator[Case]:
    rng = np.random.default_rng(8)
    a, b = rng.uniform(0.6, 1.6, 12), np.linspace(-2, 2, 12)
    main, other = (drawn(rng, n, a, b + shift) for n, shift in ((700, 0), (500, np.eye(12)[4])))
    data = {
        "LSAT6": (lsat6_matrix(), np.where(np.arange(1000) % 5 < 2, "x", "y")),
        "12 items, one harder for some": (
            np.vstack([main, other]),
            np.repeat(["main", "other"], [700, 500]),
        ),
    }
    for title, (matrix, group) in data.items():
        tables = {"answers": answers_table(matrix), "groups": pd.DataFrame({"group": group})}
        yield Case(f"items: {title}", "items", tables, item_figures(matrix, group))


def item_figures(matrix: np.ndarray, group: np.ndarray) -> tuple[Figure, ...]:
    responses = responses_from_matrix(matrix, items=names(matrix.shape[1]))
    table = dif_table(responses, groups=list(group))
    figures = [relative("kr20", form_statistics(responses).kr20 or 0.0, CLOSE)]
    columns = {"item_rest": item_rest_correlations(responses)}
    columns |= {name: table[name].to_numpy() for name in ("alpha", "d", "se_d")}
    figures += [
        relative(f"{name}.{at}", float(value), CLOSE)
        for name, values in columns.items()
        for at, value in enumerate(values, start=1)
    ]
    return tuple(figures)


# --- item response theory -------------------------------------------------------------------------


def irt() -> Iterator[Case]:
    rng = np.random.default_rng(9)
    a, b = rng.uniform(0.7, 1.7, 12), rng.uniform(-1.5, 1.5, 12)
    drawn_answers = drawn(rng, 600, a, b)
    gaps = np.where(rng.random(drawn_answers.shape) < 1 / 3, np.nan, drawn_answers)
    data = {
        "LSAT6": lsat6_matrix(),
        "LSAT7": lsat7_matrix(),
        "600 learners, 12 items": drawn_answers,
        "the same, a third not asked": gaps,
    }
    for title, matrix in data.items():
        tables = {"answers": answers_table(matrix)}
        responses = responses_from_matrix(matrix, items=names(matrix.shape[1]))
        two_pl = calibrate(responses, model="2pl")
        figures = parameter_figures(two_pl)
        yield Case(f"2PL, OpenMx: {title}", "two_pl_openmx_to_the_end", tables, figures)
        yield persons_case(title, matrix, two_pl)
        rasch = calibrate(responses, model="rasch")
        common, *figures = parameter_figures(rasch)
        figures = (Figure("a", common.ours, ITEM), *figures[len(rasch.items) - 1 :])
        yield Case(f"Rasch, lme4: {title}", "rasch", tables, figures)
        # Where answers are missing, the two estimators part by more than chance: these items differ
        # in discrimination, and each weighs that in its own way.
        if matrix is not gaps:
            figures = conditional_figures(rasch)
            yield Case(f"Rasch, eRm: {title}", "rasch_conditional", tables, figures)


def parameter_figures(found: Calibration) -> tuple[Figure, ...]:
    a = [Figure(f"a.{at}", item.a, ITEM) for at, item in enumerate(found.items, start=1)]
    b = [Figure(f"b.{at}", item.b, ITEM) for at, item in enumerate(found.items, start=1)]
    return (*a, *b, Figure("log_likelihood", found.log_likelihood or 0.0, LIKELIHOOD))


def conditional_figures(rasch: Calibration) -> tuple[Figure, ...]:
    """Difficulties with mean zero and unit discrimination: another estimator of the same thing.

    The conditional likelihood does not use how skill is spread, so the two differ by chance; a
    quarter of a standard error tells a slip from that.
    """
    scaled = np.array([item.a * item.b for item in rasch.items])
    errors = [item.a * (item.se_b or 0.0) for item in rasch.items]
    pairs = zip(scaled - scaled.mean(), errors, strict=True)
    return tuple(
        Figure(f"b.{at}", float(value), error / 4)
        for at, (value, error) in enumerate(pairs, start=1)
    )


def persons_case(title: str, matrix: np.ndarray, found: Calibration) -> Case:
    matrix = np.unique(matrix, axis=0, equal_nan=False)[:32]
    responses = responses_from_matrix(matrix, items=names(matrix.shape[1]))
    parameters = Parameters({item.item_id: item for item in found.items}, "2pl", "")
    skills = estimate_skills(responses, parameters=parameters)
    figures = tuple(
        Figure(f"{name}.{at}", float(value), PERSON)
        for name in ("eap", "sd")
        for at, value in enumerate(skills[name], start=1)
    )
    given = pd.DataFrame([{"a": item.a, "b": item.b} for item in found.items])
    tables = {"answers": answers_table(matrix), "items": given}
    return Case(f"EAP, rpf: {title}", "eap", tables, figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
