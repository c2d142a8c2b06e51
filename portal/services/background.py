"""What workers do: every kind of background work, and what comes round by itself."""

from datetime import timedelta

from db.store import Store
from portal.services import auditing, computing, measuring, overtime
from portal.services.jobs import Clock, JobFunction, Round, Work, Worker
from portal.services.limits import forget_old_limits
from portal.services.roster import end_due_accounts

END_ACCOUNTS = "end accounts"


def end_accounts(work: Work) -> None:
    """End the accounts whose last day is over, and forget limits that nobody uses up."""
    now = work.clock()
    end_due_accounts(work.store, today=now.date(), now=now)
    forget_old_limits(work.store, now=now)


# Kind -> function. The kind stands in the database: a name once used stays.
KINDS: dict[str, JobFunction] = {
    computing.KIND: computing.compare_in_background,
    computing.SWEEP: computing.find_changed,
    END_ACCOUNTS: end_accounts,
    auditing.ANCHOR: auditing.anchor_in_background,
    auditing.VERIFY: auditing.verify_in_background,
    overtime.HAND_IN: overtime.hand_in_overdue,
    **measuring.KINDS,
}
ROUNDS: tuple[Round, ...] = (
    *measuring.ROUNDS,
    Round(computing.SWEEP, computing.SWEEP_EVERY),
    Round(overtime.HAND_IN, overtime.EVERY),
    Round(END_ACCOUNTS, timedelta(hours=6)),
    Round(auditing.ANCHOR, timedelta(days=1)),
)


def make_worker(store: Store, *, clock: Clock, name: str = "") -> Worker:
    """Return a worker for everything there is to do."""
    return Worker(store, kinds=KINDS, rounds=ROUNDS, clock=clock, name=name)
