"""Comparisons computed in the background and kept: what goes in, what comes out, what is stale."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pandas as pd

from assessments.compare import Comparison, compare_arms
from assessments.designs import ASSUMED_RELIABILITY, ASSUMED_TEAM_SHARE, Group, teams_design
from assessments.growth import growth_curves
from assessments.power import smallest_detectable_effect
from curriculum.phrases import Phrase
from db import Connection
from db.commands.comparisons import upsert_comparison
from db.queries.comparisons import (
    select_measured_programs,
    select_stamps,
    select_stored_stamps,
)
from db.queries.program_plans import find_plan
from db.queries.programs import (
    ProgramRow,
    select_occasion_months,
    select_programs,
    select_scores,
)
from db.store import Store
from portal.services.catalogue import Catalogue, read_catalogue
from portal.services.evidence import CODE_VERSION
from portal.services.jobs import JobFailed, Work, ask_for
from portal.services.overlap import smallest_rest
from portal.services.stored import to_text

TARGETS = ("end", "plus3", "plus6")
KIND = "compare program"
SWEEP = "find changed programs"
SWEEP_EVERY = timedelta(minutes=5)
# Raised whenever a change of code could change a figure of a comparison.
COMPARED_BY = f"comparison 5, scores {CODE_VERSION}"

Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The mean of a route at an occasion, in points; without limits where there is no band."""

    arm: str
    occasion: str
    learners: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A comparison as it was computed, before anything of it is hidden from anybody.

    `months` is the time of the target after the start, `teams` counts the starting teams, and
    `detectable` is the smallest effect (SD) that drawing them by lot could find. `rest` is as in
    `overlap.smallest_rest`.
    """

    comparison: Comparison
    months: float | None
    teams: int
    detectable: float | None
    rest: int | None
    curves: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a comparison is computed from: scores as `select_scores` gives them, and the design."""

    program: ProgramRow
    skill: str
    scores: pd.DataFrame
    months: Mapping[str, float]
    covariates: tuple[str, ...]
    stamp: str

    @property
    def targets(self) -> tuple[str, ...]:
        """The occasions after the start at which somebody was measured."""
        measured = set(self.scores.dropna(subset=["score"])["occasion"])
        return tuple(one for one in TARGETS if one in measured)

    @property
    def inputs_hash(self) -> str:
        """SHA-256 of every figure that goes in."""
        digest = hashlib.sha256()
        program = self.program
        words = (program.name, program.track_id, program.design, str(program.starts_on))
        months = sorted((kind, months.hex()) for kind, months in self.months.items())
        design = (words, program.drawn, self.skill, months, self.covariates)
        digest.update(repr(design).encode())
        for row in self.scores.itertuples(index=False):
            digest.update(repr(tuple(map(_exactly, row))).encode())
        return digest.hexdigest()


def _exactly(value: object) -> str:
    if isinstance(value, float):
        whole = value == value and value.is_integer()
        return str(int(value)) if whole else value.hex()
    return "" if value is None or value is pd.NA else str(value)


def skill_of(program: ProgramRow, catalogue: Catalogue) -> str | None:
    """Return the skill that the track of a program measures, or None."""
    track = catalogue.tracks.get(program.track_id)
    return track.skill if track is not None else None


def read_inputs(connection: Connection, *, program: ProgramRow, skill: str) -> Inputs:
    """Read what a program is compared by."""
    plan = find_plan(connection, program.id)
    return Inputs(
        program=program,
        skill=skill,
        scores=select_scores(connection, program.id, skill=skill),
        months=select_occasion_months(connection, program.id),
        covariates=plan.covariates if plan is not None else (),
        stamp=select_stamps(connection, program.id).get(program.id, ""),
    )


def comparison_rows(inputs: Inputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows and the list of starters as `compare_arms` takes them; 500 + 100 θ."""
    scores = inputs.scores
    everyone = scores.drop_duplicates("learner_id")
    measured = scores.dropna(subset=["score"])
    teams = measured["team_id"].astype("Int64").astype(str)
    rows = pd.DataFrame(
        {
            "learner": measured["learner_id"].astype(str),
            "team": teams,
            "cohort": inputs.program.name,
            "arm": measured["arm"],
            "skill": inputs.skill,
            "occasion": measured["occasion"],
            "time": measured["occasion"].map(inputs.months),
            "score": 500 + 100 * measured["score"].astype(float),
            "se": 100 * measured["se"].astype(float),
            # Draws from before strata were kept were all made within teams.
            "stratum": measured["stratum"].fillna(teams),
            **{name: measured[name] for name in inputs.covariates},
        }
    )
    enrolled = pd.DataFrame(
        {
            "learner": everyone["learner_id"].astype(str),
            "arm": everyone["arm"],
            "skill": inputs.skill,
        }
    )
    return rows, enrolled


def compute(inputs: Inputs, *, target: str, tell: Tell) -> Measured:
    """Compare the routes of a program at an occasion.

    The design counts as randomised only when the draw is on record.
    """
    rows, enrolled = comparison_rows(inputs)
    comparison = compare_arms(
        rows,
        design="randomised" if inputs.program.drawn else "self_selected",
        target=target,
        covariates=inputs.covariates,
        strata="stratum" if inputs.program.drawn else None,
        enrolled=enrolled,
        tell=tell,
    )[0]
    return measure(comparison, rows=rows, months=inputs.months.get(target))


def measure(comparison: Comparison, *, rows: pd.DataFrame, months: float | None) -> Measured:
    """Put beside a comparison what its page draws of the rows it rests on."""
    curves = tuple(
        CurvePoint(
            str(row["arm"]),
            str(row["occasion"]),
            int(row["learners"]),
            *(float(row[name]) for name in ("mean", "low", "high")),
        )
        for row in growth_curves(rows).to_dict("records")
    )
    # A team with learners on both routes counts once, unlike in the counts by route.
    teams = int(rows.loc[rows["score"].notna(), "team"].nunique())
    detectable = _detectable(comparison, teams=teams)
    scored = rows[rows["score"].notna()]
    rest = smallest_rest(scored, target=comparison.occasion)
    return Measured(comparison, months, teams, detectable, rest, curves)


def _detectable(comparison: Comparison, *, teams: int) -> float | None:
    learners = comparison.learners.total
    if comparison.teams is None or not 0 < teams <= learners:
        return None
    known = comparison.reliability
    group = Group(
        learners=learners,
        teams=teams,
        team_share=ASSUMED_TEAM_SHARE,
        reliability=ASSUMED_RELIABILITY if known is None else max(known, 0.0),
    )
    return smallest_detectable_effect(teams_design(group))


# --- as background work ---------------------------------------------------------------------------


def about_program(program_id: int) -> str:
    """Name what the comparison of a program is about, among jobs."""
    return f"program {program_id}"


def ask_for_comparison(connection: Connection, *, program_id: int, now: datetime) -> None:
    """Ask for the comparisons of a program, unless they are asked for already."""
    ask_for(
        connection,
        kind=KIND,
        about=about_program(program_id),
        payload={"program_id": program_id},
        now=now,
    )


def compare_in_background(work: Work) -> None:
    """Compute and keep every comparison of a program: the job behind `KIND`."""
    work.tell(0.0, Phrase("reading the scores"))
    catalogue = read_catalogue(work.store)
    program_id = int(work.payload["program_id"])
    programs = {one.id: one for one in work.store.read(select_programs)}
    program = programs.get(program_id)
    skill = skill_of(program, catalogue) if program is not None else None
    if program is None or skill is None:
        raise JobFailed(Phrase("There is no such program, or its track measures no skill."))
    inputs = work.store.read(lambda c: read_inputs(c, program=program, skill=skill))
    keep_comparisons(inputs, tell=work.tell, write=work.write, now=work.clock())


def keep_comparisons(
    inputs: Inputs,
    *,
    tell: Tell,
    write: Callable[[Callable[[Connection], None]], None],
    now: datetime,
) -> None:
    """Compute the comparisons of all occasions, and keep them together."""
    targets = inputs.targets
    found = {
        target: to_text(compute(inputs, target=target, tell=_part(tell, place, of=len(targets))))
        for place, target in enumerate(targets)
    }
    inputs_hash = inputs.inputs_hash

    def keep(connection: Connection) -> None:
        for target, body in found.items():
            upsert_comparison(
                connection,
                program_id=inputs.program.id,
                occasion=target,
                skill=inputs.skill,
                stamp=inputs.stamp,
                inputs_hash=inputs_hash,
                code_version=COMPARED_BY,
                body=body,
                now=now,
            )

    tell(0.98, Phrase("keeping the comparisons"))
    write(keep)


def _part(tell: Tell, place: int, *, of: int) -> Tell:
    return lambda share, word: tell(0.05 + 0.9 * (place + share) / of, word)


def find_changed(work: Work) -> None:
    """Ask for the comparisons of every program with results they do not know yet: `SWEEP`."""
    stale = work.store.read(_stale_programs)
    now = work.clock()

    def ask(connection: Connection) -> None:
        for program_id in stale:
            ask_for_comparison(connection, program_id=program_id, now=now)

    if stale:
        work.write(ask)


def _stale_programs(connection: Connection) -> list[int]:
    stamps, stored = select_stamps(connection), select_stored_stamps(connection)
    return sorted(
        program
        for program in select_measured_programs(connection)
        if stored.get(program, frozenset()) != {(stamps[program], COMPARED_BY)}
    )


def compare_now(
    store: Store, *, catalogue: Catalogue, now: datetime, program_id: int | None = None
) -> int:
    """Compute and keep the comparisons of every program, or of one; return of how many."""
    done = 0
    for program in store.read(select_programs):
        skill = skill_of(program, catalogue)
        if skill is None or program_id not in {None, program.id}:
            continue
        inputs = store.read(partial(read_inputs, program=program, skill=skill))
        keep_comparisons(inputs, tell=_silent, write=store.write, now=now)
        done += 1
    return done


def _silent(_share: float, _word: str) -> None:
    """Say nothing."""
