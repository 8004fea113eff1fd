"""The command: its files read back and held against the tables, and what it refuses."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import webvtt
from praatio import textgrid

from pipelines.cli import FAILED, PUBLISHED, WRONG_USE, main
from pipelines.export import vtt
from pipelines.export.speech import plain
from tests.pipelines.tables import CALL, STREET, dimensions, example, recording, transcript, write_corpus

Captured = pytest.CaptureFixture[str]
EMPTY, SAME = "c" * 32, "d" * 32
TIERS = ("words", "segments", "emotions", "sounds")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The example, a recording without words, and one with the name of another whose words would be markup."""
    rows = example()
    rows["recordings"] += [recording(EMPTY, "/silence.wav", None), recording(SAME, "/calls/2/call.wav", None)]
    odd = [('"quoted"', 0, 400, 0.9), ("a&b", 400, 800, 0.8), ("-->", 800, 900, 0.7), ("=1+1", 900, 990, 0.6)]
    rows["transcripts"].append(transcript(SAME, 0, odd))
    write_corpus(tmp_path / "out", rows)
    return tmp_path / "out"


def exported(out: Path, to: Path, format: str, *words: str) -> dict[str, Path]:
    assert main(["export", str(out), "--format", format, *words, "--to", str(to)]) == PUBLISHED
    return {path.name: path for path in to.iterdir()}


def test_subtitles(out: Path, tmp_path: Path, capfd: Captured) -> None:
    files = exported(out, tmp_path / "to", "vtt")
    assert sorted(files) == ["call.aaaaaaaa.vtt", "call.dddddddd.vtt", "it_s _b_.bbbbbbbb.vtt", "silence.cccccccc.vtt"]
    said = capfd.readouterr().out
    assert said == f"4 files in {tmp_path / 'to'}, 1 of recordings in which no word was recognised\n"
    call = webvtt.read(str(files["call.aaaaaaaa.vtt"]), strict=True)
    # two voices that overlap; each shown a little longer than it speaks, and no longer than to its next
    assert [(cue.start, cue.end, cue.voice, cue.text) for cue in call] == [
        ("00:00:01.000", "00:00:02.500", "Channel 1", "acme"),
        ("00:00:02.500", "00:00:03.500", "Channel 2", "Acme"),
        ("00:00:03.900", "00:00:04.800", "Channel 1", "cola"),
        ("00:00:09.500", "00:00:11.200", "Channel 1", "is"),
    ]
    assert call.header_comments == [f"recording {CALL}"]
    odd = webvtt.read(str(files["call.dddddddd.vtt"]), strict=True)
    assert [(cue.raw_text, cue.voice) for cue in odd] == [('"quoted" a&amp;b --&gt; =1+1', None)]
    assert "&lt;i&gt;" in files["it_s _b_.bbbbbbbb.vtt"].read_text("utf-8")
    assert len(webvtt.read(str(files["silence.cccccccc.vtt"]))) == 0


def test_ends_that_are_only_bounds_are_called_so(tmp_path: Path) -> None:
    """Of one channel; where all ends were measured nothing is said."""
    rows = example()
    row = next(r for r in rows["transcripts"] if r["recording_id"] == CALL and r["channel"] == 1)
    for word in row["words"]:
        word["end_is"] = "bound"
    write_corpus(tmp_path / "out", rows)
    files = exported(tmp_path / "out", tmp_path / "vtt", "vtt")
    call = webvtt.read(str(files["call.aaaaaaaa.vtt"]), strict=True)
    assert call.header_comments == [f"recording {CALL}", vtt.BOUND]
    assert vtt.BOUND not in files["it_s _b_.bbbbbbbb.vtt"].read_text("utf-8")
    grids = exported(tmp_path / "out", tmp_path / "tiers", "textgrid")
    names = textgrid.openTextgrid(str(grids["call.aaaaaaaa.TextGrid"]), includeEmptyIntervals=True).tierNames
    assert names[0] == "words until the next (channel 1)"
    assert "words (channel 2)" in names


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffprobe")
def test_ffmpeg_reads_the_subtitles(out: Path, tmp_path: Path) -> None:
    for path in exported(out, tmp_path / "to", "vtt").values():
        asked = ["ffprobe", "-v", "warning", "-of", "json", "-show_streams", "-show_packets", str(path)]
        told = subprocess.run(asked, check=True, capture_output=True, text=True)
        assert told.stderr == ""
        found = json.loads(told.stdout)
        assert [stream["codec_name"] for stream in found["streams"]] == ["webvtt"]
        times = [(float(packet["pts_time"]), float(packet["duration_time"])) for packet in found["packets"]]
        cues = webvtt.read(str(path))
        assert times == [pytest.approx((_seconds(cue.start), _seconds(cue.end) - _seconds(cue.start))) for cue in cues]


def _seconds(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def test_tiers(out: Path, tmp_path: Path) -> None:
    files = exported(out, tmp_path / "to", "textgrid", "call", CALL)
    assert sorted(files) == ["call.aaaaaaaa.TextGrid", "call.dddddddd.TextGrid"]
    grid = textgrid.openTextgrid(str(files["call.aaaaaaaa.TextGrid"]), includeEmptyIntervals=False)
    assert grid.maxTimestamp == 20
    tiers = {tier.name: [tuple(entry) for entry in tier.entries] for tier in grid.tiers}
    assert list(tiers) == [
        f"{name} (channel {n})" for n in (1, 2) for name in ("words", "segments", "emotions", "sounds")
    ]
    assert tiers["words (channel 1)"] == [(1, 2, "acme"), (3.9, 4.3, "cola"), (9.5, 10.7, "is")]
    assert tiers["segments (channel 2)"] == [(2.5, 3, "Acme")]
    assert tiers["emotions (channel 1)"] == [(1, 4, "neu"), (4, 5, "ang")]
    assert tiers["sounds (channel 1)"] == [(0, 10, "Speech"), (10, 20, "Music")]
    assert tiers["sounds (channel 2)"] == []
    odd = textgrid.openTextgrid(str(files["call.dddddddd.TextGrid"]), includeEmptyIntervals=False)
    assert odd.tierNames == TIERS
    assert [entry.label for entry in odd.getTier("words").entries] == ['"quoted"', "a&b", "-->", "=1+1"]


def test_dimensions_in_tiers_and_rows(tmp_path: Path) -> None:
    clips = [dimensions(CALL, 1, 1000, 4000, 0.5, 0.25, -0.0625), dimensions(CALL, 1, 4000, 5000, 1.03125, 0.5, 0.75)]
    write_corpus(tmp_path / "out", {**example(), "dimensions": clips})
    (tiers,) = exported(tmp_path / "out", tmp_path / "tiers", "textgrid", CALL).values()
    grid = textgrid.openTextgrid(str(tiers), includeEmptyIntervals=False)
    for name, labels in (("arousal", ("0.500", "1.031")), ("valence", ("-0.062", "0.750"))):
        found = [tuple(entry) for entry in grid.getTier(f"{name} (channel 1)").entries]
        assert found == [(1, 4, labels[0]), (4, 5, labels[1])]
    (words,) = exported(tmp_path / "out", tmp_path / "rows", "words", CALL).values()
    with words.open(encoding="utf-8-sig", newline="") as file:
        first, second, last, _ = csv.DictReader(file)
    assert [first[name] for name in ("arousal", "dominance", "valence")] == ["0.5000", "0.2500", "-0.0625"]
    assert second["arousal"] == "1.0312"
    assert last["valence"] == ""


def test_doubts_stand_beside_each_word_of_their_row(tmp_path: Path) -> None:
    said = {**transcript(CALL, 1, [("thank", 0, 300, 0.5), ("you", 300, 500, 0.5)]), "doubtful": ["no_speech", "x"]}
    write_corpus(tmp_path / "out", {**example(), "transcripts": [said]})
    (words,) = exported(tmp_path / "out", tmp_path / "rows", "words", CALL).values()
    with words.open(encoding="utf-8-sig", newline="") as file:
        assert [(row["word"], row["doubtful"]) for row in csv.DictReader(file)] == [
            ("thank", "no_speech x"),
            ("you", "no_speech x"),
        ]


def test_rows(out: Path, tmp_path: Path) -> None:
    files = exported(out, tmp_path / "to", "words")
    assert files["call.aaaaaaaa.csv"].read_bytes().startswith(b"\xef\xbb\xbfrecording_id,file,channel,start,end,word,")
    with files["call.aaaaaaaa.csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["channel"], row["start"], row["word"]) for row in rows] == [
        ("1", "1.000", "acme"),
        ("1", "3.900", "cola"),
        ("1", "9.500", "is"),
        ("2", "2.500", "Acme"),
    ]
    assert rows[1] == {
        "recording_id": CALL,
        "file": "/calls/call.wav",
        "channel": "1",
        "start": "3.900",
        "end": "4.300",
        "word": "cola",
        "confidence": "0.8000",
        "end_is": "",
        "doubtful": "",
        "emotion": "ang",
        "emotion_confidence": "0.6000",
        "sound": "Speech",
        "sound_confidence": "0.7000",
    }
    assert (rows[2]["emotion"], rows[3]["sound"]) == ("", "")
    assert "'=1+1" in files["call.dddddddd.csv"].read_text("utf-8-sig")
    assert len(files["silence.cccccccc.csv"].read_text("utf-8-sig").splitlines()) == 1


def test_what_is_there_stays(out: Path, tmp_path: Path, capfd: Captured) -> None:
    to = tmp_path / "to"
    mine = to / "call.aaaaaaaa.csv"
    to.mkdir()
    mine.write_text("mine")
    assert main(["export", str(out), "--format", "words", "--to", str(to)]) == FAILED
    told = capfd.readouterr().err
    assert told == f"earwitness: {mine} would be written over: name another folder, or say --force\n"
    assert [path.name for path in to.iterdir()] == [mine.name]
    files = exported(out, to, "words", "--force")
    assert len(files) == 4
    assert "acme" in mine.read_text("utf-8-sig")
    assert main(["export", str(out), "--format", "words", "--to", str(to), "silence", STREET]) == FAILED
    assert "and 1 more file would be written over" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (
            ["--format", "srt", "--to", "{to}"],
            WRONG_USE,
            "--format srt: choose from parquet, csv, xlsx, sav, dta, vtt, textgrid, words",
        ),
        (
            ["--format", "vtt", "--to", "{to}", "cal"],
            WRONG_USE,
            "cal: no recording of that id or file name: did you mean 'call'?",
        ),
        (["--format", "vtt", "--to", "/proc/nowhere"], FAILED, "/proc/nowhere: No such file or directory"),
        (["--format", "vtt", "--to", "{to}", "--foce"], WRONG_USE, "unknown option --foce: `earwitness export --help`"),
    ],
)
def test_what_is_refused(out: Path, tmp_path: Path, capfd: Captured, words: list[str], code: int, told: str) -> None:
    try:
        given = main(["export", str(out), *(word.format(to=tmp_path / "to") for word in words)])
    except SystemExit as error:
        given = error.code  # type: ignore[assignment]
    assert given == code
    assert told in capfd.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "to").exists()


def test_jobs_that_were_left_out(tmp_path: Path, capfd: Captured) -> None:
    rows = {name: those for name, those in example().items() if name in ("recordings", "sounds", "errors")}
    write_corpus(tmp_path / "out", rows)
    for format in ("vtt", "words"):
        assert main(["export", str(tmp_path / "out"), "--format", format, "--to", str(tmp_path / format)]) == WRONG_USE
        assert f"--format {format}: the table 'transcripts' was left out of this corpus" in capfd.readouterr().err
    files = exported(tmp_path / "out", tmp_path / "to", "textgrid")
    said = capfd.readouterr().out.splitlines()
    assert [line.split(" was ")[0] for line in said[1:]] == [
        f"missing in them: the table '{table}'" for table in ("segments", "transcripts", "emotions")
    ]
    grid = textgrid.openTextgrid(str(files["it_s _b_.bbbbbbbb.TextGrid"]), includeEmptyIntervals=True)
    assert grid.tierNames == ("sounds",)
    del rows["sounds"]
    write_corpus(tmp_path / "none", rows)
    assert main(["export", str(tmp_path / "none"), "--format", "textgrid", "--to", str(tmp_path / "x")]) == WRONG_USE
    assert "was left out of this corpus" in capfd.readouterr().err


def test_a_corpus_without_recordings(tmp_path: Path, capfd: Captured) -> None:
    write_corpus(tmp_path / "out", {**example(), "recordings": [], "transcripts": []})
    assert main(["export", str(tmp_path / "out"), "--format", "vtt", "--to", str(tmp_path / "to")]) == FAILED
    assert "no recording could be read, so there is nothing to write" in capfd.readouterr().err


def test_text_on_one_line() -> None:
    assert plain(" a\n\n b\x00\u2028c\x85d ") == "a b c d"
