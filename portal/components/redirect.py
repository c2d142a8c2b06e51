"""Leaving the page for an address of this server, in the same tab."""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx


def leave_for(address: str) -> None:
    """Send the browser to a path of this server.

    Streamlit has this only inside `st.login`; its message is used here because a link button
    opens a new tab. A browser test holds it in place.
    """
    context = get_script_run_ctx()
    if context is not None:
        message = ForwardMsg()
        message.auth_redirect.url = address
        context.enqueue(message)
