"""Counting how questions behave, bank by bank and module by module, and storing the figures."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from assessments.fairness import SMALL_D
from assessments.form_scores import AnswerScorer
from assessments.item_responses import ItemResponses
from assessments.item_statistics import (
    CHECK_THE_KEY,
    UNFAIR,
    form_statistics,
    item_report,
    misconceptions_by_holders,
    option_report,
)
from assessments.picks import Pick, options_of, picks_of
from assessments.responses import check_response
from curriculum.model import Item
from db.commands.statistics import replace_statistics
from db.queries.scoring import GivenRow, RuleRow, select_given, select_rules
from db.queries.statistics import (
    TakerRow,
    find_counted_at,
    find_newest_result,
    find_newest_try,
    select_first_tries,
    select_owners,
    select_takers,
)
from db.store import Store
from portal.services.catalogue import Catalogue
from portal.services.evidence import CODE_VERSION
from portal.services.learning import ReadItem
from portal.services.scoring import applies

BATCH = 1000
# Smaller groups of checks are not compared: an odds ratio of so few says nothing.
COMPARED_GROUP = 50
SURE = 1.645  # one-sided, 5 %
Tell = Callable[[float, str], None]


@dataclass(slots=True)
class Gathered:
    """Answers in columns that grow: who, which item, right or not, and what was picked.

    `paces` holds, by item, the seconds of the answers of which they are known, and the guesses.
    `standing` names who is strong or weak together (a check), `person` whose misconception it is.
    """

    standing: list[str] = field(default_factory=list)
    person: list[int] = field(default_factory=list)
    item: list[str] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    picks: list[tuple[Pick, ...]] = field(default_factory=list)
    paces: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)

    def add(
        self, item: Item, *, standing: str, person: int, right: bool, picks: tuple[Pick, ...]
    ) -> None:
        """Add an answer."""
        self.items[item.id] = item
        self.standing.append(standing)
        self.person.append(person)
        self.item.append(item.id)
        self.right.append(right)
        self.picks.append(picks)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads answers: right or not by the keys in force, and what was picked."""

    read_item: ReadItem
    scorer: AnswerScorer
    _known: dict[tuple[int, str], tuple[Pick, ...]] = field(default_factory=dict)

    def picks(self, revision_id: int, response: str | None) -> tuple[Pick, ...]:
        """Return what an answer picked; what came before is not worked out again."""
        if response is None:
            return ()
        known = self._known.get((revision_id, response))
        if known is None:
            item, given = self.read_item(revision_id), json.loads(response)
            known = () if check_response(item, given) else picks_of(item, given)
            if len(self._known) > 200_000:
                self._known.clear()
            self._known[revision_id, response] = known
        return known


def count_answers(
    store: Store,
    *,
    catalogue: Catalogue,
    read_item: ReadItem,
    now: datetime,
    tell: Tell = lambda _share, _words: None,
) -> tuple[str, ...]:
    """Count every bank and module with new answers; return their ids.

    Figures of checks count a form of a person once, by the keys in force; of questions in lessons
    they count a person's first answer, before any explanation was read.
    """
    owners = store.read(select_owners)
    by_owner: dict[str, list[str]] = {}
    for item_id, owner_id in owners.items():
        by_owner.setdefault(owner_id, []).append(item_id)
    banks = _banks(catalogue, owners)
    done = []
    for number, (owner_id, item_ids) in enumerate(sorted(by_owner.items())):
        tell(number / len(by_owner), owner_id)
        skill = banks.get(owner_id)
        if not _is_due(store, owner_id=owner_id, skill=skill, item_ids=item_ids):
            continue
        if skill is not None:
            found = _gather_checks(store, skill=skill, read_item=read_item)
        else:
            found = _gather_tries(store, item_ids=item_ids, read_item=read_item)
        _store(store, owner_id, found, kind="practice" if skill is None else "check", now=now)
        done.append(owner_id)
    return tuple(done)


def _banks(catalogue: Catalogue, owners: Mapping[str, str]) -> dict[str, str]:
    """Return the skill that each secure bank measures."""
    return {
        owners[item_id]: check.skill
        for check in catalogue.checks.values()
        for item_id in check.item_revisions
        if item_id in owners
    }


def _is_due(store: Store, *, owner_id: str, skill: str | None, item_ids: Sequence[str]) -> bool:
    newest = store.read(
        lambda connection: (
            find_newest_result(connection, skill=skill)
            if skill is not None
            else find_newest_try(connection, item_ids)
        )
    )
    if newest is None:
        return False
    counted = store.read(lambda connection: find_counted_at(connection, owner_id=owner_id))
    return counted is None or newest > counted


# --- reading --------------------------------------------------------------------------------------


def _gather_checks(store: Store, *, skill: str, read_item: ReadItem) -> Gathered:
    found = Gathered(groups={"language": {}, "role": {}})
    reader = Reader(read_item, AnswerScorer(read_item))
    rules: dict[str, list[RuleRow]] = {}
    for rule in store.read(lambda connection: select_rules(connection, skill=skill)):
        rules.setdefault(rule.item_id, []).append(rule)
    seen: set[tuple[int, str]] = set()
    after = 0
    while True:
        takers = store.read(partial(select_takers, skill=skill, after=after, limit=BATCH))
        if not takers:
            return found
        after = takers[-1].attempt_id
        fresh = [one for one in takers if (one.learner_id, one.form) not in seen]
        seen |= {(one.learner_id, one.form) for one in fresh}
        given = store.read(partial(select_given, attempt_ids=[one.attempt_id for one in fresh]))
        for taker in fresh:
            _add_check(found, taker, given[taker.attempt_id], reader=reader, rules=rules)


def _add_check(
    found: Gathered,
    taker: TakerRow,
    given: Sequence[GivenRow],
    *,
    reader: Reader,
    rules: Mapping[str, Sequence[RuleRow]],
) -> None:
    standing = str(taker.attempt_id)
    found.form[standing] = taker.form
    found.groups["language"][standing] = taker.language
    found.groups["role"][standing] = taker.role_profile
    for row in given:
        item = reader.read_item(row.revision_id)
        scored_by = row.revision_id
        for rule in rules.get(item.id, ()):
            # A dropped question keeps its figures: they show why it was dropped.
            if rule.kind == "key" and applies(rule, revision_id=row.revision_id):
                scored_by = rule.revision_id
        found.add(
            reader.read_item(scored_by),
            standing=standing,
            person=taker.learner_id,
            right=reader.scorer.score(scored_by, row.response).correct,
            picks=reader.picks(scored_by, row.response),
        )
        if row.seconds is not None:
            found.paces.setdefault(item.id, []).append((row.seconds, bool(row.rapid)))


def _gather_tries(store: Store, *, item_ids: Sequence[str], read_item: ReadItem) -> Gathered:
    found = Gathered()
    reader = Reader(read_item, AnswerScorer(read_item))
    for row in store.read(lambda connection: select_first_tries(connection, item_ids)):
        item = read_item(row.revision_id)
        if item.type in {"survey", "rubric"}:
            continue
        found.add(
            item,
            standing=str(row.learner_id),
            person=row.learner_id,
            right=reader.scorer.score(row.revision_id, row.response).correct,
            picks=reader.picks(row.revision_id, row.response),
        )
    return found


# --- figures --------------------------------------------------------------------------------------


def _store(store: Store, owner_id: str, found: Gathered, *, kind: str, now: datetime) -> None:
    responses = _responses(found)
    report = item_report(responses)
    options = _options(found, responses)
    dif = _dif(found, responses)
    items = []
    for row in report.items.to_dict("records"):
        item_id = str(row["item_id"])
        mine = options.get(item_id, [])
        compared = dif.get(item_id, [])
        flags = list(row["flags"])
        if any(map(_is_unequal, compared)):
            flags.append(UNFAIR)
        items.append(
            {
                "item_id": item_id,
                "kind": kind,
                "n": int(row["n"]),
                "share_correct": _plain(row["share_correct"]),
                "item_rest": _plain(row["item_rest"]),
                "flags": [_flag(flag, mine) for flag in flags],
                "options": mine,
                "dif": compared,
                "code_version": CODE_VERSION,
                **_pace(found.paces.get(item_id, ())),
            }
        )
    store.write(
        lambda connection: replace_statistics(
            connection,
            owner_id=owner_id,
            items=items,
            forms=_forms(found, responses),
            misconceptions=_misconceptions(found),
            now=now,
        )
    )


def _pace(known: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """Return of how many answers the time is known, how many were guessed, and the mean time."""
    seconds = [one for one, _rapid in known]
    return {
        "timed": len(known),
        "rapid": sum(rapid for _one, rapid in known),
        "mean_seconds": math.fsum(seconds) / len(seconds) if seconds else None,
    }


def _responses(found: Gathered) -> ItemResponses:
    learner, learners = pd.factorize(np.array(found.standing, dtype=object))
    item, items = pd.factorize(np.array(found.item, dtype=object), sort=True)
    order = np.argsort(learner, kind="stable")
    return ItemResponses(
        learners=tuple(map(str, learners)),
        items=tuple(map(str, items)),
        learner=learner[order].astype(np.int64),
        item=item[order].astype(np.int64),
        correct=np.array(found.right, dtype=np.float64)[order],
    )


def _options(found: Gathered, responses: ItemResponses) -> dict[str, list[dict[str, Any]]]:
    """Return each option of each item with its share among all, the strong and the weak."""
    chosen = pd.DataFrame(
        [
            (standing, item, pick.option)
            for standing, item, picks in zip(found.standing, found.item, found.picks, strict=True)
            for pick in picks
        ],
        columns=["learner_id", "item_id", "option"],
    )
    counts = option_report(chosen, responses=responses) if len(chosen) else chosen
    known = {(row["item_id"], row["option"]): row for row in counts.to_dict("records")}
    answered = dict(zip(responses.items, responses.answers_per_item, strict=True))
    options: dict[str, list[dict[str, Any]]] = {}
    for item_id, item in found.items.items():
        for pick in options_of(item):
            row = known.get((item_id, pick.option), {})
            n = int(row.get("n", 0))
            options.setdefault(item_id, []).append(
                {
                    "option": pick.option,
                    "right": pick.right,
                    "misconception": pick.misconception,
                    "n": n,
                    "share": n / max(int(answered[item_id]), 1),
                    "strong": _plain(row.get("share_strong", 0.0)),
                    "weak": _plain(row.get("share_weak", 0.0)),
                }
            )
    return options


def _dif(found: Gathered, responses: ItemResponses) -> dict[str, list[dict[str, Any]]]:
    """Compare each group that is large enough with the largest, by language and by role."""
    compared: dict[str, list[dict[str, Any]]] = {}
    for name, group_of in found.groups.items():
        sizes = pd.Series([group_of[learner] for learner in responses.learners]).value_counts()
        large = {str(group) for group, n in sizes.items() if n >= COMPARED_GROUP}
        groups = [
            group_of[learner] if group_of[learner] in large else ""
            for learner in responses.learners
        ]
        report = item_report(responses, groups=groups)
        for row in report.dif.to_dict("records"):
            compared.setdefault(str(row["item_id"]), []).append(
                {
                    "by": name,
                    **{
                        key: _plain(row[key])
                        for key in ("reference", "focal", "n", "d", "se_d", "ets_class")
                    },
                }
            )
    return compared


def _is_unequal(compared: Mapping[str, Any]) -> bool:
    """Say whether a difference is large, and surely more than a small one.

    Of many small groups some are far apart by chance. Zieky (1993), in Holland and Wainer,
    Differential Item Functioning: class C when |D| is at least 1.5 and significantly above 1.
    """
    d, error = compared["d"], compared["se_d"]
    if compared["ets_class"] != "C" or d is None or error is None:
        return False
    return bool(abs(d) - SURE * error > SMALL_D)


def _flag(flag: str, options: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a flag; where the key is in doubt with the wrong option that strong learners take."""
    if flag != CHECK_THE_KEY:
        return {"flag": flag}
    right = max((one["strong"] or 0.0 for one in options if one["right"]), default=0.0)
    wrong = [one for one in options if not one["right"] and (one["strong"] or 0.0) > right]
    best = max(wrong, key=lambda one: one["strong"], default=None)
    return {"flag": flag, "option": best["option"] if best else None}


def _forms(found: Gathered, responses: ItemResponses) -> list[dict[str, Any]]:
    rows = []
    for form in sorted(set(found.form.values())):
        part = _of_form(responses, found, form)
        one = form_statistics(part)
        figures = {name: getattr(one, name) for name in ("mean", "sd", "kr20", "sem")}
        rows.append({"form": form, "n": one.n, "items": one.items, **figures})
    return rows


def _of_form(responses: ItemResponses, found: Gathered, form: str) -> ItemResponses:
    mine = np.array([found.form[learner] == form for learner in responses.learners])
    kept = mine[responses.learner]
    items = np.unique(responses.item[kept])
    learners = np.unique(responses.learner[kept])
    return ItemResponses(
        learners=tuple(responses.learners[index] for index in learners),
        items=tuple(responses.items[index] for index in items),
        learner=np.searchsorted(learners, responses.learner[kept]),
        item=np.searchsorted(items, responses.item[kept]),
        correct=responses.correct[kept],
    )


def _misconceptions(found: Gathered) -> list[dict[str, Any]]:
    frame = pd.DataFrame(
        [
            (person, pick.misconception if pick else None)
            for person, picks in zip(found.person, found.picks, strict=True)
            for pick in (picks or (None,))
        ],
        columns=["learner_id", "misconception"],
    )
    held = misconceptions_by_holders(frame)
    learners = len(set(found.person))
    return [
        {
            "code": str(row["misconception"]),
            "holders": int(row["holders"]),
            "times": int(row["times"]),
            "learners": learners,
        }
        for row in held.to_dict("records")
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a table holds
    """Return a value as JSON knows it: NaN is null, numpy scalars are numbers."""
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
