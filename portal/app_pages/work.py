"""One piece of graded work: its task, what is handed in, and what came of it."""

import streamlit as st

from portal import clock, loaders
from portal.components.buttons import main_button
from portal.components.editor import draw_editor
from portal.components.ways import go_to
from portal.components.work_card import draw_stand
from portal.components.work_desk import HANDED_IN, WorkDesk
from portal.components.work_result import draw_work_result
from portal.services.handing_in import MAX_DRAFT
from portal.services.own_work import HandedIn, OwnWork, read_work
from portal.services.work_files import MAX_FILE_BYTES, MAX_LINK, TYPES
from portal.text import _, date_text, number_text, plain, plural, time_text

st.set_page_config(layout="centered")


def _draw_head(own: OwnWork) -> None:
    st.title(own.title, anchor=False)
    with st.container(horizontal=True):
        draw_stand(own.stand)
        st.badge(own.skill.name, icon=":material/query_stats:", color="gray")
        st.badge(
            plural("{n} person grades it", "{n} people grade it", own.markers),
            icon=":material/rate_review:",
            color="gray",
        )
    if st.session_state.pop(HANDED_IN, None) == own.work.id:
        st.success(
            _("Handed in. You read here, and on Home, when it is graded."),
            icon=":material/check_circle:",
        )


def _draw_task(own: OwnWork) -> None:
    if own.is_open:
        st.markdown(own.task)
        return
    with st.expander(_("The task")):
        st.markdown(own.task)


def _draw_terms(own: OwnWork) -> None:
    terms = [
        _(
            "The people who grade it see your work without your name, so leave your name out of "
            "it. Level 4 is given once every row of the rubric has 3 of 4 points or more."
        ),
        _("Where two people differ by two points, a third one grades it."),
        plural("You can hand it in {n} more time.", "You can hand it in {n} more times.", own.left),
    ]
    if own.markers == 1:
        del terms[1]
    st.markdown(" ".join(terms))


def _draw_words(own: OwnWork, desk: WorkDesk) -> None:
    desk.catch_up(own)
    if desk.is_behind(own):
        st.warning(
            _("This text was saved in another window. What stands here is not kept any more."),
            icon=":material/cloud_off:",
        )
        st.button(_("Load the newer text"), key="work_reload", on_click=desk.reload)
    if own.kind == "url":
        st.text_input(
            _("Link to your work, with https://"),
            value=desk.base,
            key=desk.key,
            max_chars=MAX_LINK,
            on_change=desk.save,
        )
    else:
        draw_editor(
            desk.base,
            key=desk.key,
            label=_("Your text"),
            rev=desk.rev,
            saves=desk.saves,
            on_change=desk.save,
        )
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        if own.kind == "text":
            st.markdown(f":small[{_count_words(own, desk.text)}]")
        if own.draft is not None and not desk.is_behind(own):
            saved = _("Saved {time}").format(time=time_text(own.draft.saved_at))
            st.markdown(f":small[:material/cloud_done: {saved}]")
    main_button(
        _("Hand in"),
        key="work_hand_in",
        icon="task_alt",
        on_click=desk.hand_in,
        disabled=not desk.text.strip() or len(desk.text) > MAX_DRAFT,
    )


def _count_words(own: OwnWork, text: str) -> str:
    count = plural("{n} word", "{n} words", len(text.split()))
    limits = {
        (True, True): _("between {low} and {high} are asked for"),
        (True, False): _("at least {low} are asked for"),
        (False, True): _("at most {high} are asked for"),
    }.get((own.min_words is not None, own.max_words is not None), "")
    shown = limits.format(low=number_text(own.min_words or 0), high=number_text(own.max_words or 0))
    return f"{count}; {shown}" if shown else count


def _draw_file(desk: WorkDesk) -> None:
    brought = st.file_uploader(
        _("Your file: at most {size} MB, one of {kinds}").format(
            size=MAX_FILE_BYTES // 2**20, kinds=", ".join(TYPES)
        ),
        type=[*TYPES, "jpeg"],
        max_upload_size=MAX_FILE_BYTES // 2**20,
        key=desk.file_key,
    )
    main_button(
        _("Hand in"),
        key="work_hand_in",
        icon="task_alt",
        on_click=desk.hand_in_file,
        disabled=brought is None,
    )


def _draw_handed_in(one: HandedIn, *, newest: bool) -> None:
    if one.result is not None and newest:
        draw_work_result(one.result, key=f"work_result_{one.id}")
    what = _("Handed in on {day}").format(day=date_text(one.handed_in_at))
    label = what if newest else _("Try {n}: {what}").format(n=one.number, what=what)
    with st.expander(label):
        if one.kind == "file" and one.file_name:
            _draw_download(one)
        elif one.text:
            st.markdown(plain(one.text).replace("\n", "  \n"))
        else:
            st.markdown(_("What was handed in is not kept any longer."))
        if one.result is not None and not newest:
            draw_work_result(one.result, key=f"work_result_{one.id}")


def _draw_download(one: HandedIn) -> None:
    token = loaders.session_token()
    st.download_button(
        _("Download {name}").format(name=one.file_name),
        data=lambda: loaders.work_file(token, one.id),
        file_name=one.file_name,
        key=f"work_download_{one.id}",
        icon=":material/download:",
        on_click="ignore",
    )


own = read_work(
    loaders.store(),
    viewer=loaders.current_viewer(),
    catalogue=loaders.catalogue(),
    read_item=loaders.item,
    work_id=st.query_params.get("work", ""),
    now=clock.now(),
)
_draw_head(own)
if own.stand == "waiting":
    st.info(
        _("It is being graded. Nobody sees a mark before everybody who grades it is done."),
        icon=":material/pending:",
    )
if own.lacks_marker:
    st.info(
        _(
            "It needs one more person to grade it, and nobody is left who may. Those who run this "
            "place see that too, and can name somebody. You need do nothing."
        ),
        icon=":material/person_add:",
    )
if own.again_on is not None:
    st.info(
        _("You can hand it in again from {day}.").format(day=date_text(own.again_on)),
        icon=":material/schedule:",
    )
for place, one in enumerate(own.handed_in):
    _draw_handed_in(one, newest=place == 0)
_draw_task(own)
if own.is_open:
    _draw_terms(own)
    desk = WorkDesk(own)
    if own.kind == "file":
        _draw_file(desk)
    else:
        _draw_words(own, desk)
track = next((t for t in loaders.catalogue().tracks.values() if t.skill == own.skill.id), None)
if track is not None and st.button(
    _("Back to {track}").format(track=track.title), key="work_back", icon=":material/arrow_back:"
):
    go_to("track", track=track.id)
