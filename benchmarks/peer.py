"""faster-whisper, and forced alignment, as programs that answer lines: run by whatever interpreter has them.

Nothing of this project is imported, because that interpreter need not have it: ``PYTHON -I benchmarks/peer.py``.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import wave
from collections.abc import Callable
from typing import Any

LEAD_S = 0.3
"""Of faint noise before a clip that is aligned: without it the first word begins where the clip does."""


def serve(answer: Callable[[dict[str, Any]], Any]) -> None:
    """Answer each line of JSON on standard input by one on standard output, until there are no more.

    What libraries print goes to standard error.
    """
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=out, flush=True)


def measured(hear: Callable[[list[str]], list[Any]], paths: list[str]) -> dict[str, Any]:
    """What was heard in each file, and the seconds that it took: of the clock, and of all threads of this process."""
    began, cpu = time.perf_counter(), time.process_time()
    said = hear(paths)
    return {"seconds": time.perf_counter() - began, "core_seconds": time.process_time() - cpu, "said": said}


def whisper(folder: str, precision: str, batch: int, beam: int, threads: int) -> None:
    """Serve faster-whisper: of each file its text, and each word with its start in seconds.

    Args:
        precision: as CTranslate2 names it.
        batch: passes at once; 0 for one after the other, each told what was said before.
        beam: sentences that are followed at once.
    """
    import faster_whisper

    model: Any = faster_whisper.WhisperModel(folder, device="cpu", compute_type=precision, cpu_threads=threads)
    if batch:
        model, more = faster_whisper.BatchedInferencePipeline(model), {"batch_size": batch}
    else:
        more = {}

    def heard(path: str) -> dict[str, Any]:
        segments, _ = model.transcribe(path, language="en", word_timestamps=True, beam_size=beam, **more)
        parts = list(segments)
        words = [[word.word, word.start] for part in parts for word in part.words or ()]
        return {"text": " ".join(part.text for part in parts), "words": words}

    name = f"faster-whisper {faster_whisper.__version__}"
    serve(lambda asked: {"name": name, **measured(lambda paths: [heard(path) for path in paths], asked["paths"])})


def align() -> None:
    """Serve forced alignment by PocketSphinx: the start of each word of a clip in seconds.

    It is given 16 kHz mono WAV.  None where it does not know a word, or finds no way through the clip.
    """
    import pocketsphinx

    decoder = pocketsphinx.Decoder(loglevel="FATAL")

    def starts(path: str, words: list[str]) -> list[float] | None:
        if not words or any(decoder.lookup_word(word) is None for word in words):
            return None
        with wave.open(path) as file:
            samples = file.readframes(file.getnframes())
        noise = bytes(b for i in range(round(LEAD_S * 16_000)) for b in ((i * 7919 % 9) % 5, 0))
        decoder.set_align_text(" ".join(words))
        decoder.start_utt()
        decoder.process_raw(noise + samples + noise, full_utt=True)
        decoder.end_utt()
        found = [(re.sub(r"\(\d+\)$", "", s.word), s.start_frame) for s in decoder.seg() or ()]
        spoken = [(word, frame) for word, frame in found if word[0] not in "<["]
        if [word for word, _ in spoken] != words:
            return None
        return [max(0.0, frame / 100 - LEAD_S) for _, frame in spoken]

    serve(lambda asked: [starts(path, words) for path, words in asked["clips"]])


if __name__ == "__main__":
    if sys.argv[1] == "align":
        align()
    else:
        whisper(*sys.argv[2:4], *map(int, sys.argv[4:]))  # type: ignore[arg-type]
