"""The log: one object or line for each event, without secrets, answers or tokens."""

import json
import logging
import re
import secrets
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from portal.settings import LogForm, Settings

# What must never be kept, wherever it comes from: words before an equals sign keep their name.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"://[^\s/@:]*:[^\s/@]*@"), "://[secret]@"),
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}"), "[token]"),
    (
        re.compile(
            r"(?i)\b((?:portal_session|_streamlit_\w+|password|passwd|client_secret|cookie_secret"
            r"|code|state|nonce|id_token|access_token|refresh_token|id_token_hint)=)[^\s&;,\"']+"
        ),
        r"\1[secret]",
    ),
    (re.compile(r"(?i)\b(authorization|cookie|set-cookie): *[^\n]+"), r"\1: [secret]"),
    (re.compile(r"(?i)\b(bearer|basic) +[\w.~+/=-]{8,}"), r"\1 [secret]"),
    # What a database says of the values of a statement: answers among them.
    (re.compile(r"\[parameters: .*?\](?=\n|$)", re.DOTALL), "[parameters left out]"),
    (re.compile(r"(?m)^(DETAIL|CONTEXT): .*$"), r"\1: [left out]"),
)
_INCIDENT = re.compile(r"\bincident ([0-9A-F]{6})\b")
_SHORTEST_SECRET = 6
MAX_TEXT = 20_000


def note_incident(error: BaseException) -> str:
    """Write a fault into the log with all there is to it; return the number it is told by."""
    number = secrets.token_hex(3).upper()
    logging.getLogger("portal").error("incident %s", number, exc_info=error)
    return number


class Scrubber:
    """Takes secrets out of texts: the ones it is told, and what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
        self._known = sorted(known, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return the text without secrets, and not too long."""
        cleaned = text[:MAX_TEXT]
        for secret in self._known:
            cleaned = cleaned.replace(secret, "[secret]")
        for pattern, instead in _PATTERNS:
            cleaned = pattern.sub(instead, cleaned)
        return cleaned


class LineFormatter(logging.Formatter):
    """A line a person reads; line ends in what was logged cannot pretend to be another event."""

    def __init__(self, scrubber: Scrubber) -> None:
        super().__init__()
        self._scrubber = scrubber

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the trace of an error below it."""
        message = one_line(self._scrubber.clean(record.getMessage()))
        line = f"{_moment(record)} {record.levelname} {record.name}: {message}"
        trace = _trace(record, self._scrubber)
        return "\n  ".join([line, *trace]) if trace else line


class JsonFormatter(logging.Formatter):
    """An object for a collector: at, level, logger, message; incident, error and trace if any."""

    def __init__(self, scrubber: Scrubber) -> None:
        super().__init__()
        self._scrubber = scrubber

    def format(self, record: logging.LogRecord) -> str:
        """Return the object on one line."""
        message = self._scrubber.clean(record.getMessage())
        event: dict[str, object] = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
        }
        incident = _INCIDENT.search(message)
        if incident:
            event["incident"] = incident[1]
        trace = _trace(record, self._scrubber)
        if trace:
            event |= {"error": trace[-1], "trace": trace[:-1]}
        # Plain ASCII: some marks end a line for one reader and not for another.
        return json.dumps(event)


def one_line(text: str) -> str:
    """Return a text with everything that could begin a new line written out."""
    return "".join(
        mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text
    )


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _trace(record: logging.LogRecord, scrubber: Scrubber) -> list[str]:
    """Return where an error came from, and its name and sentence last; no values of variables."""
    if not record.exc_info or record.exc_info[1] is None:
        return []
    _kind, error, where = record.exc_info
    sentence = one_line(scrubber.clean(str(error)))[:2_000]
    return [*_frames(where), f"{type(error).__name__}: {sentence}"]


def _frames(where: TracebackType | None) -> list[str]:
    found = traceback.extract_tb(where)
    return [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in found]


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Return every secret that the settings hold."""
    password = re.search(r"://[^\s/@:]*:([^\s/@]*)@", settings.database_url)
    oidc = settings.oidc
    given = (oidc.client_secret, oidc.cookie_secret) if oidc else ()
    return (*given, *((password[1],) if password else ()))


def configure_logging(
    form: LogForm, *, secrets: Iterable[str] = (), out: TextIO | None = None
) -> None:
    """Send every log of this process through one handler; libraries bring none of their own."""
    scrubber = Scrubber(secrets)
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(JsonFormatter(scrubber) if form == "json" else LineFormatter(scrubber))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for noisy in ("httpx", "httpcore", "alembic", "uvicorn.access", "uvicorn.error"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
