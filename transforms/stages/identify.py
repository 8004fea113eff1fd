"""Sources to what is known of them."""

from __future__ import annotations

from collections.abc import Iterator

import apache_beam as beam

from schemas.records import Known, Source
from transforms.decode.asked import NOTHING, Asked
from transforms.decode.guard import Decoder
from transforms.identify import identify


class Identify(beam.PTransform):
    """Hash and header of every source, spread over the workers: only paths cross the shuffle."""

    def __init__(self, asked: Asked = NOTHING) -> None:
        super().__init__()
        self._asked = asked

    def expand(self, sources: beam.PCollection[Source]) -> beam.PCollection[Known]:
        return sources | "Spread" >> beam.Reshuffle() | "Read" >> beam.ParDo(_Identify(self._asked))


class _Identify(beam.DoFn):
    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def setup(self) -> None:
        self._decoder = Decoder(self._asked)

    def process(self, source: Source) -> Iterator[Known]:
        yield identify(source, self._decoder.header)

    def finish_bundle(self) -> None:
        self._decoder.close()  # the models come next and want its memory
