"""Our 2PL beside girth, the Python package mirt, and R's ltm and OpenMx: `bench.irt outside`.

All work on the same data in one run. R is asked twice: as it stands with its defaults, and to the
end of its search, called anew from where it stopped until it no longer moves. None of them is a
dependency; what is not there is left out, and the bench says so. girth and mirt: `pip install
--target FOLDER girth mirt`, then `PYTHONPATH=FOLDER`. R: `Rscript`, its package OpenMx (Debian:
r-cran-openmx), and ltm in R's library or its sources in the folder that LTM_FOLDER names. Run it
with OPENBLAS_NUM_THREADS=1: a thread that waits for another is counted as one that works.
"""

import functools
import importlib
import os
import time
from collections.abc import Callable, Mapping

import numpy as np
from scipy.optimize import minimize

from assessments.calibration import calibrate
from assessments.item_responses import responses_from_matrix
from bench.items import columns, drawn, names
from bench.r import LeftOutError, answers_table, ask_r
from tests.unit.lsat6 import lsat6_matrix, lsat7_matrix

# What R printed, and with how many decimals. Rizopoulos (2006), Journal of Statistical Software
# 17(5): R's ltm on the LSAT6 data.
R_LSAT6 = {
    "a": (0.8254, 0.7229, 0.8905, 0.6886, 0.6575),
    "b": (-3.3597, -1.3696, -0.2799, -1.8659, -3.1236),
    "log_likelihood": -2466.653,
}
DIGITS_LSAT6 = {"a": 4, "b": 4, "log_likelihood": 3}
# R's mirt on the LSAT7 data, as its own documentation prints them: intercepts d, not b = -d/a.
R_LSAT7 = {
    "a": np.array((0.988, 1.081, 1.706, 0.765, 0.736)),
    "d": np.array((1.856, 0.808, 1.804, 0.486, 1.855)),
    "log_likelihood": -2658.805,
}
DIGITS_LSAT7 = {"a": 3, "d": 3, "log_likelihood": 3}

R_AS_IT_STANDS, R_TO_THE_END, MAXIMUM = "R ltm", "R ltm to the end", "exact maximum"
# The functions of r_figures.R, and how often each is timed.
R_PROGRAMS = {
    R_AS_IT_STANDS: ("two_pl_ltm", 3),
    R_TO_THE_END: ("two_pl_ltm_to_the_end", 1),
    "R OpenMx": ("two_pl_openmx", 3),
    "R OpenMx to the end": ("two_pl_openmx_to_the_end", 1),
}


def outside():
    print("\n2PL, the same data for all; processor time, the best of several.")
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        print("OPENBLAS_NUM_THREADS is not 1: times may hold threads that wait for each other.")
    for exam, matrix, printed, digits in (
        ("LSAT6", lsat6_matrix(), R_LSAT6, DIGITS_LSAT6),
        ("LSAT7", lsat7_matrix(), R_LSAT7, DIGITS_LSAT7),
    ):
        likelihood = Likelihood(matrix)
        found = {MAXIMUM: likelihood.maximum()} | fitted(matrix, times=10)
        show(f"{exam}, 1,000 people x 5", found, likelihood=likelihood)
        for name, figures in found.items():
            print(
                f"    printed by R for {exam}, alike in {name}: {alike(figures, printed, digits)}"
            )
    for n, j in ((1000, 24), (2000, 20)):
        rng = np.random.default_rng(5)
        a, b = rng.uniform(0.7, 1.7, j), rng.uniform(-1.5, 1.5, j)
        matrix = drawn(rng, n, a, b)
        found = fitted(matrix, times=3)
        show(f"simulated, {n:,} people x {j}", found, likelihood=Likelihood(matrix))
        for name, figures in found.items():
            off = [rms(figures[key], truth) for key, truth in (("a", a), ("b", b))]
            print(f"  RMSE to the truth, {name}: a {off[0]:.4f} b {off[1]:.4f}")


def show(title, found, *, likelihood):
    """Print each program's time and likelihood, and its distances from R and from the maximum."""
    print(f"\n{title}\n    {'':22}{'seconds':>16}{'likelihood lost':>16}")
    reached = {name: likelihood.at(figures["a"], figures["b"]) for name, figures in found.items()}
    for name, figures in found.items():
        lost = max(reached.values()) - reached[name]
        print(f"    {name:22}{figures.get('seconds', float('nan')):16.4f}{lost:16.1e}")
    # girth says nothing of its likelihood: then what its items reach.
    found = {name: {"log_likelihood": reached[name]} | figures for name, figures in found.items()}
    last = R_TO_THE_END if R_TO_THE_END in found else MAXIMUM
    for reference in (R_AS_IT_STANDS, last):
        if reference in found:
            show_distances(found, reference=reference)


def show_distances(found, *, reference):
    print(f"  from {reference}")
    head = ("a at most", "a RMS", "b at most", "b RMS", "log-likelihood")
    print(f"    {'':22}" + "".join(f"{word:>16}" for word in head))
    for name, figures in found.items():
        off = abs(figures["log_likelihood"] - found[reference]["log_likelihood"])
        print(f"    {name:22}{apart(figures, found[reference])}{off:16.1e}")


def fitted(matrix, *, times):
    """Return what every program that is here makes of the answers."""
    programs: dict[str, Callable[[np.ndarray], Mapping]] = {"ours": our_figures}
    for name, ask in (("girth", girth_figures), ("mirt", mirt_figures)):
        try:
            module = importlib.import_module(name)
        except ImportError:
            say_once(f"{name}: left out, it is not installed.")
            continue
        programs[name] = lambda matrix, ask=ask, module=module: ask(module, matrix)
    found = {name: best_of(fit, matrix, times=times) for name, fit in programs.items()}
    for name, (kind, runs) in R_PROGRAMS.items():
        try:
            found[name] = r_figures(kind, matrix, times=runs)
        except LeftOutError as error:
            say_once(f"{name}: left out, {error}.")
    return found


@functools.cache
def say_once(text):
    print(text)


def best_of(fit, matrix, *, times):
    taken = []
    for _ in range(times):
        # Processor time: other work on the machine lengthens the waiting, and not the work.
        start = time.process_time()
        found = fit(matrix)
        taken.append(time.process_time() - start)
    return found | {"seconds": min(taken)}


class Likelihood:
    """The marginal likelihood and its maximum, apart from the portal's own way to them.

    4,001 points on -10..10, BFGS, and Newton's method until the gradient is nothing but rounding.
    """

    NODES = np.linspace(-10, 10, 4001)

    def __init__(self, matrix):
        self._patterns, self._people = np.unique(matrix.astype(float), axis=0, return_counts=True)
        weights = np.exp(-(self.NODES**2) / 2)
        self._log_weights = np.log(weights / weights.sum())

    def maximum(self):
        """Return the items of the maximum and what it reaches."""
        n = self._patterns.shape[1]
        start = np.concatenate([np.ones(n), np.zeros(n)])
        at = minimize(self._lost, start, jac=True, method="BFGS", options={"gtol": 1e-8}).x
        for _ in range(3):
            ends = [1e-5 * unit for unit in np.eye(2 * n)]
            curve = np.array([self._lost(at + d)[1] - self._lost(at - d)[1] for d in ends]) / 2e-5
            at = at - np.linalg.solve((curve + curve.T) / 2, self._lost(at)[1])
        return {"a": at[:n], "b": -at[n:] / at[:n], "log_likelihood": -self._lost(at)[0]}

    def at(self, a, b):
        """Return the marginal log-likelihood of these items."""
        a, b = flat(a), flat(b)
        return -self._lost(np.concatenate([a, -a * b]))[0]

    def _lost(self, vector):
        a, c = np.split(vector, 2)
        logit = a[:, None] * self.NODES + c[:, None]
        curve = self._patterns @ logit - np.logaddexp(0, logit).sum(axis=0) + self._log_weights
        highest = curve.max(axis=1, keepdims=True)
        weight = np.exp(curve - highest)
        total = weight.sum(axis=1, keepdims=True)
        likelihood = float(self._people @ (np.log(total) + highest).ravel())
        there = weight / total * self._people[:, None]
        gap = self._patterns.T @ there - there.sum(axis=0) / (1 + np.exp(-logit))
        return -likelihood, -np.concatenate([gap @ self.NODES, gap.sum(axis=1)])


def alike(found, printed, digits):
    """How many of the printed figures come out the same at the decimals they were printed with."""
    found = found | {"d": -flat(found["a"]) * flat(found["b"])}
    same = [
        np.round(flat(found[key]), decimals) == np.round(flat(printed[key]), decimals)
        for key, decimals in digits.items()
        if key in found
    ]
    return f"{sum(map(np.sum, same))} of {sum(map(np.size, same))}"


def apart(found, reference):
    gaps = []
    for key in ("a", "b"):
        off = np.abs(flat(found[key]) - flat(reference[key]))
        gaps += [np.max(off), rms(off, 0.0)]
    return "".join(f"{gap:16.9f}" for gap in gaps)


def rms(values, truth):
    return float(np.sqrt(np.mean(np.square(flat(values) - truth))))


def flat(values):
    return np.asarray(values, dtype=float).ravel()


def our_figures(matrix):
    responses = responses_from_matrix(matrix, items=names(matrix.shape[1]))
    result = calibrate(responses, model="2pl")
    a, b, _se_a, _se_b = columns(result)
    return {"a": a, "b": b, "log_likelihood": result.log_likelihood}


def girth_figures(girth, matrix):
    found = girth.twopl_mml(matrix.T.astype(int))
    return {"a": found["Discrimination"], "b": found["Difficulty"]}


def mirt_figures(mirt, matrix):
    found = mirt.fit_mirt(matrix.astype(int), model="2PL", n_quadpts=61, tol=1e-9, max_iter=5000)
    parameters = found.model.parameters
    return {
        "a": parameters["discrimination"],
        "b": parameters["difficulty"],
        "log_likelihood": found.log_likelihood,
    }


def r_figures(kind, matrix, *, times):
    answer = ask_r(kind, tables={"answers": answers_table(matrix)}, times=times)
    said = ("log_likelihood", "seconds")
    return {name: answer.column(name) for name in ("a", "b")} | {
        name: answer.figures[name] for name in said
    }
