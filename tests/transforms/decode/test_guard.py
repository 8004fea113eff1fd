"""A decoder in a process of its own: the same samples, and what crashes or hangs costs its file alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from demo.corpus import FOLDER
from schemas.reasons import Reason
from schemas.records import Recording, Source
from tests.transforms.decode.decoding import RATE, decode, tones
from transforms.decode.audio import DecodeError, block_frames, open_audio, read_header
from transforms.decode.guard import Decoder
from transforms.heard import Heard
from transforms.identify import identify
from transforms.listen import Listening, listen

FAULTY = (sys.executable, "-m", "tests.transforms.decode.faulty_decoder")
REFUSED = ("garbage.wav", "notes.mp3")
RECORDINGS = sorted(p for p in FOLDER.rglob("*.*") if p.suffix not in {".csv", ".md"} and p.name not in REFUSED)
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    decoder = Decoder()
    yield decoder
    decoder.close()


@pytest.fixture
def faulty() -> Iterator[Decoder]:
    decoder = Decoder(least_seconds=2.0, bytes_a_second=1e9, command=FAULTY)
    yield decoder
    decoder.close()


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_what_comes_out_is_what_the_decoder_gives(path: Path, decoder: Decoder) -> None:
    with open_audio(str(path)) as audio:
        wanted = list(audio.blocks())
    header = read_header(str(path))
    with decoder.open(str(path)) as guarded:
        got = list(guarded.blocks())
    assert guarded.format == audio.format
    assert decoder.header(str(path)) == header
    assert guarded.problems == audio.problems
    assert len(got) == len(wanted)
    for one, other in zip(got, wanted, strict=True):
        assert one.flags.writeable
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", [*REFUSED, "not_there.wav"])
def test_what_is_refused_is_refused_in_the_same_words(name: str, decoder: Decoder) -> None:
    path = str(FOLDER / "broken" / name)
    with pytest.raises(DecodeError) as wanted, open_audio(path):
        pass
    with pytest.raises(DecodeError) as got, decoder.open(path):
        pass
    with pytest.raises(DecodeError) as header:
        decoder.header(path)
    assert str(got.value) == str(header.value) == str(wanted.value)
    assert got.value.reason is header.value.reason is wanted.value.reason


BLOCK = block_frames(RATE, 2)


@pytest.fixture
def recordings(tmp_path: Path) -> dict[str, Path]:
    """One recording of three blocks under the names that the faulty decoder knows, and an ordinary one."""
    good = tmp_path / "good.wav"
    sf.write(good, np.resize(tones(), (3 * BLOCK, 2)), RATE)
    names = [name for fault in REASONS for name in (fault, f"late_{fault}")]
    return {"good": good, **{name: Path(shutil.copy(good, tmp_path / f"{name}.wav")) for name in names}}


REASONS = {
    "crash": Reason.DECODER_CRASHED,
    "kill": Reason.DECODER_CRASHED,
    "hang": Reason.DECODER_HUNG,
    "raise": Reason.INTERNAL,
    "fill": Reason.OUT_OF_MEMORY,
    "spin": Reason.DECODER_HUNG,
}
SAID = {
    "crash": "SIGSEGV",
    "kill": "SIGKILL",
    "hang": "stopped",
    "raise": "ZeroDivisionError: a fault",
    "fill": "more than the 1,0",
    "spin": "stopped",
}


@pytest.mark.parametrize("fault", REASONS)
def test_a_fault_at_the_opening_is_the_files_alone(fault: str, faulty: Decoder, recordings: dict[str, Path]) -> None:
    for _ in range(2):
        with pytest.raises(DecodeError, match=SAID[fault]) as refused, faulty.open(str(recordings[fault])):
            pass
        assert refused.value.reason is REASONS[fault]
        with faulty.open(str(recordings["good"])) as audio:
            got = np.concatenate(list(audio.blocks()))
        np.testing.assert_array_equal(got, decode(recordings["good"])[0])


@pytest.mark.parametrize("fault", REASONS)
def test_what_came_before_a_fault_is_kept(fault: str, faulty: Decoder, recordings: dict[str, Path]) -> None:
    with faulty.open(str(recordings[f"late_{fault}"])) as audio:
        blocks = list(audio.blocks())
    assert [len(block) for block in blocks] == [BLOCK]
    (problem,) = audio.problems
    assert problem.reason is REASONS[fault]
    assert SAID[fault] in problem.message
    assert problem.start_ms == round(1000 * BLOCK / RATE)
    assert faulty.header(str(recordings["good"])).channels == 2


def test_a_header_that_crashes_leaves_a_recording_of_unknown_length(
    faulty: Decoder, recordings: dict[str, Path]
) -> None:
    """What the decoder did says the stage that needs the samples."""
    path = recordings["crash"]
    known = identify(Source(str(path), str(path), path.stat().st_size, 0), faulty.header)
    assert known.recording_id is not None
    assert known.problem is None


def test_a_recording_whose_decoder_crashed_half_way_is_partial(faulty: Decoder, recordings: dict[str, Path]) -> None:
    path = recordings["late_crash"]
    recording = Recording("0" * 32, (Source(str(path), str(path), 1, 0),), 1.0)
    *_, problem, heard = listen(recording, Listening((16_000,), None), None, faulty.open)
    assert problem.reason is Reason.DECODER_CRASHED  # type: ignore[union-attr]
    assert isinstance(heard, Heard)
    assert (heard.status, heard.duration_ms) == ("partial", -(-1000 * BLOCK // RATE))


def test_a_file_that_is_left_half_way_leaves_nothing_for_the_next(
    decoder: Decoder, recordings: dict[str, Path]
) -> None:
    for _ in range(3):
        with decoder.open(str(recordings["good"])) as audio:
            next(audio.blocks())
    with decoder.open(str(recordings["good"])) as audio:
        np.testing.assert_array_equal(np.concatenate(list(audio.blocks())), decode(recordings["good"])[0])


def test_the_time_of_the_consumer_does_not_count(recordings: dict[str, Path]) -> None:
    decoder = Decoder(least_seconds=1.5, bytes_a_second=1e12)
    decoder.header(str(recordings["good"]))  # it is started
    with decoder.open(str(recordings["good"])) as audio:
        blocks = audio.blocks()
        next(blocks)
        time.sleep(2.0)
        assert len(list(blocks)) == 2
    assert not audio.problems
    decoder.close()


def test_a_process_that_ran_out_of_memory_is_replaced(faulty: Decoder, recordings: dict[str, Path]) -> None:
    numbers = []
    for name in ("good", "good", "late_fill", "good"):
        with faulty.open(str(recordings[name])) as audio:
            list(audio.blocks())
        assert faulty._started is not None
        numbers.append(faulty._started.process.pid)
    assert numbers[0] == numbers[1] == numbers[2] != numbers[3]


def test_what_a_decoder_gives_earns_it_time(tmp_path: Path, faulty: Decoder) -> None:
    """Ten blocks of 8 s, 0.3 s each, of a file that may take 2 s."""
    sf.write(tmp_path / "slow.flac", np.zeros(10 * block_frames(8_000, 1), np.int16), 8_000)
    with faulty.open(str(tmp_path / "slow.flac")) as audio:
        assert len(list(audio.blocks())) == 10
    assert not audio.problems


def test_the_process_leaves_with_its_parent(recordings: dict[str, Path]) -> None:
    """Also from a decoder that hangs, which never looks at its socket."""
    code = f"""
import sys, threading
from transforms.decode.guard import Decoder
decoder = Decoder(command={FAULTY!r})
decoder.header({str(recordings["good"])!r})
print(decoder._started.process.pid, flush=True)
threading.Thread(target=decoder.header, args=({str(recordings["hang"])!r},), daemon=True).start()
sys.stdin.readline()
"""
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    for _ in range(100):
        if not _is_alive(pid):
            return
        time.sleep(0.1)
    os.kill(pid, 9)
    pytest.fail("the decoding process outlived its parent")


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
