"""The flattened views of a corpus, as SQL over the views that bear its tables' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipelines.corpus import dimensions, emotions
from pipelines.corpus.emotions import BASELINE_MAPS
from pipelines.sql import quoted
from schemas.catalog import TABLES
from schemas.dimensions import DIMENSIONS
from schemas.sound import WINDOW_MS

if TYPE_CHECKING:
    import duckdb


class View(NamedTuple):
    """A view that no table is.

    Attributes:
        needs: the tables without which it cannot be.
        row: what one row is, in words.
    """

    needs: tuple[str, ...]
    row: str


VIEWS: Mapping[str, View] = {
    "appearances": View(
        ("files",),
        "a file that holds a recording, with the file's own columns and the recording's; a take in parts is one row",
    ),
    "words": View(("transcripts",), "a word of a transcript; position counts the words of its segment from 1"),
    "language_probabilities": View(
        ("languages",), "one of the ten likeliest languages of a segment; place 1 is the likeliest"
    ),
    "emotion_probabilities": View(("emotions",), "a class of the emotion model for a clip, with its probability"),
    "emotion_baselines": View(
        ("emotions",),
        "a class of the emotion model for a recording, with its mean probability there: over all of it where channel "
        "is null, else over that channel; clips weigh by their length",
    ),
    "dimension_baselines": View(
        ("dimensions",),
        "a recording with its mean arousal, dominance and valence: over all of it where channel is null, else over "
        "that channel; clips weigh by their length",
    ),
    "sound_tags": View(("sounds",), "one of the likeliest sounds of a window; place 1 is the likeliest"),
    "moments": View(
        ("transcripts",),
        "a word with emotion, speaker, sounds and embedding of the stretches that it lies in, and baselines",
    ),
}

COLUMNS_OF: Mapping[str, tuple[str, ...]] = {
    "emotions": (
        "emotion",
        "emotion_confidence",
        "emotion_start_ms",
        "emotion_end_ms",
        "probabilities",
        "recording_baseline",
        "speaker_baseline",
        "above_recording",
        "above_speaker",
    ),
    "dimensions": (*DIMENSIONS, *dimensions.BESIDE),
    "sounds": ("sound", "sound_confidence", "tags"),
    "embeddings": ("embedding",),
    "speaker_labels": ("recording_speaker", "corpus_speaker"),
}
"""The columns of ``moments`` that are there only where the table is."""

KEPT_BASELINES = "kept_baselines"
"""BASELINE_MAPS as a table in memory: a pass over all emotions pays once."""
NAMES_OF_BASELINES = ("moments", "emotion_baselines")
"""The views that ask for it."""

WORDS = """
    SELECT recording_id, channel, w.start_ms, w.end_ms, w.word, w.confidence, w.end_is, segment_id, position, language,
           doubtful
    FROM (
        SELECT recording_id, channel, segment_id, language, doubtful, unnest(words) AS w,
               unnest(range(1, len(words) + 1))::INT AS position
        FROM transcripts
    )"""

LANGUAGE_PROBABILITIES = """
    SELECT recording_id, channel, start_ms, end_ms, place, p.language, p.probability, segment_id, model
    FROM (
        SELECT * EXCLUDE (language, confidence, probabilities), unnest(probabilities) AS p,
               unnest(range(1, len(probabilities) + 1))::INT AS place
        FROM languages
    )"""

SOUND_TAGS = """
    SELECT recording_id, channel, start_ms, end_ms, place, t.label, t.probability, window_id, model
    FROM (
        SELECT * EXCLUDE (label, confidence, tags), unnest(tags) AS t, unnest(range(1, len(tags) + 1))::INT AS place
        FROM sounds
    )"""

OF_WORDS = (
    "w.recording_id, w.channel, w.start_ms, w.end_ms, w.word, w.confidence, w.end_is, "
    "w.segment_id, w.position, w.language, w.doubtful"
)
OF_SPEAKERS = "s.recording_speaker, s.corpus_speaker"


ENDS_UNKNOWN = "list_transform(words, lambda w: struct_insert(w, end_is := NULL::VARCHAR))"
OF_DOUBTS = {
    **dict.fromkeys(("no_speech_probability", "mean_log_probability", "compression_ratio"), "FLOAT"),
    "doubtful": "VARCHAR[]",
}
"""The columns of transcripts by which they are judged, and their types."""


def table_sql(connection: duckdb.DuckDBPyConnection, name: str, files: str) -> str:
    """The SELECT behind a table: its files; transcripts of an earlier version have null in what they lack.

    Args:
        files: a list of them, as SQL has it.
    """
    rows = f"FROM read_parquet({files}, hive_partitioning = false)"
    if name != "transcripts":
        return rows
    types = {column: kind for column, kind, *_ in connection.execute(f"DESCRIBE {rows}").fetchall()}
    if "words" not in types:
        return rows
    known = "" if "end_is" in types["words"] else f"REPLACE ({ENDS_UNKNOWN} AS words)"
    lacking = "".join(f", NULL::{kind} AS {column}" for column, kind in OF_DOUBTS.items() if column not in types)
    return f"SELECT * {known}{lacking} {rows}"


def view_sql(name: str, tables: Mapping[str, Sequence[str]]) -> str:
    """The SELECT behind a view of :data:`VIEWS`, or behind :data:`BASELINE_MAPS`.

    Args:
        tables: the columns of each that the corpus holds; what it does not hold, ``moments`` has no columns of.
    """
    if name == "moments":
        return _moments(tables)
    if name == "appearances":
        return _appearances(tables)
    return {
        "words": WORDS,
        "language_probabilities": LANGUAGE_PROBABILITIES,
        "emotion_probabilities": emotions.PROBABILITIES,
        "emotion_baselines": emotions.BASELINES,
        "dimension_baselines": dimensions.BASELINES,
        "sound_tags": SOUND_TAGS,
        BASELINE_MAPS: emotions.MAPS,
    }[name]


def own_in(tables: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
    """The user's own columns of a table: those that are not declared."""
    return tuple(column for column in tables[name] if column not in TABLES[name].schema.names)


def _appearances(tables: Mapping[str, Sequence[str]]) -> str:
    """In a corpus of before, a recording's own columns are those of all its files."""
    of_files = [name for name in tables["files"] if name not in ("part", "run_id")]
    of_recordings = [name for name in tables["recordings"] if name not in (*tables["files"], "uri", "run_id")]
    own = own_in(tables, "files")
    columns = [
        *(f"f.{quoted(name)}" for name in of_files if name not in own),
        *(f"r.{quoted(name)}" for name in of_recordings),
        *(f"f.{quoted(name)}" for name in own),
    ]
    first = "WHERE f.part IS NULL OR f.part = 1" if "part" in tables["files"] else ""
    return f"SELECT {', '.join(columns)} FROM files AS f JOIN recordings AS r USING (recording_id) {first}"


def _moments(tables: Mapping[str, Sequence[str]]) -> str:
    """A word at a border belongs to the stretch that more of it lies in, the first of two where it is even.

    Windows are a grid without gaps, so there it is the one in which the word's middle lies.  Emotion clips and the
    speakers' have gaps: overlaps are compared.
    """
    columns = [OF_WORDS]
    source = "words"
    if "speaker_labels" in tables:
        source = _with_stretch(source, "speaker_labels", OF_SPEAKERS)
    if "emotions" in tables:
        source = _with_stretch(source, "emotions", emotions.OF_CLIP)
    if "dimensions" in tables:
        source = _with_stretch(source, "dimensions", dimensions.OF_CLIP)
    grid = f"(greatest(start_ms + end_ms - 1, 0) // 2 // {WINDOW_MS} * {WINDOW_MS})::INT AS grid_ms"
    joins = [f"(SELECT *, {grid} FROM {source}) AS w"]
    if "emotions" in tables:
        columns += [
            "w.emotion, w.emotion_confidence, w.emotion_start_ms, w.emotion_end_ms",
            "map_from_entries(list_transform(w.classes, lambda p: {'key': p.label, 'value': p.probability})) "
            "AS probabilities",
            "r.baseline AS recording_baseline",
            "s.baseline AS speaker_baseline",
            "(w.emotion_confidence - r.baseline[w.emotion])::FLOAT AS above_recording",
            "(w.emotion_confidence - s.baseline[w.emotion])::FLOAT AS above_speaker",
        ]
        # Channel 0 mixes all who speak: it is nobody's own.
        joins += [
            f"LEFT JOIN (FROM {BASELINE_MAPS} WHERE channel IS NULL) AS r ON r.recording_id = w.recording_id",
            # Not as a filter: DuckDB 2.0.0 drops a LIMIT over a join with a filtered table that is empty.
            f"LEFT JOIN {BASELINE_MAPS} AS s ON s.recording_id = w.recording_id AND s.channel = nullif(w.channel, 0)",
        ]
    if "dimensions" in tables:
        columns.append(dimensions.OF_WORD)
        joins += dimensions.JOINS
    on_grid = "ON {0}.recording_id = w.recording_id AND {0}.channel = w.channel AND {0}.start_ms = w.grid_ms"
    columns.append("w.recording_id || '/' || w.channel || '/' || w.grid_ms AS window_id")
    if "sounds" in tables:
        columns.append("sounds.label AS sound, sounds.confidence AS sound_confidence, sounds.tags")
        joins.append(f"LEFT JOIN sounds {on_grid.format('sounds')}")
    if "embeddings" in tables:
        columns.append("embeddings.embedding")
        joins.append(f"LEFT JOIN embeddings {on_grid.format('embeddings')}")
    if "speaker_labels" in tables:
        columns.append("w.recording_speaker, w.corpus_speaker")
    return f"SELECT {', '.join(columns)} FROM {' '.join(joins)}"


def _with_stretch(words: str, table: str, columns: str) -> str:
    """Each word with columns of the stretch ``s`` of a table that most of it lies in; null where it lies in none."""
    # All that one may filter words by stands in the partition, so that DuckDB filters before it joins.
    return f"""(
    SELECT w.*, {columns}
    FROM {words} AS w LEFT JOIN {table} AS s
        ON s.recording_id = w.recording_id AND s.channel = w.channel
        AND s.start_ms < greatest(w.end_ms, w.start_ms + 1) AND s.end_ms > w.start_ms
    QUALIFY row_number() OVER (
        PARTITION BY {OF_WORDS} ORDER BY least(s.end_ms, w.end_ms) - greatest(s.start_ms, w.start_ms) DESC, s.start_ms
    ) = 1)"""
