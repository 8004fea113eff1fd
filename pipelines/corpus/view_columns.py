"""What the columns of the views mean: most are those of a table, the others are told here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from pipelines.corpus.views import COLUMNS_OF, VIEWS
from schemas.catalog import TABLES
from schemas.dictionary import column_rows
from schemas.dimensions import DIMENSIONS
from schemas.inventory import OWN_COLUMN


class Told(NamedTuple):
    """A column's unit, values and meaning, in words; empty where there is none."""

    unit: str
    values: str
    meaning: str


SHARE = "0 to 1"
OF_THE_USER = Told("", "may be null", OWN_COLUMN["files"])
"""Only ``appearances`` has columns of the user's."""
OF_A_WORD: Mapping[str, str | Told] = {
    "start_ms": "transcripts.words.start_ms",
    "end_ms": "transcripts.words.end_ms",
    "word": "transcripts.words.word",
    "confidence": "transcripts.words.confidence",
    "end_is": "transcripts.words.end_is",
    "position": Told("", "at least 1", "which word of its segment it is"),
}
OF_A_TAG: Mapping[str, str | Told] = {
    "place": Told("", "at least 1", "1 is the likeliest"),
    "label": "sounds.tags.label",
    "probability": "sounds.tags.probability",
}
OWN: Mapping[str, Mapping[str, str | Told]] = {
    "appearances": {"recording_id": "recordings.recording_id"},
    "words": OF_A_WORD,
    "language_probabilities": {
        "place": Told("", "at least 1", "1 is the likeliest"),
        "language": "languages.probabilities.language",
        "probability": "languages.probabilities.probability",
    },
    "emotion_probabilities": {
        "label": "emotions.probabilities.label",
        "probability": "emotions.probabilities.probability",
    },
    "emotion_baselines": {
        "channel": Told("", "may be null", "null: over all channels of the recording"),
        "label": "emotions.probabilities.label",
        "mean_probability": Told("", SHARE, "of the class there; clips weigh by their length"),
    },
    "dimension_baselines": {
        "channel": Told("", "may be null", "null: over all channels of the recording"),
        **{name: Told("", "", "its mean there; clips weigh by their length") for name in DIMENSIONS},
    },
    "sound_tags": OF_A_TAG,
    "moments": {
        **OF_A_WORD,
        "emotion": Told("", "may be null", "the likeliest class of the clip that most of the word lies in"),
        "emotion_confidence": Told("", f"{SHARE}, may be null", "the model's probability of it"),
        "emotion_start_ms": Told("ms", "may be null", "where that clip begins"),
        "emotion_end_ms": Told("ms", "may be null", "where it ends"),
        "probabilities": Told("", "may be null", "of every class in that clip, by name"),
        "recording_baseline": Told("", "may be null", "mean probability of every class over the recording, by name"),
        "speaker_baseline": Told("", "may be null", "over the channel, where channels were kept apart"),
        "above_recording": Told("", "-1 to 1, may be null", "emotion_confidence less that class's recording_baseline"),
        "above_speaker": Told("", "-1 to 1, may be null", "emotion_confidence less that class's speaker_baseline"),
        **{name: Told("", "may be null", "of the clip that most of the word lies in") for name in DIMENSIONS},
        **{f"{name}_recording": Told("", "may be null", "its mean over the recording") for name in DIMENSIONS},
        **{
            f"{name}_speaker": Told("", "may be null", "over the channel, where channels were kept apart")
            for name in DIMENSIONS
        },
        "window_id": Told("", "", "the window that the middle of the word lies in"),
        "sound": Told("", "may be null", "the likeliest sound of that window"),
        "sound_confidence": Told("", f"{SHARE}, may be null", "the model's probability of it"),
    },
}
"""Of each view those that are not simply a table's column of the same name: where it comes from, or what it is."""


def view_rows(view: str, columns: Sequence[str], types: Mapping[str, str]) -> list[dict[str, str]]:
    """A row for each column of a view: column, type, unit, values, meaning.

    Args:
        types: of each column, as DuckDB names them.
    """
    told = [_told(view, column) for column in columns]
    return [
        {"column": column, "type": types[column].lower(), "unit": unit, "values": values, "meaning": meaning}
        for column, (unit, values, meaning) in zip(columns, told, strict=True)
    ]


def _told(view: str, column: str) -> Told:
    own = OWN[view].get(column, column)
    if isinstance(own, Told):
        return own
    table, _, path = own.partition(".")
    # Of a column that is simply carried along: the first table of the view that has it says what it is.
    tables = [table] if path else [*VIEWS[view].needs, "recordings", *COLUMNS_OF]
    meant = path or column
    return next((_of_table(name)[meant] for name in tables if meant in _of_table(name)), OF_THE_USER)


@cache
def _of_table(name: str) -> Mapping[str, Told]:
    return {row["column"]: Told(row["unit"], row["values"], row["meaning"]) for row in column_rows(TABLES[name])}
