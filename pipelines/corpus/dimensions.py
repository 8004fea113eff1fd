"""What the views say of emotion dimensions, as SQL."""

from __future__ import annotations

from schemas.dimensions import DIMENSIONS

BASELINES = f"""
    WITH clips AS (
        SELECT recording_id, channel, greatest(end_ms - start_ms, 1)::DOUBLE AS ms, {", ".join(DIMENSIONS)}
        FROM dimensions
    )
    SELECT recording_id, channel,
           {", ".join(f"(sum({name} * ms) / sum(ms))::FLOAT AS {name}" for name in DIMENSIONS)}
    FROM clips GROUP BY GROUPING SETS ((recording_id, channel), (recording_id))"""
"""A row for each recording (channel is null) and each of its channels."""

OF_CLIP = ", ".join(f"s.{name}" for name in DIMENSIONS)
"""Columns of a stretch ``s``."""

BESIDE = tuple(f"{name}_{of}" for name in DIMENSIONS for of in ("recording", "speaker"))
"""The columns of ``moments`` that hold what to compare with."""

OF_WORD = ", ".join(
    [
        *(f"w.{name}" for name in DIMENSIONS),
        *(f"dimensions_{of}.{name} AS {name}_{of}" for name in DIMENSIONS for of in ("recording", "speaker")),
    ]
)
"""Columns of ``moments``, of a word ``w`` with its clip and of what :data:`JOINS` puts beside it."""

JOINS = (
    """LEFT JOIN (FROM dimension_baselines WHERE channel IS NULL) AS dimensions_recording
       ON dimensions_recording.recording_id = w.recording_id""",
    # Channel 0 mixes all who speak: it is nobody's own.
    """LEFT JOIN dimension_baselines AS dimensions_speaker
       ON dimensions_speaker.recording_id = w.recording_id AND dimensions_speaker.channel = nullif(w.channel, 0)""",
)
