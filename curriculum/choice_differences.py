"""What became of the choices of an item: the key, the texts, the feedback; pure."""

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

from curriculum.model import Choice

# Pairs of an old and a new choice that are the same one.
Pairs = Sequence[tuple[Choice, Choice]]
ALIKE = 0.5  # share of letters in common from which a text counts as reworded, not as another one


def choice_words(before: Sequence[Choice], after: Sequence[Choice], *, noun: str) -> list[str]:
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
    words += [f"{noun} {letter(one)} added: {one.text}" for one in fresh]
    words += [f"{noun} {letter(one)} removed: {one.text}" for one in gone]
    reworded = [new for old, new in pairs if old.text != new.text]
    words += [f"{noun} {letter(one)} reworded" for one in reworded]
    if [old.key for old, _new in pairs] != sorted(old.key for old, _new in pairs):
        words.append(f"{noun}s in another order")
    words += _feedback_words(pairs, noun=noun)
    words += [
        f"misconception of {noun} {letter(new)} "
        f"{old.misconception or 'none'} → {new.misconception or 'none'}"
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
    """Say whether a text is more likely the old one in other words than another one."""
    return SequenceMatcher(None, before, after, autojunk=False).ratio() >= ALIKE


def _key_words(
    before: Sequence[Choice], after: Sequence[Choice], *, noun: str, pairs: Pairs
) -> list[str]:
    old = [one for one in before if one.right]
    new = [one for one in after if one.right]
    stayed = [(was, becomes) for was, becomes in pairs if was.right and becomes.right]
    if len(stayed) == len(old) == len(new):
        return []
    what = "key changed" if noun != "reason" else "key of the reason changed"
    return [f"{what}: {_letters(old)} → {_letters(new)}"]


def _letters(choices: Sequence[Choice]) -> str:
    return ", ".join(map(letter, choices)) or "none"


def _rating_words(pairs: Pairs, *, noun: str) -> list[str]:
    return [
        f"key changed: {noun} {letter(new)} {old.rating} → {new.rating}"
        for old, new in pairs
        if old.rating != new.rating
    ]


def _feedback_words(pairs: Pairs, *, noun: str) -> list[str]:
    fates = {
        "added": [new for old, new in pairs if new.feedback and not old.feedback],
        "removed": [new for old, new in pairs if old.feedback and not new.feedback],
        "changed": [
            new
            for old, new in pairs
            if old.feedback and new.feedback and old.feedback.split() != new.feedback.split()
        ],
    }
    words = []
    for fate, found in fates.items():
        if not found:
            continue
        where = f"{noun} {letter(found[0])}" if len(found) == 1 else f"{len(found)} {noun}s"
        to = {"added": "to", "removed": "from", "changed": "of"}[fate]
        words.append(f"feedback {fate} {to} {where}")
    return words
