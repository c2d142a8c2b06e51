"""The learner's first page: go on where you stopped, your tracks, what is due, your skills."""

import streamlit as st

from portal import access, clock, loaders
from portal.components.buttons import main_button
from portal.components.check_start import begin_check, go_to_started
from portal.components.level_notices import draw_level_notices
from portal.components.own_places import draw_own_places
from portal.components.skill_strip import draw_skill_strip
from portal.components.states import draw_empty, draw_state
from portal.components.track_card import draw_track_card
from portal.components.transfer_card import draw_due_action
from portal.components.ways import go_to
from portal.components.work_notices import draw_work_notices
from portal.services.notices import read_notices, read_work_notices
from portal.services.people import role_profile
from portal.services.practice import due_actions
from portal.services.skills import read_skills
from portal.services.tracks import BEHIND, Continue, DueCheck, Home, read_home
from portal.text import _, date_text, plain, plural


def _greeting() -> str:
    hour = clock.now().astimezone().hour
    if hour < 12:
        return _("Good morning, {name}")
    return _("Good afternoon, {name}") if hour < 18 else _("Good evening, {name}")


def _draw_continue(go_on: Continue) -> None:
    with st.container(border=True):
        where = _("Continue with {track}").format(track=go_on.track.title)
        st.markdown(f":small[{where} · {go_on.module.title}]")
        words, button = st.columns([3, 1], vertical_alignment="center")
        words.markdown(f"## {go_on.lesson.title}")
        size = len(go_on.module.lessons)
        words.markdown(
            _("Lesson {n} of {all} · {left}").format(
                n=go_on.number,
                all=size,
                left=plural("about {n} minute left", "about {n} minutes left", go_on.minutes_left),
            )
        )
        words.progress((go_on.number - 1) / size)
        with button:
            if main_button(_("Continue"), key="home_continue", icon="arrow_forward"):
                st.switch_page(
                    "app_pages/lesson.py",
                    query_params={"module": go_on.module.id, "lesson": go_on.lesson.id},
                )


def _draw_due(home: Home) -> None:
    st.header(_("Due"))
    with st.container(border=True):
        if home.open_check is not None:
            st.markdown(f"**{_('A skill check is open')}**\n\n{_('Your answers are saved.')}")
            if st.button(_("Go on with the check"), key="home_check", width="stretch"):
                st.switch_page("app_pages/check.py", query_params={"attempt": str(home.open_check)})
        for number, check in enumerate(home.windows):
            _draw_due_check(check, key=f"home_due_{number}")
        for card in home.tracks:
            if card.due_on is not None and card.state not in BEHIND:
                st.markdown(f"**{date_text(card.due_on)}**\n\n{card.track.title}")
                if st.button(_("Open"), key=f"home_due_track_{card.track.id}", width="stretch"):
                    go_to("track", track=card.track.id)
        if (
            home.open_check is None
            and not home.windows
            and not any(card.due_on and card.state not in BEHIND for card in home.tracks)
        ):
            st.markdown(_("Nothing is due. Go on at your own pace."))


def _draw_due_check(check: DueCheck, *, key: str) -> None:
    track = catalogue.tracks.get(check.track_id)
    skill = catalogue.registers.skills.get(check.skill or "")
    what = skill.name if skill else track.title if track else check.program
    when = (
        _("until {day}").format(day=date_text(check.closes_on))
        if check.open
        else _("opens {day}").format(day=date_text(check.opens_on))
    )
    st.markdown(f"**{_('Skill check')}: {what}**\n\n{check.program} · {when}")
    if check.open and check.skill is not None:
        st.button(
            _("Take the check"),
            key=key,
            width="stretch",
            on_click=begin_check,
            args=(check.skill, check.track_id if check.starts else None),
        )
    elif track is not None and st.button(_("Open the track"), key=key, width="stretch"):
        go_to("track", track=check.track_id)


def _draw_first_visit() -> None:
    role = role_profile(catalogue, viewer=viewer)
    wanted = sorted(
        catalogue.tracks.values(),
        key=lambda track: -(role.targets.get(track.skill or "", 0) if role else 0),
    )
    if not wanted:
        draw_empty(
            _("Nothing is published yet"),
            _("Your L&D team is preparing the first modules. Come back soon."),
            icon="menu_book",
        )
        return
    name = role.name if role else _("your role")
    st.markdown(
        _(
            "You are here as **{role}**. The tracks below lead to the level your role needs, "
            "the most important one first. Open one and the first lesson is one more click away."
        ).format(role=name)
    )
    for track in wanted:
        target = role.targets.get(track.skill or "", 1) if role else 1
        with st.container(border=True):
            st.markdown(f"## {track.title}\n{track.summary}")
            st.markdown(f":small[{_('Target for your role: level {n}').format(n=target)}]")
            if st.button(_("Open"), key=f"home_start_{track.id}"):
                st.switch_page("app_pages/track.py", query_params={"track": track.id})


def _draw_learning() -> None:
    home = read_home(loaders.store(), viewer=viewer, catalogue=catalogue, now=clock.now())
    draw_level_notices(read_notices(loaders.store(), viewer=viewer, catalogue=catalogue))
    draw_work_notices(read_work_notices(loaders.store(), viewer=viewer, catalogue=catalogue))
    if home.go_on is not None:
        _draw_continue(home.go_on)
    for action in due_actions(
        loaders.store(), viewer=viewer, read_lesson=loaders.lesson, now=clock.now()
    ):
        draw_due_action(action)
    if not home.tracks and home.go_on is None:
        _draw_first_visit()
        return
    mine, aside = st.columns([1.7, 1], gap="large")
    with mine:
        _draw_tracks(home)
    with aside:
        _draw_due(home)
        _draw_skills()


def _draw_tracks(home: Home) -> None:
    st.header(_("My tracks"))
    for card in home.tracks:
        draw_track_card(card, key="home", draw_state=draw_state)
    if not home.tracks:
        st.markdown(_("You have no track yet. My tracks shows what there is."))


def _draw_skills() -> None:
    st.header(_("My skills"))
    skills = read_skills(loaders.store(), viewer=viewer, catalogue=catalogue)
    with st.container(border=True):
        for skill in [one for one in skills if one.latest is not None]:
            draw_skill_strip(skill)
        if not any(one.latest for one in skills):
            st.markdown(_("No skill estimate yet. Take the first check: 12 questions, 18 minutes."))


viewer, catalogue = loaders.current_viewer(), loaders.catalogue()
go_to_started()
st.title(_greeting().format(name=plain(viewer.name.split()[0])))
if access.may(viewer, "learn"):
    _draw_learning()
else:
    draw_own_places(viewer, synthetic=loaders.house().synthetic)
