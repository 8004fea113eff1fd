"""Parts of one take become one recording with one clock, if that is asked for; and what is no take stays apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from pipelines.run.takes import FULL_BYTES, Header, joined_with
from pipelines.store.forget import forget
from schemas.records import Source
from tests.pipelines.corpora import rows
from tests.pipelines.run.test_increment import Archive
from transforms.decode.audio import Format, open_audio
from transforms.decode.facts import Facts

HOUR = Format("wav", "pcm_s16", 48_000, 2, 1800.0)


def joined(*names: str, **headers: Header | None) -> tuple[list[list[str]], list[str]]:
    """The names in each recording, and what is told."""
    sources = [Source(f"/a/{name}", f"/a/{name}", 1000, 1) for name in names]
    plain = Header(HOUR, Facts(), 1000)
    found, told = joined_with(sources, lambda source: headers.get(Path(source.path).stem, plain))
    return [[Path(file.path).stem for file in source.files] for source in found], list(told)


def at(ms: int | None, size: int = 1000, format: Format = HOUR) -> Header:
    return Header(format, Facts(recorder_timecode_ms=ms), size)


def test_parts_of_a_recorder_are_joined_and_others_stay_where_they_are() -> None:
    assert joined("ZOOM0001_01.wav", "ZOOM0001_02.wav", "other.wav") == (
        [["ZOOM0001_01", "ZOOM0001_02"], ["other"]],
        ["joined: ZOOM0001_01.wav + ZOOM0001_02.wav as one recording"],
    )


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"ZOOM0001_02": None}, "one of them cannot be read"),
        (
            {"ZOOM0001_02": at(None, format=Format("wav", "pcm_s16", 44_100, 1, 9.0))},
            "pcm_s16 at 48,000 Hz with 2 channels and pcm_s16 at 44,100 Hz with 1 channel",
        ),
        ({"ZOOM0001_01": at(1000), "ZOOM0001_02": at(1_813_000)}, "a gap of 12.0 s by their time references"),
        ({"ZOOM0001_01": at(1000), "ZOOM0001_02": at(1_800_000)}, "an overlap of 1.0 s by their time references"),
    ],
)
def test_why_they_are_not_joined_is_told(headers: dict[str, Header], told: str) -> None:
    files, lines = joined("ZOOM0001_01.wav", "ZOOM0001_02.wav", **headers)
    assert files == [["ZOOM0001_01"], ["ZOOM0001_02"]]
    assert lines == [f"not joined: ZOOM0001_01.wav + ZOOM0001_02.wav: {told}"]


def test_a_part_that_is_missing() -> None:
    files, lines = joined("ZOOM0001_01.wav", "ZOOM0001_03.wav")
    assert len(files) == 2
    assert lines == ["not joined: ZOOM0001_01.wav + ZOOM0001_03.wav: part 2 is not there"]


def test_numbers_of_other_peoples_making_need_a_sign() -> None:
    names = ("interview_01.wav", "interview_02.wav", "interview_03.wav")
    assert joined(*names) == ([["interview_01"], ["interview_02"], ["interview_03"]], [])
    full = {"interview_01": at(None, FULL_BYTES)}
    assert joined(*names, **full)[0] == [["interview_01", "interview_02"], ["interview_03"]]
    follow = {"interview_02": at(500), "interview_03": at(1_800_520)}
    assert joined(*names, **follow)[0] == [["interview_01"], ["interview_02", "interview_03"]]


def test_a_take_over_midnight_goes_on() -> None:
    headers = {"ZOOM0001_01": at(86_000_000), "ZOOM0001_02": at(1_400_000)}
    assert joined("ZOOM0001_01.wav", "ZOOM0001_02.wav", **headers)[0] == [["ZOOM0001_01", "ZOOM0001_02"]]


# A corpus


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Speech cut at 1.3 s, within a word, and a file that has nothing to do with it."""
    archive = Archive(tmp_path, {}, fill=False)
    archive.add("signals/tones.wav")
    samples, rate = soundfile.read(archive.add("digits/code_007.wav", to="whole.wav"), dtype="int16")
    (archive.folder / "whole.wav").rename(tmp_path / "whole.wav")
    cut = int(1.3 * rate)
    soundfile.write(archive.folder / "ZOOM0001_01.wav", samples[:cut], rate)
    soundfile.write(archive.folder / "ZOOM0001_02.wav", samples[cut:], rate)
    return archive


def of_takes(archive: Archive) -> dict[str, tuple[int | None, str]]:
    return {Path(row["uri"]).name: (row["part"], row["recording_id"]) for row in rows(archive.out, "files")}


def test_the_samples_go_on_at_the_seam(archive: Archive) -> None:
    paths = tuple(str(archive.folder / f"ZOOM0001_0{n}.wav") for n in (1, 2))
    with open_audio(paths) as audio:
        samples = np.concatenate(list(audio.blocks()))
    assert audio.problems == []
    assert audio.format.seconds == pytest.approx(len(samples) / audio.format.sample_rate_hz)
    assert np.array_equal(samples[:, 0], soundfile.read(archive.folder.parent / "whole.wav", dtype="float32")[0])


def without_names(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.endswith("_id") and name != "uri"}


def test_one_recording_with_one_clock(archive: Archive) -> None:
    assert archive.inputs(join_parts=True) == (3, 0)
    files = of_takes(archive)
    assert [files[f"ZOOM0001_0{n}.wav"][0] for n in (1, 2)] == [1, 2]
    key = files["ZOOM0001_01.wav"][1]
    assert key == files["ZOOM0001_02.wav"][1]
    assert files["tones.wav"][0] is None
    parts = {name: rows(archive.out, name) for name in ("recordings", "segments", "windows")}
    whole = Archive(archive.folder.parent / "w", {}, fill=False)
    whole.folder.mkdir(parents=True)
    (archive.folder.parent / "whole.wav").rename(whole.folder / "whole.wav")
    whole.night()
    for name, found in parts.items():
        mine = [without_names(row) for row in found if row["recording_id"] == key]
        assert mine == [without_names(row) for row in rows(whole.out, name)]
    assert archive.night(join_parts=True) is None


def test_joined_later_and_taken_apart_again(archive: Archive) -> None:
    archive.night()
    assert {part for part, _ in of_takes(archive).values()} == {None}
    assert archive.inputs(join_parts=True) == (2, 1)
    archive.assert_as_from_scratch(join_parts=True)
    assert archive.inputs() == (2, 1)
    archive.assert_as_from_scratch()


def grow(path: Path) -> None:
    """A recorder goes on; zeros alone would be no sound, and the recording the same."""
    samples, rate = soundfile.read(path, dtype="int16")
    soundfile.write(path, np.concatenate([samples, samples[:1600]]), rate)


@pytest.mark.parametrize("change", [grow, Path.unlink])
def test_a_part_that_changes_or_goes(archive: Archive, change: Callable[[Path], None]) -> None:
    archive.night(join_parts=True)
    before = of_takes(archive)["ZOOM0001_01.wav"][1]
    change(archive.folder / "ZOOM0001_02.wav")
    archive.night(join_parts=True, prune=True)
    assert of_takes(archive)["ZOOM0001_01.wav"][1] != before
    archive.assert_as_from_scratch(join_parts=True)


def test_other_tables_are_made_of_the_whole_take(archive: Archive) -> None:
    archive.night(join_parts=True, tables=["windows"])
    assert archive.inputs(join_parts=True) == (3, 0)
    archive.assert_as_from_scratch(join_parts=True)


def test_what_is_broken_in_a_part_is_told_with_its_name(archive: Archive) -> None:
    path = archive.folder / "ZOOM0001_02.wav"
    path.write_bytes(path.read_bytes()[:-20_000])
    archive.night(join_parts=True)
    told = {Path(row["uri"]).name: row["message"] for row in rows(archive.out, "errors")}
    assert told.keys() == {"ZOOM0001_01.wav", "ZOOM0001_02.wav"}
    assert all(message.startswith("ZOOM0001_02.wav: ") for message in told.values())


def test_a_part_that_was_forgotten_does_not_come_back_in_a_take(archive: Archive) -> None:
    archive.night()
    forget(archive.out, [of_takes(archive)["ZOOM0001_02.wav"][1]])
    (archive.folder / "ZOOM0001_02.wav").rename(archive.folder / "ZOOM0002_02.wav")
    (archive.folder / "ZOOM0001_01.wav").rename(archive.folder / "ZOOM0002_01.wav")
    archive.night(join_parts=True)
    assert "ZOOM0002_02.wav" not in of_takes(archive)


def test_to_forget_a_part_is_to_forget_the_take(archive: Archive) -> None:
    archive.night(join_parts=True)
    forget(archive.out, [str(archive.folder / "ZOOM0001_02.wav")])
    assert of_takes(archive).keys() == {"tones.wav"}
    for join in (True, False):
        archive.night(join_parts=join)
        assert of_takes(archive).keys() == {"tones.wav"}
