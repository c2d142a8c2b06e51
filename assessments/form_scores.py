"""Whole forms that were handed in → right answers by cell and a skill estimate, many at a time."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assessments.irt import SkillEstimate, estimate_skill
from assessments.parameters import Parameters
from assessments.scoring import Score, check_response, score
from curriculum.model import Item

UNANSWERED = Score(share=0.0, correct=False)
INADMISSIBLE = Score(share=0.0, correct=False, flags=("inadmissible",))
# Past this many remembered answers or patterns everything is forgotten: texts can be endless.
REMEMBERED = 200_000


@dataclass(frozen=True, slots=True)
class FormScore:
    """What a form was worth: its estimate, and right answers and questions per cell.

    `outcomes` names each item that counts, by id in rising order, with whether it was right.
    """

    estimate: SkillEstimate
    cells: dict[str, list[int]]
    outcomes: tuple[tuple[str, bool], ...]

    @property
    def correct(self) -> int:
        """How many items were right."""
        return sum(right for _item, right in self.outcomes)


@dataclass(frozen=True, slots=True)
class AnswerScorer:
    """Scores answers as they are kept; an answer that came before is not scored again."""

    read_item: Callable[[int], Item]
    _known: dict[tuple[int, str], Score] = field(default_factory=dict)

    def score(self, revision_id: int, response: str | None) -> Score:
        """Score a kept answer by the key of an item revision; none is not right.

        Neither is one that this revision does not take; it carries the flag `inadmissible`.
        """
        if response is None:
            return UNANSWERED
        known = self._known.get((revision_id, response))
        if known is None:
            item, given = self.read_item(revision_id), json.loads(response)
            known = INADMISSIBLE if check_response(item, given) else score(item, given)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[revision_id, response] = known
        return known


@dataclass(frozen=True, slots=True)
class FormScorer:
    """Scores forms under one set of parameters.

    Items enter the estimate by id in rising order, in whatever order they were shown: sums of
    floating numbers depend on it, and the same answers must give the same figure to the last bit.
    """

    answers: AnswerScorer
    parameters: Parameters
    _known: dict[tuple[tuple[str, bool], ...], SkillEstimate] = field(default_factory=dict)

    def score(self, rows: Sequence[tuple[int, str | None]]) -> FormScore:
        """Score a form from the item revisions that count and the answers to them (JSON or None).

        Raises
        ------
        ValueError
            If there is no item, or one has no parameters.
        """
        cells: dict[str, list[int]] = {}
        outcomes = []
        for revision_id, response in rows:
            item = self.answers.read_item(revision_id)
            right = self.answers.score(revision_id, response).correct
            cell = cells.setdefault(item.cell or "", [0, 0])
            cell[0] += right
            cell[1] += 1
            outcomes.append((item.id, right))
        pattern = tuple(sorted(outcomes))
        return FormScore(self._estimate(pattern), cells, pattern)

    def _estimate(self, pattern: tuple[tuple[str, bool], ...]) -> SkillEstimate:
        known = self._known.get(pattern)
        if known is None:
            known = estimate_skill(dict(pattern), parameters=self.parameters)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[pattern] = known
        return known
