"""A run that would make tables anew says so and asks; one that was told nothing makes none anew."""

from __future__ import annotations

import dataclasses
import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.cli import PUBLISHED, WRONG_USE, main
from pipelines.commands.printed.run import ask
from pipelines.errors import CommandError
from pipelines.run.anew import Anew
from schemas.catalog import TABLES
from schemas.errors import UsageError
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
    other = "note: other settings than this corpus was made in, kept from this run on: channels each -> mix"
    assert main([*mix, "--dry-run"]) == PUBLISHED
    assert told(capfd)[1:] == [other, f"note: a run would ask, or be told --yes, before it makes anew: {anew}"]
    assert main(mix) == WRONG_USE
    assert told(capfd) == [
        f"earwitness: {anew} would be made anew: say --yes if that is meant, "
        "or name the settings that they were made in",
    ]
    assert settings(out) == kept  # nothing of what was refused
    assert [row["channel"] for row in rows(out, "windows")] == [1, 2, 1, 2]

    assert main([*mix, "--yes"]) == PUBLISHED
    assert f"note: made anew: {anew}" in told(capfd)
    assert [row["channel"] for row in rows(out, "windows")] == [0, 0]
    assert json.loads(settings(out))["settings"]["channels"] == "mix"
    assert main(run) == PUBLISHED
    assert told(capfd) == []  # nothing was made in them
    assert main(["status", str(out)]) == PUBLISHED
    assert "settings: tables windows, channels mix, mix auto, tracks default, language en, " in capfd.readouterr().out


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


def channels(out: Path) -> dict[str, list[int]]:
    """Of each file, the channels that have windows."""
    names = {row["recording_id"]: Path(row["uri"]).name for row in rows(out, "files")}
    found: dict[str, list[int]] = {name: [] for name in names.values()}
    for row in rows(out, "windows"):
        found[names[row["recording_id"]]].append(row["channel"])
    return {name: sorted(found[name]) for name in sorted(found)}


def archives(tmp_path: Path) -> tuple[list[str], str, str]:
    """The words that every run has, and two folders of a recording."""
    a, b = tone(tmp_path / "ra" / "a.wav", channels=2), tone(tmp_path / "rb" / "b.wav", channels=2, seconds=2.0)
    return ["run", "--out", str(tmp_path / "out")], str(a.parent), str(b.parent)


def test_a_run_over_new_files_with_other_settings_gives_no_leave_to_remake_the_old_ones(
    tmp_path: Path, capfd: Captured
) -> None:
    out = tmp_path / "out"
    run, ra, rb = archives(tmp_path)
    assert main([*run, ra, "--tables", "windows", "--channels", "each"]) == PUBLISHED
    assert main([*run, rb, "--channels", "mix"]) == PUBLISHED
    assert told(capfd)[-1] == (
        "note: other settings than this corpus was made in, kept from this run on: channels each -> mix; "
        "windows of 1 recording stay as they were, so it then holds rows of both"
    )
    both = {"a.wav": [1, 2], "b.wav": [0]}
    assert channels(out) == both
    assert main([*run, ra, rb]) == WRONG_USE
    assert told(capfd)[-1].startswith("earwitness: windows of 1 recording (channels each -> mix) would be made anew: ")
    assert channels(out) == both
    assert json.loads((out / "runs.jsonl").read_text().splitlines()[-1])["outcome"] == "not agreed"
    assert main([*run, ra, rb, "--yes"]) == PUBLISHED
    assert channels(out) == {"a.wav": [0], "b.wav": [0]}


def test_archives_of_two_settings_are_made_in_turn_and_neither_in_the_others(tmp_path: Path, capfd: Captured) -> None:
    out = tmp_path / "out"
    run, ra, rb = archives(tmp_path)
    each, mix = [*run, ra, "--tables", "windows", "--channels", "each"], [*run, rb, "--channels", "mix"]
    assert main(each) == main(mix) == PUBLISHED
    kept = settings(out)
    capfd.readouterr()
    assert main(each) == PUBLISHED
    said = capfd.readouterr()
    assert said.out == (
        "nothing to do: the 1 file is in the tables; "
        "the corpus keeps its settings, not those of this run: channels mix -> each\n"
    )
    assert "note:" not in said.err
    assert settings(out) == kept
    assert main([*run, rb]) == PUBLISHED
    assert channels(out) == {"a.wav": [1, 2], "b.wav": [0]}

    tone(Path(ra) / "c.wav", channels=2, seconds=3.0)
    assert main(each) == PUBLISHED  # which is asked for nothing, and keeps its own
    assert main([*run, rb]) == WRONG_USE
    assert channels(out) == {"a.wav": [1, 2], "b.wav": [0], "c.wav": [1, 2]}


def test_a_yes_is_for_what_was_named(tmp_path: Path, capfd: Captured) -> None:
    """The next night's rows of the same folder, and not those of another one."""
    out = tmp_path / "out"
    run, ra, rb = archives(tmp_path)
    assert main([*run, ra, rb, "--tables", "windows", "--channels", "each"]) == PUBLISHED
    assert main([*run, ra, "--channels", "mix", "--yes", "--stop-after", "0s"]) == PUBLISHED
    assert main([*run, rb]) == WRONG_USE
    assert main([*run, ra]) == PUBLISHED
    assert channels(out) == {"a.wav": [0], "b.wav": [1, 2]}


def test_what_is_found_under_another_name_is_not_made_anew_unasked(tmp_path: Path, capfd: Captured) -> None:
    out = tmp_path / "out"
    run, ra, rb = archives(tmp_path)
    assert main([*run, ra, "--tables", "windows", "--channels", "each"]) == PUBLISHED
    kept = settings(out)
    (Path(ra) / "a.wav").rename(Path(rb) / "renamed.wav")
    mix = [*run, rb, "--channels", "mix"]
    assert main(mix) == WRONG_USE
    assert told(capfd)[-1].startswith("earwitness: windows of 1 recording, found again in files of other names, would ")
    assert settings(out) == kept
    assert channels(out) == {"a.wav": [1, 2]}
    assert main(mix) == WRONG_USE  # what was finished is known, and asked about before
    assert "windows of 1 recording (channels each -> mix) would be made anew" in told(capfd)[-1]
    assert main([*mix, "--yes"]) == PUBLISHED
    assert set(channels(out)["renamed.wav"]) == {0}


def test_an_archive_in_another_language_leaves_that_of_the_first_as_it_was_made(
    tmp_path: Path, capfd: Captured, demo_models: dict[str, Path]
) -> None:
    out = tmp_path / "out"
    for name, file in (("german", "code_007.wav"), ("english", "code_012.wav")):
        (tmp_path / name).mkdir()
        shutil.copy(DEMO / "digits" / file, tmp_path / name)
    german, english = str(tmp_path / "german"), str(tmp_path / "english")
    run = ["run", "--out", str(out), "--tables", "transcripts", "--model", f"transcripts={demo_models['transcripts']}"]
    assert main([*run, german, "--language", "de"]) == PUBLISHED
    assert main([*run, english, "--language", "en"]) == PUBLISHED
    before = rows(out, "transcripts")
    assert main(["run", "--out", str(out), german, english]) == WRONG_USE
    assert "transcripts of 1 recording (language de -> en) would be made anew" in told(capfd)[-1]
    assert main([*run, german, "--language", "auto"]) == WRONG_USE
    assert "transcripts of 1 recording (language de -> auto) would be made anew" in told(capfd)[-1]
    assert rows(out, "transcripts") == before


def test_new_tables_and_new_files_are_not_asked_for(tmp_path: Path, capfd: Captured) -> None:
    out = tmp_path / "out"
    talks = tone(tmp_path / "talks" / "a.wav", channels=2).parent
    assert main(["run", str(talks), "--out", str(out), "--tables", "windows"]) == PUBLISHED
    other = tone(tmp_path / "others" / "b.wav", channels=2, seconds=2.0)
    assert main(["run", str(other), "--out", str(out), "--channels", "each", "--tables", "frames"]) == PUBLISHED
    assert sorted(row["channel"] for row in rows(out, "windows")) == [0, 1, 2]
    assert (
        "note: other settings than this corpus was made in, kept from this run on: tables windows -> windows,frames, "
        "channels mix -> each; windows of 1 recording stay as they were, so it then holds rows of both"
    ) in told(capfd)


@pytest.mark.parametrize(
    ("answer", "goes_on"), [("y\n", True), ("YES\n", True), ("\n", False), ("n\n", False), ("", False)]
)
def test_at_a_terminal_it_asks(answer: str, goes_on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Keyboard(StringIO):
        def isatty(self) -> bool:
            return True

    screen = StringIO()
    terminal = Console(file=screen, markup=False, highlight=False, force_terminal=True, width=200)
    anew = Anew({"segments": 12, "prosody": 12, "windows": 1}, 0, ("channels each -> mix",))
    monkeypatch.setattr("sys.stdin", Keyboard(answer))
    if answer.lower().startswith("y"):
        ask(terminal, anew, yes=False)
    else:
        with pytest.raises(CommandError, match="nothing was done"):
            ask(terminal, anew, yes=False)
    shown = "segments, prosody of 12 recordings; windows of 1 recording (channels each -> mix)"
    assert f"to be made anew: {shown}" in screen.getvalue()
    assert screen.getvalue().endswith("Go on? [y/N] ")


def test_without_a_terminal_it_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)  # as under a scheduler that closed it
    console = Console(file=StringIO(), markup=False, highlight=False)
    ask(console, Anew({}, 0, ()), yes=False)
    with pytest.raises(UsageError, match=r"^3 files of a run that did not come to its end \(x\) would .* --yes"):
        ask(console, Anew({}, 3, ("x",)), yes=False)
