"""How wide the reader's window is, where a page needs another order on a phone."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import streamlit as st
from streamlit.runtime import Runtime

# Below this width Streamlit stacks columns; the order of a page matters from there on.
STACKED = 640
_JS = """
export default function ({ data, setStateValue }) {
  const query = window.matchMedia(`(max-width: ${data.stacked}px)`);
  const tell = () => setStateValue("narrow", query.matches);
  if (query.matches !== data.known) tell();
  query.addEventListener("change", tell);
  return () => query.removeEventListener("change", tell);
}
"""


def is_narrow() -> bool:
    """Say whether columns stack in this window; nothing is drawn, and a phone asks once more."""
    held = st.session_state.get("viewport")
    known = isinstance(held, Mapping) and held.get("narrow") is True
    _component_of(Runtime.instance() if Runtime.exists() else None)(
        key="viewport",
        data={"stacked": STACKED, "known": known},
        on_narrow_change=_noted,
    )
    return known


def _noted() -> None:
    """Draw the page anew; what the browser said stands in the session already."""


# A component belongs to the runtime it was registered in.
@lru_cache(maxsize=2)
def _component_of(_runtime: Runtime | None) -> Any:  # noqa: ANN401 - Streamlit's own type
    return st.components.v2.component("portal.viewport", js=_JS)
