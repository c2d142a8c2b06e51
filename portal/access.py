"""Who may do what: the viewer, the roles, and the rules; pure.

Refused is the only exception; its text may be shown to the person who was refused.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

Role = Literal[
    "employee",
    "manager",
    "author",
    "approver",
    "program_lead",
    "accommodations_officer",
    "sponsor",
    "auditor",
    "administrator",
]
Deed = Literal[
    "learn",
    "see own record",
    "see team figures",
    "see organisation figures",
    "compare programs",
    "run programs",
    "give places",
    "read drafts",
    "publish lessons",
    "review texts",
    "approve secure items",
    "waive approval",
    "set accommodations",
    "read the audit trail",
    "manage people",
    "see jobs",
    "grade work",
]

# The one matrix of role and deed. What is not listed is refused.
MATRIX: Mapping[Deed, frozenset[Role]] = MappingProxyType(
    {
        "learn": frozenset({"employee"}),
        # What is recorded about somebody is theirs to see, whatever they do here.
        "see own record": frozenset(get_args(Role)),
        "see team figures": frozenset({"manager"}),
        "see organisation figures": frozenset({"program_lead", "sponsor"}),
        "compare programs": frozenset({"manager", "author", "program_lead", "sponsor"}),
        "run programs": frozenset({"program_lead"}),
        "give places": frozenset({"manager"}),
        "read drafts": frozenset({"author", "approver"}),
        "publish lessons": frozenset({"author"}),
        "review texts": frozenset({"author", "approver"}),
        "approve secure items": frozenset({"approver"}),
        "waive approval": frozenset({"administrator"}),
        "set accommodations": frozenset({"accommodations_officer"}),
        "read the audit trail": frozenset({"auditor"}),
        "manage people": frozenset({"administrator"}),
        "see jobs": frozenset({"administrator", "author"}),
        "grade work": frozenset({"author", "approver"}),
    }
)


class Refused(PermissionError):
    """The viewer may not do what was asked.

    The sentence and what fills its braces are kept apart, so that a page can say it in the
    reader's language while the log keeps the English one.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence.format(**values) if values else sentence)
        self.sentence = sentence
        self.values = values


class Unrecorded(Refused):
    """A refusal that the audit trail leaves out: its sentence alone tells who has breaks."""

    is_private = True


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person, as the database knows them at this run."""

    person_id: int
    name: str
    roles: frozenset[Role]
    role_profile: str
    language: str = "en"


def may(viewer: Viewer, deed: Deed) -> bool:
    """Say whether any role of the viewer allows the deed."""
    return bool(MATRIX[deed] & viewer.roles)


def require(viewer: Viewer, deed: Deed) -> None:
    """Pass, or raise Refused naming the roles that would be needed."""
    if not may(viewer, deed):
        needed = " or ".join(sorted(role.replace("_", " ") for role in MATRIX[deed]))
        raise Refused(
            "You need the role {roles} to {deed}. Ask the people desk if it should be yours.",
            roles=needed,
            deed=deed,
        )


def require_own(viewer: Viewer, *, owner_id: int | None) -> None:
    """Pass when the object belongs to the viewer; else refuse as if it did not exist."""
    if owner_id != viewer.person_id:
        raise Refused("There is nothing of yours under this address. Start again from Home.")


def require_line(viewer: Viewer, *, team_id: int, line: Collection[int]) -> None:
    """Pass when the team stands in the viewer's line, or the viewer sees the whole organisation."""
    if may(viewer, "see organisation figures"):
        return
    require(viewer, "see team figures")
    if team_id not in line:
        raise Refused("This team is not in your line. Choose one of the teams in the list.")
