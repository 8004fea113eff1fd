"""Which classes of transformers are opened, and what kind of model each is."""

from __future__ import annotations

KINDS: dict[str, str] = {
    "Wav2Vec2ForCTC": "ctc",
    "HubertForCTC": "ctc",
    "WavLMForCTC": "ctc",
    "WhisperForConditionalGeneration": "whisper",
    "Wav2Vec2ForSequenceClassification": "classifier",
    "HubertForSequenceClassification": "classifier",
    "WavLMForSequenceClassification": "classifier",
    "ASTForAudioClassification": "classifier",
    "ClapModel": "embedder",
    "WavLMForXVector": "xvector",
    "Wav2Vec2ForXVector": "xvector",
}
"""The kind of each class that is opened, by the name that stands in a config's ``architectures``;
:data:`schemas.jobs.JOBS` says which kinds do a job."""
