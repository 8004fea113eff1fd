"""What one pass of the pipeline is told to make, and the pass itself: in this process, or whole in a worker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.files.atomic import sync
from pipelines.run.graph import Work
from pipelines.run.prepare import Prepared
from pipelines.run.tally import Tally
from pipelines.run.work import execute, work_of
from pipelines.store.staging import Pass
from schemas.forgotten import NOTHING, Forgotten
from schemas.layout import TALLY
from schemas.records import Known, Outcome, Source
from schemas.register import NOBODY, Register


@dataclass(frozen=True)
class Order:
    """A pass that is to be made.

    Attributes:
        prepared: the run as one that makes the tables of this pass, with the runner that is to do it.
        folder: where it is to lie.
        recipes: of each table that it makes.
        sources: files to be identified.
        known: in their place, files that are identified already.
        identifies: whether these are new to the corpus: what they hold may be known.
        contents: what became of each content that needs no decoding, by its recording_id.
        forgotten: contents and sounds that are left out.
        register: which recordings known bytes and sounds are; of ``known`` it is known already.
        ticks: where progress is sent.
        tells_plan: whether what is planned is a part of that.
        until: seconds since 1970 after which no further recording is begun.
    """

    prepared: Prepared
    run_id: str
    folder: Path
    recipes: Mapping[str, str]
    sources: tuple[Source, ...] = ()
    known: tuple[Known, ...] = ()
    identifies: bool = False
    contents: Mapping[str, Outcome] = field(default_factory=dict)
    forgotten: Forgotten = NOTHING
    register: Register = NOBODY
    ticks: tuple[str, int] | None = None
    tells_plan: bool = True
    until: float | None = None

    @property
    def uris(self) -> set[str]:
        """Every file that it is about."""
        return {file.uri for source in (*self.sources, *(one.source for one in self.known)) for file in source.files}

    def work(self) -> Work:
        """The order as the wiring takes it."""
        work = work_of(replace(self.prepared, sources=self.sources), self.run_id, self.folder, self.ticks)
        hearing = replace(work.hearing, until=self.until)
        return replace(
            work,
            known=self.known,
            contents=self.contents,
            forgotten=self.forgotten,
            register=self.register,
            hearing=hearing,
            tells_plan=self.tells_plan,
        )

    def begin(self) -> Pass:
        """Make the folder of the pass and note in it what it is for."""
        sources = (*self.sources, *(one.source for one in self.known))
        languages = {file.uri: source.language for source in sources if source.language for file in source.files}
        return Pass.begin(self.folder, self.recipes, self.identifies, self.prepared.config.raw, languages)


def make_whole(order: Order) -> Tally:
    """Make a pass that is there whole or not at all, however often and by how many at once it is made.

    It grows under a name of this process and takes its own when it is complete; who comes second finds it there.

    Raises:
        FileNotFoundError: the folder of the run is gone: nobody wants it back.
    """
    if (order.folder / TALLY).exists():
        return Tally.read(order.folder / TALLY)
    growing = order.folder.with_name(f".{order.folder.name}.{os.getpid()}")
    shutil.rmtree(growing, ignore_errors=True)
    mine = replace(order, folder=growing)
    mine.begin()
    tally = Tally.of(execute(mine.work(), order.prepared.runner))
    tally.write(growing / TALLY)
    sync(growing)
    try:
        os.rename(growing, order.folder)
    except OSError:
        if not (order.folder / TALLY).exists():
            raise
        shutil.rmtree(growing, ignore_errors=True)
    return Tally.read(order.folder / TALLY)
