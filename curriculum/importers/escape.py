"""Plain words → Markdown that says the same and nothing else."""

import re
from dataclasses import dataclass

_SIGNS = re.compile(r"[\\`*\[\]<~$]")
_UNDERSCORES = re.compile(r"_+")
_ENTITY = re.compile(r"&(?=#?\w{1,31};)")
# What begins a block at the start of a line: headings, lists, quotes, rules, tables, blocks.
_BLOCK_START = re.compile(r"(?:#+|>|[-+]+(?=\s|$|[-+])|:::+|\|)")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_RULE = re.compile(r"[\s|:=-]+")
_MATHS = re.compile(
    r"\$\$(?P<double>[^$]{1,2000}?)\$\$"
    r"|\\\((?P<round>(?:[^\\]|\\(?![()\[\]]))*+)\\\)"
    r"|\\\[(?P<square>(?:[^\\]|\\(?![()\[\]]))*+)\\\]"
    r"|(?<![\\$\w])\$(?P<single>[^$\n]{1,500}?)\$(?![\d$])",
    re.DOTALL,
)
_LOOKS_LIKE_MATHS = re.compile(r"\\[a-zA-Z]+|[\^_=<>+]|\A[a-zA-Z](?:\([a-zA-Z]\))?\Z")
_DISPLAY = ("double", "square")


@dataclass(frozen=True, slots=True)
class Formula:
    """A piece of TeX in a text; `display` when it stands on a line of its own."""

    tex: str
    display: bool


def escape_line(text: str) -> str:
    """Words as inline Markdown; formulas between dollar signs or TeX brackets stay formulas."""
    return "".join(
        formula_markdown(piece) if isinstance(piece, Formula) else escape_words(piece)
        for piece in split_formulas(text)
    )


def split_formulas(text: str) -> list[str | Formula]:
    """A text cut into words and formulas; amounts of money in dollars are no formulas."""
    if "$" not in text and "\\" not in text:
        return [text]
    pieces: list[str | Formula] = []
    done = 0
    place = 0
    while (found := _MATHS.search(text, place)) is not None:
        kind = found.lastgroup or ""
        tex = " ".join(found[kind].replace("\u2028", " ").split())
        if kind == "single" and not _is_formula(found["single"]):
            # The second sign may well begin a formula.
            place = found.start() + 1
            continue
        place = found.end()
        pieces.append(text[done : found.start()])
        # An empty pair of brackets only switches a renderer on.
        if tex:
            pieces.append(Formula(tex, kind in _DISPLAY))
        done = found.end()
    pieces.append(text[done:])
    return [piece for piece in pieces if piece]


def _is_formula(tex: str) -> bool:
    if not _LOOKS_LIKE_MATHS.search(tex):
        return False
    return "\\" in tex or not (tex[0].isspace() or tex[-1].isspace())


def formula_markdown(formula: Formula) -> str:
    """A formula between dollar signs, without signs that Markdown would take for HTML."""
    tex = formula.tex.replace("<", r"\lt ").replace("`", "'")
    sign = "$$" if formula.display else "$"
    return f"{sign}{tex.strip()}{sign}"


def escape_words(text: str) -> str:
    """Words without formulas as Markdown."""
    plain = _SIGNS.sub(r"\\\g<0>", text)
    plain = _ENTITY.sub("&amp;", plain)
    return _UNDERSCORES.sub(_underscores, plain)


def _underscores(found: re.Match[str]) -> str:
    text = found.string
    before = text[found.start() - 1 : found.start()]
    after = text[found.end() : found.end() + 1]
    inside_word = before.isalnum() and after.isalnum()
    # A gap to fill in, free on both sides, reads better without a row of backslashes.
    stands_free = (before.isspace() or not before) and after.isspace()
    return found[0] if inside_word or stands_free else "\\_" * len(found[0])


def guard_line(line: str) -> str:
    """One line of a paragraph whose first signs cannot begin another block."""
    words = line.strip()
    if not words:
        return ""
    if _RULE.fullmatch(words) or _BLOCK_START.match(words):
        return f"\\{words}"
    if set(words) <= set("_ "):
        return words.replace("_", "\\_")
    return _NUMBERED.sub(r"\1\\\2", words) if _NUMBERED.match(words) else words


def code_span(code: str) -> str:
    """One line as inline code."""
    words = code.replace("\n", " ").replace("\xa0", " ")
    if not words.strip():
        return ""
    longest = max((len(run) for run in re.findall("`+", words)), default=0)
    sign = "`" * (longest + 1)
    pad = " " if words[0] in "` " or words[-1] in "` " else ""
    return f"{sign}{pad}{words}{pad}{sign}"


def code_block(code: str, *, language: str = "") -> str:
    """Lines as a fenced block."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    sign = "`" * max(3, longest + 1)
    return f"{sign}{language}\n{code}\n{sign}"
