"""One module on disk as its author looks at it: its files in order, whatever faults they have."""

from dataclasses import dataclass
from pathlib import Path

from curriculum.facts import Notes, did_you_mean
from curriculum.model import Curriculum, Module, Problem
from curriculum.parse import Parsed
from curriculum.read import (
    ParseBytes,
    parse_bytes,
    read_bytes,
    read_snippets,
    source_files,
)

MODULES = "curriculum/modules"


class ModuleUnknown(Exception):
    """There is no such module; the text says which ones there are."""


@dataclass(frozen=True, slots=True)
class PreviewFile:
    """A file of the module: what it says, half typed or not, and the faults in it."""

    path: str
    parsed: Parsed
    problems: tuple[Problem, ...]

    @property
    def title(self) -> str:
        """The title, or the name of the file while it has none."""
        value = self.parsed.value
        return (value.front.title if value else "") or self.path.rpartition("/")[2]


def module_folder(content_dir: Path, name: str) -> str:
    """Return the folder of a module by its id, which is also the name of its folder.

    Raises
    ------
    ModuleUnknown
        When there is none, with the name that was probably meant.
    """
    found = [
        source.path.split("/")[2] for source in source_files(content_dir) if source.kind == "module"
    ]
    if name in found:
        return f"{MODULES}/{name}"
    guess = did_you_mean(name, found)
    known = ", ".join(found) or "no module at all"
    raise ModuleUnknown(
        f"There is no module {name!r} in {content_dir / MODULES}.{guess} There is: {known}."
    )


def read_module(
    content_dir: Path, folder: str, *, curriculum: Curriculum, parse: ParseBytes = parse_bytes
) -> tuple[PreviewFile, ...]:
    """Return the files of a module: its own first, lessons in the order learners meet them."""
    snippets = read_snippets(content_dir)
    files = []
    for source in source_files(content_dir):
        if not source.path.startswith(f"{folder}/"):
            continue
        notes = Notes(source.path)
        data = read_bytes(content_dir, source.path, notes=notes)
        parsed = parse(data, source, snippets=snippets, notes=notes)
        problems = tuple(one for one in curriculum.problems if one.path == source.path)
        files.append(PreviewFile(source.path, parsed, problems))
    return tuple(sorted(files, key=lambda file: _place(file, files)))


def _place(file: PreviewFile, files: list[PreviewFile]) -> tuple[int, str]:
    if file.path.endswith("/module.md"):
        return -1, ""
    module = next((one.parsed.value for one in files if one.path.endswith("/module.md")), None)
    order = list(module.lessons) if isinstance(module, Module) else []
    id_ = file.parsed.facts.id
    return (order.index(id_) if id_ in order else len(order)), file.path
