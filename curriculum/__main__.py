"""Command line for authors: `python -m curriculum check | format | new | import`."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from curriculum.command_check import add_check
from curriculum.command_format import add_format
from curriculum.command_new import add_new
from curriculum.importers.command import register as add_import

DEFAULT_CONTENT_DIR = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    content_dir = Path(os.environ.get("PORTAL_CONTENT_DIR") or DEFAULT_CONTENT_DIR)
    parser = argparse.ArgumentParser(prog="python -m curriculum", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (add_check, add_format, add_new, add_import):
        add(commands, content_dir=content_dir)
    options = parser.parse_args(arguments)
    # An author's terminal may not know every character of a message.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    code: int = options.run(options)
    return code


if __name__ == "__main__":
    sys.exit(main())
