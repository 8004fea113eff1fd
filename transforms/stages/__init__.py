"""The Beam stages: each maps a plain function or generator of the floor's other files."""
