"""Single blocks of a lesson: callouts, diagrams, activities and transfer prompts."""

import re
from importlib import import_module
from types import MappingProxyType
from typing import cast

from curriculum.activities.base import KIND_NAMES
from curriculum.document import Block, Document
from curriculum.fields import Fields
from curriculum.front import Mapping, read_yaml
from curriculum.inline import without_links
from curriculum.model import Activity, Callout, CalloutKind, Diagram, Transfer
from curriculum.phrases import Phrase, Said

DEFAULT_FOLLOW_UP_DAYS = 14
_CAPTION = re.compile(r"[*_]+Diagram:\s*(.*?)[*_]+", re.DOTALL)


def read_alert(block: Block, *, document: Document) -> Callout:
    """A callout; its text without the quote signs."""
    lines = [unquoted(line) for line in document.lines[block.start + 1 : block.end]]
    markdown = without_links("\n".join(lines).strip(), path=document.path, keep_images=False)
    if not markdown:
        kind = str(block.tokens[0].info)
        document.notes.add(
            "MD009", block.start + 1, 1, Phrase("the callout [!{kind}] has no text", kind=kind)
        )
    return Callout(cast("CalloutKind", str(block.tokens[0].info).casefold()), markdown)


def unquoted(line: str) -> str:
    """One line of a quote without its sign."""
    return re.sub(r"^\s{0,3}>[ \t]?", "", line)


def read_mermaid(block: Block, *, follower: Block | None, document: Document) -> Diagram:
    """A diagram with the sentence after it; the sentence is required."""
    caption = ""
    if follower is not None and follower.kind == "paragraph":
        found = _CAPTION.fullmatch(document.slice(follower.start, follower.end).strip())
        caption = " ".join(found[1].split()) if found else ""
    if not caption:
        message = Phrase(
            "a diagram is followed by a line `*Diagram: what it shows*` for those who cannot see it"
        )
        document.notes.add("MD010", block.start + 1, 1, message)
    if not block.text.strip():
        document.notes.add("MD010", block.start + 1, 1, Phrase("the diagram is empty"))
    return Diagram(block.text.strip("\n"), caption)


def read_activity(block: Block, *, before: Block | None, document: Document) -> Activity | None:
    """A guided activity: all keys besides `id` and `kind` are its parameters, by its kind."""
    fields = _fields(block, document=document, what=Phrase("an activity"), known=None)
    if fields is None:
        return None
    if before is None or before.kind not in {"paragraph", "alert", "bullet_list", "ordered_list"}:
        message = Phrase("write a sentence before the activity that says its goal")
        document.notes.add("ACT002", block.start + 1, 1, message)
    fields.require("id", "kind")
    id_ = fields.slug("id")
    kind = fields.option("kind", KIND_NAMES, code="ACT001")
    if id_ is None or kind is None:
        return None
    document.notes.define("activity", id_.text, id_.line, id_.column)
    faults = len(document.notes.problems)
    node, elsewhere = _with_inner(fields.node), ("id", "kind", "parameters")
    # Few lessons hold an activity, and every check would pay for the arithmetic of all kinds.
    kinds = import_module("curriculum.activities.kinds")
    parameters = kinds.read_parameters(node, kind, notes=document.notes, elsewhere=elsewhere)
    if len(document.notes.problems) == faults and (reason := kinds.KINDS[kind].fault(parameters)):
        document.notes.add("ACT003", block.start + 1, 1, reason)
    return Activity(id_.text, kind, MappingProxyType(parameters))


def _with_inner(node: Mapping) -> Mapping:
    """The block with what stands below `parameters:`, for those who write it that way."""
    inner = node.entries.get("parameters")
    if inner is None or not isinstance(inner[1], Mapping):
        return node
    return Mapping({**node.entries, **inner[1].entries}, node.line, node.column)


def read_transfer(block: Block, *, document: Document) -> Transfer | None:
    """A prompt to try something at one's own desk."""
    known = ("id", "prompt", "follow_up_days")
    fields = _fields(block, document=document, what=Phrase("a transfer prompt"), known=known)
    if fields is None:
        return None
    fields.require("id", "prompt")
    id_ = fields.slug("id")
    prompt = fields.text("prompt", limit=1000)
    days = fields.integer("follow_up_days", low=1, high=180)
    if id_ is None or not prompt:
        return None
    document.notes.define("transfer", id_.text, id_.line, id_.column)
    return Transfer(id_.text, prompt, DEFAULT_FOLLOW_UP_DAYS if days is None else days)


def _fields(
    block: Block, *, document: Document, what: Said, known: tuple[str, ...] | None
) -> Fields | None:
    root = read_yaml(block.text, notes=document.notes, first_line=block.start + 2)
    if not isinstance(root, Mapping):
        if root is not None or not block.text.strip():
            message = Phrase("{what} is a few `key: value` lines", what=what)
            document.notes.add("FM003", block.start + 1, 1, message)
        return None
    names = known if known is not None else tuple(root.entries)
    return Fields(root, notes=document.notes, known=names, what=what)
