"""What became of a command, in words and tables for a person; a module each."""
