"""Where the files of a checkpoint lie: its folder, the Hub's cache on this machine, or the Hub."""

from __future__ import annotations

import stat
from pathlib import Path

from schemas.shown import shown
from transforms.models.checkpoint import CONFIG, PICKLES, SAFETENSORS, SMALL, Checkpoint, Located, ModelError, told

ADAPTER = "adapter_config.json"


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
        from transforms.models.hub import fetch

        fetched = fetch(job, checkpoint, (*SMALL, SAFETENSORS) if weights else SMALL)
        if weights and not any(fetched.glob(SAFETENSORS)):
            fetched = fetch(job, checkpoint, (*SMALL, PICKLES))
        # The cache names the folder of a snapshot by its commit.
        located = Located(job, checkpoint, fetched, fetched.name)
    if not (located.folder / CONFIG).is_file():
        raise located.error(f"no {CONFIG} in {located.folder}: is this the folder of a Hugging Face checkpoint?")
    _refuse_strays(located)
    return located


def _refuse_strays(located: Located) -> None:
    """Whatever of the folder may be opened is a plain file of its own: no link out of it, no pipe."""
    root = root_of(located)
    if (located.folder / ADAPTER).exists():
        raise located.error(f"it has an {ADAPTER}: merge the adapter into its model, and name the folder of the whole")
    for pattern in (*SMALL, SAFETENSORS, PICKLES):
        for path in located.folder.glob(pattern):
            try:
                plain = stat.S_ISREG(path.stat().st_mode)
            except OSError as error:
                raise located.error(told(error)) from None
            if not plain:
                raise located.error(f"{shown(path.name)} is no plain file")
            if located.commit is None and not path.resolve().is_relative_to(root):
                raise located.error(
                    f"{shown(path.name)} is a link that leads out of the checkpoint's folder: put the file itself there"
                )


def root_of(located: Located) -> Path:
    """The folder that no link of the checkpoint's may lead out of.

    The links of the Hub's cache lead to the blobs beside its snapshots; a folder that lies in such a
    cache may have them too.
    """
    folder = located.folder.resolve()
    of_cache = folder.parent.name == "snapshots" and folder.parent.parent.name.startswith("models--")
    return folder.parent.parent if of_cache else folder


def _is_path(name: str) -> bool:
    return name.startswith((".", "/", "~")) or name.count("/") > 1 or name.endswith("/") or "\\" in name
