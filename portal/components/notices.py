"""Sentences for what did not work, where the person looks; never a traceback, never silence."""

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import takewhile
from pathlib import Path
from typing import ParamSpec

import streamlit as st

from portal import clock, loaders
from portal.access import Refused
from portal.components.widget_kinds import unoffered_value
from portal.loaders import AnswerRefused, StoreFault
from portal.services.refusals import note_refusal, note_unknown_session
from portal.services.sessions import keep_session
from portal.text import _, sentence_text
from portal.web.logs import note_incident

P = ParamSpec("P")
LOG = logging.getLogger("portal")
NOTICE = "notice"
HERE = str(Path(__file__).resolve().parents[1])
# Where the framework reads what a browser says of a widget.
READERS = frozenset({"deserialize", "get_serialized", "unpack_widget_state_value"})


def guarded(callback: Callable[P, None]) -> Callable[P, None]:
    """Wrap a callback: a refusal or a broken store is told on the page, and nothing else happens.

    Callbacks run before the page, so the sentence waits for `show_notice`.
    """

    @wraps(callback)
    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except (Refused, AnswerRefused) as refusal:
            note_refused(refusal)
            st.session_state[NOTICE] = ("refused", sentence_text(refusal))
        except StoreFault as error:
            st.session_state[NOTICE] = (
                "not saved",
                _("Not saved. {fault} Leave this page open and try again.").format(
                    fault=_fault_text(error)
                ),
            )

        else:
            _note_presence()

    return call


def _note_presence() -> None:
    """Count the deed as being here: answering reruns only a part of the page.

    It comes after the deed and apart from it: what was saved must not be called "not saved".
    """
    try:
        keep_session(loaders.store(), token=loaders.session_token(), now=clock.now())
    except StoreFault as error:
        LOG.warning("presence not noted: %s", type(error).__name__)


def note_refused(refusal: Refused | AnswerRefused) -> None:
    """Write a refusal down for auditors, unless it is private; the person is told in any case."""
    LOG.warning("refused: %s", refusal)
    if getattr(refusal, "is_private", False):
        return
    try:
        viewer = loaders.find_current_viewer()
        if viewer is not None:
            sentence = getattr(refusal, "sentence", type(refusal).__name__)
            note_refusal(loaders.store(), viewer=viewer, sentence=sentence, now=clock.now())
    except StoreFault as error:
        LOG.warning("refusal not noted: %s", type(error).__name__)


def note_stranger() -> None:
    """Write down who comes with a session that never was."""
    token = loaders.session_token()
    if token:
        note_unknown_session(loaders.store(), token=token, now=clock.now())


def show_notice() -> None:
    """Draw what the last callback had to say, once."""
    kind, text = st.session_state.pop(NOTICE, ("", ""))
    if kind == "refused":
        st.warning(text, icon=":material/lock:")
    elif kind == "not saved":
        st.warning(text, icon=":material/cloud_off:")


@contextmanager
def told() -> Iterator[None]:
    """Draw a sentence for whatever goes wrong while a page is drawn."""
    try:
        yield
    except (Refused, AnswerRefused) as refusal:
        note_refused(refusal)
        st.info(sentence_text(refusal), icon=":material/lock:")
    except StoreFault as error:
        fault = _fault_text(error)
        if type(error).__name__ != "DatabaseMissing":
            fault = _("{fault} What was saved is safe.").format(fault=fault)
        st.error(fault, icon=":material/error:")
    except Exception as error:  # noqa: BLE001 - the edge: every fault gets a number and a sentence
        if _is_unread_value(error):
            unread = unoffered_value()
            note_refused(unread)
            st.info(sentence_text(unread), icon=":material/lock:")
            return
        st.error(
            _(
                "This page could not be drawn. What was saved is safe. Try again, or give the "
                "help desk the number {number}."
            ).format(number=note_incident(error)),
            icon=":material/error:",
        )


def tell_fault(error: Exception) -> bool:
    """Draw a sentence for what went wrong before the page began; True keeps the framework's away.

    It reads what a browser says of widgets before it runs the script.
    """
    with told():
        raise error
    return True


def _is_unread_value(error: Exception) -> bool:
    """Say whether a widget's value could not be read: no page of ours sends such a one."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = takewhile(lambda frame: not frame.filename.startswith(HERE), reversed(frames))
    return any(frame.name in READERS for frame in inside)


def _fault_text(error: StoreFault) -> str:
    """Say what is wrong with the database, and who can mend it; its address stays in the log."""
    number = note_incident(error)
    words = {
        "DatabaseReadOnly": _(
            "The database can be read but not written; the help desk can"
            " mend that: number {number}."
        ),
        "DatabaseFull": _(
            "The disk of the database is full; the help desk can make room: number {number}."
        ),
        "DatabaseLocked": _(
            "The database is busy with other work, usually for a moment. If it"
            " lasts, tell the help desk: number {number}."
        ),
        "DatabaseMissing": _(
            "The database is missing; the help desk can put it back: number {number}."
        ),
        "DatabaseNewer": _(
            "The database belongs to a newer version of the portal; the help desk"
            " can install it: number {number}."
        ),
        "DatabaseOlder": _(
            "The database must be brought up to date; the help desk can do it: number {number}."
        ),
        "DatabaseDamaged": _(
            "The database is damaged; the help desk can restore it: number {number}."
        ),
    }
    unreachable = _(
        "We cannot reach the database. If it lasts, tell the help desk: number {number}."
    )
    return words.get(type(error).__name__, unreachable).format(number=number)
