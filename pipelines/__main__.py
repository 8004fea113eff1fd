"""``python -m pipelines`` is ``earwitness``."""

from pipelines.cli import command

command()
