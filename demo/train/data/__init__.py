"""What the checkpoints are trained on: synthetic speech and sounds, real recordings, and their splits."""
