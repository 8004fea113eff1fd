"""A coded sample stays good where the archive gets other tags or becomes FLAC: identity is the sound's."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
import soundfile

from pipelines.cli import PUBLISHED, main
from tests.pipelines.corpora import DEMO, rows

CODED = ("segments", "transcripts", "emotions")
Captured = pytest.CaptureFixture[str]


def code(sheet: Path) -> None:
    """Fill it in: every other row as the machine has it."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    emotions = sorted({row["machine_emotion"] for row in found})
    for i, row in enumerate(found):
        row["ana_transcript"] = row["machine_transcript"] if i % 2 else "seven"
        row["ana_emotion"] = row["machine_emotion"] if i % 2 else emotions[0]
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)


def retag(path: Path) -> None:
    """The same samples with another title in a FLAC file, or a bext chunk in a WAV file."""
    if path.suffix == ".wav":
        whole = path.read_bytes()
        at = whole.index(b"data")
        chunk = b"bext" + (602).to_bytes(4, "little") + b"sSCENE=3".ljust(602, b"\0")
        size = len(whole) - 8 + len(chunk)
        path.write_bytes(whole[:4] + size.to_bytes(4, "little") + whole[8:at] + chunk + whole[at:])
        return
    found, rate = soundfile.read(path, dtype="int16")
    with soundfile.SoundFile(path, "w", rate, 1 if found.ndim == 1 else found.shape[1], "PCM_16") as file:
        file.title = "another"
        file.write(found)


def inodes(out: Path) -> set[int]:
    """Of the files of the tables that models and ears make: a run that computes none links them."""
    return {path.stat().st_ino for table in CODED for path in (out / "current" / table).glob("*.parquet")}


def test_a_retagged_archive_has_the_figures_of_its_coders(
    demo_models: dict[str, Path], tmp_path: Path, capfd: Captured
) -> None:
    archive, out, sheet = tmp_path / "archive", tmp_path / "out", tmp_path / "sheet.csv"
    archive.mkdir()
    for name in ("code_007.wav", "code_012.wav", "code_031.flac"):
        shutil.copy(DEMO / "digits" / name, archive)
    models = [word for job in ("transcripts", "emotions") for word in ("--model", f"{job}={demo_models[job]}")]
    words = ["run", str(archive), "--out", str(out), "--tables", ",".join(CODED), *models]
    assert main(words) == PUBLISHED
    assert main(["sample", str(out), "--to", str(sheet), "--coders", "ana"]) == PUBLISHED
    code(sheet)
    capfd.readouterr()
    assert main(["agree", str(out), str(sheet)]) == PUBLISHED
    figures = capfd.readouterr()
    before, made = {table: rows(out, table) for table in CODED}, inodes(out)
    contents = {path: path.read_bytes() for path in archive.iterdir()}

    retag(archive / "code_007.wav")
    retag(archive / "code_031.flac")
    soundfile.write(archive / "code_012.flac", *soundfile.read(archive / "code_012.wav", dtype="int16"))
    (archive / "code_012.wav").unlink()
    assert all(path.read_bytes() != contents.get(path) for path in archive.iterdir())

    assert main([*words, "--prune"]) == PUBLISHED
    assert {Path(row["uri"]).name for row in rows(out, "files")} == {path.name for path in archive.iterdir()}
    assert inodes(out) == made
    assert {table: rows(out, table) for table in CODED} == before
    capfd.readouterr()
    assert main(["agree", str(out), str(sheet)]) == PUBLISHED
    again = capfd.readouterr()
    assert again.out == figures.out
    for told in (figures.err, again.err):
        assert told.startswith("kept for `earwitness methods`")
        assert told.count("\n") == 1, "no doubt is told"
