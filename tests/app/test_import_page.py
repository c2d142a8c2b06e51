"""The page that brings questions along: every one accounted for, chosen, and taken once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from portal import clock, loaders
from portal.services.importing import MAX_UPLOAD
from portal.services.people import PERSONA_ISSUER
from portal.services.sessions import start_session
from tests.factories import make_person
from tests.import_files import BANK, GIFT, NAME
from tests.small_house import House

APP = Path(__file__).resolve().parents[2] / "portal" / "app.py"


@dataclass
class Upload:
    """What a browser handed in."""

    name: str
    data: bytes
    file_id: str = "one"

    def getvalue(self) -> bytes:
        """Return the bytes."""
        return self.data


Open = Callable[..., AppTest]


@pytest.fixture
def open_page(house: House, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the page with a file handed in: `open_page("author", GIFT)`."""

    def open_(role: str = "author", data: str | bytes | None = GIFT, name: str = NAME) -> AppTest:
        person = make_person(house.store, issuer=PERSONA_ISSUER, roles=("employee", role))
        token = start_session(house.store, person_id=person, now=clock.now(), hours=1)
        monkeypatch.setattr(loaders, "session_token", lambda: token)
        raw = data.encode() if isinstance(data, str) else data
        upload = None if raw is None else Upload(name, raw)
        # AppTest cannot hand a file in.
        monkeypatch.setattr(st, "file_uploader", lambda *_args, **_more: upload)
        at = AppTest.from_file(str(APP), default_timeout=60)
        at.switch_page("app_pages/imports.py")
        return at.run()

    return open_


def choose_skill(at: AppTest) -> AppTest:
    return at.selectbox(key="imports_skill").set_value("agent-operations").run()


def words(at: AppTest) -> str:
    kinds = (at.markdown, at.info, at.warning, at.success, at.error, at.header, at.title)
    return "\n".join(one.value for kind in kinds for one in kind)


def test_the_page_says_what_it_takes_and_how_much(open_page):
    at = open_page(data=None)

    assert not at.exception
    assert f"at most {MAX_UPLOAD // 1024} KB" in words(at)
    assert "The file itself is not kept." in words(at)


def test_every_question_stands_there_with_its_line_and_fate(open_page):
    at = choose_skill(open_page())

    said = words(at)
    assert "4 questions found" in said
    assert "Question 1, line 2" in said
    assert "1 refused" in said
    assert "Which step comes next" in said, "drawn as a learner would see it"
    assert not at.exception


def test_taking_over_makes_a_draft_and_the_second_time_changes_nothing(open_page, house):
    at = choose_skill(open_page())

    at.button(key="imports_take").click().run()

    assert "3 questions are in your draft." in words(at)
    assert at.button(key=f"imports_open_{BANK}").label.endswith(BANK)
    at.run()
    assert "every question of this file was taken over before" in words(at)
    assert not [one for one in at.button if one.key == "imports_take"]
    assert f"it stands in `{BANK}`" in words(at)


def test_a_question_that_is_not_ticked_stays_out(open_page):
    at = choose_skill(open_page())
    box = next(one for one in at.checkbox if one.label == "Take question 1")

    box.uncheck().run()
    at.button(key="imports_take").click().run()

    assert "2 questions are in your draft." in words(at)
    at.run()
    assert at.button(key="imports_take").label.startswith("Take 0 questions over")
    assert at.button(key="imports_take").disabled


def test_only_the_refused_can_be_shown(open_page):
    at = choose_skill(open_page())

    at.radio(key="imports_shown").set_value("refused").run()

    assert "Question 4, line 11" in words(at)
    assert "Question 1, line 2" not in words(at)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"\x00\x00", "x.xml", "Line 1: the file is not text"),
        (b"PK\x03\x04rest", "x.csv", "Line 1: the file is packed"),
        (b'<!DOCTYPE q [<!ENTITY a "b">]><quiz/>', "x.xml", "Line 1: the file declares"),
    ],
)
def test_a_file_that_is_no_question_file_is_told_and_nothing_is_counted(
    open_page, data, name, reason
):
    at = choose_skill(open_page(data=data, name=name))

    assert not at.exception
    assert "This file cannot be read" in words(at)
    assert reason in words(at)
    assert "found" not in words(at)


def test_a_file_too_large_is_refused_by_the_server_too(open_page):
    at = choose_skill(open_page(data=b"x" * (MAX_UPLOAD + 1)))

    assert "at most 1,024 KB" in words(at) or "at most 1024 KB" in words(at)
    assert "questions found" not in words(at)


@pytest.mark.parametrize("role", ["manager", "approver", "auditor"])
def test_those_who_write_no_lessons_never_see_the_page(open_page, role):
    at = open_page(role, None)

    assert "Import questions" not in [one.value for one in at.title]


def test_the_lessons_page_leads_here(open_page):
    at = open_page(data=None)
    at.switch_page("app_pages/lessons.py").run()

    assert at.button(key="lessons_import").label == "Import questions"
