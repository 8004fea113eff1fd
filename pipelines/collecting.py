"""When Python looks for objects that hold each other, and that nobody else holds.

While modules are imported hundreds of thousands of objects come to stay; to look through them time and again, as Python
does after every 700, takes a fifth of an import.
"""

import gc

SELDOM = 100_000
"""Objects that came and stayed before it looks."""

_BY_ITSELF = gc.get_threshold()


def seldom() -> None:
    """While modules are imported, and a command that lasts a moment runs."""
    gc.set_threshold(SELDOM, *_BY_ITSELF[1:])


def as_usual() -> None:
    """Before the work: what was imported stays, and is not looked at again.  Nothing where it is as usual."""
    if gc.get_threshold()[0] == SELDOM:
        gc.freeze()
        gc.set_threshold(*_BY_ITSELF)
