"""Statements that change something; the caller opens the transaction."""
