"""What it costs to tell voices apart: ``python -m benchmarks.voices``.

Synthetic vectors of people who are alike to 0.2 in the mean, as unit vectors about a common direction.  Two cases: the
speakers of 10,000 recordings, three in each, and the stretches of a recording of ten hours with four people.  Printed
are the seconds of one core, and by how much memory grew beside the vectors at its peak.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from pipelines.speakers.linkage import average_linkage

DIMENSION = 512
THRESHOLD = 0.6


def unit(vectors: np.ndarray) -> np.ndarray:
    """In place: float32 [n, dimension], unit length."""
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def voices(n: int, people: int, seed: int = 0) -> np.ndarray:
    """Unit vectors of ``n`` stretches of as many people, each person's about 0.74 alike: float32 [n, DIMENSION]."""
    random = np.random.default_rng(seed)
    own = unit(random.standard_normal((people, DIMENSION), np.float32))
    own = unit(own + 0.5 * unit(random.standard_normal((1, DIMENSION), np.float32)))
    noise = unit(random.standard_normal((n, DIMENSION), np.float32))
    return unit(own[random.integers(people, size=n)] + 0.6 * noise)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.voices", description="What it costs to tell voices apart.")
    parser.add_argument("--speakers", type=int, default=30_000, metavar="N", help="of a corpus (default: 30,000)")
    parser.add_argument("--stretches", type=int, default=14_000, metavar="N", help="of a recording (default: 14,000)")
    arguments = parser.parse_args()
    # The smaller first: the peak of a process never falls.
    for what, n, people in (
        ("stretches of a recording", arguments.stretches, 4),
        ("speakers of a corpus", arguments.speakers, max(1, arguments.speakers // 3)),
    ):
        vectors = voices(n, people)
        before, start = peak_mb(), time.process_time()
        found = average_linkage(vectors, THRESHOLD)
        seconds = time.process_time() - start
        print(
            f"{n:,} {what}, {people:,} people: {found.max() + 1:,} voices in {seconds:.1f} core seconds, "
            f"{peak_mb() - before:,.0f} MB beside the vectors"
        )


if __name__ == "__main__":
    main()
