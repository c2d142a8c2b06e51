"""Scoring checks by the keys and parameters in force: one for the page, many for a new scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.form_scores import AnswerScorer, FormScore, FormScorer
from assessments.parameters import ItemParameters, Parameters
from curriculum.model import Role, Skill
from db import Connection
from db.queries.calibrations import CalibrationRow, find_calibration, find_prior
from db.queries.scoring import GivenRow, RuleRow, select_rules
from portal.access import Refused
from portal.services.learning import ReadItem

# Which revision scores a position where it is not the one shown; None where it does not count.
Keys = Mapping[str, int | None]
# Of fewer questions with measured difficulties no estimate is made; the experts' then stand in.
MEASURED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Ruler:
    """A version of the parameters with a scorer that uses it."""

    calibration_id: int
    scorer: FormScorer

    def knows(self, item_id: str) -> bool:
        """Say whether an item has parameters here."""
        return item_id in self.scorer.parameters.items


@dataclass(frozen=True, slots=True)
class Scale:
    """All that scoring a skill's checks rests on at one moment.

    `rulers` holds the parameters in force and, behind them, the experts' where those are others.
    """

    skill: str
    rulers: tuple[Ruler, ...]
    rules: Mapping[str, tuple[RuleRow, ...]]
    read_item: ReadItem


@dataclass(frozen=True, slots=True)
class ScoredCheck:
    """What a check is worth on a scale, the version that says so and the keys that differ."""

    calibration_id: int
    keys: Keys
    form: FormScore


def read_scale(connection: Connection, *, skill: str, read_item: ReadItem) -> Scale:
    """Return what a skill is scored by now.

    Raises
    ------
    Refused
        When the skill has no item parameters at all.
    """
    current = find_calibration(connection, skill=skill)
    if current is None:
        raise Refused("This skill has no item parameters yet. Tell the people desk.")
    prior = find_prior(connection, skill=skill) if current.model != "prior" else None
    return scale_of(
        (current, prior) if prior else (current,),
        rules=select_rules(connection, skill=skill),
        read_item=read_item,
    )


def scale_of(
    calibrations: Sequence[CalibrationRow], *, rules: Sequence[RuleRow], read_item: ReadItem
) -> Scale:
    """Return a scale of parameters, the first of them in force, and approved corrections."""
    answers = AnswerScorer(read_item)
    by_item: dict[str, tuple[RuleRow, ...]] = {}
    for rule in rules:
        by_item[rule.item_id] = (*by_item.get(rule.item_id, ()), rule)
    return Scale(
        skill=calibrations[0].skill,
        rulers=tuple(
            Ruler(one.id, FormScorer(answers, parameters_of(one))) for one in calibrations
        ),
        rules=by_item,
        read_item=read_item,
    )


def score_check(rows: Sequence[GivenRow], *, scale: Scale) -> ScoredCheck:
    """Score a check by the keys and parameters in force.

    A question that has no parameters yet is asked, and does not count. Where that is true of
    more than half of them, the experts' difficulties are used for the whole check.

    Raises
    ------
    Refused
        When no question of the check can count.
    """
    keys = keys_in_force(rows, rules=scale.rules, read_item=scale.read_item)
    counting = [row for row in rows if keys.get(str(row.position), 0) is not None]
    ids = {row.position: scale.read_item(row.revision_id).id for row in counting}
    ruler = next(
        (
            one
            for one in scale.rulers
            if ids and sum(map(one.knows, ids.values())) >= MEASURED_SHARE * len(ids)
        ),
        None,
    )
    if ruler is None:
        raise Refused("No question of this check has a difficulty yet. Tell the people desk.")
    unknown = {str(at): None for at, item_id in ids.items() if not ruler.knows(item_id)}
    all_keys = {**keys, **unknown}
    return ScoredCheck(ruler.calibration_id, all_keys, score_by(rows, keys=all_keys, ruler=ruler))


def score_by(rows: Sequence[GivenRow], *, keys: Keys, ruler: Ruler) -> FormScore:
    """Score a check by keys and parameters that are named, as a receipt does."""
    scored = []
    for row in rows:
        revision_id = keys.get(str(row.position), row.revision_id)
        if revision_id is not None:
            scored.append((revision_id, row.response))
    return ruler.scorer.score(scored)


def keys_in_force(
    rows: Sequence[GivenRow], *, rules: Mapping[str, tuple[RuleRow, ...]], read_item: ReadItem
) -> dict[str, int | None]:
    """Return the positions that corrections touch; of two corrections the later decision holds."""
    keys: dict[str, int | None] = {}
    if not rules:
        return keys
    for row in rows:
        for rule in rules.get(read_item(row.revision_id).id, ()):
            if applies(rule, revision_id=row.revision_id):
                keys[str(row.position)] = rule.revision_id if rule.kind == "key" else None
    return keys


def applies(rule: RuleRow, *, revision_id: int) -> bool:
    """Say whether a correction touches answers to a revision of its item: those it came after."""
    if rule.kind == "key":
        return revision_id < rule.revision_id
    return revision_id <= rule.revision_id


def parameters_of(calibration: CalibrationRow) -> Parameters:
    """Return the item parameters that a calibration kept in the database holds."""
    values: Mapping[str, Mapping[str, Any]] = calibration.parameters
    return Parameters(
        items={
            id_: ItemParameters(
                item_id=id_,
                a=float(one["a"]),
                b=float(one["b"]),
                se_a=one.get("se_a"),
                se_b=one.get("se_b"),
                n=int(one.get("n", 0)),
            )
            for id_, one in values.items()
        },
        basis="expert" if calibration.model == "prior" else calibration.model,  # type: ignore[arg-type]
        note="",
    )


def cuts_of(skill: Skill) -> list[float]:
    """Return the lower ends of levels 2, 3 and 4."""
    return [level.cut for level in skill.levels if level.cut is not None]


def level_of(theta: float, *, skill: Skill) -> int:
    """Return the level of an estimate: 1 to 4."""
    return 1 + sum(theta >= cut for cut in cuts_of(skill))


def reaches_target(level: int, *, role: Role | None, skill: str) -> bool:
    """Say whether a level is what a role needs; a role without a target needs the first."""
    return level >= (role.targets.get(skill, 1) if role else 1)
