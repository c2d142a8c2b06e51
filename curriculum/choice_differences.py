"""What became of the choices of an item: the key, the texts, the feedback; pure."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from curriculum.model import Choice
from curriculum.phrases import Phrase

# Pairs of an old and a new choice that are the same one.
Pairs = Sequence[tuple[Choice, Choice]]
NONE = Phrase("none")


class Noun(NamedTuple):
    """What the choices of an item are called."""

    one: Phrase
    many: Phrase


CHOICE = Noun(Phrase("choice"), Phrase("choices"))
ACTION = Noun(Phrase("action"), Phrase("actions"))
SENTENCE = Noun(Phrase("sentence"), Phrase("sentences"))
ANSWER = Noun(Phrase("answer"), Phrase("answers"))
REASON = Noun(Phrase("reason"), Phrase("reasons"))
SHORT = 40  # letters
STEM = 4  # letters; `payment` and `payments` are one word to a reader
_WORD = re.compile(r"\w+")
# The share of letters or words in common from which a text is the old one reworded.
ALIKE = 0.5


def choice_words(before: Sequence[Choice], after: Sequence[Choice], *, noun: Noun) -> list[Phrase]:
    """Return what changed, the key first; choices are the same where their texts are alike."""
    if not before and not after:
        return []
    pairs = _same_choices(before, after)
    gone = [one for one in before if all(one is not old for old, _new in pairs)]
    fresh = [one for one in after if all(one is not new for _old, new in pairs)]
    words = [
        *_key_words(before, after, noun=noun, pairs=pairs),
        *_rating_words(pairs, noun=noun),
    ]
    words += [
        Phrase("{noun} {letter} added: {text}", noun=noun.one, letter=letter(one), text=one.text)
        for one in fresh
    ]
    words += [
        Phrase("{noun} {letter} removed: {text}", noun=noun.one, letter=letter(one), text=one.text)
        for one in gone
    ]
    reworded = [new for old, new in pairs if old.text != new.text]
    words += [
        Phrase("{noun} {letter} reworded", noun=noun.one, letter=letter(one)) for one in reworded
    ]
    if [old.key for old, _new in pairs] != sorted(old.key for old, _new in pairs):
        words.append(Phrase("{nouns} in another order", nouns=noun.many))
    words += _feedback_words(pairs, noun=noun)
    words += [
        Phrase(
            "misconception of {noun} {letter} {before} → {after}",
            noun=noun.one,
            letter=letter(new),
            before=old.misconception or NONE,
            after=new.misconception or NONE,
        )
        for old, new in pairs
        if old.misconception != new.misconception
    ]
    return words


def letter(choice: Choice) -> str:
    """Name a choice as people do: `a` is A."""
    return choice.key.upper()


def _same_choices(before: Sequence[Choice], after: Sequence[Choice]) -> list[tuple[Choice, Choice]]:
    """Pair choices with the same text, then those with alike texts; in the order of the new."""
    pairs: list[tuple[Choice, Choice]] = []
    left = list(before)
    tests: tuple[Callable[[Choice, Choice], bool], ...] = (
        lambda old, new: old.text == new.text and old.key == new.key,
        lambda old, new: old.text == new.text,
        lambda old, new: old.key == new.key and _is_alike(old, new),
        _is_alike,
    )
    for is_same in tests:
        for new in after:
            if any(new is taken for _old, taken in pairs):
                continue
            old = next((one for one in left if is_same(one, new)), None)
            if old is not None:
                left.remove(old)
                pairs.append((old, new))
    return sorted(pairs, key=lambda pair: pair[1].key)


def _is_alike(old: Choice, new: Choice) -> bool:
    return is_reworded(old.text, new.text)


def is_reworded(before: str, after: str) -> bool:
    """Say whether a text is more likely the old one in other words than another one.

    Short texts are compared letter by letter; in long ones, where that takes minutes, it is
    counted how many words of both begin alike, in whatever order.
    """
    if max(len(before), len(after)) <= SHORT:
        return SequenceMatcher(None, before, after, autojunk=False).ratio() >= ALIKE
    old, new = _counted(before), _counted(after)
    shared = sum(min(n, new[word]) for word, n in old.items() if word in new)
    return 2 * shared >= ALIKE * (old.total() + new.total())


# As many as are compared with each other in turn; more would only keep long texts in memory.
@lru_cache(maxsize=64)
def _counted(text: str) -> Counter[str]:
    return Counter(word[:STEM] for word in _WORD.findall(text.casefold()))


def _key_words(
    before: Sequence[Choice], after: Sequence[Choice], *, noun: Noun, pairs: Pairs
) -> list[Phrase]:
    old = [one for one in before if one.right]
    new = [one for one in after if one.right]
    stayed = [(was, becomes) for was, becomes in pairs if was.right and becomes.right]
    if len(stayed) == len(old) == len(new):
        return []
    before_, after_ = _letters(old), _letters(new)
    if noun is REASON:
        return [
            Phrase("key of the reason changed: {before} → {after}", before=before_, after=after_)
        ]
    return [Phrase("key changed: {before} → {after}", before=before_, after=after_)]


def _letters(choices: Sequence[Choice]) -> str:
    return ", ".join(map(letter, choices)) or NONE


def _rating_words(pairs: Pairs, *, noun: Noun) -> list[Phrase]:
    return [
        Phrase(
            "key changed: {noun} {letter} {before} → {after}",
            noun=noun.one,
            letter=letter(new),
            before=str(old.rating),
            after=str(new.rating),
        )
        for old, new in pairs
        if old.rating != new.rating
    ]


def _feedback_words(pairs: Pairs, *, noun: Noun) -> list[Phrase]:
    added = [new for old, new in pairs if new.feedback and not old.feedback]
    removed = [new for old, new in pairs if old.feedback and not new.feedback]
    changed = [
        new
        for old, new in pairs
        if old.feedback and new.feedback and old.feedback.split() != new.feedback.split()
    ]
    words = []
    if added:
        words.append(Phrase("feedback added to {where}", where=_named(added, noun=noun)))
    if removed:
        words.append(Phrase("feedback removed from {where}", where=_named(removed, noun=noun)))
    if changed:
        words.append(Phrase("feedback changed of {where}", where=_named(changed, noun=noun)))
    return words


def _named(choices: Sequence[Choice], *, noun: Noun) -> Phrase:
    if len(choices) == 1:
        return Phrase("{noun} {letter}", noun=noun.one, letter=letter(choices[0]))
    return Phrase("{n} {nouns}", n=len(choices), nouns=noun.many)
