"""The commands, a module each.

A module has ``add(commands)``, which adds the command's parser and sets ``act`` on it: a function of the words told
apart and of the console on standard error, for what is said beside the answer; the answer it prints itself.  What is
wrong with the words or the corpus it raises as UsageError or CommandError.  Whatever takes long to import, ``act``
imports.  ``names`` lists the words that may name files, which are bytes; all others have to be text (Path is always
a name).  Where the last words may be several, or none, ``rest`` is set to their name: they may then stand behind
options, too, and behind ``--``.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipelines.commands import (
    agree,
    export,
    forget,
    mentions,
    methods,
    models,
    query,
    report,
    run,
    sample,
    search,
    speakers,
    status,
    tables,
    tag,
)

if TYPE_CHECKING:
    import argparse

ADD: tuple[Callable[["argparse._SubParsersAction[argparse.ArgumentParser]"], None], ...] = (
    run.add,
    models.add,
    status.add,
    tables.add,
    query.add,
    mentions.add,
    search.add,
    tag.add,
    speakers.add,
    sample.add,
    agree.add,
    methods.add,
    report.add,
    export.add,
    forget.add,
)
"""In the order of the help."""
