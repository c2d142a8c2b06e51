"""What choosing does: a gap that is only motivation grows, and the portal refuses to show it."""

import pandas as pd
import streamlit as st

from assessments.sentences import COMPARABILITY_ON_SCREEN
from portal import loaders
from portal.charts.choice import choice_chart
from portal.components.chart_view import draw_chart
from portal.components.skill_strip import is_dark
from portal.components.table_view import draw_table
from portal.services.choice_bench import STRONGEST, ChoiceBench, run_choice_bench
from portal.text import _, number_text, phrase_text, signed_text

KEY = "simulation"
# A draw in which the verdict turns half way along the slider, so that both can be seen.
FIRST_SEED = 3


def _again() -> None:
    st.session_state[f"{KEY}_seed"] = int(st.session_state.get(f"{KEY}_seed", FIRST_SEED)) + 1


def _tell(share: float) -> None:
    place.progress(share, text=_("Simulating…"))


def _draw_verdict(bench: ChoiceBench) -> None:
    verdict, gap = bench.verdict, bench.chosen
    with st.container(border=True):
        st.badge(
            phrase_text(COMPARABILITY_ON_SCREEN[verdict.comparability]),
            icon=":material/visibility_off:" if verdict.withheld else ":material/balance:",
            color="gray" if verdict.withheld else "orange",
        )
        st.header(
            _("A plain comparison sees {gap} points. The truth is 0.").format(
                gap=signed_text(gap.estimate)
            )
        )
        if verdict.withheld:
            st.markdown(_("The portal refuses: it shows no difference between the routes."))
            for one in verdict.baseline:
                st.markdown(
                    _(
                        "At the start the routes were {g} SD apart; above 0.25 none is shown."
                    ).format(g=signed_text(one.g, digits=2))
                )
        else:
            st.markdown(f"{_('The portal says:')} {phrase_text(verdict.sentence)}")
            st.markdown(
                _(
                    "Motivation itself is not measured. What it does after the start no adjusting "
                    "takes away; only a draw does."
                )
            )


def _draw_gaps(bench: ChoiceBench) -> None:
    shown = {one.selection: one for one in (*bench.gaps, bench.chosen)}
    rows = [
        (one.selection, one.estimate, one.low, one.high, one.selection == bench.chosen.selection)
        for one in sorted(shown.values(), key=lambda one: one.selection)
    ]
    frame = pd.DataFrame(rows, columns=["strength", "gap", "low", "high", "chosen"])
    chart = choice_chart(frame, dark=is_dark())
    st.header(_("The gap that a plain comparison sees, in points"))
    told = "; ".join(
        f"{number_text(strength, digits=1)}: {signed_text(gap)}" for strength, gap, *_rest in rows
    )
    draw_chart(
        chart,
        alt=_("Plain difference of the last means by strength of choice: {words}.").format(
            words=told
        ),
        key=f"{KEY}_chart",
    )
    st.markdown(
        _(
            "Each point is one simulated program of {n} learners; line: the 95 % range a plain "
            "test would give. Square: the strength you chose."
        ).format(n=number_text(bench.chosen.structured + bench.chosen.self_directed))
    )
    table = pd.DataFrame(
        {
            _("Strength"): [number_text(row[0], digits=1) for row in rows],
            _("Gap"): [signed_text(row[1]) for row in rows],
            _("95 % range"): [f"{signed_text(row[2])} … {signed_text(row[3])}" for row in rows],
            _("Structured"): [number_text(shown[row[0]].structured) for row in rows],
            _("Self-directed"): [number_text(shown[row[0]].self_directed) for row in rows],
        }
    )
    draw_table(
        table,
        key=f"{KEY}_table",
        alt=_("The same gaps as a table."),
        file_name="naive-gap.csv",
        chart=chart,
    )


st.title(_("What choosing does"))
st.markdown(
    _(
        "Invented learners whose true growth is known. Both routes work equally well. The "
        "motivated grow faster on either, and choose the structured route the more, the further "
        "you slide."
    )
)
strength = st.slider(
    _("How strongly the motivated choose the structured route"),
    min_value=0.0,
    max_value=STRONGEST,
    value=1.0,
    step=0.1,
    help=_("Log-odds of choosing it for one standard deviation more of motivation."),
    key=f"{KEY}_strength",
)
seed = int(st.session_state.setdefault(f"{KEY}_seed", FIRST_SEED))
place = st.empty()
bench = run_choice_bench(
    viewer=loaders.current_viewer(),
    strength=float(strength),
    seed=seed,
    tell=_tell,
)
place.empty()
_draw_verdict(bench)
_draw_gaps(bench)
with st.container(horizontal=True):
    st.button(_("Other learners"), key=f"{KEY}_again", icon=":material/replay:", on_click=_again)
    st.markdown(_("Draw number {seed}: the same number gives the same learners.").format(seed=seed))
