"""What somebody picked in an answer: options by their letter, and misconceptions behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from assessments.answers import matching_line
from curriculum.model import Choice, Item

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Pick:
    """One thing picked: the letter of an option, `reason b`, `answer 1` or `other`; and its code.

    `right` says that it belongs to the key.
    """

    option: str
    right: bool
    misconception: str | None


def picks_of(item: Item, response: Mapping[str, object]) -> tuple[Pick, ...]:
    """Return what an admissible response picks; steps, pairs and free work have no options.

    Of a numeric or text item it is the accepted or explained answer that the text matched, by its
    number, or `other`.
    """
    if item.type in {"numeric", "text"}:
        line = matching_line(item, str(response["text"]))
        if line is None:
            return (Pick(OTHER, right=False, misconception=None),)
        number = item.answers.index(line) + 1
        return (Pick(f"answer {number}", line.credit >= 1.0, line.misconception),)
    picked = [_pick(one) for one in item.choices if one.key in _chosen(response)]
    reason = response.get("reason")
    picked += [_pick(one, "reason ") for one in item.reasons if one.key == reason]
    return tuple(picked)


def options_of(item: Item) -> tuple[Pick, ...]:
    """Return everything there is to pick in an item."""
    if item.answers:
        lines = [
            Pick(f"answer {number}", line.credit >= 1.0, line.misconception)
            for number, line in enumerate(item.answers, start=1)
        ]
        return (*lines, Pick(OTHER, right=False, misconception=None))
    return (
        *(_pick(one) for one in item.choices),
        *(_pick(one, "reason ") for one in item.reasons),
    )


def _chosen(response: Mapping[str, object]) -> set[object]:
    listed = cast("Sequence[str]", response.get("choices", ()))
    return {*listed, response.get("choice"), response.get("best")}


def _pick(choice: Choice, before: str = "") -> Pick:
    right = choice.right or choice.rating == "best"
    return Pick(f"{before}{choice.key}", right, choice.misconception)
