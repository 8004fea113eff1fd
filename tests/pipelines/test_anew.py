"""A run that would make tables anew says so and asks; one that was told nothing makes none anew."""

from __future__ import annotations

import dataclasses
import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.anew import Anew, ask
from pipelines.cli import PUBLISHED, WRONG_USE, main
from pipelines.failure import RunError
from schemas.catalog import TABLES
from schemas.config import ConfigError
from tests.pipelines.corpora import DEMO, rows
from tests.pipelines.test_cli import one_line, tone

Captured = pytest.CaptureFixture[str]


def settings(out: Path) -> bytes:
    return (out / "settings.json").read_bytes()


def told(captured: Captured) -> list[str]:
    """Lines on standard error but those of the progress."""
    return [line for line in captured.readouterr().err.splitlines() if line.startswith(("note:", "earwitness:"))]


def test_a_forgotten_option_remakes_nothing_and_another_one_asks(tmp_path: Path, capfd: Captured) -> None:
    out = tmp_path / "out"
    talks = tone(tmp_path / "talks" / "a.wav", channels=2).parent
    run = ["run", str(talks), "--out", str(out)]
    assert main([*run, "--channels", "each", "--language", "en", "--tables", "windows"]) == PUBLISHED
    assert told(capfd) == []
    assert [row["channel"] for row in rows(out, "windows")] == [1, 2]

    tone(talks / "b.wav", channels=2, seconds=2.0)
    assert main(run) == PUBLISHED
    assert told(capfd) == ["note: as this corpus was made: channels each, language en, tables windows"]
    assert [row["channel"] for row in rows(out, "windows")] == [1, 2, 1, 2]
    kept = settings(out)

    mix = [*run, "--channels", "mix"]
    anew = "windows of 2 recordings (channels each -> mix)"
    other = "note: other settings than this corpus was made in: channels each -> mix"
    assert main([*mix, "--dry-run"]) == PUBLISHED
    assert told(capfd)[1:] == [other, f"note: a run would ask, or be told --yes, before it makes anew: {anew}"]
    assert main(mix) == WRONG_USE
    assert told(capfd)[1:] == [
        other,
        f"earwitness: {anew} would be made anew: say --yes if that is meant, or name the settings of the corpus",
    ]
    assert settings(out) == kept  # nothing of what was refused
    assert [row["channel"] for row in rows(out, "windows")] == [1, 2, 1, 2]

    assert main([*mix, "--yes"]) == PUBLISHED
    assert f"note: made anew: {anew}" in told(capfd)
    assert [row["channel"] for row in rows(out, "windows")] == [0, 0]
    assert json.loads(settings(out))["settings"]["channels"] == "mix"
    assert main(run) == PUBLISHED
    assert told(capfd) == ["note: as this corpus was made: language en, tables windows"]
    assert main(["status", str(out)]) == PUBLISHED
    assert "settings: tables windows, channels mix, language en, " in capfd.readouterr().out


def test_what_else_makes_tables_anew_is_said_and_asked(
    tmp_path: Path, capfd: Captured, demo_models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other weights where the old ones lay, and a version that makes a table otherwise."""
    out, mine = tmp_path / "out", tmp_path / "mine"
    shutil.copytree(demo_models["emotions"], mine)
    talks = tmp_path / "talks"
    talks.mkdir()
    shutil.copy(DEMO / "digits" / "code_007.wav", talks)
    run = ["run", str(talks), "--out", str(out), "--tables", "windows,emotions", "--model", f"emotions={mine}"]
    assert main(run) == PUBLISHED
    capfd.readouterr()
    (mine / "more.json").write_text("{}")
    assert main(run) == WRONG_USE
    weights = f"the checkpoint of emotions at {mine} holds other weights"
    assert one_line(capfd.readouterr()).startswith(f"emotions of 1 recording ({weights}) would be made anew: say --yes")

    monkeypatch.setitem(TABLES, "windows", dataclasses.replace(TABLES["windows"], version=99))
    assert main(run) == WRONG_USE
    both = f"this version of Earwitness makes windows otherwise, {weights}"
    assert one_line(capfd.readouterr()).startswith(f"windows, emotions of 1 recording ({both}) would")
    assert main([*run, "--force", "emotions"]) == WRONG_USE  # which is a yes for that table alone
    assert one_line(capfd.readouterr()).startswith("windows of 1 recording (this version of Earwitness makes windows ")
    assert main([*run, "--force", "windows,emotions"]) == PUBLISHED
    capfd.readouterr()
    assert main([*run]) == PUBLISHED
    assert "nothing to do" in capfd.readouterr().out


def test_what_was_agreed_to_is_not_asked_again(tmp_path: Path, capfd: Captured) -> None:
    """A run that --stop-after ended, or that was killed, goes on the next night."""
    out = tmp_path / "out"
    talks = tone(tmp_path / "talks" / "a.wav", channels=2).parent
    run = ["run", str(talks), "--out", str(out), "--tables", "windows"]
    assert main(run) == PUBLISHED
    assert main([*run, "--channels", "each", "--yes", "--stop-after", "0s"]) == PUBLISHED
    assert [row["channel"] for row in rows(out, "windows")] == [0]
    assert main(run) == PUBLISHED
    assert [row["channel"] for row in rows(out, "windows")] == [1, 2]


def test_new_tables_and_new_files_are_not_asked_for(tmp_path: Path, capfd: Captured) -> None:
    out = tmp_path / "out"
    talks = tone(tmp_path / "talks" / "a.wav", channels=2).parent
    assert main(["run", str(talks), "--out", str(out), "--tables", "windows"]) == PUBLISHED
    other = tone(tmp_path / "others" / "b.wav", channels=2, seconds=2.0)
    assert main(["run", str(other), "--out", str(out), "--channels", "each", "--tables", "frames"]) == PUBLISHED
    assert sorted(row["channel"] for row in rows(out, "windows")) == [0, 1, 2]
    assert (
        "note: other settings than this corpus was made in: tables windows -> windows,frames, channels mix -> each"
        in (told(capfd))
    )


@pytest.mark.parametrize(
    ("answer", "goes_on"), [("y\n", True), ("YES\n", True), ("\n", False), ("n\n", False), ("", False)]
)
def test_at_a_terminal_it_asks(answer: str, goes_on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Keyboard(StringIO):
        def isatty(self) -> bool:
            return True

    screen = StringIO()
    terminal = Console(file=screen, force_terminal=True, width=200)
    anew = Anew({"segments": 12, "prosody": 12, "windows": 1}, 0, ("channels each -> mix",))
    monkeypatch.setattr("sys.stdin", Keyboard(answer))
    if answer.lower().startswith("y"):
        ask(terminal, anew, yes=False)
    else:
        with pytest.raises(RunError, match="nothing was done"):
            ask(terminal, anew, yes=False)
    shown = "segments, prosody of 12 recordings; windows of 1 recording (channels each -> mix)"
    assert f"to be made anew: {shown}" in screen.getvalue()
    assert screen.getvalue().endswith("Go on? [y/N] ")


def test_without_a_terminal_it_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)  # as under a scheduler that closed it
    console = Console(file=StringIO())
    ask(console, Anew({}, 0, ()), yes=False)
    with pytest.raises(ConfigError, match=r"^3 files of a run that did not come to its end \(x\) would .* --yes"):
        ask(console, Anew({}, 3, ("x",)), yes=False)
