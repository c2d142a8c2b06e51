"""Whole forms that were handed in → right answers by cell and a skill estimate, many at a time."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assessments.irt import (
    PreparedItems,
    SkillEstimate,
    estimate_prepared,
    prepare_items,
)
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
            _make_room(self._known)
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
    _prepared: dict[tuple[str, ...], PreparedItems] = field(default_factory=dict)
    _known: dict[tuple[tuple[str, bool], ...], SkillEstimate] = field(default_factory=dict)
    _outcomes: dict[tuple[int, str | None], tuple[str, bool, str]] = field(default_factory=dict)

    def score(self, rows: Sequence[tuple[int, str | None]]) -> FormScore:
        """Score a form from the item revisions that count and the answers to them (JSON or None).

        Raises
        ------
        ValueError
            If there is no item, or one has no parameters.
        """
        cells: dict[str, list[int]] = {}
        outcomes = []
        for row in rows:
            item_id, right, cell = self._outcomes.get(row) or self._outcome(row)
            counts = cells.get(cell)
            if counts is None:
                counts = cells[cell] = [0, 0]
            counts[0] += right
            counts[1] += 1
            outcomes.append((item_id, right))
        outcomes.sort()
        pattern = tuple(outcomes)
        return FormScore(self._known.get(pattern) or self._estimate(pattern), cells, pattern)

    def _outcome(self, row: tuple[int, str | None]) -> tuple[str, bool, str]:
        revision_id, response = row
        item = self.answers.read_item(revision_id)
        outcome = (item.id, self.answers.score(revision_id, response).correct, item.cell or "")
        _make_room(self._outcomes)
        self._outcomes[row] = outcome
        return outcome

    def _estimate(self, pattern: tuple[tuple[str, bool], ...]) -> SkillEstimate:
        ids = tuple(item_id for item_id, _right in pattern)
        items = self._prepared.get(ids)
        if items is None:
            items = prepare_items(ids, parameters=self.parameters)
            _make_room(self._prepared)
            self._prepared[ids] = items
        estimate = estimate_prepared(items, correct=[right for _id, right in pattern])
        _make_room(self._known)
        self._known[pattern] = estimate
        return estimate


def _make_room(known: dict[Any, Any]) -> None:
    if len(known) >= REMEMBERED:
        known.clear()
