"""A table or a job that is half added is found here: each failure says what is missing, and in which file to add it."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from demo.untrained.demo_set import DEMO_SET
from pipelines.checkpoints.demo import IN_DEMO
from schemas import sound, speakers, speech
from schemas.catalog import INVENTORY, OF_RUNS, TABLES
from schemas.jobs import JOBS, STREAMS
from schemas.table import Table
from transforms.models.kinds import KINDS
from transforms.rows.registry import ANSWERS, ROWS

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = (sound, speech, speakers)
MADE = [name for name in TABLES if name not in INVENTORY]


def place_of(module: ModuleType) -> str:
    return str(module.__name__.replace(".", "/")) + ".py"


def declared_in(table: str) -> str:
    """The file of ``schemas`` that declares a table."""
    return next(place_of(one) for one in SCHEMAS if any(value is TABLES[table] for value in vars(one).values()))


def rows_file(table: str) -> str:
    """Where the rows of a table are made: beside those of the tables that hear the same."""
    return f"transforms/rows/{'sound' if TABLES[table].hears == 'windows' else 'speech'}.py"


@pytest.mark.parametrize("module", SCHEMAS, ids=place_of)
def test_every_table_that_is_declared_is_in_the_catalog(module: ModuleType) -> None:
    for name, value in vars(module).items():
        if isinstance(value, Table):
            where = f"{module.__name__.rpartition('.')[2]}.{name}"
            listed = TABLES.get(value.name) is value
            assert listed, f"{where} is in no catalog: add it to _MADE in schemas/catalog.py"


@pytest.mark.parametrize("name", MADE)
def test_a_table_says_what_it_hears(name: str) -> None:
    table = TABLES[name]
    if table.command is not None:
        assert table.hears is None, f"`earwitness {table.command}` makes {name} out of tables: take hears out of it"
        return
    assert table.hears in STREAMS, f"{name} would stay empty: give it hears=... in {declared_in(name)}"
    grid = "windows" if table.hears == "windows" else "segments"
    assert grid in (name, *table.needs), f"the rows of {name} point into {grid}: add it to needs in {declared_in(name)}"


@pytest.mark.parametrize("name", [name for name in OF_RUNS if name not in INVENTORY])
def test_every_table_has_a_function_that_makes_its_rows(name: str) -> None:
    if TABLES[name].made_by is None:
        assert name in ROWS, f"{name} would stay empty: write its function and add it to ROWS in {rows_file(name)}"
    else:
        assert name in ANSWERS, f"{name} would stay empty: write its function, add it to ANSWERS in {rows_file(name)}"


def test_the_sets_agree() -> None:
    assert set(ROWS) | set(ANSWERS) | set(INVENTORY) == set(OF_RUNS), "the tables of a run are not those that are made"
    assert set(ANSWERS) == set(JOBS), "the jobs of schemas/jobs.py are not those whose answers become rows"
    assert not set(ROWS) & set(ANSWERS), "a table is made by a function and by a model"


@pytest.mark.parametrize("name", [*ROWS, *ANSWERS])
def test_the_rows_of_every_table_are_held_by_a_test(name: str) -> None:
    path = "tests/transforms/rows/test_sound.py"
    assert f'"{name}"' in (ROOT / path).read_text("utf-8"), f"no test asks for rows of {name}: add one to {path}"


@pytest.mark.parametrize("path", (ROOT / "transforms" / "features").glob("[a-z]*.py"), ids=lambda path: path.stem)
def test_every_function_is_held_against_a_reference(path: Path) -> None:
    test = Path("tests") / "transforms" / "features" / f"test_{path.name}"
    assert (ROOT / test).is_file(), f"nothing holds {path.relative_to(ROOT)}: write {test}"


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_explained_in_the_docs(name: str) -> None:
    page = (ROOT / "docs" / "tables.md").read_text("utf-8")
    assert f"\n## {name}\n" in page, f"{name} is not in docs/tables.md: python -m schemas.dictionary > docs/tables.md"
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    assert f"── {name} " in index, f"the picture of the tables in docs/index.md has no {name}: add a line"


@pytest.mark.parametrize("job", JOBS)
def test_a_job_fills_the_table_of_its_name(job: str) -> None:
    table = TABLES.get(job)
    where = "schemas/speech.py or schemas/sound.py, and in _MADE of schemas/catalog.py"
    assert table is not None, f"the job {job} has no table: declare it in {where}"
    assert table.made_by == job, f"{job} is the table of a job: give it made_by={job!r} in {declared_in(job)}"
    assert "model" in table.schema.names, f"no row of {job} says who made it: add MODEL in {declared_in(job)}"


@pytest.mark.parametrize("job", JOBS)
def test_a_job_says_who_can_do_it_and_what_is_said_of_it(job: str) -> None:
    declared = JOBS[job]
    where = f"of the job {job} in schemas/jobs.py"
    assert declared.name == job
    assert declared.hears in STREAMS, f"hears {where} is none of {', '.join(STREAMS)}"
    assert declared.kinds, f"kinds {where} names none"
    for kind in declared.kinds:
        assert kind in KINDS.values(), f"kinds {where} names {kind!r}, which transforms/models/kinds.py does not open"
    assert declared.base.count("/") == 1, f"base {where} is no name on the Hub"
    assert declared.sentence.endswith(" by"), f"sentence {where} has to end with 'by': the checkpoint follows"


@pytest.mark.parametrize("job", IN_DEMO)
def test_a_job_has_a_checkpoint_in_the_demo(job: str) -> None:
    path = Path("demo") / "models" / job / "config.json"
    assert (ROOT / path).is_file(), f"--models demo has none for {job}: train one into {path.parent} (demo/train)"
    config = json.loads((ROOT / path).read_text("utf-8"))
    kinds = {KINDS.get(name) for name in config["architectures"]}
    assert kinds & set(JOBS[job].kinds), f"{path}: the job {job} opens {JOBS[job].kinds}, and that is a {kinds}"


def test_every_job_has_an_untrained_checkpoint_for_the_tests() -> None:
    for job in JOBS:
        assert job in DEMO_SET, f"tests have no checkpoint for {job}: add it to demo/untrained/demo_set.py"
    assert list(DEMO_SET) == list(JOBS), "demo/untrained/demo_set.py names a job that schemas/jobs.py does not"


@pytest.mark.parametrize("job", JOBS)
def test_a_job_has_a_place_in_the_docs(job: str) -> None:
    page = (ROOT / "docs" / "models.md").read_text("utf-8")
    lines = [line for line in page.splitlines() if line.startswith(f"| {job} |")]
    assert any(JOBS[job].base in line for line in lines), f"docs/models.md has no line for {job} with {JOBS[job].base}"
