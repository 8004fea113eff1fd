"""Words with their times into subtitles: how many to a cue, where a line breaks, how long it stays."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.cells import cell_len

from pipelines.export.speech import LINE, Stretch

LINES = 2
LONGEST_MS = 7_000
SHORTEST_MS = 833
"""5/6 s (Netflix Timed Text Style Guide, general requirements 1)."""
LINGER_MS = 500
"""How long a cue stays after its last word: 12 frames of 24 a second (the same, 7)."""
PAUSE_MS = 1_500
"""From here on a pause shows: a gap shorter than 1 s "produces a very jerky effect" (BBC Subtitle Guidelines 4.5), and
this less LINGER_MS is 1 s."""
SENTENCE, CLAUSE = tuple(".?!…。？！"), tuple(",;:–—，、；：")
CLOSING = "\"'”’»)]}」"
AUDIBLE_MS = 400
"""A pause that counts like the end of a clause."""

ANOTHER = 0.1
"""What a cue costs; what follows are the costs of where it ends and what it holds, by taste."""
IN_A_CLAUSE, AT_A_CLAUSE = 1.0, 0.3
TOO_SHORT = 2.0
SENTENCE_WITHIN = 0.3
FIRST_LONGER = 0.1


@dataclass(frozen=True)
class Cue:
    """One subtitle: its lines, and when it is shown.

    Attributes:
        start_ms, end_ms: when it is shown; the end is after the start.
        lines: at most LINES, each at most LINE columns wide unless it is a single word.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


def cues(words: Sequence[Stretch]) -> list[Cue]:
    """Every word in order, in cues that follow one another: none begins before the one before it ends.

    Words are grouped so that the sum of the costs above is least (dynamic programming over where cues end), between
    pauses of PAUSE_MS, which always part.
    """
    spoken = in_order(words)
    groups: list[list[Stretch]] = []
    begin = 0
    for at in range(1, len(spoken) + 1):
        if at == len(spoken) or spoken[at].start_ms - spoken[at - 1].end_ms >= PAUSE_MS:
            groups += _grouped(spoken[begin:at])
            begin = at
    return _timed(groups)


def in_order(words: Sequence[Stretch]) -> list[Stretch]:
    """The words with times that do not run back: no word begins or ends before the one before it does."""
    found: list[Stretch] = []
    start = end = 0
    for word in words:
        start = max(start, word.start_ms)
        end = max(end, start, word.end_ms)
        found.append(word._replace(start_ms=start, end_ms=end))
    return found


def _grouped(words: Sequence[Stretch]) -> list[list[Stretch]]:
    places = [0]
    """Where each word begins if all stood on one line."""
    for word, after in zip(words, [*words[1:], None], strict=True):
        places.append(places[-1] + cell_len(word.label) + (after is None or not after.glued))
    ends_of = [place + cell_len(word.label) for place, word in zip(places, words, strict=False)]
    ends = [_cost_of_ending(word, after) for word, after in pairwise(words)] + [0.0]
    best, begins = [0.0], [0]
    for stop in range(1, len(words) + 1):
        least, at = float("inf"), stop - 1
        shown_until = words[stop].start_ms if stop < len(words) else words[-1].end_ms + LINGER_MS
        sentences = 0
        for begin in range(stop - 1, -1, -1):
            if begin < stop - 1:
                sentences += _ends_with(words[begin].label, SENTENCE)
                if words[stop - 1].end_ms - words[begin].start_ms > LONGEST_MS or not _fits(
                    places, ends_of, begin, stop
                ):
                    break  # nor will more words fit
            cost = best[begin] + ANOTHER + ends[stop - 1] + SENTENCE_WITHIN * sentences
            cost += TOO_SHORT * (shown_until - words[begin].start_ms < SHORTEST_MS)
            if cost < least:
                least, at = cost, begin
        best.append(least)
        begins.append(at)
    groups = []
    stop = len(words)
    while stop:
        groups.append(list(words[begins[stop] : stop]))
        stop = begins[stop]
    return groups[::-1]


def _fits(places: Sequence[int], ends: Sequence[int], begin: int, stop: int) -> bool:
    """Whether the words from ``begin`` to before ``stop`` fit two lines: as many as can be stand on the first."""
    second = bisect_right(ends, places[begin] + LINE)
    return second >= stop or (second > begin and ends[stop - 1] - places[second] <= LINE)


def _row(words: Sequence[Stretch]) -> str:
    row = ""
    for word, after in zip(words, [*words[1:], None], strict=True):
        row += word.label if after is None or after.glued else f"{word.label} "
    return row


def _cost_of_ending(word: Stretch, after: Stretch) -> float:
    """What it costs to part two words: nothing at the end of a sentence, less after a pause."""
    if _ends_with(word.label, SENTENCE):
        return 0.0
    if _ends_with(word.label, CLAUSE):
        return AT_A_CLAUSE
    heard = min(1.0, max(0, after.start_ms - word.end_ms) / AUDIBLE_MS)
    return IN_A_CLAUSE - (IN_A_CLAUSE - AT_A_CLAUSE) * heard


def _ends_with(label: str, signs: tuple[str, ...]) -> bool:
    return label.rstrip(CLOSING).endswith(signs)


def _timed(groups: Sequence[Sequence[Stretch]]) -> list[Cue]:
    """A cue stays until the next where the gap would be short, else a little longer than it was spoken."""
    starts: list[int] = []
    for group in groups:  # words without a length may all begin at once
        starts.append(max(group[0].start_ms, starts[-1] + 1 if starts else 0))
    found = []
    for at, group in enumerate(groups):
        start, spoken_until = starts[at], max(starts[at] + 1, group[-1].end_ms)
        end = max(spoken_until + LINGER_MS, start + SHORTEST_MS)
        if at + 1 < len(groups):
            end = starts[at + 1] if starts[at + 1] - spoken_until < PAUSE_MS else min(end, starts[at + 1])
        found.append(Cue(start, min(end, start + LONGEST_MS), _lines(group)))
    return found


def _lines(group: Sequence[Stretch]) -> tuple[str, ...]:
    """One line where it will do, else two: broken where a cue would best be, of like lengths, the second longer."""
    whole = _row(group)
    if cell_len(whole) <= LINE or len(group) == 1:
        return (whole,)
    least, lines = float("inf"), ("", "")
    for at in range(1, len(group)):
        first, second = _row(group[:at]), _row(group[at:])
        widths = cell_len(first), cell_len(second)
        if max(widths) > LINE:
            continue
        unlike = abs(widths[0] - widths[1]) / LINE + FIRST_LONGER * (widths[0] > widths[1])
        cost = _cost_of_ending(group[at - 1], group[at]) + unlike
        if cost < least:
            least, lines = cost, (first, second)
    return lines
