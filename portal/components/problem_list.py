"""Faults of the curriculum with file, line and column; errors first."""

from collections.abc import Callable, Sequence

import streamlit as st

from curriculum.model import Problem
from portal.components.states import BadgeColor
from portal.text import _, phrase_text

_LOOKS: dict[str, tuple[str, BadgeColor]] = {
    "error": ("error", "red"),
    "warning": ("warning", "orange"),
}


def draw_problems(problems: Sequence[Problem]) -> None:
    """Draw one line a fault: icon and word, place, what is wrong and how to mend it."""
    words = {"error": _("Error"), "warning": _("Warning")}
    for problem in sorted(problems, key=lambda one: (one.level != "error", one)):
        icon, color = _LOOKS[problem.level]
        place = f"{problem.path}:{problem.line}:{problem.column}"
        with st.container(border=True):
            with st.container(horizontal=True):
                st.badge(words[problem.level], icon=f":material/{icon}:", color=color)
                st.markdown(f"`{place}` · {problem.code}")
            st.text(phrase_text(problem.message))


def draw_problem_lines(
    problems: Sequence[Problem], *, key: str, go: Callable[[int, int], None]
) -> None:
    """Draw the faults of one text, each with a button that leads to its line."""
    words = {"error": _("Error"), "warning": _("Warning")}
    ordered = sorted(problems, key=lambda one: (one.level != "error", one))
    for number, problem in enumerate(ordered):
        icon, color = _LOOKS[problem.level]
        level, place, words_of_it = st.columns([1, 1, 6], vertical_alignment="center")
        with level:
            st.badge(words[problem.level], icon=f":material/{icon}:", color=color)
        with place:
            st.button(
                _("Line {line}").format(line=problem.line),
                key=f"{key}_{number}",
                on_click=go,
                args=(problem.line, problem.column),
                help=problem.code,
            )
        with words_of_it:
            st.text(phrase_text(problem.message))
