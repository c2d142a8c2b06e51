"""People as a list to choose from: name, team, roles, and whether the account is open."""

from collections.abc import Callable

import streamlit as st

from portal.services.rights import FoundPeople
from portal.text import _, date_text, plain


def role_words() -> dict[str, str]:
    """Return every role in words."""
    return {
        "employee": _("Employee"),
        "manager": _("Manager"),
        "author": _("Author"),
        "approver": _("Approver"),
        "program_lead": _("Program lead"),
        "accommodations_officer": _("Accommodations officer"),
        "sponsor": _("Sponsor"),
        "auditor": _("Auditor"),
        "administrator": _("Administrator"),
    }


def draw_roles(roles: tuple[str, ...]) -> None:
    """Draw the roles as badges; nobody is an employee only by the way."""
    words = role_words()
    for role in roles:
        st.badge(words[role], color="gray")


def draw_people(found: FoundPeople, *, go: Callable[[int], None]) -> None:
    """Draw a card for each person, with a button that leads to them."""
    for person in found.people:
        with (
            st.container(border=True),
            st.container(horizontal=True, vertical_alignment="center"),
        ):
            st.markdown(f"**{plain(person.name)}**")
            st.markdown(f":small[{plain(person.team or _('No team'))}]")
            draw_roles(person.roles)
            if not person.active:
                st.badge(_("Account closed"), icon=":material/block:", color="red")
            elif person.last_day is not None:
                words = _("Until {day}").format(day=date_text(person.last_day))
                st.badge(words, icon=":material/event:", color="orange")
            st.button(
                _("Open {name}").format(name=plain(person.name)),
                key=f"people_open_{person.id}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=go,
                args=(person.id,),
            )
