"""The register of skills: its cuts rise, and its shares of misclassified people are recomputed."""

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

CURRICULUM = Path(__file__).parents[2] / "curriculum"
POSTERIOR_SD = 0.54  # a 12-item form with reliability .71 on a standard-normal skill


def normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


def misclassified_share(cut: float, *, posterior_sd: float = POSTERIOR_SD) -> float:
    """Chance that the true skill and the score fall on two sides of `cut` (midpoint rule)."""
    score_sd = math.sqrt(1 - posterior_sd**2)
    step = 0.001
    total = 0.0
    for i in range(int(12 * score_sd / step)):
        score = -6 * score_sd + (i + 0.5) * step
        density = math.exp(-0.5 * (score / score_sd) ** 2) / (score_sd * math.sqrt(2 * math.pi))
        total += density * normal_cdf(-abs(score - cut) / posterior_sd) * step
    return total


def read_register(name: str) -> Any:
    return yaml.safe_load((CURRICULUM / f"{name}.yml").read_text("utf-8"))


SKILLS = read_register("skills")
LEVELS_WITH_A_CUT = [
    pytest.param(level, id=f"{skill['id']}-{level['level']}")
    for skill in SKILLS
    for level in skill["levels"][1:]
]


@pytest.mark.parametrize("level", LEVELS_WITH_A_CUT)
def test_the_share_of_misclassified_people_follows_from_the_cut(level: dict[str, Any]) -> None:
    assert level["misclassified"] == pytest.approx(misclassified_share(level["cut"]), abs=0.005)


@pytest.mark.parametrize("level", LEVELS_WITH_A_CUT)
def test_a_cut_without_a_panel_says_that_it_is_provisional(level: dict[str, Any]) -> None:
    assert level["cut_origin"].startswith(("provisional: ", "panel of "))


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill["id"])
def test_the_cuts_of_a_skill_rise_with_its_four_levels(skill: dict[str, Any]) -> None:
    cuts = [level["cut"] for level in skill["levels"]]

    assert [level["level"] for level in skill["levels"]] == [1, 2, 3, 4]
    assert cuts[0] is None
    assert cuts[1:] == sorted(set(cuts[1:]))


def test_every_role_has_a_target_for_every_skill() -> None:
    skills = {skill["id"] for skill in SKILLS}

    for role in read_register("roles")["roles"].values():
        assert role["targets"].keys() == skills
        assert set(role["targets"].values()) <= {1, 2, 3, 4}
