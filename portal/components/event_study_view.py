"""A program in drawn waves: its sentence, the event study, who left, and how it was computed."""

import pandas as pd
import streamlit as st

from assessments.sentences import COMPARABILITY_ON_SCREEN
from assessments.verdicts import MIN_LEARNERS, MIN_TEAMS
from portal.charts.event_study import event_chart
from portal.components.chart_view import draw_chart
from portal.components.skill_strip import is_dark
from portal.components.table_view import draw_table
from portal.services.shares import MIN_SHARE
from portal.services.waves import EventPoint, WaveStudy
from portal.text import _, number_text, percent_text, phrase_text, plural, signed_text

KEY = "waves"


def draw_wave_study(study: WaveStudy) -> None:
    """Draw what may be said of a program in waves; where it is withheld, only why."""
    with st.container(border=True):
        st.badge(
            phrase_text(COMPARABILITY_ON_SCREEN[study.verdict]),
            icon=":material/visibility_off:" if study.withheld else ":material/balance:",
            color="gray" if study.withheld else "green",
        )
        st.header(_sentence(study), anchor=False)
        st.markdown(
            _("Everyone gets the structured route, in {waves} drawn waves of {sizes}.").format(
                waves=len(study.waves), sizes=_sizes(study)
            )
        )
    if study.points:
        _draw_points(study)
    _draw_left(study)
    _draw_method()


def _sizes(study: WaveStudy) -> str:
    return ", ".join(plural("{n} person", "{n} people", n) for n in study.waves)


def _sentence(study: WaveStudy) -> str:
    if study.verdict == "insufficient_data":
        return _(
            "No effect is shown yet. Needed: {people} people of {teams} teams who have just "
            "started, and as many who still wait, with a check before and after."
        ).format(people=MIN_LEARNERS, teams=MIN_TEAMS)
    if study.withheld:
        return _("No effect is shown: too many were not measured, or they started too far apart.")
    first = study.first
    if first is None or not study.spread:
        return _("Too few people have taken the first check after their start.")
    figures = _("{sd} SD ({points} points, {low} to {high})").format(
        sd=signed_text(first.estimate / study.spread, digits=2),
        points=signed_text(first.estimate),
        low=signed_text(first.low),
        high=signed_text(first.high),
    )
    if study.verdict != "comparable_by_design":
        return _("After their start people were {figures} from those who still waited.").format(
            figures=figures
        )
    if first.low > 0:
        return _("Structured learning led to higher scores: {figures}.").format(figures=figures)
    if first.high < 0:
        return _("Structured learning led to lower scores: {figures}.").format(figures=figures)
    return _("No clear difference at the first check after the start: {figures}.").format(
        figures=figures
    )


def check_words(since: int) -> str:
    """Return which check this is, counted from the start of a wave."""
    if since == 0:
        return _("first after")
    if since > 0:
        return _("{n} later").format(n=since)
    return _("{n} before").format(n=-since)


def _draw_points(study: WaveStudy) -> None:
    st.header(_("What the start did, in points"))
    rows = [_row(one) for one in study.points]
    frame = pd.DataFrame(rows, columns=["since", "when", "estimate", "low", "high", "n", "after"])
    chart = event_chart(frame, dark=is_dark())
    told = "; ".join(
        f"{check_words(one.since)}: {signed_text(one.estimate)} ({_range(one)})"
        for one in study.points
    )
    draw_chart(
        chart,
        alt=_("Effect of the start by check, in points: {words}.").format(words=told),
        key=f"{KEY}_chart",
    )
    st.markdown(
        _(
            "Left of the dashed line: before the start, where the points should lie around zero. "
            "Right: after it. Lines: 95 % ranges. The figures below count those who had started."
        )
    )
    table = pd.DataFrame(
        {
            _("Check"): [check_words(one.since) for one in study.points],
            _("Effect"): [signed_text(one.estimate) for one in study.points],
            _("95 % range"): [_range(one) for one in study.points],
            _("Started"): [number_text(one.learners) for one in study.points],
            _("Waiting"): [number_text(one.waiting) for one in study.points],
        }
    )
    draw_table(
        table,
        key=f"{KEY}_table",
        alt=_("The same effects as a table."),
        file_name="event-study.csv",
        chart=chart,
    )


def _row(one: EventPoint) -> tuple[int, str, float, float, float, int, bool]:
    when = check_words(one.since)
    return one.since, when, one.estimate, one.low, one.high, one.learners, one.since >= 0


def _range(one: EventPoint) -> str:
    return f"{signed_text(one.low)} … {signed_text(one.high)}"


def _draw_left(study: WaveStudy) -> None:
    st.header(_("Who left?"))
    left = study.attrition
    if left.overall is None or left.differential is None or left.enrolled.smaller < MIN_SHARE:
        st.markdown(_("Not shown: too few people started to give shares of them."))
        return
    st.markdown(
        _(
            "{left} were not measured, {apart} points apart between the started and the waiting."
        ).format(
            left=percent_text(left.overall / 100), apart=number_text(left.differential, digits=1)
        )
    )
    st.markdown(
        _("This lies within what the boundary table allows.")
        if left.within
        else _("This lies outside what the boundary table allows.")
    )


def _draw_method() -> None:
    with st.expander(_("How this was computed"), type="compact"):
        st.markdown(
            _(
                "Each wave is set against everyone who had not started by that check; nobody who "
                "has started serves as a comparison. The base is the last check before the start. "
                "Effects at the same distance from the start are averaged over waves by their "
                "learners, with standard errors clustered by starting team (CR2): group-time "
                "effects after Callaway and Sant\u2019Anna (2021). Two-way fixed effects are not "
                "used, because they are wrong where effects grow."
            )
        )
