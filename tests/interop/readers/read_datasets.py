"""``datasets`` of Hugging Face."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from answers import Rows, answer
from datasets import Dataset, load_dataset

Asked = Mapping[str, Any]


def _of(folder: str) -> Dataset:
    return load_dataset("parquet", data_files=f"{folder}/*.parquet", split="train")


def read(folder: str) -> Rows:
    return list(_of(folder))


def one_recording(asked: Asked) -> Any:
    windows = _of(asked["tables"]["windows"]["folder"])
    return sorted(windows.filter(lambda row: row["recording_id"] == asked["one"])["window_id"])


answer(read, {"one_recording": one_recording})
