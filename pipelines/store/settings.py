"""The settings of a corpus: what a run goes on with when it is not told otherwise.

They are kept in ``OUT/settings.json``, and written by a run that takes something up and was agreed to, while it holds
the corpus; a run with nothing to do leaves them alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pipelines.checkpoints.chosen import chosen, set_of
from pipelines.checkpoints.demo import is_of_demo
from pipelines.errors import why
from pipelines.files.atomic import write_whole
from pipelines.files.regular import is_file
from pipelines.store.consent import Consent
from pipelines.store.read import Snapshot
from pipelines.store.setting_words import absolute, display, word_of
from pipelines.store.switch import shown
from schemas.catalog import TABLES, needs_of
from schemas.config import Config, SpeechConfig, from_mapping
from schemas.errors import UsageError
from schemas.jobs import JOBS
from schemas.layout import SETTINGS, STAGING
from schemas.mixes import MEAN
from schemas.tracks import DEFAULT

REMEMBERED = (
    *("models", "model", "tables", "channels", "mix", "tracks", "language", "speech", "emotion_seconds", "top_tags"),
    *("precision", "max_hours", "raw", "location", "join_parts", "types", "path_columns", "vocabulary"),
    "language_column",
)
"""What shapes rows: the keys of the configuration that a corpus keeps."""
ADDED: Mapping[str, Any] = {
    **{"raw": [], "tracks": DEFAULT, "mix": MEAN, "location": False, "join_parts": False},
    **{"types": {}, "path_columns": None, "vocabulary": {"file": None, "words": []}, "language_column": None},
}
"""What a corpus that was made before a setting came has of it."""

VERSION = 1


@dataclass(frozen=True)
class Settings:
    """The settings that a corpus was made in.

    Attributes:
        values: of each of :data:`REMEMBERED`; ``model`` has the checkpoint of every job, or ``none``.
        made: of each table, the recipe of the last run that made it, the parts of it, and some that were before it;
            nobody need have been asked about them.
        agreed: what a person said yes to when asked, and no run since has made otherwise.
    """

    values: Mapping[str, Any]
    made: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    agreed: tuple[Consent, ...] = ()

    @classmethod
    def of(cls, config: Config, before: Settings | None = None) -> Settings:
        """What a corpus keeps of a configuration.

        Folders of checkpoints become absolute, for the next run may stand elsewhere.  Of tables it keeps all that it
        was ever asked for: to name some of them is a wish for one run.

        Raises:
            UsageError: the demo checkpoints are not there.
        """
        picked = chosen(config)
        tables = config.tables
        if tables is not None:  # in the order of the catalog, however they were named: no other order is another wish
            known = tables if before is None else before.values["tables"]
            tables = None if known is None else tuple(name for name in TABLES if name in {*known, *tables})
        values = {
            "models": config.models,
            "model": {job: absolute(picked.get(job, "none")) for job in JOBS},
            "tables": None if tables is None else list(tables),
            "channels": config.channels,
            "mix": config.mix,
            "tracks": config.tracks,
            "language": config.language,
            "speech": asdict(config.speech),
            "emotion_seconds": config.emotion_seconds,
            "top_tags": config.top_tags,
            "precision": config.precision,
            "max_hours": config.max_hours,
            "raw": list(config.raw),
            "location": config.location,
            "join_parts": config.join_parts,
            "types": dict(config.types),
            "path_columns": config.path_columns,
            "vocabulary": {"file": config.vocabulary.file, "words": list(config.vocabulary.words)},
            "language_column": config.language_column,
        }
        return cls(values, before.made, before.agreed) if before is not None else cls(values)

    def under(self, named: Mapping[str, Any]) -> dict[str, Any]:
        """The keys that a run names, with those of the corpus for what it does not.

        A set of checkpoints that the corpus has already is no other one, though it be named again: what single jobs
        were given stays.
        """
        kept = {key: value for key, value in self.values.items() if key not in ("models", "model", "speech")}
        values = {**kept, "models": self.values["models"], **named}
        of_jobs = self._at_hand() if values["models"] == self.values["models"] else {}
        for key, known in (("model", of_jobs), ("speech", self.values["speech"]), ("types", self.values["types"])):
            values[key] = {**known, **(named.get(key) or {})}
        return values

    def with_own_columns(self, config: Config) -> Settings:
        """The same with what a run says of the user's own columns, for which nothing has to be heard."""
        return replace(self, values={**self.values, "types": dict(config.types), "path_columns": config.path_columns})

    def as_it_was(self, named: Mapping[str, Any]) -> str:
        """What a run goes on with, without being told, that is not the default: ``channels each, language en``."""
        said, usual = [], Settings.of(Config())
        for key in (
            *("channels", "mix", "tracks", "language", "vocabulary", "emotion_seconds", "top_tags"),
            *("precision", "max_hours", "raw", "tables", "path_columns", "language_column"),
        ):
            if key not in named and self.values[key] != usual.values[key]:
                said.append(f"{word_of(key)} {display(key, self.values[key])}")
        for key, value in self.values["speech"].items():
            if key not in (named.get("speech") or {}) and value != usual.values["speech"][key]:
                said.append(f"{word_of(key)} {display(key, value)}")
        return ", ".join([*said, *self._jobs_as_they_were(named)])

    def differences(self, new: Settings) -> list[str]:
        """What ``new`` has otherwise: ``channels each -> mix``."""
        found = []
        for (name, old), now in zip(_flat(self.values), (value for _, value in _flat(new.values)), strict=True):
            if old != now:
                found.append(f"{word_of(name)} {display(name, old)} -> {display(name, now)}")
        return found

    def lines(self) -> list[str]:
        """All of it, for a person; of the checkpoints those that its tables need."""
        whole = [(name, value) for name, value in _flat(self.values) if name not in JOBS]
        said = ", ".join(f"{word_of(name)} {display(name, value)}" for name, value in whole)
        tables = self.values["tables"]
        jobs = JOBS if tables is None else [job for job in JOBS if any(job in {one, *needs_of(one)} for one in tables)]
        return [f"settings: {said}", *(f"  {job:12} {self.values['model'][job]}" for job in jobs)]

    def write(self, out: Path) -> None:
        """Keep them in the corpus.

        Raises:
            OSError: it cannot be written.
        """
        content = {
            "version": VERSION,
            "settings": dict(self.values),
            "made": {k: dict(v) for k, v in self.made.items()},
            "agreed": [one.plain() for one in self.agreed],
        }
        write_whole(out / SETTINGS, (json.dumps(content, indent=1) + "\n").encode())

    def _at_hand(self) -> dict[str, str]:
        """Checkpoints by job.  Those of the demo lie where Earwitness does, which may be elsewhere by now."""
        gone = {job for job, name in self.values["model"].items() if is_of_demo(job, name) and not Path(name).is_dir()}
        return {job: name for job, name in self.values["model"].items() if job not in gone}

    def _jobs_as_they_were(self, named: Mapping[str, Any]) -> list[str]:
        models = self.values["models"]
        if named.get("models", models) != models:
            return []
        own, usual = named.get("model"), set_of(models)
        of_set = [f"models {models}"] if "models" not in named and models != "base" else []
        others = {job: name for job, name in self._at_hand().items() if name != usual.get(job, "none")}
        return of_set + [
            f"{job} {name}" for job, name in others.items() if not isinstance(own, Mapping) or job not in own
        ]


def read_settings(out: Path) -> Settings | None:
    """The settings of the corpus in ``out``; None where there is none yet.

    A corpus of an earlier version has them in the last row of its table ``runs``.

    Raises:
        UsageError: they cannot be understood; the message says what to do.
    """
    path = out / SETTINGS
    if not os.path.lexists(path):
        return _of_runs(out)
    what_to_do = "put it right, or remove it: the settings of the last run that published then hold"
    if not is_file(path):
        raise UsageError(f"{path} is no file of ours: {what_to_do}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            raise UsageError(f"{path} is of another version of Earwitness ({content['version']!r:.20}): {what_to_do}")
        values, made = {**ADDED, **content["settings"]}, content["made"]
        if missing := set(REMEMBERED) ^ set(values):
            raise UsageError(f"{path} has not the settings that it should have ({min(missing)}): {what_to_do}")
        settings = Settings.of(from_mapping(values))
        recipes = [parts for last in made.values() for parts in (last, *last.get("earlier", ()))]
        if not all(isinstance(parts, dict) and isinstance(parts["recipe"], str) for parts in recipes):
            raise TypeError("made")
        agreed = tuple(Consent.read(one) for one in content.get("agreed", []))
    except OSError as error:
        raise UsageError(f"{path}: {why(error)}") from None
    except UsageError as error:
        raise error if str(error).startswith(str(path)) else UsageError(f"{path}: {error}: {what_to_do}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UsageError(f"{path} is damaged: {what_to_do}") from None
    return Settings(settings.values, made, agreed)


def put_back(out: Path, before: Settings | None) -> None:
    """Undo what a run wrote that was refused after all."""
    if before is not None:
        before.write(out)
    else:
        (out / SETTINGS).unlink(missing_ok=True)


def drop_of_nothing(out: Path) -> None:
    """Remove the settings where no run has left anything that was made in them."""
    if shown(out) is None and not (out / STAGING).exists():
        (out / SETTINGS).unlink(missing_ok=True)


def _of_runs(out: Path) -> Settings | None:
    snapshot = shown(out)
    if snapshot is None:
        return None
    configs = Snapshot(snapshot).configs()
    if not configs:
        return None
    values = {key: value for key, value in configs[-1].items() if key in REMEMBERED}
    asked: list[Any] = [config.get("tables") for config in configs]
    values["tables"] = None if None in asked else [name for name in TABLES if any(name in tables for tables in asked)]
    try:
        return Settings.of(from_mapping(values))
    except UsageError as error:
        raise UsageError(f"{out}: the settings of its last run, in the table `runs`, cannot be used: {error}") from None


def _flat(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Settings one by one; the name of a set of checkpoints says nothing beside the checkpoints."""
    speech = [(name, values["speech"][name]) for name in asdict(SpeechConfig())]
    scalars = [(name, values[name]) for name in REMEMBERED if name not in ("models", "model", "speech")]
    return [*scalars, *speech, *((job, values["model"][job]) for job in JOBS)]
