"""The command `import`: question files of other systems → Markdown drafts, with a full account."""

import argparse
import os
import re
import sys
from pathlib import Path

from curriculum.facts import did_you_mean
from curriculum.fields import EMAIL
from curriculum.importers import csv_table
from curriculum.importers.bank_file import (
    NotWritten,
    Written,
    licence_fault,
    plan_banks,
    write_banks,
)
from curriculum.importers.importing import KINDS, import_file
from curriculum.importers.report import ImportReport, report_json, report_text
from curriculum.model import Registers
from curriculum.read import FOLDERS, read_registers, source_files

DONE, INCOMPLETE, USAGE = 0, 1, 2
REPOSITORY = Path(__file__).resolve().parents[2]
BANKS = next(folder for folder, kind in FOLDERS.items() if kind == "bank")
_ID_LINE = re.compile(r"^id:[ \t]*([a-z0-9][a-z0-9.-]*)[ \t]*$", re.MULTILINE)


class _Usage(Exception):
    """An option that cannot be used."""


def register(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    *,
    content_dir: Path | None = None,
) -> None:
    """Add the command to the command line; without `content_dir` the environment names it."""
    parser = commands.add_parser(
        "import",
        help="turn questions of other systems into drafts",
        description="Exit code: 0 every question was imported, 1 some were refused, 2 usage.",
        epilog=f"The columns of csv:\n\n{csv_table.__doc__}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kind", choices=KINDS, metavar="KIND", help=" | ".join(KINDS))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--skill", required=True, metavar="ID", help="the skill of all its items")
    parser.add_argument(
        "--owner", metavar="EMAIL", help="of the drafts; else the first of people.yml"
    )
    parser.add_argument("--licence", default="internal", metavar="X", help="default: internal")
    parser.add_argument("--into", type=Path, metavar="DIR", help=f"default: {BANKS}")
    parser.add_argument("--dry-run", action="store_true", help="report only, write nothing")
    parser.add_argument("--format", choices=("text", "json"), default="text", dest="form")
    parser.set_defaults(run=run_import, content_dir=content_dir)


def run_import(options: argparse.Namespace) -> int:
    """Import one file, print what became of each question; return the exit code."""
    given = options.content_dir or os.environ.get("PORTAL_CONTENT_DIR") or REPOSITORY
    content_dir = Path(given)
    registers, _ = read_registers(content_dir)
    into = options.into or content_dir / BANKS
    try:
        owner = _checked(options, registers=registers, into=into)
        report = import_file(
            options.file, kind=options.kind, skill=options.skill, registers=registers
        )
    except _Usage as fault:
        return _complain(str(fault))
    except OSError as fault:
        return _complain(f"{options.file} cannot be read: {fault.strerror}")
    _say(report_json(report) if options.form == "json" else report_text(report))
    try:
        written = plan_banks(
            report,
            into=into,
            owner=owner,
            licence=options.licence,
            known=known_ids(content_dir),
        )
        if not options.dry_run:
            write_banks(written)
    except NotWritten as fault:
        sys.stderr.write(f"nothing was written: {fault}\n")
        return INCOMPLETE
    sys.stderr.write(_account(written, report=report, is_dry=options.dry_run))
    return DONE if report.is_complete else INCOMPLETE


def _checked(options: argparse.Namespace, *, registers: Registers, into: Path) -> str:
    """The owner, when all options can be used."""
    if options.skill not in registers.skills:
        guess = did_you_mean(options.skill, registers.skills)
        known = ", ".join(registers.skills) or "none"
        raise _Usage(f"unknown skill '{options.skill}'; skills.yml holds {known}.{guess}")
    if fault := licence_fault(options.licence):
        raise _Usage(fault)
    if into.exists() and not into.is_dir():
        raise _Usage(f"{into} is no folder")
    owner: str = options.owner or next(iter(registers.people), "")
    if not EMAIL.fullmatch(owner) or owner not in registers.people:
        guess = did_you_mean(owner, registers.people) if owner else ""
        raise _Usage(f"unknown owner '{owner}'; give --owner an address of people.yml.{guess}")
    return owner


def known_ids(content_dir: Path) -> dict[str, str]:
    """Ids that stand in the content already, by the file that holds them.

    An author may have moved an imported item elsewhere; it is not imported again.
    """
    found: dict[str, str] = {}
    for source in source_files(content_dir):
        place = content_dir / source.path
        try:
            text = place.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        found |= dict.fromkeys(_ID_LINE.findall(text), source.path)
    return found


def _account(written: Written, *, report: ImportReport, is_dry: bool) -> str:
    verb = "would write" if is_dry else "wrote"
    lines = [f"{verb} {path}" for path in written.files]
    elsewhere = sorted(set(written.kept.values()))
    lines.append(
        f"{len(written.new)} new items, {len(written.kept)} there already"
        + (f" in {', '.join(elsewhere)}" if elsewhere else "")
    )
    if not written.files and report.imported + report.warned == 0:
        lines.append("nothing to write")
    return "\n".join(lines) + "\n"


def _complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return USAGE


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
