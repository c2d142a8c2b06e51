"""Questions of other systems brought along: read, looked at one by one, taken over as a draft."""

import streamlit as st

from curriculum.importers.importing import SourceKind
from curriculum.importers.report import ImportReport
from portal import clock, loaders
from portal.components.buttons import main_button
from portal.components.import_review import draw_counts, draw_outcomes, left_out
from portal.components.notices import guarded
from portal.services.drafting import read_own_drafts
from portal.services.importing import (
    MAX_UPLOAD,
    NEW_BANK,
    Imported,
    Standing,
    find_standing,
    kind_of,
    read_source,
    take_over,
    targets,
)
from portal.text import _, phrase_text, plain, plural

MEGABYTE = 1
DONE = "imports_done"


def _kinds() -> dict[SourceKind, str]:
    return {"gift": _("GIFT"), "moodle-xml": _("Moodle XML"), "csv": _("CSV table")}


def _read(file_id: str, data: bytes, name: str, kind: SourceKind, skill: str) -> ImportReport:
    """Read the file once, however often the page is drawn."""
    asked = (file_id, kind, skill)
    held: tuple[object, ImportReport] | None = st.session_state.get("imports_report")
    if held is None or held[0] != asked:
        report = read_source(
            viewer=loaders.current_viewer(),
            data=data,
            name=name,
            kind=kind,
            skill=skill,
            registers=loaders.curriculum().registers,
        )
        held = st.session_state["imports_report"] = (asked, report)
        st.session_state.pop("imports_left_out", None)
    return held[1]


@guarded
def _take(report: ImportReport, fresh: frozenset[str]) -> None:
    # Read at the click: a callback's arguments are those of the run before.
    st.session_state[DONE] = take_over(
        loaders.store(),
        viewer=loaders.current_viewer(),
        report=report,
        chosen=fresh - left_out(),
        target=str(st.session_state.get("imports_target") or NEW_BANK),
        licence=str(st.session_state.get("imports_licence", "")),
        newest=loaders.newest(),
        read_texts=loaders.authored_curriculum,
        now=clock.now(),
    )


def _draw_done(done: Imported) -> None:
    if not done.new:
        st.info(_("Nothing changed: no question was new."), icon=":material/info:")
    else:
        words = plural(
            "{n} question is in your draft.", "{n} questions are in your draft.", len(done.new)
        )
        st.success(words, icon=":material/check_circle:")
    for item_id, why in done.left.items():
        st.warning(f"`{item_id}`: {plain(phrase_text(why))}", icon=":material/block:")
    for path in done.paths:
        if st.button(
            _("Open {path}").format(path=path), key=f"imports_open_{path}", icon=":material/edit:"
        ):
            st.switch_page("app_pages/editor.py", query_params={"file": path})


def _draw_taking(report: ImportReport, standing: Standing) -> None:
    fresh = frozenset(one.item_id for one in report.outcomes if standing.is_new(one))
    drafts = {
        row.path: row.text
        for row in read_own_drafts(loaders.store(), viewer=loaders.current_viewer())
    }
    places = {NEW_BANK: _("A new bank named after this file")}
    places |= targets(loaders.authored_curriculum(drafts))
    if not fresh:
        if standing.held or standing.used:
            st.info(
                _("Nothing to do: every question of this file was taken over before."),
                icon=":material/check_circle:",
            )
        return
    st.selectbox(
        _("Where to"), list(places), format_func=lambda path: places[path], key="imports_target"
    )
    st.text_input(
        _("Licence of these questions"), value="internal", key="imports_licence", max_chars=80
    )
    chosen = fresh - left_out()
    main_button(
        plural("Take {n} question over", "Take {n} questions over", len(chosen)),
        key="imports_take",
        icon="download",
        on_click=_take,
        args=(report, fresh),
        disabled=not chosen,
    )


viewer = loaders.current_viewer()
curriculum = loaders.curriculum()
# The guard before anything is drawn; each service asks again.
read_own_drafts(loaders.store(), viewer=viewer)
st.title(_("Import questions"))
st.markdown(
    _(
        "Bring a GIFT, Moodle XML or CSV file of at most {size} KB. You see every question as a "
        "learner would, and choose which to take. They become a draft of yours: nobody sees them "
        "until they were reviewed and published. The file itself is not kept."
    ).format(size=MAX_UPLOAD // 1024)
)
done: Imported | None = st.session_state.pop(DONE, None)
if done is not None:
    _draw_done(done)
file = st.file_uploader(
    _("File with questions"),
    type=["gift", "txt", "xml", "csv", "tsv"],
    key="imports_file",
    max_upload_size=MEGABYTE,
)
skills = curriculum.registers.skills
skill = st.selectbox(
    _("Skill they are about"),
    list(skills),
    index=None,
    format_func=lambda id_: skills[id_].name,
    placeholder=_("Choose"),
    key="imports_skill",
)
if file is not None:
    kinds = _kinds()
    guess = kind_of(file.name) or "gift"
    kind = st.radio(
        _("Kind of file"),
        list(kinds),
        index=list(kinds).index(guess),
        format_func=lambda one: kinds[one],
        horizontal=True,
        key=f"imports_kind_{file.file_id}",
    )
    if skill is None:
        st.info(_("Choose the skill, and the questions stand here."), icon=":material/school:")
    else:
        report = _read(file.file_id, file.getvalue(), file.name, kind, skill)
        standing = find_standing(
            loaders.store(), viewer=viewer, report=report, read_texts=loaders.authored_curriculum
        )
        draw_counts(report)
        _draw_taking(report, standing)
        draw_outcomes(report, standing)
if st.button(_("Back to the list"), key="imports_back", icon=":material/arrow_back:"):
    st.switch_page("app_pages/lessons.py")
