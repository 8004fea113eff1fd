"""Writes a file for each recording into a folder, each whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.corpus.asked import Corpus, open_corpus
from pipelines.corpus.chosen import chosen
from pipelines.corpus.statements import left_out
from pipelines.corpus.target import check_targets, refuse_to_overwrite
from pipelines.errors import CommandError, why
from pipelines.export import textgrid, vtt, words
from pipelines.export.names import file_names
from pipelines.export.speech import batches
from pipelines.files.atomic import write_whole
from schemas.errors import UsageError


@dataclass(frozen=True)
class Format:
    """A format of ``export``: how its files are called and made, and which tables it takes.

    Attributes:
        ending: of its files.
        files: from a corpus and ids of recordings: id, how many words, the file.
        needs: the table without which it is nothing.
        uses: the tables that it leaves out where they are not.
    """

    ending: str
    files: Callable[[Corpus, Sequence[str]], Iterator[tuple[str, int, bytes]]]
    needs: str | None
    uses: tuple[str, ...]


FORMATS: Mapping[str, Format] = {
    "vtt": Format(".vtt", vtt.files, "transcripts", ()),
    "textgrid": Format(".TextGrid", textgrid.files, None, ("segments", "transcripts", "emotions", "sounds")),
    "words": Format(".csv", words.files, "transcripts", ("emotions", "sounds")),
}


@dataclass
class Exported:
    """What an export wrote, and what its files lack.

    Attributes:
        files: in the order of the ids.
        wordless: how many of them are of recordings in which no word was recognised.
        missing: what the files lack, a line each.
    """

    files: list[Path] = field(default_factory=list)
    wordless: int = 0
    missing: list[str] = field(default_factory=list)


def export(out: Path, format: str, to: Path, recordings: Sequence[str] = (), *, force: bool = False) -> Exported:
    """Write a file for each of the recordings that are named, or for all.

    Args:
        format: one of FORMATS.
        to: a folder; it is made where there is none.
        recordings: as :func:`pipelines.corpus.chosen.chosen` takes them.
        force: write over files that are there.

    Raises:
        UsageError: an unknown format or recording, a table that was left out and without which there is
            nothing, a folder of the corpus.
        CommandError: no corpus, no recordings in it, files that are there already, a folder that cannot be written.
    """
    if format not in FORMATS:
        raise UsageError(f"--format {format}: choose from {', '.join(FORMATS)}")
    kind = FORMATS[format]
    with open_corpus(out) as corpus:
        if kind.needs and kind.needs not in corpus.files:
            raise UsageError(f"--format {format}: {left_out(kind.needs)}")
        uris = dict(corpus.sql("SELECT recording_id, uri FROM recordings ORDER BY recording_id").fetchall())
        if not uris:
            nothing = "no recording could be read, so there is nothing to write"
            raise CommandError(f"{out}: {nothing}; see its table `errors`")
        paths = {key: to / (name + kind.ending) for key, name in file_names(uris).items()}
        ids = sorted(chosen(corpus, recordings)) if recordings else list(uris)
        check_targets(corpus, [paths[key] for key in ids])
        if not force:
            refuse_to_overwrite([paths[key] for key in ids])
        exported = Exported(missing=[left_out(table) or table for table in kind.uses if table not in corpus.files])
        if len(exported.missing) == len(kind.uses) > 1:
            raise UsageError(f"--format {format}: {exported.missing[0]}")
        try:
            to.mkdir(parents=True, exist_ok=True)
            for some in batches(ids):
                for key, n_words, content in kind.files(corpus, some):
                    write_whole(paths[key], content)
                    exported.files.append(paths[key])
                    exported.wordless += not n_words
        except OSError as error:
            raise CommandError(f"{error.filename or to}: {why(error)}") from None
    return exported
