"""Whether a comparison is the newest there can be, the work on it, and what it was made from."""

import streamlit as st

from portal import clock, loaders
from portal.charts.promise import promise_words
from portal.charts.report import Report, report_html
from portal.components.notices import guarded
from portal.components.states import draw_empty
from portal.components.table_view import offer_file
from portal.services.comparing import (
    ComparedProgram,
    compare_program,
    read_report,
    renew_comparison,
)
from portal.services.jobs import Job
from portal.text import _, date_text, percent_text, phrase_text, plain, time_text

OPEN = frozenset({"waiting", "running"})


def draw_state_of_work(found: ComparedProgram) -> None:
    """Say when figures are missing or old, and ask for new ones; a failure is said as one."""
    if not found.stale:
        if found.compared is None:
            draw_empty(
                _("Not enough data to compare yet"),
                _("Nobody has taken a check after the start. It opens with the first window."),
                icon="pending",
            )
        return
    failed = found.job is not None and found.job.state == "failed"
    if not failed and (found.job is None or found.job.state not in OPEN):
        ask_anew(found.program.id)
    if found.compared is not None:
        st.warning(
            _("Results came in after this was computed. What you see does not know them yet."),
            icon=":material/update:",
        )
    if failed and found.job is not None:
        _draw_failure(found, found.job)
    else:
        _draw_progress(found.program.id, found.target)


@guarded
def ask_anew(program_id: int) -> None:
    """Ask for the comparisons of a program."""
    renew_comparison(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        program_id=program_id,
        now=clock.now(),
    )


def _draw_failure(found: ComparedProgram, job: Job) -> None:
    """Tell that computing failed: that is neither a result nor the lack of one."""
    st.error(
        _(
            "The comparison could not be computed. This says nothing about the program: no "
            "difference was found nor ruled out. Reason: {reason}"
        ).format(reason=plain(phrase_text(job.message))),
        icon=":material/error:",
    )
    st.button(
        _("Compute again"),
        key="programs_compute",
        icon=":material/replay:",
        on_click=ask_anew,
        args=(found.program.id,),
    )


@st.fragment(run_every="2s")
def _draw_progress(program_id: int, target: str) -> None:
    """Draw how far the work is, and the whole page anew once it ended."""
    found = compare_program(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        program_id=program_id,
        target=target,
        min_group=loaders.house().settings.min_group,
        now=clock.now(),
    )
    job = found.job
    if not found.stale or (job is not None and job.state == "failed"):
        st.rerun()
    share = job.progress if job is not None and job.state == "running" else 0.0
    word = _("Waiting for its turn") if share == 0 else _("Computing the comparison")
    st.progress(share, text=f"{word} · {percent_text(share)}")


def draw_promise(found: ComparedProgram) -> None:
    """Say which check the frozen plan lets decide, and warn where the program is another by now."""
    words = promise_words(found)
    if found.promise is None or words is None:
        return
    if not found.promise.kept:
        st.warning(words, icon=":material/gpp_maybe:")
    elif found.target == found.promise.occasion:
        st.markdown(f":small[:material/lock: {words}]")
    else:
        st.info(words, icon=":material/lock:")


def draw_origin(found: ComparedProgram) -> None:
    """Say when, from what and by which code the figures were computed."""
    origin = found.origin
    if origin is None:
        return
    when = f"{date_text(origin.computed_at.astimezone())} {time_text(origin.computed_at)}"
    words = _("Computed {when} by {code}; hash of the data {hash}.").format(
        when=when, code=origin.code_version, hash=f"`{origin.inputs_hash[:12]}`"
    )
    st.markdown(f":small[{words}]")
    # Made at the click, outside the run of this page; so it takes the session along.
    token, program_id = loaders.session_token(), found.program.id
    offer_file(
        _("Report as a file"),
        lambda: _report(token, program_id),
        "programs_report",
        f"program-{program_id}.html",
    )


def _report(token: str, program_id: int) -> str:
    """Make the report when somebody asks for it, as the person who asks may see it."""
    settings = loaders.house().settings
    viewer = loaders.viewer_of(token)
    parts = read_report(
        loaders.store(),
        viewer=viewer,
        catalogue=loaders.catalogue(),
        program_id=program_id,
        min_group=settings.min_group,
        now=clock.now(),
    )
    return report_html(
        Report(name=settings.name, min_group=settings.min_group, parts=parts),
        language=viewer.language,
    )
