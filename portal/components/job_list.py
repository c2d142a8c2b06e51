"""Background work as a list: state, what it is about, progress or the reason it failed."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from portal.components.states import BadgeColor
from portal.services.jobs import Job, Jobs
from portal.text import _, date_text, percent_text, phrase_text, plural, time_text


def job_looks() -> dict[str, tuple[str, BadgeColor, str]]:
    """Return icon, colour and word of every state."""
    return {
        "waiting": ("schedule", "gray", _("Waiting")),
        "running": ("pending", "blue", _("Running")),
        "done": ("check_circle", "green", _("Done")),
        "failed": ("error", "red", _("Failed")),
    }


def kind_names() -> dict[str, str]:
    """Return the kinds of work in words; one without words is shown by its name."""
    return {
        "apply regrade": _("Score checks anew after a correction"),
        "calibrate skill": _("Measure how hard questions are"),
        "compare program": _("Compare a program"),
        "count answers": _("Count answers to questions"),
        "find changed programs": _("Look for new results of programs"),
        "end accounts": _("End accounts after the last day"),
        "hand in overdue checks": _("Hand in checks whose time is over"),
        "anchor audit": _("Anchor the audit trail"),
        "verify audit": _("Check the audit trail"),
    }


def draw_jobs(found: Jobs, *, again: Callable[[int], None]) -> None:
    """Draw the counts, then a card per job; a failed one can be tried again."""
    looks = job_looks()
    with st.container(horizontal=True):
        for state, (icon, color, word) in looks.items():
            count = found.counts.get(state, 0)
            st.badge(f"{word}: {count}", icon=f":material/{icon}:", color=color)
    for job in found.jobs:
        _draw_job(job, again=again)


def _draw_job(job: Job, *, again: Callable[[int], None]) -> None:
    icon, color, word = job_looks()[job.state]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(word, icon=f":material/{icon}:", color=color)
            st.markdown(f"**{kind_names().get(job.kind, job.kind)}** {_plain(job.about)}")
        if job.state == "running":
            st.progress(
                job.progress,
                text=f"{percent_text(job.progress)} {_plain(phrase_text(job.message))}",
            )
        elif job.message and job.state != "done":
            st.markdown(_("Why: {reason}").format(reason=_plain(phrase_text(job.message))))
        st.markdown(f":small[{_times(job)}]")
        if job.state == "failed":
            st.button(
                _("Try again"),
                key=f"jobs_again_{job.id}",
                icon=":material/replay:",
                on_click=again,
                args=(job.id,),
            )


def _times(job: Job) -> str:
    tries = plural("{n} try", "{n} tries", job.tries)
    if job.ended_at is not None:
        return f"{_('Ended {when}').format(when=_when(job.ended_at))} · {tries}"
    if job.started_at is not None and job.state == "running":
        return f"{_('Since {when}').format(when=_when(job.started_at))} · {tries}"
    return f"{_('From {when}').format(when=_when(job.run_after))} · {tries}"


def _when(moment: datetime) -> str:
    return f"{date_text(moment.astimezone())} {time_text(moment)}"


def _plain(text: str) -> str:
    """Return a text of the machine so that nothing in it is read as Markdown."""
    return "".join(f"\\{mark}" if mark in "\\`*_[]()<>#:$~|!" else mark for mark in text)
