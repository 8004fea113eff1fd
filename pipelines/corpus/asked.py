"""A corpus that is asked: its tables and flattened views in DuckDB, read-only."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from pipelines.corpus.chosen import names_of
from pipelines.corpus.functions import callable_in
from pipelines.corpus.representation import Shown
from pipelines.corpus.statements import check_one_question, told, told_of_text
from pipelines.corpus.tables import columns_in
from pipelines.corpus.views import BASELINE_MAPS, KEPT_BASELINES, NAMES_OF_BASELINES, VIEWS, own_in, table_sql, view_sql
from pipelines.errors import CommandError
from pipelines.files.parquet import first_damaged, read_schema
from pipelines.files.private import PrivateFolder
from pipelines.sql import literal, quoted
from pipelines.store.folder import published
from pipelines.store.read import Snapshot
from schemas.catalog import TABLES, nearest
from schemas.errors import UsageError

if TYPE_CHECKING:
    from pipelines.corpus.spectrogram import Spectrogram

_LOCK = dict.fromkeys(
    ("autoinstall_known_extensions", "autoload_known_extensions", "python_enable_replacements"), False
)

ASKING = 16
"""The last questions, any of which may still be computed."""
MORE = ": choose a name of a file that `SELECT uri FROM recordings` lists"


class Corpus(Shown):
    """One snapshot of a corpus, held open: what is published meanwhile is not seen.

    Attributes:
        snapshot: the folder of the snapshot.
        files: the Parquet files of each table that the corpus holds.
        columns: the columns of each table and view, in order.
        own: the user's metadata columns, which stand in ``recordings`` behind the declared ones.
    """

    def __init__(self, snapshot: Path, files: Mapping[str, Sequence[str]]) -> None:
        self.snapshot = snapshot
        self.files = files
        try:
            self._spill: PrivateFolder | None = PrivateFolder()
        except OSError:  # what does not fit into memory then cannot be answered
            self._spill = None
        spill = str(self._spill.path) if self._spill else ""
        self._connection = duckdb.connect(config={**_LOCK, "temp_directory": spill})
        self._asking: deque[duckdb.DuckDBPyConnection] = deque(maxlen=ASKING)
        self._stopped = False
        paths = [path for those in files.values() for path in those]
        self._connection.execute(f"SET allowed_paths = {_list(paths)}")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")
        for table, those in files.items():
            self._view(table, table_sql(self._connection, table, _list(those)))
        views = [name for name, view in VIEWS.items() if set(view.needs) <= files.keys()]
        tables = columns_in(self._connection)
        for name in (*((BASELINE_MAPS,) if "emotions" in files else ()), *views):
            self._view(name, view_sql(name, tables))
        there = columns_in(self._connection)
        self.columns: dict[str, list[str]] = {name: there[name] for name in (*files, *views)}
        self.own = own_in(self.columns, "recordings")
        self._beside: dict[str, pa.Schema] = {}

    def sql(
        self,
        question: str,
        parameters: Sequence[Any] | None = None,
        beside: Mapping[str, pa.Table] | None = None,
    ) -> duckdb.DuckDBPyRelation:
        """Ask in SQL.

        Args:
            question: one statement that reads; ``?`` stands for the parameters.
            beside: tables in memory that the question names, too.

        Returns:
            DuckDB's relation: ``.df()`` for pandas, ``.arrow()``, ``.pl()`` for Polars, ``.fetchall()``.

        Raises:
            UsageError: SQL that is wrong or not a question, an unknown table or column, a table that was left out.
            CommandError: the snapshot's files are gone.
        """
        asking = self._connection.cursor()  # its own: DuckDB lets a connection have one unfinished result
        self._asking.append(asking)
        if self._stopped:
            raise CommandError("the question was stopped")
        for name, rows in (beside or {}).items():
            asking.register(name, rows)
            self._beside[name] = rows.schema
        check_one_question(question, asking)
        words = set(re.findall(r"\w+", question.lower()))
        try:
            if words & set(NAMES_OF_BASELINES):
                self._keep_baselines()
            return asking.sql(question, params=parameters)
        except duckdb.Error as error:
            raise self.wrong(error, words) from None

    def function(self, name: str, made: Callable[[pa.Array], pa.Array]) -> AbstractContextManager[None]:
        """Let questions call it meanwhile: texts in, texts out."""
        return callable_in(self._connection, name, made)

    def wrong(self, error: duckdb.Error, words: set[str]) -> UsageError | CommandError:
        """The error that DuckDB raised for a question of these words, in a line.

        A relation computes when it is fetched: wrap what fetches with it, for the errors that come then.
        """
        text = told_of_text(error, words, self._connection, self.own, self._beside)
        return self._damage(error, words) or UsageError(text or told(error, self.columns, words & self.columns.keys()))

    def _damage(self, error: Exception, words: set[str]) -> CommandError | None:
        """The error in a line where it is the corpus or the machine that is wrong, not the question."""
        if not self.snapshot.is_dir():
            return CommandError(f"{self.snapshot} is gone, newer ones took its place: open the corpus again")
        if isinstance(error, duckdb.OutOfMemoryException):
            return CommandError(f"the question needs more memory or disk than there is: {told(error, {}, ())}")
        if isinstance(error, duckdb.IOException | duckdb.InvalidInputException | duckdb.SerializationException):
            asked = words & self.files.keys() or self.files.keys()
            return first_damaged(Path(path) for table in sorted(asked) for path in self.files[table])
        return None

    def recording(self, word: str) -> str:
        """The id of the recording that a word names, see :meth:`pipelines.corpus.chosen.Names.named`.

        Raises:
            UsageError: none, or several.
        """
        names = names_of(self)
        found = names.named(word)
        if len(found) == 1:
            return found[0]
        if found:
            among = ", ".join(uri for uri, keys in names.uris.items() if set(found) & keys.keys())
            raise UsageError(f"{word!r} names {len(found)} recordings ({among}): say the whole URI or the id")
        raise UsageError(f"unknown recording {word!r}{names.hint(word) or MORE}")

    def spectrogram(self, recording: str, start: float, end: float, channel: int | None = None) -> Spectrogram:
        """The log-mel spectrogram of a stretch.

        Args:
            recording: a recording_id, or what :meth:`recording` takes.
            start, end: in seconds; of the frames those whose middle lies in [start, end).
            channel: None for the lowest that the recording has: the mix, or the first that was kept apart.

        Raises:
            UsageError: an unknown recording or channel, no such stretch, spectrograms that were left out.
        """
        from pipelines.corpus.spectrogram import spectrogram  # librosa takes a second to import

        return spectrogram(self, self.recording(recording), start, end, channel)

    def check_own(self, columns: Iterable[str], option: str = "--by") -> None:
        """Refuse what was asked for as a metadata column and is none.

        Raises:
            UsageError: one of what was asked for with ``option`` is no metadata column.
        """
        for column in columns:
            if column not in self.own:
                none = ": the corpus has no metadata: run it with --metadata"
                hint = nearest(column, self.own) if self.own else none
                raise UsageError(f"{option} {column}: no metadata column{hint}")

    def stop(self) -> None:
        """Let the questions fail that are computed now, from another thread, and whatever is asked after them."""
        self._stopped = True
        for asking in list(self._asking):
            asking.interrupt()

    def close(self) -> None:
        """Give the memory back; what a question still computes that cannot be stopped, goes when that has ended."""
        self._asking.clear()
        with suppress(duckdb.Error):  # it would not wait for such a question, and hide why nobody waits any more
            self._connection.close()
        if self._spill:
            self._spill.close()

    def __enter__(self) -> Corpus:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if isinstance(error, duckdb.Error | OSError) and (damage := self._damage(error, set())) is not None:
                raise damage from None  # what is computed only when it is fetched
        finally:
            self.close()

    def _view(self, name: str, sql: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE VIEW {quoted(name)} AS {sql}")

    def _keep_baselines(self) -> None:
        if (
            "emotions" in self.files
            and not self._connection.execute(
                "SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [KEPT_BASELINES]
            ).fetchall()
        ):
            self._connection.execute(f"CREATE TABLE {KEPT_BASELINES} AS FROM {BASELINE_MAPS}")
            self._view(BASELINE_MAPS, f"FROM {KEPT_BASELINES}")


def open_corpus(out: str | Path) -> Corpus:
    """Open the snapshot that is published now; nothing is scanned, nothing can be written.

    >>> corpus = open_corpus("corpus")
    >>> counts = corpus.sql("SELECT word, count(*) AS n FROM words GROUP BY word ORDER BY n DESC").df()

    Args:
        out: the folder that runs were given as ``--out``.

    Raises:
        CommandError: there is no corpus in it.
    """
    snapshot = published(Path(out))
    files = {name: list(map(str, paths)) for name in TABLES if (paths := Snapshot(snapshot).files(name))}
    if "recordings" not in files:
        raise CommandError(f"{out} holds no corpus: there is no table of recordings in {snapshot}")
    for path in (path for those in files.values() for path in those):
        read_schema(Path(path))  # DuckDB waits for a pipe, and takes other columns for what they are called
    try:
        return Corpus(snapshot, files)
    except duckdb.Error as error:
        damaged = first_damaged(Path(path) for those in files.values() for path in those)
        if damaged is not None:
            raise damaged from None
        raise CommandError(f"{snapshot} cannot be read: {told(error, {}, ())}") from None


def _list(paths: Sequence[str]) -> str:
    """The paths as an SQL list; DuckDB reads `*`, `?` and `[` in them as a glob."""
    return "[" + ", ".join(map(literal, paths)) + "]"
