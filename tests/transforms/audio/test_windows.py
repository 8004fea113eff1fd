"""The fixed grid: nothing lost, nothing twice, however the samples come."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.records import Place, Window
from schemas.sound import WINDOW_MS
from tests.transforms.peak import peak_bytes
from transforms.audio.windows import CONTEXT, Grid, level_dbfs

PLACE = Place("a.wav", "0" * 32, 2, 0, 0)
WINDOW = 160_000

FRAMES_48K = (
    st.integers(1, 3000)
    | st.integers(1, 35 * 48_000)
    | st.builds(lambda whole, rest: whole * 480_000 + rest, st.integers(1, 3), st.integers(-1600, 1600))
)
"""Shorter than a frame of 16 kHz, up to 35 s, and about the seams of the windows."""

CUTS = st.lists(st.floats(0, 1), max_size=12).map(sorted)


def cut_up(samples: np.ndarray, cuts: list[float]) -> list[np.ndarray]:
    return np.split(samples, [round(c * len(samples)) for c in cuts])


def windows_of(audio: dict[int, np.ndarray], duration_ms: int, cuts: dict[int, list[float]]) -> list[Window]:
    grid = Grid(PLACE, tuple(audio))
    parts = {rate: cut_up(samples, cuts[rate]) for rate, samples in audio.items()}
    pushes = [dict(zip(parts, some, strict=True)) for some in zip(*parts.values(), strict=True)]
    return [w for push in pushes for w in grid.push(push)] + list(grid.finish(duration_ms))


@settings(max_examples=60, deadline=None)
@given(frames=FRAMES_48K, at_16k=CUTS, at_48k=CUTS)
@example(frames=1, at_16k=[], at_48k=[])
@example(frames=480_000, at_16k=[], at_48k=[])
@example(frames=480_001, at_16k=[0.5], at_48k=[0.2])
def test_windows_put_together_are_the_recording(frames: int, at_16k: list[float], at_48k: list[float]) -> None:
    rng = np.random.default_rng(frames)
    audio = {r: rng.standard_normal(round(frames * r / 48_000), np.float32) for r in (16_000, 48_000)}
    duration_ms = -(-frames * 1000 // 48_000)
    longer = max(at_16k, at_48k, key=len)  # as many pushes of both rates, cut in different places
    cuts = {16_000: (at_16k + [1.0] * 12)[: len(longer)], 48_000: (at_48k + [1.0] * 12)[: len(longer)]}
    windows = windows_of(audio, duration_ms, cuts)

    assert [w.place.start_ms for w in windows] == list(range(0, duration_ms, WINDOW_MS))
    assert [w.place.end_ms for w in windows[:-1]] == [w.place.start_ms for w in windows[1:]]
    assert windows[-1].place.end_ms == duration_ms
    assert {(w.place.uri, w.place.recording_id, w.place.channel) for w in windows} == {("a.wav", "0" * 32, 2)}
    for rate, samples in audio.items():
        # Where the last window holds less than a sample of a rate, it has one, of silence.
        least = windows[-1].place.start_ms * rate // 1000 + 1
        whole = np.pad(samples, (0, max(0, least - len(samples))))
        assert np.array_equal(np.concatenate([w.audio[rate] for w in windows]), whole)
        if rate == 16_000:
            padded = np.pad(whole, CONTEXT)
    for window in windows:
        start, n = window.place.start_ms * 16, len(window.audio[16_000])
        assert np.array_equal(window.context, padded[start : start + n + 2 * CONTEXT])
        assert n > 0
        assert window.context.dtype == window.audio[48_000].dtype == np.float32


def test_context_is_cut_without_the_samples_of_16_khz() -> None:
    samples = np.random.default_rng(0).standard_normal(WINDOW + 5, np.float32)
    grid = Grid(PLACE, ())
    windows = [*grid.push({16_000: samples}), *grid.finish(10_001)]
    assert [dict(w.audio) for w in windows] == [{}, {}]
    assert np.array_equal(windows[1].context, np.pad(samples, (0, CONTEXT))[WINDOW - CONTEXT :])


def test_a_window_is_given_as_soon_as_its_context_is_there() -> None:
    grid = Grid(PLACE, (16_000,))
    assert not list(grid.push({16_000: np.zeros(WINDOW + CONTEXT - 1, np.float32)}))
    assert len(list(grid.push({16_000: np.zeros(1, np.float32)}))) == 1


@pytest.mark.parametrize("wholes", [1, 3])
def test_no_window_is_empty_when_the_recording_ends_on_the_grid(wholes: int) -> None:
    windows = windows_of({16_000: np.ones(wholes * WINDOW, np.float32)}, wholes * WINDOW_MS, {16_000: [0.3]})
    assert [len(w.audio[16_000]) for w in windows] == [WINDOW] * wholes
    assert not windows[-1].context[-CONTEXT:].any()


def test_a_window_keeps_no_more_than_itself_alive() -> None:
    """Rows are made later, when the buffer has moved on: a view would hold all of it."""
    grid = Grid(PLACE, (16_000, 48_000))
    blocks = {rate: np.zeros(35 * rate, np.float32) for rate in (16_000, 48_000)}
    for window in grid.push(blocks):
        for samples in (*window.audio.values(), window.context):
            assert samples.base is None
            assert not any(np.shares_memory(samples, block) for block in blocks.values())


def peak_of(minutes: int) -> int:
    """The most that a grid held over a stream of blocks of 1 s whose windows are dropped."""

    def stream() -> Iterator[dict[int, np.ndarray]]:
        for _ in range(60 * minutes):
            yield {rate: np.zeros(rate, np.float32) for rate in (16_000, 48_000)}

    grid = Grid(PLACE, (16_000, 48_000))

    def cut() -> int:
        pushed = sum(len(list(grid.push(block))) for block in stream())
        return pushed + len(list(grid.finish(minutes * 60_000)))

    windows, peak = peak_bytes(cut)
    assert windows == 6 * minutes
    return peak


def test_memory_does_not_grow_with_the_recording() -> None:
    short, long = peak_of(1), peak_of(30)
    assert long < 1.05 * short
    assert long < 4 * WINDOW_MS * (16 + 48) * 4  # bytes: a few windows at both rates


def test_level() -> None:
    assert level_dbfs(np.sin(np.arange(16_000) * np.pi / 8).astype(np.float32)) == pytest.approx(-3.0103, abs=1e-3)
    assert level_dbfs(np.tile([0.001, -0.001], 10).astype(np.float32)) == pytest.approx(-60.0, abs=1e-4)
    assert level_dbfs(np.full(160_000, 0.05, np.float32)) is None
    noise = np.random.default_rng(0).normal(0, 10 ** (-75 / 20), 160_000)
    drift = 0.05 + 0.01 * np.sin(2 * np.pi * np.arange(160_000) / 320_000)
    assert level_dbfs((noise + 0.05).astype(np.float32)) == pytest.approx(-75, abs=0.1)
    assert level_dbfs((noise + drift).astype(np.float32)) == pytest.approx(-75, abs=1)
    assert level_dbfs(np.zeros(10, np.float32)) is None
    assert level_dbfs(np.zeros(0, np.float32)) is None
