"""Beam, imported once and without what it can do that no run asks of it, which is half of what its import takes.

Whoever has imported it before keeps the whole of it.
"""

from transforms.imports import hidden

UNASKED = ("pandas", "bson", "pymongo", "apache_beam.io.gcp.bigquery")
"""Data frames as elements, MongoDB, and BigQuery with its HTTP client.  Beam does without what is not installed."""

with hidden(*UNASKED):
    import apache_beam  # noqa: F401
