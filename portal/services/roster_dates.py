"""What a new word about a dated belonging does to its history: nothing, a move, a correction; pure.

A history is in the order of its days; the end of a span no longer counts, and spans never overlap.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from db.queries.roster import Span


@dataclass(frozen=True, slots=True)
class Put:
    """A new span."""

    target: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class Step:
    """What follows for a history: rows to add, to write anew as given here, and to take out.

    `overlaps` is the day until which something else holds that the word would overlap; then
    nothing is done.
    """

    put: Put | None = None
    edits: tuple[Span, ...] = ()
    drops: tuple[int, ...] = ()
    overlaps: date | None = None

    @property
    def is_nothing(self) -> bool:
        """Say whether the history stays as it is."""
        return self == NOTHING


NOTHING = Step()


def follow(history: Sequence[Span], *, target: str | None, since: date | None, today: date) -> Step:
    """Return what follows when something belongs to `target`, or to nothing when that is None.

    Parameters
    ----------
    since
        From which day on; None stands for today where it is news, and for no change where not.
    """
    last = history[-1] if history else None
    if last is not None and _is_called_off(last, target=target, since=since, today=today):
        return _call_off(history, target=target, since=since, today=today)
    if last is None:
        return Step(put=Put(target, since or today)) if target is not None else NOTHING
    if last.ends_on is not None:
        return _begin_again(last, target=target, since=since, today=today)
    if target is None:
        return Step(edits=(replace(last, ends_on=max(since or today, last.starts_on)),))
    if last.target == target:
        return _correct_start(history, since=since)
    return _move(last, target=target, since=since or today)


def _is_called_off(last: Span, *, target: str | None, since: date | None, today: date) -> bool:
    """Say whether the last span lies ahead, and the new word is about a day before it."""
    ahead = last.ends_on is None and last.starts_on > today
    return ahead and last.target != target and (since is None or since < last.starts_on)


def _call_off(
    history: Sequence[Span], *, target: str | None, since: date | None, today: date
) -> Step:
    *before, last = history
    reopened: tuple[Span, ...] = ()
    if before and before[-1].ends_on == last.starts_on:
        reopened = (replace(before[-1], ends_on=None),)
    step = follow([*before[: len(before) - len(reopened)], *reopened], target=target, since=since,
                  today=today)  # fmt: skip
    if step.overlaps is not None:
        return step
    written_anew = {span.id for span in step.edits}
    edits = tuple(span for span in reopened if span.id not in written_anew) + step.edits
    return Step(put=step.put, edits=edits, drops=(last.id, *step.drops))


def _begin_again(last: Span, *, target: str | None, since: date | None, today: date) -> Step:
    if target is None or last.ends_on is None:
        return NOTHING
    starts_on = since or max(today, last.ends_on)
    if starts_on < last.ends_on:
        return Step(overlaps=last.ends_on)
    if starts_on == last.starts_on:
        # It held for no day at all; one row begins on a day.
        return Step(edits=(replace(last, target=target, ends_on=None),))
    return Step(put=Put(target, starts_on))


def _correct_start(history: Sequence[Span], *, since: date | None) -> Step:
    last = history[-1]
    if since is None or since == last.starts_on:
        return NOTHING
    before = history[-2].ends_on if len(history) > 1 else None
    if before is not None and since < before:
        return Step(overlaps=before)
    return Step(edits=(replace(last, starts_on=since),))


def _move(last: Span, *, target: str, since: date) -> Step:
    if since < last.starts_on:
        return Step(overlaps=last.starts_on)
    if since == last.starts_on:
        return Step(edits=(replace(last, target=target),))
    return Step(put=Put(target, since), edits=(replace(last, ends_on=since),))


def after(history: Sequence[Span], step: Step) -> tuple[Span, ...]:
    """Return the history with a step taken; a new span has the id 0."""
    anew = {span.id: span for span in step.edits}
    kept = [anew.get(span.id, span) for span in history if span.id not in step.drops]
    if step.put is not None:
        owner = history[0].owner if history else 0
        kept.append(Span(0, owner, step.put.target, step.put.starts_on, None))
    return tuple(sorted(kept, key=lambda span: span.starts_on))


def target_on(history: Iterable[Span], day: date) -> str | None:
    """Return where something belongs on a day, or None."""
    for span in history:
        if span.starts_on <= day and (span.ends_on is None or span.ends_on > day):
            return span.target
    return None
