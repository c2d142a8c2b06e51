"""From what a driver raises to one of our own errors: which fault it is, and what to do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from db.errors import (
    DatabaseDamaged,
    DatabaseError,
    DatabaseFull,
    DatabaseLocked,
    DatabaseMissing,
    DatabaseReadOnly,
    DatabaseUnreachable,
)

# Primary result codes of SQLite (https://www.sqlite.org/rescode.html); extended codes share the
# lowest eight bits.
SQLITE_FAULTS: dict[int, tuple[type[DatabaseError], str]] = {
    5: (DatabaseLocked, "is locked by another process; try again in a moment"),
    6: (DatabaseLocked, "is locked by another process; try again in a moment"),
    8: (DatabaseReadOnly, "is read-only; make the file and its folder writable for this user"),
    10: (DatabaseUnreachable, "cannot be read from or written to its disk; check the disk"),
    11: (DatabaseDamaged, "is damaged; restore the newest backup"),
    13: (DatabaseFull, "has no room left on its disk; free some space and try again"),
    14: (DatabaseMissing, "cannot be opened; check the path and the rights on its folder"),
    26: (DatabaseDamaged, "is not a SQLite database, or is damaged; restore the newest backup"),
}

# SQLSTATE codes of PostgreSQL (appendix A of its manual), the longest prefix wins.
POSTGRES_FAULTS: dict[str, tuple[type[DatabaseError], str]] = {
    "25006": (DatabaseReadOnly, "is read-only; connect to the primary server"),
    "3D000": (DatabaseMissing, "does not exist; create it, then run `python -m db upgrade`"),
    "40001": (DatabaseLocked, "was busy with the same rows; try again"),
    "40P01": (DatabaseLocked, "was busy with the same rows; try again"),
    "53100": (DatabaseFull, "has no room left on its disk; free some space and try again"),
    "53300": (DatabaseUnreachable, "takes no more connections; raise max_connections or wait"),
    "55P03": (DatabaseLocked, "was busy with the same rows for too long; try again"),
    "57014": (DatabaseLocked, "did not finish a statement in time; try again"),
    "57P0": (DatabaseUnreachable, "is stopping or starting; try again in a moment"),
    "28": (DatabaseUnreachable, "refuses this user; check the name and password in the URL"),
    "25P03": (DatabaseUnreachable, "closed a transaction that stood idle too long; try again"),
    "08": (DatabaseUnreachable, "cannot be reached; check that the server runs and is reachable"),
    "XX00": (DatabaseDamaged, "reports damaged data; restore the newest backup"),
}

# Before a connection stands there is no SQLSTATE; what the driver and the server say tells apart.
UNCONNECTED: dict[str, tuple[type[DatabaseError], str]] = {
    r'database ".*" does not exist': POSTGRES_FAULTS["3D000"],
    r"authentication failed|no password supplied": POSTGRES_FAULTS["28"],
    r"no pg_hba\.conf entry": (
        DatabaseUnreachable,
        "lets this user in from here in no such way; check the sslmode in the URL and pg_hba.conf",
    ),
    r"certificate": (
        DatabaseUnreachable,
        "has a certificate that is not trusted; check the host and the sslrootcert in the URL",
    ),
    r"does not support SSL": (
        DatabaseUnreachable,
        "speaks no TLS, which the sslmode in the URL asks for; switch it on at the server",
    ),
    r"resolve host|translate host name": (
        DatabaseUnreachable,
        "has a host that no name server knows; check the host in the URL",
    ),
}

RETRIED = frozenset({"40001", "40P01"})
# Two that numbered the same row at once, or looked for a row that neither found and both added: the
# key refused one, which will find the other's row when it runs again.
RETRIED_KEYS = frozenset(
    {
        "uq_answer_attempt_id_seq",
        "pk_audit",
        "uq_attempt_open",
        "pk_attempt_item",
        "pk_progress",
        "pk_start_choice",
        "uq_assignment_learner_id_track_id",
        "uq_revision_content_id_number",
        "pk_content",
        "pk_head",
        "pk_disk_file",
    }
)


def address_of(url: URL) -> str:
    """Name the database in messages, without its password."""
    if url.get_backend_name() == "sqlite":
        return f"the database {url.database}"
    return f"the database {url.render_as_string(hide_password=True)}"


def sqlstate(error: BaseException) -> str:
    """Return the five characters by which PostgreSQL names a fault, or an empty string."""
    return str(getattr(_driver_error(error), "sqlstate", None) or "")


def is_worth_retrying(error: BaseException) -> bool:
    """Say whether a transaction failed only because another one was quicker."""
    state = sqlstate(error)
    if state == "23505":
        return _driver_error(error).diag.constraint_name in RETRIED_KEYS  # type: ignore[attr-defined]
    return state in RETRIED


def find_fault(error: BaseException, *, url: URL) -> DatabaseError | None:
    """Name the fault behind a driver's exception; None where the fault is the statement's own."""
    if isinstance(error, PoolTimeout):
        return DatabaseUnreachable(f"{address_of(url)} has no free connection; try again")
    sqlite = url.get_backend_name() == "sqlite"
    kind = (_sqlite_fault if sqlite else _postgres_fault)(_driver_error(error))
    if kind is None:
        return None
    fault, advice = kind
    return fault(f"{address_of(url)} {advice}")


@contextmanager
def named_faults(url: URL) -> Iterator[None]:
    """Raise what the database lacks as one of our own errors, and everything else as it is."""
    try:
        yield
    except Exception as error:
        fault = find_fault(error, url=url)
        if fault is None:
            raise
        raise fault from error


def _driver_error(error: BaseException) -> BaseException:
    return error.orig or error if isinstance(error, DBAPIError) else error


def _sqlite_fault(error: BaseException) -> tuple[type[DatabaseError], str] | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else SQLITE_FAULTS.get(code & 0xFF)


def _postgres_fault(error: BaseException) -> tuple[type[DatabaseError], str] | None:
    # A process that works on SQLite would carry 10 MB of a driver that it never uses.
    psycopg = import_module("psycopg")
    if not isinstance(error, psycopg.Error):
        return None
    state = sqlstate(error)
    matching = [prefix for prefix in POSTGRES_FAULTS if state.startswith(prefix)]
    if matching:
        return POSTGRES_FAULTS[max(matching, key=len)]
    if state or not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return None
    said = str(error)
    named = (fault for words, fault in UNCONNECTED.items() if re.search(words, said))
    return next(named, POSTGRES_FAULTS["08"])
