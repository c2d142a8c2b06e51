"""Sentences for what did not work, where the person looks; never a traceback, never silence."""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

import streamlit as st

from portal.access import Refused
from portal.loaders import AnswerRefused, StoreFault
from portal.text import _, sentence_text

P = ParamSpec("P")
LOG = logging.getLogger("portal")
NOTICE = "notice"


def guarded(callback: Callable[P, None]) -> Callable[P, None]:
    """Wrap a callback: a refusal or a broken store is told on the page, and nothing else happens.

    Callbacks run before the page, so the sentence waits for `show_notice`.
    """

    @wraps(callback)
    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except (Refused, AnswerRefused) as refusal:
            LOG.warning("refused: %s", refusal)
            st.session_state[NOTICE] = ("refused", sentence_text(refusal))
        except StoreFault as error:
            st.session_state[NOTICE] = ("not saved", _incident(error))

    return call


def show_notice() -> None:
    """Draw what the last callback had to say, once."""
    kind, text = st.session_state.pop(NOTICE, ("", ""))
    if kind == "refused":
        st.warning(text, icon=":material/lock:")
    elif kind == "not saved":
        st.warning(
            _(
                "Not saved: we cannot reach the database. Leave this page open and try again; "
                "give the help desk the number {number} if it lasts."
            ).format(number=text),
            icon=":material/cloud_off:",
        )


@contextmanager
def told() -> Iterator[None]:
    """Draw a sentence for whatever goes wrong while a page is drawn."""
    try:
        yield
    except (Refused, AnswerRefused) as refusal:
        LOG.warning("refused: %s", refusal)
        st.info(sentence_text(refusal), icon=":material/lock:")
    except StoreFault as error:
        st.error(
            _(
                "We cannot reach the database. What was saved is safe. Try again in a minute, or "
                "give the help desk the number {number}."
            ).format(number=_incident(error)),
            icon=":material/error:",
        )
    except Exception as error:  # noqa: BLE001 - the edge: every fault gets a number and a sentence
        st.error(
            _(
                "This page could not be drawn. What was saved is safe. Try again, or give the "
                "help desk the number {number}."
            ).format(number=_incident(error)),
            icon=":material/error:",
        )


def _incident(error: BaseException) -> str:
    number = secrets.token_hex(3).upper()
    LOG.error("incident %s", number, exc_info=error)
    return number
