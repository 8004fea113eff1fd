"""From what a user named to a published corpus."""
