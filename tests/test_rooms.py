"""Every module has a test file of its name in the same folder of the tests, or stands here with what tests it."""

from __future__ import annotations

from pathlib import Path

import grimp
import pytest

from pipelines.commands import HELP

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("schemas", "transforms", "pipelines")
NO_CODE = {"__init__", "__main__"}

THROUGH = {
    # Declarations: the catalog holds them together, and every row that is written is held against them.
    "schemas/test_catalog": "schemas: columns inventory jobs recorder sound speakers speech",
    # What is heard, block by block, of which each module is a step.
    "transforms/test_listen": "schemas: notes records; transforms: ears audio.voice; "
    "transforms.audio: chapters evidence judge shares",
    "transforms/test_shards": "schemas: file_format",
    "transforms/decode/test_audio": "transforms.decode: chunks ends extent ffmpeg format forms joined kinds libsndfile "
    "opening stream tags",
    "transforms/decode/test_facts": "transforms.decode: ixml recorder_chunks recorder_times recorder_words",
    "transforms/decode/test_guard": "transforms.decode: asked audible child limits lost",
    # Opening a checkpoint has many steps and one door.
    "transforms/models/test_checkpoint": "transforms.models: hub loaded locate weights",
    "transforms/models/test_door": "transforms.models: alignment jobs kinds precision regression",
    "transforms/models/test_compiled": "transforms.models: engines passes",
    "transforms/models/test_families": "transforms.models: fronts transducer",
    "transforms/models/test_features": "transforms.models: mels",
    "transforms/rows/test_sound": "transforms.rows: answers batch registry speech; schemas: dimensions",
    # Thin shells over tested functions: a run is the direct computation.
    "whole/test_direct": "transforms.stages: identify infer plan; "
    "pipelines.run: asked graph measure outcome prepare run work",
    "pipelines/agreement/test_figures": "pipelines.agreement: kept sample sheet; pipelines.corpus: segments",
    "pipelines/audit/test_audit": "pipelines.audit: check references values",
    # Words in, a call, words out: the command's own code has no other branches.
    "whole/test_damaged": "pipelines.commands: agree export forget methods report run sample search speakers status "
    "tables tag printed.answer printed.forget printed.passage printed.speakers",
    "pipelines/test_cli": "pipelines: process sql console.confirm console.rows run.words",
    "pipelines/console/test_progress": "transforms: progress",
    "pipelines/corpus/test_asked": "pipelines.corpus: dimensions emotions spectrogram statements tables views",
    "pipelines/commands/test_query": "pipelines.corpus: output overview rows view_columns",
    "pipelines/embeddings/test_search": "pipelines.embeddings: checkpoint matrix; pipelines.store: reading",
    "pipelines/export/test_export": "pipelines.export: speech vtt words",
    # Every format holds the same rows, and is read again by the programs that it is for.
    "pipelines/export/tables/test_export": "pipelines.export.tables: chosen codebook excel flat plain sheet spss stata "
    "statistics",
    "pipelines/mentions/test_find": "pipelines.mentions: context dimensions emotions speakers words; "
    "pipelines.corpus: functions",
    # The pages are written whole, and looked at in a browser.
    "pipelines/report/test_report": "pipelines.report: charts corpus_page glance page profiles recording_page search",
    # The next snapshot, from what there is and what a run or a command has made.
    # What workers are told lies in files of its own, so that they import little.
    "pipelines/run/test_by_workers": "pipelines.run: at_work order preload; pipelines.workers: server",
    "pipelines/run/test_increment": "pipelines.store: changes inventory made manifest next_snapshot "
    "staging tombstones versions",
    "pipelines/speakers/test_label": "pipelines.speakers: check; pipelines.store: derived",
    "pipelines/store/test_folder": "pipelines.store: clearing file_rows recovery",
    "pipelines/store/test_forget": "pipelines.store: meant report_folder",
    "pipelines/store/test_lock": "pipelines.store: holder",
    "pipelines/store/test_read": "pipelines.files: damage parquet",
}
"""A file of tests to what it tests beside, by rooms: modules too small or too near for a file of their own."""


def modules() -> set[str]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*.py")
        if path.stem not in NO_CODE
    }


def listed(said: str) -> list[str]:
    """The modules of a line of :data:`THROUGH`."""
    rooms = [room.partition(": ") for room in said.split("; ")]
    return [f"{room}.{name}" for room, _, names in rooms for name in names.split()]


def file_of(module: str) -> Path:
    *rooms, name = module.split(".")
    return ROOT.joinpath("tests", *rooms, f"test_{name}.py")


def test_every_module_is_tested_by_name_or_stands_in_the_list() -> None:
    named = {module for module in modules() if file_of(module).exists()}
    through = {module for said in THROUGH.values() for module in listed(said)}
    assert modules() - named - through == set(), "write a test file of its name, or name in THROUGH what tests it"
    assert through - modules() == set(), "there is no such module"
    assert through & named == set(), "it has a test file of its name now: take it out of THROUGH"


def test_the_list_stays_short() -> None:
    assert len(THROUGH) <= 32
    names = [module for said in THROUGH.values() for module in listed(said)]
    assert len(names) == len(set(names))


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    graph = grimp.build_graph(*FLOORS, "tests", "demo", "benchmarks", cache_dir=None)
    for name in HELP:  # the module of a command is imported by its name
        graph.add_import(importer="pipelines.commands", imported=f"pipelines.commands.{name}")
    return graph


@pytest.mark.parametrize("tests", THROUGH)
def test_what_tests_a_module_reaches_it(graph: grimp.ImportGraph, tests: str) -> None:
    assert (ROOT / "tests" / f"{tests}.py").exists()
    reached = graph.find_upstream_modules(f"tests.{tests.replace('/', '.')}")
    assert set(listed(THROUGH[tests])) <= reached


def test_test_files_lie_in_the_rooms_of_what_they_test() -> None:
    """A file that is named after no module is about several of its room."""
    for floor in FLOORS:
        for path in (ROOT / "tests" / floor).rglob("test_*.py"):
            room = path.parent.relative_to(ROOT / "tests")
            assert (ROOT / room).is_dir(), f"there is no room {room} for {path.name}"
