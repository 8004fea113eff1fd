"""Spark."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from answers import Rows, answer
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as f

Asked = Mapping[str, Any]

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")


def _row(row: Row) -> dict[str, Any]:
    """Spark gives times as those of this machine's clock on the wall."""
    return {
        name: value.astimezone() if isinstance(value, datetime.datetime) else value
        for name, value in row.asDict(recursive=True).items()
    }


def read(folder: str) -> Rows:
    return [_row(row) for row in spark.read.parquet(folder).collect()]


def _of(asked: Asked, table: str) -> DataFrame:
    return spark.read.parquet(asked["tables"][table]["folder"])


def _column(frame: DataFrame) -> list[Any]:
    return sorted(row[0] for row in frame.collect())


def joined(asked: Asked) -> Any:
    said = _of(asked, "transcripts").select("segment_id", "recording_id", "text")
    mood = _of(asked, "emotions").selectExpr("segment_id", "start_ms", "label AS emotion", "confidence AS sure")
    own = _of(asked, "recordings").select("recording_id", "region")
    together = said.join(mood, "segment_id").join(own, "recording_id")
    columns = ("segment_id", "start_ms", "region", "emotion", "sure", "text")
    return sorted(tuple(row) for row in together.select(*columns).collect())


def texts(asked: Asked) -> Any:
    emotions, most = _of(asked, "emotions"), asked["most"]
    label = f.col("label")
    filled = f.coalesce(f.col("recording_id"), f.lit("none"))
    return {
        "upper": _column(emotions.select(f.upper(label))),
        "glued": _column(emotions.select(f.concat(label, f.lit("/"), f.col("model")))),
        "begins": emotions.where(f.col("recording_id").like(asked["begins"] + "%")).count(),
        "contains": emotions.where(label.like("%a%")).count(),
        "largest": emotions.agg(f.max(label)).collect()[0][0],
        "kept": _column(emotions.select(f.when(label != most, label).otherwise("other"))),
        "filled": _column(_of(asked, "files").select(filled)),
        "groups": {row[0]: row[1] for row in emotions.where(label == most).groupBy("label").count().collect()},
    }


def one_recording(asked: Asked) -> Any:
    return _column(_of(asked, "windows").where(f.col("recording_id") == asked["one"]).select("window_id"))


def probability(asked: Asked) -> Any:
    probability = f.map_from_entries("probabilities")[asked["most"]]
    return _column(_of(asked, "emotions").select(probability))


def of_the_docs(asked: Asked) -> Any:
    """The script of the docs, which makes its own session: this one."""
    names: dict[str, Any] = {"folder": asked["snapshot"]}
    exec(asked["scripts"]["spark"], names)
    return names["said"].join(names["mood"], "segment_id").join(names["own"], "recording_id").count()


answer(
    read,
    {
        "joined": joined,
        "texts": texts,
        "one_recording": one_recording,
        "probability": probability,
        "of_the_docs": of_the_docs,
    },
)
