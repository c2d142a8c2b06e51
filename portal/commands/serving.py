"""The command that serves the portal's pages."""

import argparse
import os
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from db.backup import upgrade_safely
from db.store import open_store
from portal.commands.content import publish_content
from portal.services.people import is_empty, require_real_people, require_whole
from portal.settings import Settings, SettingsError


def serve(settings: Settings, options: argparse.Namespace) -> NoReturn:
    """Bring the database up to date, publish, fill an empty demonstration, be the server."""
    _require_free_port(options.port)
    upgrade_safely(settings.database_url, folder=settings.data_dir / "backups")
    store = open_store(settings.database_url)
    try:
        require_real_people(store, auth=settings.auth)
        require_whole(store)
        publish_content(settings, store)
        if settings.auth == "demo" and is_empty(store):
            print("Filling the empty database with the demonstration (about a minute) ...")
            # What simulates people is heavy, and needed once.
            import_module("portal.commands.demonstration").fill(store)
    finally:
        store.close()
    print(f"Starting {settings.name} ...", flush=True)
    os.chdir(Path(__file__).resolve().parents[2])
    command = [
        sys.executable, "-m", "streamlit", "run", "portal/asgi.py",
        "--server.port", str(options.port), "--server.address", "127.0.0.1",
    ]  # fmt: skip
    sys.stdout.flush()
    # The server takes this process over, so that signals reach it and nothing is kept twice.
    os.execve(command[0], command, _server_environment(settings))  # noqa: S606


def _require_free_port(port: int) -> None:
    """Refuse a port that cannot be had, before minutes are spent on filling a database for it."""
    with socket.socket() as probe:
        if os.name != "nt":
            # As the server does it: what an ended one left behind does not stand in the way.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as error:
            why = "is in use by another program"
            if isinstance(error, PermissionError):
                why = "may not be used by this account"
            raise SettingsError(
                f"port {port} {why}. Choose another one: make run PORT=9000"
            ) from error


def _server_environment(settings: Settings) -> dict[str, str]:
    # Threads come and go with every interaction; more than two heaps only hold memory back.
    extra = {"PORTAL_DATABASE_URL": settings.database_url, "MALLOC_ARENA_MAX": "2"}
    if settings.oidc is not None:
        # Streamlit signs the state of a sign-in before it reads programmatic secrets.
        extra["STREAMLIT_SERVER_COOKIE_SECRET"] = settings.oidc.cookie_secret
    return {**os.environ, **extra}
