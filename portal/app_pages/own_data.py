"""Check your own data: bring a file, see the verdict; nothing is kept."""

import streamlit as st

from portal import access, loaders
from portal.components.own_data_view import (
    KEY,
    draw_growths,
    draw_losses,
    draw_verdicts,
    draw_wanted,
)
from portal.components.states import draw_empty
from portal.services.own_data import (
    MOST_BYTES,
    OwnFile,
    Wanted,
    example_file,
)
from portal.text import _, plain

access.require(loaders.current_viewer(), "compare programs")

st.title(_("Check your own data"))
st.markdown(
    _(
        "The file is read, judged by the same rules as our own programs, and forgotten. It needs "
        "the columns learner_id, team_id, arm and score, and a row for each learner and occasion."
    )
)
kinds = {"compare": _("Compare"), "growth": _("Growth"), "attrition": _("Who left")}
kind = st.segmented_control(
    _("Question"),
    list(kinds),
    format_func=kinds.__getitem__,
    default="compare",
    required=True,
    key=f"{KEY}_kind",
)
wanted = Wanted() if kind == "attrition" else draw_wanted()
brought = st.file_uploader(
    _("CSV file, at most {n} MB").format(n=MOST_BYTES // 2**20),
    # The browser turns larger files away in words; the door of the portal would do so in a number.
    # Files of another kind are sent, and it is the reader that says what it expected.
    max_upload_size=MOST_BYTES // 2**20,
    key=f"{KEY}_file",
)
st.download_button(
    _("An example to fill in"),
    data=example_file,
    file_name="example.csv",
    mime="text/csv",
    key=f"{KEY}_example",
    icon=":material/download:",
    on_click="ignore",
)
if brought is None:
    draw_empty(
        _("No file yet"),
        _(
            "Bring a CSV file of at most {n} MB above, or fill in the example first. Larger files "
            "are for the command line."
        ).format(n=MOST_BYTES // 2**20),
        icon="upload_file",
    )
else:
    file = OwnFile(brought.name, brought.getvalue())
    about = _("What follows is about {name}.").format(name=plain(file.name))
    st.markdown(f":small[:material/draft: {about}]")
    if kind == "growth":
        draw_growths(file, wanted)
    elif kind == "attrition":
        draw_losses(file)
    else:
        draw_verdicts(file, wanted)
