"""Question files of other systems → an author's drafts: read, reviewed item by item, taken over."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from curriculum.importers.bank_file import (
    MAX_PARTS,
    NotWritten,
    fill_parts,
    is_full,
    licence_fault,
    part_name,
    with_item,
    with_licence,
)
from curriculum.importers.importing import SourceKind, import_file
from curriculum.importers.report import ImportReport, Outcome
from curriculum.model import Curriculum, Item, Registers
from curriculum.parse import read_file
from curriculum.phrases import Phrase
from curriculum.read import source_of
from curriculum.text import content_hash
from db import Connection
from db.commands.authoring import DraftText, upsert_draft
from db.commands.reviews import decide_review
from db.queries.authoring import DraftRow, select_drafts
from db.queries.content import select_known_ids
from db.queries.people import find_person
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.evidence import record_deed
from portal.services.reviewing import Newest, ReadTexts

# A file up to this size stays in memory on its way through the server.
MAX_UPLOAD = 1024 * 1024
BANKS = "assessments/banks"
_KINDS: Mapping[str, SourceKind] = {
    ".xml": "moodle-xml",
    ".csv": "csv",
    ".tsv": "csv",
    ".gift": "gift",
    ".txt": "gift",
}
# A lesson or a bank that is there already; empty for a new bank named after the file.
NEW_BANK = ""
_HEAD = "---\nschema: bank/1\nid: imported.shown\ntitle: Shown\nuse: formative\n---\n\n# Shown\n\n"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the items of a file stand already: item id → path; those gone for good have none."""

    held: Mapping[str, str]
    used: frozenset[str]

    def is_new(self, outcome: Outcome) -> bool:
        """Say whether a question can be taken over."""
        taken = outcome.item_id in self.held or outcome.item_id in self.used
        return bool(outcome.markdown) and not taken


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the drafts that hold the new items, and what was left out and why."""

    paths: tuple[str, ...]
    new: tuple[str, ...]
    left: Mapping[str, str]


def kind_of(name: str) -> SourceKind | None:
    """Return what kind of file a name speaks of, or None."""
    return _KINDS.get(PurePosixPath(name).suffix.casefold())


def read_source(
    *,
    viewer: Viewer,
    data: bytes,
    name: str,
    kind: SourceKind,
    skill: str,
    registers: Registers,
) -> ImportReport:
    """Read a file from memory: every question in it imported, with warnings, or refused.

    Raises
    ------
    Refused
        When the viewer writes no lessons, the file is too large, or no such skill exists.
    """
    access.require(viewer, "publish lessons")
    if len(data) > MAX_UPLOAD:
        raise Refused(
            "This file has {size} KB; at most {most} KB are read here. Split it, or import it on "
            "the command line.",
            size=len(data) // 1024,
            most=MAX_UPLOAD // 1024,
        )
    if skill not in registers.skills:
        raise Refused("Choose the skill that these questions are about.")
    return import_file(data, kind=kind, skill=skill, name=name, registers=registers)


def read_item(outcome: Outcome) -> Item | None:
    """Return the item that an outcome would become, to be drawn; None for one that was refused."""
    if not outcome.markdown:
        return None
    head = (
        "---\nschema: bank/1\nid: imported.shown\ntitle: Shown\nuse: formative\n---\n\n# Shown\n\n"
    )
    value = read_file(f"{head}{outcome.markdown}", path="shown.md", kind="bank").value
    items: tuple[Item, ...] = getattr(value, "items", ())
    return items[0] if items else None


def targets(curriculum: Curriculum) -> dict[str, str]:
    """Return the title of every bank and lesson that items can be put into, by its path."""
    kinds = (curriculum.banks, curriculum.lessons)
    return {value.front.path: value.front.title for kind in kinds for value in kind.values()}


def find_standing(
    store: Store, *, viewer: Viewer, report: ImportReport, read_texts: ReadTexts
) -> Standing:
    """Return which questions of a file were taken over before, by anybody."""
    access.require(viewer, "publish lessons")
    return store.read(
        lambda connection: _standing(
            connection, report, everything=_everything(connection, viewer, read_texts)
        )
    )


def take_over(
    store: Store,
    *,
    viewer: Viewer,
    report: ImportReport,
    chosen: Collection[str],
    target: str,
    licence: str,
    newest: Newest,
    read_texts: ReadTexts,
    now: datetime,
) -> Imported:
    """Put the chosen items of a report into drafts of the viewer; nothing twice.

    `target` is the path of a bank or lesson, or NEW_BANK for one named after the file. An item
    that our checker refuses in that place is left out with its reason.

    Raises
    ------
    Refused
        When the viewer writes no lessons, the place or the licence cannot be used, or another
        window saved in between.
    """
    access.require(viewer, "publish lessons")
    if fault := licence_fault(licence):
        raise Refused("The licence cannot be used: {fault}.", fault=fault)
    source = source_of(target)
    if target != NEW_BANK and (source is None or source.kind not in {"bank", "lesson"}):
        raise Refused("Choose a bank or a lesson, or a new bank.")

    # What is read here takes no part in the write: it parses every file.
    def prepare(connection: Connection) -> tuple[Curriculum, Standing, dict[str, DraftRow], str]:
        everything = _everything(connection, viewer, read_texts)
        drafts = select_drafts(connection)
        own = {row.path: row for row in drafts if row.author_id == viewer.person_id}
        standing = _standing(connection, report, everything=everything)
        return everything, standing, own, _owner(connection, viewer, everything)

    everything, standing, own, owner = store.read(prepare)
    wanted = [one for one in report.outcomes if one.item_id in chosen and one.markdown]
    fresh = [one for one in wanted if standing.is_new(one)]
    left = {one.item_id: _why_held(standing, one.item_id) for one in wanted if one not in fresh}
    making = _Making(own, newest=newest, everything=everything)
    fresh, refused = making.fitting(fresh, target=target, licence=licence)
    left |= refused
    texts = making.texts(report, fresh, target=target, owner=owner, licence=licence)
    if not texts:
        return Imported((), (), left)
    new = tuple(one.item_id for one in fresh)

    def keep(connection: Connection) -> None:
        for path, text in texts.items():
            _keep_draft(connection, viewer, path, text, making=making, now=now)
        record_deed(
            connection,
            viewer=viewer,
            deed="imported questions",
            object_=f"file:{min(texts)}",
            payload={"source": report.source, "kind": report.kind, "items": len(new)},
            now=now,
        )

    store.write(keep)
    return Imported(tuple(texts), new, left)


def _everything(connection: Connection, viewer: Viewer, read_texts: ReadTexts) -> Curriculum:
    """Read what is live, and everybody's drafts on top, the viewer's own last."""
    drafts = select_drafts(connection)
    own = {row.path: row.text for row in drafts if row.author_id == viewer.person_id}
    return read_texts({row.path: row.text for row in reversed(drafts)} | own)


def _standing(connection: Connection, report: ImportReport, *, everything: Curriculum) -> Standing:
    ids = {one.item_id for one in report.outcomes if one.markdown}
    held = {id_: everything.paths[id_] for id_ in ids if id_ in everything.paths}
    used = (select_known_ids(connection) | everything.registers.retired_ids) & ids
    return Standing(held, frozenset(used - held.keys()))


def _why_held(standing: Standing, item_id: str) -> str:
    path = standing.held.get(item_id)
    return path or Phrase("its id is retired")


def _owner(connection: Connection, viewer: Viewer, everything: Curriculum) -> str:
    """Return the viewer's address where the register of people has it, else its first."""
    people = everything.registers.people
    person = find_person(connection, viewer.person_id)
    return person.email if person and person.email in people else next(iter(people), "")


class _Making:
    """Texts of drafts in the making, on top of what the author sees now."""

    def __init__(
        self, own: Mapping[str, DraftRow], *, newest: Newest, everything: Curriculum
    ) -> None:
        self.own = own
        self._newest = newest
        self._everything = everything

    def base(self, path: str) -> str:
        """Return the text a draft of a file grows out of."""
        return self.own[path].base if path in self.own else self._newest.text(path)

    def text(self, path: str) -> str:
        """Return the text of a file as its author sees it now."""
        return self.own[path].text if path in self.own else self._newest.text(path)

    def licensed(self, path: str, licence: str) -> str:
        """Return the text of a file that imported text may come into."""
        text = self.text(path)
        if not text:
            raise Refused("This bank or lesson is not there any more. Choose another one.")
        try:
            return with_licence(text, licence)
        except NotWritten as fault:
            raise Refused("These questions cannot go there: {fault}.", fault=fault.said) from fault

    def fitting(
        self, fresh: list[Outcome], *, target: str, licence: str
    ) -> tuple[list[Outcome], dict[str, str]]:
        """Return the items that our checker takes in this place, and why it refuses the others."""
        source = source_of(target)
        if source is None:
            return fresh, {}
        text = self.licensed(target, licence)
        kept: list[Outcome] = []
        left: dict[str, str] = {}
        longer = text
        for outcome in fresh:
            if is_full(longer, more=outcome.markdown):
                left[outcome.item_id] = Phrase("there is no room for it in this bank or lesson")
            else:
                kept.append(outcome)
                longer = with_item(longer, outcome.markdown)
        while refused := _refused(text, kept, path=target, kind=source.kind):
            left |= refused
            kept = [one for one in kept if one.item_id not in refused]
        return kept, left

    def texts(
        self,
        report: ImportReport,
        fresh: list[Outcome],
        *,
        target: str,
        owner: str,
        licence: str,
    ) -> dict[str, str]:
        """Return the new text of every file that changes, by path."""
        if not fresh:
            return {}
        if target != NEW_BANK:
            return {target: _with_all(self.licensed(target, licence), fresh)}
        paths = self._part_paths(report.slug)
        parts = [self._known_text(path) for path in paths]
        filled = fill_parts(report, fresh, texts=parts, owner=owner, licence=licence)
        return {f"{BANKS}/{part_name(report.slug, n)}.md": text for n, text in filled.items()}

    def _part_paths(self, slug: str) -> list[str]:
        paths: list[str] = []
        for number in range(1, MAX_PARTS):
            path = f"{BANKS}/{part_name(slug, number)}.md"
            if path not in self._everything.sources:
                break
            paths.append(path)
        return paths

    def _known_text(self, path: str) -> str:
        # Another author may have begun the same bank; the import goes on with that text.
        return self.text(path) or self._everything.sources[path]


def _with_all(text: str, outcomes: Iterable[Outcome]) -> str:
    for outcome in outcomes:
        text = with_item(text, outcome.markdown)
    return text


def _refused(text: str, outcomes: list[Outcome], *, path: str, kind: str) -> dict[str, str]:
    """Return which items our checker refuses behind a text, each with its first error."""
    starts, longer = [], text
    for outcome in outcomes:
        starts.append(longer.rstrip().count("\n") + 2)
        longer = with_item(longer, outcome.markdown)
    problems = read_file(longer, path=path, kind=kind).facts.problems
    refused: dict[str, str] = {}
    for one in sorted(problems):
        place = bisect_right(starts, one.line) - 1
        if one.level == "error" and place >= 0:
            refused.setdefault(outcomes[place].item_id, one.message)
    return refused


def _keep_draft(
    connection: Connection,
    viewer: Viewer,
    path: str,
    text: str,
    *,
    making: _Making,
    now: datetime,
) -> None:
    row, base = making.own.get(path), making.base(path)
    draft = DraftText(path, viewer.person_id, text, base, content_hash(base))
    if row is not None and row.review_id is not None:
        decide_review(connection, row.review_id, decision="withdrawn", now=now)
    if upsert_draft(connection, draft=draft, saves=row.saves if row else 0, now=now) is None:
        raise Refused(
            "One of these drafts was saved in another window meanwhile. Nothing was taken over; "
            "try again."
        )
