"""How sure the viewer says they feel in a skill: said, changed, taken back; read by nobody else."""

from datetime import datetime

from db import Connection
from db.commands.confidence import delete_confidence, upsert_confidence
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.catalogue import Catalogue
from portal.services.evidence import record_deed

# From not sure to very sure; the words stand in portal/components/confidence_card.py.
RATINGS = (1, 2, 3, 4)


def rate_skill(
    store: Store,
    *,
    viewer: Viewer,
    catalogue: Catalogue,
    skill: str,
    rating: int | None,
    now: datetime,
) -> None:
    """Keep how sure the viewer feels in a skill; None takes it back.

    The audit trail, which is kept for good, says that they rated and not how.

    Raises
    ------
    Refused
        When there is no such skill or rating.
    """
    access.require(viewer, "learn")
    if skill not in catalogue.registers.skills:
        raise Refused("There is no such skill any more. Choose one from the list.")
    if rating is not None and (type(rating) is not int or rating not in RATINGS):
        raise Refused("Choose one of the four answers, from not sure to very sure.")

    def rate(connection: Connection) -> None:
        if rating is None:
            changed = delete_confidence(connection, learner_id=viewer.person_id, skill=skill)
        else:
            changed = upsert_confidence(
                connection, learner_id=viewer.person_id, skill=skill, rating=rating, now=now
            )
        if changed:
            record_deed(
                connection,
                viewer=viewer,
                deed="took a self-rating back" if rating is None else "rated own confidence",
                object_=f"skill:{skill}",
                now=now,
            )

    store.write(rate)
