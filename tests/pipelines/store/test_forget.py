"""What was forgotten is nowhere: not a byte of its name or id, in no snapshot, and no run takes it up again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.cli import FAILED, PUBLISHED, WRONG_USE, main
from pipelines.store.folder import Folder
from pipelines.store.tombstones import read_forgotten
from tests.pipelines.corpora import DEMO, rows
from transforms.beside.content import content_hash

STEPS = 11
"""Renamings and replacings in which `forget` goes through a corpus of three snapshots."""
Captured = pytest.CaptureFixture[str]


def texts(folder: Path) -> str:
    """Every byte below ``folder``, and every value of every Parquet file, which are compressed."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            found.append(path.name + path.read_bytes().decode("latin-1"))
            if path.suffix in (".parquet", ".made"):
                table = pq.read_table(path, partitioning=None)
                columns = [
                    n for n, f in zip(table.schema.names, table.schema, strict=True) if not pa.types.is_binary(f.type)
                ]
                found.append(repr(table.select(columns).to_pydict()))
    return "\n".join(found)


def test_forgotten_for_good(tmp_path: Path, capfd: Captured) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    for name in ("digits/code_007.wav", "signals/tones.wav", "broken/breaks_off.flac", "broken/garbage.wav"):
        shutil.copy(DEMO / name, archive)
    secret = shutil.copy(archive / "code_007.wav", archive / "withdrawn.wav")
    key = content_hash(str(secret))
    words = ["run", str(archive), str(secret), "--out", str(out), "--tables", "windows,prosody"]
    assert main(words) == PUBLISHED
    shutil.copy(DEMO / "signals" / "yes.wav", archive)
    assert main(words) == PUBLISHED
    assert len(list((out / "snapshots").iterdir())) == 2
    (out / "agreement.json").write_text(f'[{{"group": "{secret}"}}]')
    assert main(["report", str(out), "--recordings", key]) == PUBLISHED
    (out / "runs.jsonl").open("a").write(f'{{"outcome": "failed", "message": "{secret} went wrong"}}\n')
    before = texts(out)
    assert key in before
    assert "withdrawn.wav" in before
    kept = [row for row in rows(out, "windows") if row["recording_id"] != key]

    capfd.readouterr()
    assert main(["forget", str(out), str(secret), "--yes"]) == PUBLISHED
    told = capfd.readouterr().out
    assert told.startswith(
        "forgotten: 1 recording in 2 files, out of 2 snapshots; rows of the published tables: 2 of files"
    )
    assert "2 pages of the report went, for they spoke of them" in told
    assert not (out / "report").exists()
    after = texts(out)
    for gone in (key, "withdrawn.wav", "code_007.wav"):
        assert gone not in after
    assert "tones.wav" in after
    assert rows(out, "windows") == kept
    assert len(list((out / "snapshots").iterdir())) == 2
    assert read_forgotten(out).holds(key)
    assert read_forgotten(out).holds(str(secret))

    # Neither under its name nor, as a copy, under another.
    assert main(words) == PUBLISHED
    shutil.copy(secret, archive / "another_name.wav")
    shutil.copy(DEMO / "signals" / "noise.wav", archive)
    assert main(words) == PUBLISHED
    assert key not in texts(out)
    assert {Path(row["uri"]).name for row in rows(out, "files")} == {
        *("tones.wav", "breaks_off.flac", "garbage.wav", "yes.wav", "noise.wav")
    }


def test_by_id_and_files_that_could_not_be_read(tmp_path: Path, capfd: Captured) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    for name in ("signals/yes.wav", "signals/tones.wav", "broken/garbage.wav"):
        shutil.copy(DEMO / name, archive)
    assert main(["run", str(archive), "--out", str(out), "--tables", "windows"]) == PUBLISHED
    key = content_hash(str(archive / "yes.wav"))
    assert main(["forget", str(out), key, str(archive / "garbage.wav"), "--yes"]) == PUBLISHED
    assert key not in texts(out)
    assert "garbage" not in texts(out)
    assert [Path(row["uri"]).name for row in rows(out, "files")] == ["tones.wav"]
    assert rows(out, "errors") == []
    assert main(["forget", str(out), "tones.wav", "--yes"]) == WRONG_USE  # too dear a mistake for a name alone
    told = capfd.readouterr().err
    assert (
        f"tones.wav: no recording of that id, and no file of that path, is in the tables: did you mean {archive}"
        in told
    )
    assert main(["forget", str(out), key[::-1], "--yes"]) == WRONG_USE
    assert "no recording of that id, and no file of that path, is in the tables" in capfd.readouterr().err


def test_where_there_is_no_corpus(tmp_path: Path, capfd: Captured) -> None:
    assert main(["forget", str(tmp_path), "a.wav", "--yes"]) == FAILED
    assert capfd.readouterr().err == f"earwitness: {tmp_path} holds no corpus\n"
    assert list(tmp_path.iterdir()) == []


def test_what_was_replaced_is_forgotten_and_what_took_its_place_stays(tmp_path: Path, capfd: Captured) -> None:
    """A person asks that a passage go: the file was cut, and the old content lies in older snapshots only."""
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    interview = archive / "interview.wav"
    shutil.copy(DEMO / "signals" / "yes.wav", interview)
    shutil.copy(DEMO / "signals" / "tones.wav", archive)
    words = ["run", str(archive), "--out", str(out), "--tables", "windows"]
    assert main(words) == PUBLISHED
    old = content_hash(str(interview))
    shutil.copy(DEMO / "signals" / "noise.wav", interview)
    new = content_hash(str(interview))
    assert main(words) == PUBLISHED
    capfd.readouterr()
    assert main(["forget", str(out), old, "--yes"]) == PUBLISHED
    told = capfd.readouterr().out
    assert f"{interview} stays: it held one of them and holds something else now" in told
    assert "coded anew with loss, is another recording" in told
    for _ in range(2):
        assert old not in texts(out)
        assert {row["uri"]: row["recording_id"] for row in rows(out, "files")}[str(interview)] == new
        assert len(list((out / "snapshots").iterdir())) == 2
        assert main(words) == PUBLISHED
    shutil.copy(DEMO / "signals" / "yes.wav", archive / "again.wav")
    capfd.readouterr()
    assert main(words) == PUBLISHED
    assert "1 file not taken up, with a content that was forgotten" in capfd.readouterr().err
    assert old not in texts(out)
    # By its name all goes, what it held and what it holds.
    assert main(["forget", str(out), str(interview), "--yes"]) == PUBLISHED
    assert new not in texts(out)
    assert "interview.wav" not in texts(out)
    capfd.readouterr()
    assert main(words) == PUBLISHED
    assert "1 file passed over: forgotten" in capfd.readouterr().err


def test_it_asks_and_can_be_tried(tmp_path: Path, capfd: Captured) -> None:
    archive, out = tmp_path / "archive", tmp_path / "out"
    archive.mkdir()
    for name in ("yes.wav", "tones.wav"):
        shutil.copy(DEMO / "signals" / name, archive)
    assert main(["run", str(archive), "--out", str(out), "--tables", "windows"]) == PUBLISHED
    word = str(archive / "yes.wav")
    before = texts(out)
    capfd.readouterr()
    assert main(["forget", str(out), word, "--dry-run"]) == PUBLISHED
    dry = capfd.readouterr().out.splitlines()
    assert main(["forget", str(out), word]) == WRONG_USE
    assert "1 recording in 1 file would be removed for good: say --yes if that is meant" in capfd.readouterr().err
    assert texts(out) == before
    assert main(["forget", str(out), word, "--yes"]) == PUBLISHED
    done = capfd.readouterr().out.splitlines()
    assert dry[0].removeprefix("to be ") == done[0]  # what it would remove is what it removes
    assert dry[-1] == "nothing was removed"


def test_what_is_not_ours_in_the_folder_of_the_report_stays(tmp_path: Path, capfd: Captured) -> None:
    out = tmp_path / "out"
    recording = DEMO / "signals" / "yes.wav"
    assert main(["run", str(DEMO / "signals"), "--out", str(out), "--tables", "windows"]) == PUBLISHED
    (out / "report").mkdir()
    theirs = {"thesis.tex": "years", f"{content_hash(str(recording))}.html": "<p>mine", "img/a.png": "b"}
    for name, text in theirs.items():
        (out / "report" / name).parent.mkdir(exist_ok=True)
        (out / "report" / name).write_text(text)
    assert main(["report", str(out)]) == PUBLISHED
    assert main(["forget", str(out), str(recording), "--yes"]) == PUBLISHED
    assert "what else lies in the folder of the report is not ours, and stays" in capfd.readouterr().out
    left = {str(p.relative_to(out / "report")): p.read_text() for p in (out / "report").rglob("*") if p.is_file()}
    assert left == theirs
    shutil.rmtree(out / "report")
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("a site")
    (out / "report").symlink_to(site)
    assert main(["report", str(out)]) == PUBLISHED
    assert main(["forget", str(out), str(DEMO / "signals" / "noise.wav"), "--yes"]) == PUBLISHED
    assert f"the folder of the report is a link to {site}" in capfd.readouterr().out
    assert sorted(os.listdir(site)) == ["index.html", "report.html"]
    assert (out / "report").is_symlink()


def test_cut_off_behind_the_tombstones_the_next_run_takes_it_out(
    three_nights: Path, tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever loses the connection believes it done: no run publishes what was to be forgotten."""
    out, word = (
        shutil.copytree(three_nights / "out", tmp_path / "out", symlinks=True),
        three_nights / "archive" / "yes.wav",
    )

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.store.publish.assemble", die)
        assert main(["forget", str(out), str(word), "--yes"]) > 2
    capfd.readouterr()
    assert main(["status", str(out)]) == PUBLISHED
    assert "1 file that `forget` was to take out, which was cut off: repeat it" in capfd.readouterr().out
    assert main(["run", str(three_nights / "archive"), "--out", str(out), "--tables", "windows"]) == PUBLISHED
    assert "1 file left in the tables by a `forget` that was cut off: dropped" in capfd.readouterr().err
    assert sorted(Path(row["uri"]).name for row in rows(out, "files")) == ["noise.wav", "tones.wav"]
    assert {row["recording_id"] for row in rows(out, "windows")} == {row["recording_id"] for row in rows(out, "files")}
    assert main(["forget", str(out), str(word), "--yes"]) == PUBLISHED
    assert "yes.wav" not in texts(out)


@pytest.fixture(scope="module")
def three_nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of three snapshots, of one, two and three recordings."""
    folder = tmp_path_factory.mktemp("nights")
    (folder / "archive").mkdir()
    for name in ("yes.wav", "tones.wav", "noise.wav"):
        shutil.copy(DEMO / "signals" / name, folder / "archive")
        assert main(["run", str(folder / "archive"), "--out", str(folder / "out"), "--tables", "windows"]) == PUBLISHED
    return folder


@pytest.mark.parametrize("at", range(1, STEPS + 2))
def test_killed_at_any_step_it_loses_no_snapshot(
    at: int, three_nights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at its n-th renaming or replacing, recovered, and repeated."""
    from pipelines.store.forget import forget

    out = shutil.copytree(three_nights / "out", tmp_path / "out", symlinks=True)
    archive = three_nights / "archive"
    steps = 0
    with monkeypatch.context() as patched:
        for name in ("rename", "replace"):
            real = getattr(os, name)

            def step(*given: object, real: object = real) -> None:
                nonlocal steps
                steps += 1
                if steps == at:
                    raise KeyboardInterrupt
                real(*given)  # type: ignore[operator]

            patched.setattr(os, name, step)
        try:
            forget(out, [str(archive / "yes.wav")])
        except KeyboardInterrupt:
            assert steps == at
        else:
            assert steps == STEPS  # nothing is left out above
    with Folder(out).held():
        assert len(list((out / "snapshots").iterdir())) in (3, 4)
        assert rows(out, "files")
    forget(out, [str(archive / "yes.wav")])
    assert len(list((out / "snapshots").iterdir())) == 3
    counts = [len(pq.read_table(path / "files")) for path in sorted((out / "snapshots").iterdir())]
    assert counts == [0, 1, 2]
    assert "yes.wav" not in texts(out)
    assert not (out / "staging").exists()
