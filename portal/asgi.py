"""The server: Streamlit as an ASGI app with its middleware, health routes and warm imports."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

# `python -m streamlit run portal/asgi.py` puts portal/ on the path, not the folder above it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from portal import clock, loaders
from portal.web.headers import SecurityHeaders
from portal.web.health import health_routes
from portal.web.sessions import SessionDoor


@asynccontextmanager
async def _lifespan(_app: object) -> AsyncIterator[None]:
    loaders.warm()
    yield
    loaders.close()


# `streamlit run` finds the server by this assignment, word for word.
_HOUSE = loaders.house()
app = st.App(
    Path(__file__).with_name("app.py"),
    lifespan=_lifespan,
    routes=health_routes(_HOUSE.store),
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(SessionDoor, store=_HOUSE.store, settings=_HOUSE.settings, clock=clock.now),
    ],
)
