"""What is recorded about a person, kind by kind, what is not, and all of it as files."""

from collections.abc import Callable, Sequence

import streamlit as st

from portal.services.recorded import not_recorded
from portal.services.takeout import OwnKind
from portal.text import _, plural


def draw_takeout(*, as_json: Callable[[], bytes], as_csv: Callable[[], bytes]) -> None:
    """Offer everything as files, which are made only when somebody asks for them."""
    st.header(_("Take it along"), anchor=False)
    st.markdown(_("Everything below, as it stands in the database at this moment."))
    with st.container(horizontal=True):
        st.download_button(
            _("As one JSON file"),
            data=as_json,
            file_name="own-data.json",
            mime="application/json",
            key="my_data_json",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            _("As CSV sheets in a ZIP file"),
            data=as_csv,
            file_name="own-data.zip",
            mime="application/zip",
            key="my_data_csv",
            icon=":material/download:",
            on_click="ignore",
        )


def draw_recorded(kinds: Sequence[OwnKind]) -> None:
    """Draw every kind with what, why, how long and who sees it; then what is not recorded."""
    st.header(_("What is not recorded"), anchor=False)
    st.markdown("\n".join(f"- {sentence}" for sentence in not_recorded()))
    st.header(_("What is recorded"), anchor=False)
    for own in kinds:
        _draw_kind(own)
    st.markdown(
        _(
            "Something is wrong, or you want to be erased? Tell the people desk: "
            "an administrator can correct and erase."
        )
    )


def _draw_kind(own: OwnKind) -> None:
    rows = plural("{n} entry", "{n} entries", own.rows)
    with st.expander(f"**{own.kind.name}** · {rows}"):
        st.markdown(
            "\n".join(
                [
                    f"- **{_('What')}:** {own.kind.what}",
                    f"- **{_('Why')}:** {own.kind.why}",
                    f"- **{_('How long')}:** {own.kind.kept}",
                    f"- **{_('Who sees it')}:** {own.kind.seen_by}",
                ]
            )
        )
