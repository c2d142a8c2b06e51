"""Who does what: each step to a person, the AI or both, each with an owner; gaps are flagged."""

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
from curriculum.activities.schema import Flag, Names, Rows, Schema, Words
from curriculum.phrases import Phrase

GAPS, ALL_BY_HAND = "gaps", "all-by-hand"
REGIONS = (OPEN, GAPS, ALL_BY_HAND, GOAL)
SCHEMA: Schema = {
    "steps": Rows(
        {"step": Words(160), "irreversible": Flag(), "checks": Flag(), "why": Words(default="")},
        3,
        10,
    ),
    "people": Names(2, 6),
}
_DOERS = (("person", Word("a person")), ("ai", Word("the AI")), ("both", Word("both")))


def controls(p: Parameters) -> tuple[Control, ...]:
    """Return, for each step, who does it and who answers for it."""
    owners = tuple((f"person{n}", name) for n, name in enumerate(p["people"]))
    owners += (("ai", Word("the AI")), ("nobody", Word("nobody by name")))
    made: list[Control] = []
    for n, row in enumerate(p["steps"]):
        made.append(Choice(f"doer{n}", row["step"], _DOERS))
        made.append(Choice(f"owner{n}", Word("Answers for it"), owners, about=row["step"]))
    return tuple(made)


def gaps(p: Parameters, state: State) -> tuple[tuple[int, str], ...]:
    """Return the number of each step with a gap, and which gap it is."""
    found = []
    for n, row in enumerate(p["steps"]):
        doer, owner = state.get(f"doer{n}"), state.get(f"owner{n}")
        if owner == "nobody":
            found.append((n, Word("nobody answers for it")))
        if owner == "ai":
            found.append((n, Word("the AI cannot answer for it")))
        if doer == "ai" and row["irreversible"]:
            found.append((n, Word("the AI alone takes a step that cannot be undone")))
        if doer == "ai" and row["checks"]:
            found.append((n, Word("the AI checks its own work")))
    return tuple(found)


def outcome(p: Parameters, state: State) -> Outcome:
    """Return the gaps of an assignment."""
    made = controls(p)
    found = gaps(p, state)
    doers = [state.get(f"doer{n}") for n in range(len(p["steps"]))]
    if not every_choice_made(made, state):
        region = OPEN
    elif found:
        region = GAPS
    else:
        region = ALL_BY_HAND if set(doers) == {"person"} else GOAL
    helped = sum(doer in {"ai", "both"} for doer in doers)
    rows = tuple((p["steps"][n]["step"], gap) for n, gap in found)
    figures = (
        Figure(Word("Gaps"), len(found)),
        Figure(Word("Steps with the AI"), helped),
        Figure(Word("Steps"), len(doers)),
    )
    whys = dict.fromkeys(p["steps"][n]["why"] for n, _gap in found)
    notes = tuple(why for why in whys if why)
    table = Table((Word("Step"), Word("Gap")), rows)
    return Outcome(region, figures, table, notes=notes, is_goal=region == GOAL)


def fault(p: Parameters) -> Phrase | None:
    """Say why the AI has no place anywhere, or why names repeat; else return None."""
    if len(set(p["people"])) < len(p["people"]):
        return Phrase("a name stands twice in 'people'; keep one")
    return None
