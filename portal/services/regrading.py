"""Correcting results: a wrong key or a bad item; proposed, decided by a second person, done."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from curriculum.item_differences import answer_text, positions_moved
from curriculum.model import Item
from db import Connection
from db.commands.regrades import Change, NewRegrade, decide_regrade, insert_regrade
from db.queries.consents import select_consenting
from db.queries.people import select_people_with_role
from db.queries.regrades import (
    CorrectionRow,
    MetRow,
    RegradeRow,
    count_affected,
    find_proposed,
    find_regrade,
    select_changes,
    select_corrections,
    select_met_revisions,
    select_regrades,
)
from db.queries.scoring import RuleRow, select_rules
from db.store import Store
from portal import access
from portal.access import MATRIX, Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.consenting import LEVELS, note_look
from portal.services.evidence import record_deed
from portal.services.jobs import Job, ask_for, find_work
from portal.services.learning import ReadItem
from portal.services.regrade_effects import foresee
from portal.text import storable

KIND = "apply regrade"
SHOWN = 100
LONGEST_WHY = 2_000
GONE = "There is no correction under this address. Start again from Corrections."

Correction = CorrectionRow
Regrade = RegradeRow


@dataclass(frozen=True, slots=True)
class Regrading:
    """What the page of corrections lists: keys that were corrected, and corrections of results."""

    offers: tuple[CorrectionRow, ...]
    regrades: tuple[RegradeRow, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """How many results go from one level to another; without levels it is all other moves."""

    before: int | None
    after: int | None
    results: int


@dataclass(frozen=True, slots=True)
class NamedMove:
    """Somebody in the viewer's own line who lets them see levels, and whose level changes."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class OpenRegrade:
    """A correction with what it does; `named` are people who let the viewer see their levels.

    `checks` hold the item, `changed` get another estimate, `moved` another level; that is None
    for fewer than may be told.
    """

    row: RegradeRow
    stem: str
    key_before: tuple[str, ...]
    key_after: tuple[str, ...]
    checks: int
    changed: int
    moved: int | None
    moves: tuple[Move, ...]
    named: tuple[NamedMove, ...]
    barrier: Refused | None
    job: Job | None


def read_regrading(store: Store, *, viewer: Viewer) -> Regrading:
    """Return corrected keys nobody took up yet, and every correction proposed or decided."""
    access.require(viewer, "approve secure items")
    return store.read(
        lambda connection: Regrading(
            select_corrections(connection), select_regrades(connection, limit=SHOWN)
        )
    )


def propose_regrade(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    read_item: ReadItem,
    item_id: str,
    kind: Literal["key", "drop"],
    why: str,
    now: datetime,
) -> int:
    """Propose to score by the corrected key, or to drop an item; return the number of it.

    Nothing changes yet: the list of what would change is worked out and kept with it.

    Raises
    ------
    Refused
        When no check holds the item, its key was not corrected, its options changed too, a check
        would be left without a question, or a correction of it waits or is in force already.
    """
    access.require(viewer, "approve secure items")
    item_id, why = storable(item_id), storable(why.strip())
    if not why or len(why) > LONGEST_WHY:
        raise Refused("Say in a sentence or two why. It is kept with every result it changes.")
    met = store.read(lambda connection: select_met_revisions(connection, item_id=item_id))
    if not sum(one.checks for one in met):
        raise Refused(
            "No check that was handed in holds a question '{item}'. Look at its id on the "
            "Questions page.",
            item=item_id[:80],
        )
    rule = _rule(met, item_id=item_id, kind=kind)
    _require_same_places(met, rule=rule, read_item=read_item)
    skill = read_item(rule.revision_id).skill
    _require_new(store.read(lambda c: select_rules(c, skill=skill)), rule=rule)
    effects = foresee(store, skill=skill, rule=rule, catalogue=catalogue, read_item=read_item)
    if effects.unfitting:
        raise Refused(
            "Not only the key changed: {n} answers do not fit the newer text. Drop the question "
            "instead.",
            n=effects.unfitting,
        )
    if effects.emptied:
        raise Refused(
            "{n} checks would be left without any question that counts. Nothing was changed.",
            n=effects.emptied,
        )
    regrade = NewRegrade(item_id, kind, rule.revision_id, skill, why, viewer.person_id)

    def propose(connection: Connection) -> int:
        if find_proposed(connection, item_id=item_id) is not None:
            raise Refused("A correction of this question waits for a decision already.")
        id_ = insert_regrade(connection, regrade=regrade, changes=effects.changes, now=now)
        record_deed(
            connection,
            viewer=viewer,
            deed="regrade proposed",
            object_=f"regrade:{id_}",
            payload={"item": item_id, "kind": kind, "changed": len(effects.changes)},
            now=now,
        )
        return id_

    return store.write(propose)


def read_regrade(
    store: Store,
    *,
    viewer: Viewer,
    read_item: ReadItem,
    regrade_id: int,
    min_group: int,
    now: datetime,
) -> OpenRegrade:
    """Return a correction with the keys before and after, and who changes from what to what."""
    access.require(viewer, "approve secure items")

    def read(connection: Connection) -> OpenRegrade:
        row = _require_regrade(connection, regrade_id)
        met = select_met_revisions(connection, item_id=row.item_id)
        touched = [one for one in met if _touches(row, one)]
        first = read_item((touched or met)[0].revision_id)
        changes = select_changes(connection, regrade_id)
        moved = [one for one in changes if one.level_before != one.level_after]
        return OpenRegrade(
            row=row,
            stem=first.stem,
            key_before=key_words(first),
            key_after=key_words(read_item(row.revision_id)) if row.kind == "key" else (),
            checks=count_affected(connection, [one.revision_id for one in touched]),
            changed=len(changes),
            moved=len(moved) if not moved or len(moved) > min_group else None,
            moves=_moves(moved, floor=min_group + 1),
            named=_named(connection, viewer, moved, now=now),
            barrier=_barrier(connection, viewer, row),
            job=find_work(connection, kind=KIND, about=_about(regrade_id)),
        )

    # Who sees names has looked at levels, and that is a row of its own.
    looks = access.may(viewer, "see team figures")
    return store.write(read) if looks else store.read(read)


def approve_regrade(store: Store, *, viewer: Viewer, regrade_id: int, now: datetime) -> None:
    """Put a correction in force: from now on for new checks, and soon for those handed in.

    Raises
    ------
    Refused
        When it was decided before, or the viewer proposed it and somebody else could decide.
    """
    access.require(viewer, "approve secure items")

    def approve(connection: Connection) -> None:
        row = _require_regrade(connection, regrade_id)
        barrier = _barrier(connection, viewer, row)
        if barrier is not None:
            raise barrier
        waived = row.proposed_by == viewer.person_id
        decide_regrade(
            connection,
            regrade_id,
            state="approved",
            decided_by=viewer.person_id,
            waived=waived,
            comment="",
            now=now,
        )
        ask_for(
            connection,
            kind=KIND,
            about=_about(regrade_id),
            payload={"regrade": regrade_id},
            now=now,
            asked_by=viewer.person_id,
        )
        payload = {"item": row.item_id, "kind": row.kind, "waived": waived}
        _audit(connection, viewer, "regrade approved", regrade_id, payload, now=now)

    store.write(approve)


def reject_regrade(
    store: Store, *, viewer: Viewer, regrade_id: int, comment: str, now: datetime
) -> None:
    """Turn a correction down; whoever proposed it may take it back in this way too."""
    access.require(viewer, "approve secure items")

    def reject(connection: Connection) -> None:
        row = _require_regrade(connection, regrade_id)
        if not decide_regrade(
            connection,
            row.id,
            state="rejected",
            decided_by=viewer.person_id,
            waived=False,
            comment=storable(comment.strip())[:LONGEST_WHY],
            now=now,
        ):
            raise Refused("This correction was decided before. Its page says how.")
        payload = {"item": row.item_id}
        _audit(connection, viewer, "regrade rejected", regrade_id, payload, now=now)

    store.write(reject)


def key_words(item: Item) -> tuple[str, ...]:
    """Return what counts as right, in the item's own words."""
    if item.choices:
        right = [one.text for one in item.choices if one.right or one.rating == "best"]
        return (*right, *(one.text for one in item.reasons if one.right))
    if item.ordering:
        return tuple(item.ordering)
    if item.pairs:
        return tuple(f"{one.prompt} → {one.match}" for one in item.pairs if one.prompt)
    return tuple(answer_text(one) for one in item.answers)


def _about(regrade_id: int) -> str:
    return f"regrade {regrade_id}"


def _rule(met: tuple[MetRow, ...], *, item_id: str, kind: str) -> RuleRow:
    newest = met[-1]
    if kind == "drop":
        held = [one for one in met if one.checks]
        return RuleRow(0, item_id, "drop", held[-1].revision_id)
    older = [one for one in met[:-1] if one.checks and one.key_hash != newest.key_hash]
    if not older:
        raise Refused(
            "The published key is the one that these checks were scored with. Correct the text "
            "of the question first, have it published, and come back."
        )
    return RuleRow(0, item_id, "key", newest.revision_id)


def _require_new(rules: tuple[RuleRow, ...], *, rule: RuleRow) -> None:
    """Pass unless the newest correction of the item is this one."""
    of_item = [one for one in rules if one.item_id == rule.item_id]
    if of_item and (of_item[-1].kind, of_item[-1].revision_id) == (rule.kind, rule.revision_id):
        raise Refused(
            "This very correction is in force already. Corrections lists it with what it changed."
        )


def _require_same_places(met: tuple[MetRow, ...], *, rule: RuleRow, read_item: ReadItem) -> None:
    """Pass unless an answer kept as a letter or a place means something else in the newer text."""
    newest = read_item(rule.revision_id)
    if rule.kind == "key" and any(
        positions_moved(read_item(one.revision_id), newest)
        for one in met
        if one.checks and one.revision_id < rule.revision_id
    ):
        raise Refused(
            "Options moved to other places in the newer text, so earlier answers mean something "
            "else there. Drop the question instead."
        )


def _touches(row: RegradeRow, met: MetRow) -> bool:
    if row.kind == "key":
        return met.revision_id < row.revision_id
    return met.revision_id <= row.revision_id


def _require_regrade(connection: Connection, regrade_id: int) -> RegradeRow:
    row = find_regrade(connection, regrade_id)
    if row is None:
        raise Refused(GONE)
    return row


def _barrier(connection: Connection, viewer: Viewer, row: RegradeRow) -> Refused | None:
    """Say why the viewer may not approve, if so: two people decide where there are two."""
    if row.state != "proposed":
        return Refused("This correction was decided before. Its page says how.")
    if row.proposed_by != viewer.person_id:
        return None
    roles = MATRIX["approve secure items"]
    others = {one for role in roles for one in select_people_with_role(connection, role)}
    if others - {viewer.person_id}:
        return Refused("You proposed this correction: another approver decides on it.")
    return None


def _moves(moved: list[Change], *, floor: int) -> tuple[Move, ...]:
    """Count the moves; small groups go together, and with them as many more as hide each of them.

    Else a group could be had by subtracting the others from all.
    """
    counts = Counter((one.level_before, one.level_after) for one in moved)
    shown = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    rest = 0
    while shown and (shown[-1][1] < floor or 0 < rest < floor):
        rest += shown.pop()[1]
    moves = [Move(before, after, n) for (before, after), n in sorted(shown)]
    return (*moves, Move(None, None, rest)) if rest >= floor else tuple(moves)


def _named(
    connection: Connection, viewer: Viewer, moved: list[Change], *, now: datetime
) -> tuple[NamedMove, ...]:
    """Return the moves of people of the viewer's own line who let them see their levels.

    Each look is written down.
    """
    if not access.may(viewer, "see team figures"):
        return ()
    shown = {
        one.person_id: one.name
        for one in select_consenting(connection, viewer.person_id, kind=LEVELS, on=now.date())
    }
    mine = [one for one in moved if one.learner_id in shown]
    for person_id in {one.learner_id for one in mine}:
        note_look(connection, viewer=viewer, person_id=person_id, now=now)
    return tuple(
        NamedMove(shown[one.learner_id], one.level_before, one.level_after) for one in mine
    )


def _audit(
    connection: Connection,
    viewer: Viewer,
    deed: str,
    regrade_id: int,
    payload: Mapping[str, object],
    *,
    now: datetime,
) -> None:
    record_deed(
        connection,
        viewer=viewer,
        deed=deed,
        object_=f"regrade:{regrade_id}",
        payload=payload,
        now=now,
    )
