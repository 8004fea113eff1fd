"""What several recognisers made of the same files, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.measure import rates, ratios, spread
from benchmarks.report import Cell, Table
from benchmarks.served import Served
from benchmarks.talk import Spoken
from benchmarks.word_errors import Timed, distances, error_rate, median_ms, near, timed_words, words_of

COLUMNS = (
    "recogniser",
    "x",
    "times {}",
    "core s",
    "WER, %",
    "WER normalised, %",
    "starts within 60 ms, %",
    "median later, ms",
    "within 60 ms of the first row, %",
    "peak GB",
)


@dataclass(frozen=True)
class Heard:
    """What a recogniser made of files.

    Attributes:
        seconds, core_seconds: that it took.
        texts: a text a file.
        words: of each file the words with their starts.
        peak_bytes: the most memory of its process so far; None where the system does not say.
    """

    seconds: float
    core_seconds: float
    texts: list[str]
    words: list[list[Timed]]
    peak_bytes: int | None


def hear(one: Served, files: Sequence[Spoken], group_seconds: float | None) -> Heard:
    """Have a recogniser in its process hear files.

    Args:
        group_seconds: audio that ours gathers at most before the model is called; None for as much as a run does.
    """
    told = one.ask(paths=[str(file.path) for file in files], group_seconds=group_seconds)
    said = told["said"]
    words = [timed_words(file["words"]) for file in said]
    texts = [file["text"] for file in said]
    return Heard(told["seconds"], told["core_seconds"], texts, words, one.peak_bytes)


def table_of(
    title: str, files: Sequence[Spoken], took: Mapping[str, list[Heard]], base: str, normalised: Callable[[str], str]
) -> Table:
    """A row for each recogniser, with what it gave in each round.

    Args:
        took: by the name of the recogniser.
        base: the one whose speed is 1; where it is missing there are no ratios.
        normalised: what is done to texts for the second word error rate.
    """
    seconds = sum(file.seconds for file in files)
    walls = {name: [one.seconds for one in rounds] for name, rounds in took.items()}
    texts = [file.text for file in files]
    truth = [list(zip(words_of(file.text), file.starts, strict=True)) for file in files]
    reference = next(iter(took.values()))[0]
    rows: list[tuple[Cell, ...]] = []
    for name, rounds in took.items():
        first = rounds[0]
        apart = _apart(truth, first.words)
        peak = rounds[-1].peak_bytes
        rows.append(
            (
                name,
                rates(seconds, walls[name]),
                ratios(walls[base], walls[name]) if base in walls else None,
                spread([one.core_seconds for one in rounds]),
                100 * error_rate(texts, first.texts),
                100 * error_rate(texts, first.texts, normalised),
                near(apart),
                median_ms(apart),
                None if first is reference else near(_apart(reference.words, first.words)),
                None if peak is None else peak / 1e9,
            )
        )
    return Table(
        f"Whisper: {title} ({seconds:.0f} s in {len(files)} {'file' if len(files) == 1 else 'files'})",
        tuple(name.format(base) for name in COLUMNS),
        tuple(rows),
    )


def _apart(truth: Sequence[Sequence[Timed]], said: Sequence[Sequence[Timed]]) -> list[float]:
    """Of all words of all files how much later they start."""
    return [gap for one, other in zip(truth, said, strict=True) for gap in distances(one, other)]
