"""Choices of a question → choices of a single, multiple or true/false item."""

from collections.abc import Sequence

from curriculum.choices import KEYS, folded
from curriculum.importers.draft import DraftChoice
from curriculum.importers.escape import code_span
from curriculum.importers.markup import to_blocks, to_markdown
from curriculum.importers.question import FULL, Option, Question, Refusal
from curriculum.item_keys import says_how_many
from curriculum.model import ItemType
from curriculum.phrases import Phrase, Said

# Credits in percent of n right answers are written with few decimals, as in 33.33333.
_SLACK = 0.01
_ABOVE_WORDS = ("above",)


def choices_of(
    question: Question, *, notes: list[Said]
) -> tuple[ItemType, tuple[DraftChoice, ...]]:
    """The type and the choices; whatever our scoring does otherwise is noted.

    Raises
    ------
    Refusal
        If no choice is right, or there are too few or too many.
    """
    options = question.options
    if len(options) < 2:
        raise Refusal(
            Phrase("a question with choices needs two or more, not {size}", size=len(options))
        )
    if len(options) > len(KEYS):
        raise Refusal(
            Phrase(
                "it has {size} choices; at most {most} are possible",
                size=len(options),
                most=len(KEYS),
            )
        )
    full = [option.credit >= FULL - _SLACK for option in options]
    if question.one_answer and sum(full) == 1:
        _note_lost_credit(options, notes=notes)
        return "single", _choices(options, right=full, notes=notes)
    earning = [option.credit > 0 for option in options]
    if not any(earning):
        raise Refusal(Phrase("no choice is right"))
    if question.one_answer and not any(full):
        raise Refusal(Phrase("no choice earns full credit, though only one may be picked"))
    if question.one_answer:
        notes.append(
            Phrase(
                "{sum} choices are right and any one of them was enough; here all "
                "of them must be picked",
                sum=sum(full),
            )
        )
        earning = full
    else:
        _note_other_scoring(options, notes=notes)
    if not says_how_many(question.stem.raw, sum(earning)):
        notes.append(Phrase("the question does not say how many to pick ({sum})", sum=sum(earning)))
    return "multiple", _choices(options, right=earning, notes=notes)


def _note_lost_credit(options: Sequence[Option], *, notes: list[Said]) -> None:
    notes.extend(
        Phrase(
            "{credit}% for '{option}' is not kept; a choice is right or wrong",
            credit=f"{option.credit:g}",
            option=_short(option),
        )
        for option in options
        if option.credit < FULL - _SLACK and option.credit != 0
    )


def _note_other_scoring(options: Sequence[Option], *, notes: list[Said]) -> None:
    right = [option.credit for option in options if option.credit > 0]
    wrong = [option.credit for option in options if option.credit <= 0]
    share = FULL / len(right)
    if any(abs(credit - share) > 1 for credit in right):
        written = ", ".join(f"{credit:g}" for credit in right)
        notes.append(
            Phrase(
                "the credits of the right choices ({written}%) are not kept; all count alike",
                written=written,
            )
        )
    if wrong and any(abs(credit + FULL / len(wrong)) > 1 for credit in wrong):
        notes.append(
            Phrase(
                "wrong choices are scored our way: each costs its share of the "
                "wrong ones, where the source takes {costs}%",
                costs=", ".join(f"{0 - credit:g}" for credit in wrong),
            )
        )


def _choices(
    options: Sequence[Option], *, right: Sequence[bool], notes: list[Said]
) -> tuple[DraftChoice, ...]:
    found = []
    seen: dict[str, int] = {}
    for option, is_right in zip(options, right, strict=True):
        blocks = to_blocks(option.text, notes=notes)
        if not blocks:
            raise Refusal(Phrase("a choice has no words"), line=option.text.line)
        if blocks[0].startswith(("```", "|", "> ", "* ", "1) ")):
            blocks = [_opening(blocks[0], notes=notes), *blocks[1:]]
        words = folded("\n\n".join(blocks))
        if words in seen:
            reason = Phrase(
                "two choices say the same: '{option}', also in line {words}",
                option=_short(option),
                words=seen[words],
            )
            raise Refusal(reason, line=option.text.line)
        seen[words] = option.text.line
        found.append(
            DraftChoice(tuple(blocks), is_right, to_markdown(option.feedback, notes=notes))
        )
    return tuple(found)


def _opening(block: str, *, notes: list[Said]) -> str:
    """A block with which no choice can begin, as a paragraph: its lines one below the other."""
    lines = [line for line in block.split("\n") if line.strip()]
    if block.startswith("```"):
        lines = [code_span(line) for line in lines[1:-1]]
    else:
        lines = [line.removeprefix("* ").removeprefix("> ").removeprefix("1) ") for line in lines]
    if block.startswith("|"):
        raise Refusal(Phrase("a choice begins with a table; put it into the question"))
    if len(lines) > 1:
        notes.append(
            Phrase("a choice that began with code, a list or a quote is written as lines now")
        )
    return "\\\n".join(lines)


def _short(option: Option) -> str:
    return " ".join(option.text.raw.split())[:40]


def says_above(choices: Sequence[DraftChoice]) -> bool:
    """Whether a choice points at the others by their place."""
    return any(
        word in block.casefold()
        for choice in choices
        for block in choice.blocks
        for word in _ABOVE_WORDS
    )
