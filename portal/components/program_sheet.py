"""A program before its start: its plan, what it could detect, and how routes are given."""

import secrets

import pandas as pd
import streamlit as st

from assessments.designs import Detectable
from portal import clock, loaders
from portal.charts.growth_points import occasion_names
from portal.charts.promise import kept_no_longer
from portal.components.buttons import main_button
from portal.components.notices import guarded
from portal.components.program_form import (
    KEY,
    covariate_words,
    design_names,
    draw_plan_choices,
    unit_names,
)
from portal.components.table_view import draw_table
from portal.services.detecting import Outlook, read_outlook
from portal.services.lotteries import Drawn, draw_program, find_drawn, run_draw_again
from portal.services.planning import PlannedProgram, change_plan, freeze_plan, is_kept
from portal.text import _, date_text, number_text, percent_text, plain, plural

SEEDS = 2**31
# Up to here an effect is called small, or middling; what lies above is only a large one.
SMALL, MIDDLING = 0.25, 0.45


def draw_sheet(planned: PlannedProgram) -> None:
    """Draw everything of a program that can be known before it starts."""
    names = design_names()
    with st.container(horizontal=True):
        st.badge(names[planned.program.design], icon=":material/alt_route:", color="gray")
        frozen = planned.plan.frozen_at
        st.badge(
            _("Plan not frozen yet")
            if frozen is None
            else _("Plan frozen on {day}").format(day=date_text(frozen)),
            icon=":material/pending:" if frozen is None else ":material/lock:",
            color="orange" if frozen is None else "green",
        )
    outlook = read_outlook(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        program_id=planned.program.id,
        now=clock.now(),
    )
    _draw_outlook(planned, outlook)
    _draw_plan(planned)
    _draw_days(planned)
    _draw_places(planned)


def way_names() -> dict[str, str]:
    """Return the ways of giving routes that can be told apart beforehand, in words."""
    return {
        "learners drawn": _("Drawn by lot, single people within teams"),
        "teams drawn": _("Drawn by lot, whole teams"),
        "waves drawn": _("Drawn waves"),
        "chosen": _("Chosen by people or managers"),
    }


def own_way(planned: PlannedProgram) -> str:
    """Return which of these ways a program takes."""
    if planned.program.design == "wave":
        return "waves drawn"
    if planned.program.design != "lottery":
        return "chosen"
    return "teams drawn" if planned.plan.unit == "team" else "learners drawn"


def _draw_outlook(planned: PlannedProgram, outlook: Outlook) -> None:
    st.header(_("What it could detect"))
    own = next(one for one in outlook.effects if one.way == own_way(planned))
    st.markdown(f"**{_sentence(own)}**")
    st.markdown(
        plural("{n} person", "{n} people", outlook.learners)
        + " · "
        + plural("{n} team", "{n} teams", outlook.teams)
        + " · "
        + _("reliability {n}").format(n=number_text(outlook.reliability, digits=2))
        + " · "
        + _("{share} of the differences lie between teams").format(
            share=percent_text(outlook.team_share)
        )
    )
    st.markdown(
        _("Both are usual values; too few checks were taken to measure them.")
        if outlook.results == 0
        else plural("Measured on {n} check.", "Measured on {n} checks.", outlook.results)
    )
    names = way_names()
    table = pd.DataFrame(
        {
            _("Way of giving routes"): [names[one.way] for one in outlook.effects],
            _("Smallest effect"): [_effect(one) for one in outlook.effects],
            _("In words"): [_words(one) for one in outlook.effects],
        }
    )
    st.table(table.set_index(table.columns[0]))
    draw_table(
        table,
        key=f"{KEY}_outlook",
        alt=_("What each way of giving routes could detect, as a table."),
        file_name="detectable.csv",
    )
    st.markdown(
        _(
            "Smallest effect: found in four of five such programs, as long as people and teams "
            "keep their order of skill meanwhile. What people chose can only be called "
            "associated, never caused."
        )
    )


def _effect(one: Detectable) -> str:
    if one.effect_sd is None:
        return _("no answer possible")
    return _("{sd} SD ({points} points)").format(
        sd=number_text(one.effect_sd, digits=2), points=number_text(100 * one.effect_sd)
    )


def _words(one: Detectable) -> str:
    if one.effect_sd is None:
        return _("too few people or teams")
    if one.effect_sd <= SMALL:
        return _("even a small gain")
    return _("a middling gain") if one.effect_sd <= MIDDLING else _("only a large gain")


def _sentence(one: Detectable) -> str:
    if one.effect_sd is None:
        return _(
            "This program cannot answer: each route needs 20 people, and there must be 4 teams."
        )
    return _("This program could detect {effect} or more: {words}.").format(
        effect=_effect(one), words=_words(one)
    )


def _draw_plan(planned: PlannedProgram) -> None:
    st.header(_("Analysis plan"))
    plan, catalogue = planned.plan, loaders.catalogue()
    skill = catalogue.registers.skills.get(plan.skill)
    words = covariate_words()
    lines = [
        _("Skill that decides: {skill}").format(skill=skill.name if skill else plan.skill),
        _("Check that decides: {occasion}").format(occasion=occasion_names()[plan.occasion]),
        _("Adjusted for: {names}").format(
            names=", ".join([_("first score"), *(words[one] for one in plan.covariates)])
        ),
        _("Given together: {unit}").format(unit=unit_names()[plan.unit]),
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))
    if plan.frozen_at is not None:
        if not is_kept(planned):
            st.warning(kept_no_longer(plan.frozen_at), icon=":material/gpp_maybe:")
        st.markdown(f":small[{_('Fingerprint, also in the audit trail:')} `{plan.plan_hash[:16]}`]")
        return
    with st.expander(_("Change it"), type="compact"):
        occasion, covariates = draw_plan_choices(
            key=f"{KEY}_change_{planned.program.id}",
            occasion=plan.occasion,
            covariates=plan.covariates,
        )
        # A callback would get the choices as they were drawn before.
        if st.button(_("Save the plan"), key=f"{KEY}_save"):
            _change(planned.program.id, occasion, covariates)
            st.rerun()
    main_button(
        _("Freeze the plan"),
        key=f"{KEY}_freeze",
        icon="lock",
        on_click=_freeze,
        args=(planned.program.id,),
    )
    st.markdown(_("A frozen plan can never be changed. Places are given after it."))


@guarded
def _change(program_id: int, occasion: str, covariates: tuple[str, ...]) -> None:
    change_plan(
        loaders.store(),
        viewer=loaders.current_viewer(),
        program_id=program_id,
        occasion=occasion,
        covariates=covariates,
        now=clock.now(),
    )


@guarded
def _freeze(program_id: int) -> None:
    freeze_plan(
        loaders.store(),
        viewer=loaders.current_viewer(),
        program_id=program_id,
        now=clock.now(),
    )


def _draw_days(planned: PlannedProgram) -> None:
    st.header(_("Days"))
    occasions = occasion_names()
    lines = [
        _("Check “{occasion}”: {first} to {last}").format(
            occasion=occasions[one.kind],
            first=date_text(one.opens_on),
            last=date_text(one.closes_on),
        )
        for one in planned.occasions
    ]
    starts = [
        _("Wave {n} starts on {day}").format(n=number, day=date_text(day))
        if len(planned.starts) > 1
        else _("It starts on {day}").format(day=date_text(day))
        for number, day in enumerate(planned.starts, 1)
    ]
    st.markdown("\n".join(f"- {line}" for line in [*starts, *lines]))


def _draw_places(planned: PlannedProgram) -> None:
    st.header(_("Places"))
    design = planned.program.design
    if design == "manager":
        st.markdown(_("Managers find it under Give places, each for the own line."))
        return
    if design == "self":
        st.markdown(_("Everyone it is for finds the choice on the page of the track."))
        return
    _draw_secrecy(planned)
    drawn = find_drawn(
        loaders.store(), viewer=loaders.current_viewer(), program_id=planned.program.id
    )
    if drawn is not None:
        _draw_drawn(planned, drawn)
    elif planned.plan.frozen_at is None:
        st.markdown(_("Places are drawn once the plan is frozen."))
    else:
        main_button(
            _("Draw the places"),
            key=f"{KEY}_draw",
            icon="casino",
            on_click=_draw_lot,
            args=(planned.program.id,),
        )


def _draw_secrecy(planned: PlannedProgram) -> None:
    """Say until when nobody should know what was drawn; no page tells them."""
    first = next((one for one in planned.occasions if one.kind == "baseline"), None)
    if first is not None and clock.now().date() <= first.closes_on:
        st.info(
            _(
                "Tell nobody their place before the first check has closed on {day}. Who knows it "
                "may take the check differently, and then the start is no fair one."
            ).format(day=date_text(first.closes_on)),
            icon=":material/visibility_off:",
        )


@guarded
def _draw_lot(program_id: int) -> None:
    draw_program(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        program_id=program_id,
        seed=secrets.randbelow(SEEDS),
        now=clock.now(),
    )


def _draw_drawn(planned: PlannedProgram, drawn: Drawn) -> None:
    st.markdown(
        _("Drawn on {day} with the seed {seed}: {method}.").format(
            day=date_text(drawn.drawn_at), seed=drawn.seed, method=drawn.method
        )
    )
    counts = "\n".join(
        f"- {plain(name)}: {plural('{n} person', '{n} people', n)}"
        for name, n in drawn.groups.items()
    )
    st.markdown(counts)
    if st.button(_("Run the draw again and compare"), key=f"{KEY}_again", icon=":material/replay:"):
        again = run_draw_again(
            loaders.store(), viewer=loaders.current_viewer(), program_id=planned.program.id
        )
        if again.same_list and again.same_hash:
            st.success(
                _("The same list came out: {people} people, fingerprint {hash}.").format(
                    people=number_text(again.people), hash=again.list_hash[:16]
                ),
                icon=":material/check_circle:",
            )
        else:
            st.error(
                _("Another list came out. The places do not stand as they were drawn."),
                icon=":material/error:",
            )
