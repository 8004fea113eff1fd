"""Headers that lie and several files in one, as a run hears them: times, levels and states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.pipelines.corpora import publish, rows
from tests.transforms.decode.odd_files import RATE, chunk, pcm16, voice, wav, write

FIELD = Path(__file__).resolve().parents[3] / "shared" / "field"
HEARD = ("header_short", "joined", "chained_codebooks", "chained_change", "tags_at_end")


def found(out: Path) -> dict[str, tuple[str, int, set[str]]]:
    """The status of each file, the length of its recording in ms, and the reasons of its errors."""
    reasons: dict[str, set[str]] = {}
    for row in rows(out, "errors"):
        reasons.setdefault(row["uri"], set()).add(row["reason"])
    lengths = {row["recording_id"]: row["duration_ms"] for row in rows(out, "recordings")}
    return {
        Path(row["uri"]).name: (row["status"], lengths[row["recording_id"]], reasons.get(row["uri"], set()))
        for row in rows(out, "files")
    }


def test_what_is_heard_and_what_is_told(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    pcm = pcm16(voice(4.0))
    for name, content in {
        "short.wav": wav(pcm, stated=RATE),
        "chunks.wav": wav(pcm, behind=chunk(b"iXML", b"<BWFXML/>" * 999)),
        "joined.wav": wav(pcm) + wav(pcm[: 2 * RATE]),
        "secret.wav": wav(pcm, behind=b"\1" + np.random.default_rng(1).bytes(70_000)),
    }.items():
        (folder / name).write_bytes(content)
    for rate, quality in ((48_000, 0.0), (32_000, 0.9)):
        with soundfile.SoundFile(
            tmp_path / f"{rate}.ogg", "w", rate, 1, "VORBIS", format="OGG", compression_level=quality
        ) as file:
            file.write(voice(2.0, rate))
    links = [(tmp_path / f"{rate}.ogg").read_bytes() for rate in (48_000, 32_000)]
    (folder / "chain.ogg").write_bytes(b"".join(links))
    whole = write(tmp_path / "a.m4a", voice(2.0)).read_bytes()
    (folder / "broken.m4a").write_bytes(whole + whole.replace(b"stbl", b"xxxx"))
    publish(out, {}, [folder], tables=["segments"])
    ends = found(out)
    alone = ends["broken.m4a"][1]
    assert alone == pytest.approx(2_000, abs=200)
    assert ends == {
        "short.wav": ("complete", 4_000, set()),
        "chunks.wav": ("complete", 4_000, set()),
        "joined.wav": ("complete", 5_000, set()),
        "secret.wav": ("partial", 4_000, {"part_not_heard"}),
        "chain.ogg": ("complete", 4_000, set()),
        "broken.m4a": ("partial", alone, {"part_not_heard"}),
    }
    (told,) = [row for row in rows(out, "errors") if row["uri"].endswith("secret.wav")]
    assert told["message"].startswith("70,001 bytes from byte")
    assert told["start_ms"] == 4_000


@pytest.mark.slow
@pytest.mark.skipif(not FIELD.is_dir(), reason="shared/field, with files of the kinds that people have, is not here")
def test_files_of_the_kinds_that_people_have(tmp_path: Path) -> None:
    folders = [FIELD / "joined", *(FIELD / "second" / name for name in HEARD)]
    publish(tmp_path / "out", {}, folders, tables=["segments"])
    expected = {"control_chunks_after.wav": 5_000, "abA_inserted.mp3": 33_000}
    for name, (status, length, reasons) in found(tmp_path / "out").items():
        assert (status, reasons) == ("complete", set()), name
        assert length == pytest.approx(expected.get(name, 8_000), abs=300), name
    assert all(row["peak_dbfs"] < 0 for row in rows(tmp_path / "out", "recordings"))
