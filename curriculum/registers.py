"""The lists that content refers to: text of skills.yml and its neighbours → values."""

from collections.abc import Callable
from types import MappingProxyType
from typing import TypeVar

from curriculum.facts import Notes
from curriculum.fields import EMAIL, ID, Fields
from curriculum.front import Mapping, Node, Scalar, Sequence, read_yaml
from curriculum.model import Registers, Role, Skill, SkillLevel, Source
from curriculum.phrases import Phrase, Said
from curriculum.text import normalised

REGISTER_FILES = (
    "skills.yml",
    "misconceptions.yml",
    "sources.yml",
    "roles.yml",
    "glossary.yml",
    "people.yml",
    "retired_ids.txt",
)
MAX_TEXT = 2000
LEVELS = 4

T = TypeVar("T")

EMPTY_REGISTERS = Registers(
    skills=MappingProxyType({}),
    misconceptions=MappingProxyType({}),
    sources=MappingProxyType({}),
    roles=MappingProxyType({}),
    glossary=MappingProxyType({}),
    people=MappingProxyType({}),
    ai_systems=MappingProxyType({}),
)


def parse_skills(text: str, *, notes: Notes) -> dict[str, Skill]:
    """Skills by id, in the order of the file."""
    root = _root(text, notes=notes)
    if root is None:
        return {}
    if not isinstance(root, Sequence):
        notes.add("FM003", root.line, root.column, Phrase("skills.yml should be a list of skills"))
        return {}
    skills: dict[str, Skill] = {}
    for node in root.items:
        if not isinstance(node, Mapping):
            notes.add("FM003", node.line, node.column, Phrase("a skill should be a map with an id"))
            continue
        skill = _skill(node, notes=notes)
        if skill is not None and skill.id in skills:
            notes.add(
                "ID001",
                node.line,
                node.column,
                Phrase("the skill '{id}' is listed twice", id=skill.id),
            )
        elif skill is not None:
            skills[skill.id] = skill
    return skills


def _skill(node: Mapping, *, notes: Notes) -> Skill | None:
    known = ("id", "name", "description", "cells", "levels")
    fields = Fields(node, notes=notes, known=known, what=Phrase("a skill"))
    fields.require(*known)
    id_ = fields.slug("id")
    name = fields.text("name", limit=120)
    description = fields.text("description", limit=MAX_TEXT)
    cells = _texts(fields.value("cells"), notes=notes, what=Phrase("cells"), is_key=ID.fullmatch)
    nodes = fields.maps("levels", expected=Phrase("levels"))
    levels = [_level(level, notes=notes) for level in nodes]
    numbers = [level.level for level in levels if level]
    if not fields.faulty and all(levels) and numbers != list(range(1, LEVELS + 1)):
        where = fields.key("levels") or node
        fields.fault(
            "FM004",
            where,
            Phrase(
                "'levels' should be 1, 2, 3 and 4 in this order, not {numbers}",
                numbers=", ".join(map(str, numbers)),
            ),
        )
    cuts = [level.cut for level in levels if level and level.cut is not None]
    if cuts != sorted(set(cuts)):
        where = fields.key("levels") or node
        fields.fault("FM004", where, Phrase("the cut scores of the levels should rise"))
    if id_ is None or fields.faulty:
        return None
    kept = tuple(level for level in levels if level)
    return Skill(id_.text, name, description, MappingProxyType(cells), kept)


def _level(node: Mapping, *, notes: Notes) -> SkillLevel | None:
    known = ("level", "name", "can_do", "cut", "cut_origin", "misclassified")
    fields = Fields(node, notes=notes, known=known, what=Phrase("a level of a skill"))
    fields.require("level", "name", "can_do")
    level = fields.integer("level", low=1, high=LEVELS)
    if level is not None and level > 1:
        fields.require("cut", "cut_origin", "misclassified")
    name = fields.text("name", limit=60)
    can_do = tuple(
        line.text for line in fields.scalars("can_do", expected=Phrase("a list of sentences"))
    )
    cut = fields.number("cut", low=-4, high=4)
    origin = fields.text("cut_origin", limit=MAX_TEXT)
    wrong = fields.number("misclassified", low=0, high=1)
    if level is None or fields.faulty:
        return None
    return SkillLevel(level, name, can_do, cut, origin, wrong)


def parse_sources(text: str, *, notes: Notes) -> dict[str, Source]:
    """Sources by id."""
    return _entries(text, notes=notes, read=_source, what=Phrase("sources.yml"))


def _source(id_: str, node: Mapping, *, notes: Notes) -> Source | None:
    known = ("title", "author", "year", "url", "checked_on", "note")
    fields = Fields(node, notes=notes, known=known, what=Phrase("the source '{id}'", id=id_))
    fields.require("title", "checked_on")
    title = fields.text("title", limit=400)
    url = fields.text("url", limit=500)
    url_node = fields.value("url")
    if url and url_node and not url.startswith(("https://", "http://")):
        fields.fault("FM004", url_node, Phrase("'url' should start with https://"))
    checked_on = fields.day("checked_on")
    author = fields.text("author", limit=400)
    year = fields.integer("year", low=1000, high=2100)
    note = fields.text("note", limit=MAX_TEXT)
    if checked_on is None or fields.faulty:
        return None
    return Source(id_, title, checked_on, url, author, year, note)


def parse_roles(text: str, *, notes: Notes) -> tuple[dict[str, Role], dict[str, str]]:
    """Roles by id, and the register of AI systems by id."""
    root = _root(text, notes=notes)
    if root is None:
        return {}, {}
    if not isinstance(root, Mapping):
        message = Phrase("roles.yml should be a map of roles and ai_systems")
        notes.add("FM003", root.line, root.column, message)
        return {}, {}
    fields = Fields(root, notes=notes, known=("roles", "ai_systems"), what=Phrase("roles.yml"))
    fields.require("roles")
    value = fields.value("roles")
    roles = _each(value, notes=notes, read=_role, what=Phrase("roles")) if value else {}
    systems = _texts(
        fields.value("ai_systems"), notes=notes, what=Phrase("ai_systems"), is_key=ID.fullmatch
    )
    return roles, systems


def _role(id_: str, node: Mapping, *, notes: Notes) -> Role | None:
    known = ("name", "targets", "ai_systems")
    fields = Fields(node, notes=notes, known=known, what=Phrase("the role '{id}'", id=id_))
    fields.require("name", "targets")
    name = fields.text("name", limit=120)
    targets: dict[str, int] = {}
    value = fields.value("targets")
    if isinstance(value, Mapping):
        levels = Fields(value, notes=notes, known=tuple(value.entries), what=Phrase("targets"))
        for skill, (key, _) in value.entries.items():
            notes.refer("skill", skill, key.line, key.column)
            level = levels.integer(skill, low=0, high=LEVELS)
            if level is not None:
                targets[skill] = level
    elif value is not None:
        fields.fault("FM003", value, Phrase("'targets' should be a map of skill to level"))
    systems = fields.slugs("ai_systems")
    for system in systems:
        notes.refer("ai_system", system.text, system.line, system.column)
    if fields.faulty:
        return None
    return Role(id_, name, MappingProxyType(targets), tuple(s.text for s in systems))


def parse_texts(text: str, *, notes: Notes, is_key: Callable[[str], object]) -> dict[str, str]:
    """A register that is a plain map of key to text."""
    root = _root(text, notes=notes)
    return _texts(root, notes=notes, what=Phrase("this register"), is_key=is_key)


def parse_people(text: str, *, notes: Notes) -> dict[str, str]:
    """Names by e-mail address."""
    return parse_texts(text, notes=notes, is_key=EMAIL.fullmatch)


def parse_retired_ids(text: str, *, notes: Notes) -> frozenset[str]:
    """Ids that were used once and may never be used again, one a line; `#` begins a comment."""
    plain = normalised(text, notes=notes)
    found = set()
    for number, line in enumerate((plain or "").split("\n"), start=1):
        word = line.partition("#")[0].strip()
        if word and not ID.fullmatch(word):
            notes.add(
                "FM004", number, 1, Phrase("'{word}' is no id; write one id a line", word=word[:80])
            )
        elif word:
            found.add(word)
    return frozenset(found)


def _root(text: str, *, notes: Notes) -> Node | None:
    plain = normalised(text, notes=notes)
    root = read_yaml(plain, notes=notes) if plain is not None else None
    return None if isinstance(root, Scalar) and root.is_null else root


def _entries(text: str, *, notes: Notes, read: Callable[..., T | None], what: Said) -> dict[str, T]:
    root = _root(text, notes=notes)
    return {} if root is None else _each(root, notes=notes, read=read, what=what)


def _each(node: Node, *, notes: Notes, read: Callable[..., T | None], what: Said) -> dict[str, T]:
    if not isinstance(node, Mapping):
        notes.add(
            "FM003",
            node.line,
            node.column,
            Phrase("{what} should be a map of id to settings", what=what),
        )
        return {}
    found: dict[str, T] = {}
    for id_, (key, value) in node.entries.items():
        if not ID.fullmatch(id_):
            notes.add(
                "FM004",
                key.line,
                key.column,
                Phrase("'{id}' in {what} is no id", id=id_[:80], what=what),
            )
        elif not isinstance(value, Mapping):
            notes.add(
                "FM003",
                value.line,
                value.column,
                Phrase("'{id}' in {what} should be a map", id=id_, what=what),
            )
        elif (entry := read(id_, value, notes=notes)) is not None:
            found[id_] = entry
    return found


def _texts(
    node: Node | None, *, notes: Notes, what: Said, is_key: Callable[[str], object]
) -> dict[str, str]:
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        notes.add(
            "FM003",
            node.line,
            node.column,
            Phrase("{what} should be a map of key to text", what=what),
        )
        return {}
    found: dict[str, str] = {}
    for name, (key, value) in node.entries.items():
        if not is_key(name):
            notes.add(
                "FM004",
                key.line,
                key.column,
                Phrase("'{name}' is no key of {what}", name=name[:80], what=what),
            )
        elif not isinstance(value, Scalar) or value.is_null or len(value.text) > MAX_TEXT:
            message = Phrase(
                "'{name}' should be text of at most {most} characters",
                name=name,
                most=MAX_TEXT,
            )
            notes.add("FM003", value.line, value.column, message)
        else:
            found[name] = " ".join(value.text.split())
    return found
