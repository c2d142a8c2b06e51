"""`python -m db upgrade | check`: bring the tables up to date, or say how they stand."""

import argparse
import os
import sys
from pathlib import Path

from db.engines import parse_url, sqlite_path
from db.errors import DatabaseError
from db.schema import Standing, upgrade_schema
from db.store import make_private_file, open_store


def default_url() -> str:
    """Return the URL from the environment, else the SQLite file in the data folder."""
    given = os.environ.get("PORTAL_DATABASE_URL")
    if given:
        return given
    folder = Path(os.environ.get("PORTAL_DATA_DIR") or "var")
    return f"sqlite:///{folder / 'portal.db'}"


def run_upgrade(url: str) -> None:
    """Bring the tables to what this code needs."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and not sqlite_path(parsed).exists():
        make_private_file(parsed)
    state = upgrade_schema(url)
    if state.standing is Standing.CURRENT:
        print(f"nothing to do: the tables are at {state.found}")
    else:
        print(f"upgraded from {state.found or 'nothing'} to {state.needed}")


def run_check(url: str) -> None:
    """Open the database as the portal would, and say how it stands."""
    store = open_store(url)
    state = store.schema_state()
    store.close()
    print(f"the tables are at {state.found}, as this code needs them")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0, or 1 after a sentence on what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m db")
    parser.add_argument("--url", default=None, help="default: PORTAL_DATABASE_URL, else a file")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("upgrade", help="bring the tables to what this code needs")
    commands.add_parser("check", help="say how the tables stand")
    chosen = parser.parse_args(arguments)
    try:
        {"upgrade": run_upgrade, "check": run_check}[chosen.command](chosen.url or default_url())
    except DatabaseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
