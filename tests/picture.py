"""The import picture: rooms, the arrows between them, which run up, and circles.

``python -m tests.picture`` prints it of this tree, ``python -m tests.picture FOLDER`` of another one.  Imports within
functions count, those for type checkers too: an arrow is an arrow, whenever it is followed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grimp
import networkx

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("schemas", "transforms", "pipelines")
RANKS = {
    "pipelines": (
        ("errors", "sql", "checkpoints", "process", "collecting"),
        ("files", "writing"),
        ("console",),
        ("audit", "statistics"),
        ("store", "workers"),
        ("run", "corpus", "embeddings"),
        ("mentions", "speakers", "agreement", "export"),
        ("report",),
        ("commands",),
        ("cli",),
        ("start",),
        ("__main__",),
    ),
    "transforms": (
        ("openvino", "imports", "cache"),
        ("signal",),
        ("isolated", "threads", "gather", "shards", "progress", "languages", "beside", "audio"),
        ("decode", "features", "models", "discover", "pool", "ahead"),
        ("identify", "plan", "heard", "task"),
        ("rows", "ears"),
        ("tracks", "infer"),
        ("listen",),
        ("stages",),
    ),
}
"""The rooms of a floor, the lowest first.  A room imports itself and rooms of a lower rank, never its own rank."""


@dataclass(frozen=True)
class Arrow:
    """An import, from one module to another, both with their dots."""

    importer: str
    imported: str

    @property
    def rooms(self) -> tuple[str, str]:
        return room_of(self.importer), room_of(self.imported)


@dataclass(frozen=True)
class Picture:
    """All modules of a floor, and the arrows between them."""

    floor: str
    modules: tuple[str, ...]
    arrows: tuple[Arrow, ...]

    @property
    def rooms(self) -> set[str]:
        return {room_of(module) for module in self.modules}

    @property
    def room_arrows(self) -> set[tuple[str, str]]:
        return {arrow.rooms for arrow in self.arrows if arrow.rooms[0] != arrow.rooms[1]}

    def up(self) -> list[Arrow]:
        """Arrows to a room of the same or a higher rank; to a room without a rank, too."""
        rank = {room: at for at, rooms in enumerate(RANKS.get(self.floor, ())) for room in rooms}
        return [
            arrow
            for arrow in self.arrows
            if (between := arrow.rooms)[0] != between[1] and rank.get(between[0], -1) <= rank.get(between[1], len(rank))
        ]

    def circles(self) -> list[list[str]]:
        """Sets of modules that all import each other, over however many others."""
        return _circles((arrow.importer, arrow.imported) for arrow in self.arrows)

    def room_circles(self) -> list[list[str]]:
        """The same of rooms."""
        return _circles(self.room_arrows)


def room_of(module: str) -> str:
    """``pipelines.store.lock`` lies in ``store``, ``pipelines.cli`` in ``cli``."""
    return module.split(".")[1]


def pictures(root: Path = ROOT) -> Iterator[Picture]:
    """The picture of each floor of a tree.

    Raises:
        ModuleNotFoundError: no such packages there.
    """
    sys.path.insert(0, str(root))
    try:
        graph = grimp.build_graph(*FLOORS, cache_dir=None)
    finally:
        sys.path.remove(str(root))
    for floor in FLOORS:
        modules = sorted(module for module in graph.modules if module.startswith(f"{floor}."))
        arrows = tuple(
            Arrow(module, other)
            for module in modules
            for other in sorted(graph.find_modules_directly_imported_by(module))
            if other.startswith(f"{floor}.")
        )
        yield Picture(floor, tuple(modules), arrows)


def _circles(arrows: Iterator[tuple[str, str]] | set[tuple[str, str]]) -> list[list[str]]:
    found = networkx.strongly_connected_components(networkx.DiGraph(list(arrows)))
    return sorted(sorted(circle) for circle in found if len(circle) > 1)


def main(words: list[str]) -> None:
    print(f"{'':12}{'rooms':>7}{'arrows':>8}{'up':>5}{'circles':>9}  {'modules':>9}{'arrows':>8}{'circles':>9}")
    all_of = list(pictures(Path(words[0]).resolve() if words else ROOT))
    for one in all_of:
        up = len({arrow.rooms for arrow in one.up()}) if one.floor in RANKS else "-"
        print(
            f"{one.floor:12}{len(one.rooms):7}{len(one.room_arrows):8}{up:>5}{len(one.room_circles()):9}"
            f"  {len(one.modules):9}{len(one.arrows):8}{len(one.circles()):9}"
        )
    for one in all_of:
        for arrow in one.up() if one.floor in RANKS else ():
            print(f"up: {arrow.importer} -> {arrow.imported}")
        for circle in one.circles():
            print("circle:", " ".join(circle))


if __name__ == "__main__":
    main(sys.argv[1:])
