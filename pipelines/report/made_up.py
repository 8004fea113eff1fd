"""How many transcripts may be made up, in a sentence of the methods section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pipelines.files.parquet import read_batches, read_schema
from pipelines.store.read import Snapshot
from schemas.doubts import MEANT

MOST_ROWS = 65_536


def made_up(snapshot: Snapshot) -> Iterator[str]:
    """Of the transcripts that hold words and were judged; nothing where there are none."""
    judged = doubtful = 0
    reasons: Counter[str] = Counter()
    for path in snapshot.files("transcripts"):
        if "doubtful" not in read_schema(path).names:  # of an earlier version
            continue
        for batch in read_batches(path, MOST_ROWS, ["text", "doubtful"]):
            for text, codes in zip(batch["text"].to_pylist(), batch["doubtful"].to_pylist(), strict=True):
                if text and codes is not None:
                    judged += 1
                    doubtful += bool(codes)
                    reasons.update(codes)
    if not judged:
        return
    of = f"Of {judged:,} transcripts with words {doubtful:,} ({doubtful / judged:.1%}) are marked as doubtful"
    meant = {doubt.value: meaning for doubt, meaning in MEANT.items()}
    told = [f"{code} {n:,} ({meant.get(code, 'of another version')})" for code, n in reasons.most_common()]
    yield f"{of}: {'; '.join(told)}; a row may have several reasons." if told else f"{of}."
