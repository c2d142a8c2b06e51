"""Corrections of results: a wrong key, or a question that should count for nobody."""

from typing import Literal

import streamlit as st

from portal import clock, loaders
from portal.components.buttons import main_button
from portal.components.notices import guarded
from portal.components.regrade_view import draw_offers, draw_regrade, draw_regrades, kind_words
from portal.components.states import draw_empty
from portal.components.ways import number_in_address
from portal.services.regrading import (
    approve_regrade,
    propose_regrade,
    read_regrade,
    read_regrading,
    reject_regrade,
)
from portal.text import _, sentence_text

st.set_page_config(layout="centered")
KINDS: tuple[Literal["key", "drop"], ...] = ("key", "drop")


def _propose(item_id: str, kind: Literal["key", "drop"], why: str) -> None:
    regrade_id = propose_regrade(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        read_item=loaders.item,
        item_id=item_id,
        kind=kind,
        why=why,
        now=clock.now(),
    )
    st.query_params["regrade"] = str(regrade_id)


@guarded
def _take_up(item_id: str, why: str) -> None:
    _propose(item_id, "key", why)


@guarded
def _propose_by_hand() -> None:
    state = st.session_state
    _propose(state["corrections_item"].strip(), state["corrections_kind"], state["corrections_why"])


@guarded
def _approve(regrade_id: int) -> None:
    approve_regrade(
        loaders.store(), viewer=loaders.current_viewer(), regrade_id=regrade_id, now=clock.now()
    )


@guarded
def _reject(regrade_id: int) -> None:
    reject_regrade(
        loaders.store(),
        viewer=loaders.current_viewer(),
        regrade_id=regrade_id,
        comment=st.session_state.get("corrections_comment", ""),
        now=clock.now(),
    )


def _draw_one(regrade_id: int) -> None:
    found = read_regrade(
        loaders.store(),
        viewer=loaders.current_viewer(),
        read_item=loaders.item,
        regrade_id=regrade_id,
        min_group=loaders.house().settings.min_group,
        now=clock.now(),
    )
    st.title(kind_words(found.row))
    draw_regrade(found)
    if found.row.state == "proposed":
        st.header(_("Decide"))
        if found.barrier is not None:
            st.info(sentence_text(found.barrier), icon=":material/lock:")
        st.text_input(_("Comment, kept with the decision"), key="corrections_comment")
        with st.container(horizontal=True):
            main_button(
                _("Approve"),
                key="corrections_approve",
                icon="check",
                on_click=_approve,
                args=(regrade_id,),
                disabled=found.barrier is not None,
            )
            st.button(
                _("Turn down"), key="corrections_reject", on_click=_reject, args=(regrade_id,)
            )
    if st.button(_("All corrections"), key="corrections_all", icon=":material/arrow_back:"):
        st.query_params.clear()
        st.rerun()


def _draw_all() -> None:
    found = read_regrading(loaders.store(), viewer=loaders.current_viewer())
    st.title(_("Corrections"))
    st.markdown(
        _(
            "A key was wrong, or a question is bad: see who would change from what to what, and "
            "let a second approver decide. Earlier results stay on record."
        )
    )
    if found.offers:
        st.header(_("Keys that were corrected"))
        draw_offers(found.offers, take_up=_take_up)
    st.header(_("Proposed and decided"))
    if found.regrades:
        draw_regrades(found.regrades)
    else:
        draw_empty(
            _("No correction yet"),
            _("The Questions page flags keys to check. Propose a correction below."),
            icon="rule",
        )
    st.header(_("Propose a correction"))
    with st.form(key="corrections_form"):
        st.text_input(
            _("Id of the question"),
            key="corrections_item",
            placeholder=_("for example governance.a01"),
        )
        st.radio(
            _("What to do"),
            KINDS,
            format_func={
                "key": _("Score it by the key that is published now"),
                "drop": _("Drop it: it counts for nobody"),
            }.__getitem__,
            key="corrections_kind",
        )
        st.text_area(_("Why"), key="corrections_why", max_chars=2000)
        st.form_submit_button(
            _("Work out what would change"), key="corrections_propose", on_click=_propose_by_hand
        )


chosen = number_in_address("regrade")
if chosen:
    _draw_one(chosen)
else:
    _draw_all()
