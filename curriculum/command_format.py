"""The command `format`: mend what can be mended safely, and leave every other byte alone."""

import argparse
import os
import re
import sys
from pathlib import Path

from curriculum.command_check import content_dir_of
from curriculum.document import read_document
from curriculum.facts import Notes
from curriculum.fences import lines_in_fences
from curriculum.read import read_bytes, source_files
from curriculum.text import decode, normalised

CLEAN, WOULD_CHANGE, USAGE = 0, 1, 2

_SPACE = "[ \\u00a0\\u2007\\u202f\\u2009]"
# A bullet, a box and a word: only where the box is meant beyond doubt.
_TIGHT_DASH = re.compile(rf"([-*+]){_SPACE}*\[{_SPACE}*([xX]?){_SPACE}*\]{_SPACE}*(?=[^\s(\[:])")
_FIRM_BOX = re.compile(r"[-*+] \[[ xX]\] ")
_TIGHT_HEADING = re.compile(r"(#{2,6})(?=[^#\s])")


def add_format(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", *, content_dir: Path
) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "format", help="mend line ends, byte order marks and boxes; all else stays as it is"
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 if needed")
    parser.set_defaults(run=run_format, content_dir=content_dir)


def run_format(options: argparse.Namespace) -> int:
    """Mend files in place and name those that changed."""
    missing = [path for path in options.paths if not os.path.lexists(path)]
    if missing:
        sys.stderr.write(f"no such file or folder: {', '.join(map(str, missing))}\n")
        return USAGE
    content_dir = content_dir_of(options.paths, default=options.content_dir)
    changed = 0
    for place in _chosen(content_dir, options.paths):
        notes = Notes(place.name)
        data = read_bytes(place.parent, place.name, notes=notes)
        mended = mended_bytes(data) if data is not None else None
        if mended is None or mended == data:
            continue
        changed += 1
        sys.stdout.write(f"{place}\n")
        if not options.check:
            place.write_bytes(mended)
    return WOULD_CHANGE if changed and options.check else CLEAN


def _chosen(content_dir: Path, paths: list[Path]) -> list[Path]:
    everything = [content_dir / source.path for source in source_files(content_dir)]
    if not paths:
        return everything
    chosen = [place for path in paths for place in everything if _is_in(place, path)]
    loose = [path for path in paths if path.is_file() and path.suffix == ".md"]
    return list({place.absolute(): place for place in [*chosen, *loose]}.values())


def _is_in(place: Path, path: Path) -> bool:
    return place.absolute().is_relative_to(path.absolute())


def mended_bytes(data: bytes) -> bytes | None:
    """The bytes of a file after mending; None when it may not be read, or only by guessing."""
    notes = Notes("file.md")
    text = decode(data, notes=notes)
    plain = normalised(text, notes=notes) if text is not None else None
    return mended_text(plain).encode() if plain is not None and not notes.problems else None


def mended_text(text: str) -> str:
    """UTF-8, one kind of line end, one newline at the end, and boxes as the format wants them.

    Boxes are mended inside items only, and never in code or settings.
    """
    lines = text.split("\n")
    for number in sorted(_lines_of_items(text)):
        lines[number] = _mended_line(lines[number])
    return "\n".join(lines) + ("" if text.endswith("\n") else "\n")


def _lines_of_items(text: str) -> set[int]:
    notes = Notes("file.md")
    document = read_document(text, notes=notes)
    if any(fault.code == "MD006" for fault in notes.problems):
        return set()
    found: set[int] = set()
    blocks = document.blocks
    for index, block in enumerate(blocks[:-1]):
        follower = blocks[index + 1]
        if block.kind != "heading" or follower.kind != "fence" or follower.info.strip() != "item":
            continue
        later = (
            b.start for b in blocks[index + 1 :] if b.kind == "heading" and b.level <= block.level
        )
        found.update(range(follower.end, next(later, len(document.lines))))
    fenced = lines_in_fences(document.lines, start=document.body_start, end=len(document.lines))
    return found - fenced


def _mended_line(line: str) -> str:
    if _FIRM_BOX.match(line):
        return line
    if found := _TIGHT_DASH.match(line):
        mark = "x" if found[2] else " "
        return f"{found[1]} [{mark}] {line[found.end() :]}"
    return _TIGHT_HEADING.sub(r"\1 ", line, count=1) if line.startswith("##") else line
