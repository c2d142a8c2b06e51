"""Front matter of the five kinds of files → checked values."""

import re
from collections.abc import Mapping as AnyMapping
from typing import cast

from curriculum.facts import Notes, did_you_mean, kind_word
from curriculum.fields import Fields
from curriculum.front import Mapping, Node, Scalar
from curriculum.identities import NAMELESS
from curriculum.model import Front, Objective, Status
from curriculum.phrases import Phrase

STATUSES = ("draft", "review", "published", "retired")
BLOOM = ("remember", "understand", "apply", "analyse", "evaluate", "create")
USES = ("formative", "summative", "survey")
FORMS = ("A", "B", "C")
SHOW_FEEDBACK = ("after-item", "after-submit", "after-close", "never")
MAX_OBJECTIVES = 6

_COMMON = (
    "schema",
    "id",
    "title",
    "summary",
    "owner",
    "reviewed",
    "review_every_days",
    "status",
    "sources",
    "licence",
    "language",
    "translation_of",
)
KEYS: AnyMapping[str, tuple[str, ...]] = {
    "track": (*_COMMON, "audience", "modules", "expires_after_days"),
    "module": (*_COMMON, "audience", "lessons", "objectives", "skills", "prerequisites"),
    "lesson": (
        *_COMMON,
        "audience",
        "minutes",
        "objectives",
        "skills",
        "prerequisites",
        "ai_systems",
    ),
    "bank": (*_COMMON, "use"),
    "blueprint": (
        *_COMMON,
        "pick",
        "attempts",
        "cooldown_days",
        "pass_level",
        "minutes",
        "markers",
        "shuffle",
        "show_feedback",
        "tests_out_of",
    ),
}
ALL_KEYS = tuple(dict.fromkeys(key for keys in KEYS.values() for key in keys))
REQUIRED: AnyMapping[str, tuple[str, ...]] = {
    "track": ("schema", "id", "title", "owner", "summary", "modules"),
    "module": ("schema", "id", "title", "owner", "summary", "lessons", "objectives"),
    "lesson": ("schema", "id", "title", "owner", "minutes", "objectives"),
    "bank": ("schema", "id", "title", "owner", "use"),
    "blueprint": ("schema", "id", "title", "owner", "pick"),
}
VERSION = 1

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?(-[a-z0-9]{4,8})*")
_LICENCES = (
    "internal",
    "Apache-2.0",
    "BSD-3-Clause",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-ND-4.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "EUPL-1.2",
    "GFDL-1.3-or-later",
    "MIT",
    "ODbL-1.0",
    "OGL-UK-3.0",
)
_NO_VERBS = frozenset(
    """
    a ability about ai all an and any at awareness basics by each every for from how i in
    introduction it its knowledge learner learners my of on our overview people skill skills
    some that the their there these they this those what when where which who why with you
    your
    """.split()  # noqa: SIM905
)
_VERBS_LIKE_NOUNS = frozenset(
    """
    audition augment bring caution comment commission complement condition document experiment
    function harness implement mention partition petition position question ration ring
    section segment sing station supplement witness
    """.split()  # noqa: SIM905
)


def kind_of(root: Node | None, *, expected: str | None, notes: Notes) -> str | None:
    """The kind of file that its schema names, or None with a fault noted."""
    if root is None:
        return expected
    if not isinstance(root, Mapping):
        notes.add(
            "FM003", root.line, root.column, Phrase("the front matter should be `key: value` lines")
        )
        return None
    entry = root.entries.get("schema")
    if entry is None or not isinstance(entry[1], Scalar) or entry[1].is_null:
        return expected
    return _kind_of_schema(entry[1], expected=expected, notes=notes)


def _kind_of_schema(node: Scalar, *, expected: str | None, notes: Notes) -> str | None:
    kind, _, version = node.text.partition("/")
    known = tuple(f"{name}/{VERSION}" for name in KEYS)
    if kind in KEYS and version.isdecimal() and int(version[:6]) > VERSION:
        message = Phrase(
            "'{text}' is newer than this portal, which reads '{kind}/{version}'",
            text=node.text[:60],
            kind=kind,
            version=VERSION,
        )
    elif node.text not in known:
        rest = did_you_mean(node.text, known) or Phrase(
            " Known are {known}", known=", ".join(known)
        )
        message = Phrase("unknown schema '{text}'.{rest}", text=node.text[:60], rest=rest)
    elif expected is not None and kind != expected:
        notes.add(
            "FM008",
            node.line,
            node.column,
            Phrase(
                "in this folder the schema should be '{expected}/{version}', not '{text}'",
                expected=expected,
                version=VERSION,
                text=node.text,
            ),
        )
        return None
    else:
        return kind
    notes.add("FM007", node.line, node.column, message)
    return None


def front_fields(root: Mapping, *, kind: str, notes: Notes) -> Fields:
    """The front matter of one kind of file, with its unknown and missing keys noted."""
    fields = Fields(
        root,
        notes=notes,
        known=KEYS[kind],
        what=Phrase("the front matter of a {kind}", kind=kind_word(kind)),
        elsewhere=ALL_KEYS,
    )
    fields.require(*REQUIRED[kind])
    return fields


def read_front(fields: Fields, *, kind: str, path: str, content_hash: str) -> Front:
    """The keys that all kinds share."""
    notes = fields.notes
    id_ = fields.slug("id")
    if id_ is not None:
        notes.define(kind, id_.text, id_.line, id_.column)
    else:
        notes.define(kind, NAMELESS, 1, 1)
    owner = fields.email("owner")
    if owner is not None:
        notes.refer("person", owner.text, owner.line, owner.column)
    original = fields.slug("translation_of")
    if original is not None:
        notes.refer("original", original.text, original.line, original.column)
    status = fields.option("status", STATUSES)
    return Front(
        id=id_.text if id_ else "",
        title=fields.text("title", limit=120),
        schema=f"{kind}/{VERSION}",
        owner=owner.text if owner else "",
        summary=fields.text("summary", limit=300),
        status=cast("Status", status or "draft"),
        reviewed=fields.day("reviewed"),
        review_every_days=fields.integer("review_every_days", low=30, high=1095) or 365,
        audience=references(fields, "audience", kind="role"),
        sources=references(fields, "sources", kind="source"),
        language=_language(fields),
        translation_of=original.text if original else None,
        licence=_licence(fields),
        ai_systems=references(fields, "ai_systems", kind="ai_system"),
        path=path,
        content_hash=content_hash,
    )


def references(fields: Fields, name: str, *, kind: str) -> tuple[str, ...]:
    """A list of ids that are defined elsewhere."""
    nodes = fields.slugs(name)
    for node in nodes:
        fields.notes.refer(kind, node.text, node.line, node.column)
    return tuple(node.text for node in nodes)


def objectives(fields: Fields) -> tuple[Objective, ...]:
    """What a learner can do afterwards, with one fault for each sentence that has no verb."""
    nodes = fields.maps("objectives", expected=Phrase("objectives with text, bloom and skill"))
    if len(nodes) > MAX_OBJECTIVES:
        fields.fault(
            "FM004",
            nodes[MAX_OBJECTIVES],
            Phrase("at most {most} objectives, please", most=MAX_OBJECTIVES),
        )
    value = fields.value("objectives")
    if value is not None and not isinstance(value, (Mapping, Scalar)) and not value.items:
        fields.fault(
            "FM004",
            value,
            Phrase(
                "'objectives' should hold 1 to {most} objectives",
                most=MAX_OBJECTIVES,
            ),
        )
    return tuple(_objective(node, outer=fields) for node in nodes)


def _objective(node: Mapping, *, outer: Fields) -> Objective:
    fields = Fields(
        node, notes=outer.notes, known=("text", "bloom", "skill"), what=Phrase("an objective")
    )
    fields.require("text")
    text = fields.text("text", limit=300)
    where = fields.value("text")
    if text and where is not None and not starts_with_verb(text):
        word = text.split()[0]
        fields.fault(
            "FM009",
            where,
            Phrase(
                "an objective starts with a verb such as 'Explain' or 'Choose', not '{word}'",
                word=word,
            ),
        )
    bloom = fields.option("bloom", BLOOM)
    skill = fields.slug("skill")
    if skill is not None:
        outer.notes.refer("skill", skill.text, skill.line, skill.column)
    outer.faulty = outer.faulty or fields.faulty
    return Objective(text, bloom, skill.text if skill else None)


def starts_with_verb(text: str) -> bool:
    """Whether the first word may be a verb; only words that surely are none are turned away."""
    word = re.sub(r"[^\w'-]", "", text.split()[0]).casefold()
    if word in _VERBS_LIKE_NOUNS or word.rstrip("s") in _VERBS_LIKE_NOUNS:
        return True
    endings = ("tion", "ness", "ity", "ment", "ing", "ship", "ology", "ence", "ance")
    return word[:1].isalpha() and word not in _NO_VERBS | {"to"} and not word.endswith(endings)


def _language(fields: Fields) -> str:
    node = fields.scalar("language", expected=Phrase("a language such as en or de-AT"))
    if node is None:
        return "en"
    if not _LANGUAGE.fullmatch(node.text):
        fields.fault(
            "FM004",
            node,
            Phrase(
                "'language' should be a code such as en or de-AT, not '{text}'", text=node.text[:40]
            ),
        )
    return node.text


def _licence(fields: Fields) -> str:
    node = fields.scalar("licence", expected=Phrase("an SPDX licence or internal"))
    if node is None:
        return "internal"
    if node.text not in _LICENCES and not node.text.startswith("LicenseRef-"):
        guess = did_you_mean(node.text, _LICENCES)
        fields.fault(
            "FM004",
            node,
            Phrase(
                "'licence' should be 'internal' or an SPDX licence such as "
                "CC-BY-4.0 (others as LicenseRef-name), not '{text}'.{guess}",
                text=node.text[:60],
                guess=guess,
            ),
        )
    return node.text
