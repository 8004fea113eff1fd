"""Records into Arrow batches, one function for each table."""
