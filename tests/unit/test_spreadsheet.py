"""No cell of a file that leaves the portal is ever computed by a spreadsheet."""

import csv
import io

import pytest

from portal.services.spreadsheet import csv_bytes, csv_text, safe_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u00a0=1",
        "\uff1dcmd",
        "=",
        "-",
        "+",
        '=HYPERLINK("http://x")',
        "-2+3+cmd|' /C calc'!A0",
    ],
)
def test_a_text_that_begins_like_a_formula_is_shown_and_not_computed(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "a=b", "1+1", "-5", "+0,25", "-1.234,5", "'=1"])
def test_other_texts_and_signed_numbers_stay_as_they_are(text):
    assert safe_cell(text) == text


@pytest.mark.parametrize("value", [None, 3, -3, -0.5, True])
def test_numbers_stay_numbers(value):
    assert safe_cell(value) is value


def test_names_of_columns_are_made_safe_too_and_commas_and_lines_survive():
    rows = [["a,b", 'say "x"'], ["two\nlines", "=1"]]

    found = list(csv.reader(io.StringIO(csv_text(["=name", "plain"], rows))))

    assert found == [["'=name", "plain"], ["a,b", 'say "x"'], ["two\nlines", "'=1"]]


def test_a_spreadsheet_is_told_that_the_file_is_utf_8():
    assert csv_bytes(["é"], []) == b"\xef\xbb\xbf\xc3\xa9\n"
