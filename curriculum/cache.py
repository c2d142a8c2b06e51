"""What a file was found to say, kept by the hash of its bytes; safe to delete at any time."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from curriculum.facts import Definition, Facts, ItemFacts, Reference
from curriculum.model import Problem

R = TypeVar("R", Definition, Reference, ItemFacts)
# What `_make` does, without a Python call for each row.
_MAKE_DEFINITION = partial(tuple.__new__, Definition)
_MAKE_REFERENCE = partial(tuple.__new__, Reference)
_MAKE_ITEM = partial(tuple.__new__, ItemFacts)
_ITEM_LENGTH = len(ItemFacts._fields)
_TWIN, _SHINGLES = ItemFacts._fields.index("twin"), ItemFacts._fields.index("shingles")
CACHE_FILE = ".cache/curriculum-check.json"


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
        self.version = reader_version()
        self._old = self._load()
        self._new: dict[str, list[Any]] = {}
        self._changed = False

    def _load(self) -> dict[str, list[Any]]:
        try:
            data = json.loads(self.file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(data, dict) or data.get("version") != self.version:
            return {}
        files = data.get("files")
        return files if isinstance(files, dict) else {}

    def find(self, path: str, *, key: str) -> Facts | None:
        """Facts of a file whose key is unchanged."""
        row = self._old.get(path)
        try:
            if row is None or row[0] != key:
                return None
            facts = _facts(path, row)
        except (TypeError, ValueError, IndexError, KeyError):
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
            [[p.line, p.column, p.level, p.code, p.message] for p in facts.problems],
            facts.definitions,
            facts.references,
            facts.items,
            dict(facts.data),
        ]

    def save(self) -> None:
        """Write the cache; a folder that cannot be written costs only speed."""
        if not self._changed and len(self._new) == len(self._old):
            return
        text = json.dumps(
            {"version": self.version, "files": self._new},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        part = self.file.with_suffix(f".{os.getpid()}")
        try:
            self.file.parent.mkdir(exist_ok=True)
            part.write_text(text, encoding="utf-8")
            part.replace(self.file)
        except OSError:
            return


def key_of(data: bytes, *, kind: str, snippets: str) -> str:
    """The key of a file's facts: its bytes, what its folder asks for, and what it may include."""
    digest = hashlib.sha256(data)
    digest.update(kind.encode())
    if (b"[!I" in data or b"[!i" in data) and b"include" in data.lower():
        digest.update(snippets.encode())
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
        problems=tuple([Problem(path, *fault) for fault in problems]),
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
    entry[_TWIN], entry[_SHINGLES] = tuple(entry[_TWIN]), tuple(entry[_SHINGLES])
    return _rows(_MAKE_ITEM, [entry], length=_ITEM_LENGTH)[0]
