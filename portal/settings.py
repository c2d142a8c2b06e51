"""The settings, read once from the environment and checked.

SettingsError is the only exception: a sentence that says what was expected, what came, what to do.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

AuthMode = Literal["demo", "oidc"]
LogForm = Literal["text", "json"]

DEFAULT_NAME = "AI Skills"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
REPOSITORY = Path(__file__).resolve().parent.parent
OIDC_VARIABLES = (
    "PORTAL_OIDC_METADATA_URL",
    "PORTAL_OIDC_CLIENT_ID",
    "PORTAL_OIDC_CLIENT_SECRET",
    "PORTAL_PUBLIC_URL",
    "PORTAL_COOKIE_SECRET",
)
# What may be said beside them about groups of the provider and the roles they give.
GROUP_VARIABLES = ("PORTAL_OIDC_GROUPS_CLAIM", "PORTAL_ROLE_MAP")
DEFAULT_GROUPS_CLAIM = "groups"
KNOWN_VARIABLES = (
    "PORTAL_DATABASE_URL",
    "PORTAL_DATA_DIR",
    "PORTAL_CONTENT_DIR",
    "PORTAL_NAME",
    "PORTAL_AUTH",
    "PORTAL_MIN_GROUP",
    "PORTAL_SESSION_IDLE_MINUTES",
    "PORTAL_SESSION_HOURS",
    "PORTAL_LIMIT_ATTEMPTS",
    "PORTAL_LIMIT_SIGN_INS",
    "PORTAL_LIMIT_EXPORTS",
    "PORTAL_LOG",
    *OIDC_VARIABLES,
    *GROUP_VARIABLES,
)
# Read by the tests, never by the portal.
TEST_VARIABLES = ("PORTAL_TEST_POSTGRES_URL",)


class SettingsError(ValueError):
    """A setting has a value the portal cannot start with."""


@dataclass(frozen=True, slots=True)
class Oidc:
    """What is needed to sign in at an OpenID provider.

    `role_map` is the file that says which groups of the provider give which roles.
    """

    metadata_url: str
    client_id: str
    client_secret: str
    public_url: str
    cookie_secret: str
    groups_claim: str = DEFAULT_GROUPS_CLAIM
    role_map: Path | None = None

    @property
    def over_tls(self) -> bool:
        """Whether browsers reach the portal by https."""
        return urlsplit(self.public_url).scheme == "https"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the portal is told from outside."""

    database_url: str
    data_dir: Path
    content_dir: Path
    name: str
    auth: AuthMode
    min_group: int
    session_idle_minutes: int
    session_hours: int
    # How often one person may do something within an hour.
    limit_attempts: int
    limit_sign_ins: int
    limit_exports: int
    log: LogForm
    oidc: Oidc | None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read and check every setting.

        Raises
        ------
        SettingsError
            Naming the variable, the value that came and what was expected.
        """
        _refuse_unknown(environ)
        auth = _auth(environ)
        _refuse_public_demo(environ, auth=auth)
        data_dir = Path(environ.get("PORTAL_DATA_DIR") or REPOSITORY / "var").expanduser()
        return cls(
            database_url=_database_url(environ, data_dir=data_dir),
            data_dir=data_dir,
            content_dir=_content_dir(environ),
            name=_name(environ),
            auth=auth,
            min_group=_whole(environ, "PORTAL_MIN_GROUP", default=5, low=5, high=20),
            session_idle_minutes=_whole(
                environ, "PORTAL_SESSION_IDLE_MINUTES", default=30, low=5, high=480
            ),
            session_hours=_whole(environ, "PORTAL_SESSION_HOURS", default=8, low=1, high=24),
            limit_attempts=_whole(environ, "PORTAL_LIMIT_ATTEMPTS", default=20, low=1, high=1000),
            limit_sign_ins=_whole(environ, "PORTAL_LIMIT_SIGN_INS", default=30, low=1, high=1000),
            limit_exports=_whole(environ, "PORTAL_LIMIT_EXPORTS", default=120, low=1, high=1000),
            log=_log(environ, auth=auth),
            oidc=_oidc(environ) if auth == "oidc" else None,
        )


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {*KNOWN_VARIABLES, *TEST_VARIABLES}
    unknown = sorted(name for name in environ if name.startswith("PORTAL_") and name not in known)
    if unknown:
        raise SettingsError(
            f"{unknown[0]} is not a setting of the portal. Expected one of "
            f"{', '.join(KNOWN_VARIABLES)}. Correct the name or unset it."
        )


def _auth(environ: Mapping[str, str]) -> AuthMode:
    value = environ.get("PORTAL_AUTH", "demo")
    if value == "demo":
        return "demo"
    if value == "oidc":
        return "oidc"
    raise SettingsError(
        f"PORTAL_AUTH is {value!r}. Expected 'demo' (invented people, this machine only) "
        "or 'oidc' (real people sign in at your OpenID provider)."
    )


def _refuse_public_demo(environ: Mapping[str, str], *, auth: AuthMode) -> None:
    """Pass, or refuse a demonstration, which asks nobody who they are, under a public address."""
    public = environ.get("PORTAL_PUBLIC_URL", "")
    if auth == "demo" and public and urlsplit(public).hostname not in LOOPBACK:
        raise SettingsError(
            f"PORTAL_PUBLIC_URL is {public!r} but PORTAL_AUTH is 'demo', where nobody is asked who "
            "they are. Expected PORTAL_AUTH 'oidc' for an address that others can reach."
        )


def _log(environ: Mapping[str, str], *, auth: AuthMode) -> LogForm:
    value = environ.get("PORTAL_LOG") or ("text" if auth == "demo" else "json")
    if value == "text":
        return "text"
    if value == "json":
        return "json"
    raise SettingsError(
        f"PORTAL_LOG is {value!r}. Expected 'json' (one object a line, for a collector) or 'text'."
    )


def _database_url(environ: Mapping[str, str], *, data_dir: Path) -> str:
    url = environ.get("PORTAL_DATABASE_URL") or f"sqlite:///{data_dir / 'portal.db'}"
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        scheme = url.split(":", 1)[0]
        raise SettingsError(
            f"PORTAL_DATABASE_URL starts with {scheme!r}. Expected 'sqlite:///FILE' or "
            "'postgresql://USER:PASSWORD@HOST/DATABASE'."
        )
    return url


def _content_dir(environ: Mapping[str, str]) -> Path:
    folder = Path(environ.get("PORTAL_CONTENT_DIR") or REPOSITORY).expanduser()
    if not (folder / "curriculum").is_dir():
        raise SettingsError(
            f"PORTAL_CONTENT_DIR is {str(folder)!r}. Expected a folder that holds 'curriculum/' "
            "(and 'assessments/' for the secure checks)."
        )
    return folder


def _name(environ: Mapping[str, str]) -> str:
    name = environ.get("PORTAL_NAME", DEFAULT_NAME).strip()
    if not 1 <= len(name) <= 40:
        raise SettingsError(f"PORTAL_NAME has {len(name)} characters. Expected 1 to 40.")
    return name


def _whole(environ: Mapping[str, str], variable: str, *, default: int, low: int, high: int) -> int:
    text = environ.get(variable, str(default))
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SettingsError(f"{variable} is {text!r}. Expected a whole number {low} to {high}.")
    return int(text)


def _oidc(environ: Mapping[str, str]) -> Oidc:
    missing = [name for name in OIDC_VARIABLES if not environ.get(name)]
    if missing:
        raise SettingsError(
            f"PORTAL_AUTH is 'oidc' but {', '.join(missing)} is not set. Expected all of "
            f"{', '.join(OIDC_VARIABLES)}; ask whoever runs your OpenID provider."
        )
    if len(environ["PORTAL_COOKIE_SECRET"]) < 32:
        raise SettingsError(
            "PORTAL_COOKIE_SECRET is too short. Expected at least 32 random characters, "
            "for example from: python -c 'import secrets; print(secrets.token_urlsafe(48))'."
        )
    public_url = _web_address(environ, "PORTAL_PUBLIC_URL").rstrip("/")
    if urlsplit(public_url).path or urlsplit(public_url).query:
        raise SettingsError(
            f"PORTAL_PUBLIC_URL is {public_url!r}. Expected no path behind the host: the portal "
            "has a host name of its own."
        )
    return Oidc(
        metadata_url=_web_address(environ, "PORTAL_OIDC_METADATA_URL"),
        client_id=environ["PORTAL_OIDC_CLIENT_ID"],
        client_secret=environ["PORTAL_OIDC_CLIENT_SECRET"],
        public_url=public_url,
        cookie_secret=environ["PORTAL_COOKIE_SECRET"],
        groups_claim=_groups_claim(environ),
        role_map=_role_map(environ),
    )


def _groups_claim(environ: Mapping[str, str]) -> str:
    claim = environ.get("PORTAL_OIDC_GROUPS_CLAIM", DEFAULT_GROUPS_CLAIM)
    if not 1 <= len(claim) <= 200 or not claim.isprintable() or claim != claim.strip():
        raise SettingsError(
            f"PORTAL_OIDC_GROUPS_CLAIM is {claim!r}. Expected the name of a claim, such as "
            "'groups'."
        )
    return claim


def _role_map(environ: Mapping[str, str]) -> Path | None:
    text = environ.get("PORTAL_ROLE_MAP")
    if not text:
        return None
    path = Path(text).expanduser()
    if not path.is_file():
        raise SettingsError(
            f"PORTAL_ROLE_MAP is {text!r}. Expected a file that says which groups give which "
            "roles; its form stands in docs/go-live.md."
        )
    return path


def _web_address(environ: Mapping[str, str], variable: str) -> str:
    """Return an address whose traffic nobody else can read."""
    text = environ[variable]
    try:
        parts = urlsplit(text)
        inside = parts.scheme == "http" and parts.hostname in LOOPBACK
        sound = bool(parts.hostname) and (parts.scheme == "https" or inside) and not parts.username
    except ValueError:
        sound = False
    if not sound:
        raise SettingsError(
            f"{variable} is {text!r}. Expected an address that begins with 'https://'; "
            "'http://127.0.0.1' will do to try it on one machine."
        )
    return text
