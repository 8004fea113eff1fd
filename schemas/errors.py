"""What all errors that are meant for a person have in common."""

from __future__ import annotations


class Error(Exception):
    """What was asked for cannot be done: one line that says what, where and what to do."""


class UsageError(Error, ValueError):
    """Wrong use: the words of a command, a configuration or a file of the user's are not what they have to be."""
