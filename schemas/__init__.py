"""Ground floor: what a corpus is.  Imports pyarrow and the standard library only."""
