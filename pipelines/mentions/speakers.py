"""Who speaks, as SQL, and how it was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LABELS = "speaker_labels"
"""A view with recording_id, channel, start_ms, end_ms, recording_speaker and corpus_speaker; few corpora have it."""
SPEAKER = "speaker"
"""The metadata column that names who speaks in a recording."""

WAYS = {
    "label": "the label of the voice that overlaps the mention most",
    "channel": "the channel, where channels were kept apart",
    "metadata": f"the metadata column `{SPEAKER}`",
}
"""What ``speaker_from`` can say, the first that there is."""


def voices_sql(columns: Mapping[str, Sequence[str]], stretches: str) -> str:
    """A SELECT that gives each row of ``stretches`` its speaker.

    Args:
        columns: of each table and view of the corpus.
        stretches: a name of rows with recording_id, channel, start_ms and end_ms.

    Returns: SQL of these rows with all their columns and ``speaker``, ``speaker_from`` (see WAYS) and ``voice``, which
        is the same for all that one speaker says; all null where nobody knows.
    """
    ways = []
    joins = ""
    if LABELS in columns:
        joins += (
            f" LEFT JOIN ({_LABELLED.format(stretches=stretches)}) AS l USING (recording_id, channel, start_ms, end_ms)"
        )
        said = "coalesce(l.label.corpus_speaker, l.label.recording_speaker)"
        within = "CASE WHEN l.label.corpus_speaker IS NULL THEN s.recording_id ELSE '' END"
        ways.append(("label", said, f"'label/' || {within} || '/' || {said}"))
    ways.append(
        (
            "channel",
            "CASE WHEN s.channel > 0 THEN 'channel ' || s.channel END",
            "'channel/' || s.recording_id || '/' || s.channel",
        )
    )
    if SPEAKER in columns["recordings"]:
        joins += (
            f" LEFT JOIN (SELECT recording_id, {SPEAKER}::VARCHAR AS named FROM recordings) AS r USING (recording_id)"
        )
        ways.append(("metadata", "r.named", "'metadata/' || r.named"))
    speaker, way, voice = (
        f"CASE {' '.join(f'WHEN {said} IS NOT NULL THEN {value}' for said, value in values)} END"
        for values in (
            [(said, said) for _, said, _ in ways],
            [(said, f"'{name}'") for name, said, _ in ways],
            [(said, key) for _, said, key in ways],
        )
    )
    return f"SELECT s.*, {speaker} AS speaker, {way} AS speaker_from, {voice} AS voice FROM {stretches} AS s{joins}"


_LABELLED = """
    SELECT s.recording_id, s.channel, s.start_ms, s.end_ms,
           arg_max({{'recording_speaker': l.recording_speaker, 'corpus_speaker': l.corpus_speaker}},
                   least(l.end_ms, s.end_ms) - greatest(l.start_ms, s.start_ms)) AS label
    FROM {stretches} AS s JOIN speaker_labels AS l
        ON l.recording_id = s.recording_id AND l.channel = s.channel
        AND l.start_ms < greatest(s.end_ms, s.start_ms + 1) AND l.end_ms > s.start_ms
    GROUP BY s.recording_id, s.channel, s.start_ms, s.end_ms"""
