"""One person's rights: roles with who gave them and why, teams led by days, open sessions."""

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from portal.components.notices import guarded
from portal.components.people_list import role_words
from portal.components.table_view import draw_table
from portal.services.rights import MAX_REASON, ROLES, PersonRights
from portal.text import _, date_text, plain, plural


def draw_role_forms(
    rights: PersonRights,
    *,
    give: Callable[[str, str], None],
    take: Callable[[str, str], None],
) -> None:
    """Draw what gives a role and what takes one; each asks why."""
    words, held = role_words(), rights.person.roles
    if rights.is_self:
        st.info(_("This is you. Another administrator gives you roles."), icon=":material/person:")
    elif rights.person.active:
        with st.form(key="people_give", border=False):
            st.selectbox(
                _("Role to give"),
                [role for role in ROLES if role not in held],
                format_func=words.__getitem__,
                key="people_give_role",
            )
            st.text_input(_("Why it is given"), key="people_give_reason", max_chars=MAX_REASON)
            _submit(_("Give the role"), "add", give, "people_give_role", "people_give_reason")
    if not held:
        st.markdown(_("No role is held at the moment."))
        return
    with st.form(key="people_take", border=False):
        st.selectbox(
            _("Role to take"), list(held), format_func=words.__getitem__, key="people_take_role"
        )
        st.text_input(_("Why it is taken"), key="people_take_reason", max_chars=MAX_REASON)
        _submit(_("Take the role"), "remove", take, "people_take_role", "people_take_reason")


def draw_grants(rights: PersonRights) -> None:
    """Draw every role that was ever given, as a table."""
    words = role_words()
    frame = pd.DataFrame(
        [
            {
                _("Role"): words[grant.role],
                _("Given"): date_text(grant.given_at),
                _("By"): _("Roster") if grant.from_roster else grant.by or _("Command line"),
                _("Why"): "" if grant.from_roster else grant.reason,
                _("Taken"): date_text(grant.taken_at) if grant.taken_at else "",
                _("Why taken"): grant.taken_reason,
            }
            for grant in rights.grants
        ]
    )
    if not frame.empty:
        draw_table(
            frame,
            key="people_grants",
            alt=_("Roles this person has or had, with dates and reasons."),
            file_name="roles.csv",
        )


def draw_leads(
    rights: PersonRights,
    *,
    teams: dict[int, str],
    today: date,
    give: Callable[[int, str, date, date | None], None],
    take: Callable[[int, date], None],
) -> None:
    """Draw the teams somebody leads or stands in for, and what adds or ends one."""
    kinds = {"manager": _("Manager"), "deputy": _("Deputy")}
    running = [lead for lead in rights.leads if lead.ends_on is None or lead.ends_on > today]
    if not running:
        st.markdown(_("Leads no team and stands in for nobody."))
    for lead in running:
        since = _("{kind} of {team} from {day}").format(
            kind=kinds[lead.kind], team=plain(lead.team), day=date_text(lead.starts_on)
        )
        until = ""
        if lead.ends_on is not None:
            last = date_text(lead.ends_on - timedelta(days=1))
            until = " " + _("to {day}").format(day=last)
        source = " · " + _("from the roster") if lead.from_roster else ""
        st.markdown(f"- {since}{until}{source}")
    if running:
        names = {lead.id: f"{lead.team}, {kinds[lead.kind]}" for lead in running}
        with st.form(key="people_lead_end", border=False):
            st.selectbox(
                _("Team to end"), list(names), format_func=names.__getitem__, key="people_end_lead"
            )
            st.date_input(_("Last day of it"), value=today, key="people_end_day")
            _submit(_("End it"), "event_busy", take, "people_end_lead", "people_end_day")
    if teams and not rights.is_self and rights.person.active:
        _draw_new_lead(teams, kinds=kinds, today=today, give=give)


def _draw_new_lead(
    teams: dict[int, str],
    *,
    kinds: dict[str, str],
    today: date,
    give: Callable[[int, str, date, date | None], None],
) -> None:
    with st.form(key="people_lead", border=False):
        st.selectbox(_("Team"), list(teams), format_func=teams.__getitem__, key="people_lead_team")
        st.radio(
            _("As"), list(kinds), format_func=kinds.__getitem__, key="people_lead_kind",
            horizontal=True,
        )  # fmt: skip
        st.date_input(_("First day"), value=today, key="people_lead_start")
        st.date_input(_("Last day (may stay empty)"), value=None, key="people_lead_last")
        _submit(
            _("Add the team"),
            "group_add",
            give,
            "people_lead_team",
            "people_lead_kind",
            "people_lead_start",
            "people_lead_last",
        )


def _submit(label: str, icon: str, call: Callable[..., None], *names: str) -> None:
    """Draw the button of a form; a click calls with what stands in these widgets."""
    st.form_submit_button(
        label, icon=f":material/{icon}:", on_click=_send, args=(call, names), key=f"{names[0]}_go"
    )


@guarded
def _send(call: Callable[..., None], names: tuple[str, ...]) -> None:
    call(*(st.session_state[name] for name in names))


def draw_sessions(rights: PersonRights, *, end: Callable[[], None]) -> None:
    """Say in how many browsers somebody is signed in, and offer to end it."""
    st.markdown(
        plural(
            "Signed in in {n} browser at the moment.",
            "Signed in in {n} browsers at the moment.",
            rights.sessions,
        )
        if rights.sessions
        else _("Not signed in at the moment.")
    )
    st.button(
        _("Sign this person out everywhere"),
        key="people_sessions",
        icon=":material/logout:",
        on_click=end,
        disabled=not rights.sessions,
    )
