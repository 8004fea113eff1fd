"""What the folder of a corpus is called in: the names by which every floor knows one."""

from __future__ import annotations

import re

MARK = "earwitness.json"
"""Says that the folder is ours: only in such a folder is anything ever removed."""
CURRENT = "current"
"""A link to the snapshot that readers see."""
SNAPSHOTS, STAGING, REPORT, SEARCH = "snapshots", "staging", "report", "search"
"""Its folders; the last one lies in a snapshot, so that it goes when that goes: by age, or for something forgotten."""
SHOWN = re.compile(rf"{SNAPSHOTS}/([^/\s]+)")
"""Where the link leads."""
