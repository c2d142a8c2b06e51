"""The report of a program from the command line: found by name or number, computed if old."""

import os
import tempfile
from datetime import datetime
from pathlib import Path

from db.store import Store
from portal.access import Refused, Viewer
from portal.charts.report import Report, report_html
from portal.services.catalogue import read_catalogue
from portal.services.comparing import read_programs, read_report
from portal.services.computing import compare_now

# Whoever holds the server asks as those who see every program; floors hold for them as well.
OWNER = Viewer(0, "command line", frozenset({"program_lead"}), "all-staff")


def make_report(store: Store, *, wanted: str, name: str, min_group: int, now: datetime) -> str:
    """Return the report of a program, named by its name or its number.

    Raises
    ------
    Refused
        When there is no such program, or nobody was measured after its start.
    """
    catalogue = read_catalogue(store)
    programs = read_programs(store, viewer=OWNER, now=now)
    found = [one for one in programs if wanted in {one.name, str(one.id)}]
    if not found:
        names = ", ".join(f"{one.id} ({one.name})" for one in programs) or "none yet"
        raise Refused(
            "There is no program {wanted}. There are: {names}", wanted=wanted, names=names
        )
    program_id = found[0].id
    compare_now(store, catalogue=catalogue, now=now, program_id=program_id)
    parts = read_report(
        store,
        viewer=OWNER,
        catalogue=catalogue,
        program_id=program_id,
        min_group=min_group,
        now=now,
    )
    return report_html(Report(name=name, min_group=min_group, parts=parts))


def save_text(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    Refused
        When the folder is not there or cannot be written.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        raise Refused(
            "{path} cannot be written ({why}). Name another file.", path=path, why=error.strerror
        ) from error
