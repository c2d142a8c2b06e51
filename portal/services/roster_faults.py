"""Every sentence about a roster that is refused; `at` puts one to its row and column."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RosterFault:
    """Why a file is refused: the sentence with what fills its braces, and its row and column.

    Rows are counted as a spreadsheet does: 1 holds the names of the columns. Row 0 is the file.
    """

    sentence: str
    row: int = 0
    column: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def at(self, row: int, column: str = "", **values: object) -> "RosterFault":
        """Return this fault at its place, with what fills its braces."""
        return RosterFault(self.sentence, row, column, values)

    def __str__(self) -> str:
        parts = [f"row {self.row}" if self.row else "", self.column]
        place = ", ".join(part for part in parts if part)
        text = self.sentence.format(**self.values)
        return f"{place}: {text}" if place else text


# --- the file -------------------------------------------------------------------------------------

TOO_LARGE = RosterFault("The file has {n} bytes. Expected at most {most}.")
TOO_MANY_ROWS = RosterFault("There are {n} rows. Expected at most {most}: part it by issuer.")
UTF_16 = RosterFault("The file is written in UTF-16. Save it as “CSV UTF-8” and try again.")
NUL_BYTE = RosterFault("There is a NUL byte in this row. Export the file again.")
NOT_UTF_8 = RosterFault("This row is not written in UTF-8. Save the file as “CSV UTF-8”.")
NO_TABLE = RosterFault("This is no table of comma-separated values: {why}. Export it again as CSV.")
EMPTY_FILE = RosterFault("The file is empty. Expected a row of names first.")
COLUMN_MISSING = RosterFault("The column {name} is missing. Its name must stand in row 1.")
COLUMN_UNKNOWN = RosterFault("Column {number} is called {came}. Expected one of {known}.")
COLUMN_TWICE = RosterFault("There are two columns of this name. Expected one.")
WRONG_WIDTH = RosterFault("This row has {n} cells. Expected {all}, one for each column.")

# --- cells ----------------------------------------------------------------------------------------

UNPRINTABLE = RosterFault(
    "{came} has more than 255 characters, or one that cannot be seen. Write it anew."
)
IS_FORMULA = RosterFault("{came} begins like a formula of a spreadsheet. Expected a name.")
IS_MARKUP = RosterFault("{came} holds “<” or “>”. Expected a name without markup.")
NO_DAY = RosterFault("{came} is no day between 1950 and 2100. Expected it as 2026-03-31.")
NO_CODE = RosterFault(
    "{came} is no team code. Expected letters A to Z, digits and . _ - / &, at most 60; several "
    "are parted by semicolons."
)
NO_SUBJECT = RosterFault(
    "{came} is no subject. Expected 1 to 255 plain ASCII characters without a blank, letter by "
    "letter as the provider sends them."
)
NO_ISSUER = RosterFault(
    "{came} is no issuer. Expected the 'issuer' of the provider's metadata, such as "
    "https://id.example."
)
NO_EMAIL = RosterFault("{came} is no e-mail address. Expected one such as a.lind@bank.example.")
NO_PROFILE = RosterFault("{came} is no role profile. Expected one of {known}.")
EMPTY_CELL = RosterFault("The cell is empty. Expected a value for every person.")
NOT_OF_TEAM = RosterFault(
    "A row without a subject speaks of a team only; this cell must be empty there."
)
NAME_FIRST = RosterFault("A row that places a team needs its team_name too. Fill it or empty this.")
CONTRADICTS = RosterFault(
    "Row {first} says {said} of the team {team}, this row says {came}. Let them agree."
)
TWICE = RosterFault("This subject stands in row {first} already. Keep one of the two rows.")
LIKE_ANOTHER_ROW = RosterFault(
    "This subject looks like that of row {first}. Keep the one that is right."
)

# --- what stands in the database ------------------------------------------------------------------

INVENTED = RosterFault(
    "The people in this database are invented, so the issuer must be “demo”; real people stay out."
)
NOT_INVENTED = RosterFault("The issuer “demo” is for invented people; these here are real.")
TWO_SPELLINGS = RosterFault(
    "The issuer {came} is known as {known}. Write it letter by letter as the provider does."
)
LOOKS_LIKE_PERSON = RosterFault(
    "The subject {came} looks like {known}, who has an account. Keep the spelling that is right."
)
LOOKS_LIKE_TEAM = RosterFault(
    "The team code {came} looks like {known}, which is in use. Keep the spelling that is right."
)
UNKNOWN_TEAM = RosterFault(
    "The team {came} is not known. Add a row with its code, team_name and parent_team."
)
UNKNOWN_PARENT = RosterFault(
    "The parent team {came} is not known: {team} would hang in the air. Add a row for the parent."
)
OVERLAPS = RosterFault(
    "From this day on it would overlap what holds until {until}. Expected a later day."
)
CYCLE = RosterFault("From {day} on this team would hang below itself: {path}.")
TOO_DEEP = RosterFault("This team would hang deeper than {most} levels: {path}.")
BOTH = RosterFault("The team {came} stands in leads and in deputy_for. Keep one of them.")
OWN_LEAD = RosterFault(
    "You cannot give yourself a team to lead. Let another administrator load this row."
)
LAST_ADMINISTRATOR = RosterFault(
    "After this roster, or the last days in it, nobody would be an administrator any more. Give "
    "somebody else the role first."
)
