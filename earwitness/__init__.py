"""A corpus of audio as tables, asked from Python.

>>> import earwitness
>>> corpus = earwitness.open_corpus("corpus")  # the folder that `earwitness run` was given as --out
>>> counts = corpus.sql("SELECT word, count(*) AS n FROM words GROUP BY word ORDER BY n DESC").df()
>>> mentions = earwitness.find_mentions(corpus, ["acme"])
>>> rates = earwitness.mention_rates(corpus, mentions, ["acme"], by=["region"])
>>> found = earwitness.search(corpus, "a crowd cheering")

What cannot be done raises an :class:`Error` of one line that says what, where and what to do.

To import the package costs nothing: each name brings its own libraries when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.corpus.asked import open_corpus
    from pipelines.embeddings.search import search
    from pipelines.mentions import find_mentions, mention_rates
    from schemas.errors import Error

    __version__: str

__all__ = ["Error", "__version__", "find_mentions", "mention_rates", "open_corpus", "search"]

_FROM = {
    "Error": "schemas.errors",
    "find_mentions": "pipelines.mentions",
    "mention_rates": "pipelines.mentions",
    "open_corpus": "pipelines.corpus.asked",
    "search": "pipelines.embeddings.search",
}


if not TYPE_CHECKING:  # a type checker would take any name for one of ours

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            from pipelines.store.versions import version_of

            return version_of("earwitness")
        if name not in _FROM:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_FROM[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
