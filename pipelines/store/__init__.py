"""The folder of a corpus, OUT, and how its next snapshot comes about."""
