"""The short way through the block parser for the commonest block: a plain paragraph."""

from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token


def plain_paragraph(state: StateBlock, start: int, _end: int, _silent: bool) -> bool:
    """Take a paragraph whose every line begins with a letter; leave all others to the parser.

    No other block begins with a letter, nor does the second line of a table or of an underlined
    heading. The parser itself asks eleven rules about each such line, which is half of its time.
    """
    if state.sCount[start] - state.blkIndent > 3 or not _begins_with_letter(state, start):
        return False
    after = start + 1
    while after < state.lineMax and not state.isEmpty(after):
        if state.sCount[after] < state.blkIndent or not _begins_with_letter(state, after):
            return False
        after += 1
    place = [start, after]
    state.line = after
    state.tokens += (
        Token("paragraph_open", "p", 1, map=place, level=state.level, block=True),
        Token(
            "inline",
            "",
            0,
            map=[start, after],
            level=state.level + 1,
            children=[],
            content=_content(state, start, after),
            block=True,
        ),
        Token("paragraph_close", "p", -1, level=state.level, block=True),
    )
    return True


def _begins_with_letter(state: StateBlock, line: int) -> bool:
    return state.src[state.bMarks[line] + state.tShift[line]].isalpha()


def _content(state: StateBlock, start: int, after: int) -> str:
    if after == start + 1:
        return mdTrim(state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]])
    return mdTrim(state.getLines(start, after, state.blkIndent, False))
