"""Samples are drawn as they say, and the figures are those that are worked out by hand."""

from __future__ import annotations

import csv
import datetime
import json
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.agreement.kept import remembered
from pipelines.agreement.sample import COLUMNS, draw
from pipelines.agreement.sheet import spoken
from pipelines.cli import FAILED, PUBLISHED, WRONG_USE, main
from pipelines.corpus.appearances import COUNTS
from pipelines.corpus.asked import open_corpus
from pipelines.corpus.segments import Heard, segments_of
from pipelines.errors import CommandError
from pipelines.report.methods import _agreement
from schemas.layout import AGREEMENT
from tests.pipelines.aired import AIRED, SPOT, TALK, write_aired
from tests.pipelines.report.test_methods import write

Captured = pytest.CaptureFixture[str]
TODAY = datetime.datetime.now(datetime.UTC).date().isoformat()
SAID = ["", "Acme cola, please!", "I'd like two", "acme", "good", "night", "zero one two", "no"]
HEARD = ["", "acme cola peas", "i'd like two", "ackme", "good", "", "zero one two three", "no"]
MACHINE = ["hap", "hap", "hap", "ang", "ang", "neu", "neu", "neu"]
ANA = ["hap", "hap", "ang", "ang", "ang", "neu", "hap", ""]
PLACES = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (3, 0), (4, 0), (5, 0)]
"""The recording of each segment, and where it begins, in seconds."""
BEN = ["hap", "", "ang", "ang", "ang", "neu", "neu", "neu"]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Eight segments of six recordings, two of whose codec is a."""
    out = tmp_path / "out"
    write(out, "files", [])
    ids = [f"{i:032x}" for i in range(6)]
    places = [
        {
            "segment_id": f"{ids[recording]}/0/{1000 * second}",
            "recording_id": ids[recording],
            "channel": 0,
            "start_ms": 1000 * second,
        }
        for recording, second in PLACES
    ]
    segments = [{**place, "end_ms": int(place["start_ms"]) + 1000} for place in places]
    write(out, "segments", segments)
    write(out, "transcripts", [{**place, "text": text} for place, text in zip(segments, HEARD, strict=True)])
    # Of two stretches the longer one weighs more: 600 ms at 0.6 against 400 ms at 0.8.
    stretches = []
    for place, label in zip(segments, MACHINE, strict=True):
        start = int(place["start_ms"])
        other = "sad"
        for begins, ends, share in ((start, start + 600, 0.6), (start + 600, start + 1000, 0.2)):
            shares = [{"label": label, "probability": share}, {"label": other, "probability": share / 2}]
            stretches.append({**place, "start_ms": begins, "end_ms": ends, "probabilities": shares})
    write(out, "emotions", stretches)
    write(
        out,
        "recordings",
        [{"recording_id": key, "uri": f"/{key[-1]}.wav", "codec": "aabbbb"[i]} for i, key in enumerate(ids)],
    )
    (out / "current").symlink_to("snapshots/one")
    return out


def fill(sheet: Path) -> None:
    """Fill in what ANA and BEN hear."""
    rows = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline="")))
    for row in rows:
        key, _, start = row["segment_id"].split("/")
        i = PLACES.index((int(key, 16), int(start) // 1000))
        row.update(ana_transcript=SAID[i] or "-", ana_emotion=ANA[i].upper(), ben_emotion=BEN[i])
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def test_from_the_sheet_to_the_figures(out: Path, tmp_path: Path, capfd: Captured) -> None:
    sheet = tmp_path / "sheet.csv"
    assert main(["sample", str(out), "--to", str(sheet), "--by", "codec", "--coders", "ana,ben"]) == PUBLISHED
    assert capfd.readouterr().out == (f"8 segments in {sheet}: 4 a, 4 b\nemotions are coded as ang, hap, neu, sad\n")
    rows = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline="")))
    assert list(rows[0])[-4:] == ["ana_transcript", "ana_emotion", "ben_transcript", "ben_emotion"]
    assert Counter(row["machine_emotion"] for row in rows) == Counter(MACHINE)
    row = next(row for row in rows if row["machine_transcript"] == "acme cola peas")
    assert (row["file"], row["start"], row["end"], row["group"]) == ("/0.wav", "1.000", "2.000", "a")
    assert main(["agree", str(out), str(sheet)]) == FAILED
    assert "nothing is filled in: fill the columns ana_transcript, ana_emotion" in capfd.readouterr().err

    fill(sheet)
    assert main(["agree", str(out), str(sheet), "--format", "json"]) == PUBLISHED
    found = {(r["group"], r["measure"], r["between"]): r for r in json.loads(capfd.readouterr().out)}
    # Errors: peas, ackme, night left out, three put in: 4 of 3 + 3 + 1 + 1 + 1 + 3 + 1 = 13 words.
    error_rate = found["", "word error rate", "machine and ana"]
    assert error_rate["value"] == pytest.approx(4 / 13)
    assert (error_rate["segments"], error_rate["recordings"]) == (8, 6)
    assert error_rate["low"] < 4 / 13 < error_rate["high"]
    of_few = found["a", "word error rate", "machine and ana"]
    assert of_few["value"] == pytest.approx(2 / 7)
    assert of_few["low"] is of_few["high"] is None  # of two recordings
    # Seven pairs, five alike; machine hap 3 ang 2 neu 2, Ana hap 3 ang 3 neu 1: by chance (9 + 6 + 2) / 49.
    assert found["", "accuracy", "machine and ana"]["value"] == pytest.approx(5 / 7)
    assert found["", "Cohen's kappa", "machine and ana"]["value"] == pytest.approx((5 / 7 - 17 / 49) / (1 - 17 / 49))
    # Six segments that both coded, five alike: hap-hap, 3 ang-ang, neu-neu, hap-neu.
    assert found["", "same label", "ana and ben"]["value"] == pytest.approx(5 / 6)
    # Of 12 labels 3 hap, 6 ang, 3 neu: expected (6 + 30 + 6) / 11, coincidences 10 of 12.
    people = found["", "Krippendorff's alpha", "people"]
    assert people["value"] == pytest.approx((10 - 42 / 11) / (12 - 42 / 11))
    assert people["segments"] == 6
    assert found["", "Krippendorff's alpha", "people and machine"]["segments"] == 8
    assert found["b", "accuracy", "machine and ben"]["segments"] == 4
    assert main(["methods", str(out)]) == FAILED  # no run made these tables
    assert "nothing is known" in capfd.readouterr().err
    assert " ".join(_agreement(out)).startswith(
        "On a sample that people coded (95 % intervals by a jackknife over recordings, of 5 or more): "
        f"word error rate of machine and ana 0.31 ({error_rate['low']:.2f} to {error_rate['high']:.2f}), "
        "8 segments of 6 recordings; "
    )
    assert main(["agree", str(out), str(sheet)]) == PUBLISHED
    told = capfd.readouterr()
    assert told.out.splitlines()[0].split() == "group measure between segments recordings value low high".split()
    assert "note" not in told.err
    assert f"took the place of the one of {TODAY} from sheet.csv" in told.err


@pytest.fixture
def sheet(out: Path, tmp_path: Path, capfd: Captured) -> Path:
    """A filled sheet whose figures are kept."""
    path = tmp_path / "sheet.csv"
    assert main(["sample", str(out), "--to", str(path), "--coders", "ana,ben"]) == PUBLISHED
    fill(path)
    assert main(["agree", str(out), str(path)]) == PUBLISHED
    assert f"kept for `earwitness methods`: {out / AGREEMENT}\n" in capfd.readouterr().err
    return path


def changed(sheet: Path, one: str, other: str) -> Path:
    text = sheet.read_text("utf-8-sig")
    assert one in text
    path = sheet.with_name("changed.csv")
    path.write_text(text.replace(one, other), "utf-8-sig")
    return path


def test_labels_that_the_machine_lacks_are_not_kept(out: Path, sheet: Path, capfd: Captured) -> None:
    before = (out / AGREEMENT).read_bytes()
    assert main(["agree", str(out), str(changed(sheet, "ANG", "Angry"))]) == PUBLISHED
    told = capfd.readouterr()
    assert "note: ana_emotion has labels that the machine does not: 'angry' (3); its own are ang, hap, neu, sad\n" in (
        told.err
    )
    assert "these figures are not kept for `earwitness methods`" in told.err
    assert "Cohen's kappa" in told.out
    assert (out / AGREEMENT).read_bytes() == before


def test_labels_in_a_corpus_without_emotions_are_told_and_not_kept(out: Path, sheet: Path, capfd: Captured) -> None:
    before = (out / AGREEMENT).read_bytes()
    shutil.rmtree(out / "current" / "emotions")
    assert main(["agree", str(out), str(changed(sheet, "ANG", "yes"))]) == PUBLISHED
    told = capfd.readouterr()
    assert "note: ana_emotion has labels that the machine does not: 'hap' (3), 'neu' (1), 'yes' (3); " in told.err
    assert "the corpus holds no emotions\n" in told.err
    assert "these figures are not kept for `earwitness methods`" in told.err
    assert "word error rate" in told.out
    assert (out / AGREEMENT).read_bytes() == before


def test_a_sheet_of_another_snapshot_is_not_kept(out: Path, sheet: Path, capfd: Captured) -> None:
    before = (out / AGREEMENT).read_bytes()
    recut = changed(sheet, f"{0:032x}/0/1000", f"{0:032x}/0/1234")
    assert main(["agree", str(out), str(recut)]) == PUBLISHED
    told = capfd.readouterr().err
    assert "note: 1 segment of the sheet's 8 are no segments any more" in told
    assert "not kept" in told
    elsewhere = sheet
    for i in range(4):  # six of its eight segments are of recordings of another corpus
        elsewhere = changed(elsewhere, f"{i:032x}/", f"{i + 80:032x}/")
    assert main(["agree", str(out), str(elsewhere)]) == PUBLISHED
    assert "note: 6 of the sheet's 8 segments are of recordings that are not in the corpus" in capfd.readouterr().err
    assert (out / AGREEMENT).read_bytes() == before


def test_a_recording_that_was_forgotten_leaves_the_sheet_good(out: Path, sheet: Path, capfd: Captured) -> None:
    assert main(["agree", str(out), str(changed(sheet, f"{5:032x}/", f"{85:032x}/"))]) == PUBLISHED
    assert "it took the place of" in capfd.readouterr().err


def test_a_sheet_with_nothing_to_compare_is_not_kept(out: Path, sheet: Path, capfd: Captured) -> None:
    before = (out / AGREEMENT).read_bytes()
    shutil.rmtree(out / "current" / "emotions")
    rows = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline=""), delimiter=";"))
    alone = sheet.with_name("alone.csv")
    alone.write_text("segment_id,ana_emotion\n" + "".join(f"{row['segment_id']},ang\n" for row in rows))
    assert main(["agree", str(out), str(alone)]) == PUBLISHED
    assert "note: nothing could be compared" in capfd.readouterr().err
    assert (out / AGREEMENT).read_bytes() == before


def test_figures_of_another_model_are_no_longer_told(out: Path, sheet: Path) -> None:
    assert list(_agreement(out))
    kept = json.loads((out / AGREEMENT).read_text())
    (out / AGREEMENT).write_text(json.dumps({**kept, "models": {**kept["models"], "transcripts": ["another@0"]}}))
    assert not list(_agreement(out))


@pytest.mark.parametrize(
    "damaged",
    [b"", b"{", b"[]", b"\xff", b"{}", b'{"figures": 3}', b'{"figures": [{"value": "x"}]}', b"[" * 100_000],
    ids=range(8),
)
def test_a_damaged_file_is_one_line(out: Path, sheet: Path, capfd: Captured, damaged: bytes) -> None:
    (out / AGREEMENT).write_bytes(damaged)
    with pytest.raises(CommandError, match=r"agreement\.json is damaged: run `earwitness agree` again, or remove it$"):
        remembered(out)
    assert main(["agree", str(out), str(sheet)]) == PUBLISHED
    assert "it took the place of" in capfd.readouterr().err
    assert remembered(out)


def test_a_figure_that_is_no_number_is_damage(out: Path, sheet: Path) -> None:
    kept = json.loads((out / AGREEMENT).read_text())
    kept["figures"][0]["low"] = "0.1"
    (out / AGREEMENT).write_text(json.dumps(kept))
    with pytest.raises(CommandError, match="is damaged"):
        remembered(out)


def test_a_pipe_in_place_of_the_file_is_not_waited_for(out: Path, sheet: Path) -> None:
    (out / AGREEMENT).unlink()
    os.mkfifo(out / AGREEMENT)
    with pytest.raises(CommandError, match="is damaged"):
        remembered(out)


def test_a_blind_sheet_has_no_answers(out: Path, tmp_path: Path, capfd: Captured) -> None:
    sheet = tmp_path / "sheet.csv"
    assert main(["sample", str(out), "--to", str(sheet), "--blind"]) == PUBLISHED
    header, *rows = csv.reader(sheet.open(encoding="utf-8-sig", newline=""))
    assert header == [*COLUMNS, "coder1_transcript", "coder1_emotion"]
    assert all(len(row) == len(header) for row in rows)
    assert not {"ackme", "good"} & {cell for row in rows for cell in row}


def test_spoken() -> None:
    assert spoken("  I’d say: “Acme-Cola”, ÉTÉ!\n") == "i'd say acme cola été"


@given(
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=5),
    n=st.integers(1, 40),
    seed=st.integers(0, 9),
)
def test_each_group_gives_as_many_as_can_be(sizes: list[int], n: int, seed: int) -> None:
    segments = [
        Heard(f"{group}/{i}", "", "", 0, 0, 1, str(group), None, None)
        for group, size in enumerate(sizes)
        for i in range(size)
    ]
    drawn = draw(segments, n, seed)
    counts = Counter(int(heard.group) for heard in drawn)
    assert len({heard.segment_id for heard in drawn}) == len(drawn) == min(n, sum(sizes))
    most = max(counts.values())
    assert all(counts[group] in (size, most, most - 1) for group, size in enumerate(sizes))
    assert drawn == draw(segments[::-1], n, seed)


def test_a_segment_that_several_files_hold_is_drawn_once(tmp_path: Path) -> None:
    archive = write_aired(tmp_path)
    (archive / "backup/spot.wav").unlink()
    with open_corpus(tmp_path / "out") as corpus:
        by_group, by_file = (segments_of(corpus, "station", count=count) for count in COUNTS)
        assert sorted((heard.recording_id, heard.group, Path(heard.file).name) for heard in by_group) == sorted(
            [(SPOT, "KFM", "0501.wav"), (SPOT, "RRadio", "0501.wav"), (TALK, "RRadio", "talk.wav")]
        )
        assert len(by_file) == len(AIRED)
        assert len(segments_of(corpus)) == 2
    for segments, count in ((by_group, COUNTS[0]), (by_file, COUNTS[1])):
        drawn = [draw(segments, n, seed, count) for n in (1, 2, 9) for seed in range(20)]
        assert {len(those) for those in drawn} == {1, 2}
        assert all(len({heard.recording_id for heard in those}) == len(those) for those in drawn)
    # A content that four of five files hold is likelier drawn than one that one file holds.
    first = Counter(draw(segments_of_one(by_file), 1, seed, "files")[0].recording_id for seed in range(400))
    assert first[SPOT] / 400 == pytest.approx(4 / 5, abs=0.07)


def segments_of_one(segments: Sequence[Heard]) -> list[Heard]:
    """The segments without groups."""
    return [replace(heard, group="") for heard in segments]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--n", "0"], "--n 0: expected 1 or more"),
        (["--by", "codek"], "--by codek: no column of recordings: did you mean 'codec'?"),
        (["--coders", "ana,ana"], "expected different names"),
        (["--coders", "ana,Ana"], "'ana' and 'Ana' are the same"),
        (["--coders", "e\u0301va,\u00e9va"], "are the same"),
        (["--coders", "machine"], "names that begin with `machine_` are the machine's own"),
        (["--coders", "machine_2"], "the coder 'machine_2': names that begin with `machine_`"),
        (["--coders", "Machine_2"], "names that begin with `machine_`"),
        (["--coders", "people"], "the figures of several people are called so"),
        (["--coders", "ana and ben"], "the figures of several people are called so"),
        (["--coders", "ana,,ben"], "the name '': expected a letter or digit"),
        (["--coders", "=ana"], "the name '=ana': expected a letter or digit"),
        (["--coders", "ana;ben"], "the name 'ana;ben': expected"),
        (["--coders", "a\nb"], "expected a letter or digit"),
        (["--coders", "a" * 65], "expected a letter or digit"),
        (["--to", "sheet.xlsx"], "--to sheet.xlsx: the sheet is CSV, call it .csv"),
    ],
)
def test_bad_words(out: Path, tmp_path: Path, capfd: Captured, words: list[str], told: str) -> None:
    assert main(["sample", str(out), "--to", str(tmp_path / "s.csv"), *words]) == WRONG_USE
    assert told in capfd.readouterr().err
    assert not (tmp_path / "s.csv").exists()


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("", WRONG_USE, "expected a sheet of `earwitness sample`"),
        ("a,b\n1,2\n", WRONG_USE, "expected a sheet of `earwitness sample`"),
        ("segment_id,x\n1,2\n", WRONG_USE, "no column CODER_transcript or CODER_emotion"),
        ("segment_id,x_emotion\n1,ang\n1,ang\n", WRONG_USE, "line 3: the segment '1' stands there twice"),
        ('segment_id,x_emotion\n1,2,"ang\n2,hap\n', WRONG_USE, "line 2: a quote is opened and never closed"),
        ("segment_id,x_emotion\n1,an\0g\n", WRONG_USE, "line 2: a zero byte"),
        ("segment_id,x_emotion\n1\n", WRONG_USE, "line 2: 1 values for 2 columns"),
        ("segment_id,x_emotion,x_emotion\n1,ang,hap\n", WRONG_USE, "two columns are called 'x_emotion'"),
        ("segment_id,x_emotion,X_transcript\n1,ang,hap\n", WRONG_USE, "'x' and 'X' are the same"),
        ("segment_id,machine_2_emotion\n1,ang\n", WRONG_USE, "the coder 'machine_2': names that begin with `machine_`"),
        ("segment_id,x_emotion\n1,ang\n", FAILED, "is it the sheet of another corpus?"),
    ],
)
def test_bad_sheets(out: Path, tmp_path: Path, capfd: Captured, text: str, code: int, told: str) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(text)
    assert main(["agree", str(out), str(sheet)]) == code
    said = capfd.readouterr().err
    assert told in said
    assert str(sheet) in said
    assert said.count("\n") == 1
    assert main(["sample", str(out), "--to", str(sheet)]) == FAILED
    assert "is there already" in capfd.readouterr().err
    assert sheet.read_text() == text
