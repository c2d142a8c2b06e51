"""The values an author's Markdown becomes: tracks, modules, lessons, banks, blueprints, items."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

ItemType = Literal[
    "single",
    "multiple",
    "truefalse",
    "numeric",
    "text",
    "ordering",
    "matching",
    "scenario",
    "highlight",
    "two-tier",
    "rubric",
    "survey",
]
Rating = Literal["best", "acceptable", "poor", "harmful"]
Status = Literal["draft", "review", "published", "retired"]
Level = Literal["error", "warning"]
CalloutKind = Literal["note", "tip", "important", "warning", "caution"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in an author's file, at the line and column (both from 1) of its cause."""

    path: str
    line: int
    column: int
    level: Level
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of an item; `key` is `a`, `b`, ... in the authored order and never changes."""

    key: str
    text: str
    right: bool = False
    feedback: str = ""
    misconception: str | None = None
    rating: Rating | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One accepted (or explained) answer of a numeric or text item.

    A numeric line has `low` and `high`, both inclusive; a text line has `literal` or `pattern`
    (re2 syntax, `ignore_case` for the `i` flag). `credit` runs from 0 to 1.
    """

    credit: float
    low: float | None = None
    high: float | None = None
    literal: str | None = None
    pattern: str | None = None
    ignore_case: bool = False
    feedback: str = ""
    misconception: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of a matching item; an empty `prompt` marks an extra distractor."""

    prompt: str
    match: str


@dataclass(frozen=True, slots=True)
class RubricRow:
    """One criterion with its weight (percent) and the descriptions of points 0 to 4."""

    criterion: str
    weight: float
    points: tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One question with its key. Texts are Markdown; `path` and `line` say where it stands."""

    id: str
    type: ItemType
    skill: str
    title: str
    stem: str
    level: int | None = None
    cell: str | None = None
    domain: str | None = None
    form: str | None = None
    twin: tuple[str, ...] = ()
    difficulty: float = 0.0
    bloom: str | None = None
    points: float = 1.0
    seconds: int | None = None
    scoring: Literal["all-or-nothing", "partial"] = "all-or-nothing"
    shuffle: bool = True
    show: int | None = None
    unit: str | None = None
    case_sensitive: bool = False
    min_words: int | None = None
    max_words: int | None = None
    objective: str | None = None
    sources: tuple[str, ...] = ()
    checked_on: date | None = None
    review_by: date | None = None
    tags: tuple[str, ...] = ()
    status: Status | None = None
    author: str | None = None
    reviewers: tuple[str, ...] = ()
    ask: Literal["best", "best-and-worst"] = "best"
    submission: Literal["text", "file", "url"] = "text"
    choices: tuple[Choice, ...] = ()
    reasons: tuple[Choice, ...] = ()
    answers: tuple[AnswerLine, ...] = ()
    ordering: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    rubric: tuple[RubricRow, ...] = ()
    hint: str = ""
    explanation: str = ""
    model_answer: str = ""
    content_hash: str = ""
    key_hash: str = ""
    path: str = ""
    line: int = 0


# --- the body of a lesson -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a lesson; `anchor` is unique within the lesson."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Prose:
    """Ordinary Markdown, free of HTML, internal links already taken out of it."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Callout:
    """A GitHub alert: note, tip, important, warning or caution."""

    kind: CalloutKind
    markdown: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """A mermaid diagram and the sentence that says what it shows."""

    mermaid: str
    caption: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in the module's own folder; `path` is relative to the content directory."""

    path: str
    alt: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """The place of an item inside a lesson."""

    item_id: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another place of the portal, drawn as a button: `kind` names what `target` is."""

    kind: Literal["lesson", "module", "track", "term", "item"]
    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Activity:
    """A guided activity: a kind of the fixed set and its parameters."""

    id: str
    kind: str
    parameters: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Transfer:
    """A prompt to try something at one's own desk, asked about again later."""

    id: str
    prompt: str
    follow_up_days: int


@dataclass(frozen=True, slots=True)
class Reveal:
    """Text behind a click."""

    summary: str
    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True)
class Tabs:
    """Blocks side by side under names."""

    tabs: "tuple[tuple[str, tuple[Block, ...]], ...]"


Block = (
    Heading | Prose | Callout | Diagram | Image | Check | Link | Activity | Transfer | Reveal | Tabs
)


# --- the files -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Objective:
    """What a learner can do afterwards: a sentence that starts with a verb."""

    text: str
    bloom: str | None = None
    skill: str | None = None


@dataclass(frozen=True, slots=True)
class Front:
    """Front matter every file shares."""

    id: str
    title: str
    schema: str
    owner: str = ""
    summary: str = ""
    status: Status = "draft"
    reviewed: date | None = None
    review_every_days: int = 365
    audience: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    language: str = "en"
    translation_of: str | None = None
    licence: str = "internal"
    ai_systems: tuple[str, ...] = ()
    path: str = ""
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: what it promises, its body in blocks and the items that stand in it."""

    front: Front
    minutes: int
    objectives: tuple[Objective, ...]
    skills: tuple[str, ...]
    prerequisites: tuple[str, ...]
    blocks: tuple[Block, ...]
    items: tuple[Item, ...]
    footnotes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Module:
    """One module: its lessons by id, in order."""

    front: Front
    lessons: tuple[str, ...]
    objectives: tuple[Objective, ...]
    skills: tuple[str, ...]
    prerequisites: tuple[str, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """One track: its modules by id, in order."""

    front: Front
    modules: tuple[str, ...]
    blocks: tuple[Block, ...]
    expires_after_days: int | None = None


@dataclass(frozen=True, slots=True)
class Bank:
    """A file of items with one use."""

    front: Front
    use: Literal["formative", "summative", "survey"]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """How many items of which skill, level, cell and form a blueprint asks for."""

    skill: str
    n: int
    banks: tuple[str, ...]
    level: int | None = None
    cell: str | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Which items make a test, and the conditions it is taken under."""

    front: Front
    picks: tuple[Pick, ...]
    attempts: int = 1
    cooldown_days: int = 0
    pass_level: int | None = None
    minutes: int | None = None
    markers: int = 1
    shuffle: bool = True
    show_feedback: Literal["after-item", "after-submit", "after-close", "never"] = "never"
    tests_out_of: tuple[str, ...] = ()


# --- the registers -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SkillLevel:
    """One of four levels: its can-do statements and, above the first, its cut score on θ."""

    level: int
    name: str
    can_do: tuple[str, ...]
    cut: float | None
    cut_origin: str
    misclassified: float | None


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill, its content cells and its four levels."""

    id: str
    name: str
    description: str
    cells: Mapping[str, str]
    levels: tuple[SkillLevel, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A source that content may cite."""

    id: str
    title: str
    checked_on: date
    url: str = ""
    author: str = ""
    year: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A role profile: the target level per skill."""

    id: str
    name: str
    targets: Mapping[str, int]
    ai_systems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registers:
    """The lists that content refers to, by id."""

    skills: Mapping[str, Skill]
    misconceptions: Mapping[str, str]
    sources: Mapping[str, Source]
    roles: Mapping[str, Role]
    glossary: Mapping[str, str]
    people: Mapping[str, str]
    ai_systems: Mapping[str, str]
    retired_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Curriculum:
    """Everything that was read and every fault found; a file with errors is not in the maps.

    Only a bank stays when single items of it have errors: it then holds the others. `paths` gives
    the file of every id, also of files with errors; `references` the files each file refers to;
    `sources` the text of every file that was read, its line ends as they are.
    """

    registers: Registers
    tracks: Mapping[str, Track]
    modules: Mapping[str, Module]
    lessons: Mapping[str, Lesson]
    banks: Mapping[str, Bank]
    blueprints: Mapping[str, Blueprint]
    problems: tuple[Problem, ...]
    paths: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    references: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
