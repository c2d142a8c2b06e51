"""Inline text → the tokens of it that must be judged: links, images, footnotes and HTML."""

import re
from typing import Any

from markdown_it.token import Token

from curriculum.document import markdown_parser
from curriculum.wording import plain_text

# A plain link or footnote. Where nothing else special stands in a paragraph, it needs no parser.
# The label of a footnote is read before code is, so that one with code in it is left to the parser.
_PLAIN = re.compile(r"\[(?:\^([^\s\]\[^\x01]+)\](?!\()|([^\[\]^][^\[\]]*)\]\(([^\s()<>&\"']+)\))")
# It begins with the sign itself, for which Python looks many times faster than for a condition.
_CODE = re.compile(r"`(?<!``)[^`]+`(?!`)")

Judged = tuple[Token, str]


def judged_tokens(content: str, *, env: dict[str, Any]) -> list[Judged]:
    """Tokens to judge, in the order of the text, each with the words it shows."""
    is_special = "\\" in content or "<" in content or "![" in content
    plain = None if is_special else plain_tokens(content)
    return parsed_tokens(content, env=env) if plain is None else plain


def plain_tokens(content: str) -> list[Judged] | None:
    """Read text that holds plain links and footnotes only; None when it holds more."""
    # Code is shown as it stands: nothing in it is a link, and its length must stay.
    masked = _CODE.sub(_mask, content) if "`" in content else content
    if "`" in masked:
        return None
    found = list(_PLAIN.finditer(masked))
    if len(found) != masked.count("["):
        return None
    return [_plain_token(match, content=content) for match in found]


def _mask(code: re.Match[str]) -> str:
    return "\x01" * len(code[0])


def _plain_token(match: re.Match[str], *, content: str) -> Judged:
    if match[1]:
        label = content[slice(*match.span(1))]
        return Token("footnote_ref", "", 0, meta={"label": label}), ""
    words = plain_text(content[slice(*match.span(2))])
    return Token("link_open", "a", 1, attrs={"href": content[slice(*match.span(3))]}), words


def parsed_tokens(content: str, *, env: dict[str, Any]) -> list[Judged]:
    """Read any text with the public parser."""
    children: list[Token] = []
    markdown_parser().inline.parse(content, markdown_parser(), env, children)
    return [
        (child, _text_of_link(children, index) if child.type == "link_open" else child.content)
        for index, child in enumerate(children)
        if child.type in {"link_open", "image", "html_inline", "footnote_ref"}
    ]


def needle(token: Token) -> str:
    """What to look for in the lines of the file to find the place of a token."""
    if token.type == "link_open":
        return str(token.attrs.get("href", ""))
    if token.type == "image":
        return str(token.attrs.get("src", ""))
    if token.type == "html_inline":
        return token.content
    return f"[^{token.meta['label']}]"


def _text_of_link(children: list[Token], index: int) -> str:
    parts = []
    for child in children[index + 1 :]:
        if child.type == "link_close":
            break
        parts.append(child.content or (" " if child.type.endswith("break") else ""))
    return plain_text("".join(parts))
