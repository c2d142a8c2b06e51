"""The command that does background work beside the server."""

import argparse
import signal
import threading

from db.store import open_store
from portal import clock
from portal.services.background import make_worker
from portal.settings import Settings
from portal.web.logs import configure_logging, secrets_of


def work(settings: Settings, options: argparse.Namespace) -> int:
    """Do background work until stopped, or what waits now."""
    configure_logging(settings.log, secrets=secrets_of(settings))
    store, stop = open_store(settings.database_url), threading.Event()
    worker = make_worker(store, clock=clock.now)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        if options.once:
            done = 0
            while not stop.is_set() and worker.run_once():
                done += 1
            print(f"{done} jobs done or given back.")
        else:
            print(f"Worker {worker.name} is at work; stop it with Ctrl-C.", flush=True)
            worker.run(stop)
    finally:
        store.close()
    return 0
