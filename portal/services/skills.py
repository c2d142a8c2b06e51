"""A person's own skills: the latest estimate of each, its band, its level, and how it moved."""

from dataclasses import dataclass
from statistics import NormalDist

from assessments.irt import LevelBand
from curriculum.model import Skill
from db import Connection
from db.queries.learning import ResultRow, select_results
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.catalogue import Catalogue
from portal.services.graded_levels import GradedWork, band_of, read_graded_work


@dataclass(frozen=True, slots=True)
class OwnSkill:
    """One skill of one person. `history` is oldest first; `target` is the role's level."""

    skill: Skill
    target: int | None
    history: tuple[ResultRow, ...]
    latest: ResultRow | None
    band: LevelBand | None


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


def probability_of_rise(before: ResultRow, after: ResultRow) -> float:
    """Return how probable it is that true skill rose between two checks.

    The difference of two Warm estimates is normal with variance se₁² + se₂²; with a flat prior
    on the change, P(rise) = Φ(Δ / √(se₁² + se₂²)).
    """
    spread = (before.se**2 + after.se**2) ** 0.5
    return NormalDist().cdf((after.theta - before.theta) / spread)
