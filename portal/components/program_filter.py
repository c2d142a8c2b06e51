"""Choosing among programs by track, skill, period and line; no figure changes with it."""

from collections.abc import Callable, Mapping
from datetime import date

import streamlit as st

from portal import access, clock, loaders
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.comparing import Program, read_programs_of_line
from portal.services.computing import skill_of
from portal.services.reporting import read_units
from portal.text import _, plain

ALL = ""


def choose_among(
    programs: Mapping[int, Program], *, viewer: Viewer, catalogue: Catalogue
) -> dict[int, Program]:
    """Draw the filters that have something to choose from, and return what passes them."""
    tracks, skills = catalogue.tracks, catalogue.registers.skills
    left = dict(programs)
    with st.container(horizontal=True):
        left = _filter(
            left,
            label=_("Track"),
            key="programs_track",
            of=lambda one: one.track_id,
            word=lambda id_: tracks[id_].title if id_ in tracks else id_,
        )
        left = _filter(
            left,
            label=_("Skill"),
            key="programs_skill",
            of=lambda one: skill_of(one, catalogue) or ALL,
            word=lambda id_: skills[id_].name if id_ in skills else id_,
        )
        left = _filter(
            left,
            label=_("Period"),
            key="programs_period",
            of=lambda one: half_year(one.starts_on),
            word=str,
        )
        return _of_line(left, viewer=viewer)


def half_year(day: date) -> str:
    """Return the half of a year in which a program started: the fixed periods of the filter."""
    return f"{day.year}/{1 if day.month <= 6 else 2}"


def _filter(
    programs: dict[int, Program],
    *,
    label: str,
    key: str,
    of: Callable[[Program], str],
    word: Callable[[str], str],
) -> dict[int, Program]:
    """Draw one filter; with a single value there is nothing to choose."""
    values = sorted({of(one) for one in programs.values()} - {ALL}, key=word)
    if len(values) < 2:
        return programs
    names = {ALL: _("All"), **{value: word(value) for value in values}}
    chosen = st.selectbox(label, list(names), format_func=names.__getitem__, key=key)
    return {id_: one for id_, one in programs.items() if chosen in {ALL, of(one)}}


def _of_line(programs: dict[int, Program], *, viewer: Viewer) -> dict[int, Program]:
    """Draw the filter by unit for who may see units."""
    sees = access.may(viewer, "see team figures") or access.may(viewer, "see organisation figures")
    if len(programs) < 2 or not sees:
        return programs
    units = read_units(loaders.store(), viewer=viewer, now=clock.now())
    names = {0: _("All"), **{one.id: f"{'  ' * one.depth}{plain(one.name)}" for one in units}}
    chosen = int(
        st.selectbox(
            _("Taking part"), list(names), format_func=names.__getitem__, key="programs_line"
        )
    )
    if chosen == 0:
        return programs
    found = read_programs_of_line(loaders.store(), viewer=viewer, team_id=chosen, now=clock.now())
    return {id_: one for id_, one in programs.items() if id_ in found}
