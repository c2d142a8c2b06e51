"""Sources for the tests of the importers, and short ways to import them."""

from curriculum.importers.importing import SourceKind, import_file
from curriculum.importers.report import ImportReport, Outcome
from curriculum.model import Bank, Item, Registers
from curriculum.parse import read_file

SKILL = "agent-operations"
FRONT = """\
---
schema: bank/1
id: imported.test
title: Test
owner: ada@norhaven.example
use: formative
licence: internal
---

# Test

"""


def imported(
    source: str | bytes, *, kind: SourceKind = "gift", registers: Registers | None = None
) -> ImportReport:
    """The report of a source, whose counts always add up."""
    report = import_file(source, kind=kind, skill=SKILL, name="week1", registers=registers)
    assert report.imported + report.warned + report.refused == report.found
    return report


def only(source: str | bytes, *, kind: SourceKind = "gift") -> Outcome:
    """What became of the one question of a source."""
    (outcome,) = imported(source, kind=kind).outcomes
    return outcome


def item_of(outcome: Outcome) -> Item:
    """The item that our own parser reads in a draft."""
    assert outcome.result != "refused", outcome.reason
    parsed = read_file(FRONT + outcome.markdown, path="imported.md", kind="bank")
    assert [p for p in parsed.facts.problems if p.level == "error"] == []
    assert isinstance(parsed.value, Bank)
    (item,) = parsed.value.items
    return item


def item(source: str | bytes, *, kind: SourceKind = "gift") -> Item:
    """The item that the one question of a source becomes."""
    return item_of(only(source, kind=kind))


def quiz(*questions: str) -> str:
    """A Moodle XML file of some questions."""
    inner = "\n".join(questions)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{inner}\n</quiz>\n'


def xml_question(
    type_: str, *, text: str = "<p>Which tool sends mail?</p>", rest: str = "", name: str = "Tools"
) -> str:
    """One question of Moodle XML; `text` is HTML."""
    return (
        f'<question type="{type_}">\n<name><text>{name}</text></name>\n'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>\n'
        f"{rest}\n</question>"
    )


def xml_answer(text: str, *, fraction: str = "0", feedback: str = "", inner: str = "") -> str:
    """One answer of Moodle XML."""
    return (
        f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>{inner}'
        f"<feedback><text><![CDATA[{feedback}]]></text></feedback></answer>"
    )


TWO_CHOICES = xml_answer("The mailer", fraction="100") + xml_answer("The parser")
