"""What a comparison is shown by, on its page and in its report: charts, words and tables.

Where the verdict withholds, nothing here speaks of a difference.
"""

import math
from dataclasses import dataclass

import pandas as pd

from assessments.attrition import Attrition
from assessments.compare import Comparison
from portal.charts.attrition import attrition_chart
from portal.charts.comparison import forest_chart, love_plot
from portal.charts.comparison_estimates import estimates_frame, range_text
from portal.charts.growth import growth_chart
from portal.charts.growth_points import growth_table, route_names, score_range, shown_points
from portal.charts.slopes import slopes_chart
from portal.charts.theme import Finished
from portal.services.compared import Compared
from portal.text import _, number_text, percent_text, plural, signed_text

# More rows than this no eye takes in, and no page carries.
TEAMS_DRAWN = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its title, what it says in words, the text below it, and the same as a table."""

    key: str
    title: str
    chart: Finished
    alt: str
    words: str
    table: pd.DataFrame
    file_name: str


def covariate_names() -> dict[str, str]:
    """Return what is always compared at the start in words."""
    return {"baseline": _("score at the start")}


def figures_of(compared: Compared, *, dark: bool) -> tuple[Figure, ...]:
    """Return every figure that may be shown, in the order of the page.

    Routes stand apart where nothing is compared.
    """
    comparison = compared.comparison
    start = start_figure(comparison, dark=dark)
    left = attrition_figure(comparison.attrition, dark=dark)
    if comparison.withheld:
        found = [
            route_figure(compared, route="structured", dark=dark),
            route_figure(compared, route="self_directed", dark=dark),
            start,
            left,
        ]
    else:
        found = [
            forest_figure(compared, dark=dark),
            start,
            left,
            growth_figure(compared, dark=dark),
            slopes_figure(compared, dark=dark),
        ]
    return tuple(figure for figure in found if figure is not None)


def forest_figure(compared: Compared, *, dark: bool) -> Figure | None:
    """Return the estimates of the difference; None where there is none to show."""
    estimates = estimates_frame(compared)
    comparison = compared.comparison
    primary = comparison.primary
    if estimates.empty or primary is None:
        return None
    envelope = None
    if comparison.envelope is not None and comparison.design == "self_selected":
        low, high = comparison.envelope
        envelope = (primary.in_sd(low), primary.in_sd(high))
    words = (
        _("Lines: 95 % ranges. The square is the main estimate, on which the verdict rests.")
        if envelope is None
        else _(
            "Lines: 95 % ranges. Shaded: the range that the verdict uses, from the lowest to the "
            "highest of the first three."
        )
    )
    told = "; ".join(f"{row['name']} {row['figures']}" for row in estimates.to_dict("records"))
    return Figure(
        key="forest",
        title=_("How large is the difference?"),
        chart=forest_chart(estimates, envelope=envelope, dark=dark),
        alt=_("Estimates of the difference with their 95 % ranges: {figures}.").format(
            figures=told
        ),
        words=words,
        table=estimates[["name", "figures"]].rename(
            columns={"name": _("Estimate"), "figures": _("SD (95 % range)")}
        ),
        file_name="estimates.csv",
    )


def start_figure(comparison: Comparison, *, dark: bool) -> Figure | None:
    """Return where the routes started; None where too few people stand behind it."""
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
    if not rows:
        return None
    frame = pd.DataFrame(rows, columns=["name", "g", "low", "high", "state"])
    words = {
        "comparable": _("level"),
        "comparable_after_adjustment": _("adjusted for"),
        "not_comparable": _("too far apart"),
    }
    figures = [
        f"{signed_text(g, digits=2)} ({range_text(low, high)})" for _n, g, low, high, _s in rows
    ]
    told = "; ".join(
        f"{row[0]}: {text}, {words[row[4]]}" for row, text in zip(rows, figures, strict=True)
    )
    return Figure(
        key="love",
        title=_("Where they differed at the start")
        if comparison.withheld
        else _("Did they start level?"),
        chart=love_plot(frame, dark=dark),
        alt=_("Difference at the start in SD: {words}.").format(words=told),
        words=_(
            "● level (within 0.05) ■ adjusted for (within 0.25) ▲ too far apart. The value "
            "decides, not its range."
        ),
        table=pd.DataFrame(
            {
                _("What"): frame["name"],
                _("SD (95 % range)"): figures,
                _("Judged"): frame["state"].map(words),
            }
        ),
        file_name="start.csv",
    )


def attrition_figure(attrition: Attrition, *, dark: bool) -> Figure | None:
    """Return who left; None where too few people started to give shares of them."""
    if attrition.overall is None or attrition.differential is None:
        return None
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
    names = route_names()
    started, both = attrition.enrolled, attrition.analysed
    return Figure(
        key="attrition",
        title=_("Who left?"),
        chart=attrition_chart(
            overall=attrition.overall, differential=attrition.differential, dark=dark
        ),
        alt=f"{counts} {words}",
        words=f"{counts} {words}",
        table=pd.DataFrame(
            {
                _("Route"): [names["structured"], names["self_directed"]],
                _("Started"): [
                    number_text(started.structured),
                    number_text(started.self_directed),
                ],
                _("Both scores"): [number_text(both.structured), number_text(both.self_directed)],
            }
        ),
        file_name="attrition.csv",
    )


def growth_figure(compared: Compared, *, dark: bool) -> Figure | None:
    """Return both routes in one picture; None where nobody or too few can be shown."""
    points = shown_points(compared.routes, name="route")
    if points.empty or compared.comparison.withheld:
        return None
    low, high = score_range(compared.routes)
    return Figure(
        key="routes",
        title=_("Growth by route"),
        chart=growth_chart(points, low=low, high=high, height=320, dark=dark),
        alt=_("Mean skill of both routes over time, with 95 % ranges."),
        words=_("Band: 95 % range of the mean. The figures above the axis count learners."),
        table=growth_table(compared.routes),
        file_name="routes.csv",
    )


def route_figure(compared: Compared, *, route: str, dark: bool) -> Figure | None:
    """Return one route on its own, on the axis that the other one has too."""
    own = compared.routes[compared.routes["route"] == route]
    points = shown_points(own, name="route")
    if points.empty:
        return None
    low, high = score_range(compared.routes)
    return Figure(
        key=route,
        title=route_names()[route],
        chart=growth_chart(points.assign(name=" "), low=low, high=high, height=260, dark=dark),
        alt=_("Mean skill of one route over time, on its own."),
        words="",
        table=growth_table(own),
        file_name=f"{route}.csv",
    )


def slopes_figure(compared: Compared, *, dark: bool) -> Figure | None:
    """Return how fast teams grew, by name; None where no team can be shown."""
    rows = [(one.team, one.slope, one.low, one.high, one.learners) for one in compared.slopes]
    if not rows:
        return None
    frame = pd.DataFrame(rows, columns=["name", "slope", "low", "high", "n"])
    figures = [
        "{} ({} … {})".format(*(signed_text(value, digits=1) for value in row))
        for row in zip(frame["slope"], frame["low"], frame["high"], strict=True)
    ]
    drawn = frame.head(TEAMS_DRAWN)
    told = "; ".join(f"{name} {text}" for name, text in zip(drawn["name"], figures, strict=False))
    words = _(
        "From A to Z, not by size. Each team is drawn towards the mean of its routes, the more "
        "so the less is known of it, because the best and the worst of many small teams are "
        "mostly chance."
    )
    if len(frame) > len(drawn):
        words += " " + _("The first {n} teams are drawn; all of them stand in the table.").format(
            n=len(drawn)
        )
    return Figure(
        key="slopes",
        title=_("How fast teams grew"),
        chart=slopes_chart(drawn, dark=dark),
        alt=_("Growth of teams in points a month: {words}.").format(words=told),
        words=words,
        table=pd.DataFrame(
            {
                _("Team"): frame["name"],
                _("Learners"): frame["n"].map(number_text),
                _("Points a month (95 % range)"): figures,
            }
        ),
        file_name="teams.csv",
    )


def hidden_teams_words(compared: Compared) -> str:
    """Say how many teams are too small for a growth of their own."""
    return plural(
        "{n} team is too small for a growth of its own.",
        "{n} teams are too small for a growth of their own.",
        compared.hidden_teams,
    )


def fair_words(compared: Compared) -> list[str]:
    """Say what would make the comparison fair, and what a draw could then find."""
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
    words = [advice[comparison.comparability]] if comparison.comparability in advice else []
    if compared.detectable is not None:
        words.append(
            _(
                "With {teams} teams drawn by lot, the check could detect a difference of {sd} SD "
                "or more."
            ).format(
                teams=number_text(compared.teams),
                sd=number_text(compared.detectable, digits=2),
            )
        )
    return words
