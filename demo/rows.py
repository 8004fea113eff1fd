"""Shows a few rows of the demo's tables: ``python -m demo.rows OUT``."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from demo.checkpoints import WARNING

QUESTIONS = {
    "What is in the archive, with columns of metadata.csv": """
        SELECT parse_filename(uri) AS file, codec, printf('%.1f', duration_ms / 1000) AS seconds,
               printf('%.1f', loudness_lufs) AS lufs, printf('%.0f', 100 * speech_share) AS "speech %",
               speaker, region, brand
        FROM recordings WHERE speaker IS NOT NULL ORDER BY file""",
    "What was said, and how the voice sounded meanwhile": """
        SELECT parse_filename(r.uri) AS file, t.start_ms AS "from ms", t.text, e.label AS emotion,
               printf('%.0f', p.f0_median_hz) AS "f0 Hz", printf('%.1f', p.speaking_rate) AS "syllables/s"
        FROM transcripts t
        JOIN recordings r USING (recording_id)
        JOIN prosody p USING (segment_id)
        JOIN emotions e ON e.segment_id = t.segment_id AND e.start_ms = t.start_ms
        WHERE r.uri LIKE '%support_call%' ORDER BY t.start_ms LIMIT 6""",
    "What went wrong": """
        SELECT parse_filename(uri) AS file, stage, reason, message FROM errors ORDER BY file""",
}


def main(out: str) -> None:
    """Ask each question of the corpus in ``out`` and print the answers."""
    console = Console()
    with duckdb.connect() as connection:
        for folder in sorted((Path(out) / "current").iterdir()):
            if folder.is_dir():
                connection.execute(f"CREATE VIEW {folder.name} AS FROM read_parquet('{folder}/*.parquet')")
        for title, question in QUESTIONS.items():
            answer = connection.execute(question)
            table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim")
            for column in answer.description:
                table.add_column(column[0])
            for row in answer.fetchall():
                table.add_row(*("" if value is None else str(value) for value in row))
            console.print()
            console.print(table)
    console.print(f"\n{WARNING}", style="yellow", highlight=False)


if __name__ == "__main__":
    main(sys.argv[1])
