"""Why something failed: the closed list of codes that ``errors.reason`` may hold."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where it failed, if not in a table's own rows: those fail in the stage of the table's name."""

    DISCOVER = "discover"
    IDENTIFY = "identify"
    DECODE = "decode"
    SPEECH = "speech"


class Reason(StrEnum):
    """What happened.  The doc of each stands in :data:`MEANING`."""

    NOT_FOUND = "not_found"
    UNREADABLE = "unreadable"
    NOT_A_FILE = "not_a_file"
    NOT_ON_THIS_DISK = "not_on_this_disk"
    CHANGED_WHILE_READ = "changed_while_read"
    EMPTY_FILE = "empty_file"
    NO_AUDIO = "no_audio"
    UNDECODABLE = "undecodable"
    ZERO_SAMPLES = "zero_samples"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    PART_NOT_HEARD = "part_not_heard"
    NON_FINITE = "non_finite"
    BAD_RATE = "bad_rate"
    DECODER_CRASHED = "decoder_crashed"
    DECODER_HUNG = "decoder_hung"
    TOO_LONG = "too_long"
    STOPPED = "stopped"
    TOO_MANY_CHANNELS = "too_many_channels"
    TOO_SHORT = "too_short"
    MODEL_FAILED = "model_failed"
    NON_FINITE_OUTPUT = "non_finite_output"
    OUT_OF_MEMORY = "out_of_memory"
    WORKER_DIED = "worker_died"
    BROKE_A_RULE = "broke_a_rule"
    INTERNAL = "internal"


MEANING: dict[Reason, str] = {
    Reason.NOT_FOUND: "the file was not there when it was to be read",
    Reason.UNREADABLE: "the system refused to read the file (permissions, input/output error)",
    Reason.NOT_A_FILE: "a pipe, a socket, a device or a link loop",
    Reason.NOT_ON_THIS_DISK: "a pointer or a placeholder in its place; the content is kept elsewhere: fetch it",
    Reason.CHANGED_WHILE_READ: "the file was written to, or replaced, while it was read: nothing of it was taken; "
    "the next run reads it again",
    Reason.EMPTY_FILE: "zero bytes",
    Reason.NO_AUDIO: "a container without an audio stream",
    Reason.UNDECODABLE: "no decoder could open the file",
    Reason.ZERO_SAMPLES: "an audio stream that holds no samples",
    Reason.TRUNCATED: "the audio ends before its header says; what was there is kept",
    Reason.CORRUPT: "packets that could not be decoded were left out; the rest is kept",
    Reason.PART_NOT_HEARD: "bytes of the file that may be sound and that no decoder could be given; the rest is kept",
    Reason.NON_FINITE: "samples that were NaN, infinite or beyond 2^32 (full scale is 1) were set to zero",
    Reason.BAD_RATE: "a sampling rate that cannot be brought to that of the models",
    Reason.DECODER_CRASHED: "the decoder crashed; what came before is kept",
    Reason.DECODER_HUNG: "the decoder took far longer than the file's bytes allow and was stopped; the rest is kept",
    Reason.TOO_LONG: "longer than the hours that are heard of a recording; the rest was left out",
    Reason.STOPPED: "the run's time was over, and the file longer than its bytes can hold; what came before is kept",
    Reason.TOO_MANY_CHANNELS: "more channels than can be kept apart; averaging takes any number",
    Reason.TOO_SHORT: "the clip is shorter than the model's shortest input",
    Reason.MODEL_FAILED: "the model raised an error on this clip alone",
    Reason.NON_FINITE_OUTPUT: "the model gave NaN or infinite values for this clip",
    Reason.OUT_OF_MEMORY: "the clip alone did not fit the memory of the device, or the file that of the decoder",
    Reason.WORKER_DIED: "worker processes died over this recording, one after the other (killed, out of memory, hung); "
    "it was left out",
    Reason.BROKE_A_RULE: "rows that the audit found wrong: the recording's rows of the table were taken out",
    Reason.INTERNAL: "an error that Earwitness did not foresee: please report it",
}
