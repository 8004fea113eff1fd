"""Train the five small checkpoints of the demo: data, training, evaluation and export.  Not installed."""
