"""Cues that give the right choice away without knowledge, in one item and over a bank.

Limits follow the item-writing rules of Haladyna, Downing & Rodriguez (2002), "A review of
multiple-choice item-writing guidelines for classroom assessment", and our own pool rules:
the key is the longest choice in at most chance + 10 points of the items, each place holds the
key within 8 points of chance, absolute words are as common in keys as in wrong choices.
"""

import re
from collections.abc import Sequence
from itertools import combinations

from curriculum.facts import Notes
from curriculum.model import Choice, Item
from curriculum.phrases import Phrase
from curriculum.wording import (
    ABSOLUTE,
    content_words,
    overlap,
    plain_text,
    reading_grade,
    shingles,
    words,
)

MIN_POOL = 8
LONGEST_SLACK = 0.10
PLACE_SLACK = 0.08
ABSOLUTE_SLACK = 0.10
LENGTH_RATIO = 1.2
# A shorter choice may well be a fifth longer than another without being noticed.
SHORT_CHOICE = 30
STEM_WORDS = 60
SCENARIO_WORDS = 120
TWIN_OVERLAP = 0.60
MAX_GRADE = 10.0
# A grade of fewer words than these says little.
MIN_GRADED_WORDS = 20
LAW_TAG = "law"
_LAW = re.compile(
    r"\b(?:AI Act|GDPR|DORA|SR \d+|(?:Regulation|Directive) (?:\(EU\)|\d+)|Art(?:icle|\.) ?\d+"
    r"|by law|the law|court|supervisor[sy]?)\b"
)

_ONE_KEY = ("single", "two-tier", "scenario")


def note_cueing(items: Sequence[Item], *, use: str, notes: Notes, line: int) -> None:
    """Note cues in a bank; `line` is where faults of the bank as a whole are reported."""
    if use == "survey":
        return
    pool = [item for item in items if item.type in _ONE_KEY and _key(item) is not None]
    for item in pool:
        _note_length(item, notes=notes)
        _note_repetition(item, notes=notes)
    if use == "summative":
        for item in items:
            _note_unexplained(item, notes=notes)
            _note_long_stem(item, notes=notes)
            _note_hard_stem(item, notes=notes)
            _note_origin(item, notes=notes)
        _note_twins(items, notes=notes)
    if len(pool) >= MIN_POOL:
        _note_longest(pool, notes=notes, line=line)
        _note_places(pool, notes=notes, line=line)
        _note_absolutes(pool, notes=notes, line=line)


def _key(item: Item) -> Choice | None:
    return next((choice for choice in item.choices if choice.right), None)


def _wrong(item: Item) -> list[Choice]:
    return [choice for choice in item.choices if not choice.right]


def _length(choice: Choice) -> int:
    return len(plain_text(choice.text))


def _key_is_longest(item: Item) -> bool:
    key = _key(item)
    return key is not None and _length(key) >= max(map(_length, _wrong(item)), default=0)


def _note_longest(pool: Sequence[Item], *, notes: Notes, line: int) -> None:
    hits = [item for item in pool if _key_is_longest(item)]
    chance = sum(1 / len(item.choices) for item in pool) / len(pool)
    if len(hits) / len(pool) <= chance + LONGEST_SLACK:
        return
    limit = round(100 * (chance + LONGEST_SLACK))
    share = round(100 * len(hits) / len(pool))
    message = Phrase(
        "the right choice is the longest in {n} of {all} items "
        "({share}%, at most {limit}%); picking the longest beats guessing. See "
        "{hits}",
        n=len(hits),
        all=len(pool),
        share=share,
        limit=limit,
        hits=_named(hits),
    )
    notes.add("CUE001", line, 1, message)
    for item in hits:
        notes.add(
            "CUE001", item.line, 1, Phrase("here the right choice is the longest; shorten it")
        )


def _note_places(pool: Sequence[Item], *, notes: Notes, line: int) -> None:
    groups: dict[int, list[Item]] = {}
    for item in pool:
        groups.setdefault(len(item.choices), []).append(item)
    for size, items in groups.items():
        if len(items) < MIN_POOL:
            continue
        slack = max(PLACE_SLACK, 1 / len(items))
        for place in range(size):
            hits = [item for item in items if item.choices[place].right]
            share = len(hits) / len(items)
            if share > 1 / size + slack + 1e-9:
                message = Phrase(
                    "choice {place} of {size} is right in {n} of {all} "
                    "items ({share}%, at most {limit}%); move some keys. See "
                    "{hits}",
                    place=place + 1,
                    size=size,
                    n=len(hits),
                    all=len(items),
                    share=round(100 * share),
                    limit=round(100 * (1 / size + slack)),
                    hits=_named(hits),
                )
                notes.add("CUE002", line, 1, message)


def _note_absolutes(pool: Sequence[Item], *, notes: Notes, line: int) -> None:
    wrong = [choice for item in pool for choice in _wrong(item)]
    in_wrong = sum(1 for choice in wrong if ABSOLUTE.search(choice.text)) / max(1, len(wrong))
    in_keys = sum(1 for item in pool if ABSOLUTE.search(getattr(_key(item), "text", "")))
    if in_wrong <= in_keys / len(pool) + ABSOLUTE_SLACK:
        return
    hits = [
        item
        for item in pool
        if any(ABSOLUTE.search(choice.text) for choice in _wrong(item))
        and not ABSOLUTE.search(getattr(_key(item), "text", ""))
    ]
    message = Phrase(
        "words such as always, never, only stand in {in_wrong}% of the wrong "
        "choices but in {in_keys}% of the right ones. See {hits}",
        in_wrong=round(100 * in_wrong),
        in_keys=round(100 * in_keys / len(pool)),
        hits=_named(hits),
    )
    notes.add("CUE003", line, 1, message)
    for item in hits:
        notes.add("CUE003", item.line, 1, Phrase("absolute words stand in wrong choices only"))


def _note_repetition(item: Item, *, notes: Notes) -> None:
    key = _key(item)
    if key is None:
        return
    shared = content_words(item.stem) & content_words(key.text)
    others: set[str] = set()
    for choice in _wrong(item):
        others |= content_words(choice.text)
    if len(shared - others) >= 2:
        said = ", ".join(sorted(shared - others)[:4])
        message = Phrase("only the right choice repeats words of the stem ({said})", said=said)
        notes.add("CUE004", key.line, 1, message)


def _note_length(item: Item, *, notes: Notes) -> None:
    key = _key(item)
    longest = max(map(_length, _wrong(item)), default=0)
    if key is not None and _length(key) > max(LENGTH_RATIO * longest, SHORT_CHOICE):
        message = Phrase(
            "the right choice has {key} characters, the longest wrong one "
            "{longest}; keep it within a fifth",
            key=_length(key),
            longest=longest,
        )
        notes.add("CUE005", key.line, 1, message)


def _note_unexplained(item: Item, *, notes: Notes) -> None:
    wrong = [*_wrong(item), *(reason for reason in item.reasons if not reason.right)]
    for choice in wrong if item.type in {"single", "multiple", "two-tier"} else ():
        if choice.misconception is None:
            message = Phrase("name the misconception behind this wrong choice: `  > [M101] ...`")
            notes.add("CUE006", choice.line, 1, message)


def _note_long_stem(item: Item, *, notes: Notes) -> None:
    limit = SCENARIO_WORDS if item.type == "scenario" else STEM_WORDS
    count = len(words(_question(item.stem)))
    # Graded work takes weeks, not a minute; its task is read more than once.
    if count > limit and item.type != "rubric":
        message = Phrase(
            "the stem has {count} words; at most {limit} leave time to think",
            count=count,
            limit=limit,
        )
        notes.add("CUE007", item.line, 1, message)


def _note_hard_stem(item: Item, *, notes: Notes) -> None:
    question = _question(item.stem)
    if len(words(question)) < MIN_GRADED_WORDS:
        return
    grade = reading_grade(question)
    if grade > MAX_GRADE:
        message = Phrase(
            "the stem reads like school grade {grade}; at most {most} is "
            "fair to everybody. Shorten the sentences and the words",
            grade=f"{grade:.0f}",
            most=f"{MAX_GRADE:.0f}",
        )
        notes.add("CUE011", item.line, 1, message)


def _note_origin(item: Item, *, notes: Notes) -> None:
    missing = [
        name
        for name, value in (("sources", item.sources), ("checked_on", item.checked_on))
        if not value
    ]
    if missing:
        names = ", ".join(f"`{name}:`" for name in missing)
        notes.add(
            "CUE012",
            item.line,
            1,
            Phrase("a secure item needs {names}, so that it can be renewed", names=names),
        )
    if item.review_by is None and _is_about_law(item):
        message = Phrase("this item speaks of the law, which changes; add `review_by:` with a date")
        notes.add("CUE013", item.line, 1, message)


def _is_about_law(item: Item) -> bool:
    texts = (item.stem, *(choice.text for choice in item.choices))
    return LAW_TAG in item.tags or any(_LAW.search(text) for text in texts)


def _question(stem: str) -> str:
    """The stem without its exhibits: tables, code, quotes, lists and images."""
    kept = []
    fenced = False
    for row in stem.split("\n"):
        if row.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and not row.lstrip().startswith(("|", ">", "- ", "* ", "![", "[^")):
            kept.append(row)
    return "\n".join(kept)


def _note_twins(items: Sequence[Item], *, notes: Notes) -> None:
    by_id = {item.id: item for item in items}
    pairs = {
        tuple(sorted((item.id, twin))) for item in items for twin in item.twin if twin in by_id
    }
    samples = {id_: shingles(by_id[id_]) for pair in pairs for id_ in pair}
    for first, second in sorted(pairs):
        if first == second:
            continue
        _note_twin_pair(by_id[first], by_id[second], samples=samples, notes=notes)


def _note_twin_pair(
    first: Item, second: Item, *, samples: dict[str, tuple[int, ...]], notes: Notes
) -> None:
    share = overlap(samples.get(first.id, ()), samples.get(second.id, ()))
    if share >= TWIN_OVERLAP:
        message = Phrase(
            "about {share}% of the wording is that of its twin '{id}'; give it another surface",
            share=round(100 * share),
            id=first.id,
        )
        notes.add("CUE008", second.line, 1, message)
    if first.type == second.type == "numeric":
        for one, other in combinations([first, second], 2):
            if _right_ranges(one) & _right_ranges(other):
                message = Phrase("this item has the same answer as its twin '{id}'", id=first.id)
                notes.add("CUE009", second.line, 1, message)


def _right_ranges(item: Item) -> set[tuple[float | None, float | None]]:
    return {(line.low, line.high) for line in item.answers if line.credit == 1}


def _named(items: Sequence[Item]) -> str:
    names = ", ".join(item.id for item in items[:8])
    if len(items) <= 8:
        return names
    return Phrase("{names} and {n} more", names=names, n=len(items) - 8)
