"""One text of a GIFT question: the format it names, and its line breaks."""

import re

from curriculum.importers.gift_passages import show_escapes
from curriculum.importers.question import Text, TextFormat

_FORMAT = re.compile(r"\[(html|markdown|moodle|plain)\]")
_GAP = re.compile(r"\n(?:[ \t]*\n)+")


def gift_text(hidden: str, *, default: TextFormat, line: int) -> Text:
    """Text of a question whose escapes are hidden; without a format of its own it has `default`."""
    words = hidden.strip()
    found = _FORMAT.match(words)
    if found is not None:
        default = found[1]  # type: ignore[assignment]
        words = words[found.end() :].strip()
    # A comment or a blank line inside braces leaves an empty line behind, which means nothing.
    return Text(raw=show_escapes(_GAP.sub("\n", words)), format=default, line=line)
