"""Corrections of results: the list, the form to propose one, and one with all it changes."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from portal.components.states import BadgeColor
from portal.components.table_view import draw_table
from portal.services.regrading import Correction, OpenRegrade, Regrade
from portal.text import _, date_text, number_text, percent_text, phrase_text, plain, plural


def state_looks() -> dict[str, tuple[str, BadgeColor, str]]:
    """Return icon, colour and word of every state of a correction."""
    return {
        "proposed": ("hourglass_top", "orange", _("Waits for a decision")),
        "approved": ("check_circle", "green", _("Approved")),
        "rejected": ("cancel", "gray", _("Turned down")),
    }


def kind_words(row: Regrade) -> str:
    """Say what a correction does."""
    if row.kind == "drop":
        return _("Drop the question {item}").format(item=f"`{row.item_id}`")
    return _("Score {item} by the corrected key (text no. {n})").format(
        item=f"`{row.item_id}`", n=number_text(row.revision_number)
    )


def draw_offers(offers: tuple[Correction, ...], *, take_up: Callable[[str, str], None]) -> None:
    """Draw keys that were published as corrections and that nobody took up yet."""
    for offer in offers:
        with st.container(border=True):
            st.markdown(
                _(
                    "The key of {item} was published as a correction on {day} (text no. {n}). "
                    "Checks handed in before still count by the old key."
                ).format(
                    item=f"`{offer.item_id}`",
                    day=date_text(offer.published_at),
                    n=number_text(offer.number),
                )
            )
            st.markdown(_("Why: {reason}").format(reason=plain(offer.why)))
            st.button(
                _("Work out what would change"),
                key=f"corrections_offer_{offer.revision_id}",
                on_click=take_up,
                args=(offer.item_id, offer.why),
            )


def draw_regrades(rows: tuple[Regrade, ...]) -> None:
    """Draw every correction as a card that leads to its page."""
    for row in rows:
        icon, color, word = state_looks()[row.state]
        with st.container(border=True):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.badge(word, icon=f":material/{icon}:", color=color)
                st.markdown(f"**{kind_words(row)}**")
            st.markdown(_("Why: {reason}").format(reason=plain(row.why)))
            st.markdown(f":small[{_people_words(row)}]")
            if st.button(_("Open"), key=f"corrections_open_{row.id}"):
                st.switch_page("app_pages/corrections.py", query_params={"regrade": str(row.id)})


def draw_regrade(found: OpenRegrade) -> None:
    """Draw one correction: the keys before and after, and what it changes."""
    row = found.row
    icon, color, word = state_looks()[row.state]
    st.badge(word, icon=f":material/{icon}:", color=color)
    st.markdown(_("Why: {reason}").format(reason=plain(row.why)))
    st.markdown(f":small[{_people_words(row)}]")
    _draw_key(found)
    st.header(_("What changes"))
    st.markdown(_counts(found))
    if found.moves:
        _draw_moves(found)
    if found.named:
        _draw_named(found)
    if found.job is not None and found.job.state in {"waiting", "running"}:
        st.progress(
            found.job.progress,
            text=_("New results are being written: {share}").format(
                share=percent_text(found.job.progress)
            ),
        )
    elif found.job is not None and found.job.state == "failed":
        st.warning(
            _("The new results were not written yet: {reason}").format(
                reason=plain(phrase_text(found.job.message))
            ),
            icon=":material/error:",
        )


def _people_words(row: Regrade) -> str:
    words = [
        _("Proposed by {name} on {day}.").format(
            name=plain(row.proposer or _("the command line")), day=date_text(row.proposed_at)
        )
    ]
    if row.decided_at is not None:
        words.append(
            _("Decided by {name} on {day}.").format(
                name=plain(row.decider or ""), day=date_text(row.decided_at)
            )
        )
    if row.waived:
        words.append(_("There was no second approver; that is on record."))
    if row.comment:
        words.append(plain(row.comment))
    return " ".join(words)


def _draw_key(found: OpenRegrade) -> None:
    with st.container(border=True):
        st.markdown(found.stem)
        st.markdown(
            f"**{_('Right so far')}**\n\n" + "\n".join(f"- {words}" for words in found.key_before)
        )
        if found.row.kind == "key":
            st.markdown(
                f"**{_('Right from now on')}**\n\n"
                + "\n".join(f"- {words}" for words in found.key_after)
            )
        else:
            st.markdown(_("The question would count for nobody."))


def _counts(found: OpenRegrade) -> str:
    checks = plural(
        "{n} check holds this question.", "{n} checks hold this question.", found.checks
    )
    changed = plural(
        "{n} result gets another estimate,", "{n} results get another estimate,", found.changed
    )
    moved = _("too few to be counted out here move to another level.")
    if found.moved is not None:
        moved = plural("{n} moves to another level.", "{n} move to another level.", found.moved)
    return f"{checks} {changed} {moved} " + _("Earlier results stay on record.")


def _draw_moves(found: OpenRegrade) -> None:
    frame = pd.DataFrame(
        {
            _("Level before"): [str(one.before or _("others")) for one in found.moves],
            _("Level after"): [str(one.after or _("others")) for one in found.moves],
            _("Results"): [number_text(one.results) for one in found.moves],
        }
    )
    st.dataframe(frame, hide_index=True, alt=_("How many results move from which level to which."))


def _draw_named(found: OpenRegrade) -> None:
    frame = pd.DataFrame(
        {
            _("In your own line"): [one.name for one in found.named],
            _("Level before"): [str(one.before) for one in found.named],
            _("Level after"): [str(one.after) for one in found.named],
        }
    )
    draw_table(
        frame,
        key="corrections_named",
        alt=_("People in your own line whose level changes."),
        file_name=f"correction-{found.row.id}.csv",
    )
