"""One pass of the pipeline over some files: what its workers wrote, and which of it is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa

from pipelines.errors import CommandError, why
from pipelines.files.atomic import write_whole
from pipelines.files.json_file import read_json
from pipelines.files.parquet import count_rows, read_metadata, read_table
from schemas.errors import UsageError
from schemas.layout import PARQUET, PASS, PASSES, REJECTED
from schemas.raw import BY_NAME_ALONE, Raw, read_raw

NO_LANGUAGES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Pass:
    """A folder in which workers wrote the tables of some recordings, shard by shard.

    Attributes:
        recipes: of each table that was made, how.
        identifies: whether its files were new, so that some turned out to hold known content, whose
            rows it did not make.
        raw: how it read files without a header.
        languages: the code of each file that said in which language it is.
    """

    folder: Path
    recipes: Mapping[str, str]
    identifies: bool
    raw: Raw = BY_NAME_ALONE
    languages: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def begin(
        cls,
        folder: Path,
        recipes: Mapping[str, str],
        identifies: bool,
        raw: Sequence[str] = (),
        languages: Mapping[str, str] = NO_LANGUAGES,
    ) -> Pass:
        """Make the folder and note in it what it is for.

        Raises:
            FileNotFoundError: the run's own folder is gone: nobody wants it back.
        """
        folder.parent.mkdir(exist_ok=True)
        folder.mkdir()
        about = {"recipes": dict(recipes), "identifies": identifies, "raw": list(raw), "languages": dict(languages)}
        write_whole(folder / PASS, json.dumps(about, indent=1).encode())
        return cls(folder, recipes, identifies, read_raw(raw), languages)

    @classmethod
    def reopen(cls, folder: Path) -> Pass | None:
        """A pass that was left behind; None if it was not even begun."""
        try:
            about = read_json(folder / PASS)
        except CommandError:
            return None
        recipes, identifies, languages = about.get("recipes"), about.get("identifies"), about.get("languages", {})
        if not isinstance(recipes, dict) or not isinstance(identifies, bool) or not isinstance(languages, dict):
            return None
        try:
            return cls(folder, recipes, identifies, read_raw(about.get("raw", ())), languages)
        except (UsageError, TypeError, AttributeError):
            return None

    @cached_property
    def shards(self) -> tuple[str, ...]:
        """The names of the shards that are whole: their rows of ``files`` are written last."""
        return tuple(sorted(p.stem for p in (self.folder / "files").glob(f"[!.]*{PARQUET}") if self._is_whole(p.stem)))

    def files_of(self, table: str) -> list[Path]:
        """The files of a table in whole shards, sorted by name."""
        folder = self.folder / table
        if table == "errors":  # each branch has its own
            return sorted(p for p in folder.glob(f"[!.]*{PARQUET}") if p.stem.rpartition("-")[0] in set(self.shards))
        return [path for path in (folder / f"{shard}{PARQUET}" for shard in self.shards) if path.exists()]

    def read(self, table: str, columns: list[str] | None = None) -> pa.Table | None:
        """The rows of a table in whole shards; None where there are none."""
        found = [read_table(path, columns) for path in self.files_of(table)]
        return pa.concat_tables(found).unify_dictionaries() if found else None

    def _is_whole(self, shard: str) -> bool:
        """Whether all its files can be opened: a machine that lost power may have lost their ends."""
        try:
            for path in self.folder.glob(f"*/{shard}*{PARQUET}"):
                read_metadata(path)
        except CommandError:
            return False
        return True


def left_behind(staging: Path) -> Iterator[Pass]:
    """The passes of runs that did not come to their end, in the order in which they were begun.

    Raises:
        CommandError: one that cannot be read.
    """
    try:
        for run in sorted(p for p in staging.glob("[!.]*") if not (p / REJECTED).exists()):
            for folder in sorted((run / PASSES).glob("[!.]*")):
                found = Pass.reopen(folder)
                if found is not None and found.shards:
                    yield found
    except PermissionError as error:
        raise CommandError(f"{error.filename}: {why(error)}") from None


def finished_files(staging: Path) -> int:
    """Files that runs which did not come to their end have finished: the next one goes on from there.

    Raises:
        CommandError: a pass that cannot be read.
    """
    return sum(count_rows(done.files_of("files")) for done in left_behind(staging))
