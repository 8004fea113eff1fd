"""Which windows sound most like a text or a recording, by CLAP vectors."""

from __future__ import annotations

import glob
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import duckdb
import numpy as np
import pandas as pd

from pipelines.embeddings.checkpoint import open_maker
from pipelines.embeddings.matrix import Vectors, vectors_of
from pipelines.embeddings.nearest import nearest
from pipelines.errors import CommandError
from pipelines.files.parquet import first_damaged, read_metadata
from pipelines.files.present import first_there
from pipelines.store.folder import published
from pipelines.store.read import Snapshot
from pipelines.store.reading import reading
from schemas.errors import UsageError

if TYPE_CHECKING:
    from transforms.models.embedder import Embedder


@dataclass(frozen=True)
class Hit:
    """A window that was found.

    Attributes:
        score: cosine, -1 to 1.
        file: the recording's ``uri``.
        words: what was said in it, as far as the corpus has transcripts.
    """

    rank: int
    score: float
    file: str
    recording_id: str
    channel: int
    start_ms: int
    end_ms: int
    words: str


class Opened(Protocol):
    """A corpus that is held open, as :func:`pipelines.corpus.open_corpus` gives it."""

    @property
    def snapshot(self) -> Path: ...


def search(
    corpus: Opened | str | Path,
    text: str | None = None,
    *,
    like: str | Path | None = None,
    top: int = 20,
    models: str | None = None,
    model: str | None = None,
) -> pd.DataFrame:
    """The windows that sound most like a text or a recording; the nearest first.

    >>> found = search(corpus, "a crowd cheering", top=5)

    Args:
        corpus: an open one, or the folder of one.
        text: what is to be heard, in words as people describe sounds; CLAP learnt it in English.
        like: the file of a recording, in place of a text: what is near to any of its windows is found.
        top: how many, 1 or more.
        models: a named set, the one whose checkpoint made the embeddings, where it is not found by itself.
        model: the same as a folder or a name on the Hub.

    Returns: a row a window.  Columns: rank, from 1; score, a cosine, -1 to 1, which compares windows of one search
        and not searches; file (its URI), recording_id, channel, start_ms, end_ms; words, what was said in it, as far
        as the corpus has transcripts.

    Raises:
        CommandError, UsageError, ModelError: see :func:`hits`.
    """
    found = hits(corpus, text, like=like, top=top, models=models, model=model)
    return pd.DataFrame(map(asdict, found), columns=[field.name for field in fields(Hit)])


def hits(
    corpus: Opened | str | Path,
    text: str | None = None,
    *,
    like: str | Path | None = None,
    top: int = 20,
    models: str | None = None,
    model: str | None = None,
) -> list[Hit]:
    """The ``top`` windows nearest to ``text``, or to any window of the file ``like``; the nearest first.

    Windows of one score stand in the order of recording, channel and time.

    Raises:
        CommandError: no corpus, no embeddings or those of several checkpoints; the file gives no sound; the snapshot
            went meanwhile.
        UsageError: neither or both of text and file, a ``top`` below 1, another checkpoint than the embeddings'.
        ModelError: a checkpoint that cannot be opened.
    """
    if (text is None) == (like is None):
        raise UsageError("say what to look for: either a text or a file with --like")
    if text is not None and not text.strip():
        raise UsageError("the text to look for is empty")
    if top < 1:
        raise UsageError(f"--top {top}: expected 1 or more")
    out, snapshot = _places(corpus)
    with reading(out, snapshot):
        embedder = open_maker(snapshot, models=models, model=model)
        queries = embedder.embed_text([text]) if text is not None else embed_file(embedder, Path(like or ""))
        vectors = vectors_of(snapshot)
        return _hits(snapshot, vectors, *nearest(vectors, queries, top))


def _places(corpus: Opened | str | Path) -> tuple[Path, Path]:
    """What to call a corpus, and the snapshot to look in."""
    if isinstance(corpus, str | Path):
        return Path(corpus), published(Path(corpus))
    return corpus.snapshot, corpus.snapshot


def embed_file(embedder: Embedder, path: Path) -> np.ndarray:
    """The vectors of a file's windows of 10 s, made as in a run: float32 [n_windows, dimension].

    Raises:
        CommandError: it cannot be decoded, or holds too little.
    """
    from schemas.records import Failure, Problem, Recording, Source, Window
    from transforms.decode.guard import Decoder
    from transforms.listen import Listening, listen
    from transforms.models.batching import run_each

    recording = Recording("0" * 32, (Source(str(path), str(path), 0, 0),), 0.0)
    found: list[np.ndarray] = []
    told = "it holds no sound"
    clips: list[np.ndarray] = []

    def embed() -> None:
        nonlocal told
        for result in run_each(embedder, clips, budget_seconds=60.0):
            if isinstance(result, Failure):
                told = result.message
            elif isinstance(result, np.ndarray):
                found.append(result)
        clips.clear()

    with closing(Decoder()) as decoder:
        for event in listen(recording, Listening((embedder.rate,), None), None, decoder.open):
            match event:
                case Window():
                    clips.append(event.audio[embedder.rate])
                    if len(clips) == 6:
                        embed()
                case Problem():
                    told = event.message
    embed()
    if not found:
        raise CommandError(f"--like {path}: {told}")
    return np.array(found, np.float32)


def _hits(snapshot: Path, vectors: Vectors, rows: np.ndarray, scores: np.ndarray) -> list[Hit]:
    places = [
        (place["recording_id"].decode(), int(place["channel"]), int(place["start_ms"]), int(place["end_ms"]))
        for place in vectors.places[rows]
    ]
    ids = sorted({place[0] for place in places})
    files = _files(snapshot, ids)
    words = _words(snapshot, ids)
    hits = []
    for rank, (score, (key, channel, start, end)) in enumerate(zip(scores, places, strict=True), 1):
        said = [word for word, begins, ends in words[key, channel] if begins < end and ends > start]
        hits.append(Hit(rank, float(score), files.get(key, ""), key, channel, start, end, " ".join(said)))
    return hits


def _files(snapshot: Path, ids: Sequence[str]) -> dict[str, str]:
    """The file of each recording; where several hold it, the first that is there now."""
    found = dict(_asked(snapshot, "recordings", "recording_id, uri", ids))
    held: dict[str, list[tuple[str, int]]] = defaultdict(list)
    schema = Snapshot(snapshot).schema("files")
    part = "part" if schema is not None and "part" in schema.names else "NULL"
    for key, uri, size, which in _asked(snapshot, "files", f"recording_id, uri, bytes, {part}", ids, "ORDER BY uri"):
        if which in (None, 1):  # of a take, the first part
            held[key].append((uri, size))
    several = {key: first_there(files) for key, files in held.items() if len(files) > 1}
    return found | {key: uri for key, uri in several.items() if uri is not None}


def _words(snapshot: Path, ids: Sequence[str]) -> dict[tuple[str, int], list[tuple[str, int, int]]]:
    """Words with their times in ms by recording and channel, in the order of time."""
    found: dict[tuple[str, int], list[tuple[str, int, int]]] = defaultdict(list)
    rows = _asked(snapshot, "transcripts", "recording_id, channel, words", ids, "ORDER BY recording_id, start_ms")
    for key, channel, words in rows:
        found[key, channel] += [(word["word"], word["start_ms"], word["end_ms"]) for word in words]
    return found


def _asked(snapshot: Path, table: str, columns: str, ids: Sequence[str], order: str = "") -> list[tuple]:
    paths = [glob.escape(str(p)) for p in Snapshot(snapshot).files(table) if read_metadata(p).num_rows]
    if not paths or not ids:
        return []
    some = ", ".join("?" for _ in ids)
    sql = f"SELECT {columns} FROM read_parquet(?, hive_partitioning = false) WHERE recording_id IN ({some}) {order}"
    with duckdb.connect(config={"temp_directory": ""}) as duck:  # by itself it spills to where one stands
        try:
            return duck.execute(sql, [paths, *ids]).fetchall()
        except duckdb.Error:
            damaged = first_damaged(Snapshot(snapshot).files(table))
            if damaged is not None:
                raise damaged from None
            raise
