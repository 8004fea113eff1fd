"""``python -m pipelines`` is ``earwitness``."""

from pipelines.start import command

command()
