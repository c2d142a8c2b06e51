"""Commands about personal data: what is kept no longer, and who is to be forgotten."""

import argparse
import sys
from functools import cache, partial

from db.store import open_store
from portal import clock
from portal.access import Refused
from portal.services.catalogue import read_item
from portal.services.erasing import erase, find_erasable, foresee_erasure, receipt_lines
from portal.services.retention import apply_retention, foresee_retention, retention_lines
from portal.settings import Settings


def retention(settings: Settings, options: argparse.Namespace) -> int:
    """Delete what is kept no longer, or say what would go."""
    store = open_store(settings.database_url)
    work = apply_retention if options.apply else foresee_retention
    try:
        receipt = work(store, read_item=cache(partial(read_item, store)), now=clock.now())
    finally:
        store.close()
    print("\n".join(retention_lines(receipt)))
    return 0


def erase_person(settings: Settings, options: argparse.Namespace) -> int:
    """Erase a person, or say what would go."""
    store = open_store(settings.database_url)
    work = erase if options.apply else foresee_erasure
    try:
        receipt = work(
            store,
            viewer=None,
            person_id=find_erasable(store, options.person),
            read_item=cache(partial(read_item, store)),
            now=clock.now(),
        )
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    print("\n".join(receipt_lines(receipt)))
    return 0
