"""What became of each item between two texts of a file, in words a reviewer reads; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Literal

from curriculum.choice_differences import (
    ACTION,
    ANSWER,
    CHOICE,
    NONE,
    REASON,
    SENTENCE,
    Noun,
    choice_words,
    is_reworded,
)
from curriculum.model import AnswerLine, Item, Pair, RubricRow
from curriculum.phrases import Joined, Phrase, Said

ItemFate = Literal["added", "removed", "changed"]
# Texts of an item, and what a reviewer calls them.
_TEXTS = {
    "stem": Phrase("stem"),
    "hint": Phrase("hint"),
    "explanation": Phrase("explanation"),
    "model_answer": Phrase("model answer"),
}
# Values that are compared elsewhere, or say nothing about the question.
_APART = {
    *_TEXTS, "id", "type", "title", "choices", "reasons", "answers", "ordering", "pairs",
    "rubric", "content_hash", "key_hash", "path", "line",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item that is not what it was.

    `key_changed` says that an old answer might score differently; `positions_moved` that its
    letters or places mean something else now, so that old answers cannot be scored by the new key;
    `type_changed` that only a new id will do.
    """

    id: str
    title: str
    fate: ItemFate
    words: tuple[Phrase, ...] = ()
    key_changed: bool = False
    positions_moved: bool = False
    type_changed: bool = False


def item_changes(before: Sequence[Item], after: Sequence[Item]) -> tuple[ItemChange, ...]:
    """Return every item that was added, changed or removed, in the order of the new text."""
    old = {item.id: item for item in before}
    kept = {item.id for item in after}
    found = []
    for item in after:
        if item.id not in old:
            found.append(ItemChange(item.id, item.title, "added"))
        elif (change := _change(old[item.id], item)).words:
            found.append(change)
    gone = [item for item in before if item.id not in kept]
    return (*found, *(ItemChange(item.id, item.title, "removed") for item in gone))


def _change(before: Item, after: Item) -> ItemChange:
    return ItemChange(
        after.id,
        after.title,
        "changed",
        item_words(before, after),
        key_changed=before.key_hash != after.key_hash,
        positions_moved=positions_moved(before, after),
        type_changed=before.type != after.type,
    )


def item_words(before: Item, after: Item) -> tuple[Phrase, ...]:
    """Return what changed in an item, a few words for each difference, the key first."""
    if before.type != after.type:
        return (
            Phrase(
                "type changed: {before} → {after}; this needs a new id",
                before=before.type,
                after=after.type,
            ),
        )
    words = [
        *choice_words(before.choices, after.choices, noun=_noun(after)),
        *choice_words(before.reasons, after.reasons, noun=REASON),
        *_answer_words(before.answers, after.answers),
        *_ordering_words(before.ordering, after.ordering),
        *_pair_words(before.pairs, after.pairs),
        *_rubric_words(before.rubric, after.rubric),
    ]
    if before.title != after.title:
        words.append(
            Phrase("title changed: {before} → {after}", before=before.title, after=after.title)
        )
    for name, noun in _TEXTS.items():
        words += text_words(getattr(before, name), getattr(after, name), noun=noun)
    return (*words, *_setting_words(before, after))


def positions_moved(before: Item, after: Item) -> bool:
    """Say whether an answer given by letter or place means something else in the new item."""
    if before.type != after.type:
        return True
    lists: tuple[Callable[[Item], list[str]], ...] = (
        lambda item: [choice.text for choice in item.choices],
        lambda item: [choice.text for choice in item.reasons],
        lambda item: list(item.ordering),
        lambda item: [pair.prompt for pair in item.pairs],
        lambda item: [pair.match for pair in item.pairs],
    )
    return any(_moved(texts(before), texts(after)) for texts in lists)


def _moved(old: list[str], new: list[str]) -> bool:
    """Say whether a text went to another place, or a place went away."""
    if len(new) < len(old):
        return True
    return any(
        text and text in new and text != new[place] and old.count(text) == new.count(text)
        for place, text in enumerate(old)
    )


def text_words(before: str, after: str, *, noun: Said) -> list[Phrase]:
    """Say what became of a text that may be missing."""
    if before.split() == after.split():
        return []
    if not before.strip():
        return [Phrase("{noun} added", noun=noun)]
    if not after.strip():
        return [Phrase("{noun} removed", noun=noun)]
    return [Phrase("{noun} changed", noun=noun)]


def _noun(item: Item) -> Noun:
    nouns = {"scenario": ACTION, "highlight": SENTENCE, "survey": ANSWER}
    return nouns.get(item.type, CHOICE)


def _setting_words(before: Item, after: Item) -> list[Phrase]:
    words = []
    for field in fields(Item):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name not in _APART and old != new:
            words.append(setting_change(field.name, old, new))
    return words


def setting_change(name: str, before: object, after: object) -> Phrase:
    """Say that a setting has another value."""
    return Phrase(
        "{setting} {before} → {after}",
        setting=name.replace("_", " "),
        before=value_text(before),
        after=value_text(after),
    )


def value_text(value: object) -> str:
    """Write a value of the settings as an author would."""
    if value is None or value in ((), ""):
        return NONE
    if isinstance(value, bool):
        return Phrase("yes") if value else Phrase("no")
    if isinstance(value, tuple):
        return Joined(map(value_text, value), between=", ")
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


# --- answers of numeric and text items ------------------------------------------------------------


def _answer_words(before: Sequence[AnswerLine], after: Sequence[AnswerLine]) -> list[Phrase]:
    old = {_answer_place(line): line for line in before}
    new = {_answer_place(line): line for line in after}
    words = []
    for place in [place for place in new if place in old]:
        words += _line_words(old[place], new[place])
    gone = [line for place, line in old.items() if place not in new]
    fresh = [line for place, line in new.items() if place not in old]
    # The first lines left over are one line that got another value.
    for was, becomes in zip(gone, fresh, strict=False):
        words.append(
            Phrase(
                "answer changed: {was} → {becomes}",
                was=answer_text(was),
                becomes=answer_text(becomes),
            )
        )
    words += [Phrase("answer added: {line}", line=answer_text(line)) for line in fresh[len(gone) :]]
    words += [
        Phrase("answer removed: {line}", line=answer_text(line)) for line in gone[len(fresh) :]
    ]
    kept_old, kept_new = list(old), list(new)
    if sorted(kept_old) == sorted(kept_new) and kept_old != kept_new:
        words.append(Phrase("answers in another order"))
    return words


def _answer_place(line: AnswerLine) -> str:
    """What makes two lines the same one: the middle of a range, a word, a pattern."""
    if line.low is not None and line.high is not None:
        return f"{(line.low + line.high) / 2:.10g}"
    return f"'{line.literal}'" if line.literal is not None else f"/{line.pattern}/"


def _line_words(before: AnswerLine, after: AnswerLine) -> list[Phrase]:
    words = []
    name = _answer_place(after)
    old, new = _half_width(before), _half_width(after)
    if old != new:
        words.append(Phrase("tolerance {old} → {new}", old=old, new=new))
    if before.credit != after.credit:
        words.append(
            Phrase(
                "credit of {name} {before} → {after}",
                name=name,
                before=f"{before.credit:.0%}",
                after=f"{after.credit:.0%}",
            )
        )
    if before.ignore_case != after.ignore_case:
        words.append(
            Phrase("{name} ignores the case", name=name)
            if after.ignore_case
            else Phrase("{name} minds the case", name=name)
        )
    words += text_words(
        before.feedback, after.feedback, noun=Phrase("feedback of {name}", name=name)
    )
    if before.misconception != after.misconception:
        words.append(
            Phrase(
                "misconception of {name} {before} → {after}",
                name=name,
                before=before.misconception or NONE,
                after=after.misconception or NONE,
            )
        )
    return words


def _half_width(line: AnswerLine) -> str:
    if line.low is None or line.high is None:
        return ""
    return f"{(line.high - line.low) / 2:.10g}"


def answer_text(line: AnswerLine) -> str:
    """Write one accepted answer with its credit."""
    place, width = _answer_place(line), _half_width(line)
    words = f"{place} ± {width}" if width not in {"", "0"} else place
    return words if line.credit == 1 else f"{words} ({line.credit:.0%})"


# --- steps, pairs, criteria -----------------------------------------------------------------------


def _ordering_words(before: Sequence[str], after: Sequence[str]) -> list[Phrase]:
    if sorted(before) == sorted(after):
        return (
            [] if list(before) == list(after) else [Phrase("key changed: steps in another order")]
        )
    return _list_words(before, after, noun=Phrase("step"))


def _list_words(before: Sequence[str], after: Sequence[str], *, noun: Said) -> list[Phrase]:
    words = []
    gone = [text for text in before if text not in after]
    fresh = [text for text in after if text not in before]
    for old in list(gone):
        near = next((new for new in fresh if is_reworded(old, new)), None)
        if near is not None:
            words.append(
                Phrase("{noun} {index} reworded", noun=noun, index=list(after).index(near) + 1)
            )
            gone.remove(old)
            fresh.remove(near)
    words += [
        Phrase(
            "{noun} {index} added: {text}", noun=noun, index=list(after).index(text) + 1, text=text
        )
        for text in fresh
    ]
    words += [
        Phrase(
            "{noun} {index} removed: {text}",
            noun=noun,
            index=list(before).index(text) + 1,
            text=text,
        )
        for text in gone
    ]
    return words


def _pair_words(before: Sequence[Pair], after: Sequence[Pair]) -> list[Phrase]:
    old = {pair.prompt: pair.match for pair in before if pair.prompt}
    new = {pair.prompt: pair.match for pair in after if pair.prompt}
    words = [
        Phrase(
            "key changed: {prompt}: {before} → {after}",
            prompt=prompt,
            before=old[prompt],
            after=new[prompt],
        )
        for prompt in new
        if prompt in old and old[prompt] != new[prompt]
    ]
    words += [Phrase("pair added: {prompt}", prompt=prompt) for prompt in new if prompt not in old]
    words += [
        Phrase("pair removed: {prompt}", prompt=prompt) for prompt in old if prompt not in new
    ]
    extra_old = [pair.match for pair in before if not pair.prompt]
    extra_new = [pair.match for pair in after if not pair.prompt]
    words += [
        Phrase("distractor added: {match}", match=match)
        for match in extra_new
        if match not in extra_old
    ]
    words += [
        Phrase("distractor removed: {match}", match=match)
        for match in extra_old
        if match not in extra_new
    ]
    if not words and list(before) != list(after):
        words.append(Phrase("pairs in another order"))
    return words


def _rubric_words(before: Sequence[RubricRow], after: Sequence[RubricRow]) -> list[Phrase]:
    old = {row.criterion: row for row in before}
    new = {row.criterion: row for row in after}
    words = []
    for name in [name for name in new if name in old]:
        was, becomes = old[name], new[name]
        if was.weight != becomes.weight:
            words.append(
                Phrase(
                    "weight of {name} {before} → {after}",
                    name=name,
                    before=f"{was.weight:g}",
                    after=f"{becomes.weight:g}",
                )
            )
        steps = [n for n in range(5) if was.points[n] != becomes.points[n]]
        if steps:
            words.append(
                Phrase(
                    "points {steps} of {name} reworded", steps=", ".join(map(str, steps)), name=name
                )
            )
    words += [Phrase("criterion added: {name}", name=name) for name in new if name not in old]
    words += [Phrase("criterion removed: {name}", name=name) for name in old if name not in new]
    if not words and list(old) != list(new):
        words.append(Phrase("criteria in another order"))
    return words


def key_choices_open_to(change: ItemChange) -> tuple[str, ...]:
    """Return what may become of the results of an item whose key changed.

    With a correction results so far are scored again; with a new revision they stand.
    """
    # An old answer is a letter or a place; where these moved it means something else now.
    return ("new revision",) if change.positions_moved else ("correction", "new revision")
