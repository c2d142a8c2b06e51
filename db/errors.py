"""What can go wrong with the database, and what the database refuses.

The tree::

    DatabaseError                  the database cannot do its work; the sentence says what to do
    ├── DatabaseMissing            there is none at this address
    ├── DatabaseReadOnly           it can be read, but nothing can be written
    ├── DatabaseFull               no room is left on its disk
    ├── DatabaseLocked             somebody else kept it busy for longer than we wait
    ├── DatabaseUnreachable        the server does not answer, or the connection broke
    ├── DatabaseOlder              its tables are older than this code: upgrade it
    ├── DatabaseNewer              its tables are newer than this code: install the newer code
    ├── DatabaseForeign            it belongs to another application
    ├── DatabaseDamaged            it fails its own integrity check
    ├── BackupRefused              a file is not a sound backup of this application and schema
    └── StoreClosed                the store was closed before the call
    Refusal                        the request is not allowed; the sentence is fit for the learner
    ├── AttemptForeign             the attempt belongs to somebody else, or there is none
    ├── AttemptSubmitted           the attempt was handed in
    ├── AttemptPastDue             its time is over
    ├── AttemptPaused              a break stops its clock
    ├── PositionUnknown            the attempt has no item at this position
    ├── OperationReused            the operation id was used for another answer
    └── ResponseTooLong            the answer is longer than the portal keeps
"""


class DatabaseError(Exception):
    """The database cannot do its work."""


class DatabaseMissing(DatabaseError):
    """There is no database at this address."""


class DatabaseReadOnly(DatabaseError):
    """The database can be read, but nothing can be written."""


class DatabaseFull(DatabaseError):
    """No room is left on the disk of the database."""


class DatabaseLocked(DatabaseError):
    """Somebody else kept the database, or a row in it, busy for longer than we wait."""


class DatabaseUnreachable(DatabaseError):
    """The server does not answer, or the connection to it broke."""


class DatabaseOlder(DatabaseError):
    """The tables are older than this code."""


class DatabaseNewer(DatabaseError):
    """The tables are newer than this code."""


class DatabaseForeign(DatabaseError):
    """The database belongs to another application."""


class DatabaseDamaged(DatabaseError):
    """The database fails its own integrity check."""


class BackupRefused(DatabaseError):
    """The file is not a sound backup of this application and schema."""


class StoreClosed(DatabaseError):
    """The store was closed before the call."""


class Refusal(Exception):
    """The request is not allowed."""


class AttemptForeign(Refusal):
    """The attempt belongs to somebody else, or there is none."""


class AttemptSubmitted(Refusal):
    """The attempt was handed in; its answers no longer change."""


class AttemptPastDue(Refusal):
    """The time of the attempt is over."""


class AttemptPaused(Refusal):
    """A break stops the clock of the attempt."""

    # Whoever is refused for this has breaks, which is nobody else's business.
    is_private = True


class PositionUnknown(Refusal):
    """The attempt has no item at this position."""


class OperationReused(Refusal):
    """The operation id was used for another answer."""


class ResponseTooLong(Refusal):
    """The answer is longer than the portal keeps."""
