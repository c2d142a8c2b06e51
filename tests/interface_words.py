"""Words that reach a person without passing through a catalogue, found in the syntax tree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.messages import FUNCTIONS

DRAWN_IN = ("portal/app.py", "portal/app_pages", "portal/components", "portal/charts")
# Functions of Streamlit that draw no words.
SILENT = frozenset(
    {"cache_data", "cache_resource", "columns", "fragment", "grid", "image", "login", "logo"}
    | {"navigation", "rerun", "set_page_config", "space", "stop", "switch_page"}
)
# Methods that draw words on a container or a column.
ON_CONTAINERS = frozenset(
    {"badge", "button", "caption", "error", "expander", "header", "info", "markdown", "metric"}
    | {"popover", "progress", "radio", "selectbox", "subheader", "success", "tabs", "text_input"}
    | {"toggle", "warning"}
)
# Arguments that hold words in whatever function they stand.
WORDED = frozenset(
    {"alt", "body", "button", "caption", "help", "label", "page_title", "placeholder", "text"}
    | {"title", "column_config"}
)
# Names of columns in altair's own language: "low:Q".
_FIELD = re.compile(r"^[\w ]*:[QONT]$")
_DIRECTIVES = re.compile(r":material/[\w\0]+:|:[a-z-]+\[|```mermaid|https?://\S+")
_SENTENCE = re.compile(r"^[A-Z][a-z]+(?: |[.,:!?]|$)")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def bare_words(root: Path) -> list[str]:
    """Return `path:line: words` for each text that no catalogue can translate."""
    return [
        f"{file.relative_to(root)}:{line}: {words!r} stands outside _() and plural()"
        for file in _files(root)
        for line, words in sorted(set(_bare_words_of(ast.parse(file.read_text("utf-8")))))
    ]


def _files(root: Path) -> Iterator[Path]:
    for name in DRAWN_IN:
        path = root / name
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _bare_words_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    unseen = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if _unseen(node.func):
                unseen |= {id(below) for below in ast.walk(node)}
            for argument in _worded_arguments(node):
                yield from _words_in(argument)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in unseen
            and _SENTENCE.match(node.value)
        ):
            yield node.lineno, node.value


def _docstrings(tree: ast.Module) -> set[int]:
    owners = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }


def _unseen(function: ast.expr) -> bool:
    """Translated already, or written for a log or a programmer."""
    name = _name(function)
    return name in FUNCTIONS or name.endswith("Error") or _receiver(function) == "LOG"


def _worded_arguments(call: ast.Call) -> Iterator[ast.expr]:
    name, receiver = _name(call.func), _receiver(call.func)
    by_streamlit = receiver == "st" and name not in SILENT
    on_container = receiver not in {"", "st", "LOG"} and name in ON_CONTAINERS
    by_component = receiver == "" and name.startswith(("draw_", "main_button"))
    if by_streamlit or on_container or by_component:
        # With a function that names them, options are keys: only the label is read.
        named = any(keyword.arg == "format_func" for keyword in call.keywords)
        yield from call.args[:1] if named else call.args
    for keyword in call.keywords:
        if keyword.arg in WORDED:
            yield keyword.value


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _receiver(function: ast.expr) -> str:
    """Return the name before the dot; `?` for what has none, such as `st.sidebar`."""
    if not isinstance(function, ast.Attribute):
        return ""
    return function.value.id if isinstance(function.value, ast.Name) else "?"


def _words_in(node: ast.expr) -> Iterator[tuple[int, str]]:
    """Yield the words of an argument; calls inside it answer for themselves."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        words = _shown(node)
        if not _FIELD.match(words) and _LETTERS.search(_DIRECTIVES.sub("", words)):
            yield node.lineno, words.replace("\0", "{}")
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _words_in(value)
    elif isinstance(node, ast.IfExp):
        yield from _words_in(node.body)
        yield from _words_in(node.orelse)
    elif isinstance(node, ast.BoolOp | ast.List | ast.Tuple) or _is_sum(node):
        for below in ast.iter_child_nodes(node):
            if isinstance(below, ast.expr):
                yield from _words_in(below)


def _is_sum(node: ast.expr) -> bool:
    # A quotient is a path: PAGES / "home.py".
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)


def _shown(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values
    )
