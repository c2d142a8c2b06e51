"""The trace reader: which step of a run was the first to go wrong."""

from curriculum.activities.base import (
    GOAL,
    OPEN,
    Choice,
    Control,
    Outcome,
    Parameters,
    State,
    Table,
    Word,
)
from curriculum.activities.schema import Option, Rows, Schema, Words
from curriculum.phrases import Phrase

SOUND, LATER = "sound", "later"
REGIONS = (OPEN, SOUND, LATER, GOAL)
SCHEMA: Schema = {
    "steps": Rows(
        {
            "step": Words(120),
            "shows": Words(),
            "verdict": Option(("ok", "first", "later"), "ok"),
            "feedback": Words(default=""),
        },
        3,
        15,
    ),
}
_REGIONS = {"ok": SOUND, "later": LATER, "first": GOAL}


def exhibit(p: Parameters) -> Table:
    """Return the run as a table."""
    rows = tuple((str(n), row["step"], row["shows"]) for n, row in enumerate(p["steps"], 1))
    return Table((Word("No."), Word("Step"), Word("What it shows")), rows)


def controls(p: Parameters) -> tuple[Control, ...]:
    """Return the choice between the steps."""
    options = tuple((str(n), f"{n + 1}. {row['step']}") for n, row in enumerate(p["steps"]))
    return (Choice("pick", Word("The first step that went wrong"), options),)


def outcome(p: Parameters, state: State) -> Outcome:
    """Return whether the chosen step is the cause, a consequence, or sound."""
    if "pick" not in state:
        return Outcome(OPEN)
    row = p["steps"][int(state["pick"])]
    region = _REGIONS[row["verdict"]]
    notes = (row["feedback"],) if row["feedback"] else ()
    return Outcome(region, notes=notes, is_goal=region == GOAL)


def fault(p: Parameters) -> Phrase | None:
    """Say why there is not exactly one answer, or return None."""
    verdicts = [row["verdict"] for row in p["steps"]]
    if verdicts.count("first") != 1:
        return Phrase(
            "exactly one step has `verdict: first`, not {count}", count=verdicts.count("first")
        )
    if "later" in verdicts[: verdicts.index("first")]:
        return Phrase("a step with `verdict: later` stands before the first one that went wrong")
    return None
