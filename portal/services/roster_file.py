"""A roster file → lines about people and teams, or faults by row and column; pure.

Look-alikes are refused here: the standard of OpenID Connect knows ASCII subjects only, and a team
code is plain ASCII by our own rule.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.services import roster_faults as faulty
from portal.services.roster_faults import RosterFault

REQUIRED = ("issuer", "subject", "name", "email", "team")
OPTIONAL = (
    "role_profile",
    "team_since",
    "leads",
    "deputy_for",
    "leads_since",
    "last_day",
    "team_name",
    "parent_team",
    "parent_since",
)
COLUMNS = (*REQUIRED, *OPTIONAL)
ABOUT_PEOPLE = frozenset(COLUMNS) - {"team", "team_name", "parent_team", "parent_since"}
MAX_BYTES = 64_000_000
MAX_ROWS = 250_000
MAX_TEXT = 255
EARLIEST, LATEST = date(1950, 1, 1), date(2100, 1, 1)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/&-]{0,59}")
_SUBJECT = re.compile(r"[!-~]{1,255}")
_ISSUER = re.compile(r"https?://[!-~]{1,240}|demo")
_EMAIL = re.compile(r"[A-Za-z0-9][!-?A-~]{0,120}@[A-Za-z0-9][A-Za-z0-9.-]{0,120}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A spreadsheet computes what begins like this, in its wide forms too.
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """What a row says of a person; None where the file has no such column or the cell is empty.

    `leads` and `deputy_for` are None only where the column is missing: an empty cell says "none".
    """

    row: int
    issuer: str
    subject: str
    name: str
    email: str
    team: str
    role_profile: str | None = None
    team_since: date | None = None
    leads: tuple[str, ...] | None = None
    deputy_for: tuple[str, ...] | None = None
    leads_since: date | None = None
    last_day: date | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Who it is, everywhere."""
        return self.issuer, self.subject


@dataclass(frozen=True, slots=True)
class TeamLine:
    """What rows say of a team; `parent` is empty at the top, None where nothing was said."""

    row: int
    code: str
    name: str
    parent: str | None
    since: date | None


@dataclass(frozen=True, slots=True)
class Roster:
    """A file that was read; with faults, the rest of it is not to be used."""

    people: tuple[PersonLine, ...] = ()
    teams: tuple[TeamLine, ...] = ()
    columns: frozenset[str] = frozenset()
    faults: tuple[RosterFault, ...] = ()


def read_roster(data: bytes, *, profiles: Collection[str]) -> Roster:
    """Read a file; every fault is found at once.

    Parameters
    ----------
    profiles
        The ids of the role profiles a person may have.
    """
    text, fault = _decode(data)
    if fault is not None:
        return Roster(faults=(fault,))
    try:
        rows = _read_rows(text)
    except csv.Error as error:
        return Roster(faults=(faulty.NO_TABLE.at(0, why=str(error)),))
    if not rows:
        return Roster(faults=(faulty.EMPTY_FILE,))
    header = tuple(cell.strip().casefold() for cell in rows[0])
    faults = list(_header_faults(header))
    if len(rows) - 1 > MAX_ROWS:
        faults.append(faulty.TOO_MANY_ROWS.at(0, n=len(rows) - 1, most=MAX_ROWS))
    if faults:
        return Roster(faults=tuple(faults))
    return _read_lines(rows[1:], header=header, profiles=frozenset(profiles))


def _decode(data: bytes) -> tuple[str, RosterFault | None]:
    if len(data) > MAX_BYTES:
        return "", faulty.TOO_LARGE.at(0, n=len(data), most=MAX_BYTES)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:2]:
        return "", faulty.UTF_16
    if b"\0" in data:
        return "", faulty.NUL_BYTE.at(data[: data.index(b"\0")].count(b"\n") + 1)
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        return "", faulty.NOT_UTF_8.at(data[: error.start].count(b"\n") + 1)


def _read_rows(text: str) -> list[list[str]]:
    first = text.split("\n", 1)[0]
    comma = "," if first.count(",") >= first.count(";") else ";"
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True))


def _header_faults(header: tuple[str, ...]) -> Iterable[RosterFault]:
    for name in REQUIRED:
        if name not in header:
            yield faulty.COLUMN_MISSING.at(1, name, name=name)
    for number, name in enumerate(header, start=1):
        if name not in COLUMNS:
            known = ", ".join(COLUMNS)
            yield faulty.COLUMN_UNKNOWN.at(1, number=number, came=shown(name), known=known)
    for name in sorted({name for name in header if header.count(name) > 1}):
        yield faulty.COLUMN_TWICE.at(1, name)


class _Cells:
    """The cells of one row by column; each reader notes a fault and gives back what it can."""

    def __init__(self, row: int, cells: Mapping[str, str], faults: list[RosterFault]) -> None:
        self.row = row
        self.cells = cells
        self.faults = faults

    def fault(self, column: str, fault: RosterFault, **values: object) -> None:
        """Note a fault of a cell, with the cell."""
        came = shown(self.cells.get(column, ""))
        self.faults.append(fault.at(self.row, column, came=came, **values))

    def words(self, column: str) -> str:
        """Return a name: printable, no tag, nothing a spreadsheet would compute."""
        value = self.cells.get(column, "")
        if not value:
            return value
        if not value.isprintable() or len(value) > MAX_TEXT:
            self.fault(column, faulty.UNPRINTABLE)
        elif value.startswith(_FORMULA):
            self.fault(column, faulty.IS_FORMULA)
        elif "<" in value or ">" in value:
            self.fault(column, faulty.IS_MARKUP)
        return value

    def match(self, column: str, pattern: re.Pattern[str], fault: RosterFault) -> str:
        value = self.cells.get(column, "")
        if value and not pattern.fullmatch(value):
            self.fault(column, fault)
        return value

    def day(self, column: str) -> date | None:
        value = self.cells.get(column, "")
        if not value:
            return None
        try:
            # Python reads week dates such as 2026-W10-1 too.
            day = date.fromisoformat(value) if _DAY.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None or not EARLIEST <= day <= LATEST:
            self.fault(column, faulty.NO_DAY)
            return None
        return day

    def codes(self, column: str) -> tuple[str, ...] | None:
        if column not in self.cells:
            return None
        found = [part.strip() for part in self.cells[column].split(";") if part.strip()]
        for code in found:
            if not _CODE.fullmatch(code):
                self.fault(column, faulty.NO_CODE)
        return tuple(dict.fromkeys(found))


def _read_lines(
    rows: list[list[str]], *, header: tuple[str, ...], profiles: frozenset[str]
) -> Roster:
    faults: list[RosterFault] = []
    people: list[PersonLine] = []
    teams: dict[str, TeamLine] = {}
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            faults.append(faulty.WRONG_WIDTH.at(number, n=len(row), all=len(header)))
            continue
        cells = _Cells(
            number, {name: cell.strip() for name, cell in zip(header, row, strict=True)}, faults
        )
        if cells.cells["subject"]:
            people.append(_person(cells, profiles=profiles))
        else:
            _require_no_person(cells)
        team = _team(cells)
        if team is not None:
            _merge_team(teams, team, faults)
    faults += _twice(people)
    return Roster(
        tuple(people),
        tuple(teams.values()),
        frozenset(header),
        tuple(sorted(faults, key=lambda fault: (fault.row, fault.column))),
    )


def _person(cells: _Cells, *, profiles: frozenset[str]) -> PersonLine:
    for column in ("issuer", "name", "email"):
        if not cells.cells[column]:
            cells.fault(column, faulty.EMPTY_CELL)
    profile = cells.cells.get("role_profile") or None
    if profile is not None and profile not in profiles:
        cells.fault("role_profile", faulty.NO_PROFILE, known=", ".join(sorted(profiles)))
    return PersonLine(
        row=cells.row,
        issuer=cells.match("issuer", _ISSUER, faulty.NO_ISSUER),
        subject=cells.match("subject", _SUBJECT, faulty.NO_SUBJECT),
        name=cells.words("name"),
        email=cells.match("email", _EMAIL, faulty.NO_EMAIL),
        team=cells.match("team", _CODE, faulty.NO_CODE),
        role_profile=profile,
        team_since=cells.day("team_since"),
        leads=cells.codes("leads"),
        deputy_for=cells.codes("deputy_for"),
        leads_since=cells.day("leads_since"),
        last_day=cells.day("last_day"),
    )


def _require_no_person(cells: _Cells) -> None:
    for column in sorted(ABOUT_PEOPLE):
        if cells.cells.get(column):
            cells.fault(column, faulty.NOT_OF_TEAM)
    for column in ("team", "team_name"):
        if not cells.cells.get(column):
            cells.fault(column, faulty.EMPTY_CELL)


def _team(cells: _Cells) -> TeamLine | None:
    code = (
        cells.match("team", _CODE, faulty.NO_CODE)
        if not cells.cells["subject"]
        else cells.cells["team"]
    )
    name = cells.words("team_name")
    if not name or not code:
        for column in ("parent_team", "parent_since"):
            if cells.cells.get(column):
                cells.fault(column, faulty.NAME_FIRST)
        return None
    parent = (
        cells.match("parent_team", _CODE, faulty.NO_CODE) if "parent_team" in cells.cells else None
    )
    return TeamLine(cells.row, code, name, parent, cells.day("parent_since"))


def _merge_team(teams: dict[str, TeamLine], line: TeamLine, faults: list[RosterFault]) -> None:
    known = teams.setdefault(line.code, line)
    for column, first, second in (
        ("team_name", known.name, line.name),
        ("parent_team", known.parent, line.parent),
        ("parent_since", known.since, line.since),
    ):
        if first != second:
            values = {"first": known.row, "said": shown(first), "team": line.code}
            faults.append(faulty.CONTRADICTS.at(line.row, column, **values, came=shown(second)))


def _twice(people: list[PersonLine]) -> Iterable[RosterFault]:
    """Find the same person in two rows, and two that differ in capitals only."""
    first: dict[tuple[str, str], PersonLine] = {}
    for line in people:
        known = first.setdefault((line.issuer.casefold(), line.subject.casefold()), line)
        if known is not line:
            fault = faulty.TWICE if known.key == line.key else faulty.LIKE_ANOTHER_ROW
            yield fault.at(line.row, "subject", first=known.row)


def shown(value: object) -> str:
    """Return a cell for a sentence: quoted, what cannot be seen spelled out, not too long."""
    text = "" if value is None else str(value)
    quoted = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return f"“{quoted[:60]}…”" if len(quoted) > 60 else f"“{quoted}”"
