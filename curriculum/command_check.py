"""The command `check`: which files, in which form, with which exit code."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from curriculum.check import overdue_problems
from curriculum.facts import Facts, Notes
from curriculum.findings import cached_findings, read_findings
from curriculum.model import Problem
from curriculum.read import (
    SourceFile,
    image_problems,
    parse_bytes,
    read_bytes,
    source_files,
)
from curriculum.report import FORMATS, report, summary

CLEAN, FAULTY, USAGE = 0, 1, 2


def add_check(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", *, content_dir: Path
) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "check",
        help="check all content, or some files",
        description="Exit code: 0 clean or only warnings, 1 errors (--strict: any), 2 usage.",
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders")
    parser.add_argument("--format", choices=FORMATS, default="text", dest="form")
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")
    parser.add_argument("--no-cache", action="store_true", help="read every file again")
    parser.add_argument("--today", type=date.fromisoformat, help="the day that reviews are due by")
    parser.set_defaults(run=run_check, content_dir=content_dir)


def run_check(options: argparse.Namespace) -> int:
    """Check and print; return the exit code."""
    missing = [path for path in options.paths if not os.path.lexists(path)]
    if missing:
        _complain(f"no such file or folder: {', '.join(map(str, missing))}")
        return USAGE
    content_dir = content_dir_of(options.paths, default=options.content_dir)
    if not content_dir.is_dir():
        _complain(f"the content folder {content_dir} does not exist (PORTAL_CONTENT_DIR)")
        return USAGE
    # The portal's clock stands to the left of this package, so the command line reads its own.
    today = options.today or datetime.now(UTC).date()  # noqa: TID251
    # Checking makes many small values and few circles; looking for those costs a tenth of the time.
    gc.set_threshold(200_000, 20, 20)
    problems, files = check_content(
        content_dir, paths=options.paths, today=today, use_cache=not options.no_cache
    )
    text = report(problems, form=options.form)
    if text:
        sys.stdout.write(text + "\n")
    if options.form == "text":
        _complain(summary(problems, files=files))
    counted = [p for p in problems if options.strict or p.level == "error"]
    return FAULTY if counted else CLEAN


def _complain(message: str) -> None:
    sys.stderr.write(message + "\n")


def content_dir_of(paths: Sequence[Path], *, default: Path) -> Path:
    """The content folder that the first path lies in or is; else the default one."""
    for path in paths[:1]:
        place = path.absolute()
        for folder in (place, *place.parents):
            if (folder / "curriculum").is_dir() and _is_below_content(place, folder=folder):
                return folder
    return default


def _is_below_content(place: Path, *, folder: Path) -> bool:
    inner = place.relative_to(folder).parts[:1]
    return not inner or inner[0] in {"curriculum", "assessments"}


def check_content(
    content_dir: Path, *, paths: Sequence[Path], today: date, use_cache: bool
) -> tuple[list[Problem], int]:
    """All faults, or those of some files and folders; and how many files were looked at."""
    sources = list(source_files(content_dir))
    strays = [_read_stray(path) for path in _strays(content_dir, paths, known=sources)]
    if use_cache and not strays:
        findings = cached_findings(content_dir, sources)
    else:
        findings = read_findings(content_dir, sources, strays=strays)
    problems = [
        *findings.problems,
        *overdue_problems(findings.unsettled, today=today),
        *image_problems(content_dir, findings.unsettled),
    ]
    names = [_relative(path, content_dir) for path in paths]
    wanted = [p for p in sorted(set(problems)) if _is_wanted(p.path, names=names)]
    seen = [*(source.path for source in sources), *(facts.path for facts in strays)]
    count = sum(1 for path in seen if _is_wanted(path, names=names))
    return [replace(p, path=_shown(p.path, content_dir)) for p in wanted], count


def _strays(content_dir: Path, paths: Sequence[Path], *, known: Sequence[SourceFile]) -> list[Path]:
    """Files named on the command line that do not lie in the content folder's own places."""
    named = [path for path in paths if path.is_file() and path.suffix == ".md"]
    places = {source.path for source in known} if named else set()
    return [path for path in named if _relative(path, content_dir) not in places]


def _read_stray(path: Path) -> Facts:
    notes = Notes(str(path.absolute()))
    data = read_bytes(path.parent, path.name, notes=notes)
    source = SourceFile(notes.path, "")
    return parse_bytes(data, replace(source, kind=None), snippets={}, notes=notes).facts  # type: ignore[arg-type]


def _relative(path: Path, content_dir: Path) -> str:
    place = Path(os.path.normpath(path.absolute()))
    root = content_dir.absolute()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else str(place)


def _is_wanted(path: str, *, names: Sequence[str]) -> bool:
    return not names or any(
        name == "." or path == name or path.startswith(name + "/") for name in names
    )


def _shown(path: str, content_dir: Path) -> str:
    """The path as it can be opened from the working folder."""
    place = content_dir.absolute() / path
    here = Path.cwd()
    return place.relative_to(here).as_posix() if place.is_relative_to(here) else str(place)
