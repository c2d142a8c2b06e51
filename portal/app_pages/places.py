"""Give places: a manager's choice of route for the people of the own line, before the start."""

import streamlit as st

from portal import clock, loaders
from portal.charts.growth_points import route_names
from portal.components.buttons import main_button
from portal.components.notices import guarded
from portal.components.states import draw_empty
from portal.services.choosing import Member, give_places, read_line_programs
from portal.services.draws import ARMS, Arm
from portal.services.planning import PlannedProgram
from portal.text import _, date_text, plain

st.set_page_config(layout="centered")


@guarded
def _give(program_id: int, choices: dict[int, Arm]) -> None:
    give_places(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        program_id=program_id,
        choices=choices,
        now=clock.now(),
    )


def _draw_program(planned: PlannedProgram, members: tuple[Member, ...]) -> None:
    program = planned.program
    st.header(plain(program.name))
    st.markdown(
        _("It starts on {day}. A route that is given stays for good.").format(
            day=date_text(program.starts_on)
        )
    )
    names = route_names()
    choices: dict[int, Arm] = {}
    for member in members:
        if member.arm is not None:
            st.markdown(f":material/check_circle: {plain(member.name)}: {names[member.arm]}")
            continue
        given = st.segmented_control(
            plain(member.name),
            ARMS,
            format_func=names.__getitem__,
            key=f"places_{program.id}_{member.learner_id}",
        )
        if given is not None:
            choices[member.learner_id] = given
    waiting = any(member.arm is None for member in members)
    # A callback would get the choices as they were drawn before.
    if waiting and main_button(
        _("Give these places"),
        key=f"places_give_{program.id}",
        icon="check",
        disabled=not choices,
        help=None if choices else _("Choose a route for somebody first."),
    ):
        _give(program.id, choices)
        st.rerun()


found = read_line_programs(
    loaders.store(),
    viewer=loaders.current_viewer(),
    catalogue=loaders.catalogue(),
    now=clock.now(),
)
st.title(_("Give places"))
if not found:
    draw_empty(
        _("No places to give"),
        _("When a program lets managers choose, your people stand here until it starts."),
        icon="how_to_reg",
    )
for one, people in found:
    _draw_program(one, people)
