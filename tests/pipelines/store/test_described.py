"""A snapshot says what it is: whoever was handed its folder, a person or a program, finds it said there, and true."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

from pipelines.cli import PUBLISHED, main
from pipelines.files.damage import DamagedError
from pipelines.store.derived import publish_derived
from pipelines.store.described import describe_snapshot
from pipelines.store.folder import published
from pipelines.store.licences import licences_in
from pipelines.store.manifest import Holdings
from pipelines.store.next_snapshot import as_written
from pipelines.store.read import Snapshot
from schemas.catalog import TABLES
from schemas.layout import DESCRIPTOR, MADE, MADE_BEFORE, PAGE
from tests.pipelines import corpora
from tests.pipelines.corpora import DEMO
from transforms.shards import open_table

RECORDINGS = [DEMO / "digits" / "code_007.wav", DEMO / "signals" / "yes.wav", DEMO / "broken" / "breaks_off.flac"]
NONE = {"sounds": "none", "speakers": "none"}
FORBIDDEN = "cc-by-nc-4.0"
SCALAR = {"required", "minimum", "maximum", "enum", "pattern"}
ALLOWED = {
    "string": {"required", "enum", "pattern"},
    "integer": SCALAR - {"pattern"},
    "number": SCALAR - {"pattern"},
    "boolean": {"required"},
    "datetime": {"required"},
    "date": {"required"},
    "array": {"required", "minLength", "maxLength"},
}
"""The types of the standard that are used, and the constraints that it knows for each."""


@pytest.fixture(scope="module")
def models(demo_models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three checkpoints, one of which has a card with a licence."""
    emotions = tmp_path_factory.mktemp("cards") / "emotions"
    shutil.copytree(demo_models["emotions"], emotions)
    (emotions / "README.md").write_text(f"---\nlicense: {FORBIDDEN}\n---\n# A model\n")
    return {"emotions": emotions, **{job: demo_models[job] for job in ("transcripts", "embeddings")}, **NONE}


@pytest.fixture(scope="module")
def made(models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of three recordings, with columns of the user's."""
    base = tmp_path_factory.mktemp("described")
    lines = ["file,region,year", *(f"{path},north,{1990 + at}" for at, path in enumerate(RECORDINGS))]
    (base / "metadata.csv").write_text("\n".join(lines) + "\n")
    metadata = {"path": str(base / "metadata.csv"), "types": {"year": "int"}}
    corpora.publish(base / "out", models, RECORDINGS, metadata=metadata)
    return base / "out"


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    """A copy of the corpus to go on from."""
    return Path(shutil.copytree(made, tmp_path / "out", symlinks=True))


def about_of(snapshot: Path) -> dict[str, Any]:
    found = json.loads((snapshot / DESCRIPTOR).read_text())
    assert isinstance(found, dict)
    return found


def head_of(snapshot: Path) -> dict[str, Any]:
    _, head, _ = (snapshot / PAGE).read_text().split("---\n", 2)
    found = yaml.safe_load(head)
    assert isinstance(found, dict)
    return found


def values_of(snapshot: Path, table: str) -> dict[str, list[Any]]:
    return pq.read_table(snapshot / table, partitioning=None).to_pydict()


def test_every_table_has_a_configuration_with_its_files(made: Path) -> None:
    snapshot, head = published(made), head_of(published(made))
    assert [one["config_name"] for one in head["configs"]] == Snapshot(snapshot).tables
    for one in head["configs"]:
        assert sorted(snapshot.glob(one["data_files"])) == Snapshot(snapshot).files(one["config_name"]) != []
    assert head["license"] == "unknown"


def test_every_table_has_a_resource_that_is_true(made: Path) -> None:
    snapshot, about = published(made), about_of(published(made))
    assert about["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert [one["name"] for one in about["resources"]] == Snapshot(snapshot).tables
    for one in about["resources"]:
        paths = [one["path"]] if isinstance(one["path"], str) else one["path"]
        assert [snapshot / path for path in paths] == Snapshot(snapshot).files(one["name"])
        asked = duckdb.sql(f"FROM '{snapshot}/{one['name']}/*.parquet'")
        assert one["rows"] == len(asked.fetchall())
        assert [field["name"] for field in one["schema"]["fields"]] == asked.columns
    assert {one["name"]: one["rows"] for one in about["resources"]}["recordings"] == len(RECORDINGS)


def test_its_form_is_that_of_the_standard(made: Path) -> None:
    for one in about_of(published(made))["resources"]:
        assert re.fullmatch(r"[-a-z0-9._/]+", one["name"])
        assert one["type"] == "table"
        fields = {field["name"]: field for field in one["schema"]["fields"]}
        for field in fields.values():
            assert field["description"]
            assert set(field.get("constraints", {})) <= ALLOWED[field["type"]], (one["name"], field)
        assert set(one["schema"].get("primaryKey", [])) <= set(fields)
    recordings = about_of(published(made))["resources"][1]["schema"]["fields"]
    assert [(field["name"], field["type"]) for field in recordings[-2:]] == [("region", "string"), ("year", "integer")]


def test_every_value_keeps_the_constraints(made: Path) -> None:
    snapshot, tried = published(made), set()
    for one in about_of(snapshot)["resources"]:
        values = values_of(snapshot, one["name"])
        for field in one["schema"]["fields"]:
            of_column = values[field["name"]]
            there = [value for value in of_column if value is not None]
            kept = {
                "required": lambda _, there=there, of_column=of_column: len(there) == len(of_column),
                "minimum": lambda low, there=there: all(value >= low for value in there),
                "maximum": lambda high, there=there: all(value <= high for value in there),
                "enum": lambda known, there=there: set(there) <= set(known),
                "pattern": lambda regex, there=there: all(re.fullmatch(regex, value) for value in there),
                "minLength": lambda length, there=there: all(len(value) >= length for value in there),
                "maxLength": lambda length, there=there: all(len(value) <= length for value in there),
            }
            for name, bound in field.get("constraints", {}).items():
                assert kept[name](bound), (one["name"], field)
                tried.update({name} if there else ())
    assert tried == {*SCALAR, "minLength", "maxLength"}


def test_rows_point_only_into_tables_that_are_there(made: Path) -> None:
    snapshot = published(made)
    pointing = {}
    for one in about_of(snapshot)["resources"]:
        for key in one["schema"].get("foreignKeys", []):
            to = key["reference"]["resource"]
            here, there = values_of(snapshot, one["name"]), values_of(snapshot, to)
            (column,), (other,) = key["fields"], key["reference"]["fields"]
            assert set(here[column]) - {None} <= set(there[other])
            pointing[one["name"]] = to
    assert pointing["transcripts"] == "segments"


def test_frictionless_finds_nothing_wrong(made: Path) -> None:
    """The descriptor as it is, and our values as Python has them; its own reader of Parquet knows no lists or nulls."""
    frictionless = pytest.importorskip("frictionless", reason="needs frictionless")
    snapshot, about = published(made), about_of(published(made))
    package = frictionless.Package.from_descriptor(about, basepath=str(snapshot))  # raises where it is against a rule
    assert [[one.path, *one.extrapaths] for one in package.resources] == [
        [path.relative_to(snapshot).as_posix() for path in Snapshot(snapshot).files(one.name)]
        for one in package.resources
    ]
    resources = []
    for one in about["resources"]:
        rows = pq.read_table(snapshot / one["name"], partitioning=None).to_pylist()
        data = [[base64.b64encode(v).decode() if isinstance(v, bytes) else v for v in row.values()] for row in rows]
        names = [field["name"] for field in one["schema"]["fields"]]
        schema = frictionless.Schema.from_descriptor(one["schema"])
        resources.append(frictionless.resources.TableResource(name=one["name"], data=[names, *data], schema=schema))
    report = frictionless.Package(name="corpus", resources=resources).validate()
    assert report.valid, report.flatten(["title", "fieldName", "note"])


def test_the_same_tables_say_the_same_and_name_no_recording(out: Path) -> None:
    snapshot = published(out)
    before = {name: (snapshot / name).read_bytes() for name in (PAGE, DESCRIPTOR)}
    tables = {name: as_written(snapshot, name) for name in Snapshot(snapshot).tables}
    describe_snapshot(snapshot, tables, licences_in(snapshot), snapshot.name)
    assert {name: (snapshot / name).read_bytes() for name in before} == before
    for uri, row in Holdings.read(snapshot).files.items():
        for content in before.values():
            assert Path(uri).name.encode() not in content
            assert str(row.recording_id).encode() not in content


def test_it_says_what_made_the_rows_and_under_which_licence(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    told = {one["table"]: one for one in about_of(published(made))["earwitness"]["models"]}
    assert told["emotions"]["licence"] == FORBIDDEN
    assert (
        told["transcripts"]["licence"] == f"unknown: see the model card of {told['transcripts']['model'].split('@')[0]}"
    )
    assert set(told) == {"emotions", "transcripts", "embeddings"}
    assert f"| {FORBIDDEN}; not for commercial use |" in (published(made) / PAGE).read_text()
    assert main(["methods", str(made)]) == 0
    assert f"emotions ({FORBIDDEN}; not for commercial use)" in capfd.readouterr().out


def test_the_lines_of_the_page_work_in_its_folder(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(published(made))
    page = Path(PAGE).read_text()
    (question,) = re.findall(r"```sql\n(.+?)```", page, re.DOTALL)
    found = duckdb.sql(question)
    assert found.fetchall()
    assert {"text", "uri"} <= set(found.columns)
    (lines,) = re.findall(r"```python\n(.+?)\n\nimport datasets", page, re.DOTALL)
    held: dict[str, Any] = {}
    exec(lines, held)
    assert len(held["transcripts"]) == Snapshot(published(made)).count("transcripts")
    (asked,) = re.findall(r'dbGetQuery\(db, "(.+?)"\)', page)
    assert duckdb.sql(asked).fetchall()


def test_recipes_of_before_are_read_and_take_their_new_name(
    out: Path, models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = published(out)
    (snapshot / MADE).rename(snapshot / MADE_BEFORE)
    for name in (PAGE, DESCRIPTOR):
        (snapshot / name).unlink()
    monkeypatch.setattr("pipelines.run.passes.execute", lambda *_: pytest.fail("a recording was opened"))
    done = corpora.publish(out, models, RECORDINGS)
    assert done is not None
    beside = {path.name for path in done.snapshot.iterdir() if path.is_file()}
    assert beside == {MADE, PAGE, DESCRIPTOR, "audit.json"}
    assert Holdings.read(done.snapshot).made == Holdings.read(snapshot).made
    assert corpora.publish(out, models, RECORDINGS) is None


def test_no_table_is_named_so_that_a_glob_takes_what_lies_beside(made: Path) -> None:
    """A reader of ``**/*.parquet`` finds files of tables, and one that takes the folder for a table stumbles."""
    snapshot = published(made)
    assert {path.parent.name for path in snapshot.glob("**/*.parquet")} == set(Snapshot(snapshot).tables)
    with pytest.raises(Exception, match="Parquet magic bytes not found"):
        pq.read_table(snapshot)


def test_of_what_was_forgotten_nothing_is_counted(out: Path) -> None:
    before = about_of(published(out))
    assert main(["forget", str(out), str(RECORDINGS[0]), "--yes"]) == PUBLISHED
    after = about_of(published(out))
    rows = [{one["name"]: one["rows"] for one in about["resources"]} for about in (before, after)]
    assert rows[1]["recordings"] == rows[0]["recordings"] - 1
    for one in after["resources"]:
        assert one["rows"] == Snapshot(published(out)).count(one["name"])
    assert [one["licence"] for one in after["earwitness"]["models"] if one["table"] == "emotions"] == [FORBIDDEN]


def test_a_table_that_a_command_makes_is_told_of(out: Path) -> None:
    def write(snapshot: Path, folder: Path, name: str) -> None:
        open_table(folder / f"{name}.parquet", TABLES["tags"]).close()

    publish_derived(out, "tags", write)
    assert "tags" in {one["name"] for one in about_of(published(out))["resources"]}
    assert "tags" in {one["config_name"] for one in head_of(published(out))["configs"]}
    assert licences_in(published(out))  # handed on from the snapshot before
    assert FORBIDDEN in licences_in(published(out)).values()


@pytest.mark.parametrize("at", [1, 2])
def test_who_is_stopped_while_it_is_written_leaves_what_was_there(
    out: Path, models: dict[str, Path], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    before, written = published(out), []

    def stop(path: Path, content: bytes) -> None:
        written.append(path)
        if len(written) == at:
            raise KeyboardInterrupt
        path.write_bytes(content)

    monkeypatch.setattr("pipelines.store.described.write_whole", stop)
    with pytest.raises(KeyboardInterrupt):
        corpora.publish(out, models, [*RECORDINGS, DEMO / "signals" / "tones.wav"])
    monkeypatch.undo()
    assert len(written) == at
    assert published(out) == before
    assert not list((out / "staging").glob(f"*/tables/{PAGE}"))
    corpora.publish(out, models, [*RECORDINGS, DEMO / "signals" / "tones.wav"])
    assert {one["name"]: one["rows"] for one in about_of(published(out))["resources"]}["recordings"] == 4


def test_one_that_is_damaged_is_named_before_its_licences_are_lost(out: Path, models: dict[str, Path]) -> None:
    path = published(out) / DESCRIPTOR
    path.write_text('{"resources": []}')
    with pytest.raises(DamagedError, match=r"datapackage.json is damaged .*: remove it: the next run writes it anew"):
        corpora.publish(out, models, [*RECORDINGS, DEMO / "signals" / "tones.wav"])
    path.unlink()
    corpora.publish(out, models, [*RECORDINGS, DEMO / "signals" / "tones.wav"])
    assert FORBIDDEN in licences_in(published(out)).values()
