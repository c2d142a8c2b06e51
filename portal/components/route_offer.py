"""The choice between two routes that a program offers on the page of its track."""

import streamlit as st

from portal import clock, loaders
from portal.charts.growth_points import route_names
from portal.components.notices import guarded
from portal.services.choosing import Offer, choose_place, read_offers
from portal.services.draws import ARMS, Arm
from portal.text import _, date_text, plain


def draw_offers(track_id: str) -> None:
    """Draw the programs on this track in which the viewer may choose, or has chosen, a route."""
    offers = read_offers(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        now=clock.now(),
    )
    for offer in offers:
        if offer.track_id == track_id:
            _draw_offer(offer)


def _draw_offer(offer: Offer) -> None:
    names = route_names()
    with st.container(border=True):
        st.markdown(f"**{plain(offer.name)}**")
        if offer.arm is not None:
            st.markdown(
                _("You chose the route “{route}”. It starts on {day}.").format(
                    route=names[offer.arm], day=date_text(offer.starts_on)
                )
            )
            return
        st.markdown(
            _(
                "Both routes have the same lessons and checks. Structured: dates, reminders, live "
                "sessions and somebody who guides. Self-directed: your own pace. Choose before "
                "{day}; the choice stays."
            ).format(day=date_text(offer.starts_on))
        )
        with st.container(horizontal=True):
            for arm in ARMS:
                st.button(
                    names[arm],
                    key=f"track_offer_{offer.program_id}_{arm}",
                    on_click=_choose,
                    args=(offer.program_id, arm),
                )


@guarded
def _choose(program_id: int, arm: Arm) -> None:
    choose_place(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        program_id=program_id,
        arm=arm,
        now=clock.now(),
    )
