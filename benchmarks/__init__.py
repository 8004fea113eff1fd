"""How fast it is, as ratios measured in one run on one machine.  Not installed with the package."""
