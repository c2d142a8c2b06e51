"""The receipt of a result: what it was made from, and the same figures worked out once more."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from assessments.form_scores import AnswerScorer, FormScore, FormScorer
from assessments.graded_levels import level_given
from curriculum.json_values import registers_from_json
from curriculum.model import Registers
from db import Connection
from db.queries.calibrations import CalibrationRow, find_calibration_by_id
from db.queries.content import RevisionRow, find_revision_at, select_revisions
from db.queries.learning import AttemptItemRow, select_attempt_items
from db.queries.scoring import (
    GivenRow,
    StandingRow,
    find_result,
    find_standing,
    select_result_ids,
)
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import REGISTERS
from portal.services.evidence import BEFORE_GRADED_WORK
from portal.services.graded_levels import read_graded_work
from portal.services.learning import ReadItem
from portal.services.results import find_own_check
from portal.services.scoring import Ruler, level_of, parameters_of, score_by


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it is kept and as it comes out now; `same` to the last bit or not."""

    name: str
    kept: float | int | str
    again: float | int | str

    @property
    def same(self) -> bool:
        """Whether the two are equal."""
        return self.kept == self.again


@dataclass(frozen=True, slots=True)
class Line:
    """One question behind a result, with its key: for whoever holds the server, never for a page.

    `scored_by` is the number of the revision whose key counted, None where it did not count; `a`
    and `b` are None where the item had no parameters.
    """

    position: int
    item_id: str
    cell: str
    shown: int
    scored_by: int | None
    response: str | None
    answered_at: datetime | None
    correct: bool | None
    a: float | None
    b: float | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """All that a result was made from. `results` are the ids of every result of the check."""

    result: StandingRow
    calibration: CalibrationRow
    lines: tuple[Line, ...]
    figures: tuple[Figure, ...]
    results: tuple[int, ...]

    @property
    def same(self) -> bool:
        """Whether every figure comes out as it is kept."""
        return all(figure.same for figure in self.figures)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as its learner may see it afterwards: its topic and when it was answered.

    Neither its text nor whether the answer was right: both would give the key away.
    """

    number: int
    cell: str
    text_number: int
    answered_at: datetime | None
    counts: bool


@dataclass(frozen=True, slots=True)
class EarlierResult:
    """A result of the same check that no longer is in force."""

    id: int
    scored_at: datetime
    level: int
    reason: str


@dataclass(frozen=True, slots=True)
class OwnReceipt:
    """The receipt of an own result as a page may show it; it holds no key."""

    result: StandingRow
    calibration: CalibrationRow
    questions: tuple[AskedQuestion, ...]
    figures: tuple[Figure, ...]
    earlier: tuple[EarlierResult, ...]

    @property
    def same(self) -> bool:
        """Whether every figure comes out as it is kept."""
        return all(figure.same for figure in self.figures)


def full_receipt(store: Store, *, result_id: int, read_item: ReadItem) -> Receipt:
    """Return the receipt of any result with keys and answers, for the command line.

    Raises
    ------
    Refused
        When there is no such result.
    """

    def read(connection: Connection) -> Receipt:
        # SQLite cannot even look for a number of more than 64 bits.
        known = 0 < result_id < 2**63
        result = find_result(connection, result_id) if known else None
        if result is None:
            raise Refused("There is no result {id}.", id=result_id)
        return _receipt(connection, result, read_item=read_item)

    return store.read(read)


def read_own_receipt(
    store: Store, *, viewer: Viewer, attempt_id: int, read_item: ReadItem
) -> OwnReceipt:
    """Return how the result in force of an own check was computed, without any key."""
    access.require(viewer, "see own record")

    def read(connection: Connection) -> OwnReceipt:
        find_own_check(connection, viewer, attempt_id)
        result = find_standing(connection, attempt_id=attempt_id)
        if result is None:
            raise Refused("This check is not handed in yet. Go on with it from Home.")
        receipt = _receipt(connection, result, read_item=read_item)
        old = [find_result(connection, id_) for id_ in receipt.results if id_ != result.id]
        return OwnReceipt(
            result=result,
            calibration=receipt.calibration,
            questions=tuple(
                AskedQuestion(
                    number=line.position + 1,
                    cell=line.cell,
                    text_number=line.shown,
                    answered_at=line.answered_at,
                    counts=line.scored_by is not None,
                )
                for line in receipt.lines
            ),
            figures=tuple(one for one in receipt.figures if one.name != "cells"),
            earlier=tuple(
                EarlierResult(one.id, one.scored_at, one.level, one.reason) for one in old if one
            ),
        )

    return store.read(read)


def _receipt(connection: Connection, result: StandingRow, *, read_item: ReadItem) -> Receipt:
    calibration = find_calibration_by_id(connection, result.calibration_id)
    if calibration is None:
        raise Refused("The parameters of result {id} are missing.", id=result.id)
    rows = select_attempt_items(connection, result.attempt_id)
    answers = AnswerScorer(read_item)
    ruler = Ruler(calibration.id, FormScorer(answers, parameters_of(calibration)))
    given = [GivenRow(row.position, row.revision_id, row.response) for row in rows]
    again = score_by(given, keys=result.keys, ruler=ruler)
    revisions = select_revisions(
        connection,
        [row.revision_id for row in rows] + [id_ for id_ in result.keys.values() if id_],
    )
    return Receipt(
        result=result,
        calibration=calibration,
        lines=tuple(_line(row, result=result, ruler=ruler, revisions=revisions) for row in rows),
        figures=_figures(result, again, level=_level_again(connection, result, again)),
        results=select_result_ids(connection, attempt_id=result.attempt_id),
    )


def _registers_at(connection: Connection, at: datetime) -> Registers:
    """Return the registers, and with them the cuts of the levels, as they were then."""
    found = find_revision_at(connection, REGISTERS, at=at)
    if found is None:
        raise Refused("The registers were never published; publish the content first.")
    return registers_from_json(found.body)


def _line(
    row: AttemptItemRow,
    *,
    result: StandingRow,
    ruler: Ruler,
    revisions: Mapping[int, RevisionRow],
) -> Line:
    revision_id = result.keys.get(str(row.position), row.revision_id)
    answers = ruler.scorer.answers
    item = answers.read_item(row.revision_id)
    known = ruler.scorer.parameters.items.get(item.id)
    correct = None if revision_id is None else answers.score(revision_id, row.response).correct
    return Line(
        position=row.position,
        item_id=item.id,
        cell=item.cell or "",
        shown=revisions[row.revision_id].number,
        scored_by=None if revision_id is None else revisions[revision_id].number,
        response=row.response,
        answered_at=row.answered_at,
        correct=correct,
        a=known.a if known else None,
        b=known.b if known else None,
    )


def _level_again(connection: Connection, result: StandingRow, again: FormScore) -> int:
    """Return the level by the cuts of that day, and by the graded work passed by then."""
    skill = _registers_at(connection, result.scored_at).skills.get(result.skill)
    if skill is None:
        return 0
    level = level_of(again.estimate.wle, skill=skill)
    if result.code_version in BEFORE_GRADED_WORK:
        return level
    graded = read_graded_work(connection, [result.learner_id])
    covered = graded.covers(result.learner_id, result.skill, at=result.taken_at)
    return level_given(level, has_graded_work=covered)


def _figures(result: StandingRow, again: FormScore, *, level: int) -> tuple[Figure, ...]:
    estimate = again.estimate
    return (
        Figure("theta", result.theta, estimate.wle),
        Figure("se", result.se, estimate.se),
        Figure("eap", result.eap, estimate.eap),
        Figure("eap_sd", result.eap_sd, estimate.sd),
        Figure("items", result.items, len(again.outcomes)),
        Figure("correct", result.correct, again.correct),
        Figure("level", result.level, level),
        Figure("cells", _cells(result.cells), _cells(again.cells)),
    )


def _cells(cells: Mapping[str, Sequence[int]]) -> str:
    return ", ".join(f"{name} {right}/{asked}" for name, (right, asked) in sorted(cells.items()))


# --- as text --------------------------------------------------------------------------------------


def receipt_text(receipt: Receipt) -> str:
    """Write a receipt for a terminal."""
    result, calibration = receipt.result, receipt.calibration
    stands = "in force" if result.in_force else "replaced by a later one"
    counts = "counts towards growth" if result.counted else "does not count towards growth"
    head = [
        f"Result {result.id} of {result.skill}: number {result.number} of attempt "
        f"{result.attempt_id}, {stands}, {counts}",
        f"taken {result.taken_at:%Y-%m-%d %H:%M} UTC, scored {result.scored_at:%Y-%m-%d %H:%M} UTC "
        f"because of: {result.reason}"
        + (f" (regrade {result.regrade_id})" if result.regrade_id else ""),
        f"code version {result.code_version}; calibration version {calibration.version} "
        f"({calibration.model}, {calibration.learners} checks, made "
        f"{calibration.made_at:%Y-%m-%d %H:%M} UTC by code {calibration.code_version})",
        f"results of this attempt: {', '.join(map(str, receipt.results))}",
        "",
    ]
    columns = ("at", "item", "cell", "shown", "scored by", "right", "a", "b", "answer")
    table = [columns, *(_line_cells(line) for line in receipt.lines)]
    widths = [max(len(row[index]) for row in table) for index in range(len(columns))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
    return "\n".join(
        [*head, *lines, "", *map(_figure_line, receipt.figures), "", _verdict(receipt)]
    )


def receipt_json(receipt: Receipt) -> str:
    """Write a receipt for a program."""
    values = asdict(receipt)
    values["figures"] = [asdict(one) | {"same": one.same} for one in receipt.figures]
    return json.dumps(values | {"same": receipt.same}, indent=2, default=str, allow_nan=False)


def _line_cells(line: Line) -> tuple[str, ...]:
    right = {None: "-", True: "yes", False: "no"}[line.correct]
    return (
        str(line.position + 1),
        line.item_id,
        line.cell,
        str(line.shown),
        "not counted" if line.scored_by is None else str(line.scored_by),
        right,
        "-" if line.a is None else f"{line.a:.4f}",
        "-" if line.b is None else f"{line.b:.4f}",
        line.response or "(no answer)",
    )


def _figure_line(figure: Figure) -> str:
    word = "same" if figure.same else "DIFFERENT"
    return f"{figure.name:8} kept {figure.kept!r:24} again {figure.again!r:24} {word}"


def _verdict(receipt: Receipt) -> str:
    if receipt.same:
        return "Every figure comes out as it is kept, to the last bit."
    names = ", ".join(figure.name for figure in receipt.figures if not figure.same)
    return f"Not as it is kept: {names}. Look at the code version and the registers of that day."
