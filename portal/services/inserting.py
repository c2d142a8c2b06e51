"""The one way into the database for a published text, whichever door it came through."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from assessments.parameters import expert_parameters
from curriculum.model import Bank, Problem
from db import Connection
from db.commands.authoring import KeyChoice, insert_revision_note
from db.commands.calibrations import NewCalibration, keep_calibration
from db.commands.content import NewRevision, insert_revision, retire_content
from db.queries.calibrations import find_calibration, find_prior
from db.queries.content import select_live_ids
from db.queries.reviews import KnownContent, find_same_text
from portal.access import Refused, Viewer
from portal.services.evidence import CODE_VERSION, record_deed
from portal.services.pictures import keep_pictures
from portal.services.reconciling import FileConflict
from portal.services.units import Unit

Outcome = Literal[
    "published",
    "unchanged",
    "blocked",
    "stale",
    "conflict",
    "retired",
    "not published",
    "needs approval",
]


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one module, track, bank or the registers.

    `changed` counts new revisions. `problems` are those that block it; `stale` names the content
    whose text on disk is older than the one people see; `merged` the content that was changed on
    both sides and put together; `conflicts` what could not be, with its diff: it stays as it is.
    """

    id: str
    kind: str
    outcome: Outcome
    changed: int = 0
    problems: tuple[Problem, ...] = ()
    stale: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    conflicts: tuple[FileConflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why texts are published from the browser, who wrote them, what becomes of changed keys.

    `key_choices` is by item id.
    """

    why: str
    author_id: int | None = None
    key_choices: Mapping[str, KeyChoice] = field(default_factory=lambda: MappingProxyType({}))
    waived: bool = False
    review_id: int | None = None


def is_changed(revision: NewRevision, hashes: Mapping[str, tuple[str, ...]]) -> bool:
    """Say whether a text is another one than the newest revision of its content."""
    return hashes.get(revision.content_id, ())[-1:] != (revision.content_hash,)


def insert_changed(
    connection: Connection,
    unit: Unit,
    changed: list[NewRevision],
    *,
    viewer: Viewer | None,
    now: datetime,
) -> dict[str, int]:
    """Add revisions with their pictures; return the id of each by content id."""
    ids = {
        revision.content_id: insert_revision(
            connection,
            revision=revision,
            published_by=viewer.person_id if viewer else None,
            now=now,
        )
        for revision in changed
    }
    keep_pictures(connection, unit.pictures)
    if unit.bank is not None:
        _keep_prior(connection, unit.bank, now=now)
    return ids


def _keep_prior(connection: Connection, bank: Bank, *, now: datetime) -> None:
    """Keep the experts' difficulties, in force until enough answers exist to measure them.

    An item that left the bank keeps its own, for checks that hold it. Behind measured difficulties
    they serve forms of which too few questions are measured yet.
    """
    scored = [item for item in bank.items if item.type not in {"rubric", "survey"}]
    for skill in sorted({item.skill for item in scored}):
        items = [item for item in scored if item.skill == skill]
        prior = find_prior(connection, skill=skill)
        known = dict(prior.parameters) if prior is not None else {}
        parameters = known | {
            one.item_id: {"a": one.a, "b": one.b} for one in expert_parameters(items).items.values()
        }
        if parameters == known:
            continue
        current = find_calibration(connection, skill=skill)
        keep_calibration(
            connection,
            calibration=NewCalibration(
                skill=skill,
                model="prior",
                parameters=parameters,
                learners=0,
                answers=0,
                converged=None,
                details={},
                verdict="",
                code_version=CODE_VERSION,
            ),
            in_force=current is None or current.model == "prior",
            now=now,
        )


def note_reasons(
    connection: Connection, changed: list[NewRevision], *, ids: Mapping[str, int], reason: Reason
) -> None:
    """Keep beside each new revision why it was made, and which older text it brings back."""
    for revision in changed:
        revision_id = ids[revision.content_id]
        insert_revision_note(
            connection,
            revision_id=revision_id,
            why=reason.why,
            author_id=reason.author_id,
            key_choice=reason.key_choices.get(revision.content_id, "none"),
            waived=reason.waived,
            review_id=reason.review_id,
            restores_id=find_same_text(
                connection,
                content_id=revision.content_id,
                content_hash=revision.content_hash,
                before=revision_id,
            ),
        )


def retire_gone(
    connection: Connection,
    unit: Unit,
    *,
    paths: Set[str],
    known: Mapping[str, KnownContent],
    now: datetime,
) -> list[str]:
    """Take out of sight what some files of a unit no longer hold or call retired; return its ids.

    Revisions and answers stay, and the ids stay used.
    """
    shown = {revision.content_id for revision in unit.revisions}
    if unit.status == "retired":
        shown, paths = set(), paths | unit.paths
    live = select_live_ids(connection)
    gone = [
        one.content_id
        for one in known.values()
        if one.owner_id == unit.id
        and one.content_id in live
        and one.content_id not in shown
        and (one.path in paths or unit.status == "retired")
    ]
    for content_id in gone:
        retire_content(connection, content_id=content_id, now=now)
    return gone


def require_own_ids(changed: list[NewRevision], known: Mapping[str, KnownContent]) -> None:
    """Pass when no text takes an id that was somebody else's; ids once used stay used.

    Raises
    ------
    Refused
        Where an id belongs to another kind of content or was retired in another file, or an item
        would become one of another type.
    """
    for revision in changed:
        was = known.get(revision.content_id)
        if was is None:
            continue
        if was.kind != revision.kind or (was.retired_at is not None and was.path != revision.path):
            raise Refused(
                "The id {id} was used before, in {path}. Ids are never used twice: choose "
                "another one.",
                id=revision.content_id,
                path=was.path,
            )
        if was.kind == "item" and was.item_type != revision.body["type"]:
            raise Refused(
                "The item {id} was of the type {old} and cannot become {new}: give it a new id.",
                id=revision.content_id,
                old=was.item_type,
                new=revision.body["type"],
            )


def audit_unit(
    connection: Connection,
    unit: Unit,
    deed: str,
    *,
    payload: Mapping[str, Any],
    viewer: Viewer | None,
    now: datetime,
) -> None:
    """Write down what was done to a unit."""
    record_deed(
        connection,
        viewer=viewer,
        deed=deed,
        object_=f"{unit.kind}:{unit.id}",
        payload=payload,
        now=now,
    )
