"""Programs compared: yes, no, or "this cannot be compared", with the reasons beside it."""

import streamlit as st

from portal import clock, loaders
from portal.charts.growth_points import occasion_names
from portal.components.comparison_state import draw_origin, draw_state_of_work
from portal.components.comparison_view import draw_comparison
from portal.components.states import draw_empty
from portal.services.comparing import compare_program, read_programs
from portal.services.computing import TARGETS
from portal.text import _

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
                TARGETS,
                index=len(TARGETS) - 1,
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
    draw_state_of_work(found)
    if found.compared is not None:
        if target not in found.targets:
            st.info(_("No check was taken at this time yet; the earliest one is shown."))
        draw_comparison(found.compared)
        draw_origin(found)
