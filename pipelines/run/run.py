"""One run: from what the user named to a published corpus."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

from pipelines.audit.check import Audit
from pipelines.console.numbers import counted
from pipelines.errors import CommandError, first_line, why
from pipelines.run.asked import asked_of
from pipelines.run.broken import take_out_broken
from pipelines.run.by_workers import ByWorkers, Made, Piece
from pipelines.run.crew import Crew, crew_of
from pipelines.run.increment import Increment, consumed, look
from pipelines.run.measure import failed_share, measure, told, write_run
from pipelines.run.order import Order
from pipelines.run.outcome import Published, logged
from pipelines.run.passed_over import note_on_restless
from pipelines.run.portions import Portion
from pipelines.run.preload import PRELOAD
from pipelines.run.prepare import Prepared, bare, prepare
from pipelines.run.tally import Tally
from pipelines.run.work import execute, load_models, narrowed, tasks_of, work_of
from pipelines.store.changes import Todo, rounds
from pipelines.store.folder import Folder, went
from pipelines.store.licences import licences_of
from pipelines.store.publish import Draft, RejectedError, link_runs, publish
from pipelines.store.staging import Pass
from pipelines.workers.pool import Pool
from schemas.config import seconds_of
from schemas.errors import UsageError
from schemas.layout import PASSES, REJECTED
from schemas.records import Known, Source
from transforms.models.checkpoint import ModelError

__all__ = ["Prepared", "Published", "execute", "load_models", "prepare", "run", "tasks_of", "work_of"]


def run(
    prepared: Prepared,
    ticks: tuple[str, int] | None = None,
    say: Callable[[str], None] = lambda line: None,
    agree: Callable[[Increment, Todo], None] = lambda there, todo: None,
    agree_to_found: Callable[[Increment, Todo], None] = lambda there, todo: None,
) -> Published | None:
    """Do what is not done yet: stage, audit, publish.

    Args:
        ticks: where workers report progress.
        say: takes a line for the user.
        agree: is shown what is there and what is to be done, before anything is; it raises what ends the run, and may
            write the settings that the corpus is to keep.
        agree_to_found: the same, once it is known which new files hold what the corpus knows.

    Returns:
        None if there was nothing to do.

    Raises:
        BusyError: another run is at work on the corpus.
        CommandError: nothing was published; the message says why.
        ModelError: a checkpoint that cannot be opened.
    """
    folder = Folder(prepared.config.out)
    with ExitStack() as held:
        try:
            held.enter_context(folder.held())
        except OSError as error:
            raise CommandError(f"{folder.out} cannot be written: {why(error)}") from None
        return _Run(prepared, folder, ticks, say, agree, agree_to_found).do_and_tell()


class _Run:
    """A run while it holds the corpus."""

    def __init__(
        self,
        prepared: Prepared,
        folder: Folder,
        ticks: tuple[str, int] | None,
        say: Callable[[str], None],
        agree: Callable[[Increment, Todo], None],
        agree_to_found: Callable[[Increment, Todo], None],
    ) -> None:
        self._prepared = prepared
        self._folder = folder
        self._ticks = ticks
        self._say = say
        self._agree = agree
        self._agree_to_found = agree_to_found
        self._run_id = folder.new_run_id()
        self._started, self._clock = datetime.now(UTC), time.monotonic()
        config = prepared.config
        self._until = time.time() + seconds_of(config.stop_after) if config.stop_after else None
        self._waiting = 0
        self._tallies: list[Tally] = []
        self._orders = 0
        self._peak_bytes = 0
        self._own_from = 1

    def do_and_tell(self) -> Published | None:
        """Do it, and write a line about it whatever becomes of it."""
        with logged(self._folder.out, self._run_id, self._started, self._say) as line:
            try:
                published = self._do()
            except Exception:
                if self._folder.out.is_dir():
                    raise
                raise CommandError(went(self._folder.out)) from None
            line.outcome = "published" if published else "nothing to do"
            if published:
                line.said = {**told(published.measured), "taken_out": published.audit.taken_out}
        return published

    def _do(self) -> Published | None:
        self._there = look(self._prepared, self._folder)
        self._own_from = len(self._there.holdings.passes) + 1
        if self._there.buried:
            self._say(f"{counted(self._there.buried, 'file')} passed over: forgotten")
        if self._there.unburied:
            left = f"{counted(self._there.unburied, 'file')} left in the tables by a `forget` that was cut off"
            self._say(f"{left}: dropped; repeat it for older snapshots")
        todo = self._there.todo()
        self._there.refuse_other_vectors(todo)
        self._agree(self._there, todo)
        if not todo.taken and not self._there.rewrites():
            self._folder.clear()
            return None
        try:
            self._tables = self._folder.begin(self._run_id)
        except OSError as error:
            raise CommandError(f"{self._folder.out} cannot be written: {why(error)}") from None
        try:
            return self._publish(self._hear(todo), todo)
        except RejectedError:
            raise
        except BaseException as error:
            self._folder.abandon(self._tables)
            if isinstance(error, Exception) and not isinstance(error, ModelError | UsageError | CommandError):
                raise CommandError(first_line(error)) from error
            raise

    def _hear(self, todo: Todo) -> dict[str, str]:
        """Run the pipeline over everything that has to be heard; returns the models' ids by job."""
        holdings = self._there.holdings
        crew = self._crew(todo)
        models = self._by_workers(todo, crew) if crew.is_apart else self._here(todo)
        if holdings.restless:
            self._say(note_on_restless(holdings.restless))
        holdings.drop_files(self._there.gone)
        return models

    def _crew(self, todo: Todo) -> Crew:
        """Who hears; said in a line where it is somebody else than this process."""
        crew = crew_of(self._prepared, todo)
        if crew.is_apart or self._prepared.config.workers:
            self._say(crew.told)
        return crew

    def _here(self, todo: Todo) -> dict[str, str]:
        """Hear in this process, round by round."""
        models = self._load(todo)
        for portion in rounds(todo.new):
            if self._is_late():
                self._waiting += sum(len(source.files) for source in portion)
                continue
            self._pass(set(self._there.recipes), sources=portion, identifies=True)
        # Only now is it known which new files hold what is known, and lack some tables.
        for tables, known in self._found_again().items():
            if self._is_late():
                self._waiting += sum(len(one.source.files) for one in known)
                continue
            self._pass(set(tables), known=tuple(known))
        return models

    def _load(self, todo: Todo) -> dict[str, str]:
        names = set(self._there.recipes) if todo.new else set(todo.tables)
        if not names:
            return {}
        self._say("loading the models")
        models = load_models(work_of(narrowed(self._prepared, names), self._run_id, self._tables, None))
        self._say("reading the headers" if self._ticks else "the runner is at work")
        return models

    def _by_workers(self, todo: Todo, crew: Crew) -> dict[str, str]:
        """Hear by worker processes, portion by portion."""
        names = set(self._there.recipes) if todo.new else set(todo.tables)
        if not names:
            return {}
        self._say("starting the workers")
        with Pool[Piece](crew.environments(), PRELOAD) as pool:
            by_workers = ByWorkers(
                pool, crew, asked_of(self._prepared.config), self._order_of, self._say, self._is_late, self._ticks
            )
            self._say("loading the models")
            models = by_workers.load(bare(narrowed(self._prepared, names)), self._run_id)
            self._say("reading the headers")
            tables = frozenset(self._there.recipes)
            self._count_in(by_workers.hear_new(rounds(todo.new), tables, self._there.holdings.contents()), tables)
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
            self._peak_bytes = max(self._peak_bytes, answer.peak_bytes)
        self._waiting += made.waiting
        if made.left:
            # What workers died over is known to the corpus as what could not be read: no rows are made of it.
            self._pass(tables or set(self._there.recipes), known=tuple(made.left), identifies=True)

    def _found_again(self) -> dict[frozenset[str], list[Known]]:
        """Known recordings that lack some tables, by these, once all new files are heard."""
        left = self._there.todo()
        if left.again:
            self._agree_to_found(self._there, left)
        return left.again

    def _pass(
        self,
        tables: AbstractSet[str],
        sources: tuple[Source, ...] = (),
        known: tuple[Known, ...] = (),
        identifies: bool = False,
    ) -> None:
        """One pass of the pipeline in this process, whose rows the holdings then count in."""
        order = self._order(tables, sources, known, identifies)
        done = order.begin()
        self._take(order, done, Tally.of(execute(order.work(), self._prepared.runner)))

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
            ticks=self._ticks,
            tells_plan=tells_plan,
            until=self._until,
        )

    def _take(self, order: Order, done: Pass, tally: Tally) -> None:
        """Count in what a pass has made.

        Raises:
            CommandError: a file has no row of ``files``.
        """
        self._tallies.append(tally)
        lost = order.uris - self._there.holdings.take(done, self._there.recipes)
        postponed = tally.count("postponed_files") if self._until is not None else 0
        self._waiting += postponed
        if buried := tally.count("forgotten_files"):
            self._say(f"{counted(buried, 'file')} not taken up, with a content that was forgotten")
        if len(lost) != postponed + buried:
            raise CommandError(f"{counted(len(lost), 'file')} came to no row of files, {min(lost)} among them")

    def _is_late(self) -> bool:
        return self._until is not None and time.time() > self._until

    def _publish(self, models: Mapping[str, str], todo: Todo) -> Published:
        """Assemble what the passes made with what was there, audit and publish it.

        Raises:
            RejectedError: the audit failed; the staging is marked, so that it is looked at and not gone on from.
        """
        config, there = self._prepared.config, self._there
        reasons: list[str] = []

        def write_runs() -> None:
            took, inputs = time.monotonic() - self._clock, there.inputs(todo, self._own_from, self._waiting)
            self._measured = measure(self._tables, there.tables, self._tallies, models, took, inputs)
            write_run(self._tables, there.tables["runs"], config, self._run_id, self._started, self._measured)
            link_runs(self._folder.out, self._tables)
            self._say("auditing the tables")

        def mend(audited: Audit) -> tuple[str, ...]:
            if config.strict:
                return ()
            taken_out, why_not = take_out_broken(self._tables, there.tables, there.holdings, audited)
            reasons.extend(why_not)
            return taken_out

        there.holdings.licences |= licences_of(models, self._prepared.descriptions)
        draft = Draft(self._tables, there.holdings, there.tables, there.own, write_runs)
        try:
            snapshot, audited = publish(
                self._folder,
                draft,
                keep=config.keep,
                checks=lambda: failed_share(self._measured, config.max_error_share),
                mend=mend,
            )
        except RejectedError as error:
            for staging in (self._tables.parent, *consumed(there.holdings)):
                (staging / REJECTED).touch()
            kept = "\n  ".join((f"the tables are kept in {self._tables}", *reasons, *error.audited.summary()))
            raise RejectedError(error.audited, f"the audit failed; nothing was published; {kept}") from None
        return Published(self._run_id, snapshot, audited, self._measured)
