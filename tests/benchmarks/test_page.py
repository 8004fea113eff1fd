"""Places that benchmarks fill, on pages that people write."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.machine import cores, describe
from benchmarks.page import behind, filled, held, read, section, write
from benchmarks.report import Table

TABLE = Table("Speed", ("who", "x"), (("a", 12.3),), ("As measured.",))
OTHER = Table("More", ("who", "x"), (("b", 1.0),))


def test_only_the_place_changes() -> None:
    page = "# Page\n\nMine.\n"
    once = filled(page, "speed", "1")
    assert once == "# Page\n\nMine.\n\n<!-- begin speed -->\n1\n<!-- end speed -->\n"
    written = behind(once, "Mine, too.")
    assert filled(written, "speed", "2\n3") == written.replace("\n1\n", "\n2\n3\n")
    assert filled(filled(written, "speed", "2"), "speed", "1") == written
    assert "Mine, too." in filled(written, "other", "9")
    assert [held(written, name) for name in ("speed", "other")] == ["1", ""]


def test_a_place_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="without <!-- end speed -->"):
        filled("<!-- begin speed -->\nMine.\n", "speed", "1")


def test_a_section_says_when_where_and_how() -> None:
    machine = describe()
    told = section([TABLE, OTHER], machine, "python -m benchmarks --size tiny").splitlines()
    assert told[0] == "## Speed"
    assert told[2].startswith("Measured 20")
    assert told[2].endswith("by `python -m benchmarks --size tiny`:")
    text = "\n".join(told)
    assert machine.cpu in text
    assert f"{cores()} cores" in text
    assert f"torch {machine.versions['torch']}" in text
    assert "| a | 12.3 |" in text
    assert text.index("- As measured.") < text.index("### More")


def test_a_page_that_is_new(tmp_path: Path) -> None:
    path = tmp_path / "new" / "page.md"
    write(path, filled(read(path), "speed", "1"))
    assert read(path) == "# Benchmarks\n\n<!-- begin speed -->\n1\n<!-- end speed -->\n"
