"""A text of a question, in whatever markup → our Markdown, in blocks or in one line."""

import html
import re
from functools import lru_cache

from markdown_it import MarkdownIt

from curriculum.importers.escape import Formula, escape_line, formula_markdown, split_formulas
from curriculum.importers.html_blocks import html_blocks, html_line, paragraphs
from curriculum.importers.html_tree import Element, html_tree
from curriculum.importers.question import HARD_BREAK, Refusal, Text
from curriculum.phrases import Phrase, Said

MAX_TEXT = 40_000
# The parser of Markdown takes quadratic time on signs that open something and never close it.
MAX_MARKDOWN = 20_000
MAX_DECLARATIONS = 100
# A picture inside the text may be larger than any text; its name is all that is needed of it.
_EMBEDDED = re.compile(r"(data:[a-zA-Z]{1,20}/[a-zA-Z0-9.+-]{1,40};base64,)[A-Za-z0-9+/=%\s]*")
_PAIRED = re.compile(
    r"<(b|i|u|em|strong|p|pre|code|tt|sub|sup|ul|ol|li|table|h[1-6]|blockquote|font)(?=[\s>])[^<>]*>"
    r"|<a\s[^<>]*href[^<>]*>|<(?:span|div)(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_TAG_NAME = re.compile(r"<([a-z0-9]+)")
_CLOSING = re.compile(r"</([a-z0-9]+)")
_LONE = re.compile(r"<(?:br|hr)\s*/?>|<img\s[^<>]*>", re.IGNORECASE)
_GUARDED_MATHS = re.compile(r"\\\\([()\[\]])")
_NO_CHARACTER = re.compile("[\x00-\x08\x0e-\x1f\ufdd0-\ufdef]")
_KEPT = re.compile("\ufdd8(\\d{1,6})\ufdd9")


def to_blocks(text: Text, *, notes: list[Said]) -> list[str]:
    """The text as blocks of Markdown; what is lost on the way is added to `notes`.

    Raises
    ------
    Refusal
        If the text is too long to be a question.
    """
    raw = _bounded(text)
    if text.format == "markdown":
        return _from_markdown(raw, notes=notes)
    if text.format == "html" or (text.format == "moodle" and has_markup(raw)):
        return html_blocks(_tree(raw, text=text).children, notes=notes)
    return paragraphs(escape_line(_plain(raw, text=text)))


def to_markdown(text: Text, *, notes: list[Said]) -> str:
    """The text as Markdown of any number of blocks."""
    return "\n\n".join(to_blocks(text, notes=notes))


def to_line(text: Text, *, notes: list[Said]) -> str:
    """The text as inline Markdown in one line."""
    raw = _bounded(text)
    if text.format == "markdown":
        kept, formulas = _without_formulas(raw)
        inner = html_line(html_tree(_renderer().render(kept)).children, notes=notes)
        return _with_formulas(inner, formulas)
    if text.format == "html" or (text.format == "moodle" and has_markup(raw)):
        return html_line(_tree(raw, text=text).children, notes=notes)
    return " ".join(escape_line(_plain(raw, text=text).replace(HARD_BREAK, " ")).split())


def to_words(text: Text) -> str:
    """The bare words of a text in one line, without any markup."""
    raw = _bounded(text)
    if text.format == "markdown":
        raw = html_tree(_renderer().render(raw.replace(HARD_BREAK, "\n"))).text()
    elif text.format == "html" or (text.format == "moodle" and has_markup(raw)):
        raw = _tree(raw, text=text).text()
    else:
        raw = _plain(raw, text=text)
    return " ".join(raw.replace(HARD_BREAK, " ").split())


def has_markup(raw: str) -> bool:
    """Whether text of no declared markup is HTML: a tag that is closed again, or a break.

    A question on HTML may name a tag without meaning it.
    """
    if "<" not in raw:
        return False
    if _LONE.search(raw):
        return True
    folded = raw.lower()
    closed = {tag: folded.rfind(f"</{tag}") for tag in set(_CLOSING.findall(folded))}
    return any(
        closed.get(_TAG_NAME.findall(found[0])[0], -1) >= found.end()
        for found in _PAIRED.finditer(folded)
    )


def _bounded(text: Text) -> str:
    raw = _EMBEDDED.sub(r"\1", text.raw) if ";base64," in text.raw else text.raw
    limit = MAX_MARKDOWN if text.format == "markdown" else MAX_TEXT
    if len(raw) > limit:
        reason = Phrase(
            "a text of the question has {size} characters; at most {limit} are read",
            size=len(raw),
            limit=limit,
        )
        raise Refusal(reason, line=text.line)
    if _NO_CHARACTER.search(raw):
        raise Refusal(
            Phrase("a text of the question holds signs that are no characters"), line=text.line
        )
    # Each of these makes the Markdown parser look for its end through all of the text.
    if text.format == "markdown" and raw.count("<!") > MAX_DECLARATIONS:
        raise Refusal(
            Phrase("a text of the question is full of '<!'; it is no Markdown"), line=text.line
        )
    return raw


def _tree(raw: str, *, text: Text) -> Element:
    return html_tree(raw.replace(HARD_BREAK, "\n" if text.format == "html" else "<br>"))


def _plain(raw: str, *, text: Text) -> str:
    words = html.unescape(raw) if text.format == "moodle" else raw
    return re.sub("[ \t\xa0]+", " ", words)


def _from_markdown(raw: str, *, notes: list[Said]) -> list[str]:
    kept, formulas = _without_formulas(raw)
    tree = html_tree(_renderer().render(kept))
    return [_with_formulas(block, formulas) for block in html_blocks(tree.children, notes=notes)]


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": 20}).enable(["table", "strikethrough"])


def _without_formulas(raw: str) -> tuple[str, list[Formula]]:
    formulas: list[Formula] = []
    parts = []
    plain = _GUARDED_MATHS.sub(r"\\\1", raw.replace(HARD_BREAK, "\n"))
    for piece in split_formulas(plain):
        if isinstance(piece, Formula):
            parts.append(f"\ufdd8{len(formulas)}\ufdd9")
            formulas.append(piece)
        else:
            parts.append(piece)
    return "".join(parts), formulas


def _with_formulas(markdown: str, formulas: list[Formula]) -> str:
    return _KEPT.sub(lambda found: formula_markdown(formulas[int(found[1])]), markdown)
