"""YAML that people wrote, read into nothing but plain values: what is more than that is told in a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from schemas.shown import shown

MOST_BYTES = 4 << 20
"""Files that people write have a thousandth of it; larger ones take minutes to read."""


def plain_yaml(path: Path) -> Any:
    """Mappings, lists, text, numbers, dates, true, false and null; None for an empty file.

    Aliases are not read: ten lines of them can stand for a billion values.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no YAML, or not plain; one line, without the file's name.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES >> 20} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + content[: error.start].count(b"\n")
        raise ValueError(f"line {line} is not UTF-8 text: save it as UTF-8") from None
    try:
        return yaml.load(text, Loader=_Plain)  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        raise ValueError(f"{_line(error)}{' '.join(str(error.problem or error.context)[:200].split())}") from None
    except yaml.reader.ReaderError as error:
        at = text.count("\n", 0, error.position) + 1
        raise ValueError(f"line {at}: the character {ord(text[error.position]):#x} is no text") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except (ValueError, OverflowError) as error:  # a number of 6,000 digits, the 30th of February
        raise ValueError(f"a number or a date that is none: {' '.join(str(error)[:200].split())}") from None


class _Plain(yaml.SafeLoader):
    """Without aliases, and without keys that stand there twice."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(
                None, None, f"the alias *{event.anchor[:60]} is not read: write it out", event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        known: set[Any] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key is no plain value", key.start_mark)
            name = self.construct_object(key, deep=True)
            if name in known:
                raise yaml.constructor.ConstructorError(None, None, f"{shown(name)} stands there twice", key.start_mark)
            known.add(name)
        return super().construct_mapping(node, deep=deep)


def _line(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f"line {mark.line + 1}: " if mark else ""
