"""A script for each program that people read tables with.

Each runs in an environment that holds that program and little else, so it imports nothing of Earwitness; what the
scripts share is ``answers.py`` beside them, which needs the standard library alone.
"""
