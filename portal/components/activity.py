"""A guided activity: its controls, where they lead, and what to think about that."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from curriculum.activities.base import (
    Choice,
    Control,
    Figure,
    Outcome,
    Parameters,
    Slider,
    State,
    Table,
    Word,
    clean_state,
    shown_controls,
    start_state,
)
from curriculum.activities.kinds import KINDS, complete
from curriculum.model import Activity
from portal.components.activity_words import feedback_text, title_text, word_text
from portal.text import _, number_text

# More options than this are a list to choose from.
MOST_BUTTONS = 4


def draw_activity(
    activity: Activity, *, key: str, state: State, on_change: Callable[[], None] | None = None
) -> None:
    """Draw an activity whose controls stand at `state` where this window has not moved them."""
    kind = KINDS[activity.kind]
    parameters = complete(activity.kind, activity.parameters)
    controls = kind.controls(parameters)
    st.markdown(f"**{title_text(activity.kind)}**")
    exhibit = kind.exhibit(parameters)
    if exhibit.rows:
        _draw_table(exhibit)
    now: Mapping[str, float | str] = dict(state)
    for control in controls:
        # What is chosen further up decides whether this one's turn has come.
        if control in shown_controls(controls, now):
            _draw_control(control, key=key, state=state, on_change=on_change)
            now = read_controls(controls, key=key)
    _draw_outcome(activity, parameters, kind.outcome(parameters, now))


def read_controls(controls: Sequence[Control], *, key: str) -> dict[str, float | str]:
    """Return what the widgets of this window hold."""
    values = {control.key: st.session_state.get(f"{key}_{control.key}") for control in controls}
    return clean_state(controls, values)


def controls_of(activity: Activity) -> tuple[Control, ...]:
    """Return the controls of an activity."""
    parameters = complete(activity.kind, activity.parameters)
    return KINDS[activity.kind].controls(parameters)


def put_controls(controls: Sequence[Control], *, key: str, state: State) -> None:
    """Move the widgets of this window before they are drawn."""
    for control in controls:
        value = state.get(control.key)
        st.session_state[f"{key}_{control.key}"] = (
            None if value is None else _widget_value(control, value)
        )


def draw_loose_activity(activity: Activity) -> None:
    """Draw an activity that keeps nothing, for those who write it."""
    key = f"loose_activity_{activity.id}"
    with st.container(border=True):
        draw_activity(activity, key=key, state=start_state(controls_of(activity)))


def _widget_value(control: Control, value: float | str) -> float | str | int:
    if isinstance(control, Slider) and _is_whole(control):
        return round(float(value))
    return value


def _is_whole(control: Slider) -> bool:
    return all(float(number).is_integer() for number in (control.low, control.high, control.step))


def _draw_control(
    control: Control, *, key: str, state: State, on_change: Callable[[], None] | None
) -> None:
    name = f"{key}_{control.key}"
    if isinstance(control, Slider):
        _draw_slider(control, name, state.get(control.key, control.start), on_change)
    else:
        _draw_choice(control, name, state.get(control.key), on_change)


def _draw_slider(
    control: Slider, name: str, at: float | str, on_change: Callable[[], None] | None
) -> None:
    make: type[int] | type[float] = int if _is_whole(control) else float
    label = word_text(control.label) + (f" ({word_text(control.unit)})" if control.unit else "")
    given: dict[str, Any] = {} if name in st.session_state else {"value": make(float(at))}
    digits = 0 if make is int else max(0, -math.floor(math.log10(control.step)))
    st.slider(
        label,
        min_value=make(control.low),
        max_value=make(control.high),
        step=make(control.step),
        format=f"%.{digits}f" if make is float else "%d",
        key=name,
        on_change=on_change,
        **given,
    )


def _draw_choice(
    control: Choice, name: str, at: float | str | None, on_change: Callable[[], None] | None
) -> None:
    if control.shows:
        st.markdown(control.shows)
    words = {key: word_text(text) for key, text in control.options}
    keys = list(words)
    label = word_text(control.label)
    if control.about:
        label = f"{control.about}: {label}"
    given: dict[str, Any] = {}
    if name not in st.session_state:
        given = {"index": keys.index(str(at)) if at in keys else None}
    if len(keys) > MOST_BUTTONS:
        st.selectbox(
            label,
            keys,
            format_func=words.__getitem__,
            placeholder=_("Choose"),
            key=name,
            on_change=on_change,
            **given,
        )
    else:
        st.radio(
            label,
            keys,
            format_func=words.__getitem__,
            key=name,
            on_change=on_change,
            horizontal=sum(map(len, words.values())) < 60,
            **given,
        )


def _draw_outcome(activity: Activity, parameters: Parameters, outcome: Outcome) -> None:
    if outcome.figures:
        with st.container(horizontal=True):
            for figure in outcome.figures:
                st.metric(word_text(figure.name), _figure_text(figure), width="content")
    if outcome.table.rows:
        _draw_table(outcome.table)
    feedback = parameters["feedback"].get(outcome.region)
    words = [feedback or feedback_text(activity.kind, outcome.region), *outcome.notes]
    if outcome.is_goal:
        st.success("\n\n".join(words), icon=":material/flag:")
    else:
        st.info("\n\n".join(words), icon=":material/explore:")


def _figure_text(figure: Figure) -> str:
    if math.isinf(figure.value):
        return word_text(Word("grows all day"))
    number = number_text(figure.value, digits=figure.digits)
    if figure.unit == "€":
        return f"€{number}"
    return f"{number} {word_text(figure.unit)}".strip() if figure.unit else number


def _draw_table(table: Table) -> None:
    frame = pd.DataFrame(
        [[_cell_text(cell) for cell in row] for row in table.rows],
        columns=[word_text(column) for column in table.columns],
    )
    st.table(frame.set_index(frame.columns[0]))


def _cell_text(cell: str | float) -> str:
    if isinstance(cell, str):
        return word_text(cell)
    return number_text(cell, digits=0 if float(cell).is_integer() else 1)
