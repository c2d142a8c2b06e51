"""A source file → a report that holds one draft or one refusal for each of its questions."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from curriculum.importers.convert import Filing, source_slug, to_draft
from curriculum.importers.csv_table import read_csv
from curriculum.importers.draft import Draft
from curriculum.importers.gift import read_gift
from curriculum.importers.moodle_xml import read_moodle_xml
from curriculum.importers.proof import proven_markdown
from curriculum.importers.question import (
    MAX_QUESTIONS,
    Fault,
    Question,
    Reading,
    Refusal,
    Refused,
)
from curriculum.importers.report import ImportReport, Outcome
from curriculum.importers.source_text import MAX_BYTES, find_unusable, read_text, too_large
from curriculum.model import Registers
from curriculum.phrases import Phrase, Said

SourceKind = Literal["gift", "moodle-xml", "csv"]
_TEXT_READERS: Mapping[str, Callable[[str], Reading | Fault]] = MappingProxyType(
    {"gift": read_gift, "csv": read_csv}
)
KINDS: tuple[SourceKind, ...] = ("gift", "moodle-xml", "csv")


def import_file(
    source: Path | str | bytes,
    *,
    kind: SourceKind,
    skill: str,
    name: str = "",
    registers: Registers | None = None,
) -> ImportReport:
    """Turn every question of a source into a draft of one skill, or say why it cannot be one.

    Nothing is written. A `Path` is read, anything else is the source itself; `name` is what the
    report and the ids call it. With `registers` e-mail addresses that are in none of them are
    refused, as the checker does.

    Raises
    ------
    OSError
        If a path cannot be read.
    """
    if isinstance(source, Path):
        name = name or source.name
        if source.stat().st_size > MAX_BYTES:
            return _refused_whole(name, kind=kind, fault=too_large(source.stat().st_size))
        source = source.read_bytes()
    name = name or f"pasted-{kind}"
    reading = _read(source, kind=kind)
    if isinstance(reading, Fault):
        return _refused_whole(name, kind=kind, fault=reading)
    if len(reading.questions) > MAX_QUESTIONS:
        return _refused_whole(name, kind=kind, fault=_too_many(reading))
    filing = Filing(skill=skill, source=name, slug=source_slug(name))
    return ImportReport(
        source=name,
        kind=kind,
        slug=filing.slug,
        outcomes=_outcomes(reading, filing=filing, registers=registers),
        categories=reading.categories,
        notes=reading.notes,
        fault=reading.fault,
    )


def _read(source: str | bytes, *, kind: SourceKind) -> Reading | Fault:
    unusable = find_unusable(source)
    if unusable is not None:
        return unusable
    if kind == "moodle-xml":
        return read_moodle_xml(source)
    text = read_text(source)
    return text if isinstance(text, Fault) else _TEXT_READERS[kind](text)


def _refused_whole(name: str, *, kind: str, fault: Fault) -> ImportReport:
    return ImportReport(source=name, kind=kind, slug=source_slug(name), fault=fault)


def _too_many(reading: Reading) -> Fault:
    first_over = reading.questions[MAX_QUESTIONS]
    reason = Phrase("the file has more than {most} questions; split it", most=MAX_QUESTIONS)
    return Fault(first_over.line, 1, reason)


def _outcomes(
    reading: Reading, *, filing: Filing, registers: Registers | None
) -> tuple[Outcome, ...]:
    seen: Counter[str] = Counter()
    return tuple(
        _outcome(question, filing=filing, registers=registers, seen=seen)
        for question in reading.questions
    )


def _outcome(
    question: Question | Refused,
    *,
    filing: Filing,
    registers: Registers | None,
    seen: Counter[str],
) -> Outcome:
    if isinstance(question, Refused):
        return Outcome(
            question.number,
            question.line,
            question.name,
            question.type_name,
            "refused",
            reason=question.reason,
            reason_line=question.reason_line or question.line,
        )
    outcome = Outcome(question.number, question.line, question.name, question.type_name, "imported")
    notes: list[Said] = []
    try:
        draft = to_draft(question, filing=filing, notes=notes)
        seen[draft.id] += 1
        if seen[draft.id] > 1:
            notes.append(
                Phrase(
                    "the same question stands in the file {seen} times so far", seen=seen[draft.id]
                )
            )
            draft = replace(draft, id=f"{draft.id}-{seen[draft.id]}")
        _refuse_retired(draft, registers=registers)
        markdown = proven_markdown(draft, registers=registers)
    except Refusal as refusal:
        line = refusal.line or question.line
        return replace(outcome, result="refused", reason=refusal.reason, reason_line=line)
    warnings = tuple(dict.fromkeys(notes))
    return replace(
        outcome,
        result="imported with warnings" if warnings else "imported",
        item_id=draft.id,
        markdown=markdown,
        warnings=warnings,
    )


def _refuse_retired(draft: Draft, *, registers: Registers | None) -> None:
    if registers is not None and draft.id in registers.retired_ids:
        raise Refusal(Phrase("it was imported before, and its id is retired"))
