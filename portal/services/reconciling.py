"""Disk and browser, two doors to one text: which file on disk is new, older, merged or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from curriculum.merge import diff_text, merge
from curriculum.model import Curriculum, Front
from curriculum.text import content_hash
from db import Connection
from db.commands.authoring import SeenFile
from db.queries.authoring import (
    TextRow,
    select_newest_texts,
    select_seen_files,
    select_sources,
)
from db.queries.content import select_hashes


@dataclass(frozen=True, slots=True)
class FileConflict:
    """A file changed on disk and in the browser in the same lines; `diff` is live → disk."""

    content_id: str
    path: str
    diff: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to read in place of files on disk, and why, by content id.

    `texts` maps a path to the text that stands in place of the file there; a path in `left` is
    not published from disk even where no text can stand in its place. `counts` is how many
    revisions each file had, so that a publication in between is noticed; `without_text` holds
    newest revisions that were published before texts were kept.
    """

    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    left: frozenset[str] = frozenset()
    stale: frozenset[str] = frozenset()
    merged: frozenset[str] = frozenset()
    conflicts: Mapping[str, FileConflict] = field(default_factory=lambda: MappingProxyType({}))
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    without_text: Mapping[str, TextRow] = field(default_factory=lambda: MappingProxyType({}))


def fronts_of(curriculum: Curriculum) -> dict[str, Front]:
    """Return the front matter of every file without errors, by content id."""
    kinds: tuple[Mapping[str, object], ...] = (
        curriculum.tracks,
        curriculum.modules,
        curriculum.lessons,
        curriculum.banks,
        curriculum.blueprints,
    )
    return {id_: value.front for kind in kinds for id_, value in kind.items()}  # type: ignore[attr-defined]


def is_same_text(one: str, other: str) -> bool:
    """Say whether two texts differ in nothing but line ends and blank lines at the end."""
    return one == other or content_hash(one) == content_hash(other)


def reconcile(connection: Connection, curriculum: Curriculum) -> Plan:
    """Compare what was read from disk with the newest revisions; change nothing.

    Equal to the newest revision: nothing to do. Equal to an older one: stale. The newest one was
    last seen on disk: the file is simply newer. Else both were changed, and are merged against
    what they last had in common.
    """
    newest = select_newest_texts(connection)
    seen = {file.content_id: file for file in select_seen_files(connection) if file.content_id}
    hashes = select_hashes(connection)
    making = _Making(connection, seen=seen, hashes=hashes)
    fronts = fronts_of(curriculum)
    for id_, front in fronts.items():
        text = curriculum.sources.get(front.path)
        if id_ in newest and text is not None:
            making.compare(newest[id_], front=front, text=text)
    for id_, row in newest.items():
        # Made in the browser and never seen on disk: it is read beside the files.
        is_unknown = id_ not in curriculum.paths and row.path not in curriculum.sources
        if is_unknown and row.origin == "browser" and id_ not in seen:
            making.texts[row.path] = row.source
    return replace(
        making.plan(),
        counts={id_: len(found) for id_, found in hashes.items()},
        without_text={id_: row for id_, row in newest.items() if not row.source},
    )


class _Making:
    """A plan in the making."""

    def __init__(
        self,
        connection: Connection,
        *,
        seen: Mapping[str, SeenFile],
        hashes: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._connection = connection
        self._seen = seen
        self._hashes = hashes
        self.texts: dict[str, str] = {}
        self._left: set[str] = set()
        self._stale: set[str] = set()
        self._merged: set[str] = set()
        self._conflicts: dict[str, FileConflict] = {}

    def plan(self) -> Plan:
        """Return what was found."""
        return Plan(
            texts=MappingProxyType(self.texts),
            left=frozenset(self._left),
            stale=frozenset(self._stale),
            merged=frozenset(self._merged),
            conflicts=MappingProxyType(self._conflicts),
        )

    def compare(self, row: TextRow, *, front: Front, text: str) -> None:
        """Place one file on disk beside its newest revision."""
        older = self._hashes[row.content_id][:-1]
        if not row.source:
            # Published before texts were kept: only hashes can be compared.
            if front.content_hash != row.content_hash and front.content_hash in older:
                self._leave(row, front)
                self._stale.add(row.content_id)
            return
        if is_same_text(text, row.source):
            return
        sources = select_sources(self._connection, row.content_id)
        if any(source and is_same_text(text, source) for _origin, source in sources):
            self._leave(row, front)
            self._stale.add(row.content_id)
            return
        base = self._common_text(row, sources)
        if base is not None and is_same_text(base, row.source):
            return
        self._merge(row, front=front, text=text, base=base or "")

    def _common_text(self, row: TextRow, sources: tuple[tuple[str, str], ...]) -> str | None:
        if row.content_id in self._seen:
            return self._seen[row.content_id].text
        from_disk = [source for origin, source in sources if origin == "git" and source]
        return from_disk[-1] if from_disk else None

    def _merge(self, row: TextRow, *, front: Front, text: str, base: str) -> None:
        self._left.add(front.path)
        merged = merge(base, ours=row.source, theirs=text).text
        if merged is None:
            diff = diff_text(row.source, text, before_name="live", after_name=front.path)
            self._conflicts[row.content_id] = FileConflict(row.content_id, front.path, diff)
        elif not is_same_text(merged, row.source):
            self._merged.add(row.content_id)
        self.texts[front.path] = row.source if merged is None else merged

    def _leave(self, row: TextRow, front: Front) -> None:
        self._left.add(front.path)
        if row.source:
            self.texts[front.path] = row.source
