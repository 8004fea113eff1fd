"""The commands, a module each.

A module has ``add(parser)``, which adds the command's words and sets ``act``: a function of the words told apart and of
the console on standard error, for what is said beside the answer; the answer it prints itself.  What is wrong with the
words or the corpus it raises as UsageError or CommandError.  Only the module of the command that is asked for is
imported, and whatever takes long to import, ``act`` imports.  ``names`` lists the words that may name files, which are
bytes; all others have to be text (Path is always a name).  Where the last words may be several, or none, ``rest`` is
set to their name: they may then stand behind options, too, and behind ``--``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

HELP: dict[str, str] = {
    "run": "decode, transcribe, describe and publish",
    "models": "list the sets of models that a run can take, or the checkpoints of one",
    "status": "show the last runs, what the tables cover, and what waits",
    "tables": "list the tables and views, or the columns of one",
    "query": "ask in SQL; tables and views as `earwitness tables` lists them",
    "mentions": "list every mention of phrases: context, speaker, emotion, sounds; or count them by group",
    "search": "find what sounds like a text or like a file",
    "tag": "score all windows with prompts of your own, into the table tags",
    "speakers": "tell voices apart, into the table speaker_labels",
    "sample": "draw segments into a sheet that people fill in",
    "agree": "say how far the machine agrees with a filled sheet",
    "methods": "write the methods section that a paper needs",
    "report": "write pages to look at: the corpus, and recordings",
    "export": "write files for statistics programs, spreadsheets, players, Praat, ELAN",
    "forget": "remove every row of recordings, for good (consent withdrawn)",
}
"""What each command does, in the order of the help."""


def add(name: str, parser: argparse.ArgumentParser) -> None:
    """Add the words of a command to its parser."""
    import_module(f"pipelines.commands.{name}").add(parser)
