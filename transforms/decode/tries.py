"""Which of several files with the same content is decoded."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from schemas.reasons import Reason
from schemas.records import Problem, Source
from transforms.decode.format import Format

OF_THE_PLACE = frozenset(
    {Reason.NOT_FOUND, Reason.UNREADABLE, Reason.NOT_A_FILE, Reason.EMPTY_FILE, Reason.CHANGED_WHILE_READ}
)
"""What ails a file and not what it held when it was hashed: it was deleted, locked away, emptied or replaced since."""


class Tries:
    """The copies of one content, one after the other, until one gives samples.

    A copy that is no longer there says nothing of the next.  A decoder that refuses, crashes or hangs would do so
    with the next copy too, unless it goes by the extension, as it must with formats that have no header: so each
    extension is tried once.

    Attributes:
        told: what to say where no copy gave samples: of the content, else of the first copy.
        format: of the copy that ``told`` is about; None where it could not be opened.
    """

    told: Problem

    def __init__(self) -> None:
        self.format: Format | None = None
        self._extension = ""
        self._refused: set[str] = set()
        self._any = False

    def of(self, copies: Sequence[Source]) -> Iterator[Source]:
        """The copies that are worth a try; :meth:`failed` has to be told of each that failed."""
        for copy in copies:
            self._extension = os.path.splitext(copy.path)[1].lower()
            if self._extension not in self._refused:
                yield copy

    def failed(self, problem: Problem, format: Format | None) -> None:
        """The copy that was given last gave no sample."""
        of_the_content = problem.reason not in OF_THE_PLACE
        if not self._any or (of_the_content and not self._refused):
            self.told, self.format = problem, format
        self._any = True
        if of_the_content:
            self._refused.add(self._extension)
