"""For Beam's ``--setup_file``, which runs ``python setup.py sdist``; what is packed stands in ``pyproject.toml``."""

from setuptools import setup

setup()
