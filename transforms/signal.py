"""What is asked of scipy.signal and of pyloudnorm, which imports it: without the design of filters and the statistics,
which take twice as long to import as the rest."""

from transforms.imports import deferred

with deferred("scipy.stats", "scipy.interpolate", "scipy.optimize", "scipy.spatial"):
    from pyloudnorm import Meter
    from scipy.signal import find_peaks, sosfilt

__all__ = ["Meter", "find_peaks", "sosfilt"]
