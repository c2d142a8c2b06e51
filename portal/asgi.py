"""The server: Streamlit as an ASGI app with its middleware, health routes and warm imports."""

import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_auth_routes import _get_cookie_value_from_request

# `python -m streamlit run portal/asgi.py` puts portal/ on the path, not the folder above it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from portal import clock, loaders
from portal.components.notices import tell_fault
from portal.components.widget_kinds import refuse_other_kinds
from portal.services.background import make_worker
from portal.services.role_map import RoleMap, read_role_map
from portal.settings import Oidc, SettingsError
from portal.web.faults import ToldFaults
from portal.web.forgeries import Forgeries
from portal.web.headers import SecurityHeaders
from portal.web.health import health_routes
from portal.web.host_cookies import HostCookies
from portal.web.logs import configure_logging, secrets_of
from portal.web.provider import Provider, ProviderDoor, streamlit_secrets
from portal.web.provider_logout import ProviderLogout
from portal.web.sessions import SessionDoor
from portal.web.start import refuse_danger

# Above the largest upload: a file that somebody hands in never lies on the disk, not for a moment.
MultiPartParser.spool_max_size = 8 * 1024 * 1024


@asynccontextmanager
async def _lifespan(_app: object) -> AsyncIterator[None]:
    # Streamlit set its own handlers up on the way here.
    configure_logging(_HOUSE.settings.log, secrets=secrets_of(_HOUSE.settings))
    # What libraries warn of is an event too, not lines of their own beside the log.
    logging.captureWarnings(capture=True)
    loaders.warm()
    stop = threading.Event()
    worker = make_worker(_HOUSE.store, clock=clock.now)
    hands = threading.Thread(target=worker.run, args=(stop,), name="worker", daemon=True)
    hands.start()
    # The port is bound by now: whoever comes waits for no more than this line.
    sys.stdout.write(f"{_HOUSE.settings.name} is served on {_address()}\n")
    sys.stdout.flush()
    yield
    stop.set()
    # A long job is left to the next worker: its lease runs out.
    hands.join(timeout=2)
    loaders.close()


def _address() -> str:
    return f"http://{st.get_option('server.address') or '127.0.0.1'}:{st.get_option('server.port')}"


def _role_map(path: Path | None) -> RoleMap | None:
    try:
        return read_role_map(path)
    except SettingsError as error:
        raise SystemExit(f"The portal cannot start: {error}") from None


def _host_cookies(house: loaders.House, oidc: Oidc) -> list[Middleware]:
    if not oidc.over_tls:
        return []
    return [
        Middleware(
            HostCookies,
            public_url=oidc.public_url,
            forgery_token=generate_xsrf_token_string(),
            forgeries=Forgeries(house.store, clock=clock.now),
        )
    ]


def _provider_door(house: loaders.House) -> list[Middleware]:
    oidc = house.settings.oidc
    if oidc is None:
        return []
    pages = Path(__file__).with_name("app_pages").glob("*.py")
    provider = Provider(
        oidc=oidc,
        read_signed=_get_cookie_value_from_request,
        login_address=partial(generate_login_redirect_url, "default"),
        pages=frozenset({"", *(page.stem for page in pages)}),
        logout=ProviderLogout(oidc),
        role_map=_role_map(oidc.role_map),
    )
    return [
        *_host_cookies(house, oidc),
        Middleware(
            ProviderDoor,
            store=house.store,
            settings=house.settings,
            provider=provider,
            clock=clock.now,
        ),
    ]


_HOUSE = loaders.house()
configure_logging(_HOUSE.settings.log, secrets=secrets_of(_HOUSE.settings))
try:
    refuse_danger(_HOUSE.settings, option=st.get_option)
except SettingsError as danger:
    raise SystemExit(f"The portal cannot start: {danger}") from None
refuse_other_kinds()
# `streamlit run` finds the server by this assignment, word for word.
app = st.App(
    Path(__file__).with_name("app.py"),
    secrets=streamlit_secrets(_HOUSE.settings.oidc),
    lifespan=_lifespan,
    on_script_error=tell_fault,
    routes=health_routes(_HOUSE.store),
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(ToldFaults),
        *_provider_door(_HOUSE),
        Middleware(SessionDoor, store=_HOUSE.store, settings=_HOUSE.settings, clock=clock.now),
    ],
)
