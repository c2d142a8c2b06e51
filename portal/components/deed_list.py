"""Deeds of the audit as a table, and what proves that nobody changed them."""

import json

import pandas as pd
import streamlit as st

from portal.services.auditing import COLUMNS, Deed, Deeds, Proof, cells
from portal.services.spreadsheet import csv_bytes
from portal.text import _, date_text, number_text, time_text


def draw_deeds(found: Deeds) -> None:
    """Draw a page of deeds, the newest first."""
    frame = pd.DataFrame(
        [
            {
                _("When"): f"{date_text(row.at.astimezone())} {time_text(row.at)}",
                _("Who"): row.actor,
                _("Deed"): row.deed,
                _("Object"): row.object,
                _("Details"): _details(row.payload),
                _("Row"): f"{row.stream} {row.seq}",
                _("Hash"): row.hash[:12],
            }
            for row in found.rows
        ]
    )
    st.dataframe(
        frame,
        hide_index=True,
        key="audit_deeds",
        alt=_("Deeds of the audit trail, the newest first."),
    )


def _details(payload: str) -> str:
    """Return a payload in words as it stands: names and values."""
    try:
        values = json.loads(payload)
    except json.JSONDecodeError:
        return payload
    if not isinstance(values, dict):
        return payload
    return ", ".join(f"{name}: {value}" for name, value in values.items())


def file_of(rows: tuple[Deed, ...]) -> bytes:
    """Return deeds as a file for a spreadsheet."""
    return csv_bytes(COLUMNS, [cells(row) for row in rows])


def draw_proof(proof: Proof) -> None:
    """Say what the trail is bound by, and how its last check ended."""
    check = proof.check
    if check is None:
        st.info(_("The trail was not checked yet."), icon=":material/policy:")
    elif proof.is_running:
        st.info(_("The trail is being checked."), icon=":material/pending:")
    elif check.state == "done":
        ended = check.ended_at or check.asked_at
        st.success(
            _("Sound: no row was changed, taken out, put in or cut off. Checked {when}.").format(
                when=f"{date_text(ended.astimezone())} {time_text(ended)}"
            ),
            icon=":material/verified:",
        )
    else:
        st.error(_("The trail was changed. What was found:"), icon=":material/gpp_bad:")
        st.text(check.message)
    if proof.anchors:
        newest = proof.anchors[0]
        st.markdown(
            _("The newest anchor is number {number} of {when}:").format(
                number=number_text(newest.number),
                when=f"{date_text(newest.at.astimezone())} {time_text(newest.at)}",
            )
        )
        st.code(newest.digest, language=None)
        st.markdown(_("The same digest stands in the log of that day."))
