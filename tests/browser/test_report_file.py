"""The report of a program in a real browser: readable for everybody, in light, dark and narrow."""

from pathlib import Path

import pytest

from db.queries.programs import ProgramRow
from portal.charts.report import Report, report_html
from portal.services.comparing import ComparedProgram, Origin
from tests.app.compared import make_compared
from tests.browser.axe import findings
from tests.browser.visits import PATIENCE, enter_as
from tests.factories import NOW, TODAY


def make_report(**values) -> str:
    drawn = values.get("design", "randomised") == "randomised"
    program = ProgramRow(1, "Workflow <pilot> & more", "workflow", "lottery", TODAY, drawn)
    part = ComparedProgram(
        program=program,
        targets=("end",),
        target="end",
        compared=make_compared(**values),
        origin=Origin("a" * 64, "comparison 1", NOW),
        stale=False,
        job=None,
    )
    return report_html(Report(name="AI Skills", min_group=5, parts=(part,)))


@pytest.fixture(params=["light", "dark"])
def reader(request, chromium):
    context = chromium.new_context(
        color_scheme=request.param, viewport={"width": 1200, "height": 900}
    )
    context.set_offline(True)
    yield context.new_page()
    context.close()


def test_a_report_has_no_finding_and_no_scroll_bar_on_a_phone(reader, tmp_path):
    reader.set_content(make_report())

    assert findings(reader) == []
    reader.screenshot(path=tmp_path / "report.png", full_page=True)
    reader.set_viewport_size({"width": 390, "height": 844})
    width = reader.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_a_withheld_report_has_no_finding(reader):
    reader.set_content(make_report(design="self_selected", assignment="theta0", selection=1.5))

    assert findings(reader) == []
    assert "Groups started too far apart" in reader.locator("main").inner_text()


def test_a_report_arrives_from_the_page_the_same_twice(page, served):
    enter_as(page, served, "program_lead", path="/programs")
    files = []

    for _time in range(2):
        with page.expect_download(timeout=PATIENCE) as taken:
            page.get_by_role("button", name="Report as a file").click()
        files.append(Path(taken.value.path()).read_bytes())

    assert files[0].startswith(b"<!DOCTYPE html>")
    assert files[0] == files[1]
