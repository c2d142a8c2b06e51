"""Extra time in checks: as its own person sees it, as a list, and the form that sets it."""

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

from portal.access import Refused
from portal.components.notices import guarded
from portal.services.accommodating import (
    BREAKS,
    REASONS,
    TIMES,
    Accommodation,
    PersonInChecks,
    SetSomebody,
    Wish,
    last_day_of,
)
from portal.text import _, date_text, number_text, plain, plural


def reason_words() -> dict[str, str]:
    """Return who asked for it, in words; a cause is not among them on purpose."""
    return {
        "own request": _("The person asked"),
        "people desk": _("The people desk asked"),
        "earlier agreement": _("Agreed before"),
    }


def setting_words(row: Accommodation) -> str:
    """Return what is set in one line: time, breaks, from when until when."""
    parts = []
    if row.time_percent > TIMES[0]:
        parts.append(time_words(row.time_percent))
    if row.break_minutes:
        parts.append(break_words(row.break_minutes))
    last_day = last_day_of(row)
    parts.append(
        _("from {day} on").format(day=date_text(row.starts_on))
        if last_day is None
        else _("from {day} to {last}").format(
            day=date_text(row.starts_on), last=date_text(last_day)
        )
    )
    return " · ".join(parts)


def time_words(percent: int) -> str:
    """Return a time as its factor."""
    if percent == TIMES[0]:
        return _("The usual time")
    return _("{factor} times the usual time").format(factor=number_text(percent / 100, digits=2))


def break_words(minutes: int) -> str:
    """Return how long the clock of a check may stand still."""
    if not minutes:
        return _("No breaks")
    return plural("{n} minute of breaks a check", "{n} minutes of breaks a check", minutes)


def draw_own_accommodation(row: Accommodation | None) -> None:
    """Draw what is set for the viewer, and who knows of it."""
    st.header(_("My time in checks"), anchor=False)
    with st.container(border=True):
        if row is None:
            st.markdown(_("You have the usual time in every check."))
        else:
            st.markdown(f"**{setting_words(row)}**")
        st.markdown(
            ":small["
            + _(
                "Do you need more time, or breaks? Ask an accommodations officer through the "
                "people desk. Only you and these officers see it: no manager, and no cause of it "
                "is recorded."
            )
            + "]"
        )


def draw_set_people(people: Sequence[SetSomebody], *, go: Callable[[int], None]) -> None:
    """Draw everybody for whom something is set, each with a way to them."""
    for one in people:
        with (
            st.container(border=True),
            st.container(horizontal=True, vertical_alignment="center"),
        ):
            st.markdown(f"**{plain(one.name)}**")
            st.markdown(f":small[{setting_words(one.row)}]")
            st.button(
                _("Open {name}").format(name=plain(one.name)),
                key=f"accommodations_set_{one.person_id}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=go,
                args=(one.person_id,),
            )


def draw_setting(
    found: PersonInChecks, *, today: date, save: Callable[[Wish], None], end: Callable[[], None]
) -> None:
    """Draw what is set for somebody else, the form that changes it, and the way to end it."""
    with st.container(border=True):
        if found.row is None:
            st.markdown(_("Nothing is set: the usual time in every check."))
        else:
            st.markdown(f"**{setting_words(found.row)}**")
            st.markdown(f":small[{reason_words()[found.row.reason]}]")
            st.button(
                _("End it"),
                key="accommodations_end",
                icon=":material/event_busy:",
                on_click=end,
            )
    st.header(_("Change it") if found.row else _("Set it"), anchor=False)
    _draw_form(found.row, today=today, save=save)


def _draw_form(row: Accommodation | None, *, today: date, save: Callable[[Wish], None]) -> None:
    percent = row.time_percent if row and row.time_percent in TIMES else 125
    minutes = row.break_minutes if row and row.break_minutes in BREAKS else 0
    with st.form(key="accommodations_form", border=False):
        st.selectbox(
            _("Time in every check"),
            TIMES,
            index=TIMES.index(percent),
            format_func=time_words,
            key="accommodations_time",
        )
        st.selectbox(
            _("Breaks that stop the clock"),
            BREAKS,
            index=BREAKS.index(minutes),
            format_func=break_words,
            key="accommodations_breaks",
        )
        st.date_input(_("First day"), value=today, key="accommodations_first")
        st.date_input(_("Last day (may stay empty)"), value=None, key="accommodations_last")
        st.radio(
            _("Who asked for it"),
            REASONS,
            format_func=reason_words().__getitem__,
            key="accommodations_reason",
            help=_("No cause is asked for, and none can be written down."),
        )
        st.form_submit_button(
            _("Save"), icon=":material/save:", on_click=_send, args=(save,), key="accommodations_go"
        )


@guarded
def _send(save: Callable[[Wish], None]) -> None:
    held = {
        name: st.session_state[f"accommodations_{name}"]
        for name in ("time", "breaks", "first", "last", "reason")
    }
    if held["first"] is None:
        raise Refused("Choose the first day.")
    save(Wish(held["time"], held["breaks"], held["reason"], held["first"], held["last"]))
