"""What nobody caught on the way of a request: a sentence with a number, and the rest in the log."""

from db.errors import DatabaseError
from portal.web.answers import App, Receive, Scope, Send, answer
from portal.web.logs import note_incident

UNREACHED = "The database cannot be reached just now. Please reload soon."
BROKEN = "This could not be done. Please try again."


class ToldFaults:
    """ASGI middleware: whatever breaks behind it is told, under the security headers too."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer it here where it broke before its answer began."""
        begun = scope["type"] != "http"

        async def send_on(message: dict[str, object]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        except Exception as error:
            if begun:
                raise
            status, words = (503, UNREACHED) if isinstance(error, DatabaseError) else (500, BROKEN)
            number = note_incident(error)
            said = f"{words} If it lasts, give the help desk the number {number}."
            await answer(send, status=status, body=said.encode())
