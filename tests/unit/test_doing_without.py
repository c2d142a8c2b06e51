"""A machine without PostgreSQL or Chromium: its tests are skipped aloud, or fail."""

import warnings

import pytest

from tests.doing_without import do_without

REASON = "PostgreSQL could not be started: no such file"


def test_what_cannot_be_had_is_skipped_with_a_loud_line(monkeypatch):
    monkeypatch.delenv("CI", raising=False)

    # Under the settings of the whole run, where a warning is an error.
    with warnings.catch_warnings(record=True) as told, pytest.raises(pytest.skip.Exception):
        do_without(REASON)

    assert [str(one.message) for one in told] == [f"SKIPPED: {REASON}"]


def test_what_cannot_be_had_fails_where_everything_has_to_be_checked(monkeypatch):
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match=REASON):
        do_without(REASON)
