"""Command line: calibrate, link, items, compare, growth, attrition, simulate."""

import argparse
import sys
from collections.abc import Callable, Sequence

from assessments import comparison_commands, item_commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its code: 0, or 2 when the input cannot be used.

    Each command sets `run`, which takes the parsed arguments, prints the whole answer once it is
    known and returns the code.
    """
    parser = argparse.ArgumentParser(
        prog="python -m assessments", description="Measure skill and compare ways of learning."
    )
    subparsers = parser.add_subparsers(dest="command", required=True)
    item_commands.register(subparsers)
    comparison_commands.register(subparsers)
    parsed = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = parsed.run
    return run(parsed)


if __name__ == "__main__":
    sys.exit(main())
