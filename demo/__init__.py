"""The demo corpus and checkpoints, and the scripts that make them."""
