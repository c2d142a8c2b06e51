"""Accuracy and speed of the skill estimates: `python -m bench.irt [PART ...]`.

Prints the LSAT6 answers, bias and coverage of persons' and items' estimates against known truth,
times and memory, and our estimates beside those of other programs (bench/irt_outside.py, which
says what it needs). Parts: lsat6, persons, items, linking, speed, outside.
"""

import resource
import sys
import time

import numpy as np

from assessments.calibration import calibrate
from assessments.irt import estimate_skill, estimate_skills
from assessments.item_responses import ItemResponses, responses_from_matrix
from assessments.item_statistics import form_statistics, item_report
from assessments.linking import link_forms, mean_sigma
from assessments.parameters import ItemParameters, Parameters
from assessments.simulate import simulate_correct
from bench.irt_outside import outside
from bench.items import columns, drawn, names
from tests.unit.lsat6 import LSAT6_ITEMS, lsat6_matrix


def main(wanted=()):
    parts = (lsat6, persons, items, linking, speed, outside)
    known_parts = {part.__name__: part for part in parts}
    unknown = [name for name in wanted if name not in known_parts]
    if unknown:
        raise SystemExit(f"There is no part {unknown[0]!r}; expected {', '.join(known_parts)}.")
    for name in wanted or known_parts:
        known_parts[name]()


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


if __name__ == "__main__":
    main(sys.argv[1:])
