"""What became of each question of an imported file, and which of them to take."""

from collections.abc import Mapping

import streamlit as st

from curriculum.importers.report import ImportReport, Outcome
from portal.components.preview_check import draw_preview_check
from portal.services.importing import Standing, read_item
from portal.text import _, phrase_text, plain, plural

LEFT_OUT = "imports_left_out"
# So many questions are drawn at once; a bank may have hundreds.
PAGE = 20
_MARKS: Mapping[str, tuple[str, str]] = {
    "imported": ("check_circle", "green"),
    "imported with warnings": ("warning", "orange"),
    "refused": ("block", "red"),
}


def left_out() -> set[str]:
    """Return the ids of the questions this person does not want."""
    kept: set[str] = st.session_state.setdefault(LEFT_OUT, set())
    return kept


def draw_counts(report: ImportReport) -> None:
    """Draw how many questions were found and what became of them; the counts add up.

    Of a file that cannot be read nothing is counted: that none was found would be another news.
    """
    if report.fault is not None and not report.found:
        st.header(_("This file cannot be read"), anchor=False)
    else:
        _draw_found(report)
    for note in report.notes:
        st.info(plain(phrase_text(note)), icon=":material/info:")
    if report.fault is not None:
        words = _("Line {line}: {reason}").format(
            line=report.fault.line, reason=plain(phrase_text(report.fault.reason))
        )
        st.error(words, icon=":material/error:")


def _draw_found(report: ImportReport) -> None:
    st.header(plural("{n} question found", "{n} questions found", report.found), anchor=False)
    counts = (
        ("imported", plural("{n} imported", "{n} imported", report.imported)),
        (
            "imported with warnings",
            plural("{n} with warnings", "{n} with warnings", report.warned),
        ),
        ("refused", plural("{n} refused", "{n} refused", report.refused)),
    )
    with st.container(horizontal=True):
        for result, words in counts:
            icon, color = _MARKS[result]
            st.badge(words, icon=f":material/{icon}:", color=color)  # type: ignore[arg-type]


def draw_outcomes(report: ImportReport, standing: Standing) -> None:
    """Draw the questions one by one, some at a time."""
    names = {
        "all": _("All"),
        "imported": _("Imported"),
        "imported with warnings": _("With warnings"),
        "refused": _("Refused"),
    }
    if not report.outcomes:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = st.radio(
            _("Show"),
            list(names),
            format_func=names.__getitem__,
            horizontal=True,
            key="imports_shown",
        )
        with_key = st.toggle(_("With key"), key="imports_key")
    found = [one for one in report.outcomes if shown in {"all", one.result}]
    pages = max(1, -(-len(found) // PAGE))
    page = 1
    if pages > 1:
        page = st.number_input(
            _("Page of {all}").format(all=pages), 1, pages, key=f"imports_page_{shown}"
        )
    for outcome in found[(page - 1) * PAGE : page * PAGE]:
        with st.container(border=True):
            _draw_outcome(outcome, standing, with_key=with_key)
    if not found:
        st.markdown(_("There is none of this kind."))


def _draw_outcome(outcome: Outcome, standing: Standing, *, with_key: bool) -> None:
    icon, color = _MARKS[outcome.result]
    place = _("Question {n}, line {line}").format(n=outcome.number, line=outcome.line)
    results = {
        "imported": _("Imported"),
        "imported with warnings": _("With warnings"),
        "refused": _("Refused"),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(results[outcome.result], icon=f":material/{icon}:", color=color)  # type: ignore[arg-type]
        st.markdown(f":small[{place} · {plain(outcome.type_name)}]")
    if outcome.result == "refused":
        reason = _("Line {line}: {reason}").format(
            line=outcome.reason_line, reason=plain(phrase_text(outcome.reason))
        )
        st.markdown(f"**{plain(outcome.name) or place}**\n\n{reason}")
        return
    for warning in outcome.warnings:
        st.warning(plain(phrase_text(warning)), icon=":material/warning:")
    _draw_choice(outcome, standing)
    item = read_item(outcome)
    if item is not None:
        draw_preview_check(item, with_key=with_key)


def _draw_choice(outcome: Outcome, standing: Standing) -> None:
    if not standing.is_new(outcome):
        path = standing.held.get(outcome.item_id)
        words = _("Taken over before; it stands in {path}.").format(path=f"`{path}`")
        st.markdown(words if path else _("Taken over before and retired since."))
        return
    key = f"imports_take_{outcome.item_id}"
    st.checkbox(
        _("Take question {n}").format(n=outcome.number),
        value=outcome.item_id not in left_out(),
        key=key,
        on_change=_choose,
        args=(outcome.item_id, key),
    )


def _choose(item_id: str, key: str) -> None:
    if st.session_state[key]:
        left_out().discard(item_id)
    else:
        left_out().add(item_id)
