"""A text that may be half typed, as a learner would see it; what cannot be drawn says why."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import streamlit as st

from curriculum.model import Bank, Blueprint, Item, Lesson, Module, Problem, Track
from curriculum.parse import Value
from portal.components.lesson_body import Surroundings, draw_blocks, draw_lesson, open_page
from portal.components.notices import told
from portal.components.preview_check import draw_preview_check
from portal.text import _, plural

Follow = Callable[[str, str], None]
NO_FIGURES: Mapping[str, str] = MappingProxyType({})


def draw_draft(
    value: Value | None,
    *,
    problems: Sequence[Problem],
    with_key: bool,
    read_image: Callable[[str], bytes | None],
    glossary: Mapping[str, str],
    figures: Mapping[str, str] = NO_FIGURES,
    follow: Follow = open_page,
) -> None:
    """Draw a track, module, lesson, bank or blueprint; `problems` are those of its own file.

    `figures` holds one line per item id: how the question behaved so far. `follow` is where a
    button in the text leads.
    """
    errors = [problem for problem in problems if problem.level == "error"]
    if value is None:
        line = errors[0].line if errors else 1
        st.warning(
            _("This text cannot be drawn until line {line} is mended.").format(line=line),
            icon=":material/construction:",
        )
        return
    with told():
        # The page has a title of its own, so this one is a level below.
        st.header(value.front.title, anchor=False)
        if isinstance(value, Lesson):
            _draw_promise(value)
        if isinstance(value, Bank):
            _draw_bank(value, errors=errors, with_key=with_key, figures=figures)
        elif isinstance(value, Blueprint):
            _draw_blueprint(value)
        else:
            _draw_body(
                value,
                errors=errors,
                with_key=with_key,
                read_image=read_image,
                glossary=glossary,
                figures=figures,
                follow=follow,
            )


def _draw_promise(lesson: Lesson) -> None:
    minutes = plural("{n} minute", "{n} minutes", lesson.minutes)
    st.badge(minutes, icon=":material/schedule:", color="gray")
    with st.container(border=True):
        st.markdown(f"**{_('After this lesson you can')}**")
        st.markdown("\n".join(f"- {objective.text}" for objective in lesson.objectives))


def _draw_body(
    value: Lesson | Module | Track,
    *,
    errors: Sequence[Problem],
    with_key: bool,
    read_image: Callable[[str], bytes | None],
    glossary: Mapping[str, str],
    figures: Mapping[str, str],
    follow: Follow,
) -> None:
    items = {item.id: item for item in value.items} if isinstance(value, Lesson) else {}
    if not isinstance(value, Lesson):
        st.markdown(value.front.summary)

    def draw_check(item_id: str) -> None:
        if item_id in items:
            _draw_item(items[item_id], errors=errors, with_key=with_key, figures=figures)
        else:
            st.info(
                _("Here stands the check {id}.").format(id=f"`{item_id}`"), icon=":material/quiz:"
            )

    around = Surroundings(
        draw_check=draw_check, read_image=read_image, glossary=glossary, follow=follow
    )
    if isinstance(value, Lesson):
        draw_lesson(value, around)
    else:
        draw_blocks(value.blocks, around)


def _draw_bank(
    bank: Bank, *, errors: Sequence[Problem], with_key: bool, figures: Mapping[str, str]
) -> None:
    st.markdown(plural("{n} question", "{n} questions", len(bank.items)))
    for item in bank.items:
        _draw_item(item, errors=errors, with_key=with_key, figures=figures)


def _draw_item(
    item: Item, *, errors: Sequence[Problem], with_key: bool, figures: Mapping[str, str]
) -> None:
    lines = [choice.line for choice in (*item.choices, *item.reasons)]
    lines += [answer.line for answer in item.answers]
    last = max([item.line, *lines])
    broken = [problem.line for problem in errors if item.line <= problem.line <= last + 2]
    if broken:
        st.warning(
            _("This check cannot be drawn until line {line} is mended.").format(line=broken[0]),
            icon=":material/construction:",
        )
    else:
        draw_preview_check(item, with_key=with_key)
    if item.id in figures:
        st.markdown(f":small[:material/insights: {figures[item.id]}]")


def _draw_blueprint(blueprint: Blueprint) -> None:
    for pick in blueprint.picks:
        place = " · ".join(filter(None, [pick.skill, pick.cell, ", ".join(pick.banks)]))
        st.markdown(f"- {plural('{n} question', '{n} questions', pick.n)} · {place}")
