"""How long comparisons and growth take for 100,000 learners, beside statsmodels and pyfixest.

Run `python bench/comparison.py`. Everything runs in one process on the same data; what would take
minutes elsewhere runs on fewer learners, and the number stands beside it.
"""

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assessments.compare import compare_arms
from assessments.growth_model import fit_growth_model
from assessments.regression import estimate_coefficient, fit_least_squares
from assessments.simulate import ProgramPlan, simulate_program

TEAMS, TEAM_SIZE = 5_000, 20
SMALL_TEAMS = 25  # 500 learners: what statsmodels' mixed model finishes in seconds
ANCOVA_TARGET, GROWTH_TARGET = 1.0, 20.0


def timed(run: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    found = run()
    return time.perf_counter() - start, found


def show(name: str, seconds: float, note: str = "") -> None:
    print(f"{name:<58}{seconds:>9.3f} s  {note}")


def ancova_and_gain(wide: pd.DataFrame) -> tuple[float, ...]:
    """Both estimates with CR2 errors and Satterthwaite degrees of freedom."""
    arm = (wide["arm"] == "structured").to_numpy(dtype=float)
    pre, post = wide["pre"].to_numpy(), wide["post"].to_numpy()
    team, ones = wide["team"].to_numpy(), np.ones(len(wide))
    ancova = fit_least_squares(
        np.column_stack([ones, arm, pre]), post, names=("one", "arm", "pre"), clusters=team
    )
    gain = fit_least_squares(
        np.column_stack([ones, arm]), post - pre, names=("one", "arm"), clusters=team
    )
    first, second = (estimate_coefficient(fit, name="arm") for fit in (ancova, gain))
    return first.estimate, first.se_cr2, first.se_cr1, second.estimate, second.se_cr2


def bench_regression(wide: pd.DataFrame) -> None:
    seconds, found = timed(lambda: ancova_and_gain(wide))
    met = "met" if seconds <= ANCOVA_TARGET else "MISSED"
    show(
        f"ANCOVA and gain, CR2, {len(wide):,} learners in {wide['team'].nunique():,} teams",
        seconds,
        f"target {ANCOVA_TARGET:g} s: {met}",
    )
    import statsmodels.api as sm

    arm = (wide["arm"] == "structured").to_numpy(dtype=float)
    x = np.column_stack([np.ones(len(wide)), arm, wide["pre"]])
    groups = pd.factorize(wide["team"])[0]
    seconds, fit = timed(
        lambda: sm.OLS(wide["post"].to_numpy(), x).fit(
            cov_type="cluster", cov_kwds={"groups": groups}
        )
    )
    show("  statsmodels, ANCOVA, CR1 (it has no CR2)", seconds, f"b {fit.params[1]:+.9f}")
    bench_pyfixest(wide.assign(arm=arm, team=groups), found)


def bench_pyfixest(frame: pd.DataFrame, found: tuple[float, ...]) -> None:
    try:
        import pyfixest
    except ImportError:
        print("  left out: pyfixest, no dependency of the portal; pip install pyfixest")
        return
    for label in ("first call, compiling", "second call"):
        seconds, fit = timed(
            lambda: pyfixest.feols("post ~ arm + pre", data=frame, vcov={"CRV1": "team"})
        )
        show(f"  pyfixest, ANCOVA, CR1 (it has no CR2), {label}", seconds)
    print(
        f"  estimate {found[0]:+.9f} here, {fit.coef()['arm']:+.9f} pyfixest; "
        f"CR1 {found[2]:.9f} here, {fit.se()['arm']:.9f} pyfixest"
    )


def bench_growth(rows: pd.DataFrame) -> None:
    seconds, model = timed(lambda: fit_growth_model(rows))
    met = "met" if seconds <= GROWTH_TARGET else "MISSED"
    show(
        f"growth, three levels, REML, {len(rows):,} scores",
        seconds,
        f"target {GROWTH_TARGET:g} s: {met}; slope {model.slope:.4f}",
    )
    jitter = np.random.default_rng(1).uniform(-0.2, 0.2, len(rows))
    own_dates = rows.assign(time=rows["time"] + jitter - jitter.min())
    seconds, _ = timed(lambda: fit_growth_model(own_dates))
    show("  the same, everybody measured on days of their own", seconds)
    import statsmodels.formula.api as smf

    small = rows[rows["team"].isin(rows["team"].unique()[:SMALL_TEAMS])]
    small = small.assign(structured=(small["arm"] == "structured").astype(float))
    seconds, _ = timed(lambda: fit_growth_model(small))
    show(f"growth, three levels, {small['learner'].nunique()} learners", seconds)
    seconds, _ = timed(lambda: fit_growth_model(small, teams=False))
    show(f"growth, two levels, {small['learner'].nunique()} learners", seconds)
    seconds, _ = timed(
        lambda: smf.mixedlm(
            "score ~ time * structured", small, groups=small["learner"], re_formula="~time"
        ).fit(reml=True)
    )
    show(f"  statsmodels, two levels, {small['learner'].nunique()} learners", seconds)


def main() -> None:
    warnings.simplefilter("ignore")
    plan = ProgramPlan(teams=TEAMS, team_size=TEAM_SIZE, effect=0.3)
    rows = simulate_program(plan, rng=np.random.default_rng(1))
    wide = rows[rows["time"] == 0][["learner", "team", "arm", "score"]]
    wide = wide.rename(columns={"score": "pre"}).reset_index(drop=True)
    wide["post"] = rows.loc[rows["time"] == 3, "score"].to_numpy()
    bench_regression(wide)
    bench_growth(rows)
    named = rows.assign(skill="simulated", cohort="simulated")
    seconds, _ = timed(lambda: compare_arms(named, design="randomised"))
    show(f"the whole comparison from {len(rows):,} rows, verdict included", seconds)


if __name__ == "__main__":
    main()
