"""One skill of the viewer beyond its estimate: what changed, what was done, how sure they feel."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from assessments.forms import shuffled_choices, shuffled_reasons
from assessments.picks import picks_of
from assessments.scoring import check_response
from curriculum.model import Item
from db import Connection
from db.queries.confidence import ConfidenceRow, select_confidence
from db.queries.learning import select_checks, select_results
from db.queries.practice import DeskActionRow, select_desk_actions
from db.queries.scoring import find_standing, select_given
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.learning import ReadItem
from portal.services.practice import ReadLesson
from portal.services.skill_change import gained_cells

# What a page needs to know of a self-rating.
SelfRating = ConfidenceRow


@dataclass(frozen=True, slots=True)
class DoneAction:
    """Something the viewer planned in a lesson on the skill, and did at their desk."""

    lesson_title: str
    plan: str
    done_at: datetime


@dataclass(frozen=True, slots=True)
class SkillReport:
    """What stands beside the estimates of one skill; nothing of it entered any of them.

    `gained` names topics, `unlearned` misconceptions in words: chosen in an earlier check, offered
    again in the latest one and not chosen there. `planned` counts actions not done yet.
    """

    gained: tuple[str, ...]
    unlearned: tuple[str, ...]
    done: tuple[DoneAction, ...]
    planned: int
    confidence: ConfidenceRow | None


def read_skill_report(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    skill: str,
    read_item: ReadItem,
    read_lesson: ReadLesson,
) -> SkillReport:
    """Return what changed and was done in one own skill."""
    access.require(viewer, "see own record")

    def read(connection: Connection) -> SkillReport:
        results = [
            row for row in select_results(connection, viewer.person_id) if row.skill == skill
        ]
        actions = [
            row
            for row in select_desk_actions(connection, viewer.person_id)
            if skill in read_lesson(row.revision_id).skills
        ]
        codes = _unlearned(
            connection,
            [row.attempt_id for row in results],
            seeds={row.id: row.seed for row in select_checks(connection, viewer.person_id)},
            read_item=read_item,
        )
        names = catalogue.registers.misconceptions
        return SkillReport(
            gained=gained_cells(results[0], results[-1]) if len(results) > 1 else (),
            unlearned=tuple(text for code, text in names.items() if code in codes),
            done=tuple(_done(actions, read_lesson=read_lesson)),
            planned=sum(row.outcome in {"planned", "not yet"} for row in actions),
            confidence=select_confidence(connection, viewer.person_id).get(skill),
        )

    return store.read(read)


def read_confidence(store: Store, *, viewer: Viewer) -> Mapping[str, ConfidenceRow]:
    """Return how sure the viewer said they feel, by skill."""
    access.require(viewer, "see own record")
    return store.read(lambda connection: select_confidence(connection, viewer.person_id))


def _done(actions: list[DeskActionRow], *, read_lesson: ReadLesson) -> Iterator[DoneAction]:
    for row in actions:
        if row.outcome == "done" and row.answered_at is not None:
            title = read_lesson(row.revision_id).front.title
            yield DoneAction(title, row.plan, row.answered_at)


# --- misconceptions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Met:
    """The misconceptions that the answered questions of one check offered, and those chosen."""

    offered: frozenset[str]
    chosen: frozenset[str]


def _unlearned(
    connection: Connection,
    attempt_ids: list[int],
    *,
    seeds: Mapping[int, int],
    read_item: ReadItem,
) -> frozenset[str]:
    if len(attempt_ids) < 2:
        return frozenset()
    met = [
        _met(connection, attempt_id, seed=seeds[attempt_id], read_item=read_item)
        for attempt_id in attempt_ids
    ]
    earlier = frozenset[str]().union(*(one.chosen for one in met[:-1]))
    return (earlier & met[-1].offered) - met[-1].chosen


def _met(connection: Connection, attempt_id: int, *, seed: int, read_item: ReadItem) -> _Met:
    """Read a check by the keys in force: a correction may have made a wrong option right."""
    result = find_standing(connection, attempt_id=attempt_id)
    keys = result.keys if result else {}
    offered: set[str] = set()
    chosen: set[str] = set()
    for row in select_given(connection, [attempt_id])[attempt_id]:
        revision_id = keys.get(str(row.position), row.revision_id)
        if revision_id is None or row.response is None:
            continue
        item, response = read_item(revision_id), json.loads(row.response)
        if check_response(item, response) is None:
            offered |= _offered(item, seed=seed)
            picked = picks_of(item, response)
            chosen |= {one.misconception for one in picked if one.misconception and not one.right}
    return _Met(frozenset(offered), frozenset(chosen))


def _offered(item: Item, *, seed: int) -> set[str]:
    """Return the misconceptions that somebody could choose in an item as it was drawn."""
    shown = (*shuffled_choices(item, seed=seed), *shuffled_reasons(item, seed=seed))
    codes = {one.misconception for one in shown} | {line.misconception for line in item.answers}
    return {code for code in codes if code is not None}
