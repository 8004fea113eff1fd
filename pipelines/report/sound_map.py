"""A map of the corpus: windows that sound alike lie side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.corpus.asked import Corpus

AT_MOST = 2_000
"""Windows that are drawn: more is neither seen nor computed in seconds."""
LEAST_SPREAD = 1e-6
"""Vectors that lie nearer to each other are of one sound, as those of windows of silence are."""


def sound_map(corpus: Corpus, seed: int = 0) -> pd.DataFrame:
    """Where a sample of the windows lies, by t-SNE over the CLAP vectors (van der Maaten and Hinton 2008).

    Neighbours on the map sound alike to the model.  Distances between groups that lie apart mean nothing.

    Returns: columns x, y, file, recording_id, channel, start_ms, label (of ``sounds``, empty where there are none),
        text (what is said in the window); empty for fewer than five windows.
    """
    heard = "sounds" in corpus.files
    said = "transcripts" in corpus.files
    chosen = corpus.sql(f"""
        WITH chosen AS (
            SELECT e.recording_id, e.channel, e.start_ms, e.end_ms, e.embedding
            FROM embeddings e ORDER BY hash(e.window_id || '{seed}'), e.window_id LIMIT {AT_MOST})
        SELECT e.recording_id, e.channel, e.start_ms, parse_filename(r.uri, false, 'forward_slash') AS file,
               {"coalesce(s.label, '')" if heard else "''"} AS label,
               {"coalesce(t.text, '')" if said else "''"} AS text, e.embedding
        FROM chosen e JOIN recordings r USING (recording_id)
        {"LEFT JOIN sounds s USING (recording_id, channel, start_ms)" if heard else ""}
        {_SAID if said else ""}
        ORDER BY r.uri, e.channel, e.start_ms""").df()
    if len(chosen) < 5:
        return chosen.assign(x=[], y=[]).head(0) if chosen.empty else chosen.assign(x=0.0, y=0.0).head(0)
    vectors = np.stack(chosen.pop("embedding").to_list()).astype(np.float32)
    places = _places(vectors, seed)
    return chosen.assign(x=places[:, 0], y=places[:, 1])


_SAID = """LEFT JOIN (
    SELECT c.recording_id, c.channel, c.start_ms, string_agg(t.text, ' / ' ORDER BY t.start_ms) AS text
    FROM chosen c JOIN transcripts t ON t.recording_id = c.recording_id AND t.channel = c.channel
        AND t.start_ms < c.end_ms AND t.end_ms > c.start_ms
    GROUP BY ALL) t USING (recording_id, channel, start_ms)"""


def _places(vectors: np.ndarray, seed: int) -> np.ndarray:
    """Float [n, 2] for unit vectors [n, dimension]."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    n = len(vectors)
    if np.ptp(vectors, axis=0).max() < LEAST_SPREAD:  # t-SNE divides by the spread, and then crashes the interpreter
        return np.zeros((n, 2))
    plain = PCA(min(50, n, vectors.shape[1]), random_state=seed).fit_transform(vectors)
    layout = TSNE(2, perplexity=min(30.0, (n - 1) / 3), init="pca", random_state=seed, max_iter=500)
    return layout.fit_transform(plain)
