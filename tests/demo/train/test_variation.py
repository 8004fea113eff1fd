"""What is done to a whole batch at once, against the same done to each clip, and against what it is said to be."""

from __future__ import annotations

import math

import librosa
import numpy as np
import pytest
import torch
from torch import Tensor

from demo.train.data import augment
from demo.train.variation import BINS, HOP, WINDOW, Variety, drawn, varied
from demo.train.waveform import normalise
from demo.untrained.sounds import voice

RATE_HZ = 16_000
Batch = dict[str, Tensor]


@pytest.fixture(scope="module")
def clips() -> list[np.ndarray]:
    """Made-up speakers, none as long as the next."""
    pitches = (90, 140, 210, 260)
    return [voice(RATE_HZ, 0.8 + 0.3 * i, hz, np.random.default_rng(hz)) for i, hz in enumerate(pitches)]


def batch_of(clips: list[np.ndarray], **changes: object) -> Batch:
    """As they were recorded, save for ``changes``, which are the same for each."""
    as_recorded = {
        "tract": (1, 1),
        "smear": 0,
        "hoarse": 0,
        "colour": np.ones(BINS),
        "still": np.ones((2, 2)),
        "tempo": 1,
        "echo": (0.1, 1),
        "noise": (0, math.inf),
        "line": np.ones(BINS),
    }
    rows = {name: np.array([value] * len(clips), np.float32) for name, value in (as_recorded | changes).items()}
    longest = max(map(len, clips))
    batch = {name: torch.from_numpy(values) for name, values in rows.items()}
    batch["clips"] = torch.from_numpy(np.stack([np.pad(clip, (0, longest - len(clip))) for clip in clips])).float()
    batch["lengths"] = torch.tensor([len(clip) for clip in clips])
    return batch


def each_of(batch: Batch) -> list[np.ndarray]:
    """The varied clips, without what fills them up."""
    torch.manual_seed(1)
    clips, mask = varied(batch)
    assert clips.dtype == torch.float32
    assert mask.dtype == torch.int64
    assert clips.shape == mask.shape
    assert (clips[mask == 0] == 0).all()
    assert (mask.diff(dim=1) <= 0).all()  # ones, then zeros
    return [clip[: int(heard.sum())].numpy() for clip, heard in zip(clips, mask, strict=True)]


def amiss(found: np.ndarray, wanted: np.ndarray) -> float:
    """The RMS of the difference of two clips of variance 1; the last samples may be missing."""
    n = min(len(found), len(wanted))
    assert abs(len(found) - len(wanted)) <= WINDOW
    return float(np.sqrt(np.mean((found[:n] - wanted[:n]) ** 2)))


def test_what_is_not_changed_is_normalised_alone(clips: list[np.ndarray]) -> None:
    for found, clip in zip(each_of(batch_of(clips)), clips, strict=True):
        assert amiss(found, normalise(clip)) < 1e-2


@pytest.mark.parametrize("factors", [(1.15, 1.15), (0.9, 1.1)])
def test_the_tract_is_warped_as_clip_by_clip(clips: list[np.ndarray], factors: tuple[float, float]) -> None:
    for found, clip in zip(each_of(batch_of(clips, tract=factors)), clips, strict=True):
        wanted = normalise(augment.warp_formants(clip, *factors))
        assert amiss(found, wanted) < 0.02 < amiss(normalise(clip), wanted)


@pytest.mark.parametrize("tempo", [0.75, 1.375])
def test_another_tempo_is_that_of_librosas_phase_vocoder(tempo: float) -> None:
    """Of noise, in which no bin is ever silent: the phase of silence is anybody's guess.

    librosa's in float64: the phases that it adds up grow by up to 400 a frame.
    """
    noise = [np.random.default_rng(n).standard_normal(n).astype(np.float32) for n in (8000, 16_000, 12_800)]
    for found, clip in zip(each_of(batch_of(noise, tempo=tempo)), noise, strict=True):
        assert len(found) == pytest.approx(len(clip) / tempo, abs=1)
        spectrum = librosa.stft(clip.astype(float), n_fft=WINDOW, hop_length=HOP)
        stretched = torch.from_numpy(librosa.phase_vocoder(spectrum, rate=tempo, hop_length=HOP))
        # Not librosa's inverse, which is compiled for half a minute.
        wanted = torch.istft(stretched, WINDOW, HOP, window=torch.hann_window(WINDOW, dtype=torch.float64)).numpy()
        n = len(found) - WINDOW
        assert amiss(found[:n] / found[:n].std(), wanted[:n] / wanted[:n].std()) < 0.02


def test_the_line_lets_through_what_it_lets_through(clips: list[np.ndarray]) -> None:
    """Noise of the room too: it comes over the same line."""
    gains = np.ones(BINS)
    gains[BINS // 2 :] = 0
    for noise in ((0, math.inf), (0, 10)):
        for found in each_of(batch_of(clips, line=gains, noise=noise)):
            power = np.abs(np.fft.rfft(found)) ** 2
            assert power[int(0.52 * len(power)) :].sum() < 1e-3 * power.sum()


def test_the_colour_is_of_the_voice_alone(clips: list[np.ndarray]) -> None:
    gains = np.where(np.arange(BINS) < BINS // 2, 1, 0.01)
    quiet, loud = (
        [np.abs(np.fft.rfft(clip)) ** 2 for clip in each_of(batch_of(clips, colour=gains, noise=noise))]
        for noise in ((0, math.inf), (0, 10))
    )
    for one, other in zip(quiet, loud, strict=True):
        share = [power[int(0.6 * len(power)) :].sum() / power.sum() for power in (one, other)]
        assert share[0] < 1e-3 < 0.01 < share[1]


@pytest.mark.parametrize("decibels", [5, 20])
@pytest.mark.parametrize("slope", [0, 1, 2])
def test_noise_lies_as_far_below_as_asked(clips: list[np.ndarray], slope: float, decibels: float) -> None:
    """Noise is not of the clip: what is left beside the best share of the clip is noise."""
    for found, clip in zip(each_of(batch_of(clips, noise=(slope, decibels))), clips, strict=True):
        clean = normalise(clip)[: len(found)]
        share = found @ clean / (clean @ clean)
        left = np.linalg.norm(found - share * clean) / np.linalg.norm(share * clean)
        # Brown noise of a second is loudest at frequencies that are few.
        assert -20 * math.log10(left) == pytest.approx(decibels, abs=0.5 + slope)


def test_an_echo_has_its_share_of_the_energy_and_dies_away() -> None:
    click = np.zeros(RATE_HZ, np.float32)
    click[1000] = 1.0
    found = np.square(each_of(batch_of([click], echo=(0.5, 0.4)))[0].astype(float))
    assert found[1000] / found[1000:].sum() == pytest.approx(0.4, abs=0.02)
    early, late = (found[1000 + start : 1000 + start + 400].sum() for start in (100, 100 + 2000))
    assert 10 * math.log10(early / late) == pytest.approx(60 * 2000 / (0.5 * RATE_HZ), abs=2)


def test_a_hoarse_voice_has_no_pitch(clips: list[np.ndarray]) -> None:
    """A voice is like itself one period later; a whisper is not.  Of low voices, whose harmonics no bin tells apart."""

    def pitch(clip: np.ndarray) -> float:
        alike = np.fft.irfft(np.abs(np.fft.rfft(clip, 2 * len(clip))) ** 2)
        return float(alike[RATE_HZ // 160 : RATE_HZ // 80].max() / alike[0])

    hoarse = each_of(batch_of(clips, hoarse=1))
    for found, clip in zip(hoarse[:2], clips[:2], strict=True):
        assert pitch(found) < 0.6 * pitch(clip)


def test_smearing_slows_the_envelope_down() -> None:
    """A voice that comes and goes every 16 ms."""
    time = np.arange(RATE_HZ) / RATE_HZ
    noise = np.random.default_rng(1).standard_normal(RATE_HZ)
    clip = (noise * np.where(np.floor(time / 0.016) % 2, 1.0, 0.1)).astype(np.float32)

    def movement(clip: np.ndarray) -> float:
        return float(np.std(np.log(np.abs(librosa.stft(clip, n_fft=256, hop_length=64)).mean(axis=0))))

    sharp, half, smeared = (movement(each_of(batch_of([clip], smear=share))[0]) for share in (0.0, 0.5, 1.0))
    assert smeared < 0.75 * sharp
    assert smeared < half < sharp


def test_nothing_is_heard_in_between(clips: list[np.ndarray]) -> None:
    spans = [[0.2, 0.35], [0.6, 0.62]]
    for found, clip in zip(each_of(batch_of(clips, still=spans)), clips, strict=True):
        n, margin = len(clip), WINDOW
        inside = found[int(0.2 * n) + margin : int(0.35 * n) - margin]
        assert len(inside) > 100
        assert inside.std() < 0.02 < found[int(0.4 * n) : int(0.55 * n)].std()


def test_a_batch_does_to_each_what_it_does_to_it_alone(clips: list[np.ndarray]) -> None:
    """Without what is random, and whatever the others get."""
    slope = np.linspace(1, 0.2, BINS)
    batch = batch_of(clips, smear=0.7, colour=slope, line=slope[::-1])
    batch["tract"] = torch.tensor([[0.8, 0.9], [0.9, 1.0], [1.0, 1.1], [1.2, 1.1]])
    for i, found in enumerate(each_of(batch)):
        one = {name: values[i : i + 1] for name, values in batch.items()}
        alone = each_of(one | {"clips": one["clips"][:, : len(clips[i])]})[0]
        n = len(clips[i]) - WINDOW  # at its end a clip is smoothed with what fills it up
        assert amiss(found[:n], alone[:n]) < 0.02


def test_what_is_drawn() -> None:
    rng = np.random.default_rng(1)
    variety = Variety(widest=0.2, tract=0.5, strange=0.6, noisy=0.3)
    many = [drawn(rng, variety) for _ in range(400)]
    for one in many:
        assert {name: values.shape for name, values in one.items()} == {
            "tract": (2,),
            "smear": (),
            "hoarse": (),
            "colour": (BINS,),
            "still": (2, 2),
            "tempo": (),
            "echo": (2,),
            "noise": (2,),
            "line": (BINS,),
        }
        assert {values.dtype for values in one.values()} == {np.dtype(np.float32)}
        assert (one["line"] >= 0).all()
        assert (one["line"] <= 1.01).all()
        assert (one["still"][:, 0] <= one["still"][:, 1]).all()
    shares = {
        "tract": (0.5, (1, 1)),
        "smear": (0.2, 0),
        "hoarse": (0.06, 0),
        "still": (0.2, np.ones((2, 2))),
        "tempo": (0.3, 1),
        "noise": (0.3, (0, math.inf)),
    }
    for name, (share, otherwise) in shares.items():
        changed = np.mean([(one[name] != np.float32(otherwise)).any() for one in many])
        assert changed == pytest.approx(share, abs=0.08), name
    tracts = np.stack([one["tract"] for one in many])
    assert tracts.min() > 0.8 - 1e-6
    assert tracts.max() < 1.2 + 1e-6
    tempos = [float(one["tempo"]) for one in many]
    assert min(tempos) < 0.85 < 1.25 < max(tempos)


def test_a_course_may_ask_for_more_variety() -> None:
    assert Variety(tract=0.9, strange=0.2).at_least(0.5) == Variety(tract=0.9, strange=0.5)
    assert Variety(strange=0.8).at_least(0.5) == Variety(tract=0.8, strange=0.8)
