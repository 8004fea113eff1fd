"""The configuration file as YAML, read by a loader that makes nothing but plain values."""

from __future__ import annotations

from typing import Any

import yaml

from pipelines.failure import why
from schemas.config import ConfigError


def read_yaml(path: str) -> dict[str, Any]:
    """Its keys and values.

    Raises:
        ConfigError: it cannot be read, is no YAML, or holds something else.
    """
    try:
        with open(path, encoding="utf-8") as file:
            values = yaml.safe_load(file)
    except OSError as error:
        raise ConfigError(f"--config {path}: {why(error)}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"--config {path} is no YAML: {' '.join(str(error).split())}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigError(f"--config {path}: expected keys and values")
    return values
