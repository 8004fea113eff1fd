"""Figures with their uncertainty.  Assumptions and coverage: docs/statistics.md."""
