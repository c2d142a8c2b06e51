"""`python -m portal serve | publish | export-curriculum | work | ...`: run and fill it."""

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TypeAlias, get_args

from db.errors import DatabaseError
from portal.access import Role
from portal.settings import Settings, SettingsError

# argparse has no public name for what add_subparsers returns, and it takes no type at run time.
Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 when content is blocked, 2 when it cannot start."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = Settings.from_env()
        module, name = options.run.split(".")
        # Only the command that was asked for is imported: serving must start within seconds.
        run = getattr(import_module(f"portal.commands.{module}"), name)
        return int(run(settings, options))
    except (SettingsError, DatabaseError) as error:
        print(f"The portal cannot start: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m portal", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "serve", help="bring the database up to date, fill an empty one, serve the pages"
    )
    serve.add_argument("--port", type=_port, default=8501)
    serve.set_defaults(run="serving.serve")
    demo = commands.add_parser("demo", help="fill an empty database with an invented organisation")
    demo.add_argument("--people", type=int, default=240)
    demo.add_argument("--months", type=int, default=12)
    demo.add_argument("--seed", type=int, default=7)
    demo.set_defaults(run="demonstration.demo")
    publishing = commands.add_parser("publish", help="publish the Markdown of the content folder")
    publishing.set_defaults(run="content.publish_folder")
    work = commands.add_parser(
        "work", help="do background work until stopped, beside the worker inside the server"
    )
    work.add_argument("--once", action="store_true", help="do what waits now, then end")
    work.set_defaults(run="working.work")
    report = commands.add_parser(
        "report",
        help="write what a program shows into one HTML file",
        description="Exit code: 0 written, 2 refused and nothing written.",
    )
    report.add_argument("program", metavar="PROGRAM", help="its name, or its number")
    report.add_argument("--to", type=Path, required=True, metavar="FILE")
    report.set_defaults(run="measuring.report")
    export = commands.add_parser(
        "export-curriculum",
        help="write the live Markdown, registers and pictures into a folder",
        description="Exit code: 0 written, 2 refused and nothing written.",
    )
    export.add_argument(
        "folder", type=Path, metavar="DIR", help="new, empty, or a content folder already"
    )
    export.set_defaults(run="content.export_curriculum")
    preview = commands.add_parser(
        "preview",
        help="show a module of the content folder as learners see it, redrawn at every save",
        description="Only this machine can reach it. It needs no database and keeps no answer.",
    )
    preview.add_argument("module", metavar="MODULE", help="its id, the name of its folder")
    preview.add_argument("--port", type=_port, default=8502)
    preview.set_defaults(run="previewing.preview")
    _add_measuring(commands)
    _add_people(commands)
    _add_audit(commands)
    _add_privacy(commands)
    return parser


def _add_measuring(commands: Parsers) -> None:
    calibrating = commands.add_parser(
        "calibrate",
        help="estimate how hard a skill's questions are from the answers in the database",
        description="Exit code: 0 in force, 1 kept but not in force, 2 refused.",
    )
    calibrating.add_argument("skill", metavar="SKILL", help="an id of curriculum/skills.yml")
    calibrating.add_argument("--model", choices=("auto", "rasch", "2pl"), default="auto")
    calibrating.set_defaults(run="measuring.calibrate")
    explaining = commands.add_parser(
        "explain",
        help="show what a result was made from, keys included, and compute it once more",
        description="Exit code: 0 the same to the last bit, 1 not the same, 2 no such result.",
    )
    explaining.add_argument("result", type=int, metavar="RESULT", help="the number of a result")
    explaining.add_argument("--format", choices=("text", "json"), default="text")
    explaining.set_defaults(run="measuring.explain")


def _add_people(commands: Parsers) -> None:
    person = commands.add_parser(
        "person", help="add somebody who signs in at the provider, the first administrator too"
    )
    person.add_argument("--issuer", required=True, help="the 'issuer' of the provider's metadata")
    person.add_argument("--subject", required=True, help="the 'sub' claim of the person there")
    person.add_argument("--name", required=True)
    person.add_argument("--email", required=True)
    person.add_argument("--role-profile", default="all-staff", help="an id of curriculum/roles.yml")
    person.add_argument(
        "--role", action="append", required=True, choices=get_args(Role), help="may be repeated"
    )
    person.set_defaults(run="people.person")
    roster = commands.add_parser(
        "roster",
        help="take over people and teams from a CSV file, all of it or nothing",
        description="Exit code: 0 taken over or checked, 1 refused with its rows, 2 no such file.",
    )
    roster.add_argument("file", type=Path, help="its columns stand in docs/roster.md")
    roster.add_argument("--dry-run", action="store_true", help="tell every change, make none")
    roster.add_argument(
        "--leavers", type=int, metavar="N", help="so many may leave because the file lacks them"
    )
    roster.set_defaults(run="people.roster")


def _add_audit(commands: Parsers) -> None:
    audit = commands.add_parser("audit", help="prove the audit trail, or write it into a file")
    audits = audit.add_subparsers(required=True, metavar="COMMAND")
    verify = audits.add_parser(
        "verify",
        help="name the first row of each stream that was changed behind the portal's back",
        description="Exit code: 0 sound, 1 changed, 2 the log cannot be compared with.",
    )
    verify.add_argument(
        "--log",
        type=Path,
        metavar="FILE",
        help="logs of the portal in one file: their anchors must be in the database",
    )
    verify.set_defaults(run="audit.verify_audit")
    written = audits.add_parser(
        "export",
        help="write every deed into a new CSV file",
        description="Results and breaks of people stand in the file: keep it as safe as a backup.",
    )
    written.add_argument("file", type=Path)
    written.set_defaults(run="audit.export_audit")


def _add_privacy(commands: Parsers) -> None:
    retention = commands.add_parser(
        "retention", help="delete what is kept no longer; the periods stand in docs/recorded.md"
    )
    erasing = commands.add_parser(
        "erase",
        help="leave a number of a person: no name, no text, the same counts",
        description="Exit code: 0 erased or foreseen, 2 refused and nothing changed.",
    )
    erasing.add_argument("person", metavar="PERSON", help="the number or the e-mail address")
    for command in (retention, erasing):
        how = command.add_mutually_exclusive_group(required=True)
        how.add_argument("--dry-run", action="store_true", help="say what would go, change nothing")
        how.add_argument("--apply", action="store_true", help="do it and print the receipt")
    retention.set_defaults(run="privacy.retention")
    erasing.set_defaults(run="privacy.erase_person")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a whole number 1 to 65535")
    return int(text)


if __name__ == "__main__":
    raise SystemExit(main())
