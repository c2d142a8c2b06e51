"""Commands about people: add one, take a whole roster over."""

import argparse
import sys

from curriculum.read import read_registers
from db.store import open_store
from portal import clock
from portal.access import Refused
from portal.services.people import NewPerson, PersonRefused, add_person
from portal.services.roster import RosterReport, check_roster, load_roster
from portal.settings import Settings


def person(settings: Settings, options: argparse.Namespace) -> int:
    """Add somebody who signs in at the provider."""
    person = NewPerson(
        issuer=options.issuer,
        subject=options.subject,
        name=options.name,
        email=options.email,
        role_profile=options.role_profile,
        roles=frozenset(options.role),
    )
    registers, _problems = read_registers(settings.content_dir)
    store = open_store(settings.database_url)
    try:
        person_id = add_person(store, person=person, profiles=registers.roles, now=clock.now())
    except PersonRefused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    print(f"{person.name} is person {person_id}: {', '.join(sorted(person.roles))}.")
    return 0


def roster(settings: Settings, options: argparse.Namespace) -> int:
    """Take a roster over, or tell what it would change."""
    try:
        data = options.file.read_bytes()
    except OSError as error:
        print(f"{options.file} cannot be read: {error.strerror}.", file=sys.stderr)
        return 2
    registers, _problems = read_registers(settings.content_dir)
    given = {
        "viewer": None,
        "data": data,
        "profiles": registers.roles,
        "now": clock.now(),
    }
    store = open_store(settings.database_url)
    try:
        if options.dry_run:
            report = check_roster(store, **given)
        else:
            report = load_roster(store, **given, leavers=options.leavers)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    finally:
        store.close()
    return _tell_roster(report)


def _tell_roster(report: RosterReport) -> int:
    for fault in report.faults:
        print(fault)
    if report.faults:
        print(f"{len(report.faults)} faults; nothing was changed.")
        return 1
    for change in report.changes:
        place = f"row {change.row}" if change.row else "not in the file"
        print(f"{place}: {change.kind}: {change.who} {change.detail}".rstrip())
    counts = ", ".join(f"{kind}: {count}" for kind, count in report.counts.items())
    done = f"taken over: {counts}" if report.written else f"would change: {counts}"
    told = done if counts else "nothing to change"
    print(f"{report.people} people, {report.unchanged} unchanged; {told}")
    return 0
