"""Which difficulties a skill is scored with: the version in force and those before."""

from collections.abc import Callable

import streamlit as st

from portal.components.receipt_view import model_names
from portal.services.measuring import Calibration, Scales
from portal.text import _, date_text, number_text, percent_text, phrase_text, plain, plural


def draw_scales(scales: Scales, *, measure: Callable[[], None] | None) -> None:
    """Draw the version in force, every other one with what became of it, and a way to measure."""
    current = next((one for one in scales.versions if one.in_force), None)
    if current is not None:
        st.markdown(
            _("In force: {model}, version {n} of {day}.").format(
                model=model_names()[current.model],
                n=number_text(current.version),
                day=date_text(current.made_at),
            )
        )
    job = scales.job
    if job is not None and job.state in {"waiting", "running"}:
        st.progress(
            job.progress,
            text=_("Measuring: {share} {word}").format(
                share=percent_text(job.progress), word=plain(phrase_text(job.message))
            ),
        )
    elif job is not None and job.state == "failed":
        st.warning(
            _("The last measuring failed: {reason}").format(reason=plain(phrase_text(job.message))),
            icon=":material/error:",
        )
    if measure is not None:
        st.button(
            _("Measure from the answers now"),
            key="items_measure",
            icon=":material/straighten:",
            on_click=measure,
        )
    with st.expander(_("Every version"), type="compact"):
        for one in scales.versions:
            st.markdown(_version_words(one))


def _version_words(one: Calibration) -> str:
    made = _("Version {n}, {day}: {model}").format(
        n=number_text(one.version), day=date_text(one.made_at), model=model_names()[one.model]
    )
    parts = [f"**{made}**"]
    if one.model != "prior":
        parts.append(plural("from {n} check", "from {n} checks", one.learners))
    link = one.details.get("link")
    if link and one.in_force:
        parts.append(
            _("on the scale of version {n} through {items} common questions").format(
                n=number_text(link["to_version"]), items=number_text(len(link["anchors"]))
            )
        )
    if one.verdict:
        reason = plain(phrase_text(one.verdict))
        parts.append(_("not put in force: {reason}").format(reason=reason))
    elif one.in_force:
        parts.append(_("in force"))
    return " · ".join(parts)
