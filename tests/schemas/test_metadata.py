"""Types of the user's own columns."""

from __future__ import annotations

import pytest

from pipelines.run.cell_types import TYPES
from schemas.errors import UsageError
from schemas.metadata import METADATA_TYPES, check_types


def test_every_type_can_be_read() -> None:
    assert tuple(TYPES) == METADATA_TYPES
    check_types(dict.fromkeys(METADATA_TYPES, "text"))


def test_what_is_no_type_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"^types\.year: unknown type 'intt': did you mean 'int'\?$"):
        check_types({"year": "intt"})
