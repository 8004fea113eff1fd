"""Sources to what is known of them."""

from __future__ import annotations

import apache_beam as beam

from schemas.records import Known, Source
from transforms.identify import identify


class Identify(beam.PTransform):
    """Hash and header of every source, spread over the workers: only paths cross the shuffle."""

    def expand(self, sources: beam.PCollection[Source]) -> beam.PCollection[Known]:
        return sources | "Spread" >> beam.Reshuffle() | "Read" >> beam.Map(identify)
