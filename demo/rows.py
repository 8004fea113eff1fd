"""Shows what the demo's tables tell: ``python -m demo.rows OUT``."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

CAUTION = (
    "The models are small ones of our own, trained on synthesisers: a demo and a measuring stick, no more. "
    "Their cards, demo/models/*/README.md, say what they can hear and what they cannot."
)

MENTIONS = """
    WITH words AS (
        SELECT recording_id, segment_id, text, unnest(words) AS word FROM transcripts
    ), mentions AS (
        SELECT recording_id, segment_id, text, word.start_ms AS start_ms, word.end_ms AS end_ms,
               word.confidence AS confidence
        FROM words WHERE word.word ILIKE 'acme'
    )
    SELECT parse_filename(r.uri) AS file, r.region, printf('%d:%04.1f', m.start_ms // 60000, m.start_ms % 60000 / 1000)
               AS at, lower(m.text) AS "what was said", e.label AS emotion, printf('%.2f', e.confidence) AS p,
           printf('%.0f', p.f0_median_hz) AS "f0 Hz"
    FROM mentions m
    JOIN recordings r USING (recording_id)
    JOIN prosody p USING (segment_id)
    JOIN emotions e ON e.segment_id = m.segment_id AND e.start_ms < m.end_ms AND e.end_ms > m.start_ms
    ORDER BY e.confidence DESC, r.uri, m.start_ms LIMIT 10"""

SOUNDS = """
    SELECT parse_filename(r.uri) AS file, s.start_ms // 1000 || '-' || (s.end_ms + 999) // 1000 AS seconds,
           s.tags[1].label || printf(' %.2f', s.tags[1].probability) AS "first",
           s.tags[2].label || printf(' %.2f', s.tags[2].probability) AS "second"
    FROM sounds s JOIN recordings r USING (recording_id)
    WHERE r.uri LIKE '%/scenes/%' OR r.uri LIKE '%/signals/%' OR r.uri LIKE '%spot%' ORDER BY r.uri, s.start_ms"""

MOODS = """
    SELECT parse_filename(r.uri) AS file, r.region, count(*) AS stretches,
           printf('%.0f', 100 * avg((e.label = 'neu')::INT)) AS "neutral %",
           printf('%.0f', 100 * avg((e.label = 'hap')::INT)) AS "happy %",
           printf('%.0f', 100 * avg((e.label = 'ang')::INT)) AS "angry %",
           printf('%.0f', 100 * avg((e.label = 'sad')::INT)) AS "sad %"
    FROM emotions e JOIN recordings r USING (recording_id) GROUP BY ALL HAVING count(*) > 3 ORDER BY file"""

ERRORS = "SELECT parse_filename(uri) AS file, stage, reason, message FROM errors ORDER BY file"

QUESTIONS = {
    "Where the brand is named, and how the voice sounds there": MENTIONS,
    "The moods of each conversation": MOODS,
    "What else sounds": SOUNDS,
    "What went wrong": ERRORS,
}


def main(out: str) -> None:
    """Ask each question of the corpus in ``out`` and print the answers."""
    console = Console()
    with duckdb.connect() as connection:
        for folder in sorted((Path(out) / "current").iterdir()):
            if folder.is_dir():
                connection.execute(
                    f"CREATE VIEW {folder.name} AS FROM read_parquet('{folder}/*.parquet', hive_partitioning = false)"
                )
        for title, question in QUESTIONS.items():
            answer = connection.execute(question)
            table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim")
            for column in answer.description:
                table.add_column(column[0], overflow="fold")
            for row in answer.fetchall():
                table.add_row(*("" if value is None else str(value) for value in row))
            console.print()
            console.print(table)
    console.print(f"\n{CAUTION}", style="yellow", highlight=False)
    console.print(f"The tables lie in {out}/current, a folder of Parquet each: README.md shows how to question them.")


if __name__ == "__main__":
    main(sys.argv[1])
