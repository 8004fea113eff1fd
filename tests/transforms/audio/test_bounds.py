"""Files that ask for more than they can be worth: of memory, of time, of hours, of channels."""

from __future__ import annotations

import re
import signal
import struct
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from schemas.config import SpeechConfig
from schemas.reasons import Reason
from schemas.records import Recording, Source
from tests.transforms.decode.decoding import RATE, decode, tones
from tests.transforms.listening import ID, Sorted, sort_events
from tests.transforms.peak import peak_bytes
from transforms.audio.bounds import MOST_CHANNELS_APART
from transforms.audio.speech import SpeechDetector
from transforms.decode.audio import BLOCK_SAMPLES, DecodeError, block_frames, open_audio
from transforms.decode.guard import Decoder
from transforms.listen import Listening, listen

ROOT = Path(__file__).resolve().parents[3]
SMALL = (sys.executable, "-m", "tests.transforms.decode.small_decoder")
WINDOWS = Listening((16_000,), None)


def heard(
    path: Path, wanted: Listening = WINDOWS, until: float | None = None, decoder: Decoder | None = None
) -> Sorted:
    """A recording listened to, with the size of its file."""
    recording = Recording(ID, (Source(str(path), str(path), path.stat().st_size, 0),), 0.0)
    detector = SpeechDetector() if wanted.speech else None
    return sort_events(listen(recording, wanted, detector, decoder.open if decoder else open_audio, until))


# Memory


def promising(path: Path, packets: int) -> Path:
    """An MP4 of a second whose header promises so many packets of one byte."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        for i in range(16):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16_000, 1024 * i
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    content = bytearray(path.read_bytes())
    sizes, times, chunks = (content.index(box) + 4 for box in (b"stsz", b"stts", b"stsc"))
    content[sizes : sizes + 12] = struct.pack(">III", 0, 1, packets)
    content[times + 8 : times + 12] = struct.pack(">I", packets)
    content[chunks + 12 : chunks + 16] = struct.pack(">I", packets)
    path.write_bytes(content)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a bound on the memory of a process")
def test_a_header_cannot_take_the_memory_of_the_machine(tmp_path: Path) -> None:
    path = promising(tmp_path / "a.m4a", 20_000_000)
    soundfile.write(tmp_path / "b.wav", tones(), RATE)
    decoder = Decoder(command=SMALL)
    with pytest.raises(DecodeError, match=r"promises 20,000,000 packets in [0-9,]+ bytes") as refused:
        decoder.header(str(path))
    assert refused.value.reason is Reason.UNDECODABLE
    found = heard(path, decoder=decoder)
    assert (found.heard.status, [p.reason for p in found.problems]) == ("failed", [Reason.UNDECODABLE])
    assert decoder._started is not None
    most = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{decoder._started.process.pid}/status").read_text())
    assert most is not None
    assert int(most[1]) < 400_000  # without a bound 720 MB
    with decoder.open(str(tmp_path / "b.wav")) as audio:  # the same process
        np.testing.assert_array_equal(np.concatenate(list(audio.blocks())), decode(tmp_path / "b.wav")[0])
    decoder.close()


def test_the_bound_grows_with_the_file() -> None:
    code = "from transforms.decode.limits import limit_memory; print(limit_memory(0), limit_memory(4e9))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(1 << 30), str((1 << 30) + 2_000_000_000)]


def test_a_decoder_that_spins_is_ended_by_the_system() -> None:
    code = "from transforms.decode.limits import limit_time\nlimit_time(0.1)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=120, check=False)
    assert done.returncode == -signal.SIGXCPU


# Channels


def many(path: Path, channels: int, frames: int = 16_000) -> Path:
    noise = np.random.default_rng(0).standard_normal((frames, channels)) * 0.1
    soundfile.write(path, noise.astype(np.float32), 16_000, "PCM_16")
    return path


def test_blocks_are_as_large_however_many_channels_there_are(tmp_path: Path) -> None:
    for channels, frames in ((1, 96_000), (8, 65_536), (16, 32_768), (1024, 512)):
        with open_audio(str(many(tmp_path / f"{channels}.wav", channels, frames + 1))) as audio:
            blocks = list(audio.blocks())
        assert [len(block) for block in blocks] == [frames, 1]
        assert blocks[0].size <= BLOCK_SAMPLES


@pytest.mark.parametrize(
    ("rate", "channels", "frames"),
    [(1_000, 1, 65_536), (8_000, 2, 65_536), (22_050, 1, 132_300), (44_100, 2, 262_144), (192_000, 1, 262_144)],
)
def test_blocks_are_no_longer_than_six_seconds_but_at_low_rates(rate: int, channels: int, frames: int) -> None:
    assert block_frames(rate, channels) == frames


def test_a_thousand_channels_take_no_memory_to_speak_of(tmp_path: Path) -> None:
    path = many(tmp_path / "a.wav", 1024)
    found, peak = peak_bytes(lambda: heard(path, Listening((16_000,), SpeechConfig())))
    assert found.heard.status == "complete"
    assert peak < 60_000_000  # one block of all frames would be 66 MB, and was held several times


def test_channels_are_kept_apart_up_to_a_number(tmp_path: Path) -> None:
    each = Listening((16_000,), None, each=True)
    found = heard(many(tmp_path / "most.wav", MOST_CHANNELS_APART, 800), each)
    assert (found.heard.status, len(found.windows)) == ("complete", MOST_CHANNELS_APART)
    found = heard(many(tmp_path / "more.wav", MOST_CHANNELS_APART + 1, 800), each)
    assert (found.heard.status, [p.reason for p in found.problems]) == ("failed", [Reason.TOO_MANY_CHANNELS])
    assert "--channels mix" in found.problems[0].message
    assert heard(tmp_path / "more.wav").heard.status == "complete"


# Hours


@pytest.fixture(scope="module")
def silence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten hours at 1 kHz in some 120 kB."""
    path = tmp_path_factory.mktemp("silence") / "ten_hours.flac"
    with soundfile.SoundFile(path, "w", 1_000, 1, "PCM_16") as file:
        for _ in range(10):
            file.write(np.zeros(3_600_000, np.int16))
    assert path.stat().st_size < 200_000
    return path


def test_no_more_hours_are_heard_than_asked_for(silence: Path) -> None:
    found = heard(silence, Listening((16_000,), None, most_hours=0.5))
    assert found.heard.status == "partial"
    (problem,) = found.problems
    assert problem.reason is Reason.TOO_LONG
    assert problem.start_ms == found.heard.duration_ms
    assert 1_800_000 <= found.heard.duration_ms < 1_900_000
    assert found.windows[-1].place.end_ms == found.heard.duration_ms


def test_a_recording_of_just_so_many_hours_is_whole(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(36_000), 1_000)
    assert heard(tmp_path / "a.wav", Listening((16_000,), None, most_hours=0.01)).heard.status == "complete"


def test_what_goes_on_for_ever_ends_when_the_time_of_the_run_is_over(silence: Path) -> None:
    with closing(Decoder()) as decoder:
        found = heard(silence, until=1.0, decoder=decoder)
        assert decoder.header(str(silence)).seconds == 36_000
    assert found.heard.status == "partial"
    assert [problem.reason for problem in found.problems] == [Reason.STOPPED]
    assert 0 < found.heard.duration_ms < 1_000_000
    assert found.windows[-1].place.end_ms == found.heard.duration_ms


def test_what_was_begun_is_finished_when_the_time_of_the_run_is_over(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.mp3", np.resize(tones()[:, 0], 60 * RATE), RATE)
    assert heard(tmp_path / "a.mp3", until=1.0).heard.status == "complete"
