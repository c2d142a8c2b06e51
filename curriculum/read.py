"""The only file here that touches the disk: content folder → curriculum, with every fault."""

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

from curriculum.check import KINDS_MEANT, check_files
from curriculum.check_references import known_in_registers, register_path
from curriculum.facts import Facts, Notes, problem
from curriculum.identities import ANY_ITEMS, NAMELESS, define_unread
from curriculum.links import with_ids
from curriculum.model import (
    Bank,
    Blueprint,
    Curriculum,
    Lesson,
    Module,
    Problem,
    Registers,
    Track,
)
from curriculum.parse import Parsed, read_file
from curriculum.phrases import Phrase, Said
from curriculum.registers import (
    EMPTY_REGISTERS,
    parse_people,
    parse_retired_ids,
    parse_roles,
    parse_skills,
    parse_sources,
    parse_texts,
)
from curriculum.svg import active_content
from curriculum.text import MAX_BYTES, decode, find_wrong_encoding

MAX_IMAGE_BYTES = 500 * 1024
MAX_FILES = 100_000
# Where each kind of file stands below the content folder.
FOLDERS: Mapping[str, str] = {
    "curriculum/tracks": "track",
    "assessments/banks": "bank",
    "assessments/blueprints": "blueprint",
    "curriculum/snippets": "snippet",
}
REGISTERS = (
    "skills.yml",
    "roles.yml",
    "misconceptions.yml",
    "sources.yml",
    "glossary.yml",
    "people.yml",
    "retired_ids.txt",
)
_CODE = re.compile(r"M\d{2,4}")
_SLUG = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_FILE_NAME = re.compile(r"(?!README)[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.md")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the content folder: its place below it and the kind its folder asks for."""

    path: str
    kind: str


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class _Parse(Protocol[T_co]):
    """A reader of one register."""

    def __call__(self, text: str, *, notes: Notes) -> T_co: ...

    def __hash__(self) -> int: ...


class ParseBytes(Protocol):
    """`parse_bytes`, or something that remembers what it returned."""

    def __call__(
        self, data: bytes | None, source: SourceFile, *, snippets: Mapping[str, str], notes: Notes
    ) -> Parsed:
        """Parse what was read of one file."""


def read_curriculum(
    content_dir: Path,
    *,
    today: date | None = None,
    texts: Mapping[str, str] = MappingProxyType({}),
    parse: ParseBytes | None = None,
) -> Curriculum:
    """Read everything below a content folder, with all faults at once.

    Without `today` nothing is called overdue. `texts` stand in place of the files at their paths,
    and beside them where there is no such file; registers and snippets come from disk.
    """
    reading = _RegisterReading(content_dir)
    registers, faults = reading.registers()
    snippets = read_snippets(content_dir)
    known = known_in_registers(registers)
    parsed = []
    for source in _sources(content_dir, texts):
        notes = Notes(source.path)
        if source.path in texts:
            data: bytes | None = texts[source.path].encode("utf-8", errors="replace")
        else:
            data = read_bytes(content_dir, source.path, notes=notes)
        one = (parse or parse_bytes)(data, source, snippets=snippets, notes=notes)
        parsed.append(replace(one, facts=_without_known(one.facts, known=known)))
        if data is not None:
            reading.sources[source.path] = source_text(data)
    files = [one.facts for one in parsed]
    problems = [*faults, *(fault for facts in files for fault in facts.problems)]
    problems += check_files(files, registers=registers, today=today, register_faults=faults)
    problems += image_problems(content_dir, files)
    found = _curriculum(parsed, registers=registers, problems=tuple(sorted(set(problems))))
    return replace(found, sources=MappingProxyType(reading.sources))


def _without_known(facts: Facts, *, known: Set[tuple[str, str]]) -> Facts:
    """Facts without the mentions that the registers answer: half of what a lesson's facts hold.

    Skills stay, since rules on coverage count them.
    """
    kept = tuple(
        ref for ref in facts.references if ref.kind == "skill" or (ref[0], ref[1]) not in known
    )
    return replace(facts, references=kept)


def source_text(data: bytes) -> str:
    """Return the text of a file as it is, with its line ends and its byte order mark.

    Empty where the bytes are no text in UTF-8.
    """
    return data.decode("utf-8") if find_wrong_encoding(data) is None else ""


def source_of(path: str) -> SourceFile | None:
    """Return what a path below the content folder is for, or None when no author may write it."""
    folder, _slash, name = path.rpartition("/")
    if not _FILE_NAME.fullmatch(name):
        return None
    if folder in FOLDERS:
        return SourceFile(path, FOLDERS[folder])
    above, _slash, module = folder.rpartition("/")
    if above == "curriculum/modules" and _SLUG.fullmatch(module):
        return SourceFile(path, "module" if name == "module.md" else "lesson")
    return None


def _sources(content_dir: Path, texts: Mapping[str, str]) -> list[SourceFile]:
    found = {source.path: source for source in source_files(content_dir)}
    for path in texts:
        source = source_of(path)
        if source is not None:
            found.setdefault(path, source)
    return sorted(found.values(), key=lambda source: source.path)


def source_files(content_dir: Path) -> Iterator[SourceFile]:
    """Every file that authors write, in the order of their paths."""
    found = []
    for folder, kind in FOLDERS.items():
        found += _files_in(content_dir, folder, kinds={}, kind=kind)
    for module in _names(content_dir / "curriculum/modules"):
        folder = f"curriculum/modules/{module}"
        found += _files_in(content_dir, folder, kinds={"module.md": "module"}, kind="lesson")
    yield from sorted(found, key=lambda source: source.path)[:MAX_FILES]


def _files_in(
    content_dir: Path, folder: str, *, kinds: Mapping[str, str], kind: str
) -> list[SourceFile]:
    if os.path.islink(f"{content_dir}/{folder}"):  # noqa: PTH114
        # Reading the link itself reports it; what lies behind it is never looked at.
        return [SourceFile(folder, kind)]
    return [
        SourceFile(f"{folder}/{name}", kinds.get(name, kind))
        for name in _names(f"{content_dir}/{folder}")
        if name.endswith(".md") and name != "README.md"
    ]


def _names(folder: Path | str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208
    except OSError:
        return []


def read_bytes(content_dir: Path, path: str, *, notes: Notes) -> bytes | None:
    """Bytes of a file; None, with a fault noted, when it may not or cannot be read."""
    # Plain calls: building paths is a quarter of what an unchanged file costs.
    place = f"{content_dir}/{path}"
    try:
        about = os.lstat(place)
        if stat.S_ISLNK(about.st_mode):
            notes.add(
                "FILE004", 1, 1, Phrase("symbolic links are not followed; put the file itself here")
            )
            return None
        if not stat.S_ISREG(about.st_mode):
            notes.add("FILE005", 1, 1, Phrase("this is no ordinary file"))
            return None
        if about.st_size > MAX_BYTES:
            limit = MAX_BYTES // 1024
            message = Phrase(
                "the file has {size} KB, at most {limit} KB are read; split it",
                size=about.st_size // 1024,
                limit=limit,
            )
            notes.add("FILE002", 1, 1, message)
            return None
        with open(place, "rb", buffering=0) as file:  # noqa: PTH123
            return file.read()
    except OSError as fault:
        notes.add(
            "FILE005",
            1,
            1,
            Phrase("the file cannot be read: {why}", why=fault.strerror or str(fault)),
        )
        return None


def read_source(content_dir: Path, source: SourceFile, *, snippets: Mapping[str, str]) -> Parsed:
    """Read one file."""
    notes = Notes(source.path)
    data = read_bytes(content_dir, source.path, notes=notes)
    return parse_bytes(data, source, snippets=snippets, notes=notes)


def parse_bytes(
    data: bytes | None, source: SourceFile, *, snippets: Mapping[str, str], notes: Notes
) -> Parsed:
    """Parse what was read of one file; `notes` holds the faults of reading it."""
    text = decode(data, notes=notes) if data is not None else None
    if text is None:
        define_unread(source.kind, (), notes=notes)
        faults, ids = tuple(notes.problems), tuple(notes.definitions)
        return Parsed(None, Facts(source.path, source.kind, None, faults, ids, ()))
    return read_file(text, path=source.path, kind=source.kind, snippets=snippets)


def read_snippets(content_dir: Path) -> dict[str, str]:
    """Texts that lessons may include, by path; faults are reported when they are checked."""
    texts = {}
    for name in _names(content_dir / "curriculum/snippets"):
        path = f"curriculum/snippets/{name}"
        notes = Notes(path)
        data = read_bytes(content_dir, path, notes=notes) if name.endswith(".md") else None
        text = decode(data, notes=notes) if data is not None else None
        if text is not None:
            texts[path] = text.replace("\r\n", "\n")
    return texts


def read_register_bytes(content_dir: Path) -> dict[str, bytes | None]:
    """Bytes of every register that is there, by path; None for one that may not be read."""
    paths = [f"curriculum/{name}" for name in REGISTERS]
    there = [path for path in paths if os.path.lexists(content_dir / path)]
    return {path: read_bytes(content_dir, path, notes=Notes(path)) for path in there}


def read_registers(content_dir: Path) -> tuple[Registers, list[Problem]]:
    """Read the registers; one that is missing counts as empty."""
    return _RegisterReading(content_dir).registers()


def _misconceptions(text: str, *, notes: Notes) -> dict[str, str]:
    return parse_texts(text, notes=notes, is_key=_CODE.fullmatch)


def _glossary(text: str, *, notes: Notes) -> dict[str, str]:
    return parse_texts(text, notes=notes, is_key=_SLUG.fullmatch)


# An author's page reads the whole curriculum at each change of one text, which is no register.
@lru_cache(maxsize=32)
def _parse_register(path: str, data: bytes, parse: _Parse[T]) -> tuple[T | None, Notes]:
    """What a register says, or None where it is no text, and what was noted; nobody adds to it."""
    notes = Notes(path)
    text = decode(data, notes=notes)
    return (None if text is None else parse(text, notes=notes)), notes


class _RegisterReading:
    """Reads one register after the other and keeps what was noted."""

    def __init__(self, content_dir: Path) -> None:
        self.content_dir = content_dir
        self.notes: list[Notes] = []
        self.sources: dict[str, str] = {}

    def registers(self) -> tuple[Registers, list[Problem]]:
        """Read every register."""
        skills = self.parse("skills.yml", parse_skills, {})
        roles, systems = self.parse("roles.yml", parse_roles, ({}, {}))
        registers = Registers(
            skills=MappingProxyType(skills),
            misconceptions=MappingProxyType(self.parse("misconceptions.yml", _misconceptions, {})),
            sources=MappingProxyType(self.parse("sources.yml", parse_sources, {})),
            roles=MappingProxyType(roles),
            glossary=MappingProxyType(self.parse("glossary.yml", _glossary, {})),
            people=MappingProxyType(self.parse("people.yml", parse_people, {})),
            ai_systems=MappingProxyType(systems),
            retired_ids=self.parse(
                "retired_ids.txt", parse_retired_ids, EMPTY_REGISTERS.retired_ids
            ),
        )
        return registers, self.faults(registers)

    def parse(self, name: str, parse: _Parse[T], empty: T) -> T:
        """What `parse` makes of the register's text, or `empty` when there is none."""
        path = f"curriculum/{name}"
        if not os.path.lexists(self.content_dir / path):
            return empty
        notes = Notes(path)
        data = read_bytes(self.content_dir, path, notes=notes)
        if data is None:
            self.notes.append(notes)
            return empty
        self.sources[path] = source_text(data)
        found, notes = _parse_register(path, data, parse)
        self.notes.append(notes)
        return empty if found is None else found

    def faults(self, registers: Registers) -> list[Problem]:
        """Faults of the registers themselves, and of what they say about each other."""
        own = [fault for notes in self.notes for fault in notes.problems]
        found = [*own]
        for notes in self.notes:
            facts = Facts(notes.path, "register", None, (), (), tuple(notes.references))
            found += check_files([facts], registers=registers, register_faults=own)
        return found


def image_problems(content_dir: Path, files: Sequence[Facts]) -> list[Problem]:
    """Images that are missing, too large, reached through a link, or active."""
    problems = []
    seen: dict[str, tuple[str, Said] | None] = {}
    for facts in files:
        for ref in facts.references:
            if ref.kind != "image":
                continue
            if ref.target not in seen:
                seen[ref.target] = _image_fault(content_dir, ref.target)
            fault = seen[ref.target]
            if fault is not None:
                problems.append(
                    problem(
                        fault[0], facts.path, line=ref.line, column=ref.column, message=fault[1]
                    )
                )
    return problems


def _image_fault(content_dir: Path, path: str) -> tuple[str, Said] | None:
    place = content_dir / path
    try:
        about = place.lstat()
        is_inside = place.resolve().is_relative_to(place.parent.resolve())
        is_inside = (
            is_inside and place.parent.resolve() == content_dir.resolve() / Path(path).parent
        )
    except (OSError, ValueError):
        return "IMG002", Phrase("the image '{path}' does not exist", path=path[:120])
    if not is_inside or stat.S_ISLNK(about.st_mode):
        return (
            "IMG003",
            Phrase(
                "the image '{path}' is reached through a symbolic link; copy it here",
                path=path[:120],
            ),
        )
    if not stat.S_ISREG(about.st_mode):
        return "IMG002", Phrase("the image '{path}' is no file", path=path[:120])
    if about.st_size > MAX_IMAGE_BYTES:
        size, limit = about.st_size // 1024, MAX_IMAGE_BYTES // 1024
        return "IMG004", Phrase(
            "the image '{path}' has {size} KB; at most {limit} KB are allowed",
            path=path[:120],
            size=size,
            limit=limit,
        )
    if path.casefold().endswith(".svg"):
        reason = active_content(place.read_bytes())
        return (
            ("IMG006", Phrase("the drawing '{path}' {reason}", path=path[:120], reason=reason))
            if reason
            else None
        )
    return None


def _curriculum(
    parsed: list[Parsed], *, registers: Registers, problems: tuple[Problem, ...]
) -> Curriculum:
    errors: dict[str, list[int]] = {}
    for fault in problems:
        if fault.level == "error":
            errors.setdefault(fault.path, []).append(fault.line)
    files = [one.facts for one in parsed]
    paths = {d.id: facts.path for facts in files for d in facts.definitions if d.id != NAMELESS}
    ids = {facts.path: (facts.kind, facts.id) for facts in files if facts.id}
    tracks: dict[str, Track] = {}
    modules: dict[str, Module] = {}
    lessons: dict[str, Lesson] = {}
    banks: dict[str, Bank] = {}
    blueprints: dict[str, Blueprint] = {}
    for one in parsed:
        value = _without_errors(one, lines=errors.get(one.facts.path, []))
        if isinstance(value, Track):
            tracks[value.front.id] = with_ids(value, ids=ids)
        elif isinstance(value, Module):
            modules[value.front.id] = with_ids(value, ids=ids)
        elif isinstance(value, Lesson):
            lessons[value.front.id] = with_ids(value, ids=ids)
        elif isinstance(value, Bank):
            banks[value.front.id] = value
        elif isinstance(value, Blueprint):
            blueprints[value.front.id] = value
    unread = _unread_by_kind(files)
    known = known_in_registers(registers)
    sound = {item.id for lesson in lessons.values() for item in lesson.items}
    sound |= {item.id for bank in banks.values() for item in bank.items}
    return Curriculum(
        registers=registers,
        tracks=MappingProxyType(tracks),
        modules=MappingProxyType(modules),
        lessons=MappingProxyType(lessons),
        banks=MappingProxyType(banks),
        blueprints=MappingProxyType(blueprints),
        problems=problems,
        paths=MappingProxyType(paths),
        references=MappingProxyType(
            {
                f.path: tuple(
                    sorted(
                        {
                            *_referred_paths(f, paths=paths, sound=sound),
                            *_unread_paths(f, paths=paths, known=known, unread=unread),
                        }
                    )
                )
                for f in files
            }
        ),
    )


def _without_errors(
    one: Parsed, *, lines: list[int]
) -> Track | Module | Lesson | Bank | Blueprint | None:
    """The value if its file has no errors; of a bank also what is left without faulty items."""
    value = one.value
    if not lines or not isinstance(value, Bank):
        return value if not lines else None
    spans = {item.id: range(item.line, item.last_line + 1) for item in one.facts.items}
    kept = tuple(i for i in value.items if not any(line in spans[i.id] for line in lines))
    first = min((span.start for span in spans.values()), default=0)
    is_sound = bool(kept) and bool(value.front.id) and all(line >= first for line in lines)
    return replace(value, items=kept) if is_sound else None


def _referred_paths(facts: Facts, *, paths: Mapping[str, str], sound: Set[str]) -> tuple[str, ...]:
    found = []
    for ref in facts.references:
        if ref.kind in {"path", "include"}:
            found.append(ref.target)
        elif ref.kind in {"item", "twin"} and ref.target in sound:
            # A linked item without faults does not suffer from its neighbours' faults.
            continue
        elif ref.kind in {"item", "prerequisite", "bank", "module", "track", "twin", "original"}:
            found.append(paths.get(ref.target, ""))
    return tuple(sorted({path for path in found if path and path != facts.path}))


def _unread_by_kind(files: Sequence[Facts]) -> dict[str, set[str]]:
    """Paths of files in which something has no id that can be used, by what it is."""
    unread: dict[str, set[str]] = {}
    for facts in files:
        for definition in facts.definitions:
            if definition.id == NAMELESS:
                kind = "item" if definition.kind == ANY_ITEMS else definition.kind
                unread.setdefault(kind, set()).add(facts.path)
    return unread


def _unread_paths(
    facts: Facts,
    *,
    paths: Mapping[str, str],
    known: Set[tuple[str, str]],
    unread: Mapping[str, Set[str]],
) -> set[str]:
    """Files and registers that may hold what this file mentions and that nothing answers.

    Their faults are the cause, so the mention is none; but nothing is published before they are
    mended.
    """
    found: set[str] = set()
    for ref in facts.references:
        if register := register_path(ref.kind):
            found |= {register} if (ref.kind, ref.target) not in known else set()
        elif ref.target not in paths:
            for kind in KINDS_MEANT.get(ref.kind, ()):
                found |= unread.get(kind, set())
    return found - {facts.path}


def content_stamp(content_dir: Path) -> str:
    """Return a text that changes whenever a file below the content folder is touched."""
    digest = sha256()
    for folder in ("curriculum", "assessments"):
        for path in sorted((content_dir / folder).rglob("*")):
            if path.suffix != ".py" and path.is_file():
                about = path.stat()
                digest.update(f"{path}\0{about.st_mtime_ns}\0{about.st_size}\n".encode())
    return digest.hexdigest()


def read_image(content_dir: Path, path: str) -> bytes | None:
    """Return the bytes of a picture by its path below the content folder, or None."""
    if _image_fault(content_dir, path) is not None:
        return None
    return (content_dir / path).read_bytes()
