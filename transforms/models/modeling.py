"""What opens models in transformers, imported once and without what only training asks of it.

Whoever has imported it before keeps the whole of it.
"""

from transforms.imports import deferred

with deferred("scipy.optimize"):  # the loss of a detector of objects
    import transformers.modeling_utils  # noqa: F401
