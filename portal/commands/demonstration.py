"""The command that fills an empty database with the invented organisation."""

import argparse
import sys

from db.backup import upgrade_safely
from db.store import Store, open_store
from portal import clock
from portal.commands.content import publish_content
from portal.services.demo import DemoPlan, DemoRefused, fill_demo
from portal.services.people import is_empty, require_whole
from portal.settings import Settings


def demo(settings: Settings, options: argparse.Namespace) -> int:
    """Fill an empty database with an invented organisation."""
    if settings.auth != "demo":
        print("Demonstration data is written only when PORTAL_AUTH is 'demo'.", file=sys.stderr)
        return 2
    upgrade_safely(settings.database_url, folder=settings.data_dir / "backups")
    store = open_store(settings.database_url)
    try:
        require_whole(store)
        if not is_empty(store):
            print(
                "This database already holds people. Point PORTAL_DATA_DIR or "
                "PORTAL_DATABASE_URL at an empty one.",
                file=sys.stderr,
            )
            return 2
        plan = DemoPlan(people=options.people, months=options.months, seed=options.seed)
        publish_content(settings, store)
        fill_demo(store, plan=plan, now=clock.now(), tell=print)
    except DemoRefused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    return 0


def fill(store: Store) -> None:
    """Fill an empty database as the first start does: 240 people and a year."""
    fill_demo(store, plan=DemoPlan(), now=clock.now(), tell=print)
