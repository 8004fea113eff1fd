"""Beam, imported once and without what it can do that no run asks of it, which is half of what its import takes.

Whoever has imported it before keeps the whole of it.
"""

from transforms.imports import deferred, hidden

UNASKED = ("pandas", "apache_beam.io.gcp.bigquery")
"""Data frames as elements, and BigQuery with its HTTP client: Beam does without what is not installed."""

MONGODB = ("bson", "bson.objectid", "pymongo", "pymongo.driver_info")
"""Where these are not installed, Beam says so in its log."""

with hidden(*UNASKED), deferred(*MONGODB):
    import apache_beam  # noqa: F401
