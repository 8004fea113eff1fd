"""The player of the pages is on the clock of the tables: what stands at a time is heard when the player is there.

A click (a burst of 20 ms) is looked for in the windows that Earwitness takes of a file.  A word is put where it is
found, the word is clicked in the page, and what Chromium plays is recorded together with the player's time.  Measured
with Chromium 156: within 1 ms for wav, flac, m4a, mp4 and Matroska, 7 ms for WebM with pictures (CodecDelay), 23 ms for
the first jump in an mp3 without a table of places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soundfile
import webvtt
from praatio import textgrid

from pipelines.export.export import export
from pipelines.report.report import write_report
from tests.pipelines.report.made import key_of, write_corpus
from tests.transforms.decode.muxing import clicks, mux, onsets
from tests.transforms.listening import hear
from transforms.heard import Heard
from transforms.listen import Listening

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WITHIN_S = 0.05
BEFORE_MS = 400
"""How long before the burst a word begins: a player that starts late would swallow it."""
RATE = 48_000
CLICKS, SECONDS = [1.5, 3.5, 5.0], 6.0

RECORD = """async () => {
  const audio = document.getElementById("audio"), context = new AudioContext({ sampleRate: 48000 });
  const source = context.createMediaElementSource(audio);
  const code = `registerProcessor("tap", class extends AudioWorkletProcessor {
    process(inputs) { this.port.postMessage([currentTime, Array.from(inputs[0][0] ?? [])]); return true; } });`;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const tap = new AudioWorkletNode(context, "tap");
  source.connect(tap).connect(context.destination);
  window.taken = []; window.times = []; window.jumps = [];
  audio.addEventListener("seeking", () => jumps.push([audio.currentTime, audio.duration]));
  tap.port.onmessage = event => taken.push(event.data);
  window.isHeard = () => {  // and 200 ms more, to be sure of the clocks
    const first = taken.find(([, samples]) => samples.some(sample => Math.abs(sample) > 0.05));
    return first && context.currentTime > first[0] + 0.2;
  };
  setInterval(() => { if (!audio.paused && !audio.seeking) times.push([context.currentTime, audio.currentTime]); }, 5);
  await context.resume();
}"""
"""Takes down what the player plays, and what its time is, both by the clock of the recording."""


@pytest.fixture(scope="module")
def listening(launched: Callable[..., Browser]) -> Iterator[Browser]:
    """A Chromium that lets a page record what it plays."""
    browser = launched("--allow-file-access-from-files")
    yield browser
    browser.close()


@pytest.fixture
def opened(listening: Browser) -> Iterator[Callable[..., Page]]:
    """A page that records; skips where this Chromium has no decoder for AAC and the file needs it."""
    context = listening.new_context()

    def open_page(path: Path, needs: str = "") -> Page:
        page = context.new_page()
        page.goto(path.as_uri())
        if needs and not page.evaluate("kind => document.createElement('audio').canPlayType(kind)", needs):
            pytest.skip(f"this Chromium was built without {needs}")
        page.evaluate(RECORD)
        return page

    yield open_page
    context.close()


def played_at(page: Page) -> float:
    """The player's time at which the burst was heard, in seconds; ends the playing."""
    page.wait_for_function("isHeard()", timeout=20_000)
    taken, times = page.evaluate("() => { audio.pause(); const all = [taken, times]; return all; }")
    page.evaluate("() => { taken.length = times.length = 0; }")
    for at, samples in taken:
        loud = np.flatnonzero(np.abs(samples) > 0.05)
        if len(loud):
            heard = at + float(loud[0]) / RATE
            break
    clocks = np.array(times)
    near = clocks[np.abs(clocks[:, 0] - heard) < 0.2]
    return heard + float(np.median(near[:, 1] - near[:, 0]))


def in_windows(path: Path) -> tuple[list[float], Heard]:
    """Where the windows have the bursts, in seconds."""
    found = hear(path, Listening((RATE,), None), None)
    whole = np.concatenate([window.audio[RATE] for window in found.windows])
    assert found.problems == []
    return onsets(whole, RATE), found.heard


def write_audio(path: Path) -> None:
    samples, kind = clicks(CLICKS, SECONDS, RATE), {"rate": RATE, "samples_rate": RATE}
    match path.stem, path.suffix:
        case "late", ".m4a":
            mux(path, samples, late=2.0, **kind)
        case "late", _:
            mux(path, samples, late=2.0, video_seconds=9, codec="aac" if path.suffix == ".mkv" else None, **kind)
        case "gap", _:
            mux(path, samples, pauses={2.0: 2.0}, **kind)
        case _, ".wav" | ".flac" | ".ogg":
            soundfile.write(path, samples, RATE)
        case _, ".mp3":
            mux(path, samples, codec="libmp3lame", **kind)
        case _, ".opus":
            mux(path, samples, codec="libopus", **kind)
        case _:
            mux(path, samples, **kind)


AAC = 'audio/mp4; codecs="mp4a.40.2"'
SILENT = ["late.avi", "late.wmv", "late.ts", "late.mpg"]
PLAYED = [
    ("late.mp4", [3.5, 7.0], AAC),
    ("gap.mp4", [1.5, 7.0], AAC),
    ("late.m4a", [3.5, 7.0], AAC),
    ("edit.m4a", [1.5, 5.0], AAC),
    ("late.mkv", [3.5, 7.0], AAC),
    ("late.webm", [3.5, 7.0], ""),
    ("gap.webm", [1.5, 7.0], ""),
    ("plain.mp3", [1.5, 5.0], ""),
    ("plain.opus", [1.5, 5.0], ""),
    ("plain.ogg", [1.5, 5.0], ""),
    ("plain.flac", [1.5, 5.0], ""),
    ("plain.wav", [1.5, 5.0], ""),
]


def row_of(heard: Heard) -> dict[str, Any]:
    assert heard.format is not None
    return {
        "container": heard.format.container,
        "codec": heard.format.codec,
        "duration_ms": heard.duration_ms,
        "tracks": [vars(track) | {"default": track.is_default} for track in heard.format.tracks],
        "track": heard.format.track,
    }


@dataclass(frozen=True)
class Made:
    """A report on all the files: its first page, the page of each file, and where its windows have the bursts."""

    report: Path
    pages: dict[str, Path]
    bursts: dict[str, list[float]]
    rows: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("played")
    bursts, rows, words, times, uris = {}, {}, {}, {}, []
    for name in [*(name for name, *_ in PLAYED), *SILENT]:
        uri = str(folder / name)
        write_audio(folder / name)
        bursts[name], heard = in_windows(folder / name)
        rows[name] = row_of(heard) | {"uri": uri}
        kind = "".join(filter(str.isalpha, name))
        words[uri] = f"first{kind} last{kind}"
        times[uri] = [round(1000 * at) - BEFORE_MS for at in (bursts[name][0], bursts[name][-1])]
        uris.append(uri)
    write_corpus(folder / "corpus", words, times=times, files={str(folder / name): row for name, row in rows.items()})
    report = write_report(folder / "corpus", recordings=uris)[0]
    pages = {name: report.with_name(f"{key_of(str(folder / name))}.html") for name in rows}
    return Made(report, pages, bursts, rows)


@pytest.mark.parametrize(("name", "expected", "needs"), PLAYED, ids=[name for name, *_ in PLAYED])
def test_a_word_is_heard_where_it_stands(
    made: Made, opened: Callable[..., Page], name: str, expected: list[float], needs: str
) -> None:
    first, last = made.bursts[name][0], made.bursts[name][-1]
    assert [first, last] == pytest.approx(expected, abs=0.01)
    page = opened(made.pages[name], needs)
    for word, at in (("last", last), ("first", first)):
        page.locator(".word", has_text=word).click()
        assert played_at(page) == pytest.approx(at, abs=WITHIN_S), word
        jumps = page.evaluate("jumps.splice(0)")
        # Chromium first takes an m4a with an empty edit for shorter by it, and jumps no further: it is asked again.
        assert jumps[-1][0] == pytest.approx(at - BEFORE_MS / 1000, abs=0.002)
        assert len(jumps) == 1 or (name, word) == ("late.m4a", "last")
        assert jumps[-1][1] > at
    assert not page.locator("#silent").is_visible()


@pytest.mark.parametrize("name", SILENT)
def test_what_browsers_do_not_play_is_said(made: Made, opened: Callable[..., Page], name: str) -> None:
    page = opened(made.pages[name])
    page.wait_for_function("document.getElementById('audio').error")
    assert page.locator("#silent").inner_text() == told(made.rows[name])
    page.locator(".word", has_text="first").click()  # the place is shown all the same
    assert page.locator(".word.now").inner_text().startswith("first")


def test_the_first_page_plays_and_says_the_same(made: Made, opened: Callable[..., Page]) -> None:
    """It plays from the beginning of a stretch of speech, here at 1.0 s."""
    page = opened(made.report)
    for name, is_played in (("late.webm", True), ("late.wmv", False), ("plain.wav", True)):
        page.get_by_placeholder("a word or a phrase").fill("first" + "".join(filter(str.isalpha, name)))
        page.locator("#results button").click()
        if is_played:
            assert played_at(page) == pytest.approx(made.bursts[name][0], abs=WITHIN_S)
            assert not page.locator("#silent").is_visible()
        else:
            assert page.locator("#silent").inner_text() == told(made.rows[name])


def test_exports_have_the_times_of_the_tables(made: Made, tmp_path: Path) -> None:
    for format in ("vtt", "textgrid"):
        export(made.report.parents[1], format, tmp_path / format)
    for name, bursts in made.bursts.items():
        starts = [(round(1000 * at) - BEFORE_MS) / 1000 for at in (bursts[0], bursts[-1])]
        (subtitles,) = (tmp_path / "vtt").glob(f"{Path(name).stem}.{key_of(made.rows[name]['uri'])[:8]}.vtt")
        cues = webvtt.read(str(subtitles))
        assert [cue.start_in_seconds + cue.start_time.milliseconds / 1000 for cue in cues] == pytest.approx(starts)
        grid = textgrid.openTextgrid(str(tmp_path / "textgrid" / f"{subtitles.stem}.TextGrid"), False)
        assert [entry.start for entry in grid.getTier("words").entries] == pytest.approx(starts)


def told(row: dict[str, Any]) -> str:
    return (
        f"Most browsers do not play {row['container']} files with {row['codec']} sound: listen to it in another player."
    )
