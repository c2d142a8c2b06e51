"""A comparison from its verdict to its method: the same for stored programs and for own files."""

import math

import pandas as pd
import streamlit as st

from assessments.attrition import Attrition
from assessments.compare import Comparison
from assessments.sentences import COMPARABILITY_ON_SCREEN
from portal.charts.attrition import attrition_chart
from portal.charts.comparison import forest_chart, love_plot
from portal.charts.slopes import slopes_chart
from portal.components.comparison_method import draw_method, estimates_frame, range_text
from portal.components.growth_view import (
    draw_growth,
    draw_growth_table,
    route_names,
    score_range,
    shown_points,
)
from portal.components.skill_strip import is_dark
from portal.components.states import BadgeColor
from portal.components.table_view import draw_table
from portal.services.compared import Compared, worst_start
from portal.text import _, number_text, percent_text, plural, signed_text

KEY = "compared"


def draw_comparison(compared: Compared) -> None:
    """Draw everything that may be said; where the verdict withholds, each route on its own."""
    comparison = compared.comparison
    _draw_verdict(comparison)
    if comparison.withheld:
        _draw_apart(compared)
        _draw_start(comparison, title=_("Where they differed at the start"))
        _draw_fair(compared)
        _draw_attrition(comparison.attrition)
    else:
        _draw_metrics(comparison)
        _draw_forest(compared)
        left, right = st.columns(2, gap="large")
        with left:
            _draw_start(comparison, title=_("Did they start level?"))
        with right:
            _draw_attrition(comparison.attrition)
        _draw_together(compared)
        _draw_slopes(compared)
    draw_method(compared)


def _draw_verdict(comparison: Comparison) -> None:
    fair = comparison.comparability in {"comparable_by_design", "comparable"}
    shown: BadgeColor = "green" if fair else "orange"
    color: BadgeColor = "gray" if comparison.withheld else shown
    icon = "visibility_off" if comparison.withheld else "balance"
    with st.container(border=True):
        with st.container(horizontal=True):
            words = COMPARABILITY_ON_SCREEN[comparison.comparability]
            st.badge(words, icon=f":material/{icon}:", color=color)
            if comparison.design == "self_selected":
                st.badge(_("People chose their route"), icon=":material/alt_route:", color="gray")
        says, doubts = st.columns([3, 2], gap="large")
        says.header(_without_badge(comparison), anchor=False)
        if comparison.withheld:
            for covariate, g in worst_start(comparison):
                says.markdown(_apart_words(covariate, g))
        with doubts:
            if comparison.warnings:
                st.markdown(f"**{_('To keep in mind')}**")
            for warning in comparison.warnings:
                st.markdown(f":small[:material/info: {warning[:1].upper()}{warning[1:]}.]")


def _apart_words(covariate: str, g: float) -> str:
    """Say how far apart the routes started, where no adjusting can make up for it."""
    size = number_text(abs(g), digits=2) if math.isfinite(g) else "∞"
    words = (
        _("Learners on the structured route began higher: {what}, {size} SD.")
        if g > 0
        else _("Learners on the self-directed route began higher: {what}, {size} SD.")
    )
    return words.format(what=covariate_names().get(covariate, covariate), size=size)


def covariate_names() -> dict[str, str]:
    """Return what is always compared at the start in words."""
    return {"baseline": _("score at the start")}


def _without_badge(comparison: Comparison) -> str:
    """Return the sentence without what the badge above it already says."""
    words = f"{COMPARABILITY_ON_SCREEN[comparison.comparability]}. "
    return comparison.sentence.removeprefix(words)


def _draw_metrics(comparison: Comparison) -> None:
    teams, primary = comparison.teams, comparison.primary
    with st.grid(4, min_column_width=150):
        for name, learners, count in (
            (
                _("Structured"),
                comparison.learners.structured,
                teams.structured if teams else None,
            ),
            (
                _("Self-directed"),
                comparison.learners.self_directed,
                teams.self_directed if teams else None,
            ),
        ):
            _draw_metric(
                name,
                plural("{n} learner", "{n} learners", learners),
                "" if count is None else plural("{n} team", "{n} teams", count),
            )
        if primary is not None:
            _draw_metric(
                _("Difference"),
                _("{n} points").format(n=_points_text(primary.estimate)),
                _("{n} SD").format(n=signed_text(primary.in_sd(primary.estimate), digits=2)),
            )
        attrition = comparison.attrition
        if attrition.overall is not None and attrition.differential is not None:
            _draw_metric(
                _("Left before the check"),
                percent_text(attrition.overall / 100),
                plural("{n} point apart", "{n} points apart", round(attrition.differential)),
            )


def _points_text(value: float) -> str:
    return signed_text(value, digits=0 if abs(value) >= 10 else 2)


def _draw_metric(name: str, value: str, below: str) -> None:
    st.metric(name, value, below or None, delta_color="off", delta_arrow="off", border=True)


def _draw_forest(compared: Compared) -> None:
    estimates = estimates_frame(compared)
    comparison = compared.comparison
    primary = comparison.primary
    if estimates.empty or primary is None:
        return
    st.header(_("How large is the difference?"))
    envelope = None
    if comparison.envelope is not None and comparison.design == "self_selected":
        low, high = comparison.envelope
        envelope = (primary.in_sd(low), primary.in_sd(high))
    chart = forest_chart(estimates, envelope=envelope, dark=is_dark())
    st.altair_chart(
        chart,
        alt=_("Estimates of the difference with their 95 % ranges: {figures}.").format(
            figures="; ".join(f"{row['name']} {row['figures']}" for row in _records(estimates))
        ),
        key=f"{KEY}_forest",
    )
    st.markdown(
        _("Lines: 95 % ranges. The square is the main estimate, on which the verdict rests.")
        if envelope is None
        else _(
            "Lines: 95 % ranges. Shaded: the range that the verdict uses, from the lowest to the "
            "highest of the first three."
        )
    )
    draw_table(
        estimates[["name", "figures"]].rename(
            columns={"name": _("Estimate"), "figures": _("SD (95 % range)")}
        ),
        key=f"{KEY}_forest_data",
        alt=_("The same estimates as a table."),
        file_name="estimates.csv",
        chart=chart,
    )


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _draw_start(comparison: Comparison, *, title: str) -> None:
    st.header(title)
    names = covariate_names()
    rows = [
        (
            names.get(one.covariate, one.covariate).capitalize(),
            one.g,
            one.low,
            one.high,
            one.category,
        )
        for one in comparison.baseline
        if math.isfinite(one.g)
    ]
    frame = pd.DataFrame(rows, columns=["name", "g", "low", "high", "state"])
    if frame.empty:
        st.markdown(_("No starting point is shown: too few people have one on each route."))
        return
    words = {
        "comparable": _("level"),
        "comparable_after_adjustment": _("adjusted for"),
        "not_comparable": _("too far apart"),
    }
    told = "; ".join(
        f"{name}: {signed_text(g, digits=2)} ({range_text(low, high)}), {words[state]}"
        for name, g, low, high, state in rows
    )
    chart = love_plot(frame, dark=is_dark())
    st.altair_chart(
        chart,
        alt=_("Difference at the start in SD: {words}.").format(words=told),
        key=f"{KEY}_love",
    )
    st.markdown(
        _(
            "● level (within 0.05) ■ adjusted for (within 0.25) ▲ too far apart. The value "
            "decides, not its range."
        )
    )
    table = pd.DataFrame(
        {
            _("What"): frame["name"],
            _("SD (95 % range)"): [
                f"{signed_text(g, digits=2)} ({range_text(low, high)})"
                for _name, g, low, high, _state in rows
            ],
            _("Judged"): frame["state"].map(words),
        }
    )
    draw_table(
        table,
        key=f"{KEY}_love_data",
        alt=_("Differences at the start as a table."),
        file_name="start.csv",
        chart=chart,
    )


def _draw_attrition(attrition: Attrition) -> None:
    st.header(_("Who left?"))
    if attrition.overall is None or attrition.differential is None:
        st.markdown(_("Not shown: too few people started to give shares of them."))
        return
    chart = attrition_chart(
        overall=attrition.overall, differential=attrition.differential, dark=is_dark()
    )
    words = (
        _("Inside the shaded area, leaving is unlikely to have made the difference.")
        if attrition.within
        else _("Outside the shaded area, those who left may have made the difference.")
    )
    counts = _(
        "{enrolled} people started, {analysed} have both scores: {left} left, {apart} points apart "
        "between the routes."
    ).format(
        enrolled=number_text(attrition.enrolled.total),
        analysed=number_text(attrition.analysed.total),
        left=percent_text(attrition.overall / 100),
        apart=number_text(attrition.differential, digits=1),
    )
    st.altair_chart(chart, alt=f"{counts} {words}", key=f"{KEY}_attrition")
    st.markdown(f"{counts} {words}")
    names = route_names()
    table = pd.DataFrame(
        {
            _("Route"): [names["structured"], names["self_directed"]],
            _("Started"): [
                number_text(attrition.enrolled.structured),
                number_text(attrition.enrolled.self_directed),
            ],
            _("Both scores"): [
                number_text(attrition.analysed.structured),
                number_text(attrition.analysed.self_directed),
            ],
        }
    )
    draw_table(
        table,
        key=f"{KEY}_attrition_data",
        alt=_("Who started and who has both scores, as a table."),
        file_name="attrition.csv",
        chart=chart,
    )


def _draw_together(compared: Compared) -> None:
    st.header(_("Growth by route"))
    points = shown_points(compared.routes, name="route")
    if points.empty:
        st.markdown(f":material/visibility_off: {_('hidden')}")
        return
    chart = draw_growth(
        points,
        limits=score_range(compared.routes),
        height=320,
        key=f"{KEY}_routes",
        alt=_("Mean skill of both routes over time, with 95 % ranges."),
    )
    st.markdown(_("Band: 95 % range of the mean. The figures above the axis count learners."))
    draw_growth_table(
        compared.routes, key=f"{KEY}_routes_data", file_name="routes.csv", chart=chart
    )


def _draw_apart(compared: Compared) -> None:
    """Draw each route in its own panel with one axis, so that no eye can set them side by side."""
    routes, limits = compared.routes, score_range(compared.routes)
    for column, (route, name) in zip(
        st.columns(2, gap="large"), list(route_names().items())[:2], strict=True
    ):
        own = routes[routes["route"] == route]
        points = shown_points(own, name="route")
        with column:
            st.header(name)
            if points.empty:
                words = _("hidden") if len(own) else _("no check taken yet")
                st.markdown(f":material/visibility_off: {words}")
                continue
            chart = draw_growth(
                points.assign(name=" "),
                limits=limits,
                height=260,
                key=f"{KEY}_{route}",
                alt=_("Mean skill of one route over time, on its own."),
            )
            draw_growth_table(own, key=f"{KEY}_{route}_data", file_name=f"{route}.csv", chart=chart)


def _draw_fair(compared: Compared) -> None:
    st.header(_("What would make it fair"))
    comparison = compared.comparison
    advice = {
        "not_comparable": _(
            "Draw the next places by lot. Then nobody's choice decides who starts where."
        ),
        "no_baseline": _(
            "Let everyone take the check before the route is known, and draw places by lot."
        ),
        "insufficient_data": _(
            "More people and teams on each route, all with a check before and after."
        ),
    }
    st.markdown(advice.get(comparison.comparability, ""))
    if compared.detectable is not None:
        st.markdown(
            _(
                "With {teams} teams drawn by lot, the check could detect a difference of {sd} SD "
                "or more."
            ).format(
                teams=number_text(compared.teams),
                sd=number_text(compared.detectable, digits=2),
            )
        )


def _draw_slopes(compared: Compared) -> None:
    if compared.comparison.growth is None:
        return
    st.header(_("How fast teams grew"))
    rows = [(one.team, one.slope, one.low, one.high, one.learners) for one in compared.slopes]
    frame = pd.DataFrame(rows, columns=["name", "slope", "low", "high", "n"])
    if not frame.empty:
        _draw_slope_chart(frame)
    if compared.hidden_teams:
        st.markdown(
            ":material/visibility_off: "
            + plural(
                "{n} team is too small for a growth of its own.",
                "{n} teams are too small for a growth of their own.",
                compared.hidden_teams,
            )
        )


def _draw_slope_chart(frame: pd.DataFrame) -> None:
    chart = slopes_chart(frame, dark=is_dark())
    figures = [
        "{} ({} … {})".format(*(signed_text(value, digits=1) for value in row))
        for row in zip(frame["slope"], frame["low"], frame["high"], strict=True)
    ]
    told = "; ".join(f"{name} {text}" for name, text in zip(frame["name"], figures, strict=True))
    st.altair_chart(
        chart,
        alt=_("Growth of teams in points a month: {words}.").format(words=told),
        key=f"{KEY}_slopes",
    )
    st.markdown(
        _(
            "From A to Z, not by size. Each team is drawn towards the mean of its routes, the more "
            "so the less is known of it, because the best and the worst of many small teams are "
            "mostly chance."
        )
    )
    table = pd.DataFrame(
        {
            _("Team"): frame["name"],
            _("Learners"): frame["n"].map(number_text),
            _("Points a month (95 % range)"): figures,
        }
    )
    draw_table(
        table,
        key=f"{KEY}_slopes_data",
        alt=_("Growth of teams as a table."),
        file_name="teams.csv",
        chart=chart,
    )
