"""Measuring in the background: calibrations, statistics of questions, corrections of results."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from assessments.force import Wanted
from db import Connection
from db.queries.calibrations import CalibrationRow, select_calibrations
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services import calibrating, counting, regrade_effects, regrading
from portal.services.catalogue import Catalogue, read_catalogue, read_item
from portal.services.evidence import record_deed
from portal.services.jobs import Job, JobFailed, Round, Work, ask_for, find_work
from portal.services.learning import ReadItem
from portal.services.stored import said_from_text

CALIBRATE = "calibrate skill"
COUNT = "count answers"
COUNT_EVERY = timedelta(hours=1)
MODELS: Mapping[str, Wanted] = {"auto": "auto", "rasch": "rasch", "2pl": "2pl"}
REMEMBERED_ITEMS = 5000

Calibration = CalibrationRow


@dataclass(frozen=True, slots=True)
class Scales:
    """Every version of a skill's parameters, the newest first, and the work on the next one."""

    versions: tuple[CalibrationRow, ...]
    job: Job | None


def read_scales(store: Store, *, viewer: Viewer, skill: str) -> Scales:
    """Return what a skill was and is measured with."""
    access.require(viewer, "read drafts")
    return store.read(
        lambda connection: Scales(
            tuple(map(_as_said, select_calibrations(connection, skill=skill))),
            find_work(connection, kind=CALIBRATE, about=skill),
        )
    )


def _as_said(one: CalibrationRow) -> CalibrationRow:
    return replace(one, verdict=said_from_text(one.verdict))


def ask_for_calibration(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, skill: str, now: datetime
) -> None:
    """Ask for a calibration of a skill in the background.

    Raises
    ------
    Refused
        When the skill has no check, or the same is waiting already.
    """
    access.require(viewer, "approve secure items")
    if catalogue.check_of(skill) is None:
        raise Refused("There is no skill check for this skill yet. Choose another skill.")

    def ask(connection: Connection) -> None:
        payload: dict[str, Any] = {"skill": skill, "model": "auto", "by": viewer.person_id}
        if (
            ask_for(
                connection,
                kind=CALIBRATE,
                about=skill,
                payload=payload,
                now=now,
                asked_by=viewer.person_id,
            )
            is None
        ):
            raise Refused("A calibration of this skill waits already. Background work shows it.")
        record_deed(
            connection,
            viewer=viewer,
            deed="calibration asked for",
            object_=f"skill:{skill}",
            now=now,
        )

    store.write(ask)


# --- what workers do ------------------------------------------------------------------------------


def calibrate_in_background(work: Work) -> None:
    """Calibrate the skill of a job; what speaks against the result is kept with it."""
    catalogue = read_catalogue(work.store)
    try:
        calibrating.calibrate_skill(
            work.store,
            skill=str(work.payload["skill"]),
            model=MODELS[str(work.payload.get("model", "auto"))],
            catalogue=catalogue,
            read_item=item_reader(work.store),
            now=work.clock(),
            made_by_id=work.payload.get("by"),
            tell=work.tell,
        )
    except Refused as refused:
        raise JobFailed.of(refused) from refused


def regrade_in_background(work: Work) -> None:
    """Write the new results of the approved correction of a job."""
    try:
        regrade_effects.apply_regrade(
            work.store,
            regrade_id=int(work.payload["regrade"]),
            catalogue=read_catalogue(work.store),
            read_item=item_reader(work.store),
            now=work.clock(),
            tell=work.tell,
        )
    except Refused as refused:
        raise JobFailed.of(refused) from refused


def count_in_background(work: Work) -> None:
    """Count the answers to questions of every bank and module that has new ones."""
    counting.count_answers(
        work.store,
        catalogue=read_catalogue(work.store),
        read_item=item_reader(work.store),
        now=work.clock(),
        tell=work.tell,
    )


def item_reader(store: Store) -> ReadItem:
    """Return a way to read items that remembers them for the length of one piece of work."""
    return lru_cache(maxsize=REMEMBERED_ITEMS)(partial(read_item, store))


KINDS = {
    CALIBRATE: calibrate_in_background,
    regrading.KIND: regrade_in_background,
    COUNT: count_in_background,
}
ROUNDS = (Round(COUNT, COUNT_EVERY),)
