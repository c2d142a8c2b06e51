"""The only place that reads the clock, and what it says of days."""

from datetime import UTC, date, datetime, time, timedelta


def now() -> datetime:
    """Return this moment, in UTC."""
    return datetime.now(UTC)


def first_whole_day(moment: datetime) -> date:
    """Return the first day that does not begin before a moment.

    Somebody who is told to come again on a day may come at any hour of it.
    """
    day = moment.date()
    return day if moment.time() == time.min else day + timedelta(days=1)
