"""What a learner may see of an item before answering: everything but the key."""

from dataclasses import dataclass

from assessments.forms import (
    shuffled_choices,
    shuffled_matches,
    shuffled_reasons,
    shuffled_steps,
)
from curriculum.model import Choice, Item


@dataclass(frozen=True, slots=True)
class Option:
    """An option as it is shown: its key in the item, and its text."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """An item without its key. `options` stand in the order of this attempt.

    `prompts` and `matches` belong to matching items, `steps` to ordering items; each carries its
    index in the item as `key`.
    """

    item_id: str
    type: str
    title: str
    stem: str
    points: float
    options: tuple[Option, ...] = ()
    reasons: tuple[Option, ...] = ()
    prompts: tuple[Option, ...] = ()
    matches: tuple[Option, ...] = ()
    steps: tuple[Option, ...] = ()
    unit: str | None = None
    hint: str = ""
    asks_worst: bool = False
    min_words: int | None = None
    max_words: int | None = None


def question(item: Item, *, seed: int) -> Question:
    """Strip an item of its key and shuffle what may be shuffled, the same way for the same seed."""
    return Question(
        item_id=item.id,
        type=item.type,
        title=item.title,
        stem=item.stem,
        points=item.points,
        options=_options(shuffled_choices(item, seed=seed)),
        reasons=_options(shuffled_reasons(item, seed=seed)),
        prompts=tuple(
            Option(str(index), pair.prompt) for index, pair in enumerate(item.pairs) if pair.prompt
        ),
        matches=tuple(
            Option(row, item.pairs[int(row)].match) for row in shuffled_matches(item, seed=seed)
        ),
        steps=tuple(Option(step, item.ordering[int(step)]) for step in _steps(item, seed=seed)),
        unit=item.unit,
        hint=item.hint,
        asks_worst=item.ask == "best-and-worst",
        min_words=item.min_words,
        max_words=item.max_words,
    )


def _options(choices: tuple[Choice, ...]) -> tuple[Option, ...]:
    return tuple(Option(choice.key, choice.text) for choice in choices)


def _steps(item: Item, *, seed: int) -> tuple[str, ...]:
    return shuffled_steps(item, seed=seed) if item.ordering else ()
