"""Words, dates and numbers as a reader of English sees them, and what other languages need."""

from datetime import UTC, date, datetime

import pytest

from portal import text
from portal.access import Refused
from portal.text import (
    _,
    date_text,
    languages,
    month_text,
    number_text,
    percent_text,
    plain,
    plural,
    sentence_text,
    signed_text,
    time_text,
    use_language,
)

MINUS, THIN_SPACE = "\u2212", "\u2009"


@pytest.fixture
def german(tmp_path, monkeypatch):
    """A second catalogue, to see that nothing is bound to English."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    words = Catalog(locale="de", domain="portal")
    words.add("Home", string="Start")
    words.add(("{n} day", "{n} days"), string=("{n} Tag", "{n} Tage"))
    words.add("Come back on {day}.", string="Komm am {day} wieder.")
    for language, catalogue in (("de", words), ("en", Catalog(locale="en"))):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        with (folder / "portal.mo").open("wb") as file:
            write_mo(file, catalogue)
    monkeypatch.setattr(text, "LOCALES", tmp_path)
    text._catalogue.cache_clear()
    use_language("de")
    yield
    text._catalogue.cache_clear()
    monkeypatch.undo()
    use_language("en")


def test_english_is_the_first_catalogue():
    assert "en" in languages()
    assert _("Home") == "Home"


def test_an_unknown_language_falls_back_to_english():
    use_language("xx")
    assert date_text(date(2025, 11, 28)) == "Fri 28 Nov 2025"
    use_language("../en")
    assert _("Home") == "Home"


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (1200, "1,200 days")]
)
def test_a_count_takes_its_form(count, said):
    assert plural("{n} day", "{n} days", count) == said


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [(4846, 0, "4,846"), (-0.31, 2, f"{MINUS}0.31"), (0.5, 2, "0.50"), (1234.5, 1, "1,234.5")],
)
def test_numbers_are_grouped_and_have_a_real_minus(value, digits, said):
    assert number_text(value, digits=digits) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.25, "+0.25"), (-0.25, f"{MINUS}0.25"), (0, "+0.00")]
)
def test_a_difference_has_its_sign(value, said):
    assert signed_text(value, digits=2) == said


@pytest.mark.parametrize(("share", "said"), [(0.93, "93"), (1, "100"), (0.004, "0")])
def test_a_share_is_a_whole_per_cent_with_a_thin_space(share, said):
    assert percent_text(share) == f"{said}{THIN_SPACE}%"


def test_days_and_months_are_said_in_words():
    assert date_text(date(2025, 11, 28)) == "Fri 28 Nov 2025"
    assert date_text(datetime(2025, 11, 28, 9, 0, tzinfo=UTC)) == "Fri 28 Nov 2025"
    assert month_text(date(2026, 10, 1)) == "Oct 2026"


def test_a_time_is_said_in_hours_and_minutes_of_the_server(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert time_text(datetime(2025, 11, 28, 9, 42, 59, tzinfo=UTC)) == "10:42"
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


def test_a_second_language_changes_words_numbers_and_dates(german):
    assert _("Home") == "Start"
    assert plural("{n} day", "{n} days", 1) == "1 Tag"
    assert plural("{n} day", "{n} days", 1200) == "1.200 Tage"
    assert number_text(-1234.5, digits=1) == f"{MINUS}1.234,5"
    assert date_text(date(2025, 11, 28)) == "Fr. 28 Nov. 2025"


def test_a_word_without_translation_stays_english(german):
    assert _("My tracks") == "My tracks"


def test_a_refusal_is_said_in_the_readers_language_and_logged_in_english(german):
    refusal = Refused("Come back on {day}.", day=date(2025, 11, 28))
    assert sentence_text(refusal) == "Komm am Fr. 28 Nov. 2025 wieder."
    assert str(refusal) == "Come back on 2025-11-28."


def test_a_refusal_without_values_keeps_its_braces():
    assert sentence_text(Refused("Write {n} yourself.")) == "Write {n} yourself."
    assert sentence_text(PermissionError("no entry")) == "no entry"


def test_a_name_stays_a_name_inside_markdown():
    assert plain("Ada O'Neil") == "Ada O'Neil"
    assert plain("*Ada* :red[x] $y$ <b>") == r"\*Ada\* \:red\[x\] \$y\$ \<b\>"
