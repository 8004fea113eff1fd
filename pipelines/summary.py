"""What a finished run says."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from pipelines.run import Published
from schemas.catalog import TABLES
from schemas.config import Config


def show_summary(console: Console, config: Config, published: Published) -> None:
    """Print the tables with their rows, what failed and why, how long it took and where all lies."""
    measured = published.measured
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("table", no_wrap=True, min_width=12)
    table.add_column("rows", justify="right", no_wrap=True, min_width=6)
    table.add_column("one row is", no_wrap=True, overflow="ellipsis")
    for name, rows in {**measured.rows, "runs": 1}.items():
        table.add_row(name, f"{rows:,}", TABLES[name].row)
    console.print(table, soft_wrap=False)
    files = ", ".join(f"{n:,} {status}" for status, n in measured.files.items())
    console.print(f"\n{sum(measured.files.values()):,} files: {files}", highlight=False)
    if measured.errors:
        errors = ", ".join(f"{n:,} {reason}" for reason, n in measured.errors.items())
        console.print(f"{sum(measured.errors.values()):,} errors: {errors}", highlight=False)
    speed = measured.audio_seconds / measured.wall_seconds if measured.wall_seconds else 0
    console.print(
        f"{measured.audio_seconds / 3600:.3g} hours of audio in {measured.wall_seconds:,.0f} s "
        f"({speed:.1f}x real time), {len(published.audit.checks)} checks of the audit passed",
        highlight=False,
    )
    for job, model in measured.models.items():
        console.print(f"  {job}: {model}, {measured.model_seconds[job]:,.1f} s", highlight=False)
    where = f"{config.out.rstrip('/')}/current"
    console.print(f"\npublished: {where}/<table>/*.parquet", highlight=False, style="bold")
    if "transcripts" in measured.rows:
        query = f"duckdb -c \"SELECT text FROM '{where}/transcripts/*.parquet' LIMIT 5\""
        console.print(f"try: {query}", highlight=False)
