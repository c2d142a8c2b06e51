"""How fast skill grows in a manager's line, by route and by team; never a person, never a rank."""

import streamlit as st

from portal import clock, loaders
from portal.charts.growth_points import occasion_names, route_names, score_range, shown_points
from portal.charts.theme import Finished
from portal.components.growth_view import draw_growth, draw_growth_table, draw_routes
from portal.components.heatmap_view import draw_heatmap
from portal.components.states import draw_empty
from portal.services.comparing import read_programs, routes_were_drawn
from portal.services.computing import skill_of
from portal.services.disclosure import ALL
from portal.services.heatmap import read_heatmap
from portal.services.reporting import Mean, Reach, TeamGrowth, Unit, read_units, team_growth
from portal.text import _, number_text, percent_text, plural

CHARTS_AT_ONCE = 12


def _choose_unit(units: tuple[Unit, ...]) -> int:
    names = {unit.id: f"{'  ' * unit.depth}{unit.name} ({unit.people})" for unit in units}
    return int(
        st.selectbox(
            _("Unit (people)"),
            list(names),
            format_func=names.__getitem__,
            key="team_growth_unit",
            width=230,  # the name with its count, on a phone too
        )
    )


def _choose_skill() -> str:
    skills = {skill.id: skill.name for skill in loaders.catalogue().registers.skills.values()}
    measured = [check.skill for check in loaders.catalogue().checks.values()]
    tracks = {
        track.id: track for track in loaders.catalogue().tracks.values() if track.skill in measured
    }
    names = {"": _("All"), **{id_: track.title for id_, track in tracks.items()}}
    track = st.selectbox(
        _("Track"), list(names), format_func=names.__getitem__, key="team_growth_track"
    )
    if track:
        measured = [skill for skill in measured if skill == tracks[track].skill]
    offered = [id_ for id_ in skills if id_ in measured]
    return str(
        st.selectbox(
            _("Skill"),
            offered,
            index=_first_measured(offered),
            format_func=skills.__getitem__,
            key="team_growth_skill",
        )
    )


def _first_measured(skills: list[str]) -> int:
    """Return the place of a skill that a program of this line measures, or the first one."""
    programs = read_programs(loaders.store(), viewer=viewer, now=clock.now())
    found = (skill_of(one, loaders.catalogue()) for one in programs)
    return next((skills.index(skill) for skill in found if skill in skills), 0)


def _choose_reach() -> Reach:
    names = {"line": _("Whole line"), "team": _("Direct reports")}
    chosen = st.segmented_control(
        _("People"),
        list(names),
        format_func=names.__getitem__,
        default="line",
        required=True,
        key="team_growth_reach",
    )
    return "team" if chosen == "team" else "line"


def _sentence(growth: TeamGrowth) -> str:
    """Say where the unit stood at start and end, each mean with its error and its learners."""
    if not growth.changes:
        if growth.routes.empty:
            return _("Nobody here took the check in a program yet.")
        return _(
            "Start and end are not set side by side: fewer than {n} learners stand behind one of "
            "them, or a small group could be told from it."
        ).format(n=growth.floor.change)
    routes = route_names()
    parts = [
        _("{start} at the start, {end} at the end").format(
            start=_mean_words(one.start), end=_mean_words(one.end)
        )
        for one in growth.changes
    ]
    if growth.changes[0].route != ALL:
        parts = [
            f"{routes[one.route]} {part}" for one, part in zip(growth.changes, parts, strict=True)
        ]
    return _("Mean score in {unit}: {parts}.").format(unit=growth.unit.name, parts="; ".join(parts))


def _mean_words(mean: Mean) -> str:
    # No line ends within a figure.
    return _("{score}\u00a0±\u00a0{half} (n\u00a0=\u00a0{n})").format(
        score=number_text(mean.score), half=number_text(mean.half), n=number_text(mean.n)
    )


def _draw_routes(growth: TeamGrowth, *, together: bool) -> None:
    points = shown_points(growth.routes, name="route")
    if growth.routes.empty:
        draw_empty(
            _("No check taken yet"),
            _("Choose another skill, or ask your team to take the check that is open, together."),
            icon="pending",
        )
        return
    if points.empty:
        _draw_too_few(growth)
        return
    charts = draw_routes(
        points, limits=score_range(growth.routes), together=together, alt=_sentence(growth)
    )
    st.markdown(
        _(
            "Band: 95 % range of the mean; the figures above the axis count learners. This picture "
            "cannot say which route works better."
        )
    )
    if not together:
        st.markdown(
            _(
                "People chose their own route here, so the routes stand apart: no fair comparison "
                "yet."
            )
        )
    if st.button(_("Programs compared"), key="team_growth_compare", icon=":material/balance:"):
        st.switch_page("app_pages/programs.py")
    draw_growth_table(
        growth.routes, key="team_growth_routes_data", file_name="routes.csv", chart=charts
    )


def _draw_units(growth: TeamGrowth) -> None:
    children = growth.children
    if len(children) > CHARTS_AT_ONCE:
        wanted = st.text_input(
            _("Search units"), key="team_growth_search", placeholder=_("Part of the name")
        )
        children = tuple(one for one in children if wanted.casefold() in one.name.casefold())
        st.markdown(
            plural(
                "{n} unit fits; up to twelve are drawn.",
                "{n} units fit; up to twelve are drawn.",
                len(children),
            )
        )
    limits, charts = score_range(growth.units), {}
    with st.grid(3, min_column_width=300):
        for child in sorted(children, key=lambda one: one.name)[:CHARTS_AT_ONCE]:
            with st.container():
                drawn = _draw_unit(growth, child, limits)
            if drawn is not None:
                charts[child.name] = drawn
    if not growth.units.empty:
        draw_growth_table(
            growth.units, key="team_growth_units_data", file_name="units.csv", chart=charts
        )


def _draw_unit(growth: TeamGrowth, child: Unit, limits: tuple[float, float]) -> Finished | None:
    """Draw the growth of a unit, or that it is hidden; return the picture for its files."""
    st.subheader(child.name, anchor=False)
    rows = growth.units[growth.units["unit_id"] == child.id]
    points = shown_points(rows, name="unit").assign(name=" ")
    if points.empty:
        words = _("hidden") if len(rows) else _("no check taken yet")
        with st.container(border=True):
            st.markdown(f":material/visibility_off: {words}")
        return None
    return draw_growth(
        points,
        limits=limits,
        height=190,
        key=f"team_growth_unit_{child.id}",
        alt=_("Mean skill of {unit} over time.").format(unit=child.name),
    )


def _draw_skills(unit_id: int) -> None:
    occasions = occasion_names()
    measures = {"share": _("At or above target"), "score": _("Mean score")}
    with st.container(horizontal=True):
        occasion = str(
            st.selectbox(
                _("Period"),
                list(occasions),
                index=1,
                format_func=occasions.__getitem__,
                key="team_growth_occasion",
            )
        )
        measure = st.segmented_control(
            _("Figure"),
            list(measures),
            format_func=measures.__getitem__,
            default="share",
            required=True,
            key="team_growth_measure",
        )
    heatmap = read_heatmap(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        team_id=unit_id,
        occasion=occasion,
        min_group=loaders.house().settings.min_group,
        now=clock.now(),
    )
    if heatmap.cells.empty:
        draw_empty(
            _("No check was taken in this period yet"),
            _("Choose another period, or ask your team to take the check that is open."),
            icon="pending",
        )
        return
    draw_heatmap(heatmap, measure=str(measure))


def _draw_too_few(growth: TeamGrowth) -> None:
    sentence = _(
        "A figure needs {n} learners besides you, and stays hidden where it would tell of a small "
        "group beside it."
    ).format(n=growth.floor.mean - 1)
    larger = growth.larger
    draw_empty(
        _("Hidden to keep people private"),
        f"{sentence} {_learning_words(growth)}",
        icon="visibility_off",
        button=_("Show {unit}").format(unit=larger.name) if larger else "",
        key="team_growth_larger",
        go=lambda: _show(larger),
    )
    st.markdown(_("One thing to do: ask your team to take the skill check that is open, together."))


def _show(unit: Unit | None) -> None:
    if unit is not None:
        st.session_state["team_growth_next"] = unit.id
        st.rerun()


def _learning_words(growth: TeamGrowth) -> str:
    learning = growth.learning
    if learning.hidden:
        return _("How much of the learning is done is hidden: too few people stand behind it.")
    if learning.coded == "nearly all":
        return _("Nearly all assigned modules are done.")
    if learning.coded == "hardly any":
        return _("Hardly any assigned module is done yet.")
    if not learning.assigned:
        return _("No modules are assigned yet.")
    return _("{done} of {all} assigned modules are done ({share}).").format(
        done=learning.done,
        all=learning.assigned,
        share=percent_text(learning.done / learning.assigned),
    )


if "team_growth_next" in st.session_state:
    st.session_state["team_growth_unit"] = st.session_state.pop("team_growth_next")
viewer = loaders.current_viewer()
units = read_units(loaders.store(), viewer=viewer, now=clock.now())

st.title(_("Team growth"))
if not units:
    draw_empty(
        _("You lead no team yet"),
        _("This page is for team managers. If you lead a team, ask the people desk to add you."),
        icon="groups",
    )
else:
    with st.container(horizontal=True):
        unit_id, skill, reach = _choose_unit(units), _choose_skill(), _choose_reach()
    together = routes_were_drawn(
        loaders.store(), viewer=viewer, catalogue=loaders.catalogue(), skill=skill
    )
    growth = team_growth(
        loaders.store(),
        viewer=viewer,
        catalogue=loaders.catalogue(),
        team_id=unit_id,
        skill=skill,
        reach=reach,
        min_group=loaders.house().settings.min_group,
        now=clock.now(),
    )
    st.header(_sentence(growth), anchor=False)
    st.markdown(_learning_words(growth))
    routes, teams, skills = st.tabs([_("By route"), _("By team"), _("Team by skill")])
    with routes:
        _draw_routes(growth, together=together)
    with teams:
        if growth.children:
            _draw_units(growth)
        else:
            st.markdown(_("No units below this one. Choose a larger one to see its teams."))
    with skills:
        _draw_skills(unit_id)
