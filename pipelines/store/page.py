"""The page of a snapshot, for a person who was handed its folder and knows nothing of Earwitness.

Its head is what the library ``datasets`` of Hugging Face takes the tables from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipelines.checkpoints.demo import WHAT_IT_IS
from pipelines.store.licences import Model
from schemas.layout import DESCRIPTOR, PARQUET
from schemas.markdown import code, grid
from schemas.table import Table

TITLE = "Tables of an Earwitness corpus"
PERSONAL = """\
Recordings of people are personal data, and so are these tables. Names of files, your own columns and what was said are
in them; `speakers` holds voice vectors, with which a person can be recognised, and `spectrograms` can be turned back
into speech. Treat the folder as you treat the recordings. Do not use it to recognise people, and do not take an emotion
label for what a person felt. When a recording has to be forgotten, every copy of this folder has to be made again."""
READING = """\
A table points into another by columns of the same name: join them by these. Missing values are null. Times are whole
milliseconds from the start of the recording. A `label` and its `confidence` come from a model: the label is the most
similar of the classes that the model knows, and no statement about a person. Read one table at a time: a program that
takes the whole folder for one table stops at the files beside the tables."""


def page(
    tables: Mapping[str, Table],
    rows: Mapping[str, int],
    models: Sequence[Model],
    version: str,
    created: str,
    run_id: str,
) -> str:
    """The page, as Markdown with a head in YAML.

    Args:
        tables, rows: all that the snapshot has, and how many rows each has.
        version: of Earwitness.
        created: when the run began, as text of ISO 8601; empty where nobody knows.
    """
    made = f", made on {created[:10]} at {created[11:16]} UTC" if created else ""
    lines = [
        f"---\n{_head(tables)}---",
        f"# {TITLE}",
        "Audio recordings, turned into tables: what was said, and how voices and surroundings sound. Each folder here "
        f"is a table of Parquet files. Snapshot {run_id}{made}, by Earwitness {version}.",
        "## The tables",
        "\n".join(
            grid(
                ("table", "one row is", "rows", "key", "points into"),
                (_row(t, rows[t.name], tables) for t in tables.values()),
            )
        ),
        f"Every column is described in [{DESCRIPTOR}]({DESCRIPTOR}): type, unit, values, meaning.",
        READING,
        "## Open them",
        "Lines for a program that was started in this folder.",
        *_ways(tables, rows),
    ]
    if models:
        made_by = grid(("table", "made by", "rows", "licence of the checkpoint"), map(_model, models))
        lines += ["## Models", "\n".join(made_by)]
        if any(one.of_demo for one in models):
            lines.append(f"{WHAT_IT_IS[0].upper()}{WHAT_IT_IS[1:]}.")
    lines += ["## Licence and personal data", "Nobody has stated a licence of these tables themselves.", PERSONAL]
    return "\n\n".join(lines) + "\n"


def _head(tables: Iterable[str]) -> str:
    """YAML without anything that has to be quoted: names of tables are words."""
    configs = "".join(f"- config_name: {name}\n  data_files: {name}/*{PARQUET}\n" for name in tables)
    return f"pretty_name: {TITLE}\nlicense: unknown\nconfigs:\n{configs}"


def _row(table: Table, rows: int, tables: Mapping[str, Table]) -> Iterator[str]:
    yield f"`{table.name}`"
    yield table.row
    yield f"{rows:,}"
    yield code(table.key) or "none; rows may repeat"
    yield "; ".join(f"`{one.to}` by {code(one.columns)}" for one in table.references if one.to in tables)


def _model(one: Model) -> Iterator[str]:
    yield f"`{one.table}`"
    yield f"`{one.model}`"
    yield f"{one.rows:,}"
    yield one.terms


def _ways(tables: Mapping[str, Table], rows: Mapping[str, int]) -> Iterator[str]:
    """How to open a table that has rows, joined with the recordings where it can be."""
    named = [name for name in tables if rows[name]] or list(tables)
    name = next((one for one in ("transcripts", "sounds", "windows") if one in named), named[0])
    if name != "recordings" and "recordings" in tables and "recording_id" in tables[name].schema.names:
        asked = f"t.*, r.uri\nFROM '{name}/*{PARQUET}' AS t JOIN 'recordings/*{PARQUET}' AS r USING (recording_id)"
    else:
        asked = f"*\nFROM '{name}/*{PARQUET}'"
    yield "[DuckDB](https://duckdb.org), on the command line or as `duckdb.sql(...)` in Python:"
    yield f"```sql\nSELECT {asked}\nLIMIT 5;\n```"
    yield "Python, with pandas or with `datasets` of Hugging Face:"
    yield (
        f'```python\nimport pandas as pd\n\n{name} = pd.read_parquet("{name}")\n\n'
        f'import datasets\n\n{name} = datasets.load_dataset(".", "{name}", split="train")\n```'
    )
    yield "R, with the packages DBI and duckdb:"
    yield (
        f"```r\ndb <- DBI::dbConnect(duckdb::duckdb())\n"
        f"{name} <- DBI::dbGetQuery(db, \"SELECT * FROM '{name}/*{PARQUET}'\")\n```"
    )
