"""Which checkpoint: a folder or a name on the Hugging Face Hub, found on this machine before it is loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import Error
from schemas.shown import shown
from transforms.models.bounds import least_numbers, read_settings
from transforms.models.remembered import hash_of

if TYPE_CHECKING:
    from transformers import PretrainedConfig

CONFIG = "config.json"
SAFETENSORS = "model*.safetensors"
PICKLES = "pytorch_model*.bin"
SMALL = ("*.json", "*.txt", "*.model")  # configs and vocabularies
WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
"""What transformers loads, in its order: the first of these that is there."""

SETTINGS = (CONFIG, "preprocessor_config.json", "processor_config.json", "generation_config.json")

_REVISION_DIGITS = 12


class ModelError(Error):
    """A checkpoint that cannot serve its job.  The message is one line: what, where, what to do."""


@dataclass(frozen=True)
class Checkpoint:
    """A folder, or a Hub name with the branch, tag or commit that was asked for (None: the main branch)."""

    name: str
    revision: str | None = None


@dataclass(frozen=True)
class Located:
    """A checkpoint whose small files lie in ``folder``.

    ``commit`` is the Hub's commit hash; None for a folder of the user's.
    """

    job: str
    checkpoint: Checkpoint
    folder: Path
    commit: str | None

    def error(self, what: str) -> ModelError:
        return ModelError(f"{self.job}: {self.checkpoint.name}: {what}")


def parse_checkpoint(text: str) -> Checkpoint:
    """``org/name@revision``, ``org/name`` or a folder.  An existing folder wins, whatever its name."""
    if Path(text).expanduser().is_dir():
        return Checkpoint(text)
    name, at, revision = text.rpartition("@")
    return Checkpoint(name, revision) if at and name and revision else Checkpoint(text)


def read_settings_of(located: Located) -> dict[str, Any]:
    """The checkpoint's config as it stands there, once all its settings are known to be possible.

    Raises:
        ModelError: a file that is no JSON; a setting that cannot be, by file and name; more layers than the
            weights have numbers for.
    """
    try:
        settings, *_ = [read_settings(located.folder / name) for name in SETTINGS if (located.folder / name).exists()]
    except (OSError, ValueError) as error:
        raise located.error(told(error)) from None
    if located.commit is None and _weights(located.folder):
        held = size_of(located)
        if least_numbers(settings) > held:  # a number takes a byte at least
            raise located.error(
                f"the layers and the vocabulary of its {CONFIG} are {least_numbers(settings):,} numbers or more, but "
                f"its weights have {held:,} bytes: are they cut short, or is it the {CONFIG} of another checkpoint?"
            )
    return settings


def read_config(located: Located) -> PretrainedConfig:
    """The checkpoint's own description of what it is.

    Raises:
        ModelError: unreadable, of an unknown type, or in need of code that comes with the checkpoint.
    """
    from transformers import AutoConfig

    settings = read_settings_of(located)
    try:
        return AutoConfig.from_pretrained(located.folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:  # a class of its own for each type, which does with its settings what it likes
        if isinstance(code := settings.get("auto_map"), dict):
            needed = shown(", ".join(sorted(map(str, code.values()))))
            raise located.error(
                f"it is of a class of its own, in code that lies in the checkpoint ({needed}): no such code is run, "
                "and transformers has no class for it; docs/models.md lists the classes that are opened"
            ) from error
        raise located.error(f"its {CONFIG} cannot be used: {one_line(error)}") from error


def weight_files(located: Located) -> list[Path]:
    """The files of weights that are loaded, sorted: one, or those that its index names.

    Raises:
        ModelError: there are none; an index that is none, or names files that are not there or lie elsewhere.
    """
    name = _weights(located.folder)
    if name is None:
        raise located.error(f"no weights (model.safetensors or pytorch_model.bin) in {located.folder}")
    if not name.endswith(".json"):
        return [located.folder / name]
    try:
        named = read_settings(located.folder / name).get("weight_map")
    except (OSError, ValueError) as error:
        raise located.error(told(error)) from None
    if not isinstance(named, dict) or not named or not all(isinstance(file, str) for file in named.values()):
        raise located.error(f"{name} names no files in its weight_map")
    suffix = Path(name.removesuffix(".index.json")).suffix
    there = {path.name for path in located.folder.iterdir() if path.is_file()}
    for file in sorted(set(named.values())):
        if file != os.path.basename(file) or not file.endswith(suffix) or file not in there:
            raise located.error(
                f"{name} names {shown(file)}, which is no {suffix} file in the checkpoint's own folder: "
                "fetch it anew, or copy the file there"
            )
    return [located.folder / file for file in sorted(set(named.values()))]


def size_of(located: Located) -> int:
    """The bytes of the weights that are loaded.

    Raises:
        ModelError: see :func:`weight_files`; or one has gone meanwhile.
    """
    try:
        return sum(path.stat().st_size for path in weight_files(located))
    except OSError as error:
        raise located.error(told(error)) from None


def revision_of(located: Located) -> str:
    """Twelve hex digits: of the Hub's commit hash, or of the SHA-256 of the weights that are loaded from a folder.

    Raises:
        ModelError: there are none, or they cannot be read.
    """
    if located.commit is not None:
        return located.commit[:_REVISION_DIGITS]
    try:
        return hash_of(weight_files(located))[:_REVISION_DIGITS]
    except OSError as error:
        raise located.error(told(error)) from None


def model_id(located: Located, precision: str, engine: str = "torch") -> str:
    """What the ``model`` column holds: ``name@revision/precision``; of a folder, its own name.

    Behind the precision stands the engine, where it is not torch: ``name@revision/int8-ctranslate2``.
    """
    name = located.checkpoint.name if located.commit is not None else located.folder.resolve().name
    ran = precision if engine == "torch" else f"{precision}-{engine}"
    return f"{name}@{revision_of(located)}/{ran}"


def one_line(error: BaseException, limit: int = 300) -> str:
    """``Type: message`` without line breaks, at most ``limit`` characters."""
    text = " ".join(f"{type(error).__name__}: {str(error)[: 10 * limit]}".split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def told(error: OSError | ValueError) -> str:
    """Of a file that could not be read: its name and why."""
    if isinstance(error, OSError):
        return f"{Path(str(error.filename)).name}: {error.strerror}"
    return str(error)


def _weights(folder: Path) -> str | None:
    """What transformers loads from a folder; None where it lies elsewhere, or is gone."""
    return next((name for name in WEIGHTS if (folder / name).is_file()), None)
