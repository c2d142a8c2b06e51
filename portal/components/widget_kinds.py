"""Values of widgets by their kind: a text field is sent a text, or nothing is read at all.

The framework hands on whatever a browser says of a widget, a number of a text field too. How it
keeps such values is its own affair and may change: what the portal assumes stands here, and a
test holds it in place.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from streamlit.runtime.state.common import ValueFieldName
from streamlit.runtime.state.session_state import Serialized, WStates

from portal.access import Refused

# A field for whole numbers declares itself as one for any number.
_ALSO = {"double_value": "int_value"}


def unoffered_value() -> Refused:
    """Return the refusal of a value that no page of ours sends."""
    return Refused("The page was sent a value that it does not offer. Reload it and choose again.")


def refuse_other_kinds() -> None:
    """Let the framework read a widget's value only when it is of the widget's own kind."""
    read = WStates.__getitem__

    def read_own_kind(states: WStates, key: str) -> Any:  # noqa: ANN401 - whatever the widget holds
        _require_own_kind(states, key)
        return read(states, key)

    WStates.__getitem__ = read_own_kind  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a value of a widget, and keeps of which kind the widget said it would be."""

    kind: ValueFieldName | None
    read: Callable[[Any], Any]

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 - whatever the widget holds
        return self.read(value)


def _require_own_kind(states: WStates, key: str) -> None:
    """Pass, or raise Refused; a cleared widget says nothing, which is of every kind."""
    state, widget = states.states.get(key), states.widget_metadata.get(key)
    if widget is None or not isinstance(state, Serialized):
        return
    reader = widget.deserializer
    if not isinstance(reader, _Reader):
        reader = _Reader(widget.value_type, reader)
        # After a read the framework forgets the kind that was declared, for the one that came.
        states.set_widget_metadata(replace(widget, deserializer=reader))
    came = state.value.WhichOneof("value")
    if came not in {None, reader.kind, _ALSO.get(str(reader.kind))}:
        raise unoffered_value()
