"""Programs compared: yes, no, or "this cannot be compared", with the reasons beside it."""

import streamlit as st

from portal import access, clock, loaders
from portal.charts.growth_points import occasion_names
from portal.components.comparison_state import draw_origin, draw_promise, draw_state_of_work
from portal.components.comparison_view import draw_stored_comparison
from portal.components.event_study_view import draw_wave_study
from portal.components.program_filter import choose_among
from portal.components.states import draw_empty
from portal.services.comparing import compare_program, read_programs, read_promise
from portal.services.computing import TARGETS
from portal.services.waves import read_wave_study
from portal.text import _


def _draw_routes(program_id: int) -> None:
    promise = read_promise(
        loaders.store(),
        viewer=viewer,
        catalogue=loaders.catalogue(),
        program_id=program_id,
        now=clock.now(),
    )
    target = str(
        st.selectbox(
            _("Compared at"),
            TARGETS,
            index=len(TARGETS) - 1 if promise is None else TARGETS.index(promise.occasion),
            format_func=occasion_names().__getitem__,
            # Each program opens at the check that decides in it.
            key=f"programs_target_{program_id}",
        )
    )
    found = compare_program(
        loaders.store(),
        viewer=viewer,
        catalogue=loaders.catalogue(),
        program_id=program_id,
        target=target,
        min_group=loaders.house().settings.min_group,
        now=clock.now(),
    )
    draw_state_of_work(found)
    if found.compared is not None:
        if target not in found.targets:
            st.info(_("No check was taken at this time yet; the earliest one is shown."))
        draw_promise(found)
        draw_stored_comparison(found.compared, viewer=viewer)
        draw_origin(found)


def _draw_waves(program_id: int) -> None:
    study = read_wave_study(
        loaders.store(),
        viewer=viewer,
        catalogue=loaders.catalogue(),
        program_id=program_id,
        now=clock.now(),
    )
    draw_wave_study(study)


viewer = loaders.current_viewer()
programs = {one.id: one for one in read_programs(loaders.store(), viewer=viewer, now=clock.now())}

st.title(_("Programs compared"))
if not programs:
    draw_empty(
        _("No program to compare yet"),
        _("A program lead starts one on a track; both routes then take the same checks."),
        icon="balance",
        button=_("Run a program") if access.may(viewer, "run programs") else "",
        key="programs_new",
        go=lambda: st.switch_page("app_pages/new_program.py"),
    )
else:
    left = choose_among(programs, viewer=viewer, catalogue=loaders.catalogue())
    if not left:
        draw_empty(
            _("No program passes these filters"),
            _("Set one of them back to All."),
            icon="filter_alt",
        )
    else:
        chosen = int(
            st.selectbox(
                _("Program"),
                list(left),
                format_func=lambda id_: left[id_].name,
                key="programs_program",
            )
        )
        if left[chosen].design == "wave":
            _draw_waves(chosen)
        else:
            _draw_routes(chosen)
