"""What all errors that are meant for a person have in common."""

from __future__ import annotations


class Error(Exception):
    """What was asked for cannot be done: one line that says what, where and what to do."""
