"""The mean of two checkpoints lies between them, and its card says so."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from demo.train.export import TRAINING, courses_of
from demo.train.mean import main, mean

PART = "model.safetensors"


def checkpoint(folder: Path, level: float, courses: int, n: int = 3) -> Path:
    """Weights that are all ``level``, after so many courses."""
    folder.mkdir()
    save_file(
        {"layer.weight": torch.full((n, 2), level, dtype=torch.float16)}, folder / PART, metadata={"format": "pt"}
    )
    lines = [f"{number}. {number}000 steps." for number in range(1, courses + 1)]
    (folder / "README.md").write_text("\n".join(["# Demo", "", TRAINING, "", *lines, ""]), "utf-8")
    (folder / "config.json").write_text("{}", "utf-8")
    return folder


def test_it_lies_between_and_says_so(tmp_path: Path) -> None:
    first, second = checkpoint(tmp_path / "a", 1.0, 2), checkpoint(tmp_path / "b", 3.0, 3)
    out = tmp_path / "between"
    assert main([str(first), str(second), "--share", "0.75", "--out", str(out)]) == 0
    weights = load_file(out / PART)["layer.weight"]
    assert weights.dtype == torch.float16
    assert (weights == 2.5).all()
    assert (out / "config.json").read_text("utf-8") == "{}"
    assert courses_of(out) == [*courses_of(second), "The mean of the weights of courses 2 (0.25) and 3 (0.75)."]
    assert (load_file(second / PART)["layer.weight"] == 3).all()  # left as it was


def test_what_does_not_go_together_is_refused(tmp_path: Path) -> None:
    second = checkpoint(tmp_path / "b", 3.0, 3)
    wider = checkpoint(tmp_path / "wider", 1.0, 2, n=4)
    with pytest.raises(ValueError, match="have not the same weights"):
        mean(wider, second, tmp_path / "out", 0.5)
    other = checkpoint(tmp_path / "other", 1.0, 2)
    card = other / "README.md"
    card.write_text(card.read_text("utf-8").replace("2000", "7000"), "utf-8")
    with pytest.raises(ValueError, match="does not go on from"):
        mean(other, second, tmp_path / "out", 0.5)
    assert not (tmp_path / "out").exists()
    with pytest.raises(SystemExit, match=r"mean: .* does not go on from"):
        main([str(other), str(second), "--out", str(tmp_path / "out")])
