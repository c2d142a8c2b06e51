"""What the readers of other systems' files have in common: one question, before it is a draft."""

from dataclasses import dataclass, field
from typing import Literal

from curriculum.phrases import Said

TextFormat = Literal["html", "markdown", "moodle", "plain"]
QuestionKind = Literal["choice", "truefalse", "short", "numeric", "matching", "ordering", "essay"]
FULL = 100.0
# Readers stop after one more than this; such a file is refused as a whole.
MAX_QUESTIONS = 5000
# A line break the author wrote down as such, where an ordinary one only wraps the source.
HARD_BREAK = "\u2028"


class Refusal(Exception):
    """A question cannot become a draft; the whole tree of this package's exceptions.

    `line` is the place in the source file, 0 where only the question's own line is known.
    """

    def __init__(self, reason: Said, *, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a question as the source has them, and the markup they are written in."""

    raw: str = ""
    format: TextFormat = "plain"
    line: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there are no words."""
        return not self.raw.strip()


NO_TEXT = Text()


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric answer as written: a value with its tolerance, or a range; `*` is any number."""

    value: str = ""
    tolerance: str = ""
    low: str = ""
    high: str = ""

    @property
    def is_any(self) -> bool:
        """Whether every number meets it."""
        return self.value == "*"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice or accepted answer; `credit` is in percent, negative where it costs points."""

    text: Text
    credit: float = 0.0
    feedback: Text = NO_TEXT
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A prompt and what belongs to it; an empty prompt is an extra distractor."""

    prompt: Text
    match: Text


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a source file.

    `number` counts the questions of the file from 1, `line` is where it begins. `one_answer` says
    that a learner picks a single choice. `type_name` is what the source calls its type.
    """

    kind: QuestionKind
    number: int
    line: int
    name: str
    stem: Text
    type_name: str = ""
    options: tuple[Option, ...] = ()
    matches: tuple[Match, ...] = ()
    steps: tuple[Text, ...] = ()
    one_answer: bool = True
    explanation: Text = NO_TEXT
    hints: tuple[Text, ...] = ()
    grader_notes: Text = NO_TEXT
    settings: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    source_id: str = ""
    category: str = ""
    warnings: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A question of the source that cannot be imported, and why."""

    number: int
    line: int
    name: str
    reason: Said
    reason_line: int
    type_name: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a whole file, or all that follows a place in it, cannot be read."""

    line: int
    column: int
    reason: Said


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything a reader found in one source file, in its order."""

    questions: tuple[Question | Refused, ...] = ()
    categories: tuple[str, ...] = ()
    fault: Fault | None = None
    notes: tuple[Said, ...] = field(default=())
