"""`python -m portal serve | publish | export-curriculum | work | ...`: run and fill it."""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import NoReturn, TypeAlias, get_args

from curriculum.read import read_curriculum, read_image, read_registers
from curriculum.write import FolderRefused, write_folder
from db.backup import upgrade_safely
from db.errors import DatabaseError
from db.store import Store, open_store
from portal import clock
from portal.access import Refused, Role
from portal.charts.report_file import make_report, save_text
from portal.services.auditing import (
    count_anchors,
    find_faults,
    read_logged_anchors,
    write_whole_trail,
)
from portal.services.background import make_worker
from portal.services.calibrating import calibrate_skill
from portal.services.catalogue import read_catalogue, read_item
from portal.services.demo import DemoPlan, DemoRefused, fill_demo, is_empty
from portal.services.erasing import erase, find_erasable, foresee_erasure, receipt_lines
from portal.services.exporting import ExportRefused, file_hash, read_live_files
from portal.services.people import NewPerson, PersonRefused, add_person, require_real_people
from portal.services.publishing import Published, publish
from portal.services.receipts import full_receipt, receipt_json, receipt_text
from portal.services.retention import apply_retention, foresee_retention, retention_lines
from portal.services.roster import RosterReport, check_roster, load_roster
from portal.settings import Settings, SettingsError
from portal.web.logs import configure_logging, secrets_of

# argparse has no public name for what add_subparsers returns, and it takes no type at run time.
Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 when content is blocked, 2 when it cannot start."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        settings = Settings.from_env()
        return int(options.run(settings, options))
    except (SettingsError, DatabaseError, DemoRefused) as error:
        print(f"The portal cannot start: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m portal", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "serve", help="bring the database up to date, fill an empty one, serve the pages"
    )
    serve.add_argument("--port", type=_port, default=8501)
    serve.set_defaults(run=_serve)
    demo = commands.add_parser("demo", help="fill an empty database with an invented organisation")
    demo.add_argument("--people", type=int, default=240)
    demo.add_argument("--months", type=int, default=12)
    demo.add_argument("--seed", type=int, default=7)
    demo.set_defaults(run=_demo)
    publishing = commands.add_parser("publish", help="publish the Markdown of the content folder")
    publishing.set_defaults(run=_publish)
    work = commands.add_parser(
        "work", help="do background work until stopped, beside the worker inside the server"
    )
    work.add_argument("--once", action="store_true", help="do what waits now, then end")
    work.set_defaults(run=_work)
    report = commands.add_parser(
        "report",
        help="write what a program shows into one HTML file",
        description="Exit code: 0 written, 2 refused and nothing written.",
    )
    report.add_argument("program", metavar="PROGRAM", help="its name, or its number")
    report.add_argument("--to", type=Path, required=True, metavar="FILE")
    report.set_defaults(run=_report)
    export = commands.add_parser(
        "export-curriculum",
        help="write the live Markdown, registers and pictures into a folder",
        description="Exit code: 0 written, 2 refused and nothing written.",
    )
    export.add_argument(
        "folder", type=Path, metavar="DIR", help="new, empty, or a content folder already"
    )
    export.set_defaults(run=_export)
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
    calibrating.set_defaults(run=_calibrate)
    explaining = commands.add_parser(
        "explain",
        help="show what a result was made from, keys included, and compute it once more",
        description="Exit code: 0 the same to the last bit, 1 not the same, 2 no such result.",
    )
    explaining.add_argument("result", type=int, metavar="RESULT", help="the number of a result")
    explaining.add_argument("--format", choices=("text", "json"), default="text")
    explaining.set_defaults(run=_explain)


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
    person.set_defaults(run=_person)
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
    roster.set_defaults(run=_roster)


def _add_audit(commands: Parsers) -> None:
    audit = commands.add_parser("audit", help="prove the audit trail, or write it into a file")
    audits = audit.add_subparsers(required=True, metavar="COMMAND")
    verify = audits.add_parser(
        "verify",
        help="name the first row of each stream that was changed behind the portal's back",
        description="Exit code: 0 sound, 1 changed.",
    )
    verify.add_argument(
        "--log", type=Path, metavar="FILE", help="a log of the portal: its anchors must be there"
    )
    verify.set_defaults(run=_verify_audit)
    written = audits.add_parser("export", help="write every deed into a new CSV file")
    written.add_argument("file", type=Path)
    written.set_defaults(run=_export_audit)


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
    retention.set_defaults(run=_retention)
    erasing.set_defaults(run=_erase)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a whole number 1 to 65535")
    return int(text)


def _serve(settings: Settings, options: argparse.Namespace) -> NoReturn:
    upgrade_safely(settings.database_url, folder=settings.data_dir / "backups")
    store = open_store(settings.database_url)
    try:
        require_real_people(store, auth=settings.auth)
        _publish_content(settings, store)
        if settings.auth == "demo" and is_empty(store):
            print("Filling the empty database with the demonstration (about a minute) ...")
            fill_demo(store, plan=DemoPlan(), now=clock.now(), tell=print)
    finally:
        store.close()
    print(f"{settings.name} is served on http://127.0.0.1:{options.port}", flush=True)
    os.chdir(Path(__file__).resolve().parent.parent)
    command = [
        sys.executable, "-m", "streamlit", "run", "portal/asgi.py",
        "--server.port", str(options.port), "--server.address", "127.0.0.1",
    ]  # fmt: skip
    sys.stdout.flush()
    # The server takes this process over, so that signals reach it and nothing is kept twice.
    os.execve(command[0], command, _server_environment(settings))  # noqa: S606


def _server_environment(settings: Settings) -> dict[str, str]:
    # Threads come and go with every interaction; more than two heaps only hold memory back.
    extra = {"PORTAL_DATABASE_URL": settings.database_url, "MALLOC_ARENA_MAX": "2"}
    if settings.oidc is not None:
        # Streamlit signs the state of a sign-in before it reads programmatic secrets.
        extra["STREAMLIT_SERVER_COOKIE_SECRET"] = settings.oidc.cookie_secret
    return {**os.environ, **extra}


def _demo(settings: Settings, options: argparse.Namespace) -> int:
    if settings.auth != "demo":
        print("Demonstration data is written only when PORTAL_AUTH is 'demo'.", file=sys.stderr)
        return 2
    upgrade_safely(settings.database_url, folder=settings.data_dir / "backups")
    store = open_store(settings.database_url)
    try:
        if not is_empty(store):
            print(
                "This database already holds people. Point PORTAL_DATA_DIR or "
                "PORTAL_DATABASE_URL at an empty one.",
                file=sys.stderr,
            )
            return 2
        _publish_content(settings, store)
        plan = DemoPlan(people=options.people, months=options.months, seed=options.seed)
        fill_demo(store, plan=plan, now=clock.now(), tell=print)
    finally:
        store.close()
    return 0


def _publish(settings: Settings, _options: argparse.Namespace) -> int:
    store = open_store(settings.database_url)
    try:
        return _publish_content(settings, store)
    finally:
        store.close()


def _work(settings: Settings, options: argparse.Namespace) -> int:
    configure_logging(settings.log, secrets=secrets_of(settings))
    store, stop = open_store(settings.database_url), threading.Event()
    worker = make_worker(store, clock=clock.now)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        if options.once:
            done = 0
            while not stop.is_set() and worker.run_once():
                done += 1
            print(f"{done} jobs done or given back.")
        else:
            print(f"Worker {worker.name} is at work; stop it with Ctrl-C.", flush=True)
            worker.run(stop)
    finally:
        store.close()
    return 0


def _report(settings: Settings, options: argparse.Namespace) -> int:
    store = open_store(settings.database_url)
    try:
        text = make_report(
            store,
            wanted=options.program,
            name=settings.name,
            min_group=settings.min_group,
            now=clock.now(),
        )
        save_text(options.to, text)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    print(f"wrote {options.to}")
    return 0


def _export(settings: Settings, options: argparse.Namespace) -> int:
    store = open_store(settings.database_url)
    try:
        live = {file.path: file for file in read_live_files(store)}
    except ExportRefused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    try:
        done = write_folder(
            options.folder,
            {path: file.data for path, file in live.items()},
            may_replace=lambda path, found: file_hash(found) in live[path].earlier,
        )
    except FolderRefused as refused:
        print(refused, file=sys.stderr)
        return 2
    for path in done.written:
        print(f"wrote {path}")
    for path in done.extra:
        print(f"left {path}: the portal does not know this file")
    print(f"{len(done.written)} files written, {len(done.unchanged)} were the same already.")
    return 0


def _person(settings: Settings, options: argparse.Namespace) -> int:
    person = NewPerson(
        issuer=options.issuer,
        subject=options.subject,
        name=options.name,
        email=options.email,
        role_profile=options.role_profile,
        roles=frozenset(options.role),
    )
    registers, _problems = read_registers(settings.content_dir)
    store = open_store(settings.database_url)
    try:
        person_id = add_person(store, person=person, profiles=registers.roles, now=clock.now())
    except PersonRefused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    print(f"{person.name} is person {person_id}: {', '.join(sorted(person.roles))}.")
    return 0


def _calibrate(settings: Settings, options: argparse.Namespace) -> int:
    store = open_store(settings.database_url)
    try:
        done = calibrate_skill(
            store,
            skill=options.skill,
            model=options.model,
            catalogue=read_catalogue(store),
            read_item=cache(partial(read_item, store)),
            now=clock.now(),
            tell=lambda share, words: print(f"{share:4.0%}  {words}", file=sys.stderr),
        )
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    print(f"{done.skill}: {done.checks} checks, {done.answers} answers, {done.model}.")
    print("\n".join(done.sentences))
    if done.in_force:
        print(f"{done.rescored} checks were scored anew; their earlier results stay on record.")
    return 0 if done.in_force else 1


def _explain(settings: Settings, options: argparse.Namespace) -> int:
    store = open_store(settings.database_url)
    try:
        receipt = full_receipt(
            store, result_id=options.result, read_item=cache(partial(read_item, store))
        )
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    print(receipt_text(receipt) if options.format == "text" else receipt_json(receipt))
    return 0 if receipt.same else 1


def _roster(settings: Settings, options: argparse.Namespace) -> int:
    try:
        data = options.file.read_bytes()
    except OSError as error:
        print(f"{options.file} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    registers, _problems = read_registers(settings.content_dir)
    given = {
        "viewer": None,
        "data": data,
        "profiles": registers.roles,
        "now": clock.now(),
    }
    store = open_store(settings.database_url)
    try:
        if options.dry_run:
            report = check_roster(store, **given)
        else:
            report = load_roster(store, **given, leavers=options.leavers)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    finally:
        store.close()
    return _tell_roster(report)


def _tell_roster(report: RosterReport) -> int:
    for fault in report.faults:
        print(fault)
    if report.faults:
        print(f"{len(report.faults)} faults; nothing was changed.")
        return 1
    for change in report.changes:
        place = f"row {change.row}" if change.row else "not in the file"
        print(f"{place}: {change.kind}: {change.who} {change.detail}".rstrip())
    counts = [f"{kind}: {count}" for kind, count in report.counts.items()]
    done = "taken over" if report.written else "would change" if counts else "nothing to change"
    print(f"{report.people} people, {report.unchanged} unchanged; {done}: {', '.join(counts)}")
    return 0


def _verify_audit(settings: Settings, options: argparse.Namespace) -> int:
    logged = {}
    if options.log is not None:
        with options.log.open(encoding="utf-8", errors="replace") as lines:
            logged = read_logged_anchors(lines)
    store = open_store(settings.database_url)
    try:
        faults, anchors = find_faults(store, logged=logged), count_anchors(store)
    finally:
        store.close()
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} streams are not as they were written.")
        return 1
    print(f"The audit trail is sound: {anchors} anchors, {len(logged)} of them found in the log.")
    return 0


def _export_audit(settings: Settings, options: argparse.Namespace) -> int:
    store = open_store(settings.database_url)
    try:
        with options.file.open("x", encoding="utf-8-sig", newline="") as out:
            count = write_whole_trail(store, out=out, now=clock.now())
    except FileExistsError:
        print(f"{options.file} exists already; name a new file.", file=sys.stderr)
        return 2
    finally:
        store.close()
    print(f"{count} deeds written.")
    return 0


def _retention(settings: Settings, options: argparse.Namespace) -> int:
    store = open_store(settings.database_url)
    work = apply_retention if options.apply else foresee_retention
    try:
        receipt = work(store, read_item=cache(partial(read_item, store)), now=clock.now())
    finally:
        store.close()
    print("\n".join(retention_lines(receipt)))
    return 0


def _erase(settings: Settings, options: argparse.Namespace) -> int:
    store = open_store(settings.database_url)
    work = erase if options.apply else foresee_erasure
    try:
        receipt = work(
            store,
            viewer=None,
            person_id=find_erasable(store, options.person),
            read_item=cache(partial(read_item, store)),
            now=clock.now(),
        )
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    print("\n".join(receipt_lines(receipt)))
    return 0


def _publish_content(settings: Settings, store: Store) -> int:
    now = clock.now()
    curriculum = read_curriculum(settings.content_dir, today=now.date())
    outcomes = publish(
        store,
        curriculum=curriculum,
        now=now,
        read_image=partial(read_image, settings.content_dir),
        reread=lambda texts: read_curriculum(settings.content_dir, today=now.date(), texts=texts),
    )
    for outcome in outcomes:
        _tell(outcome)
    blocked = sum(outcome.outcome == "blocked" for outcome in outcomes)
    changed = sum(outcome.changed for outcome in outcomes)
    print(f"{changed} new revisions, {blocked} of {len(outcomes)} parts blocked.")
    return 1 if blocked else 0


def _tell(outcome: Published) -> None:
    if outcome.outcome != "unchanged":
        print(f"{outcome.kind} {outcome.id}: {outcome.outcome}")
    for problem in outcome.problems:
        print(
            f"  {problem.path}:{problem.line}:{problem.column}: "
            f"{problem.level} {problem.code}: {problem.message}"
        )
    for content_id in outcome.stale:
        print(f"  {content_id}: this text is older than the published one; left as it is")
    for content_id in outcome.merged:
        print(f"  {content_id}: changed here and in the browser; both changes are live now")
    for conflict in outcome.conflicts:
        print(
            f"  {conflict.path}: changed here and in the browser in the same lines; left as it is. "
            "Put both together in this file and publish again:"
        )
        print(conflict.diff)


if __name__ == "__main__":
    raise SystemExit(main())
