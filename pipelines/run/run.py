"""One run: from what the user named to a published corpus."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.audit.auditor import audit_ahead
from pipelines.audit.check import Audit
from pipelines.console.numbers import counted
from pipelines.errors import CommandError, first_line, why
from pipelines.run.asked import asked_of
from pipelines.run.broken import take_out_broken
from pipelines.run.catching_up import hash_sounds, headers_anew, lacking
from pipelines.run.increment import Increment, consumed, look
from pipelines.run.measure import failed_share, measure, told, write_run
from pipelines.run.outcome import Published, logged
from pipelines.run.prepare import Prepared, prepare
from pipelines.store.changes import Todo
from pipelines.store.folder import Folder, went
from pipelines.store.licences import licences_of
from pipelines.store.publish import Draft, RejectedError, link_runs, publish
from schemas.config import seconds_of
from schemas.errors import UsageError
from schemas.layout import REJECTED
from transforms.decode.started import decoder_ahead
from transforms.models.checkpoint import ModelError

if TYPE_CHECKING:
    from pipelines.run.passes import Passes

__all__ = ["Prepared", "Published", "prepare", "run"]


def run(
    prepared: Prepared,
    ticks: tuple[str, int] | None = None,
    say: Callable[[str], None] = lambda line: None,
    agree: Callable[[Increment, Todo], None] = lambda there, todo: None,
    agree_to_found: Callable[[Increment, Todo], None] = lambda there, todo: None,
    *,
    ahead: bool = False,
) -> Published | None:
    """Do what is not done yet: stage, audit, publish.

    Args:
        ticks: where workers report progress.
        say: takes a line for the user.
        agree: is shown what is there and what is to be done, before anything is; it raises what ends the run, and may
            write the settings that the corpus is to keep.
        agree_to_found: the same, once it is known which new files hold what the corpus knows.
        ahead: get a decoder, and the audit, ready in processes of their own, while there is something to hear.

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
        return _Run(prepared, folder, ticks, say, agree, agree_to_found, ahead).do_and_tell()


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
        ahead: bool,
    ) -> None:
        self._prepared = prepared
        self._folder = folder
        self._ticks = ticks
        self._say = say
        self._agree = agree
        self._agree_to_found = agree_to_found
        self._ahead = ahead
        self._run_id = folder.new_run_id()
        self._started, self._clock = datetime.now(UTC), time.monotonic()
        config = prepared.config
        self._until = time.time() + seconds_of(config.stop_after) if config.stop_after else None
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
        for line in self._there.notes:
            self._say(line)
        if self._there.buried:
            self._say(f"{counted(self._there.buried, 'file')} passed over: forgotten")
        if self._there.unburied:
            left = f"{counted(self._there.unburied, 'file')} left in the tables by a `forget` that was cut off"
            self._say(f"{left}: dropped; repeat it for older snapshots")
        if self._there.uncut:
            self._say("rows of a passage left in the tables by a `forget` that was cut off: left out now; repeat it")
        todo = self._there.todo()
        self._there.refuse_other_vectors(todo)
        self._agree(self._there, todo)
        asked, holdings = asked_of(self._prepared.config), self._there.holdings
        holdings.filled = hash_sounds(
            lacking(self._there.prepared.sources, holdings, todo), asked, self._say, self._until
        )
        if not todo.taken and not holdings.filled and not self._there.rewrites():
            self._folder.clear()
            return None
        try:
            self._tables = self._folder.begin(self._run_id)
        except OSError as error:
            raise CommandError(f"{self._folder.out} cannot be written: {why(error)}") from None
        try:
            with decoder_ahead(self._ahead and bool(todo.new)), audit_ahead(self._ahead) as ask:
                # They import beside this process, which imports Beam and opens the models.
                import pipelines.run.beam  # noqa: F401  (before whoever imports the whole of it)
                from pipelines.run.passes import Passes, Told

                told = Told(self._ticks, self._say, self._agree_to_found)
                passes = Passes(self._prepared, self._there, self._run_id, self._tables, told, self._until)
                models = passes.hear(todo)
                holdings.described = headers_anew(holdings, self._there.prepared.sources, asked)
                return self._publish(passes, models, todo, ask)
        except RejectedError:
            raise
        except BaseException as error:
            self._folder.abandon(self._tables)
            if isinstance(error, Exception) and not isinstance(error, ModelError | UsageError | CommandError):
                raise CommandError(first_line(error)) from error
            raise

    def _publish(self, passes: Passes, models: Mapping[str, str], todo: Todo, ask: Callable[..., Audit]) -> Published:
        """Assemble what the passes made with what was there, audit and publish it.

        Raises:
            RejectedError: the audit failed; the staging is marked, so that it is looked at and not gone on from.
        """
        config, there = self._prepared.config, self._there
        reasons: list[str] = []

        def write_runs() -> None:
            took, inputs = time.monotonic() - self._clock, there.inputs(todo, self._own_from, passes.waiting)
            self._measured = measure(self._tables, there.tables, passes.tallies, models, took, inputs, passes.workers)
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
        draft = Draft(self._tables, there.holdings, there.tables, there.own, write_runs, there.forgotten)
        try:
            snapshot, audited = publish(
                self._folder,
                draft,
                keep=config.keep,
                ask=ask,
                checks=lambda: failed_share(self._measured, config.max_error_share),
                mend=mend,
            )
        except RejectedError as error:
            for staging in (self._tables.parent, *consumed(there.holdings)):
                (staging / REJECTED).touch()
            kept = "\n  ".join((f"the tables are kept in {self._tables}", *reasons, *error.audited.summary()))
            raise RejectedError(error.audited, f"the audit failed; nothing was published; {kept}") from None
        return Published(self._run_id, snapshot, audited, self._measured)
