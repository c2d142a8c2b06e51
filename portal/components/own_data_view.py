"""What a file of one's own says: its fault, its verdict, its growth, or who left."""

import streamlit as st

from assessments.score_files import TIME_COLUMN
from portal import loaders
from portal.charts.growth_points import missing_words, score_range, shown_points
from portal.components.comparison_view import draw_attrition, draw_comparison
from portal.components.growth_view import draw_growth_table, draw_routes
from portal.services.own_data import (
    Fault,
    OwnFile,
    OwnGrowth,
    Wanted,
    compare_file,
    grow_file,
    lose_file,
)
from portal.text import _, number_text, phrase_text, plain, plural, signed_text

KEY = "own_data"


def draw_wanted() -> Wanted:
    """Draw how a file of scores is to be read, and return it."""
    drawn = st.toggle(_("Places were drawn by lot before the start"), key=f"{KEY}_drawn")
    with st.expander(_("More about the file"), type="compact"):
        alone = st.toggle(_("Learners do not come in teams"), key=f"{KEY}_no_teams")
        covariates = st.text_input(
            _("Columns known before the start, between commas"), key=f"{KEY}_covariates"
        )
        strata = st.text_input(
            _("Column of the strata within which places were drawn"), key=f"{KEY}_strata"
        )
        target = st.text_input(_("Occasion compared; the last one if empty"), key=f"{KEY}_target")
        time = st.text_input(
            _("Column of the time; {name} if empty").format(name=TIME_COLUMN), key=f"{KEY}_time"
        )
    names = dict.fromkeys(one.strip() for one in covariates.split(",") if one.strip())
    return Wanted(
        design="randomised" if drawn else "self_selected",
        teams=not alone,
        covariates=tuple(names),
        strata=strata.strip() or None,
        target=target.strip() or None,
        time=time.strip() or None,
    )


def draw_fault(fault: Fault) -> None:
    """Say what is wrong with a file, in the words of the command line; nothing is drawn."""
    st.error(plain(phrase_text(fault.message)), icon=":material/error:")
    st.markdown(_("Nothing was computed. Mend this place in the file and bring it again."))


def draw_verdicts(file: OwnFile, wanted: Wanted) -> None:
    """Draw the comparison of a file as a stored one is drawn."""
    found = compare_file(
        viewer=loaders.current_viewer(), file=file, wanted=wanted, min_group=_floor()
    )
    if isinstance(found, Fault):
        draw_fault(found)
        return
    verdicts = {one.skill: one.compared for one in found}
    chosen = _choose_skill(list(verdicts))
    draw_comparison(verdicts[chosen])


def draw_growths(file: OwnFile, wanted: Wanted) -> None:
    """Draw growth in a file by arm."""
    found = grow_file(viewer=loaders.current_viewer(), file=file, wanted=wanted, min_group=_floor())
    if isinstance(found, Fault):
        draw_fault(found)
        return
    growths = {one.skill: one for one in found}
    _draw_growth(growths[_choose_skill(list(growths))])


def draw_losses(file: OwnFile) -> None:
    """Draw who was lost in a file."""
    found = lose_file(viewer=loaders.current_viewer(), file=file)
    if isinstance(found, Fault):
        draw_fault(found)
        return
    losses = {one.skill: one.attrition for one in found}
    draw_attrition(losses[_choose_skill(list(losses))])


def _floor() -> int:
    return loaders.house().settings.min_group


def _choose_skill(skills: list[str]) -> str:
    if len(skills) == 1:
        return skills[0]
    return str(st.selectbox(_("Skill"), skills, key=f"{KEY}_skill"))


def _draw_growth(growth: OwnGrowth) -> None:
    st.header(_("Growth"))
    points = shown_points(growth.curves, name="route")
    if points.empty:
        st.markdown(f":material/visibility_off: {missing_words(growth.curves)}")
    else:
        charts = draw_routes(
            points,
            limits=score_range(growth.curves),
            together=growth.together,
            alt=_("Mean score by arm over time, with 95 % ranges."),
        )
        st.markdown(_("Band: 95 % range of the mean. The figures above the axis count learners."))
        draw_growth_table(growth.curves, key=f"{KEY}_growth", file_name="growth.csv", chart=charts)
    st.markdown(plural("{n} learner", "{n} learners", growth.learners))
    if growth.slope is not None and growth.slope_se is not None:
        st.markdown(
            _(
                "Growth model: {slope} points per unit of time (standard error {se}), of the "
                "self-directed arm where there are two."
            ).format(
                slope=signed_text(growth.slope, digits=2),
                se=number_text(growth.slope_se, digits=2),
            )
        )
    for note in growth.notes:
        st.markdown(f":small[:material/info: {plain(phrase_text(note))}]")
