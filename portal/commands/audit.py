"""Commands about the audit trail: prove it, write it out."""

import argparse
import sys
from pathlib import Path

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
    try:
        logged = _read_log(options.log)
    except OSError as error:
        print(f"{options.log} cannot be read: {error.strerror}. Name a log.", file=sys.stderr)
        return 2
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
    if options.log is not None and anchors and not logged:
        print(
            f"No anchor stands in {options.log}, so the trail was compared with nothing outside "
            "the database. Name the log of every process, the worker's too, in one file.",
            file=sys.stderr,
        )
        return 2
    print(f"The audit trail is sound: {anchors} anchors, {len(logged)} of them found in the log.")
    return 0


def _read_log(log: Path | None) -> dict[int, str]:
    if log is None:
        return {}
    with log.open(encoding="utf-8", errors="replace") as lines:
        return read_logged_anchors(lines)


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
