"""Where reveals and tabs begin and end."""

import re
from collections.abc import Sequence

from curriculum.document import Block

DETAILS_START = re.compile(r"<details(?:\s+open)?\s*>", re.IGNORECASE)
DETAILS_END = re.compile(r"</details\s*>", re.IGNORECASE)
TABS_START = re.compile(r"<!--\s*tabs\s*-->", re.IGNORECASE)
TABS_END = re.compile(r"<!--\s*/\s*tabs\s*-->", re.IGNORECASE)


def find_end(
    blocks: Sequence[Block], index: int, *, start: re.Pattern[str], end: re.Pattern[str]
) -> int | None:
    """Index of the block that closes what opens at `index`, or None."""
    depth = 0
    for place in range(index, len(blocks)):
        if blocks[place].kind != "html_block":
            continue
        text = blocks[place].text
        depth += len(start.findall(text)) - len(end.findall(text))
        if depth <= 0:
            return place if place > index else None
    return None
