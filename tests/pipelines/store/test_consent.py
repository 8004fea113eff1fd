"""What was agreed to covers what was named, by the recipe that was asked about, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.store.consent import Consent, from_anywhere, still_held
from pipelines.store.scrub import scrub_log


@pytest.mark.parametrize(
    ("named", "uri", "is_covered"),
    [
        ("/x/a", "/x/a/b/c.wav", True),
        ("/x/a", "/x/ab/c.wav", False),
        ("/x/a.wav", "/x/a.wav", True),
        ("/", "/x/a.wav", True),
        ("/x/*.wav", "/x/a.wav", True),
        ("/x/*.wav", "/x/a/b.wav", False),
        ("/x/2024*", "/x/2024-01/b.wav", True),
        ("/x/2024*/", "/x/2024-01/b.wav", True),
        ("/x/**/*.wav", "/x/a/b/c.wav", True),
        ("/x/**", "/x/a/b/c.wav", True),
        ("/x/**/*.wav", "/y/a/b/c.wav", False),
        ("/x/[1].wav", "/x/[1].wav", True),
    ],
)
def test_files_that_were_named(named: str, uri: str, is_covered: bool) -> None:
    one = Consent({"windows": "1"}, ("/elsewhere", named))
    assert one.covers("windows", "1", uri) is is_covered
    assert not one.covers("windows", "2", uri)
    assert not one.covers("frames", "1", uri)


def test_it_ends_with_a_run_that_makes_the_table_otherwise() -> None:
    one = Consent({"windows": "1", "frames": "2"}, ("/x",))
    assert list(still_held([one], {"sounds": "9"})) == [one]
    assert list(still_held([one], {"windows": "1", "frames": "3"})) == [Consent({"windows": "1"}, ("/x",))]
    assert list(still_held([one], {"windows": "3", "frames": "3"})) == []


def test_what_was_named_means_the_same_wherever_the_reader_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    assert from_anywhere("talks/") == f"{tmp_path}/talks"
    assert from_anywhere("../*/a?.wav") == f"{tmp_path.parent}/*/a?.wav"
    assert from_anywhere("talks/*/") == f"{tmp_path}/talks/*/"
    assert from_anywhere("~/talks") == "/home/me/talks"
    assert from_anywhere("/talks") == "/talks"


def test_a_file_that_is_forgotten_is_not_named_there_either(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"agreed": [{"recipes": {}, "of": ["/x/secret.wav", "/x"]}]}')
    scrub_log(tmp_path, ["/x/secret.wav"])
    assert (tmp_path / "settings.json").read_text() == '{"agreed": [{"recipes": {}, "of": ["(forgotten)", "/x"]}]}'
