"""What a corpus holds of which file and recording, made how, and where its rows lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.files.damage import DamagedError
from pipelines.store.file_rows import FileRow, file_rows_by_uri
from pipelines.store.licences import licences_in
from pipelines.store.made import read_made, write_made
from pipelines.store.read import Snapshot
from pipelines.store.readings import SIGN, otherwise, reading_of, readings_of, split
from pipelines.store.spoken import Spoken, of_recordings
from pipelines.store.staging import Pass
from schemas.catalog import INVENTORY
from schemas.layout import PARQUET
from schemas.notes import OF_SPEECH, together
from schemas.raw import Raw
from schemas.reasons import Reason
from schemas.records import Outcome

BASE = 0
"""The number of the published snapshot among the places where rows lie; passes count from 1."""
OUT_OF_REACH = (
    Reason.NOT_FOUND.value,
    Reason.UNREADABLE.value,
    Reason.CHANGED_WHILE_READ.value,
    Reason.WORKER_DIED.value,
)


@dataclass
class Holdings:
    """The published snapshot with what passes have made since.

    Attributes:
        files: rows of ``files`` by URI.
        made: the recipe of each table by recording_id; of a file that could not be read, by its URI.
        passes: where newer rows lie, from number 1 on.
        owner: of each table, the number of the pass whose rows of a recording count, by recording_id
            (``recordings``: of a file that could not be read, by its URI); BASE where it says nothing.
        file_owner: the same for rows of ``files``, by URI.
        base_recordings: the recordings of the published snapshot.
        out: of each table, the recordings whose rows in it are taken out, with what the rows of ``errors`` about that
            say (``recordings``: the files that count as not read; ``errors``: files; both by URI).
        raw: how this run reads files without a header; None where nothing is to be made.
        readings: how the rows of such files were made, by recording_id or URI.  Where ``raw`` says otherwise, their
            recipes in ``made`` are like those of no run.
        licences: of checkpoints, by ``name@revision``, as their model cards state them.
        restless: files that changed while passes read them.
        filled: the ``sound_hash`` of recordings that an earlier version made, which did not take it.
        spoken: the languages that files say.
        languages: of recordings, as far as files say one.
        described: columns of ``recordings`` of which the headers of other files with the same sound say something else.
    """

    snapshot: Path | None = None
    files: dict[str, FileRow] = field(default_factory=dict)
    made: dict[str, Mapping[str, str]] = field(default_factory=dict)
    passes: list[Pass] = field(default_factory=list)
    owner: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    file_owner: dict[str, int] = field(default_factory=dict)
    base_recordings: set[str] = field(default_factory=set)
    out: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=lambda: defaultdict(dict))
    raw: Raw | None = None
    readings: dict[str, str] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)
    restless: set[str] = field(default_factory=set)
    filled: dict[str, str] = field(default_factory=dict)
    described: dict[str, dict[str, Any]] = field(default_factory=dict)
    spoken: Spoken = field(default_factory=Spoken)
    languages: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, snapshot: Path | None, raw: Raw | None = None) -> Holdings:
        """What the published snapshot holds; None for a corpus that has none."""
        holdings = cls(snapshot, raw=raw)
        if snapshot is None:
            return holdings
        holdings.files = file_rows_by_uri(Snapshot(snapshot).rows("files"))
        holdings.base_recordings = holdings.alive()
        holdings.licences = licences_in(snapshot)
        holdings.made = read_made(snapshot)
        holdings._settle()
        return holdings

    def speak(self, spoken: Spoken) -> None:
        """Compare the rows of each recording with those in the language that its files say."""
        self.spoken = spoken
        self.languages = spoken.of_recordings((uri, row.recording_id) for uri, row in self.files.items())
        if spoken.of:
            self.made = {key: spoken.as_asked(made, self.languages.get(key)) for key, made in self.made.items()}

    def check_whole(self, without: Collection[str] = ()) -> None:
        """Whether the snapshot has every table that its recordings have rows in.

        Args:
            without: tables that are made anew whether they are there or not.

        Raises:
            DamagedError: one is gone; without it a run would take the recordings for new, or their rows for made.
        """
        if self.snapshot is None:
            return
        ways = {id(self.made[key]): self.made[key] for key in self.alive() if key in self.made}
        for name in dict.fromkeys((*INVENTORY, *(table for made in ways.values() for table in made))):
            if name not in set(without) - set(INVENTORY) and not Snapshot(self.snapshot).files(name):
                raise DamagedError(self.snapshot / name / f"*{PARQUET}", "are gone")

    def take(self, done: Pass, recipes: Mapping[str, str]) -> set[str]:
        """Count in what a pass has made, as far as it was made by the recipes that are asked for now.

        Returns:
            The URIs that it has rows of ``files`` for.
        """
        self.passes.append(done)
        number = len(self.passes)
        usable = {table: recipe for table, recipe in done.recipes.items() if recipes.get(table) == recipe}
        found = done.read("files")
        rows = file_rows_by_uri(found) if found is not None else {}
        heard = None
        if done.identifies:
            table = done.read("recordings", ["recording_id"])
            heard = set(table["recording_id"].to_pylist()) if table is not None else set()
        out_of_reach = self._out_of_reach(done)
        heard_in = of_recordings(done.languages, ((uri, row.recording_id) for uri, row in rows.items()))
        asked_in = self.spoken.of_recordings((uri, row.recording_id) for uri, row in rows.items())
        self.restless |= {uri for uri, reason in out_of_reach.items() if reason == Reason.CHANGED_WHILE_READ}
        for uri, row in rows.items():
            if row.recording_id is None:
                before = self.files.get(uri)
                if uri in out_of_reach and before is not None and before.recording_id is not None:
                    continue  # as with a file that was deleted: what is known of it stays
                of_file = {table: recipe for table, recipe in usable.items() if table == "recordings"}
                self._note(uri, of_file, reading_of(uri, done.raw), reading_of(uri, self.raw or done.raw))
                self.owner["recordings"][uri] = number
            elif heard is None or row.recording_id in heard:
                code = asked_in.get(row.recording_id)
                mine = usable if heard_in.get(row.recording_id) == code else self.spoken.alike(usable, code)
                if not mine:
                    continue
                if code is not None:
                    self.languages[row.recording_id] = code
                was, now = reading_of(uri, done.raw), reading_of(uri, self.raw or done.raw)
                self._note(row.recording_id, {**self.made.get(row.recording_id, {}), **mine}, was, now)
                for table in mine:
                    self.owner[table][row.recording_id] = number
            elif row.recording_id not in self.made:
                continue  # a copy of what is not here any more
            if row.recording_id is not None:
                self.made.pop(uri, None)
            before = self.files.get(uri)
            if "segments" not in usable and before is not None and before.recording_id == row.recording_id:
                row = row._replace(notes=together(row.notes or (), OF_SPEECH & {*(before.notes or ())}))
            self.files[uri] = row
            self.file_owner[uri] = number
        return set(rows)

    def drop_files(self, uris: Iterable[str]) -> None:
        """Take files out; a recording that no file holds any more goes with them."""
        for uri in uris:
            self.files.pop(uri, None)
            self.made.pop(uri, None)

    def take_out(self, table: str, key: str, said: tuple[str, ...]) -> None:
        """Leave a recording's rows of a table out; how they were made stays known, so that no run makes them in vain.

        Without its row of ``recordings`` nothing of a recording can stay: its files count as not read.
        """
        if table != "recordings":
            self.out[table][key] = said
            return
        made = self.made.pop(key, {})
        for uri, row in self.files.items():
            if row.recording_id == key:
                self.files[uri] = row._replace(recording_id=None, status="failed")
                self.made[uri] = {name: recipe for name, recipe in made.items() if name == table}
                self.out[table][uri] = said

    def alive(self) -> set[str]:
        """The recordings that some file holds."""
        return {row.recording_id for row in self.files.values() if row.recording_id is not None}

    def contents(self) -> dict[str, Outcome]:
        """What became of each recording, by its id."""
        known = (row for row in self.files.values() if row.recording_id and row.recording_id in self.made)
        return {str(row.recording_id): Outcome(row.status, row.notes) for row in known}

    def write(self, folder: Path) -> None:
        """Write how everything was made that is still there."""
        alive = self.alive()
        kept = {
            key: self.spoken.as_made(made, self.languages.get(key))
            for key, made in self.made.items()
            if key in alive or key in self.files
        }
        write_made(folder, kept, self.readings)

    def _settle(self) -> None:
        """Take the readings out of the recipes; what this run reads otherwise has recipes of no run."""
        raw = self.raw
        files = ((uri, row.recording_id) for uri, row in self.files.items())
        asked = readings_of(files, raw) if raw is not None else {}
        ways: dict[int, tuple[Mapping[str, str], str]] = {}
        for key, made in self.made.items():
            if id(made) not in ways:
                ways[id(made)] = split(made)
            plain, reading = ways[id(made)]
            if reading:
                self.readings[key] = reading
            same = raw is None or reading in asked.get(key, {""})
            if reading or not same:
                self.made[key] = plain if same else otherwise(plain, reading)

    def _note(self, key: str, made: Mapping[str, str], was: str, now: str) -> None:
        plain = {table: recipe.partition(SIGN)[0] for table, recipe in made.items()}
        self.made[key] = plain if was == now else otherwise(plain, was)
        if was:
            self.readings[key] = was
        else:
            self.readings.pop(key, None)

    def _out_of_reach(self, done: Pass) -> dict[str, str]:
        errors = done.read("errors", ["uri", "reason"])
        if errors is None:
            return {}
        return {row["uri"]: row["reason"] for row in errors.to_pylist() if row["reason"] in OUT_OF_REACH}
