"""What a roster would change or changed, row by row; or why it is refused, row by row."""

import pandas as pd
import streamlit as st

from portal.components.table_view import draw_table
from portal.services.roster import RosterReport
from portal.services.roster_teams import ChangeKind
from portal.text import _, number_text, plural, sentence_text

# A browser draws so many rows without a wait; the file to download has them all.
SHOWN_FAULTS = 200


def kind_words() -> dict[ChangeKind, str]:
    """Return every kind of change in words."""
    return {
        "team added": _("Teams added"),
        "team renamed": _("Teams renamed"),
        "team moved": _("Teams moved"),
        "person added": _("People added"),
        "person changed": _("Details changed"),
        "person returned": _("People returned"),
        "person left": _("People left"),
        "person moved": _("People moved"),
        "leads": _("Leads added"),
        "leads no more": _("Leads ended"),
    }


def draw_report(report: RosterReport) -> None:
    """Draw the faults of a file, or else its changes."""
    if report.faults:
        _draw_faults(report)
        return
    words = kind_words()
    if not report.changes:
        st.success(
            plural(
                "Nothing to change: the file says of {n} person what stands here already.",
                "Nothing to change: the file says of {n} people what stands here already.",
                report.people,
            ),
            icon=":material/check_circle:",
        )
        return
    with st.container(horizontal=True):
        for kind, count in report.counts.items():
            st.metric(words[kind], number_text(count), border=True)
        st.metric(_("People unchanged"), number_text(report.unchanged), border=True)
    frame = pd.DataFrame(
        [
            {
                _("Row"): str(change.row) if change.row else _("not in the file"),
                _("Change"): words[change.kind],
                _("Who or what"): change.who,
                _("Details"): change.detail,
            }
            for change in report.changes
        ]
    )
    draw_table(
        frame, key="people_changes", alt=_("Every change, by its row."), file_name="changes.csv"
    )


def _draw_faults(report: RosterReport) -> None:
    st.error(
        plural(
            "The file is refused because of {n} fault. Nothing was changed.",
            "The file is refused because of {n} faults. Nothing was changed.",
            len(report.faults),
        ),
        icon=":material/error:",
    )
    for fault in report.faults[:SHOWN_FAULTS]:
        row = _("Row {row}").format(row=fault.row) if fault.row else _("The file")
        place = f"{row}, {fault.column}" if fault.column else row
        with st.container(border=True):
            st.text(f"{place}: {sentence_text(fault)}")
    if len(report.faults) > SHOWN_FAULTS:
        st.markdown(_("Only the first {n} are shown.").format(n=SHOWN_FAULTS))
