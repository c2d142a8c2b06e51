"""Programs compared: yes, no, or "this cannot be compared", with the reasons beside it."""

import pandas as pd
import streamlit as st

from assessments.compare import Comparison
from assessments.sentences import COMPARABILITY_ON_SCREEN
from portal import clock, loaders
from portal.charts.comparison import forest_chart, love_plot
from portal.components.growth_view import (
    draw_growth,
    draw_growth_table,
    occasion_names,
    score_range,
    shown_points,
)
from portal.components.skill_strip import is_dark
from portal.components.states import BadgeColor, draw_empty
from portal.components.table_view import draw_table
from portal.services.comparing import ComparedProgram, compare_program, read_programs
from portal.text import _, number_text, percent_text, signed_text


def _range(low: float, high: float) -> str:
    return _("{low} to {high}").format(
        low=signed_text(low, digits=2), high=signed_text(high, digits=2)
    )


def _draw_verdict(comparison: Comparison) -> None:
    fair = comparison.comparability in {"comparable_by_design", "comparable"}
    shown: BadgeColor = "green" if fair else "orange"
    color: BadgeColor = "gray" if comparison.withheld else shown
    icon = "balance" if not comparison.withheld else "visibility_off"
    with st.container(border=True):
        st.badge(
            COMPARABILITY_ON_SCREEN[comparison.comparability],
            icon=f":material/{icon}:",
            color=color,
        )
        st.subheader(comparison.sentence, anchor=False)
        for warning in comparison.warnings:
            st.markdown(f":material/info: {warning}")


def _draw_metrics(comparison: Comparison) -> None:
    structured, own = st.columns(2)
    teams = comparison.teams
    for column, name, learners, count in (
        (
            structured,
            _("Structured"),
            comparison.learners.structured,
            teams.structured if teams else 0,
        ),
        (
            own,
            _("Self-directed"),
            comparison.learners.self_directed,
            teams.self_directed if teams else 0,
        ),
    ):
        column.metric(
            name,
            number_text(learners),
            _("learners in {n} teams").format(n=count),
            delta_color="off",
            delta_arrow="off",
        )


def _draw_routes(found: ComparedProgram, *, apart: bool) -> None:
    st.header(_("Growth by route"))
    limits = score_range(found.routes)
    if apart:
        for column, route in zip(st.columns(2), ("structured", "self_directed"), strict=True):
            points = shown_points(found.routes[found.routes["route"] == route], name="route")
            with column:
                if points.empty:
                    st.markdown(f":material/visibility_off: {_('hidden')}")
                else:
                    draw_growth(
                        points,
                        limits=limits,
                        height=260,
                        key=f"programs_{route}",
                        alt=_("Mean skill of one route over time, on its own."),
                    )
    else:
        points = shown_points(found.routes, name="route")
        draw_growth(
            points,
            limits=limits,
            height=320,
            key="programs_routes",
            alt=_("Mean skill of both routes over time, with 95 % ranges."),
        )
    draw_growth_table(found.routes, key="programs_routes_data", file_name="programs.csv")


def _estimates(comparison: Comparison) -> pd.DataFrame:
    named = [
        (_("Adjusted for the start"), comparison.primary, True),
        (_("Gain"), comparison.gain, False),
        (_("True-score adjusted"), comparison.true_score, False),
    ]
    rows = []
    for name, estimate, main in named:
        if estimate is None:
            continue
        effect, low, high = (
            estimate.in_sd(value) for value in (estimate.estimate, *estimate.interval)
        )
        figures = f"{signed_text(effect, digits=2)} ({_range(low, high)})"
        rows.append((name, effect, low, high, main, figures))
    return pd.DataFrame(rows, columns=["name", "effect", "low", "high", "main", "figures"])


def _draw_forest(comparison: Comparison) -> None:
    estimates = _estimates(comparison)
    if estimates.empty:
        return
    st.header(_("How large is the difference?"))
    primary = comparison.primary
    envelope = None
    if comparison.envelope is not None and primary is not None:
        low, high = comparison.envelope
        envelope = (primary.in_sd(low), primary.in_sd(high))
    st.altair_chart(
        forest_chart(estimates, envelope=envelope, dark=is_dark()),
        alt=_("Estimates of the difference with their 95 % ranges: {figures}.").format(
            figures="; ".join(estimates["figures"])
        ),
        key="programs_forest",
    )
    draw_table(
        estimates[["name", "figures"]].rename(
            columns={"name": _("Estimate"), "figures": _("SD (95 % range)")}
        ),
        key="programs_forest_data",
        alt=_("The same estimates as a table."),
        file_name="estimates.csv",
    )


def _draw_start(comparison: Comparison) -> None:
    st.header(_("Where they started, and who left"))
    states = {"equivalent": "level", "adjust": "adjusted"}
    rows = [
        (one.covariate, one.g, one.low, one.high, states.get(str(one.category), "too far"))
        for one in comparison.baseline
    ]
    differences = pd.DataFrame(rows, columns=["name", "g", "low", "high", "state"])
    if differences.empty:
        st.markdown(_("No starting point was measured."))
    else:
        words = "; ".join(
            f"{name}: {signed_text(g, digits=2)} ({_range(low, high)})"
            for name, g, low, high, _state in rows
        )
        st.altair_chart(
            love_plot(differences, dark=is_dark()),
            alt=_("Difference at the start in SD: {words}.").format(words=words),
            key="programs_love",
        )
        st.markdown(_("Difference at the start, in SD: {words}.").format(words=words))
    attrition = comparison.attrition
    if attrition.overall is not None and attrition.differential is not None:
        limit = attrition.boundary
        st.markdown(
            _(
                "{enrolled} people started, {analysed} have both scores: {left} left, a difference "
                "of {apart} points between the routes ({limit})."
            ).format(
                enrolled=number_text(attrition.enrolled.total),
                analysed=number_text(attrition.analysed.total),
                left=percent_text(attrition.overall / 100),
                apart=number_text(attrition.differential, digits=1),
                limit=_("tolerable: up to {n}").format(n=number_text(limit, digits=1))
                if limit is not None
                else _("more than can be tolerated"),
            )
        )


def _draw_method() -> None:
    with st.expander(_("How this was computed"), type="compact"):
        st.markdown(
            _(
                "Everyone enrolled counts in the route they were given at the start. The main "
                "estimate adjusts for the starting score, with errors clustered by starting team. "
                "Where people chose their own route, the range covers three different ways to "
                "adjust. Scores are Warm's estimates on the scale 500 + 100 θ."
            )
        )


viewer = loaders.current_viewer()
programs = read_programs(loaders.store(), viewer=viewer, now=clock.now())

st.title(_("Programs compared"))
if not programs:
    draw_empty(
        _("No program to compare yet"),
        _("A program lead starts one on a track; both routes then take the same checks."),
        icon="balance",
    )
else:
    names = {program.id: program.name for program in programs}
    occasions = occasion_names()
    with st.container(horizontal=True):
        chosen = int(
            st.selectbox(
                _("Program"), list(names), format_func=names.__getitem__, key="programs_program"
            )
        )
        target = str(
            st.selectbox(
                _("Compared at"),
                ["end", "plus3", "plus6"],
                format_func=occasions.__getitem__,
                key="programs_target",
            )
        )
    found = compare_program(
        loaders.store(),
        viewer=viewer,
        catalogue=loaders.catalogue(),
        program_id=chosen,
        target=target,
        min_group=loaders.house().settings.min_group,
        now=clock.now(),
    )
    if found.comparison is None:
        draw_empty(
            _("Not enough data to compare yet"),
            _("Nobody has taken a check after the start. It opens with the first window."),
            icon="pending",
        )
    else:
        if target not in found.targets:
            st.info(_("No check was taken at this time yet; the earliest one is shown."))
        _draw_verdict(found.comparison)
        if not found.comparison.withheld:
            _draw_metrics(found.comparison)
            _draw_forest(found.comparison)
        _draw_start(found.comparison)
        _draw_routes(found, apart=found.comparison.withheld)
        _draw_method()
