"""A corpus in which one content lies in three files of two stations, and another in one: every number is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from tests.pipelines.report.made import key_of, write_table

SPOT, TALK = key_of("spot"), key_of("talk")
OWN = [pa.field("station", pa.string()), pa.field("aired", pa.string())]
AIRED: Mapping[str, tuple[str, str | None, str | None]] = {
    "kfm/0501.wav": (SPOT, "KFM", "2024-05-01"),
    "rradio/0611.wav": (SPOT, "RRadio", "2024-06-11"),
    "rradio/0612.wav": (SPOT, "RRadio", "2024-06-12"),
    "backup/spot.wav": (SPOT, None, None),
    "rradio/talk.wav": (TALK, "RRadio", "2024-06-12"),
}
"""URI below the archive: its recording and its row of the metadata.  The spot says "acme" 2 times in 4 words, the talk
once in 6; each lasts 60 s."""
BYTES = 5


def write_aired(folder: Path) -> Path:
    """The corpus, with the files that it names; gives the archive."""
    archive, out = folder / "archive", folder / "out"
    files = []
    for name, (key, station, aired) in AIRED.items():
        (archive / name).parent.mkdir(parents=True, exist_ok=True)
        (archive / name).write_bytes(bytes(BYTES))
        files.append({"uri": str(archive / name), "bytes": BYTES, "recording_id": key, "status": "complete",
                      "station": station, "aired": aired})  # fmt: skip
    first = {"codec": "pcm_s16", "container": "wav", "sample_rate_hz": 16000, "channels": 1, "duration_ms": 60000}
    recordings = [
        {"recording_id": SPOT, "uri": str(archive / "backup/spot.wav"), **first},
        {"recording_id": TALK, "uri": str(archive / "rradio/talk.wav"), "station": "RRadio", "aired": "2024-06-12",
         **first},
    ]  # fmt: skip
    segments, transcripts, sounds, emotions = [], [], [], []
    for key, text in ((SPOT, "acme cola. acme now"), (TALK, "we talk of acme and weather")):
        place = {"recording_id": key, "channel": 0, "start_ms": 1000, "end_ms": 9000, "segment_id": f"{key}/0/1000"}
        words = [
            {"word": word, "start_ms": 1000 * i, "end_ms": 1000 * i + 500, "confidence": 0.9}
            for i, word in enumerate(text.split(), 1)
        ]
        segments.append(place)
        transcripts.append(place | {"text": text, "words": words, "confidence": 0.9, "model": "t@1/fp32"})
        label = "Music" if key == SPOT else "Speech"
        sounds.append({"recording_id": key, "channel": 0, "end_ms": 10000, "label": label, "confidence": 0.5})
        emotions.append(place | {"label": "neu", "confidence": 0.7, "model": "e@1/fp32"})
    for name, rows in {
        "files": files, "recordings": recordings, "segments": segments, "transcripts": transcripts, "sounds": sounds,
        "emotions": emotions, "errors": [], "runs": [{"run_id": "1", "config": "{}"}],
    }.items():  # fmt: skip
        write_table(out, name, rows, OWN if name in ("files", "recordings") else ())
    return archive
