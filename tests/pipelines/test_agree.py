"""Samples are drawn as they say, and the figures are those that are worked out by hand."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.agree import NAME, accuracy, alpha, kappa, with_interval, word_error_rate
from pipelines.cli import FAILED, PUBLISHED, WRONG_USE, main
from pipelines.heard import Heard
from pipelines.methods import _agreement
from pipelines.sample import COLUMNS, draw
from pipelines.sheet import spoken
from tests.pipelines.test_methods import write

Captured = pytest.CaptureFixture[str]
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
        "On a sample that people coded (95 % intervals by a bootstrap over recordings): "
        f"word error rate of machine and ana 0.31 ({error_rate['low']:.2f} to {error_rate['high']:.2f}), "
        "8 segments of 6 recordings; "
    )
    assert main(["agree", str(out), str(sheet)]) == PUBLISHED
    told = capfd.readouterr()
    assert told.out.splitlines()[0].split() == "group measure between segments recordings value low high".split()
    assert "note" not in told.err
    sheet.write_text(sheet.read_text("utf-8-sig").replace("ANG", "Angry"), "utf-8-sig")
    assert main(["agree", str(out), str(sheet)]) == PUBLISHED
    assert "note: ana_emotion has labels that the machine does not: 'angry' (3); its own are ang, hap, neu, sad" in (
        capfd.readouterr().err
    )
    kept = json.loads((out / NAME).read_text())
    (out / NAME).write_text(json.dumps({**kept, "models": {**kept["models"], "transcripts": ["another@0"]}}))
    assert not list(_agreement(out))  # another model has answered since


def test_a_blind_sheet_has_no_answers(out: Path, tmp_path: Path, capfd: Captured) -> None:
    sheet = tmp_path / "sheet.csv"
    assert main(["sample", str(out), "--to", str(sheet), "--blind"]) == PUBLISHED
    header, *rows = csv.reader(sheet.open(encoding="utf-8-sig", newline=""))
    assert header == [*COLUMNS, "coder1_transcript", "coder1_emotion"]
    assert all(len(row) == len(header) for row in rows)
    assert not {"ackme", "good"} & {cell for row in rows for cell in row}


def test_alpha_is_that_of_the_textbook() -> None:
    """The examples A and C of Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability"."""
    assert alpha(list(zip("0100000010", "1110010000", strict=True))) == pytest.approx(0.095, abs=5e-4)
    observers = (
        "123321412...",
        "12332241 25.3".replace(" ", ""),
        ".33323422 51.".replace(" ", ""),
        "123324412 51.".replace(" ", ""),
    )
    units = [tuple(said for said in unit if said != ".") for unit in zip(*observers, strict=True)]
    assert alpha([unit for unit in units if len(unit) > 1]) == pytest.approx(0.743, abs=5e-4)


def test_where_a_figure_is_not_defined() -> None:
    same = [("ang", "ang")] * 3
    assert np.isnan(kappa(same))
    assert np.isnan(alpha(same))
    assert accuracy(same) == 1
    assert np.isnan(word_error_rate([("", "hm")]))
    assert word_error_rate([("", "hm"), ("yes", "yes")]) == 1
    assert with_interval([("a", pair) for pair in same], kappa, 0) == (None, None, None)
    assert with_interval([("a", pair) for pair in same], accuracy, 0) == (1, None, None)


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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--n", "0"], "--n 0: expected 1 or more"),
        (["--by", "codek"], "--by codek: no column of recordings: did you mean 'codec'?"),
        (["--coders", "ana,ana"], "expected different names"),
        (["--coders", "machine"], "expected different names"),
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
        ("segment_id,x_emotion\n1,ang\n1,ang\n", WRONG_USE, "row 3: the segment 1 stands there twice"),
        ("segment_id,x_emotion\n1\n", WRONG_USE, "row 2: more or fewer cells"),
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
