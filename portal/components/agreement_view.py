"""How well markers agree, by task and by row: in a sentence and as a table."""

import pandas as pd
import streamlit as st

from assessments.agreement import Agreement
from portal.components.table_view import draw_table
from portal.services.marker_agreement import MIN_WORKS, TaskAgreement
from portal.text import _, number_text, percent_text, plain, plural


def draw_agreement(tasks: tuple[TaskAgreement, ...]) -> None:
    """Draw the agreement of each task that two people grade."""
    for task in tasks:
        with st.container(border=True):
            st.markdown(f"**{plain(task.title)}** · {task.skill.name}")
            st.markdown(_sentence(task))
            if task.agreement is not None:
                _draw_rows(task, task.agreement)
    words = _(
        "Weighted kappa: 1 is full agreement, 0 what chance alone would give; two points apart "
        "weigh four times one point apart. The range leaves out one work at a time."
    )
    st.markdown(f":small[{words}]")


def kappa_text(agreement: Agreement) -> str:
    """Return kappa with its range, or why there is none."""
    if agreement.kappa is None:
        return _("not defined: all marks are the same")
    shown = number_text(agreement.kappa, digits=2)
    if agreement.low is None or agreement.high is None:
        return shown
    return _("{kappa} (95 %: {low} to {high})").format(
        kappa=shown,
        low=number_text(agreement.low, digits=2),
        high=number_text(agreement.high, digits=2),
    )


def _sentence(task: TaskAgreement) -> str:
    works = plural("{n} work graded by two", "{n} works graded by two", task.works)
    if task.agreement is None:
        return f"{works}. " + _("Figures start at {n} works.").format(n=MIN_WORKS)
    settled = plural("{n} went to a third person", "{n} went to a third person", task.settled)
    kappa = _("weighted kappa {kappa}").format(kappa=kappa_text(task.agreement))
    return f"{works}, {settled}; {kappa}."


def _draw_rows(task: TaskAgreement, whole: Agreement) -> None:
    rows = [(_("All rows"), whole), *((row.criterion, row.agreement) for row in task.rows)]
    draw_table(
        pd.DataFrame(
            [
                {
                    _("Row of the rubric"): name,
                    _("Pairs of marks"): number_text(one.n),
                    _("Weighted kappa"): kappa_text(one),
                    _("Same mark"): percent_text(one.same),
                    _("At most one apart"): percent_text(one.near),
                }
                for name, one in rows
            ]
        ),
        key=f"agreement_{task.item_id}",
        alt=_("Agreement of two markers on every row of the rubric."),
        file_name="agreement.csv",
    )
