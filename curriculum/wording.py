"""Words of items: lengths, absolute terms, and how much two wordings overlap."""

import re
import zlib
from collections.abc import Sequence

from curriculum.model import Item

ABSOLUTE = re.compile(
    r"\b(?:always|never|only|solely|all|none|every|must|mandatory|impossible|completely|entirely|"
    r"exclusively|guaranteed?|guarantees|cannot ever|in every case|under no circumstances|"
    r"absolutely|totally|without exception)\b",
    re.IGNORECASE,
)
# Longer stretches of words are shared only when a text was copied.
SHINGLE = 4
MAX_SHINGLES = 60

_MARKUP = re.compile(r"`+|\*\*?|__?|~~|!?\[([^\[\]]*)\]\([^()]*\)|<[^<>]*>|\[\^[^\]]*\]")
_MARKS = re.compile(r"[`*_~\[<]")
_WORD = re.compile(r"[^\W_][\w'\u2019%-]*")
_LETTERS = re.compile(r"[A-Za-z][A-Za-z'\u2019]*")
_SENTENCE_END = re.compile(r"[.!?][\"\u201d\u2019')\]]*(?=\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"[^aeiouyl]e$|[aeiouy]le$|[^aeiouytd]ed$|[^aeiouyscxzh]es$")
_COMMON = frozenset(
    """
    about after again against also another answer because before being between case cases
    could doing during each first follow following from given have into itself just less like
    made make many more most much need needs next other over people person right same should
    since some step still such take team than that their them then there these they this those
    through today under until used using week were what when where which while will with
    within without work would your
    """.split()  # noqa: SIM905
)


def plain_text(markdown: str) -> str:
    """Markdown as a reader sees it, in one line."""
    if _MARKS.search(markdown):
        markdown = _MARKUP.sub(r"\1", markdown)
    return " ".join(markdown.split())


def words(markdown: str) -> list[str]:
    """Words in small letters."""
    return [word.casefold() for word in _WORD.findall(plain_text(markdown))]


def content_words(markdown: str) -> set[str]:
    """Words long and rare enough to give an answer away, without their endings."""
    return {_stem(word) for word in words(markdown) if len(word) > 4 and word not in _COMMON}


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def shingles(item: Item) -> tuple[int, ...]:
    """Hashes of the stretches of four words in an item's stem and choices, evenly thinned."""
    texts: Sequence[str] = (item.stem, *(choice.text for choice in item.choices))
    found: set[int] = set()
    for text in texts:
        row = words(text)
        found.update(
            zlib.crc32(" ".join(row[n : n + SHINGLE]).encode())
            for n in range(len(row) - SHINGLE + 1)
        )
    # The smallest hashes are the same sample for the same text, so samples may be compared.
    return tuple(sorted(found)[:MAX_SHINGLES])


def overlap(first: Sequence[int], second: Sequence[int]) -> float:
    """Estimated share of the stretches of words that two items have in common (Jaccard, 0 to 1).

    Notes
    -----
    Bottom-k sketch: the share of common hashes among the k smallest of both (Broder 1997,
    "On the resemblance and containment of documents").
    """
    if not first or not second:
        return 0.0
    both = sorted({*first, *second})[:MAX_SHINGLES]
    common = set(first) & set(second)
    return sum(1 for value in both if value in common) / len(both)


def reading_grade(markdown: str) -> float:
    """School grade that a text asks for; 0 for a text without a sentence.

    Notes
    -----
    Flesch-Kincaid: 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid and others,
    1975, "Derivation of new readability formulas"). Syllables are counted by groups of vowels,
    which is right for about nine English words in ten.
    """
    text = plain_text(markdown)
    spoken = _LETTERS.findall(text)
    if not spoken:
        return 0.0
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    syllables = sum(map(_syllables, spoken))
    return 0.39 * len(spoken) / sentences + 11.8 * syllables / len(spoken) - 15.59


def _syllables(word: str) -> int:
    small = word.casefold()
    count = len(_VOWELS.findall(small))
    # A silent e at the end is none: "case", "named", but "table" and "needed" have two.
    is_silent = _SILENT.search(small) is not None
    return max(1, count - is_silent)
