"""Where reveals and tabs begin and end."""

import re
from collections.abc import Sequence

from curriculum.document import Block

DETAILS_START = re.compile(r"<details(?:\s+open)?\s*>", re.IGNORECASE)
DETAILS_END = re.compile(r"</details\s*>", re.IGNORECASE)
TABS_START = re.compile(r"<!--\s*tabs\s*-->", re.IGNORECASE)
TABS_END = re.compile(r"<!--\s*/\s*tabs\s*-->", re.IGNORECASE)


def find_ends(blocks: Sequence[Block]) -> dict[int, int]:
    """Index of the closing block for each block that opens a reveal or tabs and is closed."""
    ends: dict[int, int] = {}
    for start, end in ((DETAILS_START, DETAILS_END), (TABS_START, TABS_END)):
        opened: list[int] = []
        for place, block in enumerate(blocks):
            if block.kind != "html_block":
                continue
            # A block may open and close at once; then there is nothing for the portal to hide.
            change = len(start.findall(block.text)) - len(end.findall(block.text))
            if change > 0:
                opened.append(place)
            elif change < 0 and opened:
                ends[opened.pop()] = place
    return ends
