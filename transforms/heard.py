"""What is known of a recording once its end was reached."""

from __future__ import annotations

from dataclasses import dataclass

from transforms.decode.audio import Format


@dataclass(frozen=True)
class Heard:
    """What is known of a recording when its end was reached.

    Attributes:
        status: a value of ``files.status``.
        format: None where it could not be opened.
        duration_ms: of what was decoded, rounded up.
        kept_seconds: audio that lies in windows or was looked through for speech, over all channels.
    """

    status: str
    format: Format | None = None
    duration_ms: int = 0
    loudness_lufs: float | None = None
    peak_dbfs: float | None = None
    clipped_share: float = 0.0
    speech_share: float | None = None
    kept_seconds: float = 0.0
