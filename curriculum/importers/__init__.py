"""Readers that turn other systems' question files into Markdown drafts."""
