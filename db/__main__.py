"""`python -m db upgrade | check | backup FILE | restore FILE`: looking after the database."""

import argparse
import os
import sys
from pathlib import Path

from db.backup import backup_database, free_name, holds_rows, restore_database, upgrade_safely
from db.errors import DatabaseError
from db.queries.audit import verify_answers, verify_chain
from db.queries.growth import compare_growth
from db.schema import Standing
from db.store import open_store


def data_folder() -> Path:
    """Return the folder everything is kept in."""
    return Path(os.environ.get("PORTAL_DATA_DIR") or "var")


def default_url() -> str:
    """Return the URL from the environment, else the SQLite file in the data folder."""
    given = os.environ.get("PORTAL_DATABASE_URL")
    return given or f"sqlite:///{data_folder() / 'portal.db'}"


def run_upgrade(url: str) -> int:
    """Bring the tables to what this code needs, after a backup where they hold data."""
    state, backup = upgrade_safely(url, folder=data_folder() / "backups")
    if backup is not None:
        print(f"made a verified backup first: {backup}")
    if state.standing is Standing.CURRENT:
        print(f"nothing to do: the tables are at {state.found}")
    else:
        print(f"upgraded from {state.found or 'nothing'} to {state.needed}")
    return 0


def run_check(url: str) -> int:
    """Check the tables, the audit, the answers and the stored growth; name what is wrong."""
    store = open_store(url)
    try:
        print(f"tables: {store.schema_state().found}, as this code needs them")
        broken = store.read(verify_chain)
        answers = store.read(verify_answers)
        cells = store.read(compare_growth)
    finally:
        store.close()
    for fault in broken:
        print(f"audit: {fault}")
    for fault in answers:
        print(f"answers: {fault}")
    if not cells.empty:
        print(f"growth: {len(cells)} rows differ from a recount; rebuild them")
    if broken or answers or not cells.empty:
        return 1
    print("audit chains, answers and stored growth: sound")
    return 0


def run_backup(url: str, file: Path) -> int:
    """Write a verified backup into a new file."""
    kept = backup_database(url, file=file)
    rows = sum(kept.manifest.rows.values())
    print(f"kept {rows} rows of {len(kept.manifest.rows)} tables in {file}, and read them back")
    if kept.manifest.broken_streams:
        print(f"warning: {kept.manifest.broken_streams} audit streams do not verify; run `check`")
    return 0


def run_restore(url: str, file: Path, *, replace: bool) -> int:
    """Fill the database from a backup; what it held is backed up first."""
    if replace and holds_rows(url):
        before = free_name(data_folder() / "backups", stem="before-restore")
        backup_database(url, file=before)
        print(f"made a verified backup of what is replaced: {before}")
    manifest = restore_database(url, file=file, replace=replace)
    print(f"restored {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables from {file}")
    return 0


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m db", description=__doc__)
    parser.add_argument(
        "--url", help="default: PORTAL_DATABASE_URL, else portal.db in PORTAL_DATA_DIR (var)"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("upgrade", help="bring the tables to what this code needs")
    commands.add_parser("check", help="check tables, audit, answers and stored growth")
    backup = commands.add_parser("backup", help="write a verified backup into a new file")
    backup.add_argument("file", type=Path)
    restore = commands.add_parser("restore", help="fill the database from a backup")
    restore.add_argument("file", type=Path)
    restore.add_argument("--replace", action="store_true", help="overwrite what is there")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0, or 1 after a sentence on what is wrong."""
    chosen = read_arguments(arguments)
    url = chosen.url or default_url()
    try:
        if chosen.command == "backup":
            return run_backup(url, chosen.file)
        if chosen.command == "restore":
            return run_restore(url, chosen.file, replace=chosen.replace)
        return {"upgrade": run_upgrade, "check": run_check}[chosen.command](url)
    except DatabaseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
