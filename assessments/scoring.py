"""Answer → points: share of full credit, correct or not, flags and the misconceptions chosen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from assessments.answers import matching_line
from assessments.responses import check_response
from curriculum.model import AnswerLine, Choice, Item, ItemType, Rating

__all__ = ["Feedback", "Score", "check_response", "feedback", "score", "score_rubric"]

SCENARIO_CREDIT: dict[Rating, float] = {"best": 1.0, "acceptable": 0.6, "poor": 0.2, "harmful": 0.0}
RUBRIC_TOP = 4
_RATINGS_FROM_WORST: tuple[Rating, ...] = ("harmful", "poor", "acceptable", "best")


@dataclass(frozen=True, slots=True)
class Score:
    """What an answer earned.

    `share` is the part of full credit (0 to 1). `correct` is what the skill estimate counts: full
    credit, and in a scenario the Best action. `flags` may hold `harmful` (a Harmful action was
    called the best), `awaiting-marker` (people grade it) or `not-scored` (a survey).
    `misconceptions` are the codes behind what was chosen.
    """

    share: float
    correct: bool
    flags: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """One line shown after an answer in a lesson.

    `key` names the option, step or prompt, `text` is its wording. `chosen` says whether the learner
    chose it, `right` whether it is right: for an option or answer, that it belongs to the key; for
    a step, that it stands in its place; for a prompt, that its match is right.
    """

    part: Literal["choice", "reason", "answer", "step", "pair"]
    key: str
    text: str
    chosen: bool
    right: bool
    message: str = ""


def score(item: Item, response: Mapping[str, object]) -> Score:
    """Score one answer by the key of its item.

    `multiple`, `highlight`, `ordering` and `matching` give part of the credit only where the
    item says `scoring: partial`; the other types have their own fixed rule.

    Raises
    ------
    ValueError
        If the response is not admissible; `check_response` says so beforehand.
    """
    if problem := check_response(item, response):
        raise ValueError(f"{item.id}: {problem}")
    return _SCORERS[item.type](item, response)


def score_rubric(item: Item, *, points: Sequence[float]) -> Score:
    """The score of a graded piece of work from its marks, one (0 to 4) for each row."""
    if len(points) != len(item.rubric) or any(not 0 <= p <= RUBRIC_TOP for p in points):
        raise ValueError(f"{item.id}: expected {len(item.rubric)} marks from 0 to {RUBRIC_TOP}")
    weights = sum(row.weight for row in item.rubric)
    earned = sum(row.weight * p for row, p in zip(item.rubric, points, strict=True))
    share = earned / (weights * RUBRIC_TOP)
    return Score(share=share, correct=all(p == RUBRIC_TOP for p in points))


def feedback(item: Item, response: Mapping[str, object]) -> tuple[Feedback, ...]:
    """What to show after an answer in a lesson, in the authored order.

    Every option comes with its feedback. Of a numeric or text item come the line that matched
    and, if that was not worth full credit, the first one that is. Surveys and graded work have
    none.
    """
    if problem := check_response(item, response):
        raise ValueError(f"{item.id}: {problem}")
    if item.type == "ordering":
        return _step_feedback(item, response)
    if item.type == "matching":
        return _pair_feedback(item, response)
    if item.type in {"numeric", "text"}:
        return _answer_feedback(item, response)
    if item.type in {"survey", "rubric"}:
        return ()
    return _choice_feedback(item, response)


def _score_single(item: Item, response: Mapping[str, object]) -> Score:
    choice = _chosen(item.choices, response["choice"])
    return Score(share=float(choice.right), correct=choice.right, misconceptions=_codes(choice))


def _score_multiple(item: Item, response: Mapping[str, object]) -> Score:
    ticked = set(cast("Sequence[str]", response["choices"]))
    chosen = [choice for choice in item.choices if choice.key in ticked]
    hits = sum(choice.right for choice in chosen)
    right = sum(choice.right for choice in item.choices)
    wrong = len(item.choices) - right
    if item.show is not None:
        wrong = min(wrong, item.show)
    misses = len(chosen) - hits
    share = max(0.0, (hits / right if right else 0.0) - (misses / wrong if misses else 0.0))
    return _partial(item, share, correct=hits == right and misses == 0, codes=_codes(*chosen))


def _score_answer(item: Item, response: Mapping[str, object]) -> Score:
    line = matching_line(item, str(response["text"]))
    if line is None:
        return Score(share=0.0, correct=False)
    codes = (line.misconception,) if line.misconception else ()
    return Score(share=line.credit, correct=line.credit >= 1.0, misconceptions=codes)


def _score_ordering(item: Item, response: Mapping[str, object]) -> Score:
    """Count the neighbours of the key (step k, step k + 1) that the learner kept in that order."""
    order = [int(step) for step in cast("Sequence[str]", response["order"])]
    place = {step: index for index, step in enumerate(order)}
    kept = [place[step] < place[step + 1] for step in range(len(order) - 1)]
    share = sum(kept) / len(kept) if kept else 1.0
    return _partial(item, share, correct=all(kept))


def _score_matching(item: Item, response: Mapping[str, object]) -> Score:
    right = [_is_matched(item, response, row=row) for row in _prompt_rows(item)]
    share = sum(right) / len(right) if right else 1.0
    return _partial(item, share, correct=all(right))


def _score_scenario(item: Item, response: Mapping[str, object]) -> Score:
    best = _chosen(item.choices, response["best"])
    rating = best.rating or "poor"
    share = SCENARIO_CREDIT[rating]
    if "worst" in response and rating != "harmful":
        worst = _chosen(item.choices, response["worst"])
        share = share * 2 / 3 + (worst.rating == _worst_rating(item)) / 3
    return Score(
        share=share,
        correct=rating == "best",
        flags=("harmful",) if rating == "harmful" else (),
        misconceptions=_codes(best),
    )


def _score_two_tier(item: Item, response: Mapping[str, object]) -> Score:
    choice = _chosen(item.choices, response["choice"])
    reason = _chosen(item.reasons, response["reason"])
    both = choice.right and reason.right
    share = 1.0 if both else 0.5 * choice.right
    return Score(share=share, correct=both, misconceptions=_codes(choice, reason))


def _await_marker(item: Item, response: Mapping[str, object]) -> Score:  # noqa: ARG001
    return Score(share=0.0, correct=False, flags=("awaiting-marker",))


def _leave_unscored(item: Item, response: Mapping[str, object]) -> Score:  # noqa: ARG001
    return Score(share=0.0, correct=False, flags=("not-scored",))


def _partial(item: Item, share: float, *, correct: bool, codes: tuple[str, ...] = ()) -> Score:
    earned = share if item.scoring == "partial" else float(correct)
    return Score(share=1.0 if correct else earned, correct=correct, misconceptions=codes)


def _chosen(choices: Sequence[Choice], key: object) -> Choice:
    return next(choice for choice in choices if choice.key == key)


def _codes(*chosen: Choice) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.misconception for c in chosen if c.misconception))


def _worst_rating(item: Item) -> Rating:
    present = {choice.rating for choice in item.choices}
    return next(rating for rating in _RATINGS_FROM_WORST if rating in present)


def _prompt_rows(item: Item) -> list[int]:
    return [row for row, pair in enumerate(item.pairs) if pair.prompt]


def _is_matched(item: Item, response: Mapping[str, object], *, row: int) -> bool:
    pairs = cast("Mapping[str, str]", response["pairs"])
    chosen = pairs.get(str(row))
    # Two rows may share a match; then either row's copy of it is right.
    return chosen is not None and item.pairs[int(chosen)].match == item.pairs[row].match


def _choice_feedback(item: Item, response: Mapping[str, object]) -> tuple[Feedback, ...]:
    ticked = {
        *cast("Sequence[str]", response.get("choices", ())),
        response.get("choice"),
        response.get("best"),
    }
    choices = (_option("choice", choice, chosen=choice.key in ticked) for choice in item.choices)
    reason = response.get("reason")
    reasons = (_option("reason", choice, chosen=choice.key == reason) for choice in item.reasons)
    return (*choices, *reasons)


def _option(part: Literal["choice", "reason"], choice: Choice, *, chosen: bool) -> Feedback:
    right = choice.right or choice.rating == "best"
    return Feedback(part, choice.key, choice.text, chosen, right, choice.feedback)


def _answer_feedback(item: Item, response: Mapping[str, object]) -> tuple[Feedback, ...]:
    matched = matching_line(item, str(response["text"]))
    lines = [matched] if matched is not None else []
    if matched is None or matched.credit < 1.0:
        # A pattern is no answer to show; a literal or a range is preferred.
        full = (line for line in item.answers if line.credit >= 1.0)
        lines += sorted(full, key=lambda line: not _answer_text(line))[:1]
    return tuple(
        Feedback(
            "answer",
            str(item.answers.index(line)),
            _answer_text(line),
            chosen=line is matched,
            right=line.credit >= 1.0,
            message=line.feedback,
        )
        for line in lines
    )


def _answer_text(line: AnswerLine) -> str:
    if line.low is None or line.high is None:
        return line.literal or ""
    same = line.low == line.high
    return f"{line.low:.10g}" if same else f"{line.low:.10g} to {line.high:.10g}"


def _step_feedback(item: Item, response: Mapping[str, object]) -> tuple[Feedback, ...]:
    order = cast("Sequence[str]", response["order"])
    return tuple(
        Feedback("step", str(index), text, chosen=True, right=order[index] == str(index))
        for index, text in enumerate(item.ordering)
    )


def _pair_feedback(item: Item, response: Mapping[str, object]) -> tuple[Feedback, ...]:
    pairs = cast("Mapping[str, str]", response["pairs"])
    return tuple(
        Feedback(
            "pair",
            str(row),
            f"{item.pairs[row].prompt} → {item.pairs[row].match}",
            chosen=str(row) in pairs,
            right=_is_matched(item, response, row=row),
        )
        for row in _prompt_rows(item)
    )


_SCORERS: dict[ItemType, Callable[[Item, Mapping[str, object]], Score]] = {
    "single": _score_single,
    "truefalse": _score_single,
    "multiple": _score_multiple,
    "highlight": _score_multiple,
    "numeric": _score_answer,
    "text": _score_answer,
    "ordering": _score_ordering,
    "matching": _score_matching,
    "scenario": _score_scenario,
    "two-tier": _score_two_tier,
    "rubric": _await_marker,
    "survey": _leave_unscored,
}
