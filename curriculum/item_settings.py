"""The settings block of an item → checked values."""

from collections.abc import Mapping as AnyMapping
from typing import Any

from curriculum.document import Block, Document
from curriculum.fields import Fields
from curriculum.front import Mapping, read_yaml
from curriculum.identities import NAMELESS, define_anyway
from curriculum.metadata import BLOOM, FORMS, STATUSES, references
from curriculum.phrases import Phrase

ITEM_TYPES = (
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
)
KEYS = (
    "id",
    "type",
    "skill",
    "level",
    "cell",
    "domain",
    "form",
    "twin",
    "difficulty",
    "bloom",
    "points",
    "seconds",
    "scoring",
    "shuffle",
    "show",
    "unit",
    "case_sensitive",
    "min_words",
    "max_words",
    "objective",
    "sources",
    "checked_on",
    "review_by",
    "tags",
    "status",
    "author",
    "reviewers",
    "ask",
    "submission",
)
# Settings that mean something for some types only.
_ONLY_FOR: AnyMapping[str, tuple[str, ...]] = {
    "scoring": ("multiple", "ordering", "matching", "highlight"),
    "show": ("single", "multiple", "two-tier"),
    "unit": ("numeric",),
    "case_sensitive": ("text",),
    "min_words": ("rubric", "text"),
    "max_words": ("rubric", "text"),
    "ask": ("scenario",),
    "submission": ("rubric",),
}
Settings = dict[str, Any]


def read_settings(block: Block, *, document: Document) -> tuple[Settings, Fields] | None:
    """Settings by the names of `model.Item`; None when the block cannot be read at all.

    An `id`, `type` or `skill` that is missing or wrong is an empty text.
    """
    notes = document.notes
    root = read_yaml(block.text, notes=notes, first_line=block.start + 2)
    if not isinstance(root, Mapping):
        if root is not None or not block.text.strip():
            message = Phrase("an item starts with `id: ...`, `type: ...` and `skill: ...` lines")
            notes.add("FM001", block.start + 1, 1, message)
        lines = block.text.split("\n")
        define_anyway("item", lines, first_line=block.start + 2, notes=notes)
        return None
    fields = Fields(root, notes=notes, known=KEYS, what=Phrase("the item settings"))
    fields.require("id", "type", "skill")
    settings: Settings = {
        **_identity(fields),
        **_place(fields),
        **_rules(fields),
        **_sourcing(fields),
    }
    _note_without_effect(fields, type_=settings["type"])
    return settings, fields


def _identity(fields: Fields) -> Settings:
    notes = fields.notes
    id_ = fields.slug("id")
    if id_ is not None:
        notes.define("item", id_.text, id_.line, id_.column)
    else:
        notes.define("item", NAMELESS, fields.node.line, 1)
    type_ = fields.option("type", ITEM_TYPES, code="ITM002")
    skill = fields.slug("skill")
    if skill is not None:
        notes.refer("skill", skill.text, skill.line, skill.column)
    cell = fields.slug("cell")
    if cell is not None and skill is not None:
        notes.refer("cell", f"{skill.text}/{cell.text}", cell.line, cell.column)
    return {
        "id": id_.text if id_ else "",
        "type": type_ or "",
        "skill": skill.text if skill else "",
        "cell": cell.text if cell else None,
    }


def _place(fields: Fields) -> Settings:
    difficulty = fields.number("difficulty", low=-4, high=4)
    return {
        "level": fields.integer("level", low=1, high=4),
        "domain": fields.text("domain", limit=60) or None,
        "form": fields.option("form", FORMS),
        "twin": references(fields, "twin", kind="twin"),
        "difficulty": 0.0 if difficulty is None else difficulty,
        "bloom": fields.option("bloom", BLOOM),
        "objective": fields.text("objective", limit=300) or None,
    }


def _rules(fields: Fields) -> Settings:
    points = fields.number("points", low=0, high=1000)
    where = fields.value("points")
    if points == 0 and where is not None:
        fields.fault("FM004", where, Phrase("'points' should be more than 0"))
    low = fields.integer("min_words", low=1, high=10_000)
    high = fields.integer("max_words", low=1, high=10_000)
    where = fields.value("max_words")
    if low is not None and high is not None and high < low and where is not None:
        fields.fault(
            "FM004",
            where,
            Phrase("'max_words' ({high}) is smaller than 'min_words' ({low})", high=high, low=low),
        )
    return {
        "points": points or 1.0,
        "seconds": fields.integer("seconds", low=5, high=7200),
        "scoring": fields.option("scoring", ("all-or-nothing", "partial")) or "all-or-nothing",
        "shuffle": fields.boolean("shuffle", default=True),
        "show": fields.integer("show", low=1, high=25),
        "unit": fields.text("unit", limit=30) or None,
        "case_sensitive": fields.boolean("case_sensitive", default=False),
        "min_words": low,
        "max_words": high,
        "ask": fields.option("ask", ("best", "best-and-worst")) or "best",
        "submission": fields.option("submission", ("text", "file", "url")) or "text",
    }


def _sourcing(fields: Fields) -> Settings:
    notes = fields.notes
    author = fields.email("author")
    named = [author] if author is not None else []
    reviewers = [
        node
        for node in fields.scalars("reviewers", expected=Phrase("a list of e-mail addresses"))
        if fields.is_email(node, name="reviewers")
    ]
    for person in [*named, *reviewers]:
        notes.refer("person", person.text, person.line, person.column)
    return {
        "sources": references(fields, "sources", kind="source"),
        "checked_on": fields.day("checked_on"),
        "review_by": fields.day("review_by"),
        "tags": tuple(n.text for n in fields.scalars("tags", expected=Phrase("a list of words"))),
        "status": fields.option("status", STATUSES),
        "author": author.text if author else None,
        "reviewers": tuple(person.text for person in reviewers),
    }


def _note_without_effect(fields: Fields, *, type_: str) -> None:
    for name, types in _ONLY_FOR.items():
        key = fields.key(name)
        if key is not None and type_ and type_ not in types:
            message = Phrase(
                "'{name}' has no effect on a {kind} item; it is for {types}",
                name=name,
                kind=type_,
                types=", ".join(types),
            )
            fields.notes.add("ITM006", key.line, key.column, message)
