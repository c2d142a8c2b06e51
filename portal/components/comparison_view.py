"""A comparison from its verdict to its method: the same for stored programs and for own files."""

import math
from collections.abc import Mapping

import streamlit as st

from assessments.attrition import Attrition
from assessments.compare import Comparison
from assessments.sentences import COMPARABILITY_ON_SCREEN
from portal import loaders
from portal.access import Viewer
from portal.charts.comparison_figures import (
    Figure,
    attrition_figure,
    covariate_names,
    fair_words,
    figures_of,
    hidden_teams_words,
)
from portal.charts.growth_points import missing_words, route_names
from portal.components.chart_view import draw_chart
from portal.components.comparison_method import draw_method
from portal.components.skill_strip import is_dark
from portal.components.states import BadgeColor
from portal.components.table_view import draw_table
from portal.services.compared import Compared, fingerprint_of, worst_start
from portal.text import _, number_text, percent_text, phrase_text, plural, signed_text

KEY = "compared"
Figures = Mapping[str, Figure]


def draw_stored_comparison(compared: Compared, *, viewer: Viewer) -> None:
    """Draw a comparison that many look at; its figures are made once for each of them."""
    dark = is_dark()
    figures = loaders.drawn(
        viewer,
        f"{fingerprint_of(compared)} {dark}",
        lambda: figures_of(compared, dark=dark),
    )
    _draw_comparison(compared, {figure.key: figure for figure in figures})


def draw_comparison(compared: Compared) -> None:
    """Draw a comparison that is forgotten afterwards."""
    figures = figures_of(compared, dark=is_dark())
    _draw_comparison(compared, {figure.key: figure for figure in figures})


def _draw_comparison(compared: Compared, figures: Figures) -> None:
    """Draw everything that may be said; where the verdict withholds, each route on its own."""
    comparison = compared.comparison
    _draw_verdict(comparison)
    if comparison.withheld:
        _draw_apart(compared, figures)
        _draw_start(figures, title=_("Where they differed at the start"))
        _draw_fair(compared)
        _draw_left(figures.get("attrition"))
    else:
        _draw_metrics(comparison)
        if comparison.primary is not None:
            _draw_figure(figures.get("forest"), title="", missing="")
        left, right = st.columns(2, gap="large")
        with left:
            _draw_start(figures, title=_("Did they start level?"))
        with right:
            _draw_left(figures.get("attrition"))
        _draw_figure(
            figures.get("routes"),
            title=_("Growth by route"),
            missing=f":material/visibility_off: {missing_words(compared.routes)}",
        )
        _draw_slopes(compared, figures.get("slopes"))
    draw_method(compared)


def _draw_verdict(comparison: Comparison) -> None:
    fair = comparison.comparability in {"comparable_by_design", "comparable"}
    shown: BadgeColor = "green" if fair else "orange"
    color: BadgeColor = "gray" if comparison.withheld else shown
    icon = "visibility_off" if comparison.withheld else "balance"
    with st.container(border=True):
        with st.container(horizontal=True):
            words = phrase_text(COMPARABILITY_ON_SCREEN[comparison.comparability])
            # A badge has one line, on a phone too; the heading below says all of it.
            st.badge(words.partition(". ")[0], icon=f":material/{icon}:", color=color)
            if comparison.design == "self_selected":
                st.badge(_("People chose their route"), icon=":material/alt_route:", color="gray")
        if not comparison.warnings:
            _draw_finding(comparison)
            return
        says, doubts = st.columns([3, 2], gap="large")
        with says:
            _draw_finding(comparison)
        with doubts:
            st.markdown(f"**{_('To keep in mind')}**")
            for warning in map(phrase_text, comparison.warnings):
                st.markdown(f":small[:material/info: {warning[:1].upper()}{warning[1:]}.]")


def _draw_finding(comparison: Comparison) -> None:
    st.header(_without_badge(comparison), anchor=False)
    if comparison.withheld:
        for covariate, g in worst_start(comparison):
            st.markdown(_apart_words(covariate, g))


def _apart_words(covariate: str, g: float) -> str:
    """Say how far apart the routes started, where no adjusting can make up for it."""
    size = number_text(abs(g), digits=2) if math.isfinite(g) else "∞"
    words = (
        _("Learners on the structured route began higher: {what}, {size} SD.")
        if g > 0
        else _("Learners on the self-directed route began higher: {what}, {size} SD.")
    )
    return words.format(what=covariate_names().get(covariate, covariate), size=size)


def _without_badge(comparison: Comparison) -> str:
    """Return the sentence without what the badge above it already says."""
    words = f"{phrase_text(COMPARABILITY_ON_SCREEN[comparison.comparability])}. "
    return phrase_text(comparison.sentence).removeprefix(words)


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
                _("n = {n}").format(n=number_text(learners)),
                _("learners") if count is None else plural("in {n} team", "in {n} teams", count),
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


def _draw_figure(figure: Figure | None, *, title: str, missing: str) -> None:
    """Draw a figure under its title, or say why there is none."""
    st.header(figure.title if figure is not None else title)
    if figure is None:
        st.markdown(missing)
        return
    draw_chart(figure.chart, alt=figure.alt, key=f"{KEY}_{figure.key}")
    if figure.words:
        st.markdown(figure.words)
    draw_table(
        figure.table,
        key=f"{KEY}_{figure.key}_data",
        alt=_("The same figures as a table."),
        file_name=figure.file_name,
        chart=figure.chart,
    )


def _draw_start(figures: Figures, *, title: str) -> None:
    _draw_figure(
        figures.get("love"),
        title=title,
        missing=_("No starting point is shown: too few people have one on each route."),
    )


def draw_attrition(attrition: Attrition) -> None:
    """Draw who left as a point on the boundary, with the counts behind it."""
    _draw_left(attrition_figure(attrition, dark=is_dark()))


def _draw_left(figure: Figure | None) -> None:
    _draw_figure(
        figure,
        title=_("Who left?"),
        missing=_("Not shown: too few people started to give shares of them."),
    )


def _draw_apart(compared: Compared, figures: Figures) -> None:
    """Draw each route in its own panel with one axis, so that no eye can set them side by side."""
    for column, (route, name) in zip(
        st.columns(2, gap="large"), list(route_names().items())[:2], strict=True
    ):
        own = compared.routes[compared.routes["route"] == route]
        words = _("no check taken yet") if own.empty else missing_words(own)
        with column:
            _draw_figure(
                figures.get(route),
                title=name,
                missing=f":material/visibility_off: {words}",
            )


def _draw_fair(compared: Compared) -> None:
    st.header(_("What would make it fair"))
    for words in fair_words(compared):
        st.markdown(words)


def _draw_slopes(compared: Compared, figure: Figure | None) -> None:
    if compared.comparison.growth is None:
        return
    hidden = f":material/visibility_off: {hidden_teams_words(compared)}"
    _draw_figure(figure, title=_("How fast teams grew"), missing=hidden)
    if figure is not None and compared.hidden_teams:
        st.markdown(hidden)
