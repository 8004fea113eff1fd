"""The words of a sentence as flite times them: its library tells of phones what its command tells without the words."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from ctypes.util import find_library
from functools import cache
from typing import Any

START = b"R:Token.daughter1.R:SylStructure.daughter1.daughter1.R:Segment.p.end"
END = b"R:Token.daughtern.R:SylStructure.daughtern.daughtern.R:Segment.end"
"""From a token to its first word's first syllable's first phone (its start is the end of the one before), and last."""


class _Voice(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))  # and more, which we do not touch


class _Wave(ctypes.Structure):
    _fields_ = (("type", ctypes.c_char_p), ("sample_rate", ctypes.c_int), ("num_samples", ctypes.c_int))  # and more


def word_times(voice: str, features: Mapping[str, float], text: str) -> tuple[list[tuple[str, float, float]], int]:
    """Each token of ``text`` without its marks, its start and end in seconds of the sound, and the sound's samples.

    A token is what stands between blanks; it ends with its last phone.  The times are those that flite plans by; the
    diphone voice (kal16) keeps them to within some 20 ms, the others to a frame of 5 ms.

    Raises RuntimeError where the library or the voice is missing.
    """
    flite = _library("flite")
    register = getattr(_library(f"flite_cmu_us_{voice}"), f"register_cmu_us_{voice}")
    register.restype = ctypes.POINTER(_Voice)
    flite.flite_init()
    speaker = register(None)
    for name, value in features.items():
        flite.flite_feat_set_float(ctypes.c_void_p(speaker.contents.features), _lasting(name), ctypes.c_float(value))

    synthesise = _returns(flite.flite_synth_text, ctypes.c_void_p)
    relation = _returns(flite.utt_relation, ctypes.c_void_p)
    head = _returns(flite.relation_head, ctypes.c_void_p)
    following = _returns(flite.item_next, ctypes.c_void_p)
    string = _returns(flite.flite_ffeature_string, ctypes.c_char_p)
    number = _returns(flite.flite_ffeature_float, ctypes.c_float)
    wave = _returns(flite.utt_wave, ctypes.POINTER(_Wave))

    utterance = ctypes.c_void_p(synthesise(text.encode(), speaker))
    words = []
    token = ctypes.c_void_p(head(ctypes.c_void_p(relation(utterance, b"Token"))))
    while token:
        words.append((string(token, b"name").decode(), number(token, START), number(token, END)))
        token = ctypes.c_void_p(following(token))
    samples = int(wave(utterance).contents.num_samples)
    flite.delete_utterance(utterance)
    return words, samples


@cache
def _lasting(name: str) -> bytes:
    """The name of a feature where it stays: flite keeps the address, not the letters."""
    return name.encode()


def _library(name: str) -> ctypes.CDLL:
    path = find_library(name)
    if path is None:
        raise RuntimeError(f"flite's library lib{name} is not installed")
    return ctypes.CDLL(path)


def _returns(function: Any, kind: Any) -> Any:
    function.restype = kind
    return function
