"""How long a lesson takes, by its words and items."""

from curriculum.body import Body
from curriculum.document import Document
from curriculum.fields import Fields
from curriculum.phrases import Phrase

WORDS_A_MINUTE = 200
MINUTES_AN_ITEM = 1.5
# Activities take time that words do not show, so only a clear misfit is worth a warning.
# What stands between blanks and is no word.
_SIGNS = frozenset({"|", "-", ">", "#", "##", "[", "]"})
FAR = 2.0
SLACK_MINUTES = 3.0


def estimated_minutes(words: int, *, items: int) -> float:
    """Minutes to read and to answer: 200 words a minute and 1.5 minutes an item."""
    return words / WORDS_A_MINUTE + MINUTES_AN_ITEM * items


def note_minutes(document: Document, *, fields: Fields, minutes: int | None, body: Body) -> None:
    """Note minutes that are far from the estimate."""
    node = fields.value("minutes")
    if minutes is None or node is None:
        return
    pieces = " ".join(document.lines[document.body_start :]).split()
    words = len(pieces) - sum(map(_SIGNS.__contains__, pieces))
    expected = estimated_minutes(words, items=len(body.items))
    is_far = minutes > expected * FAR or minutes < expected / FAR
    if is_far and abs(minutes - expected) > SLACK_MINUTES:
        message = Phrase(
            "{minutes} minutes are far from about {expected}: {words} words at "
            "{pace} a minute and {each} minutes for each "
            "of {size} items",
            minutes=minutes,
            expected=max(1, round(expected)),
            words=words,
            pace=WORDS_A_MINUTE,
            each=str(MINUTES_AN_ITEM),
            size=len(body.items),
        )
        document.notes.add("FM010", node.line, node.column, message)
