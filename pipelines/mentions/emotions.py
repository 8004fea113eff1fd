"""How the voice sounds in and around mentions, against the rest of the recording and of what the speaker says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.mentions.speakers import SPEAKER, voices_sql
from schemas.dimensions import DIMENSIONS

MENTIONS = "mentions_found"
"""Rows with n, recording_id, channel, start_ms, end_ms."""

_NAMED = "{{'label': '{}', 'probability': {}}}"

SCORES: Mapping[str, str] = {
    "emotions": "probabilities",
    "dimensions": f"[{', '.join(map(_NAMED.format, DIMENSIONS, DIMENSIONS))}]",
}
"""Of a table of voices what each clip has, as SQL: a list of names with their numbers."""


def emotions_sql(columns: Mapping[str, Sequence[str]], around_ms: int, table: str = "emotions") -> str:
    """A SELECT that gives each mention and class of the emotion model four probabilities, or each dimension four means.

    ``inside``: the mean over the clips that overlap the mention, weighted by how much of it lies in them.
    ``around``: over the clips in the time before and after it that do not overlap it, weighted by how much of them lies
    there.  ``recording`` and ``speaker``: over all clips of the recording (of all its channels), and of the speaker
    wherever the speaker goes by that name, but those that overlap the mention, weighted by their lengths: so no mention
    is compared with itself.  Null where there is no such clip.  A class that a clip does not list counts as 0 there.

    Args:
        table: a key of :data:`SCORES`.

    Returns: SQL of n, label, inside, around, recording, speaker.
    """
    # Of probabilities a sum less some of them may round below 0.
    least = "greatest(0, {})" if table == "emotions" else "({})"
    others = ""
    if SPEAKER in columns["recordings"]:
        others = f"""
            UNION SELECT recording_id FROM recordings WHERE {SPEAKER}::VARCHAR IN (
                SELECT r.{SPEAKER}::VARCHAR FROM recordings r SEMI JOIN {MENTIONS} USING (recording_id))"""
    return f"""
    WITH touched AS (SELECT recording_id FROM {MENTIONS} {others}),
    stretches AS (
        SELECT recording_id, channel, start_ms, end_ms, greatest(end_ms - start_ms, 1)::DOUBLE AS ms,
               {SCORES[table]} AS probabilities
        FROM {table} SEMI JOIN touched USING (recording_id)
    ),
    clips AS MATERIALIZED ({voices_sql(columns, "stretches")}),
    asked AS MATERIALIZED ({voices_sql(columns, MENTIONS)}),
    pairs AS (
        SELECT a.n, c.ms, c.voice = a.voice AS own, c.probabilities,
               greatest(0, least(c.end_ms, greatest(a.end_ms, a.start_ms + 1)) - greatest(c.start_ms, a.start_ms))
                   AS inside_ms,
               least(c.end_ms, a.end_ms + {around_ms}) - greatest(c.start_ms, a.start_ms - {around_ms}) AS within_ms
        FROM asked AS a JOIN clips AS c ON c.recording_id = a.recording_id AND c.channel = a.channel
            AND c.start_ms < greatest(a.end_ms, a.start_ms + 1) + {around_ms} AND c.end_ms > a.start_ms - {around_ms}
    ),
    near AS MATERIALIZED (
        SELECT *, CASE WHEN inside_ms = 0 THEN within_ms ELSE 0 END AS around_ms FROM pairs
    ),
    near_lengths AS (
        SELECT n, sum(inside_ms) AS inside, sum(around_ms) AS around, sum(ms) FILTER (inside_ms > 0) AS whole,
               sum(ms) FILTER (inside_ms > 0 AND own) AS own FROM near GROUP BY n
    ),
    near_sums AS (
        SELECT n, p.label AS label, sum(p.probability * inside_ms) AS inside, sum(p.probability * around_ms) AS around,
               sum(p.probability * ms) FILTER (inside_ms > 0) AS whole,
               sum(p.probability * ms) FILTER (inside_ms > 0 AND own) AS own
        FROM (SELECT * EXCLUDE (probabilities), unnest(probabilities) AS p FROM near) GROUP BY n, p.label
    ),
    flat AS (SELECT * EXCLUDE (probabilities), unnest(probabilities) AS p FROM clips),
    sums AS MATERIALIZED (
        SELECT recording_id, voice, p.label AS label, sum(p.probability * ms) AS mass FROM flat GROUP BY ALL
    ),
    lengths AS MATERIALIZED (SELECT recording_id, voice, sum(ms) AS ms FROM clips GROUP BY ALL),
    labels AS (SELECT DISTINCT label FROM sums),
    of_recording AS (SELECT recording_id, label, sum(mass) AS mass FROM sums GROUP BY ALL),
    of_voice AS (SELECT voice, label, sum(mass) AS mass FROM sums WHERE voice IS NOT NULL GROUP BY ALL),
    recording_lengths AS (SELECT recording_id, sum(ms) AS ms FROM lengths GROUP BY ALL),
    voice_lengths AS (SELECT voice, sum(ms) AS ms FROM lengths WHERE voice IS NOT NULL GROUP BY ALL)
    SELECT a.n, labels.label,
           CASE WHEN nl.inside > 0 THEN coalesce(ns.inside, 0) / nl.inside END AS inside,
           CASE WHEN nl.around > 0 THEN coalesce(ns.around, 0) / nl.around END AS around,
           CASE WHEN rl.ms > coalesce(nl.whole, 0)
                THEN {least.format("coalesce(r.mass, 0) - coalesce(ns.whole, 0)")} / (rl.ms - coalesce(nl.whole, 0)) END
               AS recording,
           CASE WHEN vl.ms > coalesce(nl.own, 0)
                THEN {least.format("coalesce(v.mass, 0) - coalesce(ns.own, 0)")} / (vl.ms - coalesce(nl.own, 0)) END
               AS speaker
    FROM asked AS a CROSS JOIN labels
    LEFT JOIN near_lengths AS nl ON nl.n = a.n
    LEFT JOIN near_sums AS ns ON ns.n = a.n AND ns.label = labels.label
    LEFT JOIN of_recording AS r ON r.recording_id = a.recording_id AND r.label = labels.label
    LEFT JOIN recording_lengths AS rl ON rl.recording_id = a.recording_id
    LEFT JOIN of_voice AS v ON v.voice = a.voice AND v.label = labels.label
    LEFT JOIN voice_lengths AS vl ON vl.voice = a.voice
    ORDER BY a.n, labels.label"""
