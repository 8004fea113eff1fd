"""What can be computed of a window or segment without a model."""
