"""Commands about numbers: calibrate a skill, explain a result, write a report."""

import argparse
import sys
from functools import cache, partial

from db.store import open_store
from portal import clock
from portal.access import Refused
from portal.charts.report_file import make_report, save_text
from portal.services.calibrating import calibrate_skill
from portal.services.catalogue import read_catalogue, read_item
from portal.services.receipts import full_receipt, receipt_json, receipt_text
from portal.settings import Settings


def calibrate(settings: Settings, options: argparse.Namespace) -> int:
    """Calibrate a skill; return 1 when the last good calibration stays in force."""
    store = open_store(settings.database_url)
    try:
        done = calibrate_skill(
            store,
            skill=options.skill,
            model=options.model,
            catalogue=read_catalogue(store),
            read_item=cache(partial(read_item, store)),
            now=clock.now(),
            tell=lambda share, words: print(f"{share:4.0%}  {words}", file=sys.stderr),
        )
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    print(f"{done.skill}: {done.checks} checks, {done.answers} answers, {done.model}.")
    print("\n".join(done.sentences))
    if done.in_force:
        print(f"{done.rescored} checks were scored anew; their earlier results stay on record.")
    return 0 if done.in_force else 1


def explain(settings: Settings, options: argparse.Namespace) -> int:
    """Print the receipt of a result; return 1 when it does not come out the same."""
    store = open_store(settings.database_url)
    try:
        receipt = full_receipt(
            store, result_id=options.result, read_item=cache(partial(read_item, store))
        )
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    print(receipt_text(receipt) if options.format == "text" else receipt_json(receipt))
    return 0 if receipt.same else 1


def report(settings: Settings, options: argparse.Namespace) -> int:
    """Write what a program shows into one file."""
    store = open_store(settings.database_url)
    try:
        text = make_report(
            store,
            wanted=options.program,
            name=settings.name,
            min_group=settings.min_group,
            now=clock.now(),
        )
        save_text(options.to, text)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    print(f"wrote {options.to}")
    return 0
