"""Files that are whole or not there, and the rule that no module writes any other."""

from __future__ import annotations

import ast
import errno
import fcntl
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.files.atomic import add_line, as_text, whole_file, write_whole

ROOT = Path(__file__).resolve().parents[3]
ALLOWED = {
    "pipelines/files/atomic.py": "the writer itself",
    "pipelines/files/link.py": "a second name, or a copy of what is whole, in staging",
    "pipelines/console/terminal.py": "the console, and what libraries write to standard error",
    "pipelines/embeddings/matrix.py": "a cache of a whole folder, which is renamed when it is whole",
    "pipelines/run/order.py": "a pass takes its name when it is whole",
    "pipelines/store/folder.py": "folders are renamed",
    "pipelines/store/clearing.py": "a folder is renamed before it goes",
    "pipelines/store/switch.py": "the link that publishes",
    "pipelines/corpus/output.py": "Parquet into a file that whole_file opened; standard output unread goes nowhere",
    "pipelines/export/tables/plain.py": "Parquet into a file that whole_file opened",
}
"""Modules that open, rename or write by themselves, and why they may."""
WRITING = {"write_text", "write_bytes", "replace", "rename", "renames", "save", "savez", "open_memmap", "to_csv"}
WRITING |= {"ParquetWriter", "to_parquet", "copy", "copy2", "copyfile", "mkstemp", "NamedTemporaryFile", "fdopen"}
OF_FILES = {"replace": ("os", "Path"), "rename": ("os", "Path"), "save": ("np", "numpy"), "copy": ("shutil",)}
"""Words that other things than files know, too: only of these modules."""


def writes(tree: ast.AST) -> Iterator[int]:
    """The lines on which a module opens a file for writing, or renames one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = getattr(getattr(node.func, "value", None), "id", "")
        if name == "open":
            given = [*node.args, *(word.value for word in node.keywords if word.arg == "mode")]
            modes = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            flags = {one.attr for argument in given for one in ast.walk(argument) if isinstance(one, ast.Attribute)}
            by_mode = any(set(mode) <= set("rwxabt+") and set(mode) & set("wxa+") for mode in modes)
            if by_mode or flags & {"O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND"}:
                yield node.lineno
        elif name in WRITING and owner in OF_FILES.get(name, (owner,)):
            yield node.lineno


MODULES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "pipelines").rglob("*.py"))


@pytest.mark.parametrize("name", [name for name in MODULES if name not in ALLOWED])
def test_what_is_written_is_written_whole(name: str) -> None:
    found = [f"{name}:{line}" for line in writes(ast.parse((ROOT / name).read_text(encoding="utf-8")))]
    assert not found, f"{', '.join(found)}: write it with pipelines.files.atomic, or say in ALLOWED why not"


@pytest.mark.parametrize("name", ALLOWED)
def test_who_is_allowed_to_does_write(name: str) -> None:
    assert list(writes(ast.parse((ROOT / name).read_text(encoding="utf-8")))), f"{name}: take it out of ALLOWED"


def test_the_rule_sees_what_writes() -> None:
    lines = (
        'path.write_text("a")',
        'open(path, "w")',
        'path.open(mode="ab")',
        "os.open(path, os.O_RDWR | os.O_CREAT)",
        "os.replace(a, b)",
        "pq.ParquetWriter(to, schema)",
    )
    assert all(list(writes(ast.parse(line))) == [1] for line in lines)
    reads = ("open(path)", 'path.open("rb")', "os.open(path, os.O_RDONLY)", 'text.replace("a", "b")', "Pass.reopen(a)")
    assert not any(list(writes(ast.parse(line))) for line in reads)


def test_what_was_there_stays_until_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "answer.csv"
    path.write_text("before")

    def break_off() -> None:
        with whole_file(path) as file:
            file.write(b"half")
            assert path.read_text() == "before"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert path.read_text() == "before"
    with whole_file(path) as file, as_text(file) as text:
        text.write("wörds\r\n")
    assert path.read_bytes() == "wörds\r\n".encode()
    assert os.listdir(tmp_path) == ["answer.csv"]


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    path = tmp_path / "answer.csv"
    path.write_text("before")

    def fill() -> None:
        with whole_file(path) as file:
            file.write(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError) as raised:
        fill()
    assert (raised.value.filename, raised.value.strerror) == (str(path), "No space left on device")
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["answer.csv"]


def test_the_mode_of_an_ordinary_file_or_of_the_one_before(tmp_path: Path) -> None:
    plain, private, kept = tmp_path / "plain", tmp_path / "private", tmp_path / "kept"
    before = os.umask(0o027)
    try:
        write_whole(plain, b"a")
        private.touch(0o600)
        kept.touch()
        kept.chmod(0o4666)
        write_whole(private, b"a")
        write_whole(kept, b"a")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (plain, private, kept)] == [0o640, 0o600, 0o666]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("years of work")
    linked, hard, nowhere = tmp_path / "linked", tmp_path / "hard", tmp_path / "nowhere"
    linked.symlink_to(thesis)
    hard.hardlink_to(thesis)
    nowhere.symlink_to(tmp_path / "not there")
    (tmp_path / ".linked.growing").symlink_to(thesis)  # a name that could be guessed
    for path in (linked, hard, nowhere):
        write_whole(path, b"new")
        assert path.read_bytes() == b"new"
        assert not path.is_symlink()
    assert thesis.read_text() == "years of work"
    assert not (tmp_path / "not there").exists()


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".csv")
    write_whole(path, b"a")
    assert path.read_bytes() == b"a"


def test_a_pipe_and_a_device_stay_what_they_are(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()), daemon=True)
    reader.start()
    with whole_file(pipe) as file:
        file.write(b"all ")
        file.write(b"at once")
    reader.join(10)
    assert heard == [b"all at once"]
    assert pipe.is_fifo()
    write_whole(Path("/dev/null"), b"a")
    assert Path("/dev/null").is_char_device()


def test_standard_output_in_a_file_is_not_replaced(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as file:
        write_whole(Path(f"/dev/fd/{file.fileno()}"), b"answer")
    assert (tmp_path / "out").read_text() == "answer"


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path, error in (
        (tmp_path / "folder", IsADirectoryError),
        (tmp_path / "nowhere" / "x.csv", FileNotFoundError),
        (tmp_path / ("n" * 300), OSError),
    ):
        with pytest.raises(error) as raised:
            write_whole(path, b"a")
        assert raised.value.filename == str(path)
    assert os.listdir(tmp_path) == ["folder"]


def test_a_file_that_is_there_stays_where_it_has_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sheet.csv"

    def be_late() -> None:
        with whole_file(path, over=False) as file:
            file.write(b"ours")
            path.write_text("theirs")

    with pytest.raises(FileExistsError) as raised:
        be_late()
    assert raised.value.filename == str(path)
    with pytest.raises(FileExistsError):
        write_whole(path, b"ours", over=False)
    assert path.read_text() == "theirs"
    path.unlink()

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    write_whole(path, b"ours", over=False)
    assert path.read_text() == "ours"
    assert os.listdir(tmp_path) == ["sheet.csv"]


def test_a_line_is_added_to_a_file_of_this_name_alone(tmp_path: Path) -> None:
    path, thesis, pipe = tmp_path / "runs.jsonl", tmp_path / "thesis", tmp_path / "pipe"
    add_line(path, b"1\n")
    add_line(path, b"2\n")
    assert path.read_text() == "1\n2\n"
    thesis.hardlink_to(path)
    add_line(path, b"3\n")
    assert (path.read_text(), thesis.read_text()) == ("1\n2\n3\n", "1\n2\n")
    path.unlink()
    path.symlink_to(thesis)
    add_line(path, b"4\n")
    assert (path.read_text(), thesis.read_text()) == ("4\n", "1\n2\n")
    os.mkfifo(pipe)
    with pytest.raises(OSError):
        add_line(pipe, b"5\n")


def test_what_was_growing_when_its_process_was_killed_goes(tmp_path: Path) -> None:
    names = [f".earwitness-{digit * 16}.growing" for digit in "0123"] + [".earwitness-mine.growing", "notes.growing"]
    left, fresh, held, link, *own = (tmp_path / name for name in names)
    for path in (left, fresh, held, *own):
        path.write_text("half")
        os.utime(path, (0, 0))
    os.utime(fresh)
    link.symlink_to(left)
    with held.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        write_whole(tmp_path / "new", b"a")
    assert not left.exists()
    assert sorted(os.listdir(tmp_path)) == sorted([*names[1:], "new"])
