"""Command line for authors: `python -m curriculum check | format | new | import`."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from curriculum.command_check import add_check

OTHERS = {
    "curriculum.command_format": "add_format",
    "curriculum.command_new": "add_new",
    "curriculum.importers.command": "register",
}
DEFAULT_CONTENT_DIR = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    content_dir = Path(os.environ.get("PORTAL_CONTENT_DIR") or DEFAULT_CONTENT_DIR)
    parser = argparse.ArgumentParser(prog="python -m curriculum", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given = list(sys.argv[1:] if arguments is None else arguments)
    add_check(commands, content_dir=content_dir)
    # A check runs at every save; what only the other commands need would cost it a fifth.
    for module, name in OTHERS.items() if given[:1] != ["check"] else ():
        getattr(import_module(module), name)(commands, content_dir=content_dir)
    options = parser.parse_args(given)
    # An author's terminal may not know every character of a message.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    code: int = options.run(options)
    return code


if __name__ == "__main__":
    sys.exit(main())
