"""What every guided activity is made of: its controls, and what becomes of a learner's choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What an author wrote between the fences, checked, with every default filled in.
Parameters = Mapping[str, Any]
# The key of a control → where it stands; a choice that was not made yet is missing.
State = Mapping[str, float | str]

KIND_NAMES = (
    "threshold",
    "retrieval",
    "trace",
    "permissions",
    "raci",
    "queue",
    "incident",
    "value",
)
OPEN, GOAL = "open", "goal"


class Word(str):
    """A word of the interface: drawn in the reader's language, where other text is the author's."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Slider:
    """A number that a learner moves; `unit` is a word of the interface or empty."""

    key: str
    label: str
    low: float
    high: float
    step: float
    start: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some options, by key; `shows` is read before choosing, `about` leads the label.

    `after` names another choice that must be made before this one is shown.
    """

    key: str
    label: str
    options: tuple[tuple[str, str], ...]
    start: str | None = None
    shows: str = ""
    about: str = ""
    after: str | None = None


Control = Slider | Choice


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a result; `unit` is a word of the interface or empty."""

    name: str
    value: float
    unit: str = ""
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A small table; what is no `Word` in it is the author's."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]


NO_TABLE = Table((), ())


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a learner's choices lead: the region picks the feedback, `notes` add to it."""

    region: str
    figures: tuple[Figure, ...] = ()
    table: Table = NO_TABLE
    notes: tuple[str, ...] = ()
    is_goal: bool = False


def start_state(controls: Sequence[Control]) -> dict[str, float | str]:
    """Return where an activity stands before anything was moved."""
    return {one.key: one.start for one in controls if one.start is not None}


def clean_state(controls: Sequence[Control], given: Mapping[str, object]) -> dict[str, float | str]:
    """Return what of a state fits the controls; the rest stands where it starts.

    An activity may have been edited since, and a widget's value is only a request.
    """
    state = start_state(controls)
    for control in controls:
        value = given.get(control.key)
        if isinstance(control, Slider):
            # NaN is neither above nor below anything.
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if is_number and control.low <= value <= control.high:  # type: ignore[operator]
                state[control.key] = float(value)  # type: ignore[arg-type]
        elif isinstance(value, str) and value in dict(control.options):
            state[control.key] = value
    return {key: state[key] for key in (one.key for one in _shown(controls, state)) if key in state}


def shown_controls(controls: Sequence[Control], state: State) -> tuple[Control, ...]:
    """Return the controls whose turn has come."""
    return tuple(_shown(controls, state))


def _shown(controls: Sequence[Control], state: State) -> list[Control]:
    shown: list[Control] = []
    for control in controls:
        before = control.after if isinstance(control, Choice) else None
        if before is None or (before in state and any(one.key == before for one in shown)):
            shown.append(control)
    return shown


def every_choice_made(controls: Sequence[Control], state: State) -> bool:
    """Say whether nothing is left open."""
    return all(control.key in state for control in controls)
