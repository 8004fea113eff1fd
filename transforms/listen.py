"""One recording, decoded once, block by block, into windows, segments and clips."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace

from schemas.reasons import Reason, Stage
from schemas.records import Problem, Recording, Source, Target
from transforms.audio.speech import SpeechDetector
from transforms.beside.content import holds
from transforms.beside.state import State
from transforms.decode.audio import open_audio
from transforms.decode.facts import NO_FACTS, Facts, read_facts
from transforms.decode.sound_hash import sound_of_tracks
from transforms.decode.tries import Tries
from transforms.ears import Event, Listening, Progress
from transforms.heard import Heard
from transforms.pool import Pool
from transforms.tracks import HeardTrack, Listener, Opener, of_all

__all__ = ["Event", "FactsOf", "Listening", "Opener", "Progress", "listen"]

NOTHING_TO_HEAR = frozenset({Reason.NO_AUDIO, Reason.ZERO_SAMPLES})

FactsOf = Callable[[Target], Facts]


def listen(
    recording: Recording,
    wanted: Listening,
    detector: SpeechDetector | None,
    opened: Opener = open_audio,
    until: float | None = None,
    facts: FactsOf = read_facts,
    pool: Pool | None = None,
) -> Generator[Event, None, None]:
    """Everything that a recording holds, in the order of time, in memory that its length does not shape.

    A segment comes before the clips that are cut from it.  The last event is :class:`Heard`,
    whatever happened; a :class:`Problem` says what did.  Of several files with this content the first that gives a
    sample is heard; see :class:`transforms.decode.tries.Tries`.

    Args:
        detector: finds the speech; needed where ``wanted.speech`` is set.
        opened: opens the file: in this process, or as :meth:`transforms.decode.guard.Decoder.open` in another.
        until: seconds since 1970 after which a recording that is longer than its bytes can hold is ended.
        facts: reads what the header says of a recording: in this process, or as
            :meth:`transforms.decode.guard.Decoder.facts` in another.
        pool: see :class:`transforms.ears.Ears`.
    """
    tries, listener = Tries(), Listener(recording, wanted, detector, opened, until, pool)
    known = NO_FACTS
    for source in tries.of(recording.sources):
        content = source.content or recording.recording_id
        if changed := changes(source, content):
            problem = Problem(Stage.DECODE, Reason.CHANGED_WHILE_READ, f"since its content was hashed, {changed}")
            tries.failed(problem, None)
            continue
        first = yield from listener.take(source)
        others: list[HeardTrack] = []
        if first.is_heard:
            known = _known(facts, source.target)
            yield from listener.finish(first)
            others = yield from listener.others(source, first)
        if changed := changes(source, content):
            problem = Problem(Stage.DECODE, Reason.CHANGED_WHILE_READ, f"while it was decoded, {changed}")
            if first.is_heard:
                yield problem
                yield Heard("failed")  # without an id its rows, which may be of both states, are of no recording
                return
            first.problems = [problem]
        elif first.is_heard:
            break
        tries.failed(first.problems[0], first.audio.format if first.audio else None)
    else:
        yield tries.told
        silent = tries.told.reason in NOTHING_TO_HEAR
        yield Heard("no_audio" if silent else "failed", tries.format)
        return
    tracks = [first, *others]
    problems = [problem for track in tracks for problem in track.problems]
    yield from problems
    status = "partial" if problems else "complete"
    told = [
        track.ears.heard(status, track.audio.timing, known)
        for track in tracks
        if track.ears is not None and track.audio is not None and track.is_heard
    ]
    sound = sound_of_tracks([track.sound_hash for track in tracks])
    yield replace(of_all(told), all_tracks=bool(others), sound_hash=sound)


def changes(source: Source, content: str) -> str | None:
    """What happened to a file since its content was hashed, in words; None where it holds the same.

    Args:
        content: the hash of its bytes.
    """
    changed: list[str] = []
    for file in source.files:
        was = State.kept(file)
        try:
            now = State.at(file.path)
        except (OSError, ValueError):
            continue  # it is gone: what was read was whole, what was not read the decoder tells
        if was is None or now == was:
            continue
        if now.bytes != was.bytes:  # a recorder that writes on: no need to read it all
            return was.told(now)
        changed.append(was.told(now))
    return None if not changed or holds(source.target, content) else changed[0]


def _known(facts: FactsOf, path: Target) -> Facts:
    try:
        return facts(path)
    except Exception:  # a header that nobody foresaw: the sound is heard all the same
        return NO_FACTS
