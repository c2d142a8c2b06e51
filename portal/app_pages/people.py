"""People for administrators: who has which rights, who leads whom, and the roster as a file."""

from datetime import date

import streamlit as st

from portal import clock, loaders
from portal.components.buttons import main_button
from portal.components.erase_card import draw_erase
from portal.components.notices import guarded
from portal.components.people_list import draw_people, draw_roles
from portal.components.rights_card import draw_grants, draw_leads, draw_role_forms, draw_sessions
from portal.components.roster_report import draw_report
from portal.components.short_view import draw_short_of_markers
from portal.components.states import draw_empty
from portal.components.ways import number_in_address
from portal.services.erasing import Erasure, erase, foresee_erasure
from portal.services.rights import (
    PersonRights,
    end_sessions,
    find_people,
    give_lead,
    give_role,
    read_rights,
    read_team_names,
    take_lead,
    take_role,
)
from portal.services.roster import RosterReport, check_roster, load_roster
from portal.text import _, number_text, plain, plural

MEGABYTES = 64
DONE = "people_done"


@guarded
def _go(person_id: int) -> None:
    st.query_params["person"] = str(person_id)


@guarded
def _back() -> None:
    st.query_params.clear()


def _tell(sentence: str) -> None:
    """Say on the next run what was done."""
    st.session_state[DONE] = sentence


@guarded
def _end_sessions(person_id: int) -> None:
    ended = end_sessions(
        loaders.store(), viewer=loaders.current_viewer(), person_id=person_id, now=clock.now()
    )
    _tell(plural("{n} session ended.", "{n} sessions ended.", ended))


@guarded
def _erase(person_id: int) -> None:
    erase(
        loaders.store(),
        viewer=loaders.current_viewer(),
        person_id=person_id,
        read_item=loaders.item,
        now=clock.now(),
    )
    _tell(_("Erased. The receipt stands in the audit trail."))


def _foresee(person_id: int) -> Erasure:
    return foresee_erasure(
        loaders.store(),
        viewer=loaders.current_viewer(),
        person_id=person_id,
        read_item=loaders.item,
        now=clock.now(),
    )


def _draw_person(rights: PersonRights) -> None:
    person, store, viewer = rights.person, loaders.store(), loaders.current_viewer()

    def give(role: str, reason: str) -> None:
        give_role(
            store, viewer=viewer, person_id=person.id, role=role, reason=reason, now=clock.now()
        )
        _tell(_("The role is given. It works at the next click."))

    def take(role: str, reason: str) -> None:
        take_role(
            store, viewer=viewer, person_id=person.id, role=role, reason=reason, now=clock.now()
        )
        _tell(_("The role is taken. It is gone at the next click."))

    def lead(team_id: int, kind: str, starts_on: date, last_day: date | None) -> None:
        give_lead(
            store,
            viewer=viewer,
            person_id=person.id,
            team_id=team_id,
            kind=kind,
            starts_on=starts_on,
            last_day=last_day,
            now=clock.now(),
        )
        _tell(_("The team is added."))

    def end_lead(lead_id: int, last_day: date) -> None:
        take_lead(
            store,
            viewer=viewer,
            person_id=person.id,
            lead_id=lead_id,
            last_day=last_day,
            now=clock.now(),
        )
        _tell(_("The last day is set."))

    st.markdown(f"{plain(person.email)} · {plain(person.team or _('No team'))}")
    with st.container(horizontal=True):
        draw_roles(person.roles)
        if not person.active:
            st.badge(_("Account closed"), icon=":material/block:", color="red")
    st.header(_("Roles"), anchor=False)
    draw_role_forms(rights, give=give, take=take)
    draw_grants(rights)
    st.header(_("Leads and stands in"), anchor=False)
    teams = read_team_names(store, viewer=viewer)
    draw_leads(rights, teams=teams, today=clock.now().date(), give=lead, take=end_lead)
    st.header(_("Signed in"), anchor=False)
    draw_sessions(rights, end=lambda: _end_sessions(person.id))
    if not rights.is_self and not rights.is_erased:
        draw_erase(person.id, foresee=lambda: _foresee(person.id), erase=lambda: _erase(person.id))


def _draw_search() -> None:
    wanted = st.text_input(
        _("Search people"), key="people_search", placeholder=_("Part of a name or e-mail address")
    )
    page = int(st.session_state.get("people_page", 1))
    found = find_people(
        loaders.store(),
        viewer=loaders.current_viewer(),
        wanted=wanted,
        page=page,
        now=clock.now(),
    )
    if not found.count:
        draw_empty(
            _("Nobody fits"),
            _("Try fewer letters, or load a roster that holds the person."),
            icon="person_search",
        )
        return
    st.markdown(plural("{n} person fits.", "{n} people fit.", found.count))
    draw_people(found, go=_go)
    if found.pages > 1:
        st.pagination(found.pages, key="people_page")


def _look(file_id: str, data: bytes) -> RosterReport:
    """Return what a file would change; a long file is compared once while it lies here."""
    held: tuple[str, RosterReport] | None = st.session_state.get("people_report")
    if held is None or held[0] != file_id:
        report = check_roster(
            loaders.store(),
            viewer=loaders.current_viewer(),
            data=data,
            profiles=loaders.catalogue().registers.roles,
            now=clock.now(),
        )
        held = st.session_state["people_report"] = (file_id, report)
    return held[1]


@guarded
def _load(data: bytes, missing: int) -> None:
    # Read at the click: what was drawn before may hold a confirmation that is taken back by now.
    leavers = missing if missing and st.session_state.get("people_leavers") else None
    del st.session_state["people_report"]
    st.session_state["people_loaded"] = load_roster(
        loaders.store(),
        viewer=loaders.current_viewer(),
        data=data,
        profiles=loaders.catalogue().registers.roles,
        now=clock.now(),
        leavers=leavers,
    )


def _draw_roster() -> None:
    st.markdown(
        _(
            "A CSV file with everybody in it. You see every change before anything is changed; "
            "one fault keeps the whole file out."
        )
    )
    file = st.file_uploader(
        _("Roster file"), type=["csv"], key="people_file", max_upload_size=MEGABYTES
    )
    loaded: RosterReport | None = st.session_state.pop("people_loaded", None)
    if loaded is not None and loaded.written:
        st.success(_("The roster is taken over."), icon=":material/check_circle:")
        draw_report(loaded)
        return
    if file is None:
        return
    report = _look(file.file_id, file.getvalue())
    draw_report(report)
    if report.faults or not report.changes:
        return
    confirmed = True
    if report.missing:
        words = _("{n} people are missing from the file, and leave").format(
            n=number_text(report.missing)
        )
        confirmed = st.checkbox(words, key="people_leavers")
    main_button(
        _("Take the roster over"),
        key="people_load",
        icon="upload",
        on_click=_load,
        args=(file.getvalue(), report.missing),
        disabled=not confirmed,
    )


person_id = number_in_address("person")
if DONE in st.session_state:
    st.success(st.session_state.pop(DONE), icon=":material/check_circle:")
if person_id:
    rights = read_rights(
        loaders.store(), viewer=loaders.current_viewer(), person_id=person_id, now=clock.now()
    )
    st.button(_("All people"), key="people_back", icon=":material/arrow_back:", on_click=_back)
    st.title(plain(rights.person.name), anchor=False)
    _draw_person(rights)
else:
    st.title(_("People"), anchor=False)
    draw_short_of_markers()
    people, roster = st.tabs([_("People"), _("Roster")])
    with people:
        _draw_search()
    with roster:
        _draw_roster()
