"""FAISS, with the vectors that pandas reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas
from answers import Rows, answer

Asked = Mapping[str, Any]


def read(folder: str) -> Rows:
    return pandas.read_parquet(folder).to_dict("records")


def nearest(asked: Asked) -> Any:
    """The scripts of the docs: the neighbours of the first window, its own row left out."""
    names: dict[str, Any] = {"folder": asked["snapshot"], "pandas": pandas}
    exec(asked["scripts"]["faiss"], names)
    return names["rows"]["window_id"].iloc[names["found"][0, 1:6]].tolist()


answer(read, {"nearest": nearest}, loose=True)
