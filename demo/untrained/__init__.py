"""Tiny checkpoints of the real model classes, with random weights: for tests and for trying the pipeline."""
