"""What a run over the demo corpus says, held against its truth."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jiwer
import numpy as np

from demo.corpus import FOLDER
from demo.train.data.sentences import spoken
from tests.pipelines.corpora import rows

MOODS = {"neutral": "neu", "happy": "hap", "angry": "ang", "sad": "sad"}
TABLES = ("recordings", "transcripts", "emotions", "sounds", "embeddings", "speakers")
COPY = "copy_of_code_007.wav"

Row = dict[str, Any]


@dataclass(frozen=True)
class Word:
    """A word of the truth beside what was found for it; times in ms."""

    said: str
    truth_ms: tuple[int, int]
    found_ms: tuple[int, int]


class Meaning:
    """The tables of a run beside the truth, file by file.

    Args:
        out: of a run over the demo corpus with all five jobs.
    """

    def __init__(self, out: Path) -> None:
        names = {row["recording_id"]: Path(row["uri"]).name for row in rows(out, "recordings")}
        self.tables = {table: self._by_file(rows(out, table), names) for table in TABLES}
        self.truth = self.read_truth()

    @staticmethod
    def read_truth() -> dict[str, list[dict[str, str]]]:
        """The rows of the truth by the file's name, as they stand there."""
        told: dict[str, list[dict[str, str]]] = defaultdict(list)
        with (FOLDER / "truth.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if Path(row["file"]).name != COPY:  # the same recording: its rows bear the other name
                    told[Path(row["file"]).name].append(row)
        return told

    @staticmethod
    def _by_file(found: list[Row], names: dict[str, str]) -> dict[str, list[Row]]:
        """In the order of time."""
        grouped: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(found, key=lambda row: row.get("start_ms", 0)):
            name = names[row["recording_id"]]
            grouped["code_007.wav" if name == COPY else name].append(row)
        return grouped

    def of_kind(self, kind: str) -> dict[str, list[dict[str, str]]]:
        """Rows of the truth by file, in the order of time."""
        found = {}
        for name, told in self.truth.items():
            if chosen := [row for row in told if row["kind"] == kind]:
                found[name] = sorted(chosen, key=lambda row: int(row["start_ms"]))
        return found

    @cached_property
    def texts(self) -> dict[str, tuple[str, str]]:
        """What is said in each file, and what was understood; words in lower case."""
        return {
            name: (
                " ".join(spoken(row["text_or_label"]) for row in told),
                " ".join(spoken(row["text"]) for row in self.tables["transcripts"][name]),
            )
            for name, told in self.of_kind("speech").items()
        }

    def word_error_rate(self, *names: str) -> float:
        """Over the files named."""
        truth, said = zip(*(self.texts[name] for name in names), strict=True)
        return float(jiwer.wer(list(truth), list(said)))

    @cached_property
    def words(self) -> list[Word]:
        """The words that were understood rightly, with their times."""
        found = []
        for name, told in self.of_kind("word").items():
            heard = [word for row in self.tables["transcripts"][name] for word in row["words"]]
            truth = " ".join(row["text_or_label"] for row in told)
            said = " ".join(word["word"].lower() for word in heard)
            for chunk in jiwer.process_words(truth, said).alignments[0]:
                if chunk.type == "equal":
                    for i in range(chunk.ref_end_idx - chunk.ref_start_idx):
                        row, word = told[chunk.ref_start_idx + i], heard[chunk.hyp_start_idx + i]
                        true = (int(row["start_ms"]), int(row["end_ms"]))
                        found.append(Word(row["text_or_label"], true, (word["start_ms"], word["end_ms"])))
        return found

    @cached_property
    def emotions(self) -> list[tuple[str, str, str]]:
        """Voice, label of the truth, label found; for each stretch that lies mostly in one sentence."""
        found = []
        for name, told in self.of_kind("speech").items():
            for row in self.tables["emotions"][name]:
                share, sentence = max(((_overlap(row, one), one) for one in told), key=lambda pair: pair[0])
                if share > 0.6 * (row["end_ms"] - row["start_ms"]):
                    found.append((sentence["voice"], MOODS[sentence["mood"]], row["label"]))
        return found

    @cached_property
    def speakers(self) -> tuple[np.ndarray, list[str]]:
        """Unit vectors [n, dimension] of the stretches that lie mostly in one sentence, and the voice of each."""
        vectors, voices = [], []
        for name, told in self.of_kind("speech").items():
            for row in self.tables["speakers"][name]:
                share, sentence = max(((_overlap(row, one), one) for one in told), key=lambda pair: pair[0])
                if share > 0.6 * (row["end_ms"] - row["start_ms"]):
                    vectors.append(row["embedding"])
                    voices.append(sentence["voice"])
        return np.array(vectors, np.float32), voices

    def windows(self, table: str, name: str) -> list[tuple[Row, list[str]]]:
        """The rows of a table of windows, each with what sounds in a second or more of it, the longest first."""
        found = []
        for row in self.tables[table][name]:
            heard: dict[str, int] = defaultdict(int)
            for one in self.truth[name]:
                if one["kind"] in ("speech", "music", "sound") and (shared := _overlap(row, one)) > 0:
                    heard[one["kind"] if one["kind"] != "sound" else one["text_or_label"]] += shared
            lasting = {what: ms for what, ms in heard.items() if ms >= 1000}
            found.append((row, sorted(lasting, key=lambda what: -lasting[what])))
        return found


def _overlap(row: Row, told: dict[str, str]) -> int:
    """How many milliseconds a row shares with a row of the truth."""
    return min(row["end_ms"], int(told["end_ms"])) - max(row["start_ms"], int(told["start_ms"]))
