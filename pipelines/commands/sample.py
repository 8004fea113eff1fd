"""``earwitness sample OUT --n 200 --by COLUMN --to sheet.csv``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from pipelines.commands.mentions import add_count, add_doubtful
from pipelines.console.stopping import telling, written_files
from pipelines.console.terminal import console


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the corpus")
    parser.add_argument("--to", metavar="SHEET.csv", type=Path, required=True, help="the sheet to write")
    parser.add_argument("--n", metavar="N", type=int, default=200, help="how many segments (default: 200)")
    parser.add_argument("--by", metavar="COLUMN", help="a column of recordings: as many from each group as can be")
    add_count(parser)
    add_doubtful(parser, "segments")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="another number draws others (default: 0)")
    parser.add_argument("--coders", metavar="NAME,...", default="coder1", help="who fills it in (default: coder1)")
    parser.add_argument("--blind", action="store_true", help="without the machine's answers, which people lean towards")
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace, aside: Console) -> None:
    from pipelines.agreement.sample import sample
    from pipelines.console.numbers import counted
    from pipelines.corpus.appearances import count_of, in_several_groups
    from pipelines.corpus.asked import open_corpus
    from pipelines.corpus.doubtful import doubtful_of
    from pipelines.corpus.segments import labels_of

    coders = [coder.strip() for coder in arguments.coders.split(",")]
    with telling(written_files()):
        drawn = sample(
            arguments.out,
            arguments.to,
            n=arguments.n,
            by=arguments.by,
            seed=arguments.seed,
            coders=coders,
            blind=arguments.blind,
            count=count_of(arguments.count),
            doubtful=doubtful_of(arguments.doubtful),
        )
        with open_corpus(arguments.out) as corpus:
            labels = labels_of(corpus)
            between = in_several_groups(corpus, arguments.by) if arguments.by in corpus.own else 0
        groups = ", ".join(f"{n:,} {group or '(none)'}" for group, n in sorted(drawn.items()))
        with console(1) as result:
            by = f": {groups}" if arguments.by else ""
            result.print(f"{counted(drawn.total(), 'segment')} in {arguments.to}{by}")
            if between:
                lie = "1 recording lies" if between == 1 else f"{between:,} recordings lie"
                result.print(f"{lie} in several groups of {arguments.by}: each segment is drawn once, for one of them")
            if labels:
                result.print(f"emotions are coded as {', '.join(labels)}")
