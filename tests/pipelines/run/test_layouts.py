"""What a person is told of datasets in the layouts of others, and that the commands do what they say."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

from pipelines.run.passed_over import notes_on
from pipelines.run.prepare import prepare
from schemas.config import Config
from schemas.errors import UsageError
from transforms.discover import discover


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with two recordings away from the dataset."""
    monkeypatch.chdir(tmp_path)
    for n, name in enumerate(("a", "b")):
        (tmp_path / "disk").mkdir(exist_ok=True)
        soundfile.write(tmp_path / "disk" / f"{name}.wav", np.full(80, n / 2), 8000)
    (tmp_path / "set").mkdir()
    return tmp_path


def told(*patterns: str) -> str:
    (note,) = notes_on(discover(patterns))
    return note


def run(command: str) -> str:
    """What a shell prints of a command that stands in a note, with ``earwitness run`` printing its words by lines."""
    shown = f"earwitness() {{ printf '%s\\n' \"$@\"; }}\npython() {{ '{sys.executable}' \"$@\"; }}\n{command}"
    done = subprocess.run(["bash", "-c", shown], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def command_of(note: str) -> str:
    return re.split(r": (?=earwitness|mkdir|awk|sed|python)", note, maxsplit=1)[1].partition("; for --metadata: ")[0]


def both(folder: Path) -> list[str]:
    return [str(folder / "disk" / f"{name}.wav") for name in "ab"]


def test_kaldi(data: Path) -> None:
    (data / "set" / "wav.scp").write_text("".join(f"r{n} {path}\n" for n, path in enumerate(both(data))))
    note = told("set")
    assert note == (
        "set/wav.scp is a list of Kaldi: its recordings are read where they lie: "
        "earwitness run $(awk '{print $2}' set/wav.scp) --out OUT"
    )
    assert run(command_of(note)).split() == ["run", *both(data), "--out", "OUT"]
    assert next(iter(notes_on(discover(["set", "disk"])))) == (
        "set/wav.scp is a list of Kaldi: recordings that it lists are read"
    )


def test_kaldi_with_blanks_beside_the_list(data: Path) -> None:
    os.rename(data / "disk", data / "set" / "my disk")
    (data / "set" / "wav.scp").write_text("r1 my disk/a.wav\nr2 my disk/b.wav\n")
    command = command_of(told("set/wav.scp")).replace("earwitness", "printf '%s\\n'")
    assert run(command).splitlines() == ["run", "--out", "OUT", "set/my disk/a.wav", "set/my disk/b.wav"]


def test_kaldi_with_commands(data: Path) -> None:
    (data / "set" / "wav.scp").write_text("".join(f"r{n} cat {path} |\n" for n, path in enumerate(both(data))))
    note = told("set")
    assert "whose lines are commands: look at the commands" in note
    run(command_of(note))
    assert (data / "recordings" / "r1.wav").read_bytes() == Path(both(data)[1]).read_bytes()


@pytest.mark.parametrize("name", ["manifest.json", "my 'own'.jsonl.gz"])
def test_manifests(data: Path, name: str) -> None:
    lines = [{"audio_filepath": f"../disk/{n}.wav", "text": "one, two", "duration": 0.01} for n in "ab"]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    (data / "set" / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    note = told("set")
    assert " is a manifest, as of NeMo: " in note
    assert run(command_of(note)).split() == ["run", "set/../disk/a.wav", "set/../disk/b.wav", "--out", "OUT"]
    run(note.partition("; for --metadata: ")[2])
    with open("metadata.csv", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == ["one, two"] * 2
    sheet = next(iter(notes_on(discover(["set", "disk"]))))
    assert ": recordings that it lists are read; for --metadata: python -c " in sheet


def test_what_a_list_leads_to_may_be_away(data: Path) -> None:
    (data / "set" / "m.jsonl").write_text('{"audio_filepath": "/away/a.wav"}\n')
    assert "read where they lie (the first, /away/a.wav, is not there): earwitness run" in told("set")
    (data / "set" / "m.jsonl").write_text('{"audio_filepath": "s3://bucket/a.wav"}\n')
    assert "lie elsewhere (s3://bucket/a.wav): download them, and name their folder" in told("set")


def test_lhotse(data: Path) -> None:
    recordings = [
        {"id": path, "sources": [{"type": "file", "channels": [0], "source": path}], "sampling_rate": 8000}
        for path in both(data)
    ]
    cuts = [{"id": "c" + one["id"], "recording": one} for one in recordings]
    for name, lines in (("recordings", recordings), ("cuts", cuts)):
        with gzip.open(data / "set" / f"{name}.jsonl.gz", "wt") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        note = told(f"set/{name}.jsonl.gz")
        assert f"set/{name}.jsonl.gz is a manifest of lhotse: its recordings are read where they lie: " in note
        assert run(command_of(note)).split() == ["run", *both(data), "--out", "OUT"]
    assert "set/cuts.jsonl.gz is a manifest of lhotse (1 more like it): " in told("set")


@pytest.mark.parametrize("files", [1, 2])
@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_audio_inside(data: Path, suffix: str, files: int) -> None:
    sounds = [Path(path).read_bytes() for path in both(data)]
    audio = [{"bytes": sound, "path": "same.wav"} for sound in sounds] + [None, {"bytes": None, "path": "x.wav"}]
    table = pa.table({"audio": audio, "text": list("abcd")})
    for n in range(files):
        path = str(data / "set" / f"train-{n}.{suffix}")
        if suffix == "parquet":
            pq.write_table(table, path)
        else:
            with pa.OSFile(path, "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
                stream.write_table(table)
    note = told("set")
    assert note.startswith(f"set/train-0.{suffix} is ")
    assert "with audio inside" in note
    run(command_of(note))
    written = sorted((data / "recordings").iterdir())
    assert [path.name for path in written] == ["0-same.wav", "1-same.wav", "4-same.wav", "5-same.wav"][: 2 * files]
    assert [path.read_bytes() for path in written] == sounds * files


def test_a_column_of_bytes(data: Path) -> None:
    sounds = [Path(path).read_bytes() for path in both(data)]
    pq.write_table(pa.table({"wav": sounds}), data / "set" / "train.parquet")
    run(command_of(told("set")))
    assert (data / "recordings" / "1").read_bytes() == sounds[1]


@pytest.mark.parametrize("files", [1, 2])
def test_webdataset(data: Path, files: int) -> None:
    for n in range(files):
        with tarfile.open(data / "set" / f"train-{n}.tar", "w") as tar:
            tar.add(both(data)[n], f"{n}.wav")
            member = tarfile.TarInfo(f"{n}.json")
            tar.addfile(member, io.BytesIO())
    note = told("set")
    assert "set/train-0.tar is a tar of WebDataset" in note
    run(command_of(note))
    names = ["0.json", "0.wav", "1.json", "1.wav"][: 2 * files]
    assert sorted(path.name for path in (data / "recordings").iterdir()) == names


def test_a_run_over_nothing_else_says_how_to_go_on(data: Path) -> None:
    (data / "set" / "wav.scp").write_text(f"a {both(data)[0]}\n")
    with pytest.raises(UsageError, match=r"no recordings: .*; set/wav\.scp is a list of Kaldi: .*awk"):
        prepare(Config(recordings=("set/wav.scp",), out="out"))
