"""Those who take a track on their own: one standing self-directed cohort for each track."""

from collections.abc import Mapping
from datetime import datetime

from db import Connection
from db.commands.audit import lock_stream
from db.commands.program_plans import insert_standing_cohort
from db.commands.programs import insert_cohort, insert_program
from db.queries.people import find_team_of
from db.queries.program_plans import (
    find_standing_cohort,
    is_enrolled,
    select_invited,
    select_live_programs,
    select_program_tracks,
)
from portal.access import Viewer
from portal.services.catalogue import TrackEntry
from portal.services.draws import Place
from portal.services.enrolling import Given, enrol, known_of
from portal.services.evidence import ORGANISATION


def join_standing_cohort(
    connection: Connection,
    *,
    viewer: Viewer,
    track: TrackEntry,
    tracks: Mapping[str, TrackEntry],
    now: datetime,
) -> bool:
    """Enrol the viewer among those who take a track on their own; return whether that was new.

    Who is in a program that still runs on the same skill has a route there and stays in it.
    """
    live = select_live_programs(connection, (viewer.person_id,), on=now.date())
    for program_id in live.get(viewer.person_id, ()):
        known = [
            tracks[one] for one in select_program_tracks(connection, program_id) if one in tracks
        ]
        if track.id in {one.id for one in known} or track.skill in {one.skill for one in known}:
            return False
    cohort_id = find_standing_cohort(connection, track.id)
    if cohort_id is None:
        # Two who come first at once must not open two cohorts.
        lock_stream(connection, stream=ORGANISATION)
        cohort_id = find_standing_cohort(connection, track.id)
    if cohort_id is None:
        cohort_id = _open_cohort(connection, track, now=now)
    if is_enrolled(connection, learner_id=viewer.person_id, cohort_id=cohort_id):
        return False
    team_id = find_team_of(connection, viewer.person_id, on=now.date())
    rows = () if team_id is None else select_invited(connection, (team_id,), on=now.date())
    row = next((one for one in rows if one.learner_id == viewer.person_id), None)
    given = Given(cohort_id, "self_directed", "self", None, (track.id,), now.date())
    enrol(
        connection,
        Place(viewer.person_id, team_id),
        given=given,
        known=None if row is None else known_of(row, on=now.date()),
        now=now,
    )
    return True


def _open_cohort(connection: Connection, track: TrackEntry, *, now: datetime) -> int:
    """Open the standing cohort of a track; it has no dates and no end."""
    program_id = insert_program(
        connection,
        name=f"{track.id}: on one's own",
        track_id=track.id,
        design="self",
        starts_on=now.date(),
        created_by=None,
        now=now,
    )
    cohort_id = insert_cohort(
        connection,
        program_id=program_id,
        name=f"{track.id}: on one's own",
        arm="self_directed",
        starts_on=now.date(),
    )
    insert_standing_cohort(connection, track_id=track.id, cohort_id=cohort_id)
    return cohort_id
