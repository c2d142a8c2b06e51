"""What every number and deed can be traced back to: names in the audit trail, the code version."""

from portal.access import Viewer

# The stream of every deed that is not an answer; answers have a stream per attempt.
ORGANISATION = "organisation"

# Raised whenever a change of code could change a score; every result keeps the one it was made by.
CODE_VERSION = "1"


def actor(viewer: Viewer | None) -> str:
    """Name who did something in the audit trail; the command line acts for the server's owner."""
    return "command line" if viewer is None else f"person:{viewer.person_id}"
