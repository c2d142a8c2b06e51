"""Answers of a check on their way to the database: each is kept until a commit confirms it."""

import uuid
from collections.abc import Mapping

import streamlit as st

from portal import clock, loaders
from portal.access import Refused
from portal.loaders import AnswerRefused
from portal.services.checks import answer_question

WAITING = "check_waiting"


def wait_for(
    attempt_id: int, *, position: int, response: Mapping[str, object], seconds: float | None
) -> None:
    """Put an answer on its way; `seconds` is how long its question was there, where that is known.

    The id is made when the answer changes and kept until it is saved, so that a repeated run saves
    nothing twice and an answer that met a broken store is sent again.
    """
    waiting = st.session_state.setdefault(WAITING, {})
    waiting[attempt_id, position] = (uuid.uuid4().hex, response, seconds)


def is_waiting() -> bool:
    """Say whether some answer was not confirmed yet."""
    return bool(st.session_state.get(WAITING))


def send_waiting() -> None:
    """Save every answer that no commit has confirmed yet.

    Raises
    ------
    Refused, AnswerRefused
        The first refusal, after the other answers were saved. Sending a refused answer again would
        end the same way and keep every later one from being saved, so it waits no longer.
    db.errors.DatabaseError
        When the store is broken; what is not saved goes on waiting.
    """
    waiting = st.session_state.get(WAITING, {})
    viewer = loaders.current_viewer()
    refusals: list[Exception] = []
    for (attempt_id, position), (operation_id, response, seconds) in list(waiting.items()):
        try:
            answer_question(
                loaders.store(),
                viewer=viewer,
                read_item=loaders.item,
                attempt_id=attempt_id,
                position=position,
                response=response,
                operation_id=operation_id,
                seconds=seconds,
                now=clock.now(),
            )
        except (Refused, AnswerRefused) as refusal:
            refusals.append(refusal)
        del waiting[attempt_id, position]
    if refusals:
        raise refusals[0]
