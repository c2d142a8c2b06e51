"""What the frozen plan of a program says of a comparison, in words."""

from datetime import datetime

from portal.charts.growth_points import occasion_names
from portal.services.comparing import ComparedProgram
from portal.text import _, date_text


def promise_words(found: ComparedProgram) -> str | None:
    """Return whether this is the check that decides by the frozen plan; None without a plan."""
    promise = found.promise
    if promise is None:
        return None
    if not promise.kept:
        return kept_no_longer(promise.frozen_at)
    day = date_text(promise.frozen_at)
    if found.target == promise.occasion:
        return _("This is the check that decides, by the plan frozen on {day}.").format(day=day)
    return _(
        "By the plan frozen on {day} another check decides: {occasion}. What stands here is beside "
        "it, and no answer of its own."
    ).format(day=day, occasion=occasion_names()[promise.occasion])


def kept_no_longer(frozen_at: datetime) -> str:
    """Return that a program was changed past its frozen plan, and what to do."""
    return _(
        "This program is no longer what its plan promised on {day}. Hold it against the plan in "
        "the audit trail before you use any figure of it."
    ).format(day=date_text(frozen_at))
