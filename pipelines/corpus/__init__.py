"""A corpus that is asked, in SQL."""

from pipelines.corpus.asked import open_corpus

__all__ = ["open_corpus"]
