"""The front door for people who import: what it shows, what it costs, and that its examples run."""

from __future__ import annotations

import ast
import doctest
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import earwitness
from pipelines.checkpoints.demo import DEMO_FOLDER
from pipelines.cli import main
from pipelines.corpus import open_corpus
from pipelines.embeddings.search import search
from pipelines.mentions import find_mentions, mention_rates
from schemas.errors import Error
from tests.pipelines.corpora import DEMO, publish
from tests.pipelines.tables import example, write_corpus

FOLDER = Path(earwitness.__file__).parent
NAMES = ["Error", "__version__", "find_mentions", "mention_rates", "open_corpus", "search"]
HEAVY = ("apache_beam", "torch", "transformers", "great_expectations", "librosa", "plotly", "sklearn")


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example as ``corpus``, where one stands."""
    write_corpus(tmp_path / "corpus", example())
    monkeypatch.chdir(tmp_path)
    return tmp_path / "corpus"


def alone(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=FOLDER.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_else_lives_there() -> None:
    assert sorted(path.name for path in FOLDER.iterdir() if path.name != "__pycache__") == ["__init__.py", "py.typed"]
    assert sorted(earwitness.__all__) == NAMES
    assert [name for name in dir(earwitness) if not name.startswith("__") or name in NAMES] == NAMES


def test_its_names_are_those_of_the_rooms() -> None:
    assert earwitness.open_corpus is open_corpus
    assert earwitness.find_mentions is find_mentions
    assert earwitness.mention_rates is mention_rates
    assert earwitness.search is search
    assert earwitness.Error is Error
    with pytest.raises(AttributeError, match="has no attribute 'open_korpus'"):
        earwitness.open_korpus  # type: ignore[attr-defined]  # noqa: B018


def test_types_are_read_from_where_names_are_taken() -> None:
    tree = ast.parse((FOLDER / "__init__.py").read_text("utf-8"))
    seen = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == earwitness._FROM


def test_a_type_checker_knows_them(tmp_path: Path) -> None:
    code = tmp_path / "notebook.py"
    code.write_text(
        "import earwitness\n"
        "corpus = earwitness.open_corpus('corpus')\n"
        "reveal_type(earwitness.find_mentions(corpus, ['acme']))\n"
        "reveal_type(earwitness.__version__)\n"
        "earwitness.search(corpus, 5)\n"
        "earwitness.serach\n"
    )
    done = subprocess.run(  # with the project's cache, which `make lint` has filled
        [sys.executable, "-m", "mypy", str(code)], cwd=FOLDER.parent, capture_output=True, text=True, check=False
    )
    lines = [line.partition(": ")[2] for line in done.stdout.splitlines()]
    assert 'note: Revealed type is "pandas.DataFrame"' in [line.replace(".core.frame", "") for line in lines]
    assert 'note: Revealed type is "str"' in lines
    errors = [line for line in lines if line.startswith("error")]
    assert len(errors) == 2, done.stdout
    assert "[arg-type]" in errors[0]
    assert 'has no attribute "serach"' in errors[1]


def test_to_import_it_costs_nothing() -> None:
    names = ("duckdb", "numpy", "pandas", "pipelines", "pyarrow", "schemas", "transforms", *HEAVY)
    assert alone(f"import sys, earwitness; print([name for name in {names} if name in sys.modules])") == "[]\n"


def test_to_ask_a_corpus_needs_neither_beam_nor_torch(corpus: Path) -> None:
    code = (
        "import sys, earwitness\n"
        f"with earwitness.open_corpus({str(corpus)!r}) as corpus:\n"
        "    corpus.sql('FROM words').df(), repr(corpus), corpus._repr_html_()\n"
        "    earwitness.mention_rates(corpus, earwitness.find_mentions(corpus, ['acme']), ['acme'])\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    assert alone(code) == "[]\n"


def test_the_version_is_that_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"earwitness {earwitness.__version__}\n"
    assert earwitness.__version__[0].isdigit()


def test_what_cannot_be_done_is_one_error(corpus: Path) -> None:
    with pytest.raises(earwitness.Error, match="no such folder"):
        earwitness.open_corpus(corpus.parent / "elsewhere")
    held = earwitness.open_corpus(corpus)
    with pytest.raises(earwitness.Error, match="wrods"):
        held.sql("FROM wrods")
    with pytest.raises(earwitness.Error, match="no metadata column"):
        earwitness.mention_rates(held, earwitness.find_mentions(held, ["acme"]), ["acme"], by=["regoin"])
    with pytest.raises(earwitness.Error, match="either a text or a file"):
        earwitness.search(held)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus that a run has made, and the folder that it stands in."""
    folder = tmp_path_factory.mktemp("made")
    for name in ("digits/code_007.wav", "scenes/sounds.ogg"):
        shutil.copy(DEMO / name, folder)
    (folder / "about.csv").write_text("file,region\ncode_007.wav,north\nsounds.ogg,south\n")
    publish(
        folder / "corpus",
        {job: DEMO_FOLDER / job for job in ("transcripts", "embeddings")},
        [folder / "code_007.wav", folder / "sounds.ogg"],
        tables=["transcripts", "embeddings"],
        metadata={"path": str(folder / "about.csv")},
    )
    return folder


@pytest.mark.parametrize("name", ["earwitness", "find_mentions", "mention_rates", "open_corpus", "search"])
def test_every_example_runs(name: str, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made)
    shown = earwitness if name == "earwitness" else getattr(earwitness, name)
    with earwitness.open_corpus("corpus") as held:
        scope = {"corpus": held, **{one: getattr(earwitness, one) for one in NAMES}}
        (examples,) = doctest.DocTestFinder(recurse=False).find(shown, name, module=False, globs=scope)
        assert examples.examples, f"{name} has no example"
        assert doctest.DocTestRunner().run(examples).failed == 0
