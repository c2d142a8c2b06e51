"""A roster file is read whole or refused with the row and the column of every fault."""

import pytest

from portal.services.roster_file import COLUMNS, REQUIRED, read_roster

PROFILES = ("all-staff", "builder")
ISSUER = "https://id.norhaven.example"
HEADER = "issuer,subject,name,email,team,team_name,parent_team,leads,last_day,role_profile"


def row(
    subject: str = "s1",
    *,
    issuer: str = ISSUER,
    name: str = "Ada Lind",
    email: str = "ada@norhaven.example",
    team: str = "T1",
    team_name: str = "",
    parent: str = "",
    leads: str = "",
    last_day: str = "",
    profile: str = "",
) -> str:
    cells = (issuer, subject, name, email, team, team_name, parent, leads, last_day, profile)
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


def read(*rows: str, header: str = HEADER):
    return read_roster("\n".join([header, *rows]).encode(), profiles=PROFILES)


def told(*rows: str, header: str = HEADER) -> list[str]:
    return [str(fault) for fault in read(*rows, header=header).faults]


def test_a_row_says_who_somebody_is_and_where_they_work():
    roster = read(row("s1", leads="T1; T2", last_day="2026-06-30", profile="builder"))

    (person,) = roster.people
    assert roster.faults == ()
    assert person.key == (ISSUER, "s1")
    assert (person.team, person.leads, person.role_profile) == ("T1", ("T1", "T2"), "builder")
    assert str(person.last_day) == "2026-06-30"


def test_a_row_without_a_subject_speaks_of_a_team():
    roster = read(row("", issuer="", name="", email="", team="T1", team_name="Claims", parent="D1"))

    assert roster.people == ()
    assert [(one.code, one.name, one.parent) for one in roster.teams] == [("T1", "Claims", "D1")]


def test_a_file_of_a_spreadsheet_with_semicolons_and_a_mark_at_its_start_is_read():
    text = "\ufeff" + HEADER.replace(",", ";") + "\r\n" + row().replace('","', '";"') + "\r\n"

    roster = read_roster(text.encode(), profiles=PROFILES)

    assert roster.faults == ()
    assert len(roster.people) == 1


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16_is_refused_with_what_to_do(coding):
    (fault,) = read_roster(f"{HEADER}\n{row()}".encode(coding), profiles=PROFILES).faults

    assert "UTF-16" in str(fault)
    assert "CSV UTF-8" in str(fault)


@pytest.mark.parametrize(
    ("bytes_", "said"),
    [
        (b"issuer,subject\nx\0y", "row 2"),
        (b"issuer,subject\n\xff\xfa", "row 2"),
        (b"", "empty"),
        (b'issuer,subject\n"open', "no table"),
        (b"\x80" * 20, "row 1"),
    ],
)
def test_a_damaged_file_is_refused_with_a_sentence(bytes_, said):
    faults = read_roster(bytes_, profiles=PROFILES).faults

    assert said in str(faults[0])


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_missing_column_is_named(missing):
    header = ",".join(name for name in COLUMNS if name != missing)

    assert any(missing in sentence for sentence in told(header=header))


def test_an_unknown_or_doubled_column_is_named():
    assert any("“manger”" in one for one in told(header=HEADER + ",manger"))
    assert told(header=HEADER + ",team") == [
        "row 1, team: There are two columns of this name. Expected one."
    ]


@pytest.mark.parametrize(
    ("column", "line"),
    [
        ("subject", row("s\u0430m")),  # a Cyrillic letter
        ("subject", row("s\u200b1")),
        ("subject", row("two words")),
        ("issuer", row(issuer="id.norhaven.example")),
        ("issuer", row(issuer="https://id.nоrhaven.example")),  # noqa: RUF001 - a look-alike
        ("issuer", row(issuer="")),
        ("name", row(name="")),
        ("name", row(name="=HYPERLINK(1)")),
        ("name", row(name="@SUM(A1)")),
        ("name", row(name="\uff1dcmd")),
        ("name", row(name="<script>alert(1)</script>")),
        ("name", row(name="Ada\u202eLind")),
        ("name", row(name="Ada\nLind")),
        ("name", row(name="A" * 256)),
        ("email", row(email="ada")),
        ("email", row(email="ada@nоrhaven.example")),  # noqa: RUF001 - a look-alike
        ("email", row(email="=1@norhaven.example")),
        ("team", row(team="T\u0661")),
        ("team", row(team="=T1")),
        ("leads", row(leads="T1;<b>")),
        ("last_day", row(last_day="31.12.2026")),
        ("last_day", row(last_day="2026-02-30")),
        ("last_day", row(last_day="2026-W10-1")),
        ("last_day", row(last_day="0001-01-01")),
        ("role_profile", row(profile="wizard")),
        ("parent_team", row(parent="D1")),
        ("team_name", row(team_name="+1")),
    ],
)
def test_a_bad_cell_is_refused_with_its_row_and_column(column, line):
    sentences = told(row("fine"), line)

    assert sentences
    assert all(sentence.startswith(f"row 3, {column}: ") for sentence in sentences)
    assert all(sentence.isprintable() for sentence in sentences)


def test_the_same_person_twice_and_capitals_only_are_told_with_both_rows():
    sentences = told(row("s1"), row("s2"), row("s1"), row("S2"))

    assert [sentence.split(":")[0] for sentence in sentences] == [
        "row 4, subject",
        "row 5, subject",
    ]
    assert "row 2" in sentences[0]
    assert "looks like" in sentences[1]


def test_rows_that_contradict_each_other_about_a_team_are_told():
    (sentence,) = told(row("s1", team_name="Claims"), row("s2", team_name="Payments"))

    assert sentence == (
        "row 3, team_name: Row 2 says “Claims” of the team T1, this row says “Payments”. "
        "Let them agree."
    )


def test_a_row_with_too_few_cells_is_told_and_empty_rows_are_not():
    assert told("a,b", ",,,,,,,,,") == [
        "row 2: This row has 2 cells. Expected 10, one for each column."
    ]


def test_every_fault_is_told_at_once():
    assert len(told(row("s 1", name="=1"), row("s2", email="x"))) == 3
