"""What workers do: every kind of background work, and what comes round by itself."""

from db.store import Store
from portal.services import computing
from portal.services.jobs import Clock, JobFunction, Round, Worker

# Kind -> function. The kind stands in the database: a name once used stays.
KINDS: dict[str, JobFunction] = {
    computing.KIND: computing.compare_in_background,
    computing.SWEEP: computing.find_changed,
}
ROUNDS: tuple[Round, ...] = (Round(computing.SWEEP, computing.SWEEP_EVERY),)


def make_worker(store: Store, *, clock: Clock, name: str = "") -> Worker:
    """Return a worker for everything there is to do."""
    return Worker(store, kinds=KINDS, rounds=ROUNDS, clock=clock, name=name)
