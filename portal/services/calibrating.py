"""Item parameters from the answers in the database: estimated, judged, kept, and put in force."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np

from assessments.force import Judged, Wanted, calibrate_for_use
from assessments.form_scores import AnswerScorer
from assessments.item_responses import ItemResponses
from assessments.parameters import ItemParameters
from curriculum.phrases import Joined, Number, Phrase
from db import Connection
from db.commands.audit import append_audit
from db.commands.calibrations import NewCalibration, keep_calibration, lock_calibrations
from db.queries.calibrations import CalibrationRow, find_calibration, select_calibrations
from db.queries.scoring import RuleRow, select_attempt_ids, select_given, select_rules
from db.store import Store
from portal.access import Refused
from portal.services.catalogue import Catalogue
from portal.services.evidence import CODE_VERSION, ORGANISATION
from portal.services.learning import ReadItem
from portal.services.rescoring import rescore_skill
from portal.services.scoring import Scale, keys_in_force, parameters_of, scale_of
from portal.services.stored import said_to_text

BATCH = 1000
# How far the work is (0 to 1), and what it does now.
Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What a calibration led to, in words; `rescored` counts the checks that were scored anew."""

    skill: str
    version: int
    model: str
    checks: int
    answers: int
    in_force: bool
    rescored: int
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Before:
    """What was in force as the work began."""

    current: CalibrationRow | None
    measured: CalibrationRow | None
    rules: tuple[RuleRow, ...]


def say_nothing(_share: float, _words: str) -> None:
    """Report progress to nobody."""


def calibrate_skill(
    store: Store,
    *,
    skill: str,
    catalogue: Catalogue,
    read_item: ReadItem,
    now: datetime,
    model: Wanted = "auto",
    made_by_id: int | None = None,
    tell: Tell = say_nothing,
) -> Calibrated:
    """Estimate a skill's items from every check handed in; where that is sound, use it from now on.

    A new version is kept in any case, with what speaks against it. Only a sound one is put in
    force, on the scale of the measured one before it; then every check is scored anew, as new
    results beside the old ones.

    Raises
    ------
    Refused
        When the skill is unknown or has no check.
    """
    check = catalogue.check_of(skill)
    if check is None or skill not in catalogue.registers.skills:
        known = ", ".join(sorted(one.skill for one in catalogue.checks.values())) or "none"
        raise Refused(
            "There is no skill check for '{skill}'. Those there are: {known}.",
            skill=skill,
            known=known,
        )
    before = store.read(lambda connection: _read_before(connection, skill))
    tell(0.02, Phrase("Reading the answers"))
    responses = _read_responses(store, skill=skill, before=before, read_item=read_item, tell=tell)
    tell(0.3, Phrase("Estimating from {n} checks", n=Number(len(responses.learners))))
    dropped = {rule.item_id for rule in before.rules if rule.kind == "drop"}
    judged = calibrate_for_use(
        responses,
        live=set(check.item_revisions) - dropped,
        before=None if before.measured is None else parameters_of(before.measured).items,
        model=model,
    )
    kept = store.write(
        lambda connection: _keep(
            connection, skill, judged, before=before, responses=responses, by=made_by_id, now=now
        )
    )
    if kept.in_force:
        rescored = rescore_skill(
            store,
            skill=skill,
            catalogue=catalogue,
            read_item=read_item,
            reason="calibration",
            now=now,
            tell=lambda share, words: tell(0.5 + 0.5 * share, words),
        )
        kept = replace(kept, rescored=rescored.changed)
    tell(1.0, kept.sentences[0])
    return kept


def _read_before(connection: Connection, skill: str) -> _Before:
    versions = select_calibrations(connection, skill=skill)
    # A measured calibration whose place the experts' took would still hold the scale.
    measured = [one for one in versions if one.model != "prior" and not one.verdict]
    return _Before(
        current=find_calibration(connection, skill=skill),
        measured=measured[0] if measured else None,
        rules=select_rules(connection, skill=skill),
    )


# --- answers --------------------------------------------------------------------------------------


def _read_responses(
    store: Store, *, skill: str, before: _Before, read_item: ReadItem, tell: Tell
) -> ItemResponses:
    """Return right and wrong answers of every check, a form of a person once.

    A check is one row: skill may grow from one check to the next, so two checks of a person are
    two standings. A form that comes back is left out; its items may be remembered. So are
    rapid guesses: they say how little time was taken, not how hard the item is (Wise and DeMars,
    2006, Journal of Educational Measurement 43).
    """
    gathered = _Gathered()
    scale = _scale_for_keys(before, read_item=read_item)
    seen: set[tuple[int, str]] = set()
    after = 0
    while True:
        rows = store.read(partial(select_attempt_ids, skill=skill, after=after, limit=BATCH))
        if not rows:
            return gathered.responses()
        after = rows[-1][0]
        fresh = []
        for attempt_id, learner_id, form in rows:
            if (learner_id, form) not in seen:
                seen.add((learner_id, form))
                fresh.append(attempt_id)
        given = store.read(partial(select_given, attempt_ids=tuple(fresh)))
        for attempt_id in fresh:
            keys = keys_in_force(given[attempt_id], rules=scale.rules, read_item=read_item)
            for row in given[attempt_id]:
                revision_id = keys.get(str(row.position), row.revision_id)
                if revision_id is not None and not row.rapid:
                    right = gathered.scorer(read_item).score(revision_id, row.response).correct
                    gathered.add(attempt_id, read_item(revision_id).id, right=right)
        tell(0.1, Phrase("Read {n} checks", n=Number(len(seen))))


def _scale_for_keys(before: _Before, *, read_item: ReadItem) -> Scale:
    if before.current is None:
        raise Refused("This skill has no item parameters yet. Tell the people desk.")
    return scale_of((before.current,), rules=before.rules, read_item=read_item)


class _Gathered:
    """Answers as they are read, in columns that grow."""

    def __init__(self) -> None:
        self._attempts: list[int] = []
        self._items: dict[str, int] = {}
        self._learner: list[int] = []
        self._item: list[int] = []
        self._right: list[bool] = []
        self._scorer: AnswerScorer | None = None

    def scorer(self, read_item: ReadItem) -> AnswerScorer:
        """Return the one scorer of this run, which remembers."""
        if self._scorer is None:
            self._scorer = AnswerScorer(read_item)
        return self._scorer

    def add(self, attempt_id: int, item_id: str, *, right: bool) -> None:
        """Add an answer; the answers of an attempt come one behind the other."""
        if not self._attempts or self._attempts[-1] != attempt_id:
            self._attempts.append(attempt_id)
        self._learner.append(len(self._attempts) - 1)
        self._item.append(self._items.setdefault(item_id, len(self._items)))
        self._right.append(right)

    def responses(self) -> ItemResponses:
        """Return what was added, items in the order of their ids."""
        names = sorted(self._items)
        place = np.empty(len(names), dtype=np.int64)
        for new, name in enumerate(names):
            place[self._items[name]] = new
        return ItemResponses(
            learners=tuple(map(str, self._attempts)),
            items=tuple(names),
            learner=np.array(self._learner, dtype=np.int64),
            item=place[np.array(self._item, dtype=np.int64)],
            correct=np.array(self._right, dtype=np.float64),
        )


# --- keeping --------------------------------------------------------------------------------------


def _keep(
    connection: Connection,
    skill: str,
    judged: Judged,
    *,
    before: _Before,
    responses: ItemResponses,
    by: int | None,
    now: datetime,
) -> Calibrated:
    lock_calibrations(connection)
    obstacles = judged.obstacles
    current = find_calibration(connection, skill=skill)
    if (current.id if current else None) != (before.current.id if before.current else None):
        meanwhile = Phrase("Another calibration was put in force meanwhile.")
        obstacles = (*obstacles, meanwhile)
    usable = not obstacles
    found = judged.calibration
    calibration = NewCalibration(
        skill=skill,
        model=found.model,
        parameters=_kept_parameters(judged, before=before, usable=usable),
        learners=found.n,
        answers=responses.correct.size,
        converged=found.converged,
        details=_details(judged, before=before),
        verdict=said_to_text(Joined(obstacles)) if obstacles else "",
        code_version=CODE_VERSION,
        made_by=by,
    )
    calibration_id = keep_calibration(connection, calibration=calibration, in_force=usable, now=now)
    versions = select_calibrations(connection, skill=skill)
    version = next(one.version for one in versions if one.id == calibration_id)
    append_audit(
        connection,
        stream=ORGANISATION,
        actor="command line" if by is None else f"person:{by}",
        deed="calibration put in force" if usable else "calibration kept, not in force",
        object_=f"calibration:{calibration_id}",
        payload={"skill": skill, "version": version, "model": found.model, "checks": found.n},
        now=now,
    )
    return Calibrated(
        skill=skill,
        version=version,
        model=found.model,
        checks=found.n,
        answers=int(responses.correct.size),
        in_force=usable,
        rescored=0,
        sentences=_sentences(judged, obstacles=obstacles, version=version, before=before),
    )


def _kept_parameters(judged: Judged, *, before: _Before, usable: bool) -> dict[str, Any]:
    """Return the parameters to keep; items no longer asked keep those on the same scale.

    Of an estimate that is not used everything that was estimated is kept, for whoever looks.
    """
    if not usable:
        return {item.item_id: _figures(item) for item in judged.calibration.items}
    old = parameters_of(before.measured).items if before.measured else {}
    return {id_: _figures(item) for id_, item in sorted({**old, **judged.items}.items())}


def _figures(item: ItemParameters) -> dict[str, Any]:
    return {name: value for name, value in asdict(item).items() if name != "item_id"}


def _details(judged: Judged, *, before: _Before) -> Mapping[str, Any]:
    found = judged.calibration
    details: dict[str, Any] = {
        "log_likelihood": found.log_likelihood,
        "cycles": found.cycles,
        "warnings": list(found.warnings),
        "pilot": list(judged.pilot),
    }
    if judged.link is not None and before.measured is not None:
        details["link"] = {
            "to_version": before.measured.version,
            "slope": judged.link.slope,
            "intercept": judged.link.intercept,
            "anchors": list(judged.link.anchors),
            "dropped": list(judged.link.dropped),
            "loss": judged.link.loss,
        }
    return details


def _sentences(
    judged: Judged, *, obstacles: tuple[str, ...], version: int, before: _Before
) -> tuple[str, ...]:
    if obstacles:
        stays: str = Phrase("none")
        if before.current is not None:
            stays = Phrase("version {version}", version=str(before.current.version))
        return (
            Phrase(
                "Version {version} is kept and not put in force; {stays} stays in force.",
                version=str(version),
                stays=stays,
            ),
            *obstacles,
        )
    first = Phrase(
        "Version {version} is in force: {n} items measured.",
        version=str(version),
        n=Number(len(judged.items)),
    )
    if judged.link is None:
        return first, Phrase("It is the first measured one; its own sample sets the scale.")
    told = Phrase(
        "It stands on the scale of version {version} through {n} common items (slope {slope}, "
        "intercept {intercept}).",
        version=str(before.measured.version if before.measured else 0),
        n=Number(len(judged.link.anchors)),
        slope=Number(judged.link.slope, 3),
        intercept=Number(judged.link.intercept, 3, signed=True),
    )
    pilot = len(judged.pilot)
    new = Phrase("{n} items are too new and do not count yet.", n=Number(pilot))
    return (first, told, *judged.link.warnings, *([new] if pilot else []))
