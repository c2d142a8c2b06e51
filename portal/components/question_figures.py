"""How questions behave, for their authors: the list, one question, misconceptions, parameters."""

import pandas as pd
import streamlit as st

from portal.charts.options import holders_chart, option_chart
from portal.components.chart_view import draw_chart
from portal.components.skill_strip import is_dark
from portal.components.table_view import draw_csv, draw_table
from portal.services.item_figures import Flag, Held, Pace, Question, QuestionReport
from portal.text import _, number_text, percent_text, plain, plural, signed_text

TOO_FEW = "·"


def flag_words(flag: Flag) -> str:
    """Say in words what is doubtful about a question."""
    if flag.kind == "check the key" and flag.option:
        return _("check the key: strong learners choose {option}").format(
            option=flag.option.upper() if len(flag.option) == 1 else flag.option
        )
    words = {
        "check the key": _("check the key: it does not go with skill"),
        "too hard": _("too hard: fewer than 10 % are right"),
        "too easy": _("too easy: more than 95 % are right"),
        "unequal between groups": _("harder for one group at equal skill"),
    }
    return words.get(flag.kind, flag.kind)


def pace_words(pace: Pace) -> str:
    """Return how long a question takes, and how many answer before they can have read it."""
    return _("{n} seconds on average, {share} rapid guesses").format(
        n=number_text(pace.seconds), share=percent_text(pace.rapid)
    )


def line_words(question: Question) -> str:
    """Return the figures of a question in one line."""
    if question.n is None:
        return _("Too few answers yet to say how this question behaves.")
    parts = [plural("{n} answer", "{n} answers", question.n)]
    if question.share is not None:
        parts.append(_("{share} right").format(share=percent_text(question.share)))
    if question.rest is not None:
        parts.append(_("item-rest correlation {r}").format(r=signed_text(question.rest, digits=2)))
    if question.pace is not None:
        parts.append(pace_words(question.pace))
    return " · ".join([*parts, *map(flag_words, question.flags)])


def draw_questions(report: QuestionReport) -> None:
    """Draw the list of all questions, the doubtful ones first."""
    rows = report.questions
    frame = pd.DataFrame(
        {
            _("Question"): [one.item_id for one in rows],
            # What the list is for; further right it would lie outside the window.
            _("To look at"): ["; ".join(map(flag_words, one.flags)) for one in rows],
            _("Title"): [one.title for one in rows],
            _("Answers"): [_few(one.n) for one in rows],
            _("Right"): [TOO_FEW if one.share is None else percent_text(one.share) for one in rows],
            _("Item-rest"): [
                TOO_FEW if one.rest is None else signed_text(one.rest, digits=2) for one in rows
            ],
            _("Rapid guesses"): [
                TOO_FEW if one.pace is None else percent_text(one.pace.rapid) for one in rows
            ],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        column_config={_("To look at"): st.column_config.TextColumn(width="medium")},
        key="items_list",
        alt=_("Every question with its answers, share right, item-rest correlation and flags."),
    )
    draw_csv(frame, key="items_list", file_name=f"questions-{report.owner.id}.csv")
    st.markdown(
        f":small[{_('A dot stands for too few answers to show without telling on somebody.')}]"
    )


def draw_question(question: Question) -> None:
    """Draw one question: its line, who picks which option, and groups compared."""
    with st.container(border=True):
        st.markdown(question.stem)
    st.markdown(line_words(question))
    for flag in question.flags:
        st.badge(flag_words(flag), icon=":material/flag:", color="orange")
    if question.options:
        _draw_options(question)
    if question.groups:
        _draw_groups(question)


def _draw_options(question: Question) -> None:
    frame = pd.DataFrame(
        {
            "name": [_name(one.option, right=one.right) for one in question.options],
            "strong": [one.strong or 0.0 for one in question.options],
            "weak": [one.weak or 0.0 for one in question.options],
        }
    )
    chart = option_chart(frame, dark=is_dark())
    right = next((one for one in question.options if one.right), None)
    draw_chart(
        chart,
        alt=_(
            "Of {n}: {strong} of the strong and {weak} of the weak pick the right option."
        ).format(
            n=plural("{n} answer", "{n} answers", question.n or 0),
            strong=percent_text(right.strong or 0.0) if right else "0",
            weak=percent_text(right.weak or 0.0) if right else "0",
        ),
        key=f"items_options_{question.item_id}",
    )
    st.markdown(
        ":small["
        + _(
            "Strong and weak: the upper and lower 27 % by right answers to all questions of the "
            "check; n = {n}. A check mark is the key."
        ).format(n=number_text(question.n or 0))
        + "]"
    )
    table = pd.DataFrame(
        {
            _("Option"): frame["name"],
            _("Text"): [one.text for one in question.options],
            _("Picked by"): [number_text(one.n) for one in question.options],
            _("Of all"): [percent_text(one.share) for one in question.options],
            _("Of the strong"): [_share(one.strong) for one in question.options],
            _("Of the weak"): [_share(one.weak) for one in question.options],
            _("Misconception"): [one.misconception or "" for one in question.options],
        }
    )
    draw_table(
        table,
        key=f"items_table_{question.item_id}",
        alt=_("The same shares as a table."),
        file_name=f"{question.item_id}.csv",
        chart=chart,
    )


def _draw_groups(question: Question) -> None:
    st.markdown(f"**{_('Groups at equal score')}**")
    kinds = {"language": _("language"), "role": _("role")}
    frame = pd.DataFrame(
        {
            _("By"): [kinds.get(one.by, one.by) for one in question.groups],
            _("Group"): [one.focal for one in question.groups],
            _("Beside"): [one.reference for one in question.groups],
            _("Answers"): [number_text(one.n) for one in question.groups],
            _("D"): [_signed(one.d) for one in question.groups],
            _("Its standard error"): [_digits(one.se) for one in question.groups],
            _("Class"): [one.ets_class or TOO_FEW for one in question.groups],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        key=f"items_groups_{question.item_id}",
        alt=_("Mantel-Haenszel differences between groups."),
    )
    st.markdown(
        ":small["
        + _(
            "Mantel-Haenszel on the ETS scale: below 0 the group finds it harder than equally "
            "able others. A: no difference to speak of; C: let people of both groups read it."
        )
        + "]"
    )


def draw_forms(report: QuestionReport) -> None:
    """Draw the reliability of each form."""
    frame = pd.DataFrame(
        {
            _("Form"): [one.form for one in report.forms],
            _("Checks"): [number_text(one.n) for one in report.forms],
            _("Questions"): [number_text(one.items) for one in report.forms],
            _("Mean right"): [_digits(one.mean) for one in report.forms],
            _("Spread (SD)"): [_digits(one.sd) for one in report.forms],
            _("KR-20"): [_digits(one.kr20) for one in report.forms],
            _("SEM"): [_digits(one.sem) for one in report.forms],
        }
    )
    st.dataframe(
        frame, hide_index=True, key="items_forms", alt=_("Reliability and error of each form.")
    )


def draw_held(held: tuple[Held, ...], *, file_name: str) -> None:
    """Draw the misconceptions by how many people chose them."""
    told = [one for one in held if one.holders is not None]
    chart = None
    if told:
        shares = pd.DataFrame(
            {
                "name": [one.code for one in told],
                "share": [(one.holders or 0) / one.learners for one in told],
            }
        )
        chart = holders_chart(shares, dark=is_dark())
        draw_chart(
            chart,
            alt=_("The commonest is {code}: {n} of {all} people chose what stands for it.").format(
                code=f"{told[0].code} {told[0].text}".strip(),
                n=number_text(told[0].holders or 0),
                all=number_text(told[0].learners),
            ),
            key="items_held",
        )
        lines = "\n".join(f"- **{one.code}** {plain(one.text)}" for one in told[:5])
        st.markdown(f"{_('The commonest in words:')}\n\n{lines}")
    frame = pd.DataFrame(
        {
            _("Misconception"): [f"{one.code} {one.text}".strip() for one in held],
            _("People"): [_few(one.holders) for one in held],
            _("Of"): [number_text(one.learners) for one in held],
        }
    )
    draw_table(
        frame,
        key="items_held",
        alt=_("Misconceptions by the number of people who chose what stands for them."),
        file_name=file_name,
        chart=chart,
    )


def _name(option: str, *, right: bool) -> str:
    shown = option.upper() if len(option) == 1 else plain(option)
    return f"{shown} ✓" if right else shown


def _few(n: int | None) -> str:
    return TOO_FEW if n is None else number_text(n)


def _share(value: float | None) -> str:
    return TOO_FEW if value is None else percent_text(value)


def _signed(value: float | None) -> str:
    return TOO_FEW if value is None else signed_text(value, digits=2)


def _digits(value: float | None) -> str:
    return TOO_FEW if value is None else number_text(value, digits=2)
