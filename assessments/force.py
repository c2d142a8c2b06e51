"""Whether an estimated calibration may be put in force: which model, which items, and why not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from assessments.calibration import Calibration, calibrate
from assessments.item_responses import ItemResponses
from assessments.linking import Link, link_forms, on_old_scale
from assessments.parameters import ANSWERS_NEEDED, ItemParameters, Model
from curriculum.phrases import Number, Phrase

Wanted = Literal["auto", "rasch", "2pl"]
# Where the answers do not determine an item, its estimate runs to these and means nothing.
STEEPEST, FARTHEST = 10.0, 40.0
NAMES: Mapping[Model, str] = {"rasch": "Rasch", "2pl": "2PL"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A calibration on the scale of the one before, and in `obstacles` why it may not be used.

    `items` are those with enough answers; `pilot` names live items that are still too new.
    `link` is None for the first calibration, whose own sample sets the scale.
    """

    calibration: Calibration
    items: Mapping[str, ItemParameters]
    pilot: tuple[str, ...]
    link: Link | None
    obstacles: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether it may be put in force."""
        return not self.obstacles


def calibrate_for_use(
    responses: ItemResponses,
    *,
    live: Collection[str],
    before: Mapping[str, ItemParameters] | None,
    model: Wanted = "auto",
) -> Judged:
    """Estimate items, link them to the measured scale before, and judge whether to use them.

    Parameters
    ----------
    live
        The items that checks of the skill may ask today.
    before
        The items of the last measured calibration; None when there is none. Then every live item
        needs enough answers; later only those that were measured before do, and new ones wait.

    Notes
    -----
    `auto` takes the 2PL where each of these items has 500 answers, else Rasch from 200; where the
    2PL may not be used, Rasch stands in for it.
    """
    first = _first_choice(responses, live=live, before=before, model=model)
    judged = _judge(calibrate(responses, model=first), live=live, before=before)
    if model == "auto" and first == "2pl" and not judged.usable:
        fallback = _judge(calibrate(responses, model="rasch"), live=live, before=before)
        return fallback if fallback.usable else judged
    return judged


def _first_choice(
    responses: ItemResponses,
    *,
    live: Collection[str],
    before: Mapping[str, ItemParameters] | None,
    model: Wanted,
) -> Model:
    if model != "auto":
        return model
    given = dict(zip(responses.items, responses.answers_per_item, strict=True))
    needed = _needed(live, before)
    enough = all(given.get(item, 0) >= ANSWERS_NEEDED["2pl"] for item in needed)
    return "2pl" if needed and enough else "rasch"


def _needed(live: Collection[str], before: Mapping[str, ItemParameters] | None) -> tuple[str, ...]:
    return tuple(sorted(live if before is None else set(live) & set(before)))


def _judge(
    calibration: Calibration,
    *,
    live: Collection[str],
    before: Mapping[str, ItemParameters] | None,
) -> Judged:
    needed = _needed(live, before)
    estimated = {item.item_id: item for item in calibration.items}
    enough = ANSWERS_NEEDED[calibration.model]
    sound = {id_: item for id_, item in estimated.items() if item.n >= enough}
    obstacles = _obstacles(calibration, needed=needed, sound=sound)
    link = None
    if before is not None and sound:
        link = link_forms(sound, old=before)
        if not link.usable:
            obstacles.append(link.warnings[-1])
        sound = {id_: on_old_scale(item, link=link) for id_, item in sound.items()}
    return Judged(
        calibration=calibration,
        items=sound,
        pilot=tuple(sorted(set(live) - set(needed) - set(sound))),
        link=link,
        obstacles=tuple(obstacles),
    )


def _obstacles(
    calibration: Calibration,
    *,
    needed: tuple[str, ...],
    sound: Mapping[str, ItemParameters],
) -> list[str]:
    """Say all that stands in the way: too little, not settled, or items without a sound figure."""
    name, enough = NAMES[calibration.model], ANSWERS_NEEDED[calibration.model]
    if not calibration.items:
        return list(calibration.warnings)
    obstacles: list[str] = []
    if not needed:
        obstacles.append(Phrase("No check of this skill asks any of these items today."))
    if not calibration.converged:
        obstacles.append(Phrase("The {model} estimation did not settle.", model=name))
    constant = [w for w in calibration.warnings if "no finite difficulty" in w]
    obstacles += constant
    counts = {item.item_id: item.n for item in calibration.items}
    short = [item for item in needed if item not in sound and item in counts]
    if short:
        obstacles.append(
            Phrase(
                "{few} of {all} items have fewer than {needed} answers (fewest {fewest}), as "
                "{model} needs.",
                few=Number(len(short)),
                all=Number(len(needed)),
                needed=Number(enough),
                fewest=Number(min(counts[item] for item in short)),
                model=name,
            )
        )
    unseen = [item for item in needed if item not in counts]
    if len(unseen) > len(constant):
        obstacles.append(
            Phrase(
                "{few} of {all} items have no usable answers.",
                few=Number(len(unseen)),
                all=Number(len(needed)),
            )
        )
    obstacles += [_unsound(item, name=name) for item in sound.values() if not _is_sound(item)]
    return obstacles


def _is_sound(item: ItemParameters) -> bool:
    bounded = 0 < item.a < STEEPEST and abs(item.a * item.b) < FARTHEST
    return bounded and item.se_a is not None and item.se_b is not None


def _unsound(item: ItemParameters, *, name: str) -> Phrase:
    if item.a <= 0:
        return Phrase(
            "{item}: strong learners choose it less often than weak; check the key.",
            item=item.item_id,
        )
    return Phrase(
        "{item}: the answers do not determine its {model} figures.", item=item.item_id, model=name
    )
