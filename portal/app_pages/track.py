"""One track: what it promises, its modules in order, and its skill check."""

import streamlit as st

from portal import clock, loaders
from portal.access import Refused
from portal.components.buttons import main_button
from portal.components.check_start import begin_check, go_to_started
from portal.components.notices import guarded, note_refused
from portal.components.route_offer import draw_offers
from portal.components.states import draw_empty, draw_state
from portal.components.ways import go_to
from portal.components.work_card import draw_work_card
from portal.services.own_work import read_works
from portal.services.tracks import (
    BEHIND,
    ModuleCard,
    TrackCard,
    choose_start,
    find_track_card,
    read_tracks,
)
from portal.text import _, date_text, plural

st.set_page_config(layout="centered")


@guarded
def _skip(track_id: str) -> None:
    choose_start(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        track_id=track_id,
        choice="skipped",
        now=clock.now(),
    )


def _draw_start(card: TrackCard, skill: str) -> None:
    with st.container(border=True):
        st.markdown(
            f"**{_('Where do you start?')}**\n\n"
            + _(
                "Twelve questions, about 18 minutes. Only you see your result; it makes your own "
                "growth visible later. You can stop and go on at any time."
            )
        )
        with st.container(horizontal=True):
            main_button(
                _("Take the starting check"),
                key="track_start",
                icon="arrow_forward",
                on_click=begin_check,
                args=(skill, card.track.id),
            )
            st.button(_("Skip it"), key="track_skip", on_click=_skip, args=(card.track.id,))


def _draw_module(card: ModuleCard, *, track_id: str, current: bool, asks: bool) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.markdown(f"**{card.module.title}**")
            draw_state(card.state)
        st.markdown(card.module.summary)
        st.markdown(f":small[{_module_line(card)}]")
        if card.test_out is not None:
            _draw_test_out(card.module.id, card.test_out, track_id=track_id, asks=asks)
        target = card.next_lesson or (card.module.lessons[0] if card.module.lessons else None)
        if target is None:
            return
        labels = {
            "done": _("Read again"),
            "tested out": _("Read it all the same"),
            "in progress": _("Continue"),
        }
        label = labels.get(card.state, _("Start"))
        key = f"track_module_{card.module.id}"
        pressed = (
            main_button(label, key=key, icon="arrow_forward")
            if current
            else st.button(label, key=key, disabled=card.state == "locked")
        )
        if pressed:
            go_to("lesson", track=track_id, module=card.module.id, lesson=target.id)


def _draw_test_out(module_id: str, skill: str, *, track_id: str, asks: bool) -> None:
    """Offer the check that lets who passes it off this module."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":small[{_('Know this already?')}]")
        st.button(
            _("Take the check"),
            key=f"track_test_out_{module_id}",
            type="tertiary",
            icon=":material/verified:",
            help=_("Who passes the skill check need not take this module."),
            on_click=begin_check,
            args=(skill, track_id if asks else None),
        )


def _module_line(card: ModuleCard) -> str:
    if card.state == "locked":
        return _("First finish {modules}").format(modules=", ".join(card.locked_by))
    if card.state == "tested out" and card.done_at is not None:
        return _("Your check of {day} showed that you know this").format(
            day=date_text(card.done_at)
        )
    if card.done_at is not None:
        return _("Done on {day}").format(day=date_text(card.done_at))
    lessons = _("{done} of {all} lessons").format(
        done=card.lessons_done, all=len(card.module.lessons)
    )
    return f"{lessons} · {plural('{n} minute', '{n} minutes', card.module.minutes)}"


def _draw_track(card: TrackCard) -> None:
    st.title(card.track.title)
    st.markdown(card.track.summary)
    with st.container(horizontal=True):
        draw_state(card.state)
        minutes = sum(module.module.minutes for module in card.modules)
        st.badge(
            plural("{n} minute", "{n} minutes", minutes), icon=":material/schedule:", color="gray"
        )
        if skill is not None:
            st.badge(skill.name, icon=":material/query_stats:", color="gray")
    draw_offers(card.track.id)
    has_check = catalogue.check_of(card.track.skill) is not None
    asks = has_check and card.start is None and card.state not in BEHIND
    if asks and card.track.skill:
        _draw_start(card, card.track.skill)
    open_modules = [one.module.id for one in card.modules if one.state not in BEHIND | {"locked"}]
    for module in card.modules:
        first = bool(open_modules) and module.module.id == open_modules[0]
        _draw_module(module, track_id=card.track.id, current=first and not asks, asks=asks)
    if has_check and not asks and card.track.skill:
        with st.container(border=True):
            st.markdown(
                f"**{_('Skill check')}**\n\n"
                + _("Twelve questions, about 18 minutes. It shows how your skill has grown.")
            )
            st.button(
                _("Take the skill check"),
                key="track_check",
                on_click=begin_check,
                args=(card.track.skill, None),
            )
    _draw_works(card.track.skill)


def _draw_works(skill_id: str | None) -> None:
    works = read_works(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=catalogue,
        skill=skill_id or "",
        now=clock.now(),
    )
    for work in works:
        draw_work_card(work, key="track")


catalogue = loaders.catalogue()
go_to_started()
cards = read_tracks(loaders.store(), viewer=loaders.current_viewer(), catalogue=catalogue)
wanted = find_track_card(
    cards,
    track_id=st.query_params.get("track", ""),
    module_id=st.query_params.get("module", ""),
)
if wanted is None:
    note_refused(Refused("There is no such track"))
    draw_empty(
        _("There is no such track"),
        _("It may have been renamed or retired. My tracks shows what there is."),
        icon="route",
        button=_("My tracks"),
        key="track_missing",
        go=lambda: st.switch_page("app_pages/tracks.py"),
    )
else:
    skill = catalogue.registers.skills.get(wanted.track.skill or "")
    _draw_track(wanted)
