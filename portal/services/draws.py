"""Draws that anybody can run again: individuals or whole teams, into arms or into waves; pure."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Arm = Literal["structured", "self_directed"]
ARMS: tuple[Arm, Arm] = ("structured", "self_directed")
Unit = Literal["learner", "team"]
# What stands on record with each draw, by what was drawn. The first is older than the others.
LOTTERY_METHOD = "individuals within team, arms alternating from a drawn first one"
METHODS: Mapping[tuple[Unit, bool], str] = {
    ("learner", False): LOTTERY_METHOD,
    ("team", False): "whole teams within unit, arms alternating from a drawn first one",
    ("learner", True): "individuals within team, waves alternating from a drawn first one",
    ("team", True): "whole teams within unit, waves alternating from a drawn first one",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Someone who gets a place, with the team of that day."""

    learner_id: int
    team_id: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone on the list of a draw: the team, and the stratum within which is drawn."""

    learner_id: int
    team_id: int | None
    stratum: str


def draw_arms(places: Sequence[Place], *, seed: int) -> dict[int, Arm]:
    """Draw an arm for everyone, individuals within team; the same seed draws the same list.

    Within a team the arms alternate from a drawn first one, so that they differ by at most one.
    """
    listed = [Candidate(one.learner_id, one.team_id, str(one.team_id)) for one in places]
    drawn = draw_groups(listed, unit="learner", groups=len(ARMS), seed=seed)
    return {learner_id: ARMS[group] for learner_id, group in drawn.items()}


def draw_groups(
    candidates: Sequence[Candidate], *, unit: Unit, groups: int, seed: int
) -> dict[int, int]:
    """Draw a group from 0 for everyone, by learner or by whole team, within each stratum.

    Within a stratum the groups take turns from a drawn first one, so that their sizes differ by at
    most one. Each stratum has its own draw: who joins one changes nothing in another.
    """
    strata: dict[str, set[int]] = {}
    for one in candidates:
        strata.setdefault(one.stratum, set()).add(_key(one, unit))
    found: dict[int, int] = {}
    for stratum, keys in sorted(strata.items()):
        draw = random.Random(f"{seed}:{stratum}")  # noqa: S311 - open and re-runnable on purpose
        order = sorted(keys)
        draw.shuffle(order)
        first = draw.randrange(groups)
        found |= {key: (first + index) % groups for index, key in enumerate(order)}
    return {one.learner_id: found[_key(one, unit)] for one in candidates}


def _key(candidate: Candidate, unit: Unit) -> int:
    """What is drawn: the learner, or the team; who has no team is drawn alone."""
    if unit == "learner":
        return candidate.learner_id
    # Below zero no number of a learner meets that of a team.
    return -candidate.learner_id if candidate.team_id is None else candidate.team_id


def list_hash(drawn: Mapping[int, object]) -> str:
    """Return the SHA-256 of a drawn list, sorted by learner."""
    return hashlib.sha256(json.dumps(sorted(drawn.items())).encode()).hexdigest()
