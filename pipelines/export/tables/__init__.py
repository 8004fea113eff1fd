"""Whole tables for other programs: a plain file each, beside a page that says what stands in them."""
