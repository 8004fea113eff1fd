"""Processes that stay and are given portions of work, one after the other, by Dask's scheduler."""
