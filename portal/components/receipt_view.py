"""Which difficulties a result rests on, and how it was computed; without any key."""

import pandas as pd
import streamlit as st

from curriculum.model import Skill
from portal.components.table_view import draw_table
from portal.services.receipts import OwnReceipt
from portal.services.results import Estimate
from portal.text import _, date_text, number_text, plural, time_text


def model_names() -> dict[str, str]:
    """Return the kinds of item parameters in words."""
    return {
        "prior": _("expert difficulties"),
        "rasch": _("difficulties measured from answers (Rasch model)"),
        "2pl": _("difficulties measured from answers (2PL model)"),
    }


def draw_difficulties(result: Estimate) -> None:
    """Say in plain sight where the difficulties behind a result come from."""
    if result.model == "prior":
        st.badge(_("Expert difficulties are in force"), icon=":material/info:", color="gray")
        words = _(
            "Not enough people have answered these questions yet, so their difficulty is the "
            "estimate of their authors."
        )
    else:
        st.badge(_("Measured difficulties are in force"), icon=":material/check:", color="gray")
        words = _("How hard each question is was measured from the answers of many colleagues.")
    st.markdown(f":small[{words}]")


def draw_receipt(receipt: OwnReceipt, *, skill: Skill, key: str) -> None:
    """Draw what a result was made from, and the same figures worked out once more."""
    result, calibration = receipt.result, receipt.calibration
    counted = [one for one in receipt.questions if one.counts]
    answered = sum(one.answered_at is not None for one in counted)
    sentences = [
        _(
            "{questions} of this check count; {answered} of them were answered, {right} fully "
            "right."
        ).format(
            questions=plural("{n} question", "{n} questions", len(counted)),
            answered=number_text(answered),
            right=number_text(result.correct),
        ),
        _("Scored with {model}, version {n} of {day}.").format(
            model=model_names()[calibration.model],
            n=number_text(calibration.version),
            day=date_text(calibration.made_at),
        ),
    ]
    if calibration.learners:
        sentences.append(
            plural(
                "It was measured from {n} check.",
                "It was measured from {n} checks.",
                calibration.learners,
            )
        )
    left_out = len(receipt.questions) - len(counted)
    if left_out:
        sentences.append(
            plural(
                "{n} question does not count: it was dropped, or is too new to be measured.",
                "{n} questions do not count: they were dropped, or are too new to be measured.",
                left_out,
            )
        )
    st.markdown(" ".join(sentences))
    _draw_figures(receipt)
    _draw_earlier(receipt)
    draw_table(
        _questions_frame(receipt, skill=skill),
        key=f"{key}_questions",
        alt=_("The questions of this check by topic, and when each was answered."),
        file_name=f"result-{result.id}-questions.csv",
    )
    st.markdown(
        ":small["
        + _(
            "Result {id}, scored {day} by version {code} of the scoring. Neither questions nor "
            "right answers are shown: others will meet the same questions. An auditor can "
            "retrace every answer by the number of this result."
        ).format(id=result.id, day=date_text(result.scored_at), code=result.code_version)
        + "]"
    )


def _figure_names() -> dict[str, str]:
    return {
        "theta": _("Estimate for growth (Warm), θ"),
        "se": _("Its standard error"),
        "eap": _("Estimate shown to you (EAP), θ"),
        "eap_sd": _("Its standard deviation"),
        "items": _("Questions that count"),
        "correct": _("Fully right"),
        "level": _("Level"),
    }


def _draw_figures(receipt: OwnReceipt) -> None:
    if receipt.same:
        st.markdown(
            ":material/check_circle: "
            + _("Worked out once more just now: every figure is the same, to the last digit.")
        )
    else:
        st.warning(
            _(
                "Worked out once more just now, not every figure is the same. Tell the people "
                "desk the number of this result."
            ),
            icon=":material/error:",
        )
    names = _figure_names()
    frame = pd.DataFrame(
        {
            _("Figure"): [names[one.name] for one in receipt.figures],
            _("Kept"): [_digits(one.kept) for one in receipt.figures],
            _("Once more"): [_digits(one.again) for one in receipt.figures],
            _("Same"): [_("yes") if one.same else _("no") for one in receipt.figures],
        }
    )
    st.dataframe(
        frame, hide_index=True, alt=_("The figures as they are kept and as they come out again.")
    )


def _digits(value: float | int | str) -> str:
    # Seventeen digits tell every floating number from its neighbours.
    return f"{value:.17g}" if isinstance(value, float) else str(value)


def _draw_earlier(receipt: OwnReceipt) -> None:
    reasons = {
        "submitted": _("when it was handed in"),
        "calibration": _("with difficulties measured anew"),
        "regrade": _("after a question was corrected"),
    }
    for one in receipt.earlier:
        st.markdown(
            _("Earlier result {id}, scored {day} {why}: level {level}. It stays on record.").format(
                id=one.id, day=date_text(one.scored_at), why=reasons[one.reason], level=one.level
            )
        )


def _questions_frame(receipt: OwnReceipt, *, skill: Skill) -> pd.DataFrame:
    return pd.DataFrame(
        {
            _("Question"): [str(one.number) for one in receipt.questions],
            _("Topic"): [skill.cells.get(one.cell, one.cell) for one in receipt.questions],
            _("Text no."): [str(one.text_number) for one in receipt.questions],
            _("Answered"): [
                _("not answered") if one.answered_at is None else time_text(one.answered_at)
                for one in receipt.questions
            ],
            _("Counts"): [_("yes") if one.counts else _("no") for one in receipt.questions],
        }
    )
