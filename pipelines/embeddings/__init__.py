"""What CLAP's vectors are good for: search by text or sound, and tags."""
