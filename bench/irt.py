"""Accuracy and speed of the skill estimates: `python -m bench.irt [PART ...]`.

Prints the LSAT6 answers, bias and coverage of persons' and items' estimates against known truth,
times and memory, and, where `girth` or `mirt` can be imported, the same figures from them, beside
the answers that R published and the exact maximum of the likelihood. Neither is a dependency:
`pip install --target FOLDER girth mirt`, then run with `PYTHONPATH=FOLDER`. Parts: lsat6, persons,
items, linking, speed, outside.
"""

import importlib
import resource
import sys
import time

import numpy as np
from scipy.optimize import minimize

from assessments.calibration import calibrate
from assessments.irt import estimate_skill, estimate_skills
from assessments.item_responses import ItemResponses, responses_from_matrix
from assessments.item_statistics import form_statistics, item_report
from assessments.linking import link_forms, mean_sigma
from assessments.parameters import ItemParameters, Parameters
from assessments.simulate import simulate_correct
from tests.unit.lsat6 import LSAT6_ITEMS, lsat6_matrix, lsat7_matrix

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
R_LSAT7["b"] = -R_LSAT7["d"] / R_LSAT7["a"]
DIGITS_LSAT7 = {"a": 3, "d": 3, "log_likelihood": 3}


def main(wanted=()):
    parts = (lsat6, persons, items, linking, speed, outside)
    known_parts = {part.__name__: part for part in parts}
    unknown = [name for name in wanted if name not in known_parts]
    if unknown:
        raise SystemExit(f"There is no part {unknown[0]!r}; expected {', '.join(known_parts)}.")
    for name in wanted or known_parts:
        known_parts[name]()


def names(n):
    return [f"i{index:03d}" for index in range(n)]


def drawn(rng, n, a, b, mean=0.0, sd=1.0):
    return simulate_correct(mean + sd * rng.standard_normal(n), a=a, b=b, rng=rng)


def columns(result):
    return tuple(
        np.array([getattr(item, name) for item in result.items], dtype=float)
        for name in ("a", "b", "se_a", "se_b")
    )


def lsat6():
    print("LSAT6 (published: 2PL -2466.653, Rasch -2466.938, KR-20 .295)")
    responses = responses_from_matrix(lsat6_matrix(), items=LSAT6_ITEMS)
    for model in ("2pl", "rasch"):
        print(f"  {model:5} log-likelihood {calibrate(responses, model=model).log_likelihood:.4f}")
    print(f"  KR-20 {form_statistics(responses).kr20:.4f}")


def persons():
    print("\nPersons, 12 items (a 0.6 to 1.6, b -2 to 2), 10,000 at each true skill")
    print("   true | EAP bias  RMSE  cover | WLE bias  RMSE  cover  mean SE  SD")
    a, b = np.linspace(0.6, 1.6, 12)[[0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]], np.linspace(-2, 2, 12)
    parameters = known(a, b)
    rng = np.random.default_rng(1)
    for theta in (-2.0, -1.0, 0.0, 1.0, 2.0):
        matrix = simulate_correct(np.full(10_000, theta), a=a, b=b, rng=rng)
        print(f"  {theta:5.1f} | {person_row(matrix, parameters, theta)}")
    theta = rng.standard_normal(50_000)
    matrix = simulate_correct(theta, a=a, b=b, rng=rng)
    print(f"  N(0,1) | {person_row(matrix, parameters, theta)}")


def person_row(matrix, parameters, theta):
    skills = estimate_skills(
        responses_from_matrix(matrix, items=names(matrix.shape[1])), parameters=parameters
    )
    cells = []
    for estimate, error in (("eap", "sd"), ("wle", "se")):
        off = skills[estimate] - theta
        inside = (off.abs() <= 1.96 * skills[error]).mean()
        cells.append(f"{off.mean():8.3f} {np.sqrt((off**2).mean()):6.3f} {inside:6.3f}")
    spread = (skills["wle"] - theta).std()
    return f"{' | '.join(cells)} {skills['se'].mean():8.3f} {spread:6.3f}"


def known(a, b):
    pairs = zip(names(len(a)), a, b, strict=True)
    return Parameters({name: ItemParameters(name, *pair) for name, *pair in pairs}, "2pl", "")


def items():
    print("\nItems, 2PL, 30 repetitions: bias, RMSE, mean SE and coverage of 95 % intervals")
    for n, j in ((500, 12), (1000, 24), (2000, 36)):
        rng = np.random.default_rng(3)
        a, b = rng.uniform(0.7, 1.7, j), rng.uniform(-2, 2, j)
        found = [
            columns(
                calibrate(responses_from_matrix(drawn(rng, n, a, b), items=names(j)), model="2pl")
            )
            for _ in range(30)
        ]
        for label, truth, at in (("a", a, 0), ("b", b, 1)):
            off = np.array([row[at] - truth for row in found])
            errors = np.array([row[at + 2] for row in found])
            print(
                f"  n {n:5} items {j:3} {label}: bias {off.mean():7.4f} "
                f"RMSE {np.sqrt((off**2).mean()):.4f} SE {errors.mean():.4f} "
                f"cover {(np.abs(off) <= 1.96 * errors).mean():.3f}"
            )


def linking():
    print("\nLinking, 12 anchors, 700 learners a form, 50 repetitions, truth slope 1.2 cut 0.5")
    errors = {"Stocking-Lord": [], "mean/sigma": []}
    a, b = np.linspace(0.7, 1.6, 12), np.linspace(-1.8, 2.5, 12)
    for seed in range(50):
        rng = np.random.default_rng(seed)
        forms = []
        for mean, sd in ((0.0, 1.0), (0.5, 1.2)):
            matrix = drawn(rng, 700, a, b, mean, sd)
            result = calibrate(responses_from_matrix(matrix, items=names(12)), model="2pl")
            forms.append({item.item_id: item for item in result.items})
        link = link_forms(forms[1], old=forms[0])
        errors["Stocking-Lord"].append((link.slope - 1.2, link.intercept - 0.5))
        errors["mean/sigma"].append(np.array(mean_sigma(forms[1], old=forms[0])) - (1.2, 0.5))
    for name, rows in errors.items():
        slope, intercept = np.sqrt(np.mean(np.square(rows), axis=0))
        print(f"  {name:14} RMSE slope {slope:.4f} intercept {intercept:.4f}")


def timed(label, limit, act):
    start = time.perf_counter()
    result = act()
    seconds = time.perf_counter() - start
    print(f"  {label:58} {seconds:8.3f} s  (at most {limit})")
    return result


def sparse_responses(n=100_000, j=300, seen=36):
    rng = np.random.default_rng(2)
    a, b, theta = rng.uniform(0.6, 1.8, j), rng.normal(0, 1, j), rng.standard_normal(n)
    item = np.sort(np.argsort(rng.random((n, j)), axis=1)[:, :seen], axis=1).ravel()
    learner = np.repeat(np.arange(n), seen)
    chance = 1 / (1 + np.exp(-a[item] * (theta[learner] - b[item])))
    correct = (rng.random(learner.size) < chance).astype(np.float64)
    learners = tuple(map(str, range(n)))
    return ItemResponses(learners, tuple(names(j)), learner, item.astype(np.int64), correct), a, b


def speed():
    print("\nSpeed")
    rng = np.random.default_rng(4)
    a, b = rng.uniform(0.6, 1.6, 12), np.linspace(-2, 2, 12)
    forms = responses_from_matrix(drawn(rng, 100_000, a, b), items=names(12))
    parameters = known(a, b)
    timed(
        "score 100,000 forms of 12", "10 s", lambda: estimate_skills(forms, parameters=parameters)
    )
    one = dict(zip(names(12), [True, False] * 6, strict=True))
    start = time.perf_counter()
    for _ in range(500):
        estimate_skill(one, parameters=parameters)
    print(f"  one person: {(time.perf_counter() - start) * 2:.3f} ms  (at most 2 ms)")
    million = responses_from_matrix(
        drawn(rng, 50_000, np.ones(20), np.linspace(-1, 1, 20)), items=names(20)
    )
    groups = np.where(rng.random(50_000) < 0.4, "x", "y").tolist()
    timed("item report of 1,000,000 answers", "2 s", lambda: item_report(million, groups=groups))
    responses, a, b = sparse_responses()
    for model in ("rasch", "2pl"):
        result = timed(
            f"{model}: 100,000 learners, 300 items, 36 each",
            "120 s",
            lambda model=model: calibrate(responses, model=model),
        )
    found = columns(result)
    print(
        f"  RMSE a {np.sqrt(np.mean((found[0] - a) ** 2)):.4f} (SE {found[2].mean():.4f})", end=" "
    )
    print(f"b {np.sqrt(np.mean((found[1] - b) ** 2)):.4f} (SE {found[3].mean():.4f})")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def outside():
    others = {name: found for name in ("girth", "mirt") if (found := imported(name)) is not None}
    print(
        "\n2PL, the same data for all. From R: figures alike to the last digit R printed, and the"
    )
    print("largest distances. From the exact maximum: largest distances, likelihood lost there.")
    print(
        f"  {'':11} {'alike':>8} {'a':>9} {'b':>9} | {'a':>9} {'b':>9} {'lost':>9} {'seconds':>8}"
    )
    for exam, matrix, published, digits in (
        ("LSAT6", lsat6_matrix(), R_LSAT6, DIGITS_LSAT6),
        ("LSAT7", lsat7_matrix(), R_LSAT7, DIGITS_LSAT7),
    ):
        top = ExactMaximum(matrix)
        kept = {"exact": lambda _matrix, top=top: top.figures, "ours": our_figures, **others}
        for name, fit in kept.items():
            seconds, found = best_of(fit, matrix, times=10)
            found = found | {"log_likelihood": top.log_likelihood(found["a"], found["b"])}
            beside = f"{alike(found, published, digits):>8} {apart(found, published)}"
            print(f"  {exam} {name:5} {beside} | {top.beside(found)} {seconds:8.4f}")
        print(f"  {exam} {'R':5} {'':28} | {top.beside(published)}")
    for n, j in ((1000, 24), (2000, 20)):
        print(f"\n2PL, {n:,} learners, {j} items: processor time, RMSE to the truth")
        rng = np.random.default_rng(5)
        a, b = rng.uniform(0.7, 1.7, j), rng.uniform(-1.5, 1.5, j)
        matrix = drawn(rng, n, a, b)
        ours = our_figures(matrix)
        for name, fit in {"ours": our_figures, **others}.items():
            seconds, found = best_of(fit, matrix, times=3)
            off = [np.sqrt(np.mean(np.square(flat(found[k]) - t))) for k, t in (("a", a), ("b", b))]
            print(
                f"  {name:6} {seconds:8.3f} s  RMSE a {off[0]:.4f} b {off[1]:.4f}"
                f"  from ours: {apart(found, ours)}"
            )


def imported(name):
    """Return how another implementation is asked, or None where it is not installed."""
    try:
        module = importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed here")
        return None
    ask = {"girth": girth_figures, "mirt": mirt_figures}[name]
    return lambda matrix: ask(module, matrix)


def best_of(fit, matrix, *, times):
    taken = []
    for _ in range(times):
        # Processor time: other work on the machine lengthens the waiting, and not the work.
        start = time.process_time()
        found = fit(matrix)
        taken.append(time.process_time() - start)
    return min(taken), found


class ExactMaximum:
    """The maximum of the marginal likelihood, found apart from the portal's own way to it.

    4,001 points on -10..10, BFGS, and Newton's method until the gradient is nothing but rounding.
    """

    NODES = np.linspace(-10, 10, 4001)

    def __init__(self, matrix):
        self._patterns, self._people = np.unique(matrix.astype(float), axis=0, return_counts=True)
        weights = np.exp(-(self.NODES**2) / 2)
        self._log_weights = np.log(weights / weights.sum())
        n = matrix.shape[1]
        start = np.concatenate([np.ones(n), np.zeros(n)])
        at = minimize(self._lost, start, jac=True, method="BFGS", options={"gtol": 1e-8}).x
        for _ in range(3):
            ends = [1e-5 * unit for unit in np.eye(2 * n)]
            curve = np.array([self._lost(at + d)[1] - self._lost(at - d)[1] for d in ends]) / 2e-5
            at = at - np.linalg.solve((curve + curve.T) / 2, self._lost(at)[1])
        self.figures = {"a": at[:n], "b": -at[n:] / at[:n]}
        self.top = -self._lost(at)[0]

    def log_likelihood(self, a, b):
        """Return the marginal log-likelihood of these items."""
        a, b = flat(a), flat(b)
        return -self._lost(np.concatenate([a, -a * b]))[0]

    def beside(self, found):
        """Say how far items lie from the maximum, and what of the likelihood is lost there."""
        lost = self.top - self.log_likelihood(found["a"], found["b"])
        return f"{apart(found, self.figures, digits=8)} {lost:9.1e}"

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


def alike(found, published, digits):
    """How many of the printed figures come out the same at the decimals they were printed with."""
    found = found | {"d": -flat(found["a"]) * flat(found["b"])}
    same = [
        np.round(flat(found[key]), decimals) == np.round(flat(published[key]), decimals)
        for key, decimals in digits.items()
    ]
    return f"{sum(map(np.sum, same))} of {sum(map(np.size, same))}"


def apart(found, truth, digits=5):
    gaps = [np.max(np.abs(flat(found[key]) - flat(truth[key]))) for key in ("a", "b")]
    return " ".join(f"{gap:9.{digits}f}" for gap in gaps)


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


if __name__ == "__main__":
    main(sys.argv[1:])
