"""Streams of samples: channels, rates, levels, windows, speech."""
