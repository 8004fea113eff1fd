"""The passes of a run: everything that has to be heard, by this process or by workers, counted into what is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.collecting import as_usual
from pipelines.console.numbers import counted
from pipelines.errors import CommandError
from pipelines.run.asked import asked_of
from pipelines.run.at_work import peak_bytes
from pipelines.run.crew import Crew, crew_of
from pipelines.run.increment import Increment
from pipelines.run.order import Order
from pipelines.run.passed_over import note_on_restless
from pipelines.run.portions import Portion
from pipelines.run.preload import PRELOAD
from pipelines.run.prepare import Prepared, bare
from pipelines.run.tally import Tally
from pipelines.run.work import execute, load_models, narrowed, work_of
from pipelines.store.changes import Todo, rounds
from pipelines.store.sounds import register_of
from pipelines.store.staging import Pass
from schemas.layout import PASSES
from schemas.records import Known, Source
from schemas.register import NOBODY

if TYPE_CHECKING:
    from pipelines.run.by_workers import Made


@dataclass(frozen=True)
class Told:
    """Who is told of what goes on.

    Attributes:
        ticks: where workers report progress.
        say: takes a line for the user.
        agree_to_found: is shown which new files hold what the corpus knows; it raises what ends the run.
    """

    ticks: tuple[str, int] | None
    say: Callable[[str], None]
    agree_to_found: Callable[[Increment, Todo], None]


class Passes:
    """What a run hears.

    Args:
        tables: where its tables are to lie; the passes lie beside it.
        until: seconds since 1970 after which nothing more is taken up.

    Attributes:
        tallies: what each pass counted.
        waiting: files that were left to the next run.
        workers: who did it; see :class:`pipelines.run.measure.Measured`.
    """

    def __init__(
        self, prepared: Prepared, there: Increment, run_id: str, tables: Path, told: Told, until: float | None
    ) -> None:
        self._prepared = prepared
        self._there = there
        self._run_id = run_id
        self._tables = tables
        self._told = told
        self._until = until
        self._orders = 0
        self.tallies: list[Tally] = []
        self.waiting = 0
        self.workers: dict[str, int] = {}

    def hear(self, todo: Todo) -> dict[str, str]:
        """Run the pipeline over everything that has to be heard; returns the models' ids by job."""
        holdings = self._there.holdings
        models: dict[str, str] = {}
        if todo.taken:
            crew = self._crew(todo)
            self.workers = {"processes": crew.processes, "threads": crew.threads, "peak_bytes": 0}
            models = self._by_workers(todo, crew) if crew.is_apart else self._here(todo)
        if holdings.restless:
            self._told.say(note_on_restless(holdings.restless))
        holdings.drop_files(self._there.gone)
        return models

    def _crew(self, todo: Todo) -> Crew:
        """Who hears; said in a line where it is somebody else than this process."""
        crew = crew_of(self._prepared, todo)
        if crew.is_apart or self._prepared.config.workers:
            self._told.say(crew.told)
        return crew

    def _here(self, todo: Todo) -> dict[str, str]:
        """Hear in this process, round by round."""
        models = self._load(todo)
        as_usual()
        for portion in rounds(todo.new):
            if self._is_late():
                self.waiting += sum(len(source.files) for source in portion)
                continue
            self._pass(self._order(set(self._there.recipes), sources=portion, identifies=True))
        # Only now is it known which new files hold what is known, and lack some tables.
        for tables, known in self._found_again().items():
            if self._is_late():
                self.waiting += sum(len(one.source.files) for one in known)
                continue
            self._pass(self._order(tables, known=tuple(known)))
        return models

    def _load(self, todo: Todo) -> dict[str, str]:
        names = set(self._there.recipes) if todo.new else set(todo.tables)
        if not names:
            return {}
        self._told.say("loading the models")
        models = load_models(work_of(narrowed(self._prepared, names), self._run_id, self._tables, None))
        self._told.say("reading the headers" if self._told.ticks else "the runner is at work")
        return models

    def _by_workers(self, todo: Todo, crew: Crew) -> dict[str, str]:
        """Hear by worker processes, portion by portion."""
        names = set(self._there.recipes) if todo.new else set(todo.tables)
        if not names:
            return {}
        from pipelines.run.by_workers import ByWorkers, Piece
        from pipelines.workers.mps import side_by_side
        from pipelines.workers.pool import Pool

        self._told.say("starting the workers")  # and what lets them share a GPU
        with side_by_side(crew.environments()) as environments, Pool[Piece](environments, PRELOAD) as pool:
            by_workers = ByWorkers(
                pool,
                crew,
                asked_of(self._prepared.config),
                self._order_of,
                self._told.say,
                self._is_late,
                self._told.ticks,
            )
            self._told.say("loading the models")
            models = by_workers.load(bare(narrowed(self._prepared, names)), self._run_id)
            self._told.say("reading the headers")
            tables = frozenset(self._there.recipes)
            register = register_of(self._there.holdings)
            self._count_in(by_workers.hear_new(rounds(todo.new), tables, register, self._there.forgotten), tables)
            self._count_in(by_workers.hear_known(self._found_again()), frozenset())
        return models

    def _order_of(self, portion: Portion, tables: AbstractSet[str], is_new: bool) -> Order:
        """The order of a portion, whose contents, if they are new, the corpus does not hold."""
        return replace(self._order(tables, known=portion.known, tells_plan=False), identifies=is_new)

    def _count_in(self, made: Made, tables: AbstractSet[str]) -> None:
        """Count in what workers have made, in the order in which it was cut, and do here what is left of it."""
        for order, answer in sorted(made.answers, key=lambda pair: pair[0].folder):
            assert answer.tally is not None
            done = Pass.reopen(order.folder)
            assert done is not None
            self._take(order, done, answer.tally)
            self.workers["peak_bytes"] = max(self.workers["peak_bytes"], answer.peak_bytes)
        self.waiting += made.waiting
        if made.left:
            # What workers died over is known to the corpus as what could not be read: no rows are made of it.
            self._pass(self._order(tables or set(self._there.recipes), known=tuple(made.left), identifies=True))

    def _found_again(self) -> dict[frozenset[str], list[Known]]:
        """Known recordings that lack some tables, by these, once all new files are heard."""
        left = self._there.todo()
        if left.again:
            self._told.agree_to_found(self._there, left)
        return left.again

    def _pass(self, order: Order) -> None:
        """One pass of the pipeline in this process, whose rows the holdings then count in."""
        done = order.begin()
        self._take(order, done, Tally.of(execute(order.work(), self._prepared.runner)))
        if self.workers["processes"] == 1:
            self.workers["peak_bytes"] = peak_bytes()

    def _order(
        self,
        tables: AbstractSet[str],
        sources: tuple[Source, ...] = (),
        known: tuple[Known, ...] = (),
        identifies: bool = False,
        tells_plan: bool = True,
    ) -> Order:
        self._orders += 1
        return Order(
            prepared=bare(narrowed(self._prepared, tables)),
            run_id=self._run_id,
            folder=self._tables.parent / PASSES / f"{self._orders - 1:03d}",
            recipes={table: self._there.recipes[table] for table in self._there.recipes if table in tables},
            sources=sources,
            known=known,
            identifies=identifies,
            contents=self._there.holdings.contents() if identifies else {},
            forgotten=self._there.forgotten,
            register=register_of(self._there.holdings) if sources else NOBODY,
            ticks=self._told.ticks,
            tells_plan=tells_plan,
            until=self._until,
        )

    def _take(self, order: Order, done: Pass, tally: Tally) -> None:
        """Count in what a pass has made.

        Raises:
            CommandError: a file has no row of ``files``.
        """
        self.tallies.append(tally)
        lost = order.uris - self._there.holdings.take(done, self._there.recipes)
        postponed = tally.count("postponed_files") if self._until is not None else 0
        self.waiting += postponed
        if buried := tally.count("forgotten_files"):
            self._told.say(f"{counted(buried, 'file')} not taken up, with a content that was forgotten")
        if following := tally.count("following_files"):
            told = "carries the sound of a recording that is known: its rows follow"
            told = told if following == 1 else "carry the sound of recordings that are known: their rows follow"
            self._told.say(f"{counted(following, 'file')} {told}")
        if len(lost) != postponed + buried:
            raise CommandError(f"{counted(len(lost), 'file')} came to no row of files, {min(lost)} among them")

    def _is_late(self) -> bool:
        return self._until is not None and time.time() > self._until
