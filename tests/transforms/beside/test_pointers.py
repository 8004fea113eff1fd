"""A pointer in the place of a recording is told from a recording."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from schemas.reasons import Reason
from schemas.records import Source
from tests.transforms.decode.decoding import tones
from transforms.beside.pointers import kept_elsewhere
from transforms.identify import identify

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d" * 32 + b"\nsize 176044\n"
ANNEX = b"/annex/objects/SHA256E-s176044--" + b"4d" * 32 + b".wav\n"


def identified(path: Path) -> tuple[Reason | None, str]:
    problem = identify(Source(str(path), str(path), 1, 0)).problem
    return (problem.reason, problem.message) if problem else (None, "")


LINK = b"../../.git/annex/objects/Zz/9k/SHA256E-s1--4d.wav/SHA256E-s1--4d.wav"
ICLOUD = plistlib.dumps(
    {"NSURLFileResourceTypeKey": "NSURLFileResourceTypeRegular", "NSURLFileSizeKey": 176044, "NSURLNameKey": "a.wav"},
    fmt=plistlib.FMT_BINARY,
)


@pytest.mark.parametrize(
    ("content", "command"),
    [
        (LFS, "git lfs pull"),
        (ANNEX, "git annex get"),
        (LINK, "git annex get"),
        (LINK.removeprefix(b"../../"), "git annex get"),
        (LINK.replace(b"/", b"\\"), "git annex get"),
        (ICLOUD, "a placeholder of a cloud"),
    ],
)
def test_pointers_of_git(tmp_path: Path, content: bytes, command: str) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    reason, message = identified(tmp_path / "a.wav")
    assert reason is Reason.NOT_ON_THIS_DISK
    assert command in message


def test_a_link_into_an_annex_that_keeps_no_content(tmp_path: Path) -> None:
    (tmp_path / "a.wav").symlink_to(".git/annex/objects/Zz/9k/SHA256E-s176044--4d.wav/SHA256E-s176044--4d.wav")
    (tmp_path / "b.wav").symlink_to("elsewhere.wav")
    reason, message = identified(tmp_path / "a.wav")
    assert reason is Reason.NOT_ON_THIS_DISK
    assert "git annex get" in message
    assert identified(tmp_path / "b.wav")[0] is Reason.NOT_FOUND


def test_a_size_without_content(tmp_path: Path) -> None:
    with open(tmp_path / "a.wav", "wb") as file:
        file.truncate(1 << 30)
    if os.stat(tmp_path / "a.wav").st_blocks:
        pytest.skip("this file system gives blocks to holes")
    assert identified(tmp_path / "a.wav")[0] is Reason.NOT_ON_THIS_DISK


@pytest.mark.parametrize("flag", [{"st_flags": 0x4000_0000}, {"st_file_attributes": 0x0040_0000}])
def test_what_macos_and_windows_would_fetch_is_not_opened(tmp_path: Path, flag: dict[str, int]) -> None:
    status = SimpleNamespace(st_mode=0o100644, st_size=1000, st_blocks=8, **flag)
    assert kept_elsewhere(str(tmp_path / "not_there.wav"), status) is not None  # type: ignore[arg-type]


def test_recordings_are_none(tmp_path: Path) -> None:
    tones().tofile(tmp_path / "loud.raw")
    (tmp_path / "zeros.raw").write_bytes(bytes(4096))
    for path in tmp_path.iterdir():
        assert kept_elsewhere(str(path), os.stat(path)) is None
