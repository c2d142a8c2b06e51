"""What is kept; the only SQL in the house."""

from sqlalchemy import Connection

__all__ = ["Connection"]
