"""Whether the server is alive, and whether it is ready to serve."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from db.errors import DatabaseError
from db.store import Store


def health_routes(store: Store) -> list[Route]:
    """Return `/healthz` (the process answers) and `/readyz` (database and schema are right)."""
    return [
        Route("/healthz", _alive, methods=["GET"]),
        Route("/readyz", _ready(store), methods=["GET"]),
    ]


async def _alive(_request: Request) -> JSONResponse:
    return JSONResponse({"alive": True})


def _ready(store: Store) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def ready(_request: Request) -> JSONResponse:
        try:
            state = store.schema_state()
        except DatabaseError as error:
            return JSONResponse({"ready": False, "reason": str(error)}, status_code=503)
        current = state.standing.name == "CURRENT"
        reason = "" if current else f"the schema is {state.standing.name.lower()}"
        return JSONResponse(
            {"ready": current, "reason": reason}, status_code=200 if current else 503
        )

    return ready
