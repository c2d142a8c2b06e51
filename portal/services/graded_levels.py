"""Who has passed graded work in which skill: what the highest level of a skill needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from assessments.graded_levels import band_given
from assessments.irt import LevelBand, level_band
from curriculum.model import Skill
from db import Connection
from db.queries.graded import PassedWork, select_passed
from db.queries.learning import ResultRow
from portal.services.scoring import cuts_of


@dataclass(frozen=True, slots=True)
class GradedWork:
    """The graded work that some people passed."""

    passed: tuple[PassedWork, ...]

    def covers(self, learner_id: int, skill: str, *, at: datetime | None = None) -> bool:
        """Say whether somebody has passed work in a skill: ever, or by a moment."""
        return any(
            one.learner_id == learner_id
            and one.skill == skill
            and (at is None or one.decided_at <= at)
            for one in self.passed
        )


def read_graded_work(connection: Connection, learner_ids: Iterable[int]) -> GradedWork:
    """Return the graded work that these people passed."""
    return GradedWork(select_passed(connection, sorted(set(learner_ids))))


def band_of(skill: Skill, result: ResultRow, *, has_graded_work: bool) -> LevelBand:
    """Return the levels given for a person's estimate: EAP with its posterior SD.

    `has_graded_work` says whether the person passed graded work in this skill; without it the
    highest level is not given, whatever the check says.
    """
    band = level_band(result.eap, se=result.eap_sd, cuts=cuts_of(skill))
    return band_given(band, has_graded_work=has_graded_work)
