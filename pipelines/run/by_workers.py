"""The files of a run heard by worker processes: identified, cut into portions, each made whole by one of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.console.numbers import counted
from pipelines.errors import CommandError
from pipelines.run.at_work import Answer, Share, load, look, make
from pipelines.run.crew import Crew
from pipelines.run.order import Order
from pipelines.run.portions import Portion, Unread, chunks, cut
from pipelines.run.prepare import Prepared
from pipelines.workers.pool import Ended, Pool
from schemas.forgotten import NOTHING, Forgotten
from schemas.reasons import Reason, Stage
from schemas.records import Known, Problem, Source
from schemas.register import NO_CLUES, NOBODY, Register
from transforms.decode.asked import Asked
from transforms.progress import Ticker

Tables = frozenset[str]

MOST_DEATHS = 2
"""A portion that so many workers died over is halved."""


@dataclass
class Piece:
    """Work of one worker.

    Attributes:
        holds: files to be identified, or to be heard.
        tables: that are to be made of what is heard.
        is_new: whether the corpus does not know the files.
        deaths: workers that died over it.
        order: as it is given, every time.
    """

    holds: Unread | Portion
    tables: Tables = frozenset()
    is_new: bool = True
    deaths: int = 0
    order: Order | None = None


@dataclass
class Made:
    """What the workers have made.

    Attributes:
        answers: to each order, in the order in which they came.
        left: files that are still to be taken up here: copies of what was heard, and what workers died over.
        waiting: how many files were left to the next run.
    """

    answers: list[tuple[Order, Answer]] = field(default_factory=list)
    left: list[Known] = field(default_factory=list)
    waiting: int = 0


class ByWorkers:
    """A run's hearing, given to a pool.

    Args:
        order: makes the order of a portion: its files, its tables, whether the files are new.
        say: takes a line for the user.
        is_late: whether nothing more is to be taken up.
    """

    def __init__(
        self,
        pool: Pool[Piece],
        crew: Crew,
        asked: Asked,
        order: Callable[[Portion, Tables, bool], Order],
        say: Callable[[str], None],
        is_late: Callable[[], bool],
        ticks: tuple[str, int] | None,
    ) -> None:
        self._pool = pool
        self._share = Share(crew.cores, crew.sharers)
        self._asked = asked
        self._order = order
        self._say = say
        self._is_late = is_late
        self._ticker = Ticker(ticks)
        self._queue: deque[Piece] = deque()
        self._made = Made()
        self._clues = NO_CLUES
        self._device_of = dict(zip(pool.names, crew.devices, strict=True))

    def load(self, prepared: Prepared, run_id: str) -> dict[str, str]:
        """Have each worker open every checkpoint.

        Returns:
            What the ``model`` column will say of each job.

        Raises:
            ModelError: a checkpoint that cannot be opened.
            CommandError: a worker died over it, or some would compute otherwise than others.
        """
        for name in self._pool.names:
            self._pool.give(Piece(Unread(())), load, prepared, run_id, self._share, to=name)
        models: dict[str, tuple[str, dict[str, str]]] = {}
        for _ in range(self._pool.size):
            ended = self._pool.wait()
            if ended.is_lost:
                raise CommandError(
                    "a worker died while it loaded the models: "
                    f"--workers {max(1, self._pool.size // 2)} needs less memory"
                )
            if ended.error is not None:
                raise ended.error
            device, told = ended.result
            models.setdefault(str(sorted(told.items())), (device, told))
        if len(models) > 1:
            (one, first), (other, second), *_ = models.values()
            job = next(job for job in first if first[job] != second[job])
            raise CommandError(
                f"workers would give different rows: {job} by {first[job]} on {one}, by {second[job]} on {other}: "
                "name --device and --precision"
            )
        return next(iter(models.values()))[1]

    def hear_new(
        self,
        rounds: Iterable[Sequence[Source]],
        tables: Tables,
        register: Register = NOBODY,
        forgotten: Forgotten = NOTHING,
    ) -> Made:
        """Identify and hear files that the corpus does not know.

        Args:
            rounds: the files, in the portions in which they are identified.
            register: the recordings that need no hearing, and by which bytes and sounds they are known.
            forgotten: what is not to be taken up.
        """
        self._made = made = Made()
        seen, found, unread = set(register.ids), list[Known](), 0
        self._clues = register.clues(forgotten)
        to_come = iter(rounds)
        while True:
            if not unread and len(self._queue) < 2 * self._pool.size and (sources := next(to_come, None)) is not None:
                if self._is_late():
                    made.waiting += sum(len(source.files) for source in sources)
                    continue
                pieces = [Piece(some) for some in chunks(sources)]
                unread = len(pieces)
                self._queue.extendleft(reversed(pieces))  # before what is to be heard: more of that is to come
            ended = self._next()
            if ended is None:  # with rounds to come only where the time is over
                made.waiting += sum(len(source.files) for sources in to_come for source in sources)
                return made
            if isinstance(ended.given.holds, Portion):
                self._took(ended)
                continue
            again = self._again(ended) if ended.is_lost else []
            self._queue.extendleft(again)
            found += register.recognise(ended.result or ())
            unread += len(again) - 1
            if not unread:
                made.left += [one for one in found if one.recording_id in seen]
                fresh = [one for one in found if one.recording_id not in seen]
                seen |= {one.recording_id for one in fresh if one.recording_id is not None}
                self._plan(fresh, tables, is_new=True)
                found = []

    def hear_known(self, again: Mapping[Tables, Sequence[Known]]) -> Made:
        """Make some tables of files that the corpus knows."""
        self._made = Made()
        for tables, known in again.items():
            self._plan(known, tables, is_new=False)
        while ended := self._next():
            self._took(ended)
        return self._made

    def _plan(self, known: Sequence[Known], tables: Tables, *, is_new: bool) -> None:
        portions = cut(known, self._pool.size)
        self._queue.extend(Piece(portion, tables, is_new) for portion in portions)
        files = sum(len(portion.files) for portion in portions)
        self._ticker.plan(sum(portion.seconds for portion in portions), files)

    def _next(self) -> Ended[Piece] | None:
        """Give what can be given, and wait for the next that ends; None where all is done."""
        while self._queue and self._pool.free:
            piece = self._queue.popleft()
            if isinstance(piece.holds, Unread):
                self._pool.give(piece, look, piece.holds.sources, self._asked, self._clues)
            elif self._is_late():
                self._made.waiting += len(piece.holds.files)
            else:
                if piece.order is None:  # else it goes where it went before: it may have been made
                    piece.order = self._order(piece.holds, piece.tables, piece.is_new)
                self._pool.give(piece, make, piece.order, self._share)
        if self._pool.is_idle:
            return None
        ended = self._pool.wait()
        if ended.error is not None:
            raise ended.error
        return ended

    def _took(self, ended: Ended[Piece]) -> None:
        """Count in what was made of a portion, or have it made again."""
        if ended.is_lost:
            self._queue.extendleft(self._again(ended))
            return
        piece, answer = ended.given, ended.result
        if answer.failed:
            self._give_up(answer)
            self._queue.appendleft(piece)
            return
        assert piece.order is not None
        self._made.answers.append((piece.order, answer))

    def _again(self, ended: Ended[Piece]) -> list[Piece]:
        """What is to be given again of what was lost with its worker."""
        piece = ended.given
        piece.deaths += 1
        files = counted(len(piece.holds.files), "file")
        if piece.deaths < MOST_DEATHS:
            self._say(f"a worker died; {files} that it had in hand are taken up again")
            return [piece]
        if parted := piece.holds.halves():
            self._say(f"{piece.deaths} workers died over the same {files}: each half is tried by itself")
            return [Piece(half, piece.tables, piece.is_new) for half in parted]
        told = f"{piece.deaths} workers died over it"
        self._made.left += piece.holds.broken(Problem(Stage.DECODE, Reason.WORKER_DIED, told))
        self._say(f"{piece.holds.files[0].uri}: {told}; it is left out")
        return []

    def _give_up(self, answer: Answer) -> None:
        """Use the device of an answer no more.

        Raises:
            CommandError: there is no other.
        """
        lost = {name for name in self._pool.names if self._device_of[name] == answer.device}
        if lost:
            self._pool.retire(lost)
            self._say(f"{answer.device} failed and is not used any more: {answer.failed}")
        if not self._pool.names:
            raise CommandError(f"{answer.device} failed, and there is no other device: {answer.failed}")
