"""Elements inside a line → inline Markdown: emphasis, code, links, formulas, raised signs."""

import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from curriculum.importers.escape import (
    Formula,
    code_span,
    escape_line,
    escape_words,
    formula_markdown,
)
from curriculum.importers.html_tree import Element
from curriculum.importers.question import HARD_BREAK
from curriculum.phrases import Phrase, Said

_SPACE = re.compile(r"[ \t\r\n\f\v\xa0\u2000-\u200b\u202f\u2007\u3000\ufeff]+")
_SUBSCRIPTS = dict(zip("0123456789+-=()aeoxhklmnpst", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ", strict=True))
_SUPERSCRIPTS = dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
_STYLES = {
    "b": "**", "strong": "**", "i": "*", "em": "*", "cite": "*", "dfn": "*", "var": "*",
    "u": "*", "ins": "*", "mark": "*", "s": "~~", "del": "~~", "strike": "~~",
}  # fmt: skip
_CHANGED_STYLES = ("u", "ins", "mark")
_CODE = frozenset({"code", "tt", "kbd", "samp"})
_LOST = frozenset(
    """
    applet audio button canvas embed frame iframe input map object script select svg textarea
    video
    """.split()  # noqa: SIM905
)
_SILENT = frozenset("style head title meta link base template wbr col colgroup param".split())  # noqa: SIM905
_TRANSPARENT = frozenset(
    """
    span font div center section article aside main header footer nav small big abbr acronym label
    bdi bdo time data tbody thead tfoot tr td th figure figcaption form fieldset legend address
    dl dt dd ul ol li p blockquote details summary dialog html body nobr q ruby rb rp rt caption
    option noscript picture h1 h2 h3 h4 h5 h6 table pre area source track
    """.split()  # noqa: SIM905
)
_LINKED = ("http", "https", "mailto")


def inline_markdown(nodes: "Sequence[Element | str]", *, notes: list[Said]) -> str:
    """Nodes of one paragraph as Markdown; hard breaks are U+2028, other space is single."""
    merged = _SPACE.sub(" ", _inline(nodes, notes=notes, styles=frozenset()))
    # `**a****b**` would not be read as bold; without the inner signs it is.
    merged = merged.replace("****", "")
    return re.sub(rf" *{HARD_BREAK} *", HARD_BREAK, merged).strip(f" {HARD_BREAK}")


def _inline(nodes: "Sequence[Element | str]", *, notes: list[Said], styles: frozenset[str]) -> str:
    parts = []
    words = ""
    for node in nodes:
        if isinstance(node, str):
            words += node
            continue
        parts.append(escape_line(_SPACE.sub(" ", words)))
        words = ""
        parts.append(_element(node, notes=notes, styles=styles))
    parts.append(escape_line(_SPACE.sub(" ", words)))
    return "".join(parts)


def _element(node: Element, *, notes: list[Said], styles: frozenset[str]) -> str:
    tag = node.tag
    if tag in _STYLES:
        return _styled(node, notes=notes, styles=styles)
    if tag in _CODE:
        return code_span(_SPACE.sub(" ", node.text()).strip())
    special = _SPECIAL.get(tag)
    if special is not None:
        return special(node, notes)
    if tag in _SILENT:
        return ""
    if tag in _LOST:
        _note(notes, Phrase("<{tag}> is not kept", tag=tag))
        return ""
    if tag not in _TRANSPARENT and ":" not in tag:
        _note(notes, Phrase("the tag <{tag}> is not kept, only the words in it", tag=tag[:30]))
    inner = _inline(node.children, notes=notes, styles=styles)
    return f" {inner} " if tag in {"p", "div", "li", "td", "th", "tr", "dt", "dd"} else inner


def _note(notes: list[Said], message: Said) -> None:
    if message not in notes:
        notes.append(message)


def _styled(node: Element, *, notes: list[Said], styles: frozenset[str]) -> str:
    sign = _STYLES[node.tag]
    if node.tag in _CHANGED_STYLES:
        _note(notes, Phrase("<{tag}> was turned into emphasis", tag=node.tag))
    inner = _inline(node.children, notes=notes, styles=styles | {sign})
    words = inner.strip(f" {HARD_BREAK}")
    if not words or sign in styles:
        return inner
    before = inner[: len(inner) - len(inner.lstrip(f" {HARD_BREAK}"))]
    after = inner[len(inner.rstrip(f" {HARD_BREAK}")) :]
    return f"{before}{sign}{words}{sign}{after}"


def _break(node: Element, notes: list[Said]) -> str:  # noqa: ARG001
    return HARD_BREAK


def _link(node: Element, notes: list[Said]) -> str:
    target = node.attributes.get("href", "").strip()
    words = _inline(node.children, notes=notes, styles=frozenset()).strip(f" {HARD_BREAK}")
    if not target:
        return words
    if not _may_link(target):
        _note(
            notes, Phrase("the link to '{target}' is not kept, only its words", target=target[:60])
        )
        return words
    for sign, code in (("(", "%28"), (")", "%29"), ("<", "%3C"), (">", "%3E"), ('"', "%22")):
        target = target.replace(sign, code)
    target = "".join(target.split())
    return f"[{words.replace(HARD_BREAK, ' ') or escape_words(target)}]({target})"


def _may_link(target: str) -> bool:
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return parts.scheme.casefold() in _LINKED and "\\" not in target


def _picture(node: Element, notes: list[Said]) -> str:
    source = node.attributes.get("src", "")
    words = " ".join(node.attributes.get("alt", "").split())
    if source.startswith("data:"):
        _note(
            notes, Phrase("a picture inside the text is not imported; put a file beside the item")
        )
    else:
        name = source.rpartition("/")[2][:60]
        _note(
            notes,
            Phrase("the picture '{name}' is not imported; put the file beside the item", name=name),
        )
        words = words or name
    return escape_words(f"(picture: {words})" if words else "(picture)")


def _maths(node: Element, notes: list[Said]) -> str:
    found = node.find("annotation")
    if found is not None and found.text().strip():
        return formula_markdown(Formula(" ".join(found.text().split()), display=False))
    _note(notes, Phrase("MathML is not kept, only its signs"))
    return escape_words(" ".join(node.text().split()))


def _lowered(node: Element, notes: list[Said]) -> str:
    return _shifted(node, notes, signs=_SUBSCRIPTS, mark="_")


def _raised(node: Element, notes: list[Said]) -> str:
    return _shifted(node, notes, signs=_SUPERSCRIPTS, mark="^")


def _shifted(node: Element, notes: list[Said], *, signs: dict[str, str], mark: str) -> str:
    words = " ".join(node.text().split()).replace("\u2212", "-")
    if all(sign in signs for sign in words):
        return "".join(signs[sign] for sign in words)
    _note(
        notes,
        Phrase(
            "'{words}' stood lower or higher in its line; it is written with '{mark}'",
            words=words[:30],
            mark=mark,
        ),
    )
    return escape_words(f"{mark}({words})")


_SPECIAL: dict[str, Callable[[Element, list[Said]], str]] = {
    "br": _break,
    "a": _link,
    "img": _picture,
    "math": _maths,
    "sub": _lowered,
    "sup": _raised,
}
