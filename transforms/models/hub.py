"""A checkpoint's files from the Hugging Face Hub, or from its cache on this machine."""

from __future__ import annotations

from pathlib import Path

from transforms.models.checkpoint import CONFIG, PICKLES, SAFETENSORS, Checkpoint, ModelError, one_line

_PATIENCE_SECONDS = 5.0


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


def is_cached(name: str) -> bool:
    """Whether the Hub's cache on this machine holds a config and weights of a checkpoint; nothing is fetched."""
    from huggingface_hub import constants

    snapshots = Path(constants.HF_HUB_CACHE) / f"models--{name.replace('/', '--')}" / "snapshots"
    return any(
        any(path.parent.glob(pattern)) for path in snapshots.glob(f"*/{CONFIG}") for pattern in (SAFETENSORS, PICKLES)
    )


def fetch(job: str, checkpoint: Checkpoint, patterns: tuple[str, ...]) -> Path:
    """The snapshot's folder in the Hub's cache.  Out of reach of the Hub, what the cache has.

    Args:
        patterns: of the files that are wanted.

    Raises:
        ModelError: it is neither there nor to be had.
    """
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
