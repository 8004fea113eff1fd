"""What is published of the checkpoints that Earwitness names: languages, licence, size and word error rate.

A figure that was not found published is None, and a licence that a card does not state is empty; nothing is guessed.
Cards change: what the card of a checkpoint on this machine says counts, and these are for before it is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tried = Literal["itself", "a sibling", "its size", "its class"]
"""What of a checkpoint has been run here: its own weights; published weights of a smaller one of its makers and class;
random weights in its own shape, which say how fast it is and what memory it takes; or only its class, small and with
random weights, held against the class called by hand.  Only the first says how well it hears."""

LEADERBOARD = "Open ASR Leaderboard, March 2026"
"""The mean of eight English sets: AMI, Earnings-22, GigaSpeech, LibriSpeech (two), SPGISpeech, TED-LIUM, VoxPopuli."""


@dataclass(frozen=True)
class Card:
    """A checkpoint, as its card and the files beside it described it in November 2026.

    Attributes:
        name: on the Hugging Face Hub; ``https://huggingface.co/NAME`` is where licence, languages and sizes were read.
        languages: that it was made for, in words.
        licence: as the head of its card names it (``cc-by-4.0``); empty where it names none.
        millions: of parameters.
        megabytes: of the file of weights that is fetched, millions of bytes.
        word_errors: word error rate in English, in percent.
        measured_by: who published that rate.
        tried: what of it has been run here.
        gated: whether the Hub gives it out only to those who accept its terms there.
    """

    name: str
    languages: str
    licence: str
    millions: float | None = None
    megabytes: int | None = None
    word_errors: float | None = None
    measured_by: str = ""
    tried: Tried = "its class"
    gated: bool = False

    @property
    def memory_megabytes(self) -> int | None:
        """What its weights take in fp32, 4 bytes each; what it computes with comes on top of that."""
        return None if self.millions is None else round(self.millions * 4)


CARDS: dict[str, Card] = {
    card.name: card
    for card in (
        Card(
            "facebook/wav2vec2-base-960h",
            languages="English, read aloud",
            licence="apache-2.0",
            millions=94.4,
            megabytes=378,
            word_errors=29.4,
            measured_by=LEADERBOARD,
            tried="its size",
        ),
        Card(
            "openai/whisper-tiny.en",
            languages="English",
            licence="apache-2.0",
            millions=39,
            megabytes=151,
            tried="itself",
        ),
        Card(
            "openai/whisper-base.en",
            languages="English",
            licence="apache-2.0",
            millions=74,
            megabytes=290,
            word_errors=10.3,
            measured_by=LEADERBOARD,
            tried="a sibling",
        ),
        Card(
            "openai/whisper-small",
            languages="99 languages",
            licence="apache-2.0",
            millions=244,
            tried="a sibling",
        ),
        Card(
            "openai/whisper-large-v3-turbo",
            languages="99 languages",
            licence="mit",
            millions=809,
            megabytes=1620,
            word_errors=7.8,
            measured_by=LEADERBOARD,
            tried="a sibling",
        ),
        Card(
            "openai/whisper-large-v3",
            languages="99 languages",
            licence="apache-2.0",
            millions=1550,
            megabytes=3090,
            tried="a sibling",
        ),
        Card(
            "nvidia/parakeet-tdt-0.6b-v3",
            languages="25 European languages",
            licence="cc-by-4.0",
            millions=600,
            word_errors=6.3,
            measured_by=LEADERBOARD,
        ),
        Card(
            "nvidia/parakeet-ctc-1.1b",
            languages="English",
            licence="cc-by-4.0",
            millions=1100,
            megabytes=4250,
        ),
        Card(
            "ibm-granite/granite-speech-5.0-470m-turboctc",
            languages="English",
            licence="apache-2.0",
            millions=470,
            word_errors=5.0,
            measured_by="its makers, on the public sets of the Open ASR Leaderboard",
        ),
        Card(
            "nyrahealth/CrisperWhisper",
            languages="English, German",
            licence="cc-by-nc-4.0",
            millions=1550,
            word_errors=6.7,
            measured_by=LEADERBOARD,
            gated=True,
        ),
        Card(
            "superb/hubert-base-superb-er",
            languages="English, acted (IEMOCAP)",
            licence="apache-2.0",
            millions=94.6,
            megabytes=378,
            tried="its size",
        ),
        Card(
            "MIT/ast-finetuned-audioset-10-10-0.4593",
            languages="none needed; the classes of AudioSet",
            licence="bsd-3-clause",
            millions=86.6,
            megabytes=346,
            tried="its size",
        ),
        Card(
            "laion/clap-htsat-unfused",
            languages="texts in English",
            licence="apache-2.0",
            millions=153.8,
            megabytes=615,
            tried="its size",
        ),
        Card(
            "microsoft/wavlm-base-plus-sv",
            languages="English",
            licence="",
            millions=101.2,
            megabytes=405,
            tried="its size",
        ),
        Card(
            "facebook/mms-lid-126",
            languages="126 languages",
            licence="cc-by-nc-4.0",
            millions=965,
            megabytes=3860,
        ),
        Card(
            "audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim",
            languages="English",
            licence="cc-by-nc-sa-4.0",
            millions=165.3,
            megabytes=661,
            tried="its size",
        ),
    )
}
"""By their names on the Hub."""
