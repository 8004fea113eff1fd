"""Polars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from answers import Rows, answer

Asked = Mapping[str, Any]


def read(folder: str) -> Rows:
    return pl.read_parquet(f"{folder}/*.parquet").to_dicts()


def _scan(asked: Asked, table: str) -> pl.LazyFrame:
    return pl.scan_parquet(f"{asked['tables'][table]['folder']}/*.parquet")


def joined(asked: Asked) -> Any:
    said = _scan(asked, "transcripts").select("segment_id", "recording_id", "text")
    mood = _scan(asked, "emotions").select("segment_id", "start_ms", emotion="label", sure="confidence")
    own = _scan(asked, "recordings").select("recording_id", "region")
    together = said.join(mood, on="segment_id").join(own, on="recording_id")
    return sorted(together.select("segment_id", "start_ms", "region", "emotion", "sure", "text").collect().rows())


def texts(asked: Asked) -> Any:
    label, most = pl.col("label"), pl.lit(asked["most"])
    emotions, files = _scan(asked, "emotions"), _scan(asked, "files")
    counts = emotions.filter(label == most).group_by("label").agg(pl.len().alias("n")).collect()
    made = emotions.select(
        upper=label.str.to_uppercase(),
        glued=label + "/" + pl.col("model"),
        kept=pl.when(label != most).then(label).otherwise(pl.lit("other")),
    ).collect()
    begins = emotions.filter(pl.col("recording_id").str.starts_with(asked["begins"])).collect()
    return {
        "upper": sorted(made["upper"]),
        "glued": sorted(made["glued"]),
        "begins": len(begins),
        "contains": len(emotions.filter(label.str.contains("a")).collect()),
        "largest": emotions.select(label.max()).collect().item(),
        "kept": sorted(made["kept"]),
        "filled": sorted(files.select(pl.col("recording_id").fill_null("none")).collect()["recording_id"]),
        "groups": dict(counts.rows()),
    }


def one_recording(asked: Asked) -> Any:
    return sorted(_scan(asked, "windows").filter(pl.col("recording_id") == asked["one"]).collect()["window_id"])


def probability(asked: Asked) -> Any:
    parts = _scan(asked, "emotions").select("probabilities").explode("probabilities").unnest("probabilities")
    return sorted(parts.filter(pl.col("label") == asked["most"]).collect()["probability"])


answer(read, {"joined": joined, "texts": texts, "one_recording": one_recording, "probability": probability})
