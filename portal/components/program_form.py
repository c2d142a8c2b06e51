"""The form of a new program: for whom, on what, how routes are given, and by what it is judged."""

from datetime import date, timedelta

import streamlit as st

from portal import clock, loaders
from portal.charts.growth_points import occasion_names
from portal.components.buttons import main_button
from portal.components.notices import guarded
from portal.services.catalogue import Catalogue
from portal.services.computing import TARGETS
from portal.services.draws import Unit
from portal.services.planning import (
    BASELINE_DAYS,
    COVARIATES,
    LONGEST,
    SHORTEST,
    WAVES,
    AnalysisPlan,
    UnitChoice,
    Wish,
    plan_program,
)
from portal.services.programs import Design
from portal.text import _

KEY = "new_program"
DESIGNS: tuple[Design, ...] = ("lottery", "wave", "manager", "self")


def design_names() -> dict[str, str]:
    """Return the ways of giving routes in words."""
    return {
        "lottery": _("Drawn by lot"),
        "wave": _("Drawn waves: everyone gets it, in drawn order"),
        "manager": _("Managers choose for their people"),
        "self": _("Everyone chooses"),
    }


def unit_names() -> dict[str, str]:
    """Return in words what gets one route together."""
    return {"learner": _("Single people, within their team"), "team": _("Whole teams")}


def covariate_words() -> dict[str, str]:
    """Return in words what is known of everyone at the start."""
    return {"role": _("role"), "tenure": _("months in the house")}


def draw_form(units: tuple[UnitChoice, ...]) -> None:
    """Draw the form; its button sets the program up with a plan that can still be changed."""
    catalogue = loaders.catalogue()
    tracks = {
        one.id: one.title
        for one in catalogue.tracks.values()
        if one.skill is not None and catalogue.check_of(one.skill) is not None
    }
    if not tracks or not units:
        st.markdown(_("Publish a track with a skill check first, and let the roster be read."))
        return
    name = st.text_input(_("Name"), key=f"{KEY}_name", max_chars=120)
    chosen = st.multiselect(
        _("Tracks"), list(tracks), format_func=tracks.__getitem__, key=f"{KEY}_tracks"
    )
    indented = {one.id: f"{'  ' * one.depth}{one.name}" for one in units}
    teams = st.multiselect(
        _("Units whose people take part"),
        list(indented),
        format_func=indented.__getitem__,
        key=f"{KEY}_units",
    )
    design, unit, waves = _draw_design()
    starts_on, weeks = _draw_dates(design)
    plan = _draw_plan(catalogue, chosen or list(tracks), unit=unit)
    wish = Wish(
        name=str(name),
        tracks=tuple(chosen),
        team_ids=tuple(teams),
        design=design,
        starts_on=starts_on,
        weeks=weeks,
        plan=plan,
        waves=waves,
    )
    # A callback would get the wish as it was drawn before, without what was typed last.
    if main_button(
        _("Set it up and see what it could detect"), key=f"{KEY}_create", icon="arrow_forward"
    ):
        _create(wish)
        st.rerun()


@guarded
def _create(wish: Wish) -> None:
    program_id = plan_program(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        wish=wish,
        now=clock.now(),
    )
    st.session_state[f"{KEY}_made"] = program_id


def _draw_design() -> tuple[Design, Unit, int]:
    names, units = design_names(), unit_names()
    design = st.radio(
        _("How people get their route"),
        DESIGNS,
        format_func=names.__getitem__,
        key=f"{KEY}_design",
    )
    unit: Unit = "learner"
    waves = WAVES[-1]
    if design in {"lottery", "wave"}:
        drawn = st.radio(
            _("What is drawn"), list(units), format_func=units.__getitem__, key=f"{KEY}_unit"
        )
        unit = "team" if drawn == "team" else "learner"
    if design == "wave":
        waves = int(
            st.radio(
                _("How many waves"),
                WAVES,
                index=len(WAVES) - 1,
                horizontal=True,
                key=f"{KEY}_waves",
            )
        )
        st.markdown(
            _(
                "Each wave starts when a check of everybody has closed, a quarter of a year apart. "
                "Those who have not started yet show what would have happened anyway."
            )
        )
    return design, unit, waves


def _draw_dates(design: Design) -> tuple[date, int]:
    today = clock.now().date()
    earliest = today + timedelta(days=BASELINE_DAYS)
    with st.container(horizontal=True):
        starts_on = st.date_input(
            _("First day"), value=earliest, min_value=earliest, key=f"{KEY}_starts"
        )
        weeks = 12
        if design != "wave":
            weeks = int(
                st.number_input(
                    _("Weeks"), min_value=SHORTEST, max_value=LONGEST, value=12, key=f"{KEY}_weeks"
                )
            )
    st.markdown(
        _(
            "The first check is open for the {days} days before; then at the end, and three and "
            "six months later."
        ).format(days=BASELINE_DAYS)
    )
    return starts_on if isinstance(starts_on, date) else earliest, weeks


def _draw_plan(catalogue: Catalogue, tracks: list[str], *, unit: Unit) -> AnalysisPlan:
    st.header(_("Analysis plan"))
    st.markdown(
        _("It says today what will decide, and is frozen with its date before there is a result.")
    )
    skills = [catalogue.tracks[one].skill for one in tracks]
    names = {id_: catalogue.registers.skills[id_].name for id_ in skills if id_ is not None}
    skill = st.selectbox(
        _("Skill that decides"), list(names), format_func=names.__getitem__, key=f"{KEY}_skill"
    )
    occasion, covariates = draw_plan_choices(key=KEY, occasion="end", covariates=())
    return AnalysisPlan(str(skill), occasion, covariates, unit)


def draw_plan_choices(
    *, key: str, occasion: str, covariates: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """Draw what of a plan can be changed until it is frozen, and return it."""
    occasions, words = occasion_names(), covariate_words()
    chosen = st.radio(
        _("Check that decides"),
        TARGETS,
        index=TARGETS.index(occasion),
        format_func=occasions.__getitem__,
        horizontal=True,
        key=f"{key}_occasion",
    )
    known = st.multiselect(
        _("Beside the first score, adjust for"),
        COVARIATES,
        default=list(covariates),
        format_func=words.__getitem__,
        key=f"{key}_covariates",
    )
    return str(chosen), tuple(known)
