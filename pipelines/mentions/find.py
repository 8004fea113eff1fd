"""Every mention of phrases, with what surrounds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.corpus.appearances import Count, links, view_of
from pipelines.corpus.asked import Corpus
from pipelines.corpus.doubtful import Doubtful
from pipelines.corpus.statements import left_out
from pipelines.mentions.context import contexts
from pipelines.mentions.dimensions import with_dimensions
from pipelines.mentions.doubted import doubts_of, taken_in
from pipelines.mentions.emotions import MENTIONS, emotions_sql
from pipelines.mentions.matches import matches
from pipelines.mentions.phrase import Phrase, letters, phrase_of
from pipelines.mentions.speakers import voices_sql
from pipelines.mentions.words import LETTERS, Spoken, near_words
from schemas.errors import UsageError

AROUND_WORDS = 10
AROUND_SECONDS = 10.0
TOP_SOUNDS = 3
_ORDER = "\0order"
"""No column of the user's can be called so."""
LEAST_SOUND = 0.05
"""A softmax share below it is noise."""
SPOKEN_SOUNDS = "speech|conversation|narration|silence"
"""The classes of AudioSet that are no sound behind a voice: "Male speech, man speaking", "Narration, monologue"."""

SOUNDS = f"""
    SELECT n, list({{'label': label, 'probability': probability}} ORDER BY probability DESC, label)[:{TOP_SOUNDS}]
               AS sounds
    FROM (
        SELECT n, t.label AS label, max(t.probability) AS probability
        FROM (
            SELECT m.n, unnest([t FOR t IN s.tags IF t.probability >= {LEAST_SOUND}
                                AND NOT regexp_matches(t.label, '(?i){SPOKEN_SOUNDS}')]) AS t
            FROM {MENTIONS} AS m JOIN sounds AS s
                ON s.recording_id = m.recording_id AND s.channel = m.channel
                AND s.start_ms < greatest(m.end_ms, m.start_ms + 1) AND s.end_ms > m.start_ms
        )
        GROUP BY n, t.label
    ) GROUP BY n"""


def find_mentions(
    corpus: Corpus,
    phrases: Sequence[str],
    *,
    fuzzy: bool = False,
    distance: int | None = None,
    around: int = AROUND_WORDS,
    seconds: float = AROUND_SECONDS,
    count: Count = "recordings",
    doubtful: Doubtful = "in",
) -> pd.DataFrame:
    """Every mention of each phrase.

    >>> mentions = find_mentions(corpus, ["acme", "acme cola"], fuzzy=True)

    Args:
        phrases: of one or more words; compared without case, diacritics and punctuation
            (:func:`~pipelines.mentions.phrase.fold`), a possessive counts ("Acme's").
        fuzzy: take misspelt ones, too.
        distance: the greatest edit distance; None for one edit for every four letters of the phrase.
        around: words of context before and after.
        seconds: before and after a mention in which the emotion around it is taken.
        count: ``recordings``: a mention is one row in whatever files it can be heard; ``files``: one row for each.
        doubtful: leave out mentions in transcripts that may be made up, or take no others.

    Returns: a row a mention, in the order of the phrases, files, channels and times.  Columns: phrase, file (its URI;
        of several, the first that is there now), recording_id, files (in which it can be heard), channel, start_ms,
        end_ms, text (as it was recognised), distance (0: exact), confidence (mean of its words), doubtful (why the
        transcript may be made up, a list of codes, empty where nothing speaks against it), before, after (context);
        speaker, speaker_from (see speakers.WAYS); emotion, the likeliest class in the mention, and for each class
        p_CLASS, p_CLASS_around, p_CLASS_recording, p_CLASS_speaker (see
        :func:`~pipelines.mentions.emotions.emotions_sql`); likewise arousal, arousal_around, arousal_recording,
        arousal_speaker, and so for dominance and valence, if the corpus has dimensions; sounds, a list of up to three
        dicts of label and probability; then the user's own metadata columns, of the file where files are counted.
        What the corpus has no table of is null.

    Raises:
        UsageError: no phrase, or one without a letter; a corpus without transcripts; a bad number.
    """
    if around < 0:
        raise UsageError(f"--around {around}: expected 0 words or more")
    if not 0 <= seconds <= 3600:
        raise UsageError(f"--seconds {seconds:g}: expected 0 to 3600")
    if distance is not None and not fuzzy:
        raise UsageError("--distance goes with --fuzzy")
    wanted = [phrase_of(phrase, fuzzy=fuzzy, distance=distance) for phrase in dict.fromkeys(phrases)]
    if not wanted:
        raise UsageError("say which phrase to look for")
    spoken = _spoken(corpus, wanted)
    parts = []
    for order, phrase in enumerate(wanted):
        found = matches(spoken, phrase)
        before, after = contexts(spoken, found, around)
        segment = spoken.segment[found.first]
        spans = list(zip(found.first, found.last + 1, strict=True))
        parts.append(
            pd.DataFrame(
                {
                    "order": order,
                    "phrase": phrase.asked,
                    "recording_id": spoken.recordings[segment],
                    "channel": spoken.channels[segment],
                    "start_ms": spoken.word_starts[found.first],
                    "end_ms": spoken.word_ends[found.last],
                    "text": pd.Series([spoken.row(a, b) for a, b in spans], dtype=str),
                    "distance": found.distance,
                    "confidence": [float(np.mean(spoken.confidences[a:b])) for a, b in spans],
                    "doubtful": pd.Series([doubts_of(spoken, a, b) for a, b in spans], dtype=object),
                    "before": pd.Series(before, dtype=str),
                    "after": pd.Series(after, dtype=str),
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    rows["n"] = np.arange(len(rows))
    place = pa.Table.from_pandas(rows[["n", "recording_id", "channel", "start_ms", "end_ms"]], preserve_index=False)
    place = place.set_column(1, "recording_id", place["recording_id"].cast(pa.string()))

    def beside(question: str) -> pd.DataFrame:
        return corpus.sql(question, beside={MENTIONS: place}).df()

    rows = rows.merge(beside(f"SELECT n, speaker, speaker_from FROM ({voices_sql(corpus.columns, MENTIONS)})"), on="n")
    rows = _with_emotions(
        rows, beside(emotions_sql(corpus.columns, round(seconds * 1000))) if "emotions" in corpus.files else None
    )
    if "dimensions" in corpus.files:
        rows = with_dimensions(rows, beside(emotions_sql(corpus.columns, round(seconds * 1000), "dimensions")))
    if "sounds" in corpus.files:
        heard = beside(SOUNDS).set_index("n")["sounds"].to_dict()
        rows["sounds"] = pd.Series([list(heard.get(n, ())) for n in rows["n"]], dtype=object)
    else:
        rows["sounds"] = None
    rows = rows.drop(columns="n").rename(columns={"order": _ORDER}).merge(_places(corpus, count), on="recording_id")
    view, keys = (view_of(corpus), ["recording_id", "file"]) if count == "files" else ("recordings", ["recording_id"])
    held = corpus.sql(f"SELECT * FROM {view}").df().rename(columns={"uri": "file"})[[*keys, *corpus.own]]
    own = [f"{name}_of_recording" if name in rows.columns else name for name in corpus.own]
    rows = rows.merge(held.set_axis([*keys, *own], axis="columns"), on=keys)
    rows = rows.sort_values([_ORDER, "file", "channel", "start_ms"], kind="stable", ignore_index=True)
    first = ["phrase", "file", "recording_id", "files"]
    rows = rows[[*first, *(name for name in rows.columns if name not in (*first, _ORDER))]]
    return taken_in(rows, doubtful)


def _places(corpus: Corpus, count: Count) -> pd.DataFrame:
    """Rows of recording_id, file and files: each file of a recording, or the one to open, and how many it has."""
    each = corpus.sql(f"SELECT recording_id, uri, count(*) OVER (PARTITION BY recording_id) FROM {view_of(corpus)}")
    places = pd.DataFrame(each.fetchall(), columns=["recording_id", "file", "files"])
    if count == "files":
        return places
    uris = corpus.sql("SELECT recording_id, uri FROM recordings").fetchall()
    opened = pd.DataFrame(links(corpus, dict(uris)).items(), columns=["recording_id", "file"])
    numbers = places[["recording_id", "files"]].drop_duplicates("recording_id")
    return opened.merge(numbers, on="recording_id", how="left")


def mentions_alone(corpus: Corpus, phrases: Sequence[str]) -> pd.DataFrame:
    """The mentions of each phrase without what surrounds them, which is looked up for each and takes longer.

    Returns: a row a mention.  Columns: phrase, recording_id, distance (0), doubtful (whether it may be made up).

    Raises:
        UsageError: a phrase without a letter; a corpus without transcripts.
    """
    wanted = [phrase_of(phrase) for phrase in dict.fromkeys(phrases)]
    rows = pd.DataFrame({"phrase": [], "recording_id": [], "distance": [], "doubtful": []}, dtype=object)
    if not wanted:
        return rows
    spoken = _spoken(corpus, wanted)
    for phrase in wanted:
        found = matches(spoken, phrase)
        keys = spoken.recordings[spoken.segment[found.first]]
        doubtful = [bool(doubts_of(spoken, a, b + 1)) for a, b in zip(found.first, found.last, strict=True)]
        told = {"phrase": phrase.asked, "recording_id": keys, "distance": 0, "doubtful": doubtful}
        rows = pd.concat([rows, pd.DataFrame(told)])
    return rows.reset_index(drop=True)


def _spoken(corpus: Corpus, wanted: Sequence[Phrase]) -> Spoken:
    """The words in which these phrases are looked for."""
    if "transcripts" not in corpus.files:
        raise UsageError(f"mentions are looked for in transcripts: {left_out('transcripts')}")

    def ask(question: str, parameters: Sequence[Any]) -> pa.Table:
        return corpus.sql(question, parameters).to_arrow_table()

    with corpus.function(LETTERS, letters):
        return near_words(ask, wanted)


def _with_emotions(rows: pd.DataFrame, emotions: pd.DataFrame | None) -> pd.DataFrame:
    if emotions is None or emotions.empty:
        return rows.assign(emotion=None)
    wide = emotions.pivot(index="n", columns="label", values=["inside", "around", "recording", "speaker"])
    labels = sorted(emotions["label"].unique())
    inside = pd.DataFrame(wide["inside"]).dropna()
    rows["emotion"] = inside.idxmax(axis="columns").reindex(rows["n"]).to_numpy()
    for label in labels:
        for what, name in (("inside", ""), ("around", "_around"), ("recording", "_recording"), ("speaker", "_speaker")):
            rows[f"p_{label}{name}"] = wide[what][label].reindex(rows["n"]).to_numpy()
    return rows


def as_arrow(rows: pd.DataFrame) -> pa.Table:
    """The rows for files: a column of nothing but null has its type all the same."""
    fields = {
        "sounds": pa.list_(pa.struct([("label", pa.string()), ("probability", pa.float32())])),
        "doubtful": pa.list_(pa.string()),
        **dict.fromkeys(("emotion", "speaker", "speaker_from"), pa.string()),
    }
    inferred = pa.Schema.from_pandas(rows.drop(columns=[name for name in fields if name in rows]), preserve_index=False)
    types = {field.name: field.type for field in inferred} | fields
    schema = pa.schema([(name, types[name]) for name in rows.columns])
    return pa.Table.from_pandas(rows, schema, preserve_index=False)
