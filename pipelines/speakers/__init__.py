"""Pseudonyms for voices that are alike."""
