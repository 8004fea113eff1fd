"""Odd and broken files: each ends as rows or as a row of errors with the right reason, and harms nothing else."""

from __future__ import annotations

import os
import struct
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipelines.cli import PUBLISHED, main
from schemas.reasons import Reason
from tests.pipelines.corpora import publish, rows
from transforms.discover import discover

RATE = 16_000
PCM, FLOAT = 1, 3


def wav(
    samples: np.ndarray, rate: int = RATE, channels: int = 1, kind: int = PCM, promised: int | None = None
) -> bytes:
    """A WAV file whose header says whatever it is told to."""
    content, bits = samples.tobytes(), 8 * samples.itemsize
    frame = channels * samples.itemsize
    header = struct.pack("<HHIIHH", kind, channels, rate, (rate * frame) % 2**32, frame % 2**16, bits)
    data = len(content) if promised is None else promised
    return b"".join(
        (
            b"RIFF" + struct.pack("<I", 36 + len(content)) + b"WAVEfmt " + struct.pack("<I", 16) + header,
            b"data" + struct.pack("<I", data) + content,
        )
    )


def oddities() -> dict[bytes, tuple[bytes, str, set[str]]]:
    """By name: what the file holds, and the status and the reasons that it should end with."""
    dice = np.random.default_rng(5)

    def noise(n: int) -> np.ndarray:
        return (dice.standard_normal(n) * 3000).astype("<i2")

    def floats(*bad: float) -> np.ndarray:
        found = (dice.standard_normal(RATE) * 0.1).astype("<f4")
        found[100 : 100 + len(bad)] = bad
        return found

    whole = wav(noise(RATE))
    complete: tuple[str, set[str]] = ("complete", set())
    found: dict[bytes, tuple[bytes, str, set[str]]] = {
        b"1_hz.wav": (wav(noise(20), rate=1), "failed", {"bad_rate"}),
        b"1_mhz.wav": (wav(noise(500_000), rate=1_000_000), *complete),
        b"0_hz.wav": (wav(noise(2000), rate=0), "failed", {"undecodable"}),
        b"4_ghz.wav": (wav(noise(2000), rate=2**32 - 1), "failed", {"undecodable"}),
        b"0_channels.wav": (wav(noise(2000), channels=0), "failed", {"undecodable"}),
        b"64_channels.wav": (wav(noise(64 * 8000), channels=64), *complete),
        b"1024_channels.wav": (wav(noise(1024 * 8000), channels=1024), *complete),
        b"65535_channels.wav": (wav(noise(65_535), channels=65_535), "failed", {"undecodable"}),
        b"nan_and_infinite.wav": (wav(floats(np.nan, np.inf, -np.inf), kind=FLOAT), "partial", {"non_finite"}),
        b"nothing_but_nan.wav": (wav(np.full(RATE, np.nan, "<f4"), kind=FLOAT), "partial", {"non_finite"}),
        b"3e38.wav": (wav(np.full(RATE, 3e38, "<f4"), kind=FLOAT), "partial", {"non_finite"}),
        b"1e300.wav": (wav(np.full(RATE, 1e300, "<f8"), kind=FLOAT), "partial", {"non_finite"}),
        b"unscaled.wav": (wav(floats() * np.float32(2**31), kind=FLOAT), *complete),
        b"denormal.wav": (wav(np.full(RATE, 1e-42, "<f4"), kind=FLOAT), *complete),
        b"constant.wav": (wav(np.full(RATE, 32_000, "<i2")), *complete),
        b"silence.wav": (wav(np.zeros(RATE, "<i2")), *complete),
        b"ten_hours.wav": (wav(noise(RATE), promised=2 * RATE * 36_000), "partial", {"truncated"}),
        b"10_ms.wav": (wav(noise(RATE // 100)), *complete),
        b"one_sample.wav": (wav(noise(1)), *complete),
        b"no_sample.wav": (wav(noise(0)), "no_audio", {"zero_samples"}),
        b"no_byte.wav": (b"", "failed", {"empty_file"}),
        b"cut.wav": (whole[: len(whole) // 2], "partial", {"truncated"}),
        b"cut_header.wav": (whole[:20], "failed", {"undecodable"}),
        b"playlist.wav": (b"#EXTM3U\n#EXTINF:1,\nsilence.wav\n", "failed", {"undecodable"}),
        b"other_files.wav": (b"ffconcat version 1.0\nfile 'silence.wav'\n", "failed", {"undecodable"}),
    }
    for name in (b"new\nline.wav", b"not \xff\xfe text.wav", b"-dash.wav", b"[1]*?.wav", b"\x1b[31m.wav", b"x=3.wav"):
        found[name] = (wav(noise(RATE)), *complete)
    return found


def hour_of_silence(path: Path) -> None:
    soundfile.write(path, np.zeros(3_600_000, np.int16), 1_000)


def special(folder: Path) -> dict[str, tuple[str, set[str]]]:
    """Make what is no regular file, or cannot be read; by name, what it should end with."""
    os.mkfifo(folder / "pipe.wav")
    (folder / "loop.wav").symlink_to("pool.wav")
    (folder / "pool.wav").symlink_to("loop.wav")
    (folder / "dangling.wav").symlink_to("nowhere.wav")
    (folder / "device.wav").symlink_to("/dev/zero")
    (folder / "self").symlink_to(".")
    found = {
        **dict.fromkeys(("pipe.wav", "loop.wav", "pool.wav", "device.wav"), ("failed", {"not_a_file"})),
        "dangling.wav": ("failed", {"not_found"}),
    }
    if os.geteuid():  # root may read everything
        (folder / "locked.wav").write_bytes(wav(np.ones(RATE, "<i2")))
        (folder / "locked.wav").chmod(0)
        found["locked.wav"] = "failed", {"unreadable"}
    return found


def test_made_up_ones(tmp_path: Path) -> None:
    folder, out = tmp_path / "odd", tmp_path / "out"
    folder.mkdir()
    expected = {}
    for name, (content, *ends) in oddities().items():
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(content)
        expected[name.decode("utf-8", "backslashreplace")] = tuple(ends)
    hour_of_silence(folder / "hour.flac")
    expected["hour.flac"] = ("partial", {"too_long"})
    expected |= special(folder)
    publish(out, {}, [folder], tables=["windows", "frames", "spectrograms", "prosody"], max_hours=0.01)
    assert ends_of(out, f"{folder}/") == expected


def ends_of(out: Path, prefix: str) -> dict[str, tuple[str, set[str]]]:
    """The status of each file and the reasons of its errors, by what follows ``prefix`` in its URI."""
    reasons: dict[str, set[str]] = {}
    for row in rows(out, "errors"):
        reasons.setdefault(row["uri"], set()).add(row["reason"])
    files: Iterable[Mapping] = rows(out, "files")
    return {r["uri"].removeprefix(prefix): (r["status"], reasons.get(r["uri"], set())) for r in files}


@pytest.mark.soak
def test_hundreds_of_files_out_of_the_test_suites_of_others(
    shared_audio: Path, demo_models: dict[str, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    odd, out = shared_audio / "odd", tmp_path / "out"
    models = [f"--model={job}={folder}" for job, folder in demo_models.items()]
    assert main(["run", str(odd), "--out", str(out), *models]) == PUBLISHED
    told = capfd.readouterr()
    assert "Traceback" not in told.err + told.out
    on_disk = [path for path in odd.rglob("*") if path.is_file()]
    passed_over = discover([str(odd)]).passed_over.kinds()
    ends = ends_of(out, "")
    assert len(on_disk) == len(ends) + passed_over.total()
    assert all(f"{kind} {n:,}" in told.err for kind, n in passed_over.most_common(8))
    recordings = {row["recording_id"] for row in rows(out, "recordings")}
    for row in rows(out, "files"):
        assert (row["recording_id"] in recordings) == (row["status"] in ("complete", "partial"))
        assert row["status"] == "complete" or ends[row["uri"]][1], row["uri"]
    given = Counter(reason for _, reasons in ends.values() for reason in reasons)
    assert Reason.INTERNAL.value not in given
    assert Reason.DECODER_HUNG.value not in given
    print(Counter(status for status, _ in ends.values()), given)
