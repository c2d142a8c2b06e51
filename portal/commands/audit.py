"""Commands about the audit trail: prove it, write it out."""

import argparse
import sys

from db.store import open_store
from portal import clock
from portal.services.auditing import (
    count_anchors,
    find_faults,
    read_logged_anchors,
    write_whole_trail,
)
from portal.settings import Settings


def verify_audit(settings: Settings, options: argparse.Namespace) -> int:
    """Name every stream of the trail that is not as it was written."""
    logged = {}
    if options.log is not None:
        with options.log.open(encoding="utf-8", errors="replace") as lines:
            logged = read_logged_anchors(lines)
    store = open_store(settings.database_url)
    try:
        faults, anchors = find_faults(store, logged=logged), count_anchors(store)
    finally:
        store.close()
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} streams are not as they were written.")
        return 1
    print(f"The audit trail is sound: {anchors} anchors, {len(logged)} of them found in the log.")
    return 0


def export_audit(settings: Settings, options: argparse.Namespace) -> int:
    """Write every deed into a new file."""
    store = open_store(settings.database_url)
    try:
        with options.file.open("x", encoding="utf-8-sig", newline="") as out:
            count = write_whole_trail(store, out=out, now=clock.now())
    except FileExistsError:
        print(f"{options.file} exists already; name a new file.", file=sys.stderr)
        return 2
    finally:
        store.close()
    print(f"{count} deeds written.")
    return 0
