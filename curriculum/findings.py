"""A content folder → what a check finds in it, taken from the cache where nothing changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from curriculum.cache import (
    FactsCache,
    Findings,
    find_findings,
    findings_key,
    keep_findings,
    key_of,
    snippets_key,
)
from curriculum.check import check_files
from curriculum.facts import Facts, Notes
from curriculum.read import (
    SourceFile,
    parse_bytes,
    read_bytes,
    read_register_bytes,
    read_registers,
    read_snippets,
)


def cached_findings(content_dir: Path, sources: Sequence[SourceFile]) -> Findings:
    """What a check finds; files that are as they were are not parsed again."""
    snippets = read_snippets(content_dir)
    keys = _keys(content_dir, sources, snippets_hash=snippets_key(snippets))
    key = _key_of_all(content_dir, keys)
    known = find_findings(content_dir, key=key) if key else None
    if known is not None:
        return known
    files, is_steady = _read_facts(content_dir, sources, snippets=snippets, keys=keys)
    findings = _findings(content_dir, files)
    if key and is_steady:
        keep_findings(content_dir, findings, key=key)
    return findings


def read_findings(
    content_dir: Path, sources: Sequence[SourceFile], *, strays: Sequence[Facts]
) -> Findings:
    """What a check finds when it reads every file, and some that lie elsewhere."""
    snippets = read_snippets(content_dir)
    files = []
    for source in sources:
        notes = Notes(source.path)
        data = read_bytes(content_dir, source.path, notes=notes)
        files.append(parse_bytes(data, source, snippets=snippets, notes=notes).facts)
    return _findings(content_dir, [*files, *strays])


def _keys(
    content_dir: Path, sources: Sequence[SourceFile], *, snippets_hash: str
) -> dict[str, str]:
    """The key of every file by its path; empty for one that cannot be read."""
    keys = {}
    for source in sources:
        data = read_bytes(content_dir, source.path, notes=Notes(source.path))
        keys[source.path] = _key(data, source, snippets_hash=snippets_hash)
    return keys


def _key(data: bytes | None, source: SourceFile, *, snippets_hash: str) -> str:
    return key_of(data, kind=source.kind, snippets=snippets_hash) if data is not None else ""


def _key_of_all(content_dir: Path, keys: Mapping[str, str]) -> str:
    """The key of all findings; empty where a file or register cannot be read."""
    registers = read_register_bytes(content_dir)
    read = {path: data for path, data in registers.items() if data is not None}
    is_whole = len(read) == len(registers) and all(keys.values())
    return findings_key(keys, registers=read) if is_whole else ""


def _read_facts(
    content_dir: Path,
    sources: Sequence[SourceFile],
    *,
    snippets: Mapping[str, str],
    keys: Mapping[str, str],
) -> tuple[list[Facts], bool]:
    """Facts of all files, and whether each was still as it was when its key was taken."""
    cache = FactsCache(content_dir)
    snippets_hash = snippets_key(snippets)
    files = []
    is_steady = True
    for source in sources:
        key = keys[source.path]
        facts = cache.find(source.path, key=key) if key else None
        if facts is None:
            notes = Notes(source.path)
            data = read_bytes(content_dir, source.path, notes=notes)
            facts = parse_bytes(data, source, snippets=snippets, notes=notes).facts
            found = _key(data, source, snippets_hash=snippets_hash)
            is_steady = is_steady and found == key
            if found:
                cache.keep(facts, key=found)
        files.append(facts)
    cache.save()
    return files, is_steady


def _findings(content_dir: Path, files: Sequence[Facts]) -> Findings:
    registers, faults = read_registers(content_dir)
    problems = [*faults]
    problems += [fault for facts in files for fault in facts.problems]
    problems += check_files(files, registers=registers, register_faults=faults)
    unsettled = (_unsettled(facts) for facts in files)
    return Findings(tuple(problems), tuple(facts for facts in unsettled if facts is not None))


def _unsettled(facts: Facts) -> Facts | None:
    """The part of a file's facts that the day and the disk decide, if there is any."""
    pictures = tuple(ref for ref in facts.references if ref.kind == "image")
    if not pictures and not facts.data.get("reviewed"):
        return None
    names = ("reviewed", "reviewed_line", "review_every_days", "status")
    days = {name: facts.data.get(name) for name in names}
    return replace(facts, problems=(), definitions=(), references=pictures, items=(), data=days)
