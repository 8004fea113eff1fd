"""Which files are numbered as recorders number the parts of a take."""

from __future__ import annotations

import pytest

from transforms.beside.takes import Series, find_series


def found(*names: str) -> list[Series]:
    return list(find_series(f"/a/{name}" for name in names))


@pytest.mark.parametrize(
    "names",
    [
        ("ZOOM0001_01.WAV", "ZOOM0001_02.WAV", "ZOOM0001_03.WAV"),
        ("ZOOM0001-001.wav", "ZOOM0001-002.wav"),
        ("STE-000_00.wav", "STE-000_01.wav"),
        ("TX660_01.mp3", "TX660_02.mp3"),
        ("240131_1530_01.wav", "240131_1530_02.wav"),
        ("interview ZOOM0001_01.flac", "interview ZOOM0001_02.flac"),
        ("GX010123.MP4", "GX020123.MP4"),
        ("GOPR0123.MP4", "GP010123.MP4", "GP020123.MP4"),
        ("ZOOM0001.wav", "ZOOM0001_01.wav", "ZOOM0001_02.wav"),
    ],
)
def test_names_of_recorders(names: tuple[str, ...]) -> None:
    assert found(*reversed(names)) == [Series(tuple(f"/a/{name}" for name in names), True)]


@pytest.mark.parametrize(
    "names",
    [
        ("interview_01.wav", "interview_02.wav"),
        ("p225_001.wav", "p225_002.wav"),
        ("talk part 1.mp3", "talk part 2.mp3"),
        ("TASCAM_0001.wav", "TASCAM_0002.wav"),
        ("DJI_0001.MP4", "DJI_0002.MP4"),
    ],
)
def test_names_that_say_nothing_sure(names: tuple[str, ...]) -> None:
    assert found(*names) == [Series(tuple(f"/a/{name}" for name in names), False)]


@pytest.mark.parametrize(
    "names",
    [
        ("ZOOM0001.wav", "ZOOM0002.wav"),  # takes of their own
        ("GX010123.MP4", "GX010124.MP4"),
        ("ZOOM0001_01.wav", "ZOOM0001_02.mp3"),
        ("ZOOM0001_01.wav", "ZOOM0002_01.wav"),
        ("one.wav", "two.wav"),
        ("a_1.wav", "a_3.wav"),
        ("ZOOM0001_Tr1.wav", "ZOOM0001_Tr2.wav"),
        ("TASCAM_0001S12.wav", "TASCAM_0001S34.wav"),  # tracks, at the same time
    ],
)
def test_no_series(names: tuple[str, ...]) -> None:
    assert not [series for series in found(*names) if series.sure]


def test_what_is_missing() -> None:
    assert found("ZOOM0001_01.wav", "ZOOM0001_04.wav")[0].missing == (2, 3)
    assert found("ZOOM0001_02.wav", "ZOOM0001_03.wav")[0].missing == (1,)


def test_files_of_other_folders_are_of_other_series() -> None:
    assert not list(find_series(["/a/ZOOM0001_01.wav", "/b/ZOOM0001_02.wav"]))
