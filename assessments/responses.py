"""Whether a response is an admissible answer to an item, in a plain sentence when it is not."""

import re
from collections.abc import Callable, Mapping, Sequence

from assessments.answers import MAX_CHARACTERS, number_readings
from curriculum.model import Choice, Item, ItemType
from curriculum.phrases import Number, Phrase

_FIELDS: dict[ItemType, tuple[str, ...]] = {
    "single": ("choice",),
    "truefalse": ("choice",),
    "survey": ("choice",),
    "multiple": ("choices",),
    "highlight": ("choices",),
    "numeric": ("text",),
    "text": ("text",),
    "rubric": ("text",),
    "ordering": ("order",),
    "matching": ("pairs",),
    "scenario": ("best",),
    "two-tier": ("choice", "reason"),
}
# Lone surrogates are no Unicode text and cannot be encoded; PostgreSQL refuses the NUL.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_WORDS: Mapping[str, Phrase] = {
    "choice": Phrase("one option"),
    "choices": Phrase("a list of options"),
    "text": Phrase("a text"),
    "order": Phrase("an order of the steps"),
    "pairs": Phrase("a match for the prompts"),
    "best": Phrase("the best action"),
    "worst": Phrase("the worst action"),
    "reason": Phrase("a reason"),
}


def check_response(item: Item, response: Mapping[str, object]) -> str | None:
    """Why the response is no admissible answer to this item, or None when it is one.

    Right and wrong play no part here: an admissible answer can be scored.
    """
    if not isinstance(response, Mapping):
        return Phrase("An answer is a set of named fields.")
    fields = response_fields(item)
    if any(name not in fields for name in response):
        return Phrase("This question takes only {fields}.", fields=_named(fields))
    for name in fields:
        if name not in response:
            return Phrase("The answer lacks {field}.", field=_WORDS[name])
    return _CHECKS[item.type](item, response)


def response_fields(item: Item) -> tuple[str, ...]:
    """The fields a response to this item has."""
    if item.type == "scenario" and item.ask == "best-and-worst":
        return ("best", "worst")
    return _FIELDS[item.type]


def _named(fields: tuple[str, ...]) -> Phrase:
    """The one or two fields that a response has, in words."""
    words = [_WORDS[name] for name in fields]
    return (
        words[0] if len(words) == 1 else Phrase("{one} and {other}", one=words[0], other=words[1])
    )


def _check_choice(item: Item, response: Mapping[str, object]) -> str | None:
    return _unknown(response["choice"], choices=item.choices)


def _check_two_tier(item: Item, response: Mapping[str, object]) -> str | None:
    return _check_choice(item, response) or _unknown(response["reason"], choices=item.reasons)


def _check_choices(item: Item, response: Mapping[str, object]) -> str | None:
    chosen = response["choices"]
    if isinstance(chosen, str) or not isinstance(chosen, Sequence):
        return Phrase("The chosen options must be a list.")
    if len(chosen) > len(item.choices):
        return Phrase("More options are chosen than the question has.")
    for key in chosen:
        if problem := _unknown(key, choices=item.choices):
            return problem
    return None if len(set(chosen)) == len(chosen) else Phrase("An option is chosen twice.")


def _check_scenario(item: Item, response: Mapping[str, object]) -> str | None:
    if problem := _unknown(response["best"], choices=item.choices):
        return problem
    if "worst" not in response:
        return None
    if problem := _unknown(response["worst"], choices=item.choices):
        return problem
    if response["best"] == response["worst"]:
        return Phrase("The best and the worst action must be two different ones.")
    return None


def _check_ordering(item: Item, response: Mapping[str, object]) -> str | None:
    order = response["order"]
    if isinstance(order, str) or not isinstance(order, Sequence):
        return Phrase("The order must be a list of the steps.")
    steps = {str(index) for index in range(len(item.ordering))}
    if not all(isinstance(step, str) and step in steps for step in order):
        return Phrase("The order names a step that the question does not have.")
    if len(order) != len(steps) or set(order) != steps:
        return Phrase(
            "Every one of the {n} steps must stand in the order exactly once.",
            n=Number(len(steps)),
        )
    return None


def _check_matching(item: Item, response: Mapping[str, object]) -> str | None:
    pairs = response["pairs"]
    if not isinstance(pairs, Mapping):
        return Phrase("The matches must be a set of pairs.")
    rows = {str(index) for index in range(len(item.pairs))}
    prompts = {str(index) for index, pair in enumerate(item.pairs) if pair.prompt}
    for prompt, match in pairs.items():
        if prompt not in prompts:
            return Phrase("A match belongs to a prompt that the question does not have.")
        if not isinstance(match, str) or match not in rows:
            return Phrase("A prompt has a match that the question does not offer.")
    return None


def _check_numeric(item: Item, response: Mapping[str, object]) -> str | None:
    problem = _check_text(response["text"])
    if problem is None and not number_readings(str(response["text"]), unit=item.unit):
        if item.unit:
            return Phrase(
                "Write one number in digits, such as 75 or 75.5, with or without {unit}.",
                unit=item.unit,
            )
        return Phrase("Write one number in digits, such as 75 or 75.5.")
    return problem


def _check_words(item: Item, response: Mapping[str, object]) -> str | None:
    text = response["text"]
    if problem := _check_text(text):
        return problem
    if item.type == "rubric" and item.submission == "url":
        is_link = str(text).strip().lower().startswith(("https://", "http://"))
        return None if is_link else Phrase("Give a link that starts with https://.")
    if item.type == "rubric" and item.submission == "file":
        return None
    return _check_length(item, words=len(str(text).split()))


def _check_length(item: Item, *, words: int) -> str | None:
    if item.min_words is not None and words < item.min_words:
        return Phrase(
            "The answer has {words} words; at least {n} are asked for.",
            words=Number(words),
            n=Number(item.min_words),
        )
    if item.max_words is not None and words > item.max_words:
        return Phrase(
            "The answer has {words} words; at most {n} are allowed.",
            words=Number(words),
            n=Number(item.max_words),
        )
    return None


def _check_text(text: object) -> str | None:
    if not isinstance(text, str):
        return Phrase("The answer must be a text.")
    if len(text) > MAX_CHARACTERS:
        return Phrase(
            "The answer has {characters} characters; at most {n} are allowed.",
            characters=Number(len(text)),
            n=Number(MAX_CHARACTERS),
        )
    if not text.strip():
        return Phrase("The answer is empty.")
    no_text = Phrase("The answer holds characters that are no text.")
    return no_text if _NO_TEXT.search(text) else None


def _unknown(key: object, *, choices: Sequence[Choice]) -> str | None:
    if isinstance(key, str) and any(choice.key == key for choice in choices):
        return None
    return Phrase("The answer names an option that the question does not have.")


_CHECKS: dict[ItemType, Callable[[Item, Mapping[str, object]], str | None]] = {
    "single": _check_choice,
    "truefalse": _check_choice,
    "survey": _check_choice,
    "multiple": _check_choices,
    "highlight": _check_choices,
    "numeric": _check_numeric,
    "text": _check_words,
    "rubric": _check_words,
    "ordering": _check_ordering,
    "matching": _check_matching,
    "scenario": _check_scenario,
    "two-tier": _check_two_tier,
}
