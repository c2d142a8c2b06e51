"""Before a program starts: the smallest effect it could detect, from who is really there."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from assessments.designs import (
    ASSUMED_RELIABILITY,
    ASSUMED_TEAM_SHARE,
    Detectable,
    Group,
    detectable_effects,
)
from db import Connection
from db.queries.growth import select_growth
from db.queries.people import select_subtree
from db.queries.program_plans import select_enrolled
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.inviting import invited_now
from portal.services.planning import require_planned

MIN_RESULTS, MIN_MEASURED_TEAMS = 100, 10
LEAST_RELIABILITY = 0.05


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a program could find out; `results` is 0 where reliability and share are assumed."""

    learners: int
    teams: int
    reliability: float
    team_share: float
    results: int
    effects: tuple[Detectable, ...]


def read_outlook(
    store: Store, *, viewer: Viewer, catalogue: Catalogue, program_id: int, now: datetime
) -> Outlook:
    """Return what each way of giving routes could detect with the people a program is for.

    Reliability and the share between teams come from the checks these units have taken on the
    skill before any program, as stored sums; with too few of them, usual values are assumed.
    """
    access.require(viewer, "run programs")

    def read(connection: Connection) -> Outlook:
        planned = require_planned(connection, program_id)
        invited = invited_now(connection, planned, catalogue=catalogue, on=now.date())
        placed = select_enrolled(connection, program_id)
        teams = {row.team_id for row in invited.people} | {row.team_id for row in placed}
        below = select_subtree(connection, planned.team_ids, on=now.date())
        cells = select_growth(
            connection,
            team_ids=[row.id for row in below],
            scope="team",
            skill=planned.plan.skill,
        )
        before = cells[cells["occasion"].isin(["baseline", "none"])]
        reliability, share, results = measured_spread(before)
        group = Group(
            learners=len(invited.people) + len(placed),
            teams=len(teams),
            team_share=share,
            reliability=reliability,
            waves=max(len(planned.starts), 2) if planned.program.design == "wave" else 3,
        )
        effects = detectable_effects(group)
        return Outlook(group.learners, group.teams, reliability, share, results, effects)

    return store.read(read)


def measured_spread(cells: pd.DataFrame) -> tuple[float, float, int]:
    """Return reliability, share of the variance between teams, and how many results are behind.

    Parameters
    ----------
    cells
        As `select_growth` returns them for single teams: `team_id`, `n`, `theta_sum`,
        `theta_squares`, `error_squares`.

    Notes
    -----
    Reliability 1 - mean(se²) / variance; share between teams by the analysis-of-variance
    estimator for unequal groups (Donner and Koval 1980, Biometrics 36).
    """
    sums = cells.groupby("team_id")[["n", "theta_sum", "theta_squares", "error_squares"]].sum()
    n, teams = int(sums["n"].sum()), len(sums)
    if n < MIN_RESULTS or teams < MIN_MEASURED_TEAMS:
        return ASSUMED_RELIABILITY, ASSUMED_TEAM_SHARE, 0
    total, squares = float(sums["theta_sum"].sum()), float(sums["theta_squares"].sum())
    variance = (squares - total**2 / n) / (n - 1)
    if variance <= 0:
        return ASSUMED_RELIABILITY, ASSUMED_TEAM_SHARE, 0
    reliability = 1 - float(sums["error_squares"].sum()) / n / variance
    explained = float((sums["theta_sum"] ** 2 / sums["n"]).sum())
    between = (explained - total**2 / n) / (teams - 1)
    within = (squares - explained) / max(n - teams, 1)
    size = (n - float((sums["n"] ** 2).sum()) / n) / (teams - 1)
    share = (between - within) / (between + (size - 1) * within)
    return max(reliability, LEAST_RELIABILITY), float(np.clip(share, 0.0, 0.9)), n
