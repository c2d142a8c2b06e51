"""What a learner may see of an item before answering: everything but the key."""

import random
from dataclasses import dataclass

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
    draw = random.Random(f"{seed}:{item.id}")  # noqa: S311 - an order of options, not a secret
    return Question(
        item_id=item.id,
        type=item.type,
        title=item.title,
        stem=item.stem,
        points=item.points,
        options=_options(item, draw),
        reasons=_shuffled([Option(one.key, one.text) for one in item.reasons], item, draw),
        prompts=tuple(
            Option(str(index), pair.prompt) for index, pair in enumerate(item.pairs) if pair.prompt
        ),
        matches=_always_shuffled(
            [Option(str(index), pair.match) for index, pair in enumerate(item.pairs)], draw
        ),
        steps=_always_shuffled(
            [Option(str(index), step) for index, step in enumerate(item.ordering)], draw
        ),
        unit=item.unit,
        hint=item.hint,
        asks_worst=item.ask == "best-and-worst",
        min_words=item.min_words,
        max_words=item.max_words,
    )


def _options(item: Item, draw: random.Random) -> tuple[Option, ...]:
    chosen: list[Choice] = list(item.choices)
    if item.show is not None:
        wrong = [choice for choice in chosen if not choice.right]
        kept = set(draw.sample([one.key for one in wrong], min(item.show, len(wrong))))
        chosen = [choice for choice in chosen if choice.right or choice.key in kept]
    options = [Option(choice.key, choice.text) for choice in chosen]
    # A highlight shows the sentences of a text: their order is the text.
    return tuple(options) if item.type == "highlight" else _shuffled(options, item, draw)


def _shuffled(options: list[Option], item: Item, draw: random.Random) -> tuple[Option, ...]:
    return _always_shuffled(options, draw) if item.shuffle else tuple(options)


def _always_shuffled(options: list[Option], draw: random.Random) -> tuple[Option, ...]:
    return tuple(draw.sample(options, len(options)))
