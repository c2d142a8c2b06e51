"""The incident table-top: one decision after the other, with its clock, damage and evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

from curriculum.activities.base import (
    GOAL,
    OPEN,
    Choice,
    Control,
    Figure,
    Outcome,
    Parameters,
    State,
    Table,
    Word,
    every_choice_made,
)
from curriculum.activities.schema import Flag, Number, Rows, Schema, Words
from curriculum.phrases import Phrase

EVIDENCE_LOST, HARM, TOO_SLOW = "evidence-lost", "harm", "too-slow"
REGIONS = (OPEN, EVIDENCE_LOST, HARM, TOO_SLOW, GOAL)
SCHEMA: Schema = {
    "scenes": Rows(
        {
            "shows": Words(),
            "choices": Rows(
                {
                    "text": Words(200),
                    "minutes": Number(0, 10_000, 5.0),
                    "harm": Number(0, 100_000_000, 0.0),
                    "evidence": Flag(),
                    "feedback": Words(default=""),
                },
                2,
                4,
            ),
        },
        2,
        12,
    ),
    "minutes_limit": Number(1, 100_000),
    "harm_limit": Number(0, 1_000_000_000),
}
# So many courses of which none is better than the other are no teaching case.
MANY = 2000


@dataclass(frozen=True, slots=True)
class Course:
    """What was decided so far: minutes on the clock, damage, and scenes whose evidence is gone."""

    minutes: float
    harm: float
    lost: int
    kept: int


def course(p: Parameters, picks: Sequence[int]) -> Course:
    """Return where decisions lead; evidence can be lost only where it could be kept."""
    minutes = harm = 0.0
    lost = kept = 0
    for scene, pick in zip(p["scenes"], picks, strict=False):
        choice = scene["choices"][pick]
        minutes += choice["minutes"]
        harm += choice["harm"]
        if choice["evidence"]:
            kept += 1
        elif any(one["evidence"] for one in scene["choices"]):
            lost += 1
    return Course(minutes, harm, lost, kept)


def controls(p: Parameters) -> tuple[Control, ...]:
    """Return one decision a scene, each after the one before."""
    made = []
    for n, scene in enumerate(p["scenes"]):
        options = tuple((str(m), one["text"]) for m, one in enumerate(scene["choices"]))
        before = f"scene{n - 1}" if n else None
        made.append(
            Choice(f"scene{n}", Word("Your decision"), options, shows=scene["shows"], after=before)
        )
    return tuple(made)


def outcome(p: Parameters, state: State) -> Outcome:
    """Return clock, damage and evidence after the decisions made so far."""
    made = controls(p)
    picks = []
    for one in made:
        if one.key not in state:
            break
        picks.append(int(state[one.key]))
    here = course(p, picks)
    region = _region(p, here) if every_choice_made(made, state) else OPEN
    figures = (
        Figure(Word("On the clock"), here.minutes, Word("minutes")),
        Figure(Word("Damage"), here.harm, "€"),
        Figure(Word("Evidence kept"), here.kept),
        Figure(Word("Evidence lost"), here.lost),
    )
    rows = tuple(
        (str(n), scene["choices"][pick]["text"], scene["choices"][pick]["minutes"])
        for n, (scene, pick) in enumerate(zip(p["scenes"], picks, strict=False), 1)
    )
    notes: tuple[str, ...] = ()
    if picks:
        said = p["scenes"][len(picks) - 1]["choices"][picks[-1]]["feedback"]
        notes = (said,) if said else ()
    table = Table((Word("Scene"), Word("Your decision"), Word("Minutes")), rows)
    return Outcome(region, figures, table, notes=notes, is_goal=region == GOAL)


def _region(p: Parameters, here: Course) -> str:
    if here.lost:
        return EVIDENCE_LOST
    if here.harm > p["harm_limit"]:
        return HARM
    return TOO_SLOW if here.minutes > p["minutes_limit"] else GOAL


def fault(p: Parameters) -> Phrase | None:
    """Say why no course of decisions reaches the goal; None also where there are too many."""
    fronts = {(0.0, 0.0)}
    for scene in p["scenes"]:
        is_kept = any(one["evidence"] for one in scene["choices"])
        steps = [one for one in scene["choices"] if one["evidence"] or not is_kept]
        found = {
            (minutes + one["minutes"], harm + one["harm"])
            for minutes, harm in fronts
            for one in steps
        }
        fronts = _undominated(found)
        if len(fronts) > MANY:
            return None
    if any(m <= p["minutes_limit"] and h <= p["harm_limit"] for m, h in fronts):
        return None
    return Phrase("no course of decisions stays below both limits with all evidence kept")


def _undominated(found: set[tuple[float, float]]) -> set[tuple[float, float]]:
    kept: set[tuple[float, float]] = set()
    least = float("inf")
    for minutes, harm in sorted(found):
        if harm < least:
            kept.add((minutes, harm))
            least = harm
    return kept
