"""What a paper has to say of how its tables were made, out of the tables themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.agreement.kept import Agreement, remembered
from pipelines.console.numbers import counted, hours_in_words
from pipelines.errors import CommandError
from pipelines.files.parquet import read_batches
from pipelines.report import languages
from pipelines.report.in_settings import in_setting, shaping
from pipelines.report.limits import limits
from pipelines.report.made_up import made_up
from pipelines.speakers.check import check
from pipelines.speakers.clusters import LEAST_MS, SHORT_MS
from pipelines.statistics.intervals import NOTE
from pipelines.store.folder import published
from pipelines.store.licences import Model, checkpoint_of, licences_in, models_in
from pipelines.store.read import Snapshot
from pipelines.store.reading import reading
from schemas.catalog import TABLES
from schemas.jobs import JOBS
from schemas.mixes import MEAN, MONO, alone, channels_of
from schemas.sound import WINDOW_MS
from schemas.speech import FRAME_MS
from schemas.table import Table
from schemas.tracks import ALL, DEFAULT, FIRST

UNMEASURED = "The corpus holds no measure of how far its transcripts and labels agree with people."


def methods(out: Path) -> str:
    """Paragraphs of plain text, a line each, with an empty line between them.

    Raises:
        CommandError: there is no corpus, or no run made it.
    """
    snapshot = published(out)
    with reading(out, snapshot):
        return "\n\n".join(_paragraphs(out, Snapshot(snapshot))) + "\n"


def _paragraphs(out: Path, snapshot: Snapshot) -> Iterator[str]:
    runs = snapshot.runs()
    if not runs:
        raise CommandError(f"{out} has no row in `runs`: nothing is known of how it was made")
    configs, models = snapshot.configs(), models_in(snapshot, licences_in(snapshot.folder))
    yield " ".join(_material(snapshot, runs))
    yield " ".join(_analysis(out, snapshot, configs, models))
    yield " ".join(_software(runs))
    yield from limits(snapshot, models)
    if snapshot.models("emotions") or snapshot.models("transcripts"):
        yield " ".join(_agreement(out)) or UNMEASURED


def _material(snapshot: Snapshot, runs: Sequence[dict[str, Any]]) -> Iterator[str]:
    files, recordings, errors = (snapshot.rows(name) for name in ("files", "recordings", "errors"))
    statuses = Counter(files["status"].to_pylist())
    hours = (pc.sum(recordings["duration_ms"]).as_py() or 0) / 3_600_000
    first, last = runs[0]["started"], runs[-1]["started"]
    span = f"on {first:%Y-%m-%d}" if first.date() == last.date() else f"between {first:%Y-%m-%d} and {last:%Y-%m-%d}"
    yield (
        f"{counted(files.num_rows, 'file')} with {counted(recordings.num_rows, 'distinct recording')} and "
        f"{hours_in_words(hours)} of audio were processed with Earwitness {span}, in {counted(len(runs), 'run')}."
    )
    failed, partial = statuses["failed"], statuses["partial"]
    if files.num_rows:
        yield (
            f"Of the files, {failed:,} ({failed / files.num_rows:.1%}) could not be read and {partial:,} "
            f"({partial / files.num_rows:.1%}) only in part."
        )
    reasons = Counter(errors["reason"].to_pylist())
    if reasons:
        listed = ", ".join(f"{reason} {n:,}" for reason, n in sorted(reasons.items(), key=lambda r: (-r[1], r[0])))
        yield f"Errors by reason: {listed}."


_TRACKS = {
    FIRST: "Of files with several audio tracks, the first was analysed.",
    ALL: "Of files with several audio tracks, each was analysed as a channel of its own.",
}


def _analysis(out: Path, snapshot: Snapshot, configs: Sequence[dict[str, Any]], made: Sequence[Model]) -> Iterator[str]:
    config = configs[-1]
    each = config.get("channels") == "each"
    yield "Channels were analysed separately." if each else _mixed(config.get("mix", MEAN), snapshot)
    if (tracks := config.get("tracks", DEFAULT)) != DEFAULT:
        yield _TRACKS.get(
            tracks, f"Of files with several audio tracks, track {tracks} was analysed where there is one."
        )
    if snapshot.count("windows"):
        yield f"A fixed grid of {WINDOW_MS / 1000:g} s ({snapshot.count('windows'):,} windows) was laid over them."
    speech = config.get("speech", {})
    if snapshot.count("segments") and speech:
        yield (
            f"Speech was found by silero-vad in frames of {FRAME_MS} ms, whatever the level of the recording: "
            f"it begins at a probability of "
            f"{speech['threshold']:g} and ends 0.15 below it; stretches under {speech['min_speech_ms']} ms were "
            f"left out, pauses of {speech['min_silence_ms']} ms and more end a segment, to which {speech['pad_ms']} ms "
            f"were added on both sides, and longer ones were cut at briefer pauses to {speech['max_seconds']:g} s "
            f"({snapshot.count('segments'):,} segments)."
        )
    for name, job in JOBS.items():
        models = _models(snapshot, name)
        if models:
            listed = " and ".join(f"{_checkpoint(model)} ({n:,} rows)" for model, n in models)
            yield f"{job.sentence} {listed}{_how(TABLES[name], snapshot, config)}."
    yield from languages.told(snapshot)
    yield from made_up(snapshot)
    stated = {checkpoint_of(one.model): one for one in made}
    if stated:
        listed = ", ".join(f"{checkpoint.partition('@')[0]} ({one.terms})" for checkpoint, one in stated.items())
        yield f"Licences of the checkpoints, as their model cards state them: {listed}."
    prompts = sorted(set(snapshot.rows("tags")["prompt"].to_pylist())) if snapshot.count("tags") else []
    if prompts:
        listed = "; ".join(f'"{prompt}"' for prompt in prompts)
        yield f"Every window was scored zero-shot, by the cosine of its vector and the text's, with: {listed}."
    yield from _speakers(out, snapshot)
    if len({shaping(config) for config in configs}) > 1:
        yield (
            "The settings of the runs differ; those stated are of the last one "
            "(column `config` of the table `runs` has all)."
        )


def _mixed(mix: str, snapshot: Snapshot) -> str:
    if numbers := channels_of(mix):
        return f"Of files that have them, {alone(numbers)} alone {'were' if len(numbers) > 1 else 'was'} analysed."
    if mix == MEAN:
        return "Channels were averaged."
    mixes = [one for one in snapshot.rows("recordings")["mix"].to_pylist() if one is not None]
    other = sum(one not in (MONO, MEAN) for one in mixes)
    return (
        "Channels were averaged, but for those in whose average a voice would be lost, and for channels of low "
        f"frequencies (another mix in {counted(other, 'recording')}; the column `mix` of `recordings` says which)."
    )


def _speakers(out: Path, snapshot: Snapshot) -> Iterator[str]:
    labels = snapshot.rows("speaker_labels")
    if not labels.num_rows:
        return
    at = " and ".join(f"{one:.2f}" for one in sorted(pc.unique(labels["threshold"]).to_pylist()))
    voices = len(pc.unique(labels["corpus_speaker"].cast(pa.string()).drop_null()))
    without = labels["recording_speaker"].null_count / labels.num_rows
    apart = ", each channel by itself," if "voice and channel" in labels["evidence"].unique().to_pylist() else ""
    yield (
        f"Speakers were told apart within each recording{apart} by average-linkage clustering of these vectors, joined "
        f"down to a mean cosine of {at}, from stretches of {SHORT_MS / 1000:g} s and more; clusters of less than "
        f"{LEAST_MS / 1000:g} s were no speakers, and other stretches were given the nearest. The speakers of all "
        f"recordings were clustered by their mean vectors in the same way ({counted(voices, 'pseudonym')}; "
        f"{without:.1%} of the stretches have none). Such labels say which voices are alike."
    )
    found = check(out, None)
    if found is None:
        yield "They were not checked against who spoke."
    else:
        yield (
            f"Against the column {found.column} of the metadata ({found.compared}) "
            f"their adjusted Rand index is {found.rand:.2f}, their purity {found.purity:.2f}."
        )


def _how(table: Table, snapshot: Snapshot, config: dict[str, Any]) -> str:
    """In which settings a model's rows were made, and into which classes."""
    said = "".join(in_setting(setting, config) for setting in table.shaped_by)
    if {"label", "probabilities"} <= set(table.schema.names):
        classes = ", ".join(_classes(snapshot, table.name))
        said += f", into the classes {classes}; no threshold was applied to the probabilities"
    return said


def _agreement(out: Path) -> Iterator[str]:
    measured = [one for one in remembered(out) if not one.group]
    if measured:
        yield f"On a sample that people coded ({NOTE}):"
        yield "; ".join(_measured(one) for one in measured) + "."


def _measured(one: Agreement) -> str:
    value = "not defined" if one.value is None else f"{one.value:.2f}"
    interval = "" if one.low is None or one.high is None else f" ({one.low:.2f} to {one.high:.2f})"
    recordings = counted(one.recordings, "recording")
    return f"{one.measure} of {one.between} {value}{interval}, {counted(one.segments, 'segment')} of {recordings}"


def _software(runs: Sequence[dict[str, Any]]) -> Iterator[str]:
    said: dict[str, list[str]] = {}
    for run in runs:
        for package in run["versions"]:
            seen = said.setdefault(package["name"], [])
            if package["version"] not in seen:
                seen.append(package["version"])
    installed = {name: [v for v in seen if v != "not installed"] for name, seen in said.items()}
    yield "Software: " + ", ".join(f"{name} {' and '.join(seen)}" for name, seen in installed.items() if seen) + "."


def _checkpoint(model: str) -> str:
    """``name@revision/int8-ctranslate2`` in words."""
    made, _, ran = model.rpartition("/")
    name, _, revision = made.rpartition("@")
    precision, _, engine = ran.partition("-")
    engines = {"openvino": "OpenVINO", "ctranslate2": "CTranslate2"}
    return f"{name}, revision {revision}, in {precision} with {engines.get(engine, 'PyTorch')}"


def _classes(snapshot: Snapshot, table: str) -> list[str]:
    found: set[str] = set()
    for path in snapshot.files(table):
        for batch in read_batches(path, 1, ["probabilities"]):  # every row names them all
            found.update(part["label"] for part in batch.column(0)[0].as_py())
            break
    return sorted(found)


def _models(snapshot: Snapshot, job: str) -> list[tuple[str, int]]:
    """The checkpoints that made the rows of a table, with how many; the most first."""
    return sorted(snapshot.models(job).items(), key=lambda item: (-item[1], item[0]))
