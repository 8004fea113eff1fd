"""Which checkpoint: a folder or a name on the Hugging Face Hub, found on this machine before it is loaded."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PretrainedConfig

CONFIG = "config.json"
SAFETENSORS = "model*.safetensors"
PICKLES = "pytorch_model*.bin"
_SMALL = ("*.json", "*.txt", "*.model")  # configs and vocabularies
_REVISION_DIGITS = 12
_PATIENCE_SECONDS = 5.0


class ModelError(Exception):
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


def locate(job: str, checkpoint: Checkpoint, *, weights: bool) -> Located:
    """Find the files of a checkpoint, in its folder, the Hub's cache on this machine or the Hub.

    Args:
        weights: fetch the weights too, safetensors where there are any; else only the small files.

    Raises:
        ModelError: no such folder, no such name on the Hub, or the Hub out of reach; no config.json.
    """
    folder = Path(checkpoint.name).expanduser()
    if folder.is_dir():
        located = Located(job, checkpoint, folder, None)
    elif _is_path(checkpoint.name):
        raise ModelError(
            f"{job}: there is no folder {checkpoint.name}: name a checkpoint's folder or its Hub name "
            f"(--model {job}=NAME_OR_FOLDER)"
        )
    else:
        fetched = _fetch(job, checkpoint, (*_SMALL, SAFETENSORS) if weights else _SMALL)
        if weights and not weight_files(fetched):
            fetched = _fetch(job, checkpoint, (*_SMALL, PICKLES))
        # The cache names the folder of a snapshot by its commit.
        located = Located(job, checkpoint, fetched, fetched.name)
    if not (located.folder / CONFIG).is_file():
        raise located.error(f"no {CONFIG} in {located.folder}: is this the folder of a Hugging Face checkpoint?")
    return located


def read_config(located: Located) -> PretrainedConfig:
    """The checkpoint's own description of what it is.

    Raises:
        ModelError: unreadable, of an unknown type, or in need of code that comes with the checkpoint.
    """
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(located.folder, trust_remote_code=False, local_files_only=True)
    except (OSError, ValueError, TypeError, KeyError, json.JSONDecodeError) as error:
        raise located.error(f"its {CONFIG} cannot be used: {one_line(error)}") from error


def weight_files(folder: Path) -> list[Path]:
    """The files that hold the weights, by name: safetensors, or pickled ones where there are no others."""
    return sorted(folder.glob(SAFETENSORS)) or sorted(folder.glob(PICKLES))


def revision_of(located: Located) -> str:
    """Twelve hex digits: of the Hub's commit hash, or of the SHA-256 of a folder's weight files in turn."""
    if located.commit is not None:
        return located.commit[:_REVISION_DIGITS]
    digest = hashlib.sha256()
    for path in weight_files(located.folder):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:_REVISION_DIGITS]


def model_id(located: Located, precision: str, engine: str = "torch") -> str:
    """What the ``model`` column holds: ``name@revision/precision``; of a folder, its own name.

    Behind the precision stands the engine, where it is not torch: ``name@revision/bf16-openvino``.
    """
    name = located.checkpoint.name if located.commit is not None else located.folder.resolve().name
    ran = precision if engine == "torch" else f"{precision}-{engine}"
    return f"{name}@{revision_of(located)}/{ran}"


def one_line(error: BaseException, limit: int = 300) -> str:
    """``Type: message`` without line breaks, at most ``limit`` characters."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _is_path(name: str) -> bool:
    return name.startswith((".", "/", "~")) or name.count("/") > 1 or name.endswith("/") or "\\" in name


def _hub_answers(name: str, revision: str | None) -> bool:
    """Whether the Hub says anything at all; ``snapshot_download`` would wait for a stalled network without end."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        HfApi().model_info(name, revision=revision, timeout=_PATIENCE_SECONDS)
    except (HfHubHTTPError, HFValidationError):
        return True  # a refusal is an answer: the download will say which
    except Exception:  # the errors of the HTTP library, which huggingface_hub does not name
        return False
    return True


def _fetch(job: str, checkpoint: Checkpoint, patterns: tuple[str, ...]) -> Path:
    """The snapshot's folder in the Hub's cache.  Out of reach of the Hub, what the cache has."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    name, revision = checkpoint.name, checkpoint.revision
    asked = f"{name} --revision {revision}" if revision else name
    answers = _hub_answers(name, revision)
    try:
        return Path(
            snapshot_download(name, revision=revision, allow_patterns=list(patterns), local_files_only=not answers)
        )
    except LocalEntryNotFoundError as error:
        raise ModelError(
            f"{job}: {name} is neither a folder nor in the Hub's cache on this machine, and the Hub cannot be reached: "
            f"run `hf download {asked}` where there is a network, or name a folder with --model {job}=FOLDER "
            "(HF_HUB_OFFLINE=1 skips the attempt to reach the Hub)"
        ) from error
    except GatedRepoError as error:
        raise ModelError(
            f"{job}: {name} is given out on request only: accept its terms at https://huggingface.co/{name} "
            "and run `hf auth login`"
        ) from error
    except RevisionNotFoundError as error:
        raise ModelError(f"{job}: {name} has no revision {revision!r} on the Hub") from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise ModelError(
            f"{job}: {name} is neither a folder nor a checkpoint on the Hub (or a private one: run `hf auth login`)"
        ) from error
    except (HfHubHTTPError, OSError) as error:
        raise ModelError(
            f"{job}: {name} could not be fetched from the Hub: {one_line(error)}; try `hf download {asked}`"
        ) from error
