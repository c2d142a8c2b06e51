"""The frozen plan beside the figures: which check decides, and whether the program kept to it."""

from dataclasses import replace

import pytest

from db.queries.programs import ProgramRow
from portal.charts.promise import promise_words
from portal.charts.report import Report, report_html
from portal.services.comparing import ComparedProgram, Origin, Promise
from tests.app.compared import make_compared
from tests.factories import NOW, TODAY

PROMISE = Promise("end", NOW, True)
FOUND = ComparedProgram(
    program=ProgramRow(1, "Pilot", "workflow", "lottery", TODAY, True),
    targets=("end",),
    target="end",
    compared=None,
    origin=Origin("a" * 64, "comparison 1", NOW),
    stale=False,
    job=None,
    promise=PROMISE,
)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "the check that decides"),
        ({"target": "plus6"}, "another check decides: End"),
        ({"promise": replace(PROMISE, kept=False)}, "no longer what its plan promised"),
    ],
)
def test_a_reader_is_told_what_the_plan_says_of_a_check(changed, words):
    assert words in promise_words(replace(FOUND, **changed))


def test_without_a_frozen_plan_nothing_is_said_of_one():
    assert promise_words(replace(FOUND, promise=None)) is None


def test_a_report_says_which_check_decides():
    part = replace(FOUND, compared=make_compared(), target="plus6")

    assert "another check decides: End" in report_html(Report("AI Skills", 5, (part,)))
