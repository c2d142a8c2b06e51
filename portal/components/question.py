"""One question as widgets, and what was chosen as a response. The key never comes here."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from portal.services.questions import Option, Question
from portal.text import _, plural

Response = Mapping[str, object]


def draw_question(
    question: Question,
    *,
    key: str,
    response: Response | None,
    on_change: Callable[[], None] | None = None,
) -> None:
    """Draw the stem and its widgets, filled with the answer saved before."""
    st.markdown(question.stem)
    if question.hint:
        with st.expander(_("Hint"), type="compact"):
            st.markdown(question.hint)
    _WIDGETS[question.type](question, key, response or {}, on_change)


def read_response(question: Question, *, key: str) -> Response | None:
    """Return what the widgets hold as a response, or None while nothing is chosen."""
    return _READERS[question.type](question, key)


def _names(options: tuple[Option, ...]) -> dict[str, str]:
    return {option.key: option.text for option in options}


def _radio(
    label: str,
    options: tuple[Option, ...],
    key: str,
    chosen: object,
    on_change: Callable[[], None] | None,
) -> None:
    names = _names(options)
    keys = list(names)
    st.radio(
        label,
        keys,
        index=keys.index(chosen) if isinstance(chosen, str) and chosen in keys else None,
        format_func=names.__getitem__,
        key=key,
        on_change=on_change,
    )


def _draw_single(
    question: Question, key: str, response: Response, on_change: Callable[[], None] | None
) -> None:
    _radio(_("Choose one answer"), question.options, key, response.get("choice"), on_change)


def _draw_two_tier(
    question: Question, key: str, response: Response, on_change: Callable[[], None] | None
) -> None:
    _radio(_("Choose one answer"), question.options, key, response.get("choice"), on_change)
    _radio(_("Because"), question.reasons, f"{key}_reason", response.get("reason"), on_change)


def _draw_multiple(
    question: Question, key: str, response: Response, on_change: Callable[[], None] | None
) -> None:
    chosen = response.get("choices", [])
    st.markdown(_("Choose every answer that fits the question"))
    for option in question.options:
        st.checkbox(
            option.text,
            value=isinstance(chosen, list) and option.key in chosen,
            key=f"{key}_{option.key}",
            on_change=on_change,
        )


def _draw_scenario(
    question: Question, key: str, response: Response, on_change: Callable[[], None] | None
) -> None:
    _radio(_("The best action"), question.options, key, response.get("best"), on_change)
    if question.asks_worst:
        _radio(
            _("The worst action"),
            question.options,
            f"{key}_worst",
            response.get("worst"),
            on_change,
        )


def _draw_line(
    question: Question, key: str, response: Response, on_change: Callable[[], None] | None
) -> None:
    unit = f" ({question.unit})" if question.unit else ""
    st.text_input(
        _("Your answer") + unit,
        value=str(response.get("text", "")),
        key=key,
        max_chars=500,
        on_change=on_change,
    )


def _draw_essay(
    question: Question, key: str, response: Response, on_change: Callable[[], None] | None
) -> None:
    limits = ""
    if question.min_words:
        limits = " " + plural("at least {n} word", "at least {n} words", question.min_words)
    st.text_area(
        _("Your answer") + limits,
        value=str(response.get("text", "")),
        key=key,
        max_chars=20000,
        height=240,
        on_change=on_change,
    )


def _draw_ordering(
    question: Question, key: str, response: Response, on_change: Callable[[], None] | None
) -> None:
    names = _names(question.steps)
    order = response.get("order", [])
    st.markdown(_("Choose the step for each place; use each step once"))
    for place in range(len(question.steps)):
        chosen = order[place] if isinstance(order, list) and place < len(order) else None
        _select(_("Step {n}").format(n=place + 1), names, f"{key}_{place}", chosen, on_change)


def _draw_matching(
    question: Question, key: str, response: Response, on_change: Callable[[], None] | None
) -> None:
    names = _names(question.matches)
    pairs = response.get("pairs", {})
    for prompt in question.prompts:
        chosen = pairs.get(prompt.key) if isinstance(pairs, dict) else None
        _select(prompt.text, names, f"{key}_{prompt.key}", chosen, on_change)


def _select(
    label: str,
    names: Mapping[str, str],
    key: str,
    chosen: object,
    on_change: Callable[[], None] | None,
) -> None:
    keys = list(names)
    st.selectbox(
        label,
        keys,
        index=keys.index(chosen) if isinstance(chosen, str) and chosen in keys else None,
        format_func=names.__getitem__,
        placeholder=_("Choose"),
        key=key,
        on_change=on_change,
    )


def _state(key: str) -> Any:  # noqa: ANN401 - a widget's value
    return st.session_state.get(key)


def _read_single(_question: Question, key: str) -> Response | None:
    chosen = _state(key)
    return None if chosen is None else {"choice": chosen}


def _read_two_tier(_question: Question, key: str) -> Response | None:
    choice, reason = _state(key), _state(f"{key}_reason")
    return None if choice is None or reason is None else {"choice": choice, "reason": reason}


def _read_multiple(question: Question, key: str) -> Response | None:
    chosen = [option.key for option in question.options if _state(f"{key}_{option.key}")]
    return {"choices": sorted(chosen)} if chosen else None


def _read_scenario(question: Question, key: str) -> Response | None:
    best, worst = _state(key), _state(f"{key}_worst")
    if best is None or (question.asks_worst and worst is None):
        return None
    return {"best": best, "worst": worst} if question.asks_worst else {"best": best}


def _read_line(_question: Question, key: str) -> Response | None:
    text = (_state(key) or "").strip()
    return {"text": text} if text else None


def _read_ordering(question: Question, key: str) -> Response | None:
    order = [_state(f"{key}_{place}") for place in range(len(question.steps))]
    return None if None in order else {"order": order}


def _read_matching(question: Question, key: str) -> Response | None:
    pairs = {prompt.key: _state(f"{key}_{prompt.key}") for prompt in question.prompts}
    return None if None in pairs.values() else {"pairs": pairs}


_Draw = Callable[[Question, str, Response, Callable[[], None] | None], None]
_WIDGETS: dict[str, _Draw] = {
    "single": _draw_single,
    "truefalse": _draw_single,
    "survey": _draw_single,
    "two-tier": _draw_two_tier,
    "multiple": _draw_multiple,
    "highlight": _draw_multiple,
    "scenario": _draw_scenario,
    "numeric": _draw_line,
    "text": _draw_line,
    "rubric": _draw_essay,
    "ordering": _draw_ordering,
    "matching": _draw_matching,
}
_READERS: dict[str, Callable[[Question, str], Response | None]] = {
    "single": _read_single,
    "truefalse": _read_single,
    "survey": _read_single,
    "two-tier": _read_two_tier,
    "multiple": _read_multiple,
    "highlight": _read_multiple,
    "scenario": _read_scenario,
    "numeric": _read_line,
    "text": _read_line,
    "rubric": _read_line,
    "ordering": _read_ordering,
    "matching": _read_matching,
}
