"""Sources to what is known of them."""

from __future__ import annotations

from collections.abc import Iterator

import apache_beam as beam

from schemas.records import Known, Source
from schemas.register import NO_CLUES, Clues
from transforms.decode.asked import NOTHING, Asked
from transforms.decode.guard import Decoder
from transforms.decode.recognise import Ear
from transforms.identify import identify


class Identify(beam.PTransform):
    """Hash and header of every source, spread over the workers: only paths cross the shuffle.

    Args:
        clues: tell which sources have to be decoded to know whether they hold a known sound.
    """

    def __init__(self, asked: Asked = NOTHING, clues: Clues = NO_CLUES) -> None:
        super().__init__()
        self._asked = asked
        self._clues = clues

    def expand(self, sources: beam.PCollection[Source]) -> beam.PCollection[Known]:
        return sources | "Spread" >> beam.Reshuffle() | "Read" >> beam.ParDo(_Identify(self._asked, self._clues))


class _Identify(beam.DoFn):
    def __init__(self, asked: Asked, clues: Clues) -> None:
        self._asked = asked
        self._clues = clues

    def setup(self) -> None:
        self._decoder = Decoder(self._asked)

    def process(self, source: Source) -> Iterator[Known]:
        yield identify(source, ear=Ear(self._decoder, self._clues))

    def finish_bundle(self) -> None:
        self._decoder.leave()  # those who hear need one next
