"""The user's own columns of one content that lies in several files, over real runs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.cli import PUBLISHED, main
from pipelines.store.own import files_with
from tests.pipelines.corpora import DEMO, publish, rows

SHEET = """\
file,station,aired,comment
kfm/0501.wav,KFM,2024-05-01,
rradio/0611.wav,RRadio,2024-06-11,twice
rradio/0612.wav,RRadio,2024-06-12,
tones.wav,KFM,2024-05-02,tones
"""


class Airings:
    """A spot that was aired three times on two stations, beside a recording that lies in one file."""

    def __init__(self, folder: Path) -> None:
        self.archive, self.out, self._sheet = folder / "archive", folder / "out", folder / "airings.csv"
        for name in ("kfm/0501.wav", "rradio/0611.wav", "rradio/0612.wav"):
            (self.archive / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(DEMO / "signals" / "yes.wav", self.archive / name)
        shutil.copy(DEMO / "signals" / "tones.wav", self.archive)

    def run(self, sheet: str | None = SHEET, named: list[Path] | None = None, **config: Any) -> tuple[int, int] | None:
        """How many files were taken up and skipped; None where there was nothing to do."""
        if sheet is not None:
            self._sheet.write_text(sheet)
            config["metadata"] = {"path": str(self._sheet), "types": {"aired": "date"} if "aired" in sheet else {}}
        done = publish(self.out, {}, named or [self.archive], tables=["segments"], **config)
        return done and (done.measured.inputs["taken"], done.measured.inputs["skipped"])

    def files(self, *names: str) -> dict[str, tuple[Any, ...]]:
        return {Path(row["uri"]).name: tuple(row.get(name) for name in names) for row in rows(self.out, "files")}

    def recordings(self, *names: str) -> dict[str, tuple[Any, ...]]:
        return {Path(row["uri"]).name: tuple(row.get(name) for name in names) for row in rows(self.out, "recordings")}


@pytest.fixture
def airings(tmp_path: Path) -> Airings:
    return Airings(tmp_path)


OF_FILES = {
    "0501.wav": ("KFM", date(2024, 5, 1), None),
    "0611.wav": ("RRadio", date(2024, 6, 11), "twice"),
    "0612.wav": ("RRadio", date(2024, 6, 12), None),
    "tones.wav": ("KFM", date(2024, 5, 2), "tones"),
}


def test_each_file_has_its_row_and_a_recording_what_all_agree_on(airings: Airings) -> None:
    assert airings.run() == (4, 0)
    assert airings.files("station", "aired", "comment") == OF_FILES
    assert airings.recordings("station", "aired", "comment") == {
        "0501.wav": (None, None, "twice"),
        "tones.wav": ("KFM", date(2024, 5, 2), "tones"),
    }
    assert airings.run() is None
    # Another sheet computes nothing; another station of one file parts what was one.
    same = SHEET.replace("KFM", "RRadio")
    assert airings.run(same) == (0, 4)
    assert airings.recordings("station", "aired")["0501.wav"] == ("RRadio", None)
    # What a run says nothing about stays: the sheet of one folder alone, a run without one, a pruned file.
    assert airings.run("file,station,aired,comment\n0501.wav,TV,,\n", [airings.archive / "kfm"]) == (0, 1)
    assert airings.files("station")["0501.wav"] == ("TV",)
    assert airings.files("station", "aired", "comment")["0611.wav"] == OF_FILES["0611.wav"]
    assert airings.run(None) is None
    (airings.archive / "kfm" / "0501.wav").unlink()
    assert airings.run(None, prune=True) == (0, 3)
    assert airings.recordings("station", "comment") == {
        "0611.wav": ("RRadio", "twice"),
        "tones.wav": ("RRadio", "tones"),
    }


def test_a_row_of_a_file_that_cannot_be_read_is_kept(airings: Airings) -> None:
    (airings.archive / "rradio" / "0613.wav").write_bytes(b"no sound" * 999)
    airings.run(SHEET + "0613.wav,RRadio,2024-06-13,broken\n")
    assert airings.files("status", "station", "aired")["0613.wav"] == ("failed", "RRadio", date(2024, 6, 13))
    assert airings.files("station", "aired", "comment").items() >= OF_FILES.items()


def test_forgetting_one_recording_leaves_the_columns_of_the_others(airings: Airings) -> None:
    airings.run()
    assert main(["forget", str(airings.out), str(airings.archive / "tones.wav"), "--yes"]) == PUBLISHED
    assert airings.files("station", "aired", "comment") == {k: v for k, v in OF_FILES.items() if k != "tones.wav"}
    assert airings.recordings("station", "comment") == {"0501.wav": (None, "twice")}


def of_before(out: Path, own: Mapping[str, Mapping[str, Any]]) -> None:
    """Make a corpus one of before: own columns in recordings alone, those of the first file."""
    (of_files,) = (out / "current" / "files").resolve().glob("*.parquet")
    table = pq.read_table(of_files)
    pq.write_table(table.drop_columns(["station", "aired", "comment"]), of_files)
    (of_recordings,) = (out / "current" / "recordings").resolve().glob("*.parquet")
    table = pq.read_table(of_recordings)
    names = [Path(uri).name for uri in table["uri"].to_pylist()]
    for name in ("station", "aired", "comment"):
        at = table.schema.get_field_index(name)
        field = table.schema.field(at)
        table = table.set_column(at, field, pa.array([own[one][name] for one in names], field.type))
    pq.write_table(table, of_recordings)


def test_a_corpus_of_before_is_filled_in_by_the_next_run_without_computing(airings: Airings) -> None:
    airings.run()
    first = {"station": "KFM", "aired": date(2024, 5, 1), "comment": None}
    tones = {"station": "KFM", "aired": date(2024, 5, 2), "comment": "tones"}
    of_before(airings.out, {"0501.wav": first, "tones.wav": tones})
    assert airings.run(None) == (0, 4)
    # Nobody knows any more what the sheet said of the others: no guess.
    assert airings.files("station", "aired") == {
        "0501.wav": ("KFM", date(2024, 5, 1)),
        "0611.wav": (None, None),
        "0612.wav": (None, None),
        "tones.wav": ("KFM", date(2024, 5, 2)),
    }
    assert airings.recordings("station")["0501.wav"] == ("KFM",)
    assert airings.run() == (0, 4)
    assert airings.files("station", "aired", "comment") == OF_FILES
    assert airings.recordings("station")["0501.wav"] == (None,)


def test_columns_of_another_type_now_and_columns_that_are_gone(airings: Airings) -> None:
    airings.run("file,station,aired\n0501.wav,7,2024-05-01\n")
    assert airings.run("file,year\n0501.wav,1999\n") == (0, 4)
    assert airings.files("year", "station")["0501.wav"] == ("1999", None)
    (airings.archive / "kfm").rename(airings.archive.parent / "away")
    airings._sheet.write_text("file,year\n0611.wav,2001\n")
    metadata = {"path": str(airings._sheet), "types": {"year": "int"}}
    publish(airings.out, {}, [airings.archive], tables=["segments"], metadata=metadata)
    assert airings.files("year") == {
        "0501.wav": (1999,),
        "0611.wav": (2001,),
        "0612.wav": (None,),
        "tones.wav": (None,),
    }


def test_names_that_files_have_already_stand_in_recordings_alone() -> None:
    """Of corpora whose own columns were named before ``files`` had any."""
    own = [pa.field("Status", pa.string()), pa.field("station", pa.string())]
    assert files_with(own).schema.names[-2:] == ["run_id", "station"]
