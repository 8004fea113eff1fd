"""Which checkpoint does which job, and what is known of it."""
