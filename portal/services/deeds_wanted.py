"""Which deeds an auditor looks for, from what stands in the fields of the page; pure."""

from datetime import date

from db.queries.deeds import Wanted


def wanted_from(
    *, deed: str, actor: str, object_: str, first_day: date | None, last_day: date | None
) -> Wanted:
    """Return what is looked for; deeds of an attempt stand in a chain of its own."""
    named = object_.strip()
    kind, _colon, number = named.partition(":")
    own_chain = kind == "attempt" and number.isascii() and number.isdigit() and len(number) < 18
    if own_chain:
        return Wanted(f"attempt:{int(number)}", deed, actor.strip(), "", first_day, last_day)
    return Wanted(
        deed=deed, actor=actor.strip(), object=named, first_day=first_day, last_day=last_day
    )


__all__ = ["Wanted", "wanted_from"]
