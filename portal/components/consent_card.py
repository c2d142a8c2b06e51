"""Whether managers see a person's levels: the state, the button that changes it, who looked."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from portal.components.table_view import draw_table
from portal.services.consenting import OwnConsent
from portal.text import _, date_text, plain, plural, time_text


def draw_consent(
    consent: OwnConsent, *, give: Callable[[], None], take_back: Callable[[], None]
) -> None:
    """Draw the state of the consent and what changes it, as easily one way as the other."""
    st.header(_("Who sees my levels"), anchor=False)
    with st.container(border=True):
        if consent.given:
            st.markdown(_("**Your managers see your level in each skill**, because you said so."))
            st.button(
                _("Stop showing my levels"),
                key="my_data_take_back",
                icon=":material/visibility_off:",
                on_click=take_back,
            )
        else:
            st.markdown(_("**Only you see your levels.** Your managers see figures of groups."))
            st.button(
                _("Show my levels to my managers"),
                key="my_data_give",
                icon=":material/visibility:",
                on_click=give,
            )
        st.markdown(f":small[{_who(consent)} {_rules()}]")
    if consent.looks:
        st.markdown(plural("Looked at {n} time.", "Looked at {n} times.", len(consent.looks)))
    _draw_history(consent)


def _who(consent: OwnConsent) -> str:
    if not consent.managers:
        return _("At the moment nobody leads your team.")
    names = ", ".join(plain(name) for name in consent.managers)
    words = (
        _("Those are {names}, and whoever stands in for them.")
        if consent.given
        else _("Those would be {names}, and whoever stands in for them.")
    )
    return words.format(names=names)


def _rules() -> str:
    return _(
        "They see levels, never scores or answers. You can change this at any time; "
        "it works at the next click, and nobody is told."
    )


def _draw_history(consent: OwnConsent) -> None:
    rows = [
        {
            _("When"): f"{date_text(at)} {time_text(at)}",
            _("What"): _("Levels looked at"),
            _("By"): name,
        }
        for at, name in consent.looks
    ]
    for row in consent.history:
        rows.append(
            {
                _("When"): f"{date_text(row.given_at)} {time_text(row.given_at)}",
                _("What"): _("Shown to managers"),
                _("By"): _("You"),
            }
        )
        if row.withdrawn_at is not None:
            rows.append(
                {
                    _("When"): f"{date_text(row.withdrawn_at)} {time_text(row.withdrawn_at)}",
                    _("What"): _("No longer shown"),
                    _("By"): _("You"),
                }
            )
    if rows:
        draw_table(
            pd.DataFrame(rows),
            key="my_data_history",
            alt=_("When your levels were shown, looked at, and no longer shown."),
            file_name="my-levels.csv",
        )
