"""The page of a recording: level, spectrogram, emotions, sounds and words on one time axis, and a player."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

from pipelines.corpus.appearances import links, view_of
from pipelines.corpus.asked import Corpus
from pipelines.report.charts import colours_of
from pipelines.report.curves import curves
from pipelines.report.limits import demo_line
from pipelines.report.page import clock, href, render
from pipelines.report.playable import caveats
from pipelines.sql import quoted
from pipelines.writing.line import Line
from transforms.features.spectrograms import to_db

WIDEST = 4_000
"""Columns of the pictures; a recording of hours is averaged into them."""
DARK_TO_BRIGHT = np.array([(8, 10, 30), (62, 20, 110), (160, 40, 100), (235, 110, 50), (252, 220, 120)], np.float64)
FLOOR_DB = 80.0
MOST_FILES = 1_000
"""Of one recording that are listed."""


def recording_page(corpus: Corpus, recording_id: str, back: str, linked: bool) -> str:
    """The HTML of one recording.

    Args:
        back: link to the corpus page.
        linked: let the page play the recording from where it lies.
    """
    ask = corpus.sql
    uri, duration_ms, codec, rate, channels = ask(
        "SELECT uri, duration_ms, codec, sample_rate_hz, channels FROM recordings WHERE recording_id = ?",
        [recording_id],
    ).fetchall()[0]
    uri = links(corpus, {recording_id: uri})[recording_id]
    held = _files(corpus, recording_id)
    values = held[0][1:] if len(held) == 1 else ()
    facts = [
        ("length", clock(duration_ms)), ("codec", codec), ("rate", f"{rate:,} Hz"), ("channels", channels),
        *((name, value) for name, value in zip(corpus.own, values, strict=False) if value is not None),
        ("id", recording_id),
    ]  # fmt: skip
    lanes = [_lane(corpus, recording_id, duration_ms, name) for name in ("emotions", "sounds") if name in corpus.files]
    return render(
        "recording.html.j2",
        "recording.js",
        title=uri.rsplit("/", 1)[-1],
        uri=uri,
        back=back,
        facts=facts,
        demo=demo_line(corpus),
        audio=href(uri) if linked else "",
        own=corpus.own,
        held=[(file if linked else file.rsplit("/", 1)[-1], *own) for file, *own in held] if len(held) > 1 else [],
        caveat=caveats(corpus)[recording_id],
        duration_ms=max(1, duration_ms),
        level=_level(corpus, recording_id, duration_ms),
        spectrogram=_spectrogram(corpus, recording_id, duration_ms),
        curves=curves(corpus, recording_id, duration_ms),
        lanes=[lane for lane in lanes if lane["blocks"]],
        segments=_segments(corpus, recording_id),
    )


def _files(corpus: Corpus, recording_id: str) -> list[Any]:
    """The files that hold a recording, each with its own columns."""
    own = "".join(f", CAST({quoted(name)} AS VARCHAR)" for name in corpus.own)
    return corpus.sql(
        f"SELECT uri {own} FROM {view_of(corpus)} WHERE recording_id = ? ORDER BY uri LIMIT {MOST_FILES}",
        [recording_id],
    ).fetchall()


def _lane(corpus: Corpus, recording_id: str, duration_ms: int, table: str) -> dict[str, Any]:
    rows = corpus.sql(
        f"SELECT start_ms, end_ms, label, confidence FROM {table} WHERE recording_id = ? ORDER BY channel, start_ms",
        [recording_id],
    ).fetchall()
    labels = sorted({row[2] for row in rows})
    colours = colours_of(labels)
    blocks = [
        {
            "left": f"{100 * start / duration_ms:.4f}",
            "width": f"{100 * (end - start) / duration_ms:.4f}",
            # As strong as the model is sure.
            "colour": colours[label] + f"{round(255 * (0.25 + 0.75 * confidence)):02x}",
            "label": label,
            "title": f"{label} {confidence:.2f}, {clock(start)} to {clock(end)}",
        }
        for start, end, label, confidence in rows
    ]
    return {"name": table, "blocks": blocks, "legend": [(label, colours[label]) for label in labels]}


def _of_first_channel(corpus: Corpus, recording_id: str, table: str, columns: str) -> list[Any]:
    """The windows of a recording in order: of the mix, or of the first channel that was kept apart."""
    return corpus.sql(
        f"SELECT {columns} FROM {table} WHERE recording_id = ? "
        f"AND channel = (SELECT min(channel) FROM {table} WHERE recording_id = ?) ORDER BY start_ms",
        [recording_id, recording_id],
    ).fetchall()


def _level(corpus: Corpus, recording_id: str, duration_ms: int) -> dict[str, Any] | None:
    """The root mean square of the frames as an outline, mirrored: what an editor shows from afar."""
    if "frames" not in corpus.files:
        return None
    rows = _of_first_channel(corpus, recording_id, "frames", "start_ms, hop_ms, rms")
    width = min(WIDEST, max(2, duration_ms // 20))
    highest = np.zeros(width)
    for start, hop, rms in rows:
        at = ((start + np.arange(len(rms)) * hop) * width / max(1, duration_ms)).astype(int)
        np.maximum.at(highest, np.minimum(at, width - 1), np.asarray(rms, np.float64))
    shown = highest / max(1e-9, highest.max())
    upper = " ".join(f"{x},{1 - y:.3f}" for x, y in enumerate(shown))
    lower = " ".join(f"{x},{1 + shown[x]:.3f}" for x in range(width - 1, -1, -1))
    return {"width": width - 1, "path": f"M{upper} L{lower} Z"}


def _spectrogram(corpus: Corpus, recording_id: str, duration_ms: int) -> str | None:
    """A PNG as a data URL: time to the right, mel bands upwards, the top 80 dB."""
    if "spectrograms" not in corpus.files:
        return None
    columns = "start_ms, hop_ms, n_frames, n_mels, db_min, db_max, data"
    rows = _of_first_channel(corpus, recording_id, "spectrograms", columns)
    if not rows:
        return None
    n_mels = rows[0][3]
    width = min(WIDEST, max(1, duration_ms // 20))
    sums, counts = np.zeros((width, n_mels)), np.zeros(width)
    for start, hop, n_frames, _, low, high, data in rows:
        db = to_db(data, n_frames, n_mels, low, high)
        at = np.minimum(((start + np.arange(n_frames) * hop) * width / max(1, duration_ms)).astype(int), width - 1)
        np.add.at(sums, at, db)
        np.add.at(counts, at, 1)
    picture = sums / np.maximum(counts, 1)[:, None]
    seen = counts > 0
    top = float(picture[seen].max())
    picture[~seen] = top - FLOOR_DB
    level = np.clip((picture - top) / FLOOR_DB + 1, 0, 1) * (len(DARK_TO_BRIGHT) - 1)
    floor = np.minimum(level.astype(int), len(DARK_TO_BRIGHT) - 2)
    share = (level - floor)[..., None]
    rgb = DARK_TO_BRIGHT[floor] * (1 - share) + DARK_TO_BRIGHT[floor + 1] * share
    image = Image.fromarray(rgb.transpose(1, 0, 2)[::-1].round().astype(np.uint8))
    held = io.BytesIO()
    image.save(held, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode()


def _segments(corpus: Corpus, recording_id: str) -> list[dict[str, Any]]:
    if "transcripts" not in corpus.files:
        return []
    rows = corpus.sql(
        "SELECT start_ms, channel, words, text, doubtful FROM transcripts WHERE recording_id = ? AND len(words) > 0 "
        "ORDER BY start_ms, channel",
        [recording_id],
    ).fetchall()
    return [
        {
            "at": clock(start),
            "channel": channel,
            "doubtful": ", ".join(doubtful or ()),
            "words": [
                {
                    "word": word["word"],
                    "start": word["start_ms"],
                    "end": word["end_ms"],
                    "opacity": f"{0.4 + 0.6 * word['confidence']:.2f}",
                    "title": f"{word['confidence']:.2f}, {clock(word['start_ms'])}",
                    "blank": blank,
                }
                for word, blank in zip(words, Line.of([word["word"] for word in words], text).blanks_after, strict=True)
            ],
        }
        for start, channel, words, text, doubtful in rows
    ]
