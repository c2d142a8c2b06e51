"""Extra time and breaks of other people in checks, for accommodations officers alone."""

import streamlit as st

from portal import clock, loaders
from portal.components.accommodation_card import draw_set_people, draw_setting
from portal.components.notices import guarded
from portal.components.people_list import draw_people
from portal.components.states import draw_empty
from portal.components.ways import number_in_address
from portal.services.accommodating import (
    Wish,
    end_accommodation,
    find_learners,
    read_accommodations,
    read_person_in_checks,
    set_accommodation,
)
from portal.text import _, plain, plural

DONE = "accommodations_done"

st.set_page_config(layout="centered")


@guarded
def _go(person_id: int) -> None:
    st.query_params["person"] = str(person_id)


@guarded
def _back() -> None:
    st.query_params.clear()


def _draw_person(person_id: int) -> None:
    store, viewer = loaders.store(), loaders.current_viewer()
    found = read_person_in_checks(store, viewer=viewer, person_id=person_id, now=clock.now())

    def save(wish: Wish) -> None:
        set_accommodation(store, viewer=viewer, person_id=person_id, wish=wish, now=clock.now())
        st.session_state[DONE] = _("Set. A check that is under way has the longer time already.")

    def end() -> None:
        end_accommodation(store, viewer=viewer, person_id=person_id, now=clock.now())
        st.session_state[DONE] = _("Ended. A check that is under way keeps its time.")

    st.button(_("All people"), key="accommodations_back", icon=":material/arrow_back:",
              on_click=_back)  # fmt: skip
    st.title(plain(found.person.name), anchor=False)
    st.markdown(f"{plain(found.person.email)} · {plain(found.person.team or _('No team'))}")
    if found.is_self:
        st.info(_("Nobody sets their own time. Ask another accommodations officer."))
    elif not found.is_erased:
        draw_setting(found, today=clock.now().date(), save=save, end=guarded(end))


def _draw_all() -> None:
    store, viewer = loaders.store(), loaders.current_viewer()
    st.title(_("Extra time in checks"), anchor=False)
    st.markdown(
        _(
            "Each person has one setting, which holds in every check. Only the person and officers "
            "see it: no manager, and no cause of it is recorded."
        )
    )
    wanted = st.text_input(
        _("Search people"), key="accommodations_search",
        placeholder=_("Part of a name or e-mail address"),
    )  # fmt: skip
    if wanted:
        page = int(st.session_state.get("accommodations_page", 1))
        found = find_learners(store, viewer=viewer, wanted=wanted, page=page, now=clock.now())
        if not found.count:
            draw_empty(_("Nobody fits"), _("Try fewer letters."), icon="person_search")
        draw_people(found, go=_go)
        if found.pages > 1:
            st.pagination(found.pages, key="accommodations_page")
    people = read_accommodations(store, viewer=viewer, now=clock.now())
    st.header(plural("Set for {n} person", "Set for {n} people", len(people)), anchor=False)
    draw_set_people(people, go=_go)


if DONE in st.session_state:
    st.success(st.session_state.pop(DONE), icon=":material/check_circle:")
if person_id := number_in_address("person"):
    _draw_person(person_id)
else:
    _draw_all()
