"""The command as a person uses it: words in, exit codes and words out."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile
import torch
import yaml
from safetensors.numpy import load_file, save_file

from demo.untrained.checkpoints import build
from pipelines.cli import BUSY, FAILED, PUBLISHED, WRONG_USE, main, parse, parser
from pipelines.console.numbers import counted
from pipelines.run.words import config_of
from pipelines.store.lock import locked
from schemas.catalog import INVENTORY, OF_RUNS
from schemas.errors import UsageError
from schemas.jobs import JOBS
from tests.pipelines.corpora import DEMO, rows

ROOT = Path(__file__).resolve().parents[2]
Captured = pytest.CaptureFixture[str]

OUR_LINES = (
    r"note: \d+ files? passed over, no recordings by their names.*",
    r"note: (of the |without a row of the )?metadata[:,] .*",
    r"loading the models",
    r"reading the headers",
    r"auditing the tables",
    r"[\d,]+/[\d,]+ files, [\d.,]+ of [\d.,]+ h, [\d.,]+x real time, [\d,]+ errors?(, \d+:\d\d:\d\d left)?",
)


def earwitness(*words: Any, folder: Path, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own, with ``folder`` for its temporary files."""
    environment = {**os.environ, "TMPDIR": str(folder), **settings.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "pipelines", *map(str, words)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        **settings,
    )


def one_line(captured: Any) -> str:
    """The one line that a failed command prints, without its name."""
    out, err = captured
    assert out == ""
    assert err.startswith("earwitness: ")
    assert err.count("\n") == 1, err
    return err.removeprefix("earwitness: ").rstrip("\n")


def model_words(models: dict[str, Path]) -> list[str]:
    return [word for job, folder in models.items() for word in ("--model", f"{job}={folder}")]


def tone(path: Path, channels: int = 1, seconds: float = 1.0) -> Path:
    """A tone with a pitch of its own in each channel."""
    times = np.arange(int(16_000 * seconds)) / 16_000
    samples = np.stack([0.3 * np.sin(2 * np.pi * 300 * (i + 1) * times) for i in range(channels)], axis=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, 16_000)
    return path


# What is understood


def config(*words: str, beam: tuple[str, ...] = ()) -> Any:
    return config_of(parse(["run", *words, "--", *beam]))


def test_every_word_reaches_the_configuration() -> None:
    found = config(
        *("a.wav", "b", "--out", "corpus", "--models", "demo", "--model", "emotions=x/y@v1", "--model", "sounds=none"),
        *("--tables", "transcripts, emotions", "--metadata", "m.csv", "--channels", "each", "--language", "en"),
        *("--device", "cpu", "--precision", "bf16", "--engine", "torch", "--keep", "7"),
        *("--force", "emotions", "--retry-errors", "--prune", "--stop-after", "8h", "--max-error-share", "0.1"),
        *("--max-hours", "24"),
        beam=("--direct_num_workers=2",),
    )
    assert found.recordings == ("a.wav", "b")
    assert (found.out, found.models) == ("corpus", "demo")
    assert found.model == {"emotions": "x/y@v1", "sounds": "none"}
    assert found.tables == ("transcripts", "emotions")
    assert found.metadata.path == "m.csv"
    assert (found.channels, found.language) == ("each", "en")
    assert (found.device, found.precision, found.engine) == ("cpu", "bf16", "torch")
    assert found.beam == ("--direct_num_workers=2",)
    assert (found.keep, found.force, found.retry_errors, found.prune) == (7, ("emotions",), True, True)
    assert (found.stop_after, found.max_error_share, found.max_hours) == ("8h", 0.1, 24.0)


@pytest.mark.parametrize(
    ("word", "code"), [("English", "en"), ("deu", "de"), ("pt-BR", "pt"), ("auto", None), ("haw", "haw")]
)
def test_a_language_is_its_code_however_it_is_written(word: str, code: str | None, tmp_path: Path) -> None:
    assert config("--language", word).language == code
    path = tmp_path / "corpus.yaml"
    path.write_text(f"language: {word}\n")
    assert config("--config", str(path)).language == code


def test_norwegian_is_a_language_though_yaml_takes_it_for_no(tmp_path: Path) -> None:
    path = tmp_path / "corpus.yaml"
    path.write_text("language: no\n")
    assert config("--config", str(path)).language == "no"


def test_recordings_may_stand_anywhere() -> None:
    assert config("a", "--out", "x", "b", "--language", "en", "c").recordings == ("a", "b", "c")


def test_a_checkpoint_may_have_an_equals_sign_in_its_name() -> None:
    assert config("--model", "sounds=/models/lr=0.1").model == {"sounds": "/models/lr=0.1"}


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "corpus.yaml"
    path.write_text(
        "recordings: [interviews]\nout: there\nmodels: demo\nlanguage: de\ntables: [sounds]\n"
        "model: {emotions: a/b, sounds: c/d}\nmetadata: {path: old.csv, types: {year: int}}\nbeam: [--no_auth]\n"
        "emotion_seconds: 3\n"
    )
    alone = config("--config", str(path))
    assert (alone.recordings, alone.out, alone.models, alone.emotion_seconds) == (("interviews",), "there", "demo", 3.0)
    both = config(
        *("x.wav", "--config", str(path), "--out", "here", "--models", "base", "--language", "en"),
        *("--tables", "prosody", "--model", "sounds=none", "--metadata", "new.csv"),
        beam=("--direct_num_workers=1",),
    )
    assert (both.recordings, both.out, both.models, both.language) == (("x.wav",), "here", "base", "en")
    assert both.tables == ("prosody",)
    assert both.model == {"emotions": "a/b", "sounds": "none"}
    assert both.metadata.path == "new.csv"
    assert both.metadata.types == {"year": "int"}
    assert both.beam == ("--direct_num_workers=1",)
    assert both.emotion_seconds == 3.0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("lanugage: en\n", "unknown key 'lanugage': did you mean 'language'?"),
        ("speech: {treshold: 0.4}\n", "unknown key 'speech.treshold': did you mean 'threshold'?"),
        ("- a\n- b\n", "expected keys and values"),
        ("a: [1\n", "is no YAML: line 2: expected ',' or ']'"),
        ("out: !!python/object/apply:os.getcwd []\n", "is no YAML: line 1: could not determine a constructor"),
        ("metadata: own.csv\n", "metadata: expected keys and values, got 'own.csv'"),
    ],
)
def test_a_file_that_is_wrong_is_told_in_one_line(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "corpus.yaml"
    path.write_text(content)
    with pytest.raises(UsageError) as caught:
        config("--config", str(path))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "corpus.yaml").write_text("# nothing yet\n")
    assert config("--config", str(tmp_path / "corpus.yaml")) == config()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.yaml: No such file or directory"):
        config("--config", str(tmp_path / "nowhere.yaml"))


# Wrong use


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--out", "OUT"], "no recordings: name files, folders or globs"),
        (["CORPUS"], "no place for the tables: name a folder with --out"),
        (["CORPUS", "--out", "OUT", "nowhere.wav"], "nowhere.wav: no such file or folder, and no file that it matches"),
        (
            ["CORPUS", "--out", "OUT", "--tables", "transcript"],
            "unknown table 'transcript': did you mean 'transcripts'?",
        ),
        (
            ["CORPUS", "--out", "OUT", "--model", "emotion=none"],
            "model: unknown job 'emotion': did you mean 'emotions'?",
        ),
        (["CORPUS", "--out", "OUT", "--model", "emotions"], "--model emotions: expected JOB=CHECKPOINT"),
        (["CORPUS", "--out", "OUT", "--model", "emotions="], "--model emotions=: expected JOB=CHECKPOINT"),
        (["CORPUS", "--out", "OUT", "--models", "big"], "models: 'big' is not known: choose from base, fast"),
        (
            ["CORPUS", "--out", "OUT", "--language", "jp"],
            "--language 'jp': no known language: did you mean ja (Japanese)?",
        ),
        (["CORPUS", "--out", "OUT", "--channels", "left"], "channels: 'left' is not known: choose from mix, each"),
        (["CORPUS", "--out", "OUT", "--device", "gpu"], "device: 'gpu' is none of auto, cpu, cuda"),
        (["CORPUS", "--out", "OUT", "--precision", "fp64"], "precision: 'fp64' is not known"),
        (["CORPUS", "--out", "OUT", "--engine", "onnx"], "engine: 'onnx' is not known"),
        (["CORPUS", "--out", "OUT", "--stop-after", "8"], "stop_after: '8' is no time such as 8h, 90m or 30s"),
        (["CORPUS", "--out", "OUT", "--max-hours", "0"], "max_hours: 0.0 is not between 0.001 and 100000"),
        (["CORPUS", "--out", "OUT", "--max-error-share", "2"], "max_error_share: 2.0 is not between 0 and 1"),
        (
            ["CORPUS", "--out", "OUT", "--tables", "windows", "--force", "frames"],
            "--force frames: not a table that this run makes",
        ),
        (["CORPUS", "--out", "OUT", "--config", "nowhere.yaml"], "--config nowhere.yaml: No such file or directory"),
        (["CORPUS", "--out", "OUT", "--metadata", "nowhere.csv"], "metadata: nowhere.csv: No such file or directory"),
        (
            ["CORPUS", "--out", "OUT", "--tables", "speakers"],
            "the table 'speakers' needs a checkpoint: name one with --model speakers=NAME_OR_FOLDER",
        ),
        (
            ["CORPUS", "--out", "OUT", "--tables", "sounds", "--model", "sounds=none"],
            "the table 'sounds' needs a checkpoint: name one with --model sounds=NAME_OR_FOLDER",
        ),
        (
            ["CORPUS", "--out", "OUT", "--", "--runner=DaskRunner"],
            "--runner=DaskRunner loses rows",
        ),
        (
            ["CORPUS", "--out", "OUT", "--", "--nosuch=1"],
            "Beam does not know the option --nosuch=1",
        ),
        (
            ["CORPUS", "--out", "OUT", "--", "--direct_num_workers=x"],
            "Beam: argument --direct_num_workers: invalid int value: 'x'",
        ),
    ],
)
def test_wrong_use_is_one_line_and_2(tmp_path: Path, capfd: Captured, words: list[str], told: str) -> None:
    corpus, out = tone(tmp_path / "corpus" / "a.wav").parent, tmp_path / "out"
    real = [{"CORPUS": str(corpus), "OUT": str(out)}.get(word, word) for word in words]
    assert main(["run", *real]) == WRONG_USE
    assert one_line(capfd.readouterr()).startswith(told)
    assert not out.exists()


def test_a_folder_without_recordings(tmp_path: Path, capfd: Captured) -> None:
    (tmp_path / "notes.txt").touch()
    assert main(["run", str(tmp_path), "--out", str(tmp_path / "out")]) == WRONG_USE
    assert one_line(capfd.readouterr()).startswith("no recordings: ")


COMMANDS: dict[str, tuple[list[str], str | None]] = {
    "run": (["a.wav", "--out", "o"], "beam"),
    "status": (["OUT"], None),
    "tables": (["OUT"], "table"),
    "query": (["OUT", "SELECT 1"], None),
    "mentions": (["OUT", "acme", "--fuzzy"], "phrases"),
    "search": (["OUT", "--top", "3"], "text"),
    "tag": (["OUT", "p.yaml"], None),
    "speakers": (["OUT"], None),
    "sample": (["OUT", "--to", "s.csv"], None),
    "agree": (["OUT", "s.csv"], None),
    "methods": (["OUT"], None),
    "models": ([], "set"),
    "report": (["OUT"], None),
    "export": (["OUT", "a.wav", "--format", "vtt", "--to", "t"], "recordings"),
    "forget": (["OUT", "a.wav"], "words"),
}
"""What each command can do with, and where its last words go."""


def test_the_commands_of_this_table_are_all() -> None:
    assert parser()._subparsers._group_actions[0].choices.keys() == COMMANDS.keys()  # type: ignore[union-attr]


@pytest.mark.parametrize("command", COMMANDS)
def test_words_behind_the_dashes_are_never_dropped(command: str, capfd: Captured) -> None:
    words, rest = COMMANDS[command]
    before = vars(parse([command, *words]))
    assert vars(parse([command, *words, "--"])) == before
    if rest is None:
        for more in (["-b.wav"], ["b.wav", "-c"]):
            assert main([command, *words, "--", *more]) == WRONG_USE
            assert one_line(capfd.readouterr()) == f"{command} takes no word {more[0]} behind --"
        return
    given = before[rest]
    after = vars(parse([command, *words, "--", "-b.wav"]))
    assert after.pop(rest) == ([*given, "-b.wav"] if isinstance(given, list) else "-b.wav")
    assert after == {name: value for name, value in before.items() if name != rest}
    if isinstance(given, list):
        assert vars(parse([command, *words, "--", "--out", "-", "--"]))[rest] == [*given, "--out", "-", "--"]
    else:
        assert main([command, *words, "--", "-b", "-c"]) == WRONG_USE
        assert one_line(capfd.readouterr()) == f"{command} takes no word -c behind --"


def test_all_words_of_a_command_may_stand_behind_the_dashes() -> None:
    assert parse(["forget", "--", "-OUT", "-b.wav"]).out == Path("-OUT")
    assert parse(["forget", "OUT", "--", "-b.wav"]).words == ["-b.wav"]
    assert parse(["query", "OUT", "--", "-- all of it\nFROM files"]).sql == "-- all of it\nFROM files"


def test_a_word_behind_an_option_is_the_one_that_was_left_open() -> None:
    assert parse(["tables", "OUT", "--format", "csv", "emotions"]).table == "emotions"
    assert parse(["mentions", "OUT", "acme", "--fuzzy", "cola"]).phrases == ["acme", "cola"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there(tmp_path: Path, capfd: Captured) -> None:
    words = ["run", str(tone(tmp_path / "a.wav")), "--out", str(tmp_path / "out"), "--device", "cuda"]
    assert main([*words, "--tables", "windows"]) == WRONG_USE
    assert one_line(capfd.readouterr()) == "--device cuda: torch sees no GPU on this machine"


@pytest.mark.parametrize("words", [[], ["walk"], ["run", "a.wav", "--frobnicate"], ["run", "--out"]])
def test_unknown_words_show_the_usage(capfd: Captured, words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == WRONG_USE
    assert capfd.readouterr().err.startswith("usage: earwitness")


def test_help_names_every_option(capfd: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", "--help"])
    assert caught.value.code == 0
    text = " ".join(capfd.readouterr().out.split())
    options = (
        "out config models model tables metadata channels language device precision engine keep force retry-errors "
        "prune stop-after max-error-share max-hours dry-run"
    )
    for word in [f"--{option}" for option in options.split()] + list(OF_RUNS):
        assert word in text, word
    with pytest.raises(SystemExit):
        main(["--help"])
    assert re.search(r"run +decode", capfd.readouterr().out)


# What cannot be done


def test_a_file_where_the_corpus_should_be(tmp_path: Path, capfd: Captured) -> None:
    (tmp_path / "out").write_text("mine")
    assert (
        main(["run", str(tone(tmp_path / "a.wav")), "--out", str(tmp_path / "out"), "--tables", "windows"]) == WRONG_USE
    )
    told = f"{tmp_path}/out is a file: choose another name for the folder of the corpus"
    assert one_line(capfd.readouterr()) == told
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda folder: None, "there is no folder"),
        (lambda folder: folder.mkdir(), "no config.json in"),
        (
            lambda folder: build("wav2vec2_ctc", folder),
            "it is a Wav2Vec2ForCTC (wav2vec2); emotions opens Wav2Vec2ForSequenceClassification",
        ),
    ],
    ids=["none", "empty", "transcriber"],
)
def test_a_folder_that_is_no_checkpoint_for_the_job(tmp_path: Path, capfd: Captured, make: Any, told: str) -> None:
    make(tmp_path / "checkpoint")
    capfd.readouterr()
    words = ["run", str(tone(tmp_path / "a.wav")), "--out", str(tmp_path / "out"), "--tables", "emotions"]
    assert main([*words, "--model", f"emotions={tmp_path}/checkpoint"]) == FAILED
    line = one_line(capfd.readouterr())
    assert line.startswith("emotions: ")
    assert told in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("dry", [[], ["--dry-run"]], ids=["run", "dry"])
def test_a_random_head_is_refused_before_any_audio_is_touched(
    tmp_path: Path, capfd: Captured, demo_models: dict[str, Path], dry: list[str]
) -> None:
    """A base model that says of itself that it classifies: transformers would fill its head with random numbers."""
    shutil.copytree(demo_models["emotions"], tmp_path / "base")
    weights = load_file(tmp_path / "base" / "model.safetensors")
    body = {name: values for name, values in weights.items() if not name.startswith(("classifier", "projector"))}
    assert len(body) < len(weights)
    save_file(body, tmp_path / "base" / "model.safetensors", metadata={"format": "pt"})
    words = ["run", str(tone(tmp_path / "a.wav")), "--out", str(tmp_path / "out"), "--tables", "emotions"]
    assert main([*words, "--model", f"emotions={tmp_path}/base", *dry]) == FAILED
    out, err = capfd.readouterr()
    assert out == ""
    assert "its weights do not fill HubertForSequenceClassification: they lack classifier." in err
    assert "reading the headers" not in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_what_nobody_foresaw_is_one_line_and_a_log(
    tmp_path: Path, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with a null byte in it, which the system's own functions refuse in their own way."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    words = ["run", str(tone(tmp_path / "a.wav")), "--out", str(tmp_path / "out"), "--metadata", "a\0b.csv"]
    assert main(words) == FAILED  # from a program: the system lets no word of a person hold it
    out, err = capfd.readouterr()
    first, second = err.splitlines()
    assert out == ""
    assert first == "earwitness: an error that was not foreseen: ValueError: embedded null byte"
    log = Path(second.removeprefix("the details are in "))
    assert "Traceback" in log.read_text()
    assert "pipelines/run/metadata.py" in log.read_text()
    assert list(tmp_path.glob("earwitness-*")) == [log.parent]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (log.parent, log)] == [0o700, 0o600]


def test_without_a_network_base_says_what_is_missing(tmp_path: Path) -> None:
    """The worst of networks: it takes the question and never answers."""
    tone(tmp_path / "a.wav")
    with socket.create_server(("127.0.0.1", 0)) as stalled:
        port = stalled.getsockname()[1]
        environment = {"HF_ENDPOINT": f"http://127.0.0.1:{port}", "HF_HUB_CACHE": str(tmp_path / "cache")}
        done = earwitness("run", tmp_path / "a.wav", "--out", tmp_path / "out", folder=tmp_path, env=environment)
    assert done.returncode == FAILED
    line = one_line((done.stdout, done.stderr))
    assert line.startswith("transcripts: facebook/wav2vec2-base-960h is neither a folder nor in the Hub's cache")
    assert "run `hf download facebook/wav2vec2-base-960h`" in line
    assert "--model transcripts=FOLDER" in line
    assert not (tmp_path / "out").exists()


def test_interrupted(tmp_path: Path, demo_models: dict[str, Path]) -> None:
    """Ctrl-C in the midst of the run leaves nothing half done, and no word but ours."""
    out, temporary = tmp_path / "out", tmp_path / "temporary"
    temporary.mkdir()
    words = [sys.executable, "-m", "pipelines", "run", DEMO, "--out", out, *model_words(demo_models)]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        list(map(str, words)), cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        before = []
        for line in process.stderr:
            before.append(line)
            if line == "reading the headers\n":
                break
        while not list((out / "staging").glob("*/passes/*/*/*")):  # workers are writing
            assert process.poll() is None, before
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.stdout.read() == ""
        assert process.wait(120) == 130
    kept = sum(pq.read_metadata(path).num_rows for path in out.rglob("passes/*/files/*.parquet"))
    if kept:
        files = f"{counted(kept, 'finished file')} {'is' if kept == 1 else 'are'}"
        assert rest == (
            f"earwitness: stopped; nothing was published; {files} kept, the same command goes on from there\n"
        )
        assert json.loads((out / "runs.jsonl").read_text())["outcome"] == "interrupted"
    else:
        assert rest == "earwitness: stopped; nothing was published or kept\n"
    assert not (out / "current").exists()
    assert not (out / ".lock").exists()
    # Shards that are whole may stay: the next run goes on from them.
    assert bool(list(out.rglob("passes/*/files/*.parquet"))) == out.exists()
    assert list(out.rglob(".*")) == []
    assert list(temporary.glob("earwitness-*")) == []


def test_a_second_run_says_who_is_at_work_and_exits_with_75(tmp_path: Path, capfd: Captured) -> None:
    out = tmp_path / "out"
    out.mkdir()
    words = ["run", str(tone(tmp_path / "a.wav")), "--out", str(out), "--tables", "windows"]
    with locked(out):
        assert main(words) == BUSY == 75
    told = one_line(capfd.readouterr())
    assert re.fullmatch(
        rf"another run is at work on {out}: process {os.getpid()} on \S+ since \S+; try again later", told
    )
    assert main(words) == PUBLISHED
    assert sorted(os.listdir(out)) == ["current", "earwitness.json", "runs.jsonl", "settings.json", "snapshots"]


# What is done


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, demo_models: dict[str, Path]) -> tuple[Path, Any]:
    """A small corpus with what breaks decoders in it, run as a person does, and what the command printed."""
    folder = tmp_path_factory.mktemp("published")
    corpus, temporary = folder / "corpus", folder / "temporary"
    temporary.mkdir()
    shutil.copytree(DEMO / "broken", corpus / "broken")
    shutil.copytree(DEMO / "digits", corpus / "digits")
    shutil.copy(DEMO / "metadata.csv", corpus)
    music = (DEMO / "interviews" / "taste.mp3").read_bytes()[:120_000]
    (corpus / "damaged.mp3").write_bytes(music[:40_000] + bytes(range(256)) * 8 + music[44_000:])
    metadata = ["--metadata", corpus / "metadata.csv"]
    done = earwitness("run", corpus, "--out", folder / "out", *model_words(demo_models), *metadata, folder=temporary)
    assert list(temporary.glob("earwitness-*")) == []
    return folder, done


def test_nothing_is_printed_but_our_words(published: tuple[Path, Any]) -> None:
    _, done = published
    assert done.returncode == PUBLISHED
    lines = done.stderr.splitlines()
    assert [line for line in lines if not any(re.fullmatch(ours, line) for ours in OUR_LINES)] == []
    assert "auditing the tables" in lines
    assert any(
        line.startswith("note: 1 file passed over, no recordings by their names: tables and data 1 (.csv)")
        for line in lines
    )


def test_the_summary_goes_to_standard_output(published: tuple[Path, Any]) -> None:
    folder, done = published
    lines = done.stdout.splitlines()
    tables = {words[0]: int(words[1]) for words in (line.split() for line in lines[1 : len(OF_RUNS)])}
    assert lines[0].split() == ["table", "rows", "one", "row", "is"]
    assert tables["runs"] == 1
    for name, count in tables.items():
        assert count == pq.read_table(folder / "out" / "current" / name).num_rows, name
    assert set(tables) == set(OF_RUNS) - {"waveforms"}
    assert "8 files: 4 complete, 2 failed, 2 partial" in lines
    assert "5 errors: 2 truncated, 2 undecodable, 1 corrupt" in lines
    assert f"published: {folder}/out/current/<table>/*.parquet" in lines
    assert all(line == line.rstrip() and line.isprintable() for line in lines)


def test_inputs_are_rows_of_files(published: tuple[Path, Any]) -> None:
    folder, _ = published
    files = rows(folder / "out", "files")
    names = sorted(str(p) for p in (folder / "corpus").rglob("*") if p.is_file() and p.suffix != ".csv")
    assert [row["uri"] for row in files] == names
    status = {Path(row["uri"]).name: row["status"] for row in files}
    assert status["damaged.mp3"] == "partial"
    assert status["copy_of_code_007.wav"] == "complete"


def test_metadata_stays_as_it_was_written(published: tuple[Path, Any]) -> None:
    folder, _ = published
    speakers = {Path(row["uri"]).name: row["speaker"] for row in rows(folder / "out", "recordings")}
    assert speakers["code_007.wav"] == "007"
    assert speakers["damaged.mp3"] is None


def test_the_run_tells_what_it_was_told(published: tuple[Path, Any]) -> None:
    folder, _ = published
    (row,) = pq.read_table(folder / "out" / "current" / "runs").to_pylist()
    told = yaml.safe_load(row["config"])
    assert told["recordings"] == [str(folder / "corpus")]
    assert set(told["model"]) == {m["name"] for m in row["models"]} == set(JOBS)


def test_a_disk_that_is_full_leaves_the_corpus_as_it_was(published: tuple[Path, Any]) -> None:
    folder, _ = published
    before = sorted(folder.joinpath("out").rglob("*"))
    full = 60_000  # bytes that a file may have

    done = earwitness(
        *("run", DEMO / "interviews", "--out", folder / "out", "--tables", "spectrograms"),
        folder=folder / "temporary",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (full, full)),
    )
    assert done.returncode == FAILED
    assert done.stdout == ""
    assert re.search(r"^earwitness: .*File too large", done.stderr, re.MULTILINE)
    assert "Traceback" not in done.stderr
    assert sorted(folder.joinpath("out").rglob("*")) == before


def test_only_the_tables_asked_for_and_what_they_need(
    tmp_path: Path, capfd: Captured, demo_models: dict[str, Path]
) -> None:
    out = tmp_path / "out"
    words = ["run", str(DEMO / "digits" / "code_007.wav"), "--out", str(out), "--tables", "transcripts"]
    others = [f"{job}={tmp_path}/never opened" for job in JOBS if job != "transcripts"]
    named = [w for other in [*others, f"transcripts={demo_models['transcripts']}"] for w in ("--model", other)]
    assert main([*words, *named]) == PUBLISHED
    assert {p.name for p in (out / "current").iterdir() if p.is_dir()} == {"transcripts", "segments", *INVENTORY}
    assert len(rows(out, "transcripts")) == len(rows(out, "segments")) > 0
    (run,) = pq.read_table(out / "current" / "runs").to_pylist()
    assert [m["name"] for m in run["models"]] == ["transcripts"]
    assert "windows" not in capfd.readouterr().out


def test_a_job_is_left_out(tmp_path: Path, capfd: Captured, demo_models: dict[str, Path]) -> None:
    words = ["run", str(tone(tmp_path / "a.wav")), "--out", str(tmp_path / "out")]
    left_out = {job: Path("none") for job in JOBS if job != "sounds"}
    assert main([*words, *model_words({**demo_models, **left_out})]) == PUBLISHED
    folders = {p.name for p in (tmp_path / "out" / "current").iterdir() if p.is_dir()}
    assert folders & set(JOBS) == {"sounds"}
    assert {"windows", "segments", "frames", "spectrograms", "prosody"} <= folders
    assert not [line for line in capfd.readouterr().err.splitlines() if line.startswith("earwitness:")]


def test_each_channel_by_itself(tmp_path: Path, capfd: Captured) -> None:
    stereo = tone(tmp_path / "call.wav", channels=2)
    words = ["run", str(stereo), "--tables", "frames,waveforms", "--out"]
    assert main([*words, str(tmp_path / "each"), "--channels", "each"]) == PUBLISHED
    assert main([*words, str(tmp_path / "mix")]) == PUBLISHED
    assert [row["channel"] for row in rows(tmp_path / "each", "windows")] == [1, 2]
    assert [row["channel"] for row in rows(tmp_path / "mix", "windows")] == [0]
    centroids = [float(np.mean(row["spectral_centroid_hz"])) for row in rows(tmp_path / "each", "frames")]
    assert centroids == pytest.approx([300, 600], rel=0.15)
    assert "Traceback" not in capfd.readouterr().err


def test_only_broken_files_are_published_as_errors(tmp_path: Path, capfd: Captured) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "empty.wav").touch()
    (tmp_path / "broken" / "text.mp3").write_text("no audio here")
    os.symlink("nowhere.wav", tmp_path / "broken" / "dangling.wav")
    os.mkfifo(tmp_path / "broken" / "pipe.wav")
    words = ["run", str(tmp_path / "broken"), "--out", str(tmp_path / "out")]
    assert main([*words, "--tables", "windows,segments,frames,prosody"]) == PUBLISHED
    out, err = capfd.readouterr()
    assert "4 files: 4 failed" in out.splitlines()
    assert "4 errors: " in out
    assert "earwitness:" not in err
    files = {Path(row["uri"]).name: row["status"] for row in rows(tmp_path / "out", "files")}
    assert files == dict.fromkeys(["empty.wav", "text.mp3", "dangling.wav", "pipe.wav"], "failed")
    reasons = {Path(row["uri"]).name: row["reason"] for row in rows(tmp_path / "out", "errors")}
    assert reasons == {
        "empty.wav": "empty_file",
        "text.mp3": "undecodable",
        "dangling.wav": "not_found",
        "pipe.wav": "not_a_file",
    }
    assert rows(tmp_path / "out", "recordings") == []
