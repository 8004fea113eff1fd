"""The mean of the weights of two courses: ``python -m demo.train.mean FIRST SECOND --share 0.6 --out OUT``.

Where a course learnt one thing and lost a little of another, the weights in between can have most of both (Wortsman et
al. 2022, "Robust fine-tuning of zero-shot models").
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from demo.train.export import courses_of

WEIGHTS, CARD = "model.safetensors", "README.md"


def mean(first: Path, second: Path, out: Path, share: float) -> None:
    """Write a checkpoint like ``second``, each weight ``share`` of the way from that of ``first`` to its own.

    The card is that of ``second``, with one course more; its figures are those of ``second`` until the next course
    measures anew.

    Raises:
        ValueError: the two have not the same weights, or ``first`` has no course that ``second`` goes on from.
    """
    one, other = load_file(first / WEIGHTS), load_file(second / WEIGHTS)
    if {name: values.shape for name, values in one.items()} != {name: values.shape for name, values in other.items()}:
        raise ValueError(f"{first} and {second} have not the same weights")
    earlier, courses = courses_of(first), courses_of(second)
    if courses[: len(earlier)] != earlier:
        raise ValueError(f"{second} does not go on from {first}: {first / CARD} has other courses")
    shutil.copytree(second, out)
    blended = {name: torch.lerp(one[name].float(), values.float(), share).to(values) for name, values in other.items()}
    save_file(blended, out / WEIGHTS, metadata={"format": "pt"})
    line = f"The mean of the weights of courses {len(earlier)} ({1 - share:g}) and {len(courses)} ({share:g})."
    with (out / CARD).open("a", encoding="utf-8") as card:
        card.write(f"{len(courses) + 1}. {line}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m demo.train.mean", description="The mean of the weights of two courses.")
    parser.add_argument("first", type=Path, help="checkpoint of the earlier course")
    parser.add_argument("second", type=Path, help="checkpoint of the later one, which went on from it")
    parser.add_argument("--share", type=float, default=0.5, help="of the second (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint; must not be there yet")
    options = parser.parse_args(arguments)
    try:
        mean(options.first, options.second, options.out, options.share)
    except (ValueError, OSError) as error:
        raise SystemExit(f"mean: {error}") from None
    return 0


if __name__ == "__main__":
    sys.exit(main())
