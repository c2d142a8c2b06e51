"""One skill over time: the sentence on its change, each check with its range, and the table."""

import pandas as pd
import streamlit as st

from portal.charts.skill import likely_scores, skill_over_time
from portal.components.chart_view import draw_chart
from portal.components.skill_strip import is_dark
from portal.services.skill_change import MIN_RELIABILITY, Change
from portal.services.skills import OwnSkill, cut_of
from portal.text import _, date_text, number_text, percent_text, plural, time_text


def change_words(change: Change) -> str:
    """Say what two checks allow to say of a person's skill."""
    if change.verdict == "too rough" or change.rise is None:
        return _(
            "These checks are too short to tell one person's change: they reach a reliability of "
            "{found}, and {needed} is needed."
        ).format(
            found=number_text(change.reliability, digits=2),
            needed=number_text(MIN_RELIABILITY, digits=2),
        )
    words = {
        "rose": _("Your skill grew, by more than the error of both checks."),
        "fell": _("It came out lower than before, by more than the error of both checks."),
        "within error": _(
            "No change beyond the error of both checks. The probability that your skill rose is "
            "{share}."
        ).format(share=percent_text(change.rise)),
    }
    return words[change.verdict]


def draw_over_time(own: OwnSkill, change: Change | None) -> None:
    """Draw the checks of a measured skill, oldest first."""
    checks = _checks(own)
    cut = cut_of(own.skill, own.target)
    target = None if cut is None else 500 + 100 * cut
    if change is not None:
        days = {"first": change.before.taken_at, "last": change.after.taken_at}
        between = _("From {first} to {last}:").format(
            **{name: date_text(day) for name, day in days.items()}
        )
        st.markdown(f"{between} **{change_words(change)}**")
    else:
        st.markdown(_("One check so far. After the next one, this page shows what changed."))
    draw_chart(
        skill_over_time(
            checks,
            target=target,
            target_label=_("target {score}").format(score=number_text(target or 0)),
            title=_("Skill score"),
            dark=is_dark(),
        ),
        alt=_("{checks} of {skill}; the last score is {score}.").format(
            checks=plural("{n} check", "{n} checks", len(checks)),
            skill=own.skill.name,
            score=number_text(float(checks["score"].iloc[-1])),
        ),
        key="my_skills_over_time",
    )
    key = _("Thick line: 95 % range of the check.")
    if target is not None:
        key = f"{key} {_('Dashed: target of your role.')}"
    st.markdown(f":small[{key}]")
    with st.expander(_("As a table"), type="compact"):
        shown = checks.assign(
            **{name: checks[name].round().astype(int) for name in ("score", "low", "high")}
        )
        st.dataframe(
            shown,
            hide_index=True,
            column_config={
                "when": _("Date"),
                "score": _("Score"),
                "low": _("95 % from"),
                "high": _("to"),
                "questions": _("Questions"),
            },
            alt=_("The same checks as a table."),
        )


def _checks(own: OwnSkill) -> pd.DataFrame:
    """Return a row a check; two of one day are told apart by their time."""
    days = [date_text(row.taken_at) for row in own.history]
    rows = []
    for day, row in zip(days, own.history, strict=True):
        low, high = likely_scores(row.eap, sd=row.eap_sd)
        rows.append(
            {
                "when": day if days.count(day) == 1 else f"{day} {time_text(row.taken_at)}",
                "score": 500 + 100 * row.eap,
                "low": low,
                "high": high,
                "questions": row.items,
            }
        )
    return pd.DataFrame(rows)
