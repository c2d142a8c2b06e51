"""The command that shows a module from disk, without the portal and its database."""

import argparse
import os
import socket
import sys
from pathlib import Path

from curriculum.preview import ModuleUnknown, module_folder
from portal.settings import Settings


def preview(settings: Settings, options: argparse.Namespace) -> int:
    """Become the server of one page; return 2 when there is no such module or port."""
    try:
        folder = module_folder(settings.content_dir, options.module)
    except ModuleUnknown as unknown:
        print(unknown, file=sys.stderr)
        return 2
    if not _is_free(options.port):
        print(f"Port {options.port} is taken. Name another one with --port.", file=sys.stderr)
        return 2
    print(f"{options.module} is shown on http://127.0.0.1:{options.port}", flush=True)
    content = settings.content_dir.resolve()
    os.chdir(Path(__file__).resolve().parents[2])
    command = [
        sys.executable, "-m", "streamlit", "run", "portal/app_pages/live_preview.py",
        "--server.port", str(options.port), "--server.address", "127.0.0.1",
        "--", str(content), folder,
    ]  # fmt: skip
    sys.stdout.flush()
    return os.execv(command[0], command)  # noqa: S606


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        # A port that a server left a moment ago may be used again.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
