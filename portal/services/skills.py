"""A person's own skills: the latest estimate of each, its band, its level, and how it moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assessments.irt import LevelBand
from curriculum.model import Skill
from db import Connection
from db.queries.learning import ResultRow, select_results
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.graded_levels import GradedWork, band_of, read_graded_work

Standing = Literal["met", "too close", "below"]


@dataclass(frozen=True, slots=True)
class OwnSkill:
    """One skill of one person. `history` is oldest first; `target` is the role's level."""

    skill: Skill
    target: int | None
    history: tuple[ResultRow, ...]
    latest: ResultRow | None
    band: LevelBand | None

    @property
    def standing(self) -> Standing | None:
        """How the band lies to the role's target; None without a check or a target."""
        if self.band is None or self.target is None:
            return None
        if self.band.levels[0] >= self.target:
            return "met"
        return "below" if self.band.levels[-1] < self.target else "too close"


def read_skills(store: Store, *, viewer: Viewer, catalogue: Catalogue) -> tuple[OwnSkill, ...]:
    """Return every skill of the register with the viewer's own estimates."""
    access.require(viewer, "see own record")

    def read(connection: Connection) -> tuple[tuple[ResultRow, ...], GradedWork]:
        return (
            select_results(connection, viewer.person_id),
            read_graded_work(connection, [viewer.person_id]),
        )

    results, graded = store.read(read)
    role = catalogue.registers.roles.get(viewer.role_profile)
    own = []
    for skill in catalogue.registers.skills.values():
        history = tuple(row for row in results if row.skill == skill.id)
        latest = history[-1] if history else None
        own.append(
            OwnSkill(
                skill=skill,
                target=role.targets.get(skill.id) if role else None,
                history=history,
                latest=latest,
                band=band_of(
                    skill, latest, has_graded_work=graded.covers(viewer.person_id, skill.id)
                )
                if latest
                else None,
            )
        )
    return tuple(own)


def cut_of(skill: Skill, level: int | None) -> float | None:
    """Return where a level begins on θ; None for the first level or no level at all."""
    return next((one.cut for one in skill.levels if one.level == level), None)


def nearest_first(skills: Sequence[OwnSkill]) -> list[OwnSkill]:
    """Return skills in the order they want attention: below the target, too close, met, unknown."""
    order = {"below": 0, "too close": 1, "met": 2, None: 3}
    known = {own.skill.id: own.latest is not None for own in skills}
    return sorted(skills, key=lambda own: (not known[own.skill.id], order[own.standing]))
