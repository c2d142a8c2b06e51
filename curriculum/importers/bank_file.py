"""The bank files an import writes: what goes where, and nothing twice."""

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from curriculum.importers.draft import yaml_text
from curriculum.importers.escape import escape_words
from curriculum.importers.report import ImportReport, Outcome
from curriculum.parse import read_file
from curriculum.phrases import Phrase
from curriculum.text import MAX_BYTES, MAX_LINES

# Half of what the parser reads, since authors add to what was imported.
MAX_BANK_BYTES = MAX_BYTES // 2
MAX_BANK_LINES = MAX_LINES // 2
MAX_PARTS = 1000
_ID = re.compile(r"^id:[ \t]*([a-z0-9][a-z0-9.-]*)[ \t]*$", re.MULTILINE)
_ONE_WORD = re.compile(r"[A-Za-z0-9.+-]+")
_LICENCE = re.compile(r"^licence:[ \t]*(.+?)[ \t]*$", re.MULTILINE)


class NotWritten(Exception):
    """The drafts cannot be written where they were to go; nothing was changed."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True, slots=True)
class Written:
    """What an import did to the disk: files by path with their new text, and ids that were there.

    `kept` maps the id of each question imported before to the file that holds it.
    """

    files: Mapping[Path, str]
    new: tuple[str, ...]
    kept: Mapping[str, str]


def plan_banks(
    report: ImportReport,
    *,
    into: Path,
    owner: str,
    licence: str,
    known: Mapping[str, str] | None = None,
) -> Written:
    """Which texts an import would write below `into`; the disk is only read.

    Items that a file of this source holds already stay as they are there, whatever an author
    changed; `known` names ids that stand elsewhere, with their place. New items follow at the end.

    Raises
    ------
    NotWritten
        If a file of this source cannot be added to.
    """
    parts = _existing_parts(report, into=into)
    held = dict(known or {})
    for path, text in parts.items():
        held |= dict.fromkeys(_ID.findall(text), path.name)
    drafts = [outcome for outcome in report.outcomes if outcome.markdown]
    fresh = [outcome for outcome in drafts if outcome.item_id not in held]
    kept = {o.item_id: held[o.item_id] for o in drafts if o.item_id in held}
    if fresh:
        _refuse_other_licence(parts, licence=licence)
    files = _filled(report, fresh, parts=parts, into=into, owner=owner, licence=licence)
    _refuse_faulty(files)
    return Written(files=files, new=tuple(o.item_id for o in fresh), kept=kept)


def write_banks(written: Written) -> None:
    """Put the planned texts on the disk, each file whole or not at all.

    Raises
    ------
    NotWritten
        If the folder or a file cannot be written.
    """
    places: list[tuple[str, Path]] = []
    try:
        for path, text in written.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            places.append((_write_beside(path, text), path))
        for temporary, path in places:
            Path(temporary).replace(path)
    except OSError as fault:
        raise NotWritten(f"{fault.filename or 'the folder'}: {fault.strerror}") from fault
    finally:
        for temporary, _ in places:
            Path(temporary).unlink(missing_ok=True)


def _write_beside(path: Path, text: str) -> str:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".import-", suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    Path(temporary).chmod(mode)
    return temporary


def part_name(slug: str, number: int) -> str:
    """The name of the bank file that holds a part of a source, without its ending."""
    return slug if number == 1 else f"{slug}-part{number}"


def _existing_parts(report: ImportReport, *, into: Path) -> dict[Path, str]:
    parts: dict[Path, str] = {}
    for number in range(1, MAX_PARTS):
        path = into / f"{part_name(report.slug, number)}.md"
        if not os.path.lexists(path):
            break
        if path.is_symlink() or not path.is_file():
            raise NotWritten(f"{path} is no ordinary file")
        try:
            parts[path] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise NotWritten(f"{path} cannot be read: {fault}") from fault
    return parts


def _refuse_other_licence(parts: Mapping[Path, str], *, licence: str) -> None:
    for path, text in parts.items():
        found = _LICENCE.search(text)
        if found is not None and found[1].strip("\"'") != licence:
            raise NotWritten(
                f"{path} stands under the licence {found[1]}, not {licence}; "
                "import into another folder"
            )


def _filled(
    report: ImportReport,
    fresh: Sequence[Outcome],
    *,
    parts: Mapping[Path, str],
    into: Path,
    owner: str,
    licence: str,
) -> dict[Path, str]:
    texts = list(parts.values())
    filled = fill_parts(report, fresh, texts=texts, owner=owner, licence=licence)
    return {into / f"{part_name(report.slug, n)}.md": text for n, text in filled.items()}


def fill_parts(
    report: ImportReport,
    fresh: Sequence[Outcome],
    *,
    texts: Sequence[str],
    owner: str,
    licence: str,
) -> dict[int, str]:
    """The parts of a bank that change when items are put behind those in `texts`, by number."""
    parts = list(texts)
    changed: dict[int, str] = {}
    for outcome in fresh:
        if not parts or is_full(parts[-1], more=outcome.markdown):
            parts.append(_head(report, number=len(parts) + 1, owner=owner, licence=licence))
        parts[-1] = with_item(parts[-1], outcome.markdown)
        changed[len(parts)] = parts[-1]
    return changed


def with_item(text: str, markdown: str) -> str:
    """A text with an item put behind it."""
    return f"{text.rstrip()}\n\n{markdown}"


def with_licence(text: str, licence: str) -> str:
    """A file with a licence in its settings, for the imported text that comes into it.

    Raises
    ------
    NotWritten
        If the file stands under another licence.
    """
    head, mark, body = text.partition("\n---")
    found = _LICENCE.search(head)
    if found is None:
        return f"{head}\nlicence: {licence}{mark}{body}"
    if found[1].strip("\"'") != licence:
        raise NotWritten(
            Phrase(
                "this file stands under the licence {other}, not {licence}",
                other=found[1],
                licence=licence,
            )
        )
    return text


def is_full(text: str, *, more: str) -> bool:
    """Whether a text has no room for more; authors add to what was imported."""
    size = len(text.encode()) + len(more.encode())
    return size > MAX_BANK_BYTES or text.count("\n") + more.count("\n") > MAX_BANK_LINES


def _head(report: ImportReport, *, number: int, owner: str, licence: str) -> str:
    part = f", part {number}" if number > 1 else ""
    source = " ".join(report.source.split())
    short = source if len(source) <= 80 else f"{source[:79]}…"
    title = f"Imported from {short}{part}"
    lines = [
        "---",
        "schema: bank/1",
        f"id: imported.{part_name(report.slug, number)}",
        f"title: {yaml_text(title)}",
        f"owner: {owner}",
        "status: draft",
        "use: formative",
        f"licence: {licence}",
        "---",
        "",
        f"# {escape_words(title)}",
        "",
        "Drafts that were imported and nobody has read yet. The first line of each item's settings",
        "says where in the source it stood.",
    ]
    return "\n".join(lines) + "\n"


def licence_fault(licence: str) -> str:
    """What our parser says against a licence; empty when it may stand in a bank."""
    report = ImportReport(source="licence", kind="", slug="licence")
    words = licence if _ONE_WORD.fullmatch(licence) else yaml_text(licence)
    head = _head(report, number=1, owner="somebody@norhaven.example", licence=words)
    faults = read_file(head, path="licence.md", kind="bank").facts.problems
    return next((fault.message for fault in faults if "'licence'" in fault.message), "")


def _refuse_faulty(files: Mapping[Path, str]) -> None:
    """Nothing that our own parser would refuse is written."""
    for path, text in files.items():
        parsed = read_file(text, path=path.name, kind="bank")
        errors = [fault for fault in parsed.facts.problems if fault.level == "error"]
        if errors:
            first = errors[0]
            raise NotWritten(
                f"{path}:{first.line}: error {first.code}: {first.message} "
                "(mend this file, or import into another folder)"
            )
