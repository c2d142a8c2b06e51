"""How sure the learner feels in a skill: four words to choose from, beside what was measured."""

from collections.abc import Mapping

import streamlit as st

from portal import clock, loaders
from portal.components.notices import guarded
from portal.services.confidence import RATINGS, rate_skill
from portal.services.skill_report import SelfRating
from portal.text import _, date_text


def confidence_words() -> Mapping[int, str]:
    """Return the four answers, in the reader's language."""
    words = (_("Not sure"), _("A little sure"), _("Fairly sure"), _("Very sure"))
    return dict(zip(RATINGS, words, strict=True))


def draw_confidence(row: SelfRating | None, *, skill: str) -> None:
    """Draw the question with the answer so far; choosing it again takes it back."""
    key = f"confidence_{skill}"
    words = confidence_words()
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{_('Your own confidence')}**")
        st.pills(
            _("How sure do you feel in this skill at work?"),
            list(words),
            default=row.rating if row else None,
            format_func=words.__getitem__,
            key=key,
            on_change=_rate,
            args=(skill, key),
        )
        since = _("Said {day}.").format(day=date_text(row.rated_at)) if row else ""
        rules = _(
            "Only you see it, and no estimate uses it. Choose your answer again to take it back."
        )
        st.markdown(f":small[{since} {rules}]")


@guarded
def _rate(skill: str, key: str) -> None:
    rate_skill(
        loaders.store(),
        viewer=loaders.current_viewer(),
        catalogue=loaders.catalogue(),
        skill=skill,
        rating=st.session_state[key],
        now=clock.now(),
    )
