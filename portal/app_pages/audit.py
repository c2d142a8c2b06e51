"""The audit trail for auditors: what was done, by whom, to what; and proof that it stands."""

from datetime import date

import streamlit as st

from portal import clock, loaders
from portal.components.buttons import main_button
from portal.components.deed_list import draw_deeds, draw_proof, file_of
from portal.components.notices import guarded
from portal.components.states import draw_empty
from portal.services.auditing import ask_for_proof, read_deeds, read_proof, take_deeds
from portal.services.deeds_wanted import Wanted, wanted_from
from portal.services.limits import EXPORTS, at_most
from portal.text import _, plural

FILE = "audit_file"


@guarded
def _check() -> None:
    ask_for_proof(loaders.store(), viewer=loaders.current_viewer(), now=clock.now())


@guarded
def _make_file(wanted: Wanted) -> None:
    rows = take_deeds(
        loaders.store(),
        viewer=loaders.current_viewer(),
        wanted=wanted,
        now=clock.now(),
        limit=at_most(EXPORTS, loaders.house().settings.limit_exports),
    )
    st.session_state[FILE] = file_of(rows)


def _back_to_first() -> None:
    st.session_state["audit_page"] = 1
    st.session_state.pop(FILE, None)


def _day(label: str, key: str) -> date | None:
    chosen = st.date_input(label, value=None, key=key, on_change=_back_to_first)
    return chosen if isinstance(chosen, date) else None


def _choose(names: tuple[str, ...]) -> Wanted:
    with st.container(horizontal=True):
        deed = st.selectbox(
            _("Deed"),
            ["", *names],
            format_func=lambda name: name or _("every deed"),
            key="audit_deed",
            on_change=_back_to_first,
        )
        actor = st.text_input(
            _("Who (person:12)"), key="audit_actor", on_change=_back_to_first, max_chars=200
        )
        object_ = st.text_input(
            _("Object (person:12, attempt:7)"),
            key="audit_object",
            on_change=_back_to_first,
            max_chars=200,
        )
    with st.container(horizontal=True):
        first = _day(_("From day"), "audit_first")
        last = _day(_("To day"), "audit_last")
    return wanted_from(
        deed=deed or "", actor=actor, object_=object_, first_day=first, last_day=last
    )


def _draw_search() -> None:
    viewer, store = loaders.current_viewer(), loaders.store()
    names = read_deeds(store, viewer=viewer, wanted=Wanted(), page=1).names
    wanted = _choose(names)
    page = int(st.session_state.get("audit_page", 1))
    found = read_deeds(store, viewer=viewer, wanted=wanted, page=page)
    if not found.count:
        draw_empty(
            _("No deed fits"),
            _("Clear a field, or choose other days. An object is written as person:12."),
            icon="search_off",
        )
        return
    st.markdown(plural("{n} deed fits, the newest first.", "{n} deeds fit, the newest first.",
                       found.count))  # fmt: skip
    draw_deeds(found)
    if found.pages > 1:
        st.pagination(found.pages, key="audit_page")
    if FILE in st.session_state:
        st.download_button(
            _("Download the deeds as CSV"),
            data=st.session_state[FILE],
            file_name="audit.csv",
            mime="text/csv",
            key="audit_download",
            icon=":material/download:",
            on_click="ignore",
        )
    else:
        st.button(
            _("Make a CSV file of them"),
            key="audit_make",
            icon=":material/table_view:",
            on_click=_make_file,
            args=(wanted,),
        )


@st.fragment(run_every="5s")
def _draw_proof() -> None:
    draw_proof(read_proof(loaders.store(), viewer=loaders.current_viewer()))
    main_button(_("Check the whole trail"), key="audit_check", icon="policy", on_click=_check)


st.title(_("Audit trail"), anchor=False)
st.markdown(
    _("What was done, by whom and to what. Names and scores of people stand nowhere in it.")
)
search, proof = st.tabs([_("Deeds"), _("Proof")])
with search:
    _draw_search()
with proof:
    _draw_proof()
