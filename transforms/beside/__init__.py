"""What lies beside recordings in people's folders and is none."""
