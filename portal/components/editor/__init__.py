"""The author's text editor: CodeMirror with markers per line; keeps what is typed across reruns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.runtime import Runtime

from curriculum.model import Item
from portal.text import _

HERE = Path(__file__).parent
HEIGHT = 468
NOTHING: Mapping[int, str] = MappingProxyType({})
_NAME = "portal.editor"
# The state is called "typed": Streamlit unwraps a lone "value" and then misses its callback.
_HTML = '<div class="editor"></div><p class="leave" id="leave"></p>'
_CSS = """.leave {
  font-size: 14px; margin: 6px 0 0; color: var(--st-text-color); font-family: var(--st-font);
}
"""


@dataclass(frozen=True, slots=True)
class Marker:
    """A fault or a note to mark in the text, at a line and column from 1."""

    line: int
    column: int
    level: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Jump:
    """A place to go to, once for each `nonce`."""

    line: int
    column: int
    nonce: int


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the editor, the line of the cursor, and how often its window saw it kept."""

    text: str
    line: int
    saves: int


def figure_markers(items: Iterable[Item], figures: Mapping[str, str]) -> list[Marker]:
    """Return a note at the first line of each question whose figures are known, by its id."""
    return [
        Marker(item.line, 1, "info", _("So far"), figures[item.id])
        for item in items
        if item.id in figures
    ]


def browser_rev(key: str, *, rev: int) -> int:
    """Return the `rev` of the text in the browser, which outlives a session of the server."""
    found = _state(key).get("rev")
    return max(rev, found) if isinstance(found, int) else rev


def typed_text(key: str, *, rev: int) -> Typed | None:
    """Return what was typed since the text of this `rev` was put in; None when nothing was."""
    value = _state(key)
    text, line, saves = value.get("text"), value.get("line"), value.get("saves")
    if value.get("rev") != rev or not isinstance(text, str):
        return None
    if not isinstance(line, int) or not isinstance(saves, int):
        return None
    return Typed(text, max(line, 1), saves)


def _heard(key: str) -> int:
    """Return the number of the last message of the browser that was heard."""
    number = _state(key).get("number")
    return number if isinstance(number, int) else 0


def _state(key: str) -> Mapping[str, Any]:
    state = st.session_state.get(key)
    value = state.get("typed") if isinstance(state, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def draw_editor(
    text: str,
    *,
    key: str,
    label: str,
    rev: int,
    saves: int,
    was: Mapping[int, str] = NOTHING,
    markers: Sequence[Marker] = (),
    jump: Jump | None = None,
    on_change: Callable[[], None],
) -> None:
    """Draw the editor with a text that takes the place of what stands there only as `rev` grows.

    `was` holds the text of an earlier `rev` that this one grew out of: words typed in the meantime
    stay. Without it the text replaces all. `saves` comes back with what is typed. `markers` belong
    to `text`; while somebody types on, they wait for the next answer. `on_change` runs before the
    page, once somebody paused or left the text.
    """
    _component()(
        key=key,
        data={
            "name": key,
            "text": text,
            "checked": text,
            "rev": rev,
            "saves": saves,
            "heard": _heard(key),
            "was": {str(number): before for number, before in was.items()},
            "problems": [asdict(marker) for marker in markers],
            "jump": asdict(jump) if jump else None,
            "label": label,
            "hint": _("To leave the text with the keyboard: Escape, then Tab."),
            "words": _words(),
        },
        on_typed_change=on_change,
    )


def _words() -> Mapping[str, str]:
    """Return the editor's own words in the reader's language."""
    return {
        "find": _("Find"),
        "with": _("Replace"),
        "next": _("Next"),
        "previous": _("Previous"),
        "all": _("All"),
        "match case": _("Match case"),
        "regexp": _("Pattern"),
        "by word": _("Whole words"),
        "replace": _("Replace"),
        "replace all": _("Replace all"),
        "close": _("Close"),
    }


# Streamlit offers assets served by address, which the browser keeps, only to installed packages;
# sent inline the 600 KB would travel again with every change. A browser test holds this in place.
def _component() -> Any:  # noqa: ANN401 - Streamlit's own type changes with what is passed
    return _component_of(Runtime.instance() if Runtime.exists() else None)


# A component belongs to the runtime it was registered in.
@lru_cache(maxsize=2)
def _component_of(runtime: Runtime | None) -> Any:  # noqa: ANN401
    if runtime is None:
        return st.components.v2.component(
            _NAME, html=_HTML, css=_CSS, js=(HERE / "built" / "editor.js").read_text("utf-8")
        )
    package, _dot, name = _NAME.partition(".")
    get_bidi_component_manager().register_from_manifest(
        ComponentManifest(package, "1", [ComponentConfig(name, "built")]), HERE
    )
    return st.components.v2.component(_NAME, html=_HTML, css=_CSS, js="editor.js")
