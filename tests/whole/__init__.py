"""The whole of it: runs that are killed, damaged, compared with the direct computation."""
