"""The two kinds of files below assessments/: banks of items and blueprints of tests."""

from typing import Any

from curriculum.block_faults import note_fence, note_inner_fences, note_quote
from curriculum.body import (
    Body,
    check_footnotes,
    check_headings,
    read_footnotes,
)
from curriculum.cueing import note_cueing
from curriculum.document import Block, Document
from curriculum.fields import Fields
from curriculum.front import Mapping
from curriculum.inline import scan_block
from curriculum.items import read_item
from curriculum.metadata import FORMS, SHOW_FEEDBACK, references
from curriculum.model import Pick
from curriculum.phrases import Phrase

MAX_ITEMS_A_PICK = 500


def bank_body(document: Document, *, use: str | None) -> Body:
    """The items of a bank; `use` None when the front matter does not say."""
    read_footnotes(document)
    blocks = check_headings(document)
    body = Body()
    index = 0
    while index < len(blocks):
        end = index + 1
        if blocks[index].kind == "heading":
            while end < len(blocks) and not _begins_item(blocks[end]):
                end += 1
            _take_section(blocks[index:end], document=document, body=body)
        else:
            _check_prose(blocks[index], document=document)
        index = end
    check_footnotes(document)
    document.notes.references = [r for r in document.notes.references if r.kind != "anchor"]
    if use == "summative":
        _note_truefalse(document, body=body)
    if use is not None:
        title = document.blocks[0].start if document.blocks else document.body_start
        note_cueing(body.items, use=use, notes=document.notes, line=title + 1)
    return body


def _begins_item(block: Block) -> bool:
    return block.kind == "heading" and block.level <= 2


def _take_section(blocks: list[Block], *, document: Document, body: Body) -> None:
    heading = blocks[0]
    is_item = len(blocks) > 1 and blocks[1].kind == "fence" and blocks[1].info.strip() == "item"
    if is_item:
        item = read_item(blocks, document=document)
        if item is not None:
            body.items.append(item)
            body.item_ends.append(blocks[-1].end)
        return
    known = len(document.notes.problems)
    for block in blocks[1:]:
        _check_prose(block, document=document)
    # A misplaced or misspelt block is told of itself; the heading only lacks it for that reason.
    if not any(fault.code in {"ITM001", "ITM011"} for fault in document.notes.problems[known:]):
        message = Phrase(
            "each heading of a bank is an item: write an ```item block straight after it"
        )
        document.notes.add("ITM008", heading.start + 1, 1, message)


def _check_prose(block: Block, *, document: Document) -> None:
    if block.kind == "fence":
        note_fence(block, document=document)
    if block.kind == "blockquote":
        note_quote(block, document=document)
    note_inner_fences(block, document=document)
    scan_block(block, document=document)


def _note_truefalse(document: Document, *, body: Body) -> None:
    for item in body.items:
        if item.type == "truefalse":
            message = Phrase(
                "true/false items may not stand in a summative bank; a guess is right half the time"
            )
            document.notes.add("ITM007", item.line, 1, message)


def blueprint_settings(fields: Fields) -> tuple[dict[str, Any], list[list[object]]]:
    """Settings by the names of `model.Blueprint`, and its picks with their lines."""
    nodes = fields.maps("pick", expected=Phrase("picks with skill, n and from"))
    read = [(_pick(node, outer=fields), node) for node in nodes]
    picks = [(pick, node) for pick, node in read if pick is not None]
    value = fields.value("pick")
    if value is not None and not isinstance(value, Mapping) and not nodes and not fields.faulty:
        fields.fault("FM004", value, Phrase("'pick' should hold at least one pick"))
    place = fields.key("tests_out_of")
    if place is not None and fields.value("pass_level") is None:
        message = Phrase("say with 'pass_level: 1' to 4 which level tests out of these modules")
        fields.fault("FM014", place, message)
    settings = {
        "picks": tuple(pick for pick, _ in picks),
        "attempts": fields.integer("attempts", low=1, high=100) or 1,
        "cooldown_days": fields.integer("cooldown_days", low=0, high=1000) or 0,
        "pass_level": fields.integer("pass_level", low=1, high=4),
        "minutes": fields.integer("minutes", low=1, high=240),
        "markers": fields.integer("markers", low=1, high=2) or 1,
        "shuffle": fields.boolean("shuffle", default=True),
        "show_feedback": fields.option("show_feedback", SHOW_FEEDBACK) or "never",
        "tests_out_of": references(fields, "tests_out_of", kind="module"),
    }
    rows: list[list[object]] = [
        [p.skill, p.n, list(p.banks), p.level, p.cell, p.form, node.line, node.column]
        for p, node in picks
    ]
    return settings, rows


def _pick(node: Mapping, *, outer: Fields) -> Pick | None:
    known = ("skill", "level", "cell", "n", "from", "form")
    fields = Fields(node, notes=outer.notes, known=known, what=Phrase("a pick"))
    fields.require("skill", "n", "from")
    skill = fields.slug("skill")
    level = fields.integer("level", low=1, high=4)
    cell = fields.slug("cell")
    n = fields.integer("n", low=1, high=MAX_ITEMS_A_PICK)
    form = fields.option("form", FORMS)
    banks = references(fields, "from", kind="bank")
    if skill is not None:
        outer.notes.refer("skill", skill.text, skill.line, skill.column)
        if cell is not None:
            outer.notes.refer("cell", f"{skill.text}/{cell.text}", cell.line, cell.column)
    outer.faulty = outer.faulty or fields.faulty
    if skill is None or n is None or fields.faulty:
        return None
    return Pick(skill.text, n, banks, level, cell.text if cell else None, form)
