"""The tables over the fixed grid: what sounds, whether or not anyone speaks."""

from __future__ import annotations

import pyarrow as pa

from schemas.columns import (
    EMBEDDING,
    MODEL,
    OF_RECORDING,
    OF_WINDOW,
    PLACE_KEY,
    STRETCH,
    WINDOW_ID,
    label,
    list_of,
    share,
)
from schemas.table import Table, column

WINDOW_MS = 10_000
"""The length of a window of the fixed grid."""

FLOATS = list_of(pa.float32())
NULLABLE_FLOATS = pa.list_(pa.float32())
HOP = column("hop_ms", pa.float32(), "time between two frames; frame i is centred i hops after start_ms", unit="ms")

WINDOWS = Table(
    name="windows",
    row="a stretch of the fixed grid; the last of a recording may be shorter",
    key=("window_id",),
    references=(OF_RECORDING,),
    hears="windows",
    shaped_by=("channels", "mix", "tracks"),
    version=2,  # 1: an offset counted as sound
    schema=pa.schema(
        [
            WINDOW_ID,
            *STRETCH,
            column(
                "rms_dbfs",
                pa.float32(),
                "level, an offset left out; null for digital silence",
                unit="dBFS",
                nullable=True,
            ),
            column("silence", pa.bool_(), "true where the level is under -60 dBFS"),
        ]
    ),
)

FRAMES = Table(
    name="frames",
    row="a window: descriptors of its frames, as lists (librosa's definitions at 16 kHz)",
    key=PLACE_KEY,
    references=(OF_WINDOW,),
    hears="windows",
    shaped_by=("channels", "mix", "tracks"),
    needs=("windows",),
    version=3,  # 2: rounding noise of silence had a voicing; 1: tones were voiced
    schema=pa.schema(
        [
            WINDOW_ID,
            *STRETCH,
            HOP,
            column("n_frames", pa.int32(), "frames in each of the lists", low=0),
            column("rms", FLOATS, "root mean square of the frame, full scale is 1; offsets count", unit="1", low=0),
            column("zero_crossing_rate", FLOATS, "share of neighbouring samples that change sign", low=0, high=1),
            column(
                "spectral_centroid_hz", FLOATS, "centre of mass of the magnitude spectrum", unit="Hz", low=0, high=8000
            ),
            column(
                "f0_hz",
                NULLABLE_FLOATS,
                "fundamental frequency by YIN; null where the frame is unvoiced",
                unit="Hz",
                low=0,
                high=501,
            ),
            column(
                "voicing",
                FLOATS,
                "1 minus YIN's aperiodicity; 0 for tones, which have under three harmonics",
                unit="1",
                low=0,
                high=1,
            ),
        ]
    ),
)

SPECTROGRAMS = Table(
    name="spectrograms",
    row="a window: its log-mel spectrogram (librosa's definition at 16 kHz), one byte a value",
    key=PLACE_KEY,
    references=(OF_WINDOW,),
    hears="windows",
    shaped_by=("channels", "mix", "tracks"),
    needs=("windows",),
    schema=pa.schema(
        [
            WINDOW_ID,
            *STRETCH,
            HOP,
            column("rate_hz", pa.int32(), "sampling rate that it was made at", unit="Hz"),
            column("n_frames", pa.int32(), "rows of the picture: time", low=0),
            column("n_mels", pa.int16(), "columns of the picture: mel bands, low to high", low=1),
            column("db_min", pa.float32(), "what byte 0 stands for", unit="dB"),
            column("db_max", pa.float32(), "what byte 255 stands for", unit="dB"),
            column("data", pa.binary(), "n_frames x n_mels bytes, frame by frame"),
        ]
    ),
)

TAG = pa.struct(
    [
        column("label", pa.string(), "the class"),
        share("probability", "its probability"),
    ]
)

SOUNDS = Table(
    name="sounds",
    row="a window: the sounds that the model is surest of",
    key=PLACE_KEY,
    references=(OF_WINDOW,),
    made_by="sounds",
    shaped_by=("top_tags",),
    needs=("windows",),
    schema=pa.schema(
        [
            WINDOW_ID,
            *STRETCH,
            label("label", "the most probable class"),
            share("confidence", "its probability"),
            column("tags", list_of(TAG), "the most probable classes, most probable first"),
            MODEL,
        ]
    ),
)

EMBEDDINGS = Table(
    name="embeddings",
    row="a window: its CLAP vector, which text can be compared with",
    key=PLACE_KEY,
    references=(OF_WINDOW,),
    made_by="embeddings",
    shaped_by=("channels", "mix", "tracks"),
    needs=("windows",),
    schema=pa.schema(
        [
            WINDOW_ID,
            *STRETCH,
            EMBEDDING,
            MODEL,
        ]
    ),
)

TAGS = Table(
    name="tags",
    row="a window and a prompt of the user's: how much the window sounds like it",
    key=(*PLACE_KEY, "tag"),
    references=(OF_WINDOW,),
    needs=("windows", "embeddings"),
    command="tag",
    schema=pa.schema(
        [
            WINDOW_ID,
            *STRETCH,
            label("tag", "the user's name for the prompt"),
            label("prompt", "the text that was compared; of several templates all texts, a bar between them"),
            column("score", pa.float32(), "cosine of the window's and the prompt's CLAP vectors", low=-1, high=1),
            MODEL,
        ]
    ),
)

WAVEFORMS = Table(
    name="waveforms",
    row="a window: its samples; only where this table was asked for by name",
    key=PLACE_KEY,
    references=(OF_WINDOW,),
    hears="windows",
    shaped_by=("channels", "mix", "tracks"),
    needs=("windows",),
    asked_for_by_name=True,
    schema=pa.schema(
        [
            WINDOW_ID,
            *STRETCH,
            column("rate_hz", pa.int32(), "sampling rate of the samples", unit="Hz"),
            column("flac", pa.binary(), "a FLAC file, 16 bits, mono"),
        ]
    ),
)
