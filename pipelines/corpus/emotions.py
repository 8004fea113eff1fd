"""What the views say of classes of emotion, as SQL."""

from __future__ import annotations

BASELINE_MAPS = "baseline_maps"
"""A row for each recording (channel is null) and each of its channels: the mean probability by class, as a map."""

PROBABILITIES = """
    SELECT recording_id, channel, start_ms, end_ms, p.label, p.probability, segment_id, model
    FROM (SELECT * EXCLUDE (label, confidence, probabilities), unnest(probabilities) AS p FROM emotions)"""

# A class that a clip does not list counts as 0 there: the divisor is the length of all clips.
MAPS = """
    WITH clips AS (
        SELECT recording_id, channel, greatest(end_ms - start_ms, 1)::DOUBLE AS ms, probabilities FROM emotions
    ),
    sums AS (
        SELECT recording_id, channel, p.label, sum(p.probability * ms) AS mass
        FROM (SELECT recording_id, channel, ms, unnest(probabilities) AS p FROM clips)
        GROUP BY recording_id, channel, p.label
    ),
    lengths AS (SELECT recording_id, channel, sum(ms) AS ms FROM clips GROUP BY recording_id, channel),
    means AS (
        SELECT recording_id, channel, label, mass / ms AS mean FROM sums JOIN lengths USING (recording_id, channel)
        UNION ALL
        SELECT recording_id, NULL, label, sum(mass) / any_value(whole.ms)
        FROM sums JOIN (SELECT recording_id, sum(ms) AS ms FROM lengths GROUP BY recording_id) AS whole
             USING (recording_id)
        GROUP BY recording_id, label
    )
    SELECT recording_id, channel, map(list(label ORDER BY label), list(mean::FLOAT ORDER BY label)) AS baseline
    FROM means GROUP BY recording_id, channel"""

BASELINES = f"""
    SELECT recording_id, channel, unnest(map_keys(baseline)) AS label, unnest(map_values(baseline)) AS mean_probability
    FROM {BASELINE_MAPS}"""


OF_CLIP = (
    "s.label AS emotion, s.confidence AS emotion_confidence, s.start_ms AS emotion_start_ms, "
    "s.end_ms AS emotion_end_ms, s.probabilities AS classes"
)
