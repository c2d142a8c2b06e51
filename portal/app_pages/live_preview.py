"""One module on disk as learners would see it, redrawn when a file is saved; a program of its own.

It takes the content folder and the module's folder as arguments, and never opens the database.
"""

import sys
from functools import partial
from pathlib import Path

import streamlit as st

# `python -m streamlit run` puts the script's own folder on the path, not the one above portal/.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from curriculum.model import Module
from curriculum.preview import PreviewFile
from curriculum.read import content_stamp, read_image
from portal import loaders
from portal.components.draft_view import draw_draft
from portal.components.notices import told
from portal.components.problem_list import draw_problems
from portal.text import _, plural

STAMP = "live_preview_stamp"


# Half a second to notice and the time to draw: a saved file shows within about a second.
@st.fragment(run_every="0.5s")
def _watch(folder: Path) -> None:
    if content_stamp(folder) != st.session_state[STAMP]:
        st.rerun(scope="app")


def _follow(files: tuple[PreviewFile, ...], kind: str, target: str) -> None:
    """Go to another lesson of the module; other places are only named."""
    path = next((file.path for file in files if file.parsed.facts.id == target), None)
    if path is None:
        words = _("This leads to the {kind} {id}, outside of this module.")
        st.toast(words.format(kind=kind, id=target), icon=":material/open_in_new:")
    else:
        st.query_params["file"] = path.rpartition("/")[2]
        st.rerun(scope="app")


def _choose(files: tuple[PreviewFile, ...]) -> PreviewFile:
    by_name = {file.path.rpartition("/")[2]: file for file in files}
    names = list(by_name)
    first = next((name for name in names if name != "module.md"), names[0])
    asked = st.query_params.get("file", "")
    at = asked if asked in by_name else first
    chosen = st.pills(
        _("Files"),
        names,
        format_func=lambda name: by_name[name].title,
        default=at,
        key=f"live_preview_files_{at}",
    )
    if chosen is not None and chosen != at:
        st.query_params["file"] = chosen
        st.rerun(scope="app")
    return by_name[at]


def _draw(folder: Path, module: str) -> None:
    files = loaders.module_in(folder, module)
    if not files:
        st.warning(_("This module is not there any more."), icon=":material/folder_off:")
        return
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.badge(_("Preview from disk"), icon=":material/preview:", color="orange")
        with_key = st.toggle(_("With key"), key="live_preview_key")
    head = next((one.parsed.value for one in files if isinstance(one.parsed.value, Module)), None)
    st.title(head.front.title if head and head.front.title else module.rpartition("/")[2])
    file = _choose(files)
    if file.problems:
        errors = sum(problem.level == "error" for problem in file.problems)
        words = plural("{n} fault in this file", "{n} faults in this file", len(file.problems))
        with st.expander(words, expanded=errors > 0, icon=":material/report:"):
            draw_problems(file.problems)
    draw_draft(
        file.parsed.value,
        problems=file.problems,
        with_key=with_key,
        read_image=partial(read_image, folder),
        glossary=loaders.curriculum_in(folder).registers.glossary,
        follow=partial(_follow, files),
    )


def main(arguments: list[str]) -> None:
    """Draw the module and watch its files."""
    folder, module = Path(arguments[0]), arguments[1]
    st.set_page_config(page_title=_("Preview"), layout="centered")
    # Taken before anything is read, so that what is saved meanwhile counts as new.
    st.session_state[STAMP] = content_stamp(folder)
    with told():
        _draw(folder, module)
    _watch(folder)


main(sys.argv[1:])
