"""Mentions and their rates for people, on lines of a terminal's width."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from pipelines.console.numbers import clock
from pipelines.console.table import WIDTH, print_table
from pipelines.mentions.dimensions import dimensions_in
from pipelines.mentions.doubted import SIGN
from pipelines.statistics.intervals import ALIKE, FEWEST, NOTE
from pipelines.writing.scripts import between, clusters

SHOWN = 200
"""Mentions: nobody reads more, and the other formats have all."""
SHORT = 26
"""Letters of a file's name."""


def show_mentions(console: Console, mentions: pd.DataFrame) -> None:
    """Two lines each: where, by whom and how it sounds; then the words, the mention in bold."""
    width = console.width if console.is_terminal else WIDTH
    rows = _rows(mentions.head(SHOWN))
    heads = [_head(row) for row in rows]
    widths = [max((len(head[i]) for head in heads), default=0) for i in range(6)]
    several = mentions["phrase"].nunique() > 1
    last = ""
    for head, row in zip(heads, rows, strict=True):
        if several and row["phrase"] != last:
            last = row["phrase"]
            console.print(Text(last, style="bold underline"))
        cells = [cell.ljust(w) for cell, w in zip(head, widths, strict=True) if w]
        line = Text("  ".join(cells).rstrip(), style="dim")
        line.truncate(width, overflow="ellipsis")
        console.print(line)
        console.print(_in_context(row, width))
    if len(mentions) > SHOWN:
        console.print(
            f"the first {SHOWN:,} of {len(mentions):,}; --format csv, json or parquet has all of them", style="dim"
        )


def show_rates(console: Console, rates: pd.DataFrame) -> None:
    """A table for each phrase and column, and of emotions and dimensions: values, and their intervals in brackets."""
    dimensions = dimensions_in(rates.columns)
    labels = [name[2:-4] for name in rates.columns if name.startswith("d_") and name.endswith("_low")]
    voices = {
        "emotion there, less that of the rest of the recording:": [one for one in labels if one not in dimensions],
        "dimensions there, less those of the rest of the recording (on the model's own scale):": dimensions,
    }
    for phrase, by in dict.fromkeys(zip(rates["phrase"], rates["by"], strict=True)):
        those = rates[(rates["phrase"] == phrase) & (rates["by"] == by)]
        rows = _rows(those)
        named = by or "corpus"
        console.print(Text(f"{phrase}, by {by}" if by else phrase, style="bold"))
        groups = [_cut(str(row["group"]) if by else "all") for row in rows]
        often = [(_starred(name, row["small"]), *_often(row)) for name, row in zip(groups, rows, strict=True)]
        counted = [] if (those["counted"] == "recordings").all() else ["files"]
        heads = [named, "mentions", *counted, "recordings", "hours", "an hour", "in 1,000 words"]
        print_table(console, heads, often, repeated=1)
        for heading, named_so in voices.items():
            differences = [
                (
                    _starred(name, row["recordings_with"] < FEWEST),
                    *(_value(row, f"d_{label}", 2, "+") for label in named_so),
                )
                for name, row in zip(groups, rows, strict=True)
                if any(pd.notna(row[f"d_{label}"]) for label in named_so)
            ]
            if differences:
                console.print(heading, style="dim")
                print_table(console, [named, *named_so], differences, repeated=1)
        console.print()
    if (rates["recordings_with"] < FEWEST).any():
        console.print(f"* fewer than {FEWEST} recordings: too few to compare", style="dim")
    console.print(f"in brackets: {NOTE}.\n{ALIKE}", style="dim")


def _starred(group: str, is_small: bool) -> str:
    """A group with a star, behind its name, where it is too small to compare."""
    return f"{group} *" if is_small else group


def _often(row: dict[str, Any]) -> tuple[str, ...]:
    fuzzy = f" ({row['fuzzy']:,}~)" if row["fuzzy"] else ""
    within = [f"{row[f'{what}_with']:,} of {row[what]:,}" for what in dict.fromkeys((row["counted"], "recordings"))]
    rates = (_value(row, "per_hour", 1), _value(row, "per_1000_words", 2))
    return (f"{row['mentions']:,}{fuzzy}", *within, f"{row['hours']:,.2f}", *rates)


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _head(row: dict[str, Any]) -> tuple[str, ...]:
    name = _cut(PurePosixPath(row["file"]).name) + (f" (1 of {row['files']})" if row["files"] > 1 else "")
    channel = f" ch {row['channel']}" if row["channel"] and row["speaker_from"] != "channel" else ""
    near = f" ~{row['distance']}" if row["distance"] else ""
    emotion = ""
    if isinstance(label := row["emotion"], str):
        emotion = f"{label} {row[f'p_{label}']:.2f}"
        above = row[f"p_{label}"] - row[f"p_{label}_recording"]
        emotion += f" ({above:+.2f})" if pd.notna(above) else ""
    behind = ", ".join(f"{one['label']} {one['probability']:.2f}" for one in row["sounds"] or ())
    speaker = row["speaker"] if isinstance(row["speaker"], str) else ""
    doubt = f" {SIGN}" if row["doubtful"] else ""
    when = f"{clock(row['start_ms'])}{channel}{near}{doubt}"
    return name, when, _cut(speaker), emotion, _dimensions(row), behind


def _dimensions(row: dict[str, Any]) -> str:
    """How far each lies from the rest of the recording: the number itself says little."""
    above = {name: row[name] - row[f"{name}_recording"] for name in dimensions_in(row)}
    return " ".join(f"{name} {value:+.2f}" for name, value in above.items() if pd.notna(value))


def _in_context(row: dict[str, Any], width: int) -> Text:
    """The mention in its context, cut at both ends to the width."""
    room = max(0, width - cell_len(row["text"]) - 4)
    left, right = row["before"], row["after"]
    if cell_len(left) + cell_len(right) > room:
        of_left = min(cell_len(left), max(room // 2, room - cell_len(right)))
        left = _end(left, of_left)
        right = _begin(right, room - cell_len(left))
    line = Text("  ")
    line.append(left + between(left, row["text"]))
    line.append(row["text"], style="bold reverse")
    line.append(between(row["text"], right) + right)
    return line


def _end(text: str, n: int) -> str:
    """The last ``n`` columns of a text; no letter is torn."""
    if cell_len(text) <= n:
        return text
    return f"…{''.join(reversed(_fitting(clusters(text)[::-1], n - 1)))}" if n > 1 else ""


def _begin(text: str, n: int) -> str:
    if cell_len(text) <= n:
        return text
    return f"{''.join(_fitting(clusters(text), n - 1))}…" if n > 1 else ""


def _fitting(letters: Sequence[str], n: int) -> list[str]:
    widths = accumulate(map(cell_len, letters))
    return [letter for letter, width in zip(letters, widths, strict=True) if width <= n]


def _cut(text: str) -> str:
    return _begin(" ".join(text.split()), SHORT)


def _value(row: dict[str, Any], name: str, digits: int, sign: str = "") -> str:
    if pd.isna(row[name]):
        return "-"
    shown = f"{row[name]:{sign},.{digits}f}"
    if pd.isna(row[f"{name}_low"]):
        return shown
    return f"{shown} [{row[f'{name}_low']:{sign},.{digits}f}, {row[f'{name}_high']:{sign},.{digits}f}]"
