"""What a roster says of teams: new ones, names, and where they hang; cycles and orphans refused."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from db.commands.roster import SpanRows
from db.queries.roster import RosterState, Span
from portal.services import roster_faults as faulty
from portal.services.roster_dates import after, follow, target_on
from portal.services.roster_faults import RosterFault
from portal.services.roster_file import TeamLine, shown

ChangeKind = Literal[
    "team added",
    "team renamed",
    "team moved",
    "person added",
    "person changed",
    "person returned",
    "person left",
    "person moved",
    "leads",
    "leads no more",
]
DEEPEST = 20  # as deep as the tree of teams is walked, db/queries/people.py


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would change: its row (0 where no row speaks of it), whom or what, and how."""

    row: int
    who: str
    kind: ChangeKind
    detail: str = ""


NO_SPANS = SpanRows()


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """What a file changes of teams; `codes` are all that are known afterwards."""

    codes: frozenset[str]
    new: tuple[tuple[str, str], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    places: SpanRows = NO_SPANS
    changes: tuple[Change, ...] = ()
    faults: tuple[RosterFault, ...] = ()


def count_kinds(changes: Iterable[Change]) -> dict[ChangeKind, int]:
    """Return how many changes there are of each kind, without names."""
    return dict(sorted(Counter(change.kind for change in changes).items()))


def plan_teams(lines: Sequence[TeamLine], *, state: RosterState, today: date) -> TeamPlan:
    """Return what a file changes of teams.

    A team that the file does not describe stays as it is and where it is.
    """
    ids = {code: id_ for id_, code, _name in state.teams}
    names = {code: name for _id, code, name in state.teams}
    histories: dict[str, tuple[Span, ...]] = dict.fromkeys(ids, ())
    owners = {id_: code for code, id_ in ids.items()}
    for span in state.places:
        histories[owners[span.owner]] += (span,)
    codes = frozenset(ids) | {line.code for line in lines}
    faults = [*_look_alikes(lines, known=ids), *_orphans(lines, codes=codes)]
    puts: list[tuple[str, str, date]] = []
    edits: list[Span] = []
    drops: list[int] = []
    changes: list[Change] = []
    for line in lines:
        history = histories.get(line.code, ())
        if line.code not in ids:
            changes.append(Change(line.row, line.code, "team added", line.name))
        elif names[line.code] != line.name:
            detail = f"{names[line.code]} to {line.name}"
            changes.append(Change(line.row, line.code, "team renamed", detail))
        if line.parent is None and history:
            continue
        step = follow(history, target=line.parent or "", since=line.since, today=today)
        if step.overlaps is not None:
            faults.append(faulty.OVERLAPS.at(line.row, "parent_since", until=step.overlaps))
            continue
        if step.put is not None:
            puts.append((line.code, step.put.target, step.put.starts_on))
        edits += step.edits
        drops += step.drops
        histories[line.code] = after(history, step)
        if history and not step.is_nothing:
            last = histories[line.code][-1]
            detail = f"{history[-1].target or '-'} to {last.target or '-'} ({last.starts_on})"
            changes.append(Change(line.row, line.code, "team moved", detail))
    faults += _cycles(lines, histories=histories, today=today)
    return TeamPlan(
        codes=codes,
        new=tuple((line.code, line.name) for line in lines if line.code not in ids),
        renamed=tuple(
            (line.code, line.name)
            for line in lines
            if line.code in ids and names[line.code] != line.name
        ),
        places=SpanRows(tuple(puts), tuple(edits), tuple(drops)),
        changes=tuple(changes),
        faults=tuple(faults),
    )


def _look_alikes(lines: Sequence[TeamLine], *, known: Mapping[str, int]) -> Iterable[RosterFault]:
    spelled = {code.casefold(): code for code in known}
    for line in lines:
        code = spelled.setdefault(line.code.casefold(), line.code)
        if code != line.code:
            values = {"came": shown(line.code), "known": shown(code)}
            yield faulty.LOOKS_LIKE_TEAM.at(line.row, "team", **values)


def _orphans(lines: Sequence[TeamLine], *, codes: frozenset[str]) -> Iterable[RosterFault]:
    for line in lines:
        if line.parent and line.parent not in codes:
            values = {"came": shown(line.parent), "team": shown(line.code)}
            yield faulty.UNKNOWN_PARENT.at(line.row, "parent_team", **values)


def _cycles(
    lines: Sequence[TeamLine], *, histories: Mapping[str, tuple[Span, ...]], today: date
) -> Iterable[RosterFault]:
    """Find teams that would hang below themselves on the day their place begins.

    A circle comes into being on a day on which one of its teams takes its place, so only these
    days need a walk up: those of the file, and those that were planned before and lie ahead.
    """
    rows = {line.code: line.row for line in lines}
    ahead = (code for code, spans in histories.items() if spans and spans[-1].starts_on > today)
    for code in dict.fromkeys([*rows, *ahead]):
        for span in histories.get(code, ()):
            path = _path_up(code, on=span.starts_on, histories=histories)
            words = " > ".join(path[: DEEPEST + 2])
            row = next((rows[one] for one in path if one in rows), 0)
            if len(path) > 1 and path[-1] in path[:-1]:
                # A circle above this team is told at the rows of the teams in it.
                if path[-1] == code:
                    yield faulty.CYCLE.at(row, "parent_team", day=span.starts_on, path=words)
            elif len(path) > DEEPEST:
                yield faulty.TOO_DEEP.at(row, "parent_team", most=DEEPEST, path=words)


def _path_up(code: str, *, on: date, histories: Mapping[str, tuple[Span, ...]]) -> list[str]:
    """Return a team and what is above it on a day; a circle ends with the first team met twice."""
    path = [code]
    while True:
        parent = target_on(histories.get(path[-1], ()), on)
        if not parent:
            return path
        path.append(parent)
        if parent in path[:-1]:
            return path
