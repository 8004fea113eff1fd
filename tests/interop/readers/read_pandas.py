"""pandas, with pyarrow or, where the first of two words more is ``fastparquet``, with that."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from glob import glob
from typing import Any

import pandas as pd
from answers import Rows, answer

Asked = Mapping[str, Any]
ENGINE = sys.argv[3] if len(sys.argv) > 3 else "pyarrow"


def _frame(folder: str, **more: Any) -> pd.DataFrame:
    """The folder, as the docs say; fastparquet is given the files."""
    if ENGINE == "pyarrow":
        return pd.read_parquet(folder, engine=ENGINE, **more)
    return pd.concat([pd.read_parquet(path, engine=ENGINE, **more) for path in sorted(glob(f"{folder}/*.parquet"))])


def read(folder: str) -> Rows:
    return _frame(folder).to_dict("records")


def _of(asked: Asked, table: str, *columns: str, **more: Any) -> pd.DataFrame:
    return _frame(asked["tables"][table]["folder"], columns=list(columns), **more)


def joined(asked: Asked) -> Any:
    said = _of(asked, "transcripts", "segment_id", "recording_id", "text")
    mood = _of(asked, "emotions", "segment_id", "start_ms", "label", "confidence")
    own = _of(asked, "recordings", "recording_id", "region")
    mood = mood.rename(columns={"label": "emotion", "confidence": "sure"})
    together = said.merge(mood, on="segment_id").merge(own, on="recording_id")
    return sorted(
        (one["segment_id"], one["start_ms"], one["region"], one["emotion"], float(one["sure"]), one["text"])
        for one in together.to_dict("records")
    )


def texts(asked: Asked) -> Any:
    emotions = _of(asked, "emotions", "recording_id", "label", "model")
    label, most = emotions["label"], asked["most"]
    return {
        "upper": sorted(label.str.upper()),
        "glued": sorted(label + "/" + emotions["model"]),
        "begins": int(emotions["recording_id"].str.startswith(asked["begins"]).sum()),
        "contains": int(label.str.contains("a").sum()),
        "largest": label.max(),
        "kept": sorted(label.where(label != most, "other")),
        "filled": sorted(_of(asked, "files", "recording_id")["recording_id"].fillna("none")),
        "groups": emotions[label == most].groupby("label").size().to_dict(),
    }


def one_recording(asked: Asked) -> Any:
    found = _of(asked, "windows", "window_id", "recording_id", filters=[("recording_id", "==", asked["one"])])
    return sorted(found["window_id"])


def probability(asked: Asked) -> Any:
    parts = _of(asked, "emotions", "probabilities")["probabilities"].explode()
    return sorted(float(part["probability"]) for part in parts if part["label"] == asked["most"])


answer(read, {"joined": joined, "texts": texts, "one_recording": one_recording, "probability": probability}, loose=True)
