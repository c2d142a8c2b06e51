"""What became of each question of a source file, in figures, as text and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from curriculum.importers.question import Fault
from curriculum.phrases import Said

Result = Literal["imported", "imported with warnings", "refused"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question: an item in Markdown, or the reason why there is none.

    `line` is where the question begins in its source, `reason_line` where it was refused.
    """

    number: int
    line: int
    name: str
    type_name: str
    result: Result
    item_id: str = ""
    markdown: str = ""
    warnings: tuple[Said, ...] = ()
    reason: str = ""
    reason_line: int = 0


@dataclass(frozen=True, slots=True)
class ImportReport:
    """One outcome for every question of a source file.

    With a `fault` the file could not be read to its end, or not at all.
    """

    source: str
    kind: str
    slug: str
    outcomes: tuple[Outcome, ...] = ()
    categories: tuple[str, ...] = ()
    notes: tuple[Said, ...] = ()
    fault: Fault | None = None

    @property
    def found(self) -> int:
        """How many questions the file holds."""
        return len(self.outcomes)

    @property
    def imported(self) -> int:
        """How many were imported as they are."""
        return self._count("imported")

    @property
    def warned(self) -> int:
        """How many were imported with something changed or left out."""
        return self._count("imported with warnings")

    @property
    def refused(self) -> int:
        """How many could not be imported."""
        return self._count("refused")

    @property
    def is_complete(self) -> bool:
        """Whether every question of the file became an item."""
        return self.fault is None and self.refused == 0

    def _count(self, result: Result) -> int:
        return sum(1 for outcome in self.outcomes if outcome.result == result)


def report_text(report: ImportReport) -> str:
    """Every warning and refusal at its line, then the counts."""
    return "\n".join([*_lines(report), summary(report)])


def summary(report: ImportReport) -> str:
    """One line with the counts; they add up."""
    noun = "question" if report.found == 1 else "questions"
    counts = (
        f"{report.source}: {report.found} {noun} = {report.imported} imported"
        f" + {report.warned} imported with warnings + {report.refused} refused"
    )
    if report.categories:
        categories = "category" if len(report.categories) == 1 else "categories"
        counts += f"; {len(report.categories)} {categories} noted at their questions"
    if report.fault is not None:
        rest = "the rest of the file" if report.found else "the file"
        counts += f"; {rest} could not be read"
    return counts


def _lines(report: ImportReport) -> Iterator[str]:
    for note in report.notes:
        yield f"{report.source}: note: {note}"
    for outcome in report.outcomes:
        what = f"question {outcome.number}"
        if outcome.name:
            what += f" '{' '.join(outcome.name.split())[:60]}'"
        if outcome.result == "refused":
            yield f"{report.source}:{outcome.reason_line}: refused: {what}: {outcome.reason}"
        for warning in outcome.warnings:
            yield f"{report.source}:{outcome.line}: warning: {what}: {warning}"
    if report.fault is not None:
        fault = report.fault
        yield f"{report.source}:{fault.line}:{fault.column}: refused: {fault.reason}"


def report_json(report: ImportReport) -> str:
    """The report as one JSON object."""
    counts = {
        "questions": report.found,
        "imported": report.imported,
        "imported_with_warnings": report.warned,
        "refused": report.refused,
    }
    return json.dumps({**asdict(report), "counts": counts}, ensure_ascii=False, indent=1)
