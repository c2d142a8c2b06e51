"""Item parameters from answers: Rasch and 2PL by marginal maximum likelihood."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assessments.irt import NODES, normal_weights
from assessments.item_responses import ItemResponses, row_blocks
from assessments.parameters import ANSWERS_NEEDED, ItemParameters, Model
from curriculum.phrases import Number, Phrase

Floats = NDArray[np.float64]
if TYPE_CHECKING:
    from scipy import sparse

    # Learners by items, with every cell written out or only those that are not zero.
    Answers: TypeAlias = Floats | sparse.csr_matrix

LOG_LIKELIHOOD_TOLERANCE = 1e-7
MAX_CYCLES = 500
FEWEST_ITEMS: dict[Model, int] = {"rasch": 2, "2pl": 3}
# Beyond these an item has no finite maximum; the estimate stops here and says so.
_STEEPEST, _FARTHEST = 10.0, 40.0
# Up to this many multiplications the observed information is taken; above it the cross products.
_OBSERVED_BUDGET = 4e9
_BLOCK = 5_000
# Learners with the same answers are one row up to this size; beyond it hardly any two are alike.
_COMPARABLE_CELLS = 5_000_000
# Up to this size a full matrix is quicker, for a sparse one takes longer to set up than to use.
_FULL_CELLS = 200_000
# The same spacing as the nodes, as far as anything adds to the likelihood. Beyond ±6 are two in a
# thousand million people, but that shows in the seventh decimal of the likelihood of a thousand.
_WIDE_NODES: Floats = np.linspace(-10.0, 10.0, 101)
# Newton's method doubles the right digits, so that what is left after such a step is its square.
_SETTLED = 1e-5


@dataclass(frozen=True, slots=True)
class Calibration:
    """Estimated items with their errors, and in `warnings` all that stands in the way of use.

    `n` counts learners. `log_likelihood` is None and `items` is empty where nothing could be
    estimated; then the warnings say why.
    """

    model: Model
    n: int
    log_likelihood: float | None
    items: tuple[ItemParameters, ...]
    converged: bool
    cycles: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sums:
    """What one pass over the learners yields: all that the next step needs.

    `reached` (items by nodes) is the expected number of learners at each node who answered the
    item; `right` and `right_theta` are Σ x and Σ x E(θ) of each item.
    """

    log_likelihood: float
    reached: Floats
    right: Floats
    right_theta: Floats


@dataclass(frozen=True, slots=True)
class _Problem:
    """The answers in the two matrices that the passes multiply with, and the model to fit.

    `learners` counts the learners that each row stands for; `right_sum` and `answered_sum` are the
    right and all answers of each item.
    """

    model: Model
    answered: "Answers"
    right: "Answers"
    learners: Floats
    n_items: int
    right_sum: Floats
    answered_sum: Floats

    @classmethod
    def of(
        cls, model: Model, *, answered: "Answers", right: "Answers", learners: Floats
    ) -> "_Problem":
        """The problem with what every pass needs of it, worked out once."""
        rows, items = answered.shape
        if rows * items <= _FULL_CELLS:
            answered, right = _full(answered), _full(right)
        sums = (right.T @ learners, answered.T @ learners)
        return cls(model, answered, right, learners, items, *sums)

    @property
    def is_small(self) -> bool:
        """Whether the observed information can be had in good time."""
        rows = float(self.answered.shape[0])
        return rows * self.n_items**2 * NODES.size <= _OBSERVED_BUDGET

    def slopes(self, vector: Floats) -> tuple[Floats, Floats]:
        """The discriminations and intercepts c = -ab that a parameter vector stands for."""
        if self.model == "rasch":
            return np.full(self.n_items, vector[0]), vector[1:]
        return vector[: self.n_items], vector[self.n_items :]

    def start(self) -> Floats:
        """Discrimination one, and each intercept from its share correct."""
        share = self.right_sum / self.answered_sum
        intercept = 1.17 * np.log(share / (1 - share))
        slopes = np.ones(1 if self.model == "rasch" else self.n_items)
        return np.concatenate([slopes, intercept])


def calibrate(responses: ItemResponses, *, model: Model) -> Calibration:
    """Estimate every item's discrimination and difficulty; θ is standard normal.

    Items that everybody (or nobody) got right have no finite difficulty and are left out with a
    word. Too few answers for use are warned about, never refused.

    Notes
    -----
    Bock and Aitkin (1981), Psychometrika 46: EM with 61 points on -6..6, sped up by the squared
    extrapolation of Varadhan and Roland (2008), Scandinavian Journal of Statistics 35, which
    never keeps a step that lowers the likelihood. It ends when a plain EM step gains less than
    1e-7 in the log-likelihood; where the observed information is taken, a last step of Newton's
    method goes the rest of the way. Rasch here has one common, estimated discrimination. Errors
    come from the observed information by the formula of Louis (1982), Journal of the Royal
    Statistical Society B 44; for large data from the cross products of the learners' scores, which
    agree as n grows.
    """
    usable, warnings = _usable(responses)
    if len(usable.items) < FEWEST_ITEMS[model] or len(usable.learners) < 2:
        reason = Phrase(
            "Nothing can be estimated: {learners} learners and {items} items with both right and "
            "wrong answers; at least 2 learners and {fewest} items are needed.",
            learners=Number(len(usable.learners)),
            items=Number(len(usable.items)),
            fewest=Number(FEWEST_ITEMS[model]),
        )
        return Calibration(
            model,
            len(responses.learners),
            None,
            (),
            converged=False,
            cycles=0,
            warnings=(*warnings, reason),
        )
    problem = _problem(usable, model=model)
    vector, reached, cycles = _maximise(problem)
    converged = cycles < MAX_CYCLES
    information = _information(problem, vector=vector)
    if converged and problem.is_small:
        vector = _finished(problem, vector=vector, reached=reached, information=information)
    items = _items(usable, problem=problem, vector=vector, information=information)
    if not converged:
        warnings.append(
            Phrase("The estimation did not settle within {n} cycles.", n=Number(MAX_CYCLES))
        )
    warnings += _complaints(items, model=model)
    return Calibration(
        model,
        len(responses.learners),
        _log_likelihood(problem, vector=vector),
        items,
        converged=converged,
        cycles=cycles,
        warnings=tuple(warnings),
    )


def _usable(responses: ItemResponses) -> tuple[ItemResponses, list[str]]:
    """The items with right and wrong answers, and a sentence for each that has only one kind."""
    given, right = responses.answers_per_item, responses.right_per_item
    warnings: list[str] = []
    for item, n, hits in zip(responses.items, given, right, strict=True):
        if n == 0:
            warnings.append(Phrase("{item}: nobody answered it.", item=item))
        elif hits in {0, n}:
            warnings.append(_one_sided(item, solved=bool(hits)))
    return responses.only_items((right > 0) & (right < given)), warnings


def _one_sided(item: str, *, solved: bool) -> Phrase:
    if solved:
        return Phrase("{item}: everyone got it right, so it has no finite difficulty.", item=item)
    return Phrase("{item}: no one got it right, so it has no finite difficulty.", item=item)


def _complaints(items: tuple[ItemParameters, ...], *, model: Model) -> list[str]:
    needed = ANSWERS_NEEDED[model]
    few = [item for item in items if item.n < needed]
    complaints: list[str] = []
    if few:
        complaints.append(
            Phrase(
                "{few} of {all} items have fewer than {needed} answers (fewest {fewest}): not to "
                "be put in force.",
                few=Number(len(few)),
                all=Number(len(items)),
                needed=Number(needed),
                fewest=Number(min(item.n for item in few)),
            )
        )
    complaints += [
        Phrase("{item}: negative discrimination, check the key.", item=item.item_id)
        for item in items
        if item.a < 0
    ]
    complaints += [
        Phrase(
            "{item}: the estimate ran to the edge of the range (a = {a}, b = {b}); the answers do "
            "not determine it.",
            item=item.item_id,
            a=Number(item.a, 2),
            b=Number(item.b, 2),
        )
        for item in items
        if abs(item.a) >= _STEEPEST or abs(item.a * item.b) >= _FARTHEST
    ]
    complaints += [
        Phrase("{item}: no standard error could be had.", item=item.item_id)
        for item in items
        if item.se_b is None
    ]
    return complaints


def _problem(responses: ItemResponses, *, model: Model) -> _Problem:
    """Return the answers as the passes take them: learners with the same answers in one row."""
    answered, right = responses.answered(), responses.right()
    size = answered.shape[0] * answered.shape[1]
    if size > _COMPARABLE_CELLS:
        alone = np.ones(answered.shape[0])
        return _Problem.of(model, answered=answered, right=right, learners=alone)
    # 0 not asked, 1 wrong, 2 right.
    answers = np.ascontiguousarray((answered + right).toarray().astype(np.int8))
    rows = answers.view(np.dtype((np.void, answers.shape[1]))).ravel()
    _, first, counts = np.unique(rows, return_index=True, return_counts=True)
    return _Problem.of(
        model,
        answered=answered[first],
        right=right[first],
        learners=counts.astype(np.float64),
    )


def _full(answers: "Answers") -> Floats:
    """The same answers with every cell written out."""
    return answers if isinstance(answers, np.ndarray) else np.asarray(answers.toarray())


# --- expectation ----------------------------------------------------------------------------------


def _expect(problem: _Problem, vector: Floats) -> _Sums:
    a, c = problem.slopes(vector)
    wrong = _log_wrong(a, c=c)
    reached = np.zeros((problem.n_items, NODES.size))
    mean_theta = np.empty(problem.answered.shape[0])
    log_likelihood = 0.0
    for rows in row_blocks(problem.answered.shape[0]):
        weight, gained = _posterior(problem, rows=rows, a=a, c=c, wrong=wrong)
        learners = problem.learners[rows]
        log_likelihood += float(learners @ gained)
        reached += problem.answered[rows].T @ (learners[:, None] * weight)
        mean_theta[rows] = weight @ NODES
    return _Sums(
        log_likelihood=log_likelihood,
        reached=reached,
        right=problem.right_sum,
        right_theta=problem.right.T @ (problem.learners * mean_theta),
    )


def _log_likelihood(problem: _Problem, *, vector: Floats) -> float:
    """The marginal log-likelihood, on nodes that reach further than those of the search."""
    a, c = problem.slopes(vector)
    wrong = _log_wrong(a, c=c, nodes=_WIDE_NODES)
    found = 0.0
    for rows in row_blocks(problem.answered.shape[0]):
        _, gained = _posterior(problem, rows=rows, a=a, c=c, wrong=wrong, nodes=_WIDE_NODES)
        found += float(problem.learners[rows] @ gained)
    return found


def _log_wrong(a: Floats, *, c: Floats, nodes: Floats = NODES) -> Floats:
    return np.asarray(-np.logaddexp(0.0, a[:, None] * nodes + c[:, None]))


def _posterior(
    problem: _Problem, *, rows: slice, a: Floats, c: Floats, wrong: Floats, nodes: Floats = NODES
) -> tuple[Floats, Floats]:
    """Each row's posterior over the nodes, and its log-likelihood."""
    right = problem.right[rows]
    curve = problem.answered[rows] @ wrong
    curve += (right @ a)[:, None] * nodes + (right @ c)[:, None] + np.log(normal_weights(nodes))
    top = curve.max(axis=1, keepdims=True)
    weight = np.exp(curve - top)
    total = weight.sum(axis=1, keepdims=True)
    return weight / total, (np.log(total) + top).ravel()


# --- maximisation ---------------------------------------------------------------------------------


def _improve(problem: _Problem, sums: _Sums, *, vector: Floats) -> Floats:
    """The maximisation step: Newton's method on the expected counts."""
    for _ in range(10):
        step = _newton_step(problem, sums, vector=vector)
        vector = _within_bounds(problem, vector + step)
        if np.max(np.abs(step)) < _SETTLED:
            break
    return vector


def _newton_step(problem: _Problem, sums: _Sums, *, vector: Floats) -> Floats:
    a, c = problem.slopes(vector)
    p = _chance(a, c=c)
    spread = sums.reached * p * (1 - p)
    in_a, in_c = _gradients(sums, p=p)
    aa, ac, cc = spread @ NODES**2, spread @ NODES, spread.sum(axis=1)
    if problem.model == "rasch":
        slope = (in_a.sum() - (ac * in_c / cc).sum()) / (aa.sum() - (ac**2 / cc).sum())
        step = np.concatenate([[slope], (in_c - ac * slope) / cc])
    else:
        determinant = np.maximum(aa * cc - ac**2, 1e-10)
        step = np.concatenate(
            [(cc * in_a - ac * in_c) / determinant, (aa * in_c - ac * in_a) / determinant]
        )
    return np.asarray(np.clip(step, -1.0, 1.0))


def _chance(a: Floats, *, c: Floats) -> Floats:
    return np.asarray(0.5 + 0.5 * np.tanh((a[:, None] * NODES + c[:, None]) / 2))


def _gradients(sums: _Sums, *, p: Floats) -> tuple[Floats, Floats]:
    """Slopes of the log-likelihood in a and c of each item; by Fisher's identity also marginal."""
    expected = sums.reached * p
    return sums.right_theta - expected @ NODES, sums.right - expected.sum(axis=1)


def _within_bounds(problem: _Problem, vector: Floats) -> Floats:
    slopes = 1 if problem.model == "rasch" else problem.n_items
    a = np.clip(vector[:slopes], -_STEEPEST, _STEEPEST)
    return np.concatenate([a, np.clip(vector[slopes:], -_FARTHEST, _FARTHEST)])


def _is_inside(problem: _Problem, vector: Floats) -> bool:
    a, c = problem.slopes(vector)
    return bool(np.all(np.abs(a) < _STEEPEST) and np.all(np.abs(c) < _FARTHEST))


def _maximise(problem: _Problem) -> tuple[Floats, float, int]:
    """The vector of highest likelihood, that likelihood, and the cycles it took."""

    def em_step(vector: Floats) -> tuple[Floats, float]:
        sums = _expect(problem, vector)
        return _improve(problem, sums, vector=vector), sums.log_likelihood

    return _accelerated(em_step, start=problem.start(), bound=lambda v: _within_bounds(problem, v))


def _accelerated(
    em_step: Callable[[Floats], tuple[Floats, float]],
    *,
    start: Floats,
    bound: Callable[[Floats], Floats],
) -> tuple[Floats, float, int]:
    """Squared extrapolation of EM (scheme S3), falling back to EM where it would lose."""
    base = start
    first, before = em_step(base)
    for cycle in range(1, MAX_CYCLES + 1):
        second, after = em_step(first)
        # Summation over many learners leaves noise of this order in the log-likelihood.
        if after - before < max(LOG_LIKELIHOOD_TOLERANCE, 1e-13 * abs(after)):
            return first, after, cycle
        change, bend = first - base, second - 2 * first + base
        length = max(1.0, _norm(change) / max(_norm(bend), 1e-300))
        base = bound(base + 2 * length * change + length**2 * bend)
        first, before = em_step(base)
        if not before >= after:
            base = second
            first, before = em_step(base)
    return base, before, MAX_CYCLES


def _norm(vector: Floats) -> float:
    return float(np.sqrt((vector**2).sum()))


def _finished(problem: _Problem, *, vector: Floats, reached: float, information: Floats) -> Floats:
    """One step of Newton's method on the marginal likelihood, kept where it gains.

    EM slows down before the top: what is left in the parameters is about the square root of the
    likelihood that it leaves behind.
    """
    a, c = problem.slopes(vector)
    in_a, in_c = _gradients(_expect(problem, vector), p=_chance(a, c=c))
    slope = in_a.sum(keepdims=True) if problem.model == "rasch" else in_a
    try:
        step = np.linalg.solve(information, np.concatenate([slope, in_c]))
    except np.linalg.LinAlgError:
        return vector
    there = vector + step
    # An item at the edge has no maximum to finish at; it has to stay where the edge shows.
    if not _is_inside(problem, vector) or not _is_inside(problem, there):
        return vector
    return there if _expect(problem, there).log_likelihood > reached else vector


# --- standard errors ------------------------------------------------------------------------------


def _items(
    responses: ItemResponses, *, problem: _Problem, vector: Floats, information: Floats
) -> tuple[ItemParameters, ...]:
    a, c = problem.slopes(vector)
    with np.errstate(divide="ignore", invalid="ignore"):
        b = np.where(a != 0, -c / a, np.nan)
    se_a, se_b = _errors(problem, vector=vector, information=information)
    rows = zip(responses.items, a, b, se_a, se_b, responses.answers_per_item, strict=True)
    return tuple(
        ItemParameters(name, float(ai), float(bi), _or_none(sa), _or_none(sb), int(n))
        for name, ai, bi, sa, sb, n in rows
    )


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _information(problem: _Problem, *, vector: Floats) -> Floats:
    return (_observed if problem.is_small else _cross_products)(problem, vector=vector)


def _errors(problem: _Problem, *, vector: Floats, information: Floats) -> tuple[Floats, Floats]:
    """Standard errors of a and, by the delta method for b = -c/a, of b; NaN where there is none."""
    try:
        covariance = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return np.full(problem.n_items, np.nan), np.full(problem.n_items, np.nan)
    at_a = np.arange(problem.n_items) if problem.model == "2pl" else np.zeros(problem.n_items, int)
    at_c = np.arange(problem.n_items) + (vector.size - problem.n_items)
    a, c = problem.slopes(vector)
    b = -c / a
    var_a, var_c, both = covariance[at_a, at_a], covariance[at_c, at_c], covariance[at_a, at_c]
    var_b = (var_c + b**2 * var_a + 2 * b * both) / a**2
    with np.errstate(invalid="ignore"):
        return np.sqrt(var_a), np.sqrt(var_b)


def _observed(problem: _Problem, *, vector: Floats) -> Floats:
    """The observed information: that of known θ, less what not knowing θ costs.

    Over a learner's posterior, the cost is the variance of the score s = (x - P)(θ, 1): the mean
    of s s' less the product of the means, which is what `_cross_products` adds up.
    """
    a, c = problem.slopes(vector)
    n, p = problem.n_items, _chance(a, c=c)
    spread = _expect(problem, vector).reached * p * (1 - p)
    known = [np.diag(spread @ NODES**power) for power in (2, 1, 0)]
    moments = _score_moments(problem, a=a, c=c, p=p)
    blocks = [whole - lost for whole, lost in zip(known, moments, strict=True)]
    information = np.block([[blocks[0], blocks[1]], [blocks[1].T, blocks[2]]])
    if problem.model == "rasch":
        # The one discrimination moves with all of them.
        common = np.zeros((2 * n, 1 + n))
        common[:n, 0] = 1
        common[n:, 1:] = np.eye(n)
        information = common.T @ information @ common
    return np.asarray(information + _cross_products(problem, vector=vector))


def _score_moments(
    problem: _Problem, *, a: Floats, c: Floats, p: Floats
) -> tuple[Floats, Floats, Floats]:
    """Σ E[(x - P)(x - P)' θ²], the same with θ and with 1, items by items."""
    wrong = _log_wrong(a, c=c)
    squared, once, plain = (np.zeros((problem.n_items, problem.n_items)) for _ in range(3))
    for rows in row_blocks(problem.answered.shape[0], size=_BLOCK):
        weight, _ = _posterior(problem, rows=rows, a=a, c=c, wrong=wrong)
        weight *= problem.learners[rows][:, None]
        answered, right = _full(problem.answered[rows]), _full(problem.right[rows])
        for node, theta in enumerate(NODES):
            off = right - answered * p[:, node]
            product = off.T @ (weight[:, node : node + 1] * off)
            squared += theta**2 * product
            once += theta * product
            plain += product
    return squared, once, plain


def _cross_products(problem: _Problem, *, vector: Floats) -> Floats:
    """The information as Σ s s' over the learners' scores s."""
    a, c = problem.slopes(vector)
    p, wrong = _chance(a, c=c), _log_wrong(a, c=c)
    total = np.zeros((vector.size, vector.size))
    for rows in row_blocks(problem.answered.shape[0], size=_BLOCK):
        weight, _ = _posterior(problem, rows=rows, a=a, c=c, wrong=wrong)
        answered, right = _full(problem.answered[rows]), _full(problem.right[rows])
        in_c = right - answered * (weight @ p.T)
        in_a = right * (weight @ NODES)[:, None] - answered * (weight @ (p * NODES).T)
        if problem.model == "rasch":
            in_a = in_a.sum(axis=1, keepdims=True)
        scores = np.hstack([in_a, in_c])
        total += scores.T @ (problem.learners[rows][:, None] * scores)
    return total
