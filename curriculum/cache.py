"""What a file was found to say, kept by the hash of its bytes; safe to delete at any time."""

import hashlib
import json
import os
from array import array
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from curriculum.facts import Definition, Facts, ItemFacts, Reference
from curriculum.model import Problem
from curriculum.phrases import text_from_plain, to_plain

R = TypeVar("R", Definition, Reference, ItemFacts)
# What `_make` does, without a Python call for each row.
_MAKE_DEFINITION = partial(tuple.__new__, Definition)
_MAKE_REFERENCE = partial(tuple.__new__, Reference)
_MAKE_ITEM = partial(tuple.__new__, ItemFacts)
_ITEM_LENGTH = len(ItemFacts._fields)
_TWIN, _SHINGLES = ItemFacts._fields.index("twin"), ItemFacts._fields.index("shingles")
CACHE_FILE = ".cache/curriculum-check.json"
FINDINGS_FILE = ".cache/curriculum-findings.json"


class Findings(NamedTuple):
    """What a check found, without what the day and the pictures on disk decide.

    `unsettled` are the files that have a day of review or pictures, for these to be judged anew.
    """

    problems: tuple[Problem, ...]
    unsettled: tuple[Facts, ...]


@lru_cache(maxsize=1)
def reader_version() -> str:
    """A hash of the checker itself: when it changes, nothing cached is used."""
    digest = hashlib.sha256()
    for folder in ("", "activities"):
        for source in sorted((Path(__file__).parent / folder).glob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


class FactsCache:
    """Facts by path and hash. Call `save` at the end; entries not asked for are dropped."""

    def __init__(self, content_dir: Path) -> None:
        self.file = content_dir / CACHE_FILE
        self._old: dict[str, list[Any]] = _stored(self.file, field="files", kind=dict) or {}
        self._new: dict[str, list[Any]] = {}
        self._changed = False

    def find(self, path: str, *, key: str) -> Facts | None:
        """Facts of a file whose key is unchanged."""
        row = self._old.get(path)
        try:
            if row is None or row[0] != key:
                return None
            facts = _facts(path, row)
        except (TypeError, ValueError, IndexError, KeyError, OverflowError):
            return None
        self._new[path] = row
        return facts

    def keep(self, facts: Facts, *, key: str) -> None:
        """Remember facts for the next run."""
        self._changed = True
        self._new[facts.path] = [
            key,
            facts.kind,
            facts.id,
            [_fault_row(p) for p in facts.problems],
            facts.definitions,
            facts.references,
            [[*item[:_SHINGLES], list(item.shingles)] for item in facts.items],
            dict(facts.data),
        ]

    def save(self) -> None:
        """Write the cache; a folder that cannot be written costs only speed."""
        if not self._changed and len(self._new) == len(self._old):
            return
        _store(self.file, field="files", value=self._new)


def find_findings(content_dir: Path, *, key: str) -> Findings | None:
    """What was found when every file and register was as it is now."""
    row = _stored(content_dir / FINDINGS_FILE, field="findings", kind=list)
    try:
        if row is None or row[0] != key:
            return None
        problems = tuple([_fault(path, fault) for path, *fault in row[1]])
        unsettled = tuple([_unsettled(*entry) for entry in row[2]])
    except (TypeError, ValueError, IndexError, KeyError):
        return None
    return Findings(problems, unsettled)


def keep_findings(content_dir: Path, findings: Findings, *, key: str) -> None:
    """Remember what was found for the next run."""
    unsettled = [
        [facts.path, facts.kind, facts.references, dict(facts.data)] for facts in findings.unsettled
    ]
    problems = [[p.path, *_fault_row(p)] for p in findings.problems]
    value = [key, problems, unsettled]
    _store(content_dir / FINDINGS_FILE, field="findings", value=value)


def _fault_row(fault: Problem) -> list[object]:
    return [fault.line, fault.column, fault.level, fault.code, to_plain(fault.message)]


def _fault(path: str, row: list[Any]) -> Problem:
    line, column, level, code, message = row
    return Problem(path, line, column, level, code, text_from_plain(message))


def _unsettled(path: str, kind: str, references: list[list[Any]], data: dict[str, object]) -> Facts:
    length = len(Reference._fields)
    rows = _rows(_MAKE_REFERENCE, references, length=length)
    return Facts(path, kind, None, (), (), rows, data=data)


def _stored(file: Path, *, field: str, kind: type) -> Any:  # noqa: ANN401
    """One field of a cache file that this version of the checker wrote, else None."""
    try:
        data = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("version") != reader_version():
        return None
    value = data.get(field)
    return value if isinstance(value, kind) else None


def _store(file: Path, *, field: str, value: object) -> None:
    """Write a cache file; a folder that cannot be written costs only speed."""
    text = json.dumps(
        {"version": reader_version(), field: value}, ensure_ascii=False, separators=(",", ":")
    )
    part = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(exist_ok=True)
        # A file's name may hold bytes that are no UTF-8; they come back as they were.
        part.write_text(text, encoding="utf-8", errors="surrogatepass")
        part.replace(file)
    except OSError:
        return


def key_of(data: bytes, *, kind: str, snippets: str) -> str:
    """The key of a file's facts: its bytes, what its folder asks for, and what it may include."""
    digest = hashlib.sha256(data)
    digest.update(kind.encode())
    if (b"[!I" in data or b"[!i" in data) and b"include" in data.lower():
        digest.update(snippets.encode())
    return digest.hexdigest()


def findings_key(keys: Mapping[str, str], *, registers: Mapping[str, bytes]) -> str:
    """The key of what a check found: the key of every file, and the bytes of every register."""
    digest = hashlib.sha256()
    for path, key in keys.items():
        digest.update(f"{path}\0{key}\n".encode(errors="surrogatepass"))
    for path, data in registers.items():
        digest.update(f"{path}\0{len(data)}\n".encode() + data)
    return digest.hexdigest()


def snippets_key(snippets: Mapping[str, str]) -> str:
    """One hash over all texts that may be included."""
    text = json.dumps(sorted(snippets.items()), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()


def _facts(path: str, row: list[Any]) -> Facts:
    _, kind, id_, problems, definitions, references, items, data = row
    return Facts(
        path=path,
        kind=kind,
        id=id_,
        problems=tuple([_fault(path, fault) for fault in problems]),
        definitions=_rows(_MAKE_DEFINITION, definitions, length=len(Definition._fields)),
        references=_rows(_MAKE_REFERENCE, references, length=len(Reference._fields)),
        items=tuple([_item(entry) for entry in items]),
        data=data,
    )


def _rows(make: Callable[[list[Any]], R], rows: list[list[Any]], *, length: int) -> tuple[R, ...]:
    """Rows as named tuples, a hundred thousand of them in a large folder."""
    if any(map(length.__ne__, map(len, rows))):
        raise ValueError("a row has another length")
    return tuple(map(make, rows))


def _item(entry: list[Any]) -> ItemFacts:
    # The row itself is written again when another file has changed.
    row = [*entry]
    row[_TWIN], row[_SHINGLES] = tuple(row[_TWIN]), array("I", row[_SHINGLES])
    return _rows(_MAKE_ITEM, [row], length=_ITEM_LENGTH)[0]
