"""Everything recorded about the viewer, as files to take along."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.queries.personal import columns_of, count_personal, select_personal
from db.store import Store
from portal import access
from portal.access import Viewer
from portal.services.downloads import record_export
from portal.services.recorded import RecordedKind, recorded_kinds
from portal.services.spreadsheet import csv_bytes


@dataclass(frozen=True, slots=True)
class OwnKind:
    """A kind of data, and how many rows of it are about the viewer."""

    kind: RecordedKind
    rows: int


def read_own_kinds(store: Store, *, viewer: Viewer) -> tuple[OwnKind, ...]:
    """Return every kind of data with how much of it is about the viewer."""
    access.require(viewer, "see own record")
    counts = store.read(lambda connection: count_personal(connection, viewer.person_id))
    return tuple(
        OwnKind(kind, sum(counts[table] for table in kind.tables)) for kind in recorded_kinds()
    )


def take_json(store: Store, *, viewer: Viewer, now: datetime) -> bytes:
    """Return everything about the viewer as one JSON document; taking it is written down.

    Raises
    ------
    Refused
        When the viewer took too many files within the last hour.
    """
    access.require(viewer, "see own record")
    rows = _take(store, viewer=viewer, name="own-data.json", now=now)
    document = {
        "person": viewer.person_id,
        "made_at": now.isoformat(),
        "kinds": [
            {
                "name": kind.name,
                "what": kind.what,
                "why": kind.why,
                "kept": kind.kept,
                "seen_by": kind.seen_by,
                "tables": {table: rows[table] for table in kind.tables},
            }
            for kind in recorded_kinds()
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def take_csv(store: Store, *, viewer: Viewer, now: datetime) -> bytes:
    """Return everything about the viewer as an archive with a CSV file for each table.

    No cell of it is ever computed by a spreadsheet.

    Raises
    ------
    Refused
        When the viewer took too many files within the last hour.
    """
    access.require(viewer, "see own record")
    rows = _take(store, viewer=viewer, name="own-data.zip", now=now)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table, found in rows.items():
            header = columns_of(table)
            cells = [[_cell(row, name) for name in header] for row in found]
            archive.writestr(f"{table}.csv", csv_bytes(header, cells))
    return out.getvalue()


def _take(
    store: Store, *, viewer: Viewer, name: str, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    # Written down first, so that this very deed is in the file.
    record_export(store, viewer=viewer, name=name, now=now)
    return store.read(lambda connection: select_personal(connection, viewer.person_id))


def _cell(row: Mapping[str, Any], name: str) -> object:
    value = row[name]
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
