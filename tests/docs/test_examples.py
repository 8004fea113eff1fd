"""Every command, query and script that the README and the docs show is run over the demo's corpus."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

import earwitness
from pipelines.cli import parse
from schemas.config import from_mapping
from tests.docs.markdown import ROOT, Block, blocks, pages
from tests.docs.shell import FIRST, Shell, agrees

NOT_RUN = {
    r"earwitness run .*interviews/": "needs recordings of the reader's own, and checkpoints from the Hub",
    r"earwitness run --config /srv/": "folders of a server",
    r"earwitness run .*--runner=PrismRunner": "Prism is a program of its own",
    r"pip install|pipx install|uv tool install|source ": "changes the environment that runs the tests",
    r"make demo|make test|make docs|make bench": "the Makefile is tried by a person and by continuous integration",
    r"from airflow": "Airflow is not installed here",
    r"from pyspark": "Spark is tried by `make interop`",
    r"import datasets": "the library is tried by `make interop`",
    r"import faiss": "FAISS is tried by `make interop`",
}
"""Commands and scripts that are shown but not run, and why not; each has to be shown somewhere."""
LANGUAGES = {"sh", "console", "sql", "python", "yaml", "ini", "text", "r", "{toctree}"}


def unrun(text: str) -> str | None:
    """The entry of NOT_RUN that a command or script falls under."""
    return next((pattern for pattern in NOT_RUN if re.match(pattern, text)), None)


def commands(block: Block) -> list[tuple[str, str | None]]:
    """The commands of a block, each with the output that is shown; None where none is."""
    joined = block.text.replace("\\\n", " ")
    if block.language == "sh":
        return [(line.split(" #")[0].strip(), None) for line in joined.splitlines() if line and line[0] != "#"]
    found: list[tuple[str, str | None]] = []
    for line in joined.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            assert found, f"{block}: output before the first command"
            found[-1] = (found[-1][0], f"{found[-1][1]}{line}\n")
    return found


@pytest.mark.parametrize(
    "page",
    [page for page in pages() if any(block.language in LANGUAGES for block in blocks(page))],
    ids=lambda p: p.stem,
)
def test_what_a_page_shows_works(page: Path, shell: Shell) -> None:
    names: dict[str, object] = {}
    for block in blocks(page):
        assert block.language in LANGUAGES, f"{block}: {block.language}: say how it is tested"
        if block.language in ("sh", "console"):
            for command, shown in commands(block):
                _run(block, command, shown, shell)
        elif block.language == "yaml":
            _write(block)
        elif block.language == "sql":
            with earwitness.open_corpus("corpus") as corpus:
                assert corpus.sql(block.text).fetchall(), f"{block}: no rows"
        elif block.language == "r" and shutil.which("Rscript"):  # elsewhere nobody could run it
            subprocess.run(["Rscript", "-e", block.text], cwd=shell.place, check=True)
        elif block.language == "python" and not unrun(block.text):
            exec(compile(block.text, str(block), "exec"), names)


def _run(block: Block, command: str, shown: str | None, shell: Shell) -> None:
    if not unrun(command):
        code, printed = shell.run(command)
        assert code == 0, f"{block}: {command}\n{printed}"
        assert shown is None or agrees(shown, printed), f"{block}: {command} prints\n{printed}"
    elif command.startswith("earwitness "):
        parse(shlex.split(command)[1:])  # its words are known, at least
    elif command.startswith("make "):
        makefile = (ROOT / "Makefile").read_text("utf-8")
        assert re.search(rf"^{command.split()[1]}:", makefile, re.MULTILINE), f"{block}: {command}"


def _write(block: Block) -> None:
    """A YAML file is written under the name that its first line says; a configuration is checked, too."""
    named = re.match(r"# (\S+\.yaml)\n", block.text)
    assert named, f"{block}: its first line does not name the file"
    Path(named[1]).write_text(block.text, "utf-8")
    if "recordings:" in block.text:
        from_mapping(yaml.safe_load(block.text))


def test_what_is_not_run_is_shown() -> None:
    shown = [
        text
        for page in pages()
        for block in blocks(page)
        for text in ([c for c, _ in commands(block)] if block.language in ("sh", "console") else [block.text])
    ]
    for pattern in NOT_RUN:
        assert any(re.match(pattern, text) for text in shown), f"nothing shows {pattern} any more"
    assert FIRST in shown


def test_a_difference_is_seen() -> None:
    """The comparison of outputs is not one that agrees with everything."""
    assert agrees("a 0.5\n...\nin 3 seconds", "a   0.71\nb\nc\nin 1.5 minutes\n")
    assert not agrees("a 1", "a 2\n")
    assert not agrees("a\n...", "b\na\n")
    assert agrees("a ...", "a b c\n")
    assert not agrees("a", "a\nb\n")
