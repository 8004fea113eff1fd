"""What a model card states of its licence, as it stands there; of a card that makes no sense, nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.models.checkpoint import Checkpoint, Located
from transforms.models.jobs import describe
from transforms.models.licence import MOST_BYTES, forbids_commerce, licence_of

ROOT = Path(__file__).resolve().parents[3]


def stated(folder: Path, card: str | bytes | None, commit: str | None = None) -> str:
    if card is not None:
        (folder / "README.md").write_bytes(card if isinstance(card, bytes) else card.encode())
    return licence_of(Located("emotions", Checkpoint("org/name"), folder, commit))


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("---\nlicense: apache-2.0\nlanguage: en\n---\n# A model\n", "apache-2.0"),
        ("---\r\nlicense: mit\r\n---\r\n", "mit"),
        ("---\nlicense: [mit, cc0-1.0]\n---\n", "mit, cc0-1.0"),
        ("---\nlicense: other\nlicense_name: my-own\nlicense_link: LICENSE\n---\n", "my-own (LICENSE)"),
        ("---\nlicense: other\nlicense_name: my-own\n---\n", "my-own"),
        ("---\nlicense: other\n---\n", "other"),
        ("---\nlanguage: en\n---\n", ""),
        ("# A model\n\nlicense: mit\n", ""),
        ("---\nlicense: 7\n---\n", ""),
        ("---\n- license\n---\n", ""),
        ("---\nlicense: [\n---\n", ""),
        ("---\nlicense: &a [*a]\n---\n", ""),
        (b"---\nlicense: \xff\n---\n", ""),
        ("---\nlicense: mit\n---\n" + "x" * MOST_BYTES, ""),
        (None, ""),
    ],
)
@pytest.mark.parametrize("commit", [None, "22aad52d435eb6dbaf354bdad9b0da84ce7d6156"])
def test_a_card(tmp_path: Path, card: str | bytes | None, said: str, commit: str | None) -> None:
    assert stated(tmp_path, card, commit) == said


def test_what_somebody_wrote_stays_on_one_line(tmp_path: Path) -> None:
    said = stated(tmp_path, f'---\nlicense: "mit\\n| \\e[31m{"x" * 500}"\n---\n')
    assert said.isprintable()
    assert len(said) <= 200


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "elsewhere.md").write_text("---\nlicense: mit\n---\n")
    (folder / "README.md").symlink_to(tmp_path / "elsewhere.md")
    assert stated(folder, None) == ""


def test_a_checkpoint_is_described_with_it() -> None:
    assert describe("emotions", str(ROOT / "demo" / "models" / "emotions")).licence == "apache-2.0"


@pytest.mark.parametrize(
    ("licence", "forbids"),
    [
        ("cc-by-nc-4.0", True),
        ("cc-by-nc-sa-4.0", True),
        ("my-non-commercial-licence", True),
        ("CC-BY-NC-4.0 (https://example.org)", True),
        ("apache-2.0", False),
        ("ncsa", False),
        ("cc-by-4.0", False),
        ("unknown: see the model card of ncbi/name", False),
        ("", False),
    ],
)
def test_what_its_name_says_of_commerce(licence: str, forbids: bool) -> None:
    assert forbids_commerce(licence) is forbids
