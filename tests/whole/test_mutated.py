"""Real files with random damage: each ends as rows or as a row of errors, and the run is published."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.reasons import Reason
from tests.pipelines.corpora import DEMO, publish, rows

HEADER_BYTES = 64
LONGEST_BYTES = 60_000

place = st.floats(0, 1, exclude_max=True)
mutation = st.one_of(
    st.tuples(st.just("cut"), place, st.just(b"")),
    st.tuples(st.just("over"), place, st.binary(min_size=1, max_size=400)),
    st.tuples(st.just("header"), place, st.binary(min_size=1, max_size=8)),
    st.tuples(st.just("header"), place, st.sampled_from([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"])),
    st.tuples(st.just("insert"), place, st.binary(min_size=1, max_size=400)),
    st.tuples(st.just("drop"), place, st.binary(min_size=1, max_size=400)),
)
mutations = st.lists(mutation, min_size=1, max_size=3)


def mutated(content: bytes, steps: list[tuple[str, float, bytes]]) -> bytes:
    """The bytes after each step: cut off, written over, inserted, dropped; in the header or anywhere."""
    for what, where, other in steps:
        at = int(where * min(len(content), HEADER_BYTES if what == "header" else len(content)))
        match what:
            case "cut":
                content = content[:at]
            case "insert":
                content = content[:at] + other + content[at:]
            case "drop":
                content = content[:at] + content[at + len(other) :]
            case _:
                content = content[:at] + other + content[at + len(other) :]
    return content


def originals() -> list[Path]:
    """Small files of the demo corpus, of every format in turn."""
    by_format: dict[str, list[Path]] = {}
    for path in sorted(DEMO.rglob("*")):
        if path.is_file() and path.suffix != ".csv" and 0 < path.stat().st_size < LONGEST_BYTES:
            by_format.setdefault(path.suffix, []).append(path)
    rounds = itertools.zip_longest(*by_format.values())
    return [path for one in rounds for path in one if path is not None]


@pytest.mark.soak
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(st.lists(mutations, min_size=40, max_size=40))
def test_mutated_files(tmp_path_factory: pytest.TempPathFactory, damages: list[list[tuple[str, float, bytes]]]) -> None:
    folder = tmp_path_factory.mktemp("mutated")
    files = originals()
    assert len({path.suffix for path in files}) >= 4
    (folder / "archive").mkdir()
    for number, (path, steps) in enumerate(zip(itertools.cycle(files), damages, strict=False)):
        (folder / "archive" / f"{number:03d}{path.suffix}").write_bytes(mutated(path.read_bytes(), steps))
    out = folder / "out"
    publish(out, {}, [folder / "archive"], tables=["windows", "frames", "segments", "prosody"])
    found = rows(out, "files")
    assert len(found) == len(damages)
    failed = {row["uri"] for row in rows(out, "errors")}
    assert all(row["status"] == "complete" or row["uri"] in failed for row in found)
    reasons = {row["reason"] for row in rows(out, "errors")}
    assert not reasons & {Reason.INTERNAL.value, Reason.DECODER_HUNG.value, Reason.NOT_FOUND.value}
    shutil.rmtree(folder)
