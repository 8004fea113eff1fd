"""Mentions of phrases: where they are said, how, and by whom."""

from pipelines.mentions.find import find_mentions
from pipelines.mentions.rates import mention_rates

__all__ = ["find_mentions", "mention_rates"]
