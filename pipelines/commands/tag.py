"""``earwitness tag OUT prompts.yaml``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from pipelines.commands.search import add_model
from pipelines.console.stopping import telling
from pipelines.console.terminal import console
from pipelines.store.switch import published_or


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument("prompts", metavar="PROMPTS", type=Path, help="a YAML file: a list, or names with prompts")
    add_model(parser)
    parser.set_defaults(act=act, names=("model",))


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.audit.auditor import audit_ahead
    from pipelines.console.numbers import counted
    from pipelines.embeddings.tag import tag
    from pipelines.store.switch import seen_at

    with telling(published_or(arguments.out, lambda: "the tables are as they were")):
        with audit_ahead(is_wanted=True) as ask:  # beside this process, which opens the model
            tagged = tag(arguments.out, arguments.prompts, models=arguments.models, model=arguments.model, ask=ask)
        with console(1) as result:
            result.print(
                f"{counted(tagged.windows, 'window')} scored with {counted(tagged.prompts, 'prompt')}: "
                f"{seen_at(arguments.out, 'tags')}",
            )
