"""Which classes of transformers are opened, and what kind of model each is."""

from __future__ import annotations

KINDS: dict[str, str] = {
    "Wav2Vec2ForCTC": "ctc",
    "HubertForCTC": "ctc",
    "WavLMForCTC": "ctc",
    "UniSpeechForCTC": "ctc",
    "UniSpeechSatForCTC": "ctc",
    "Data2VecAudioForCTC": "ctc",
    "Wav2Vec2ConformerForCTC": "ctc",
    "SEWForCTC": "ctc",
    "SEWDForCTC": "ctc",
    "Wav2Vec2BertForCTC": "ctc",
    "ParakeetForCTC": "ctc",
    "GraniteSpeech5ForCTC": "ctc",
    "LasrForCTC": "ctc",
    "ParakeetForTDT": "transducer",
    "ParakeetForRNNT": "transducer",
    "WhisperForConditionalGeneration": "whisper",
    "Wav2Vec2ForSequenceClassification": "classifier",
    "HubertForSequenceClassification": "classifier",
    "WavLMForSequenceClassification": "classifier",
    "ASTForAudioClassification": "classifier",
    "Wav2Vec2ForSpeechClassification": "regressor",
    "HubertForSpeechClassification": "regressor",
    "WavLMForSpeechClassification": "regressor",
    "EmotionModel": "regressor",  # as the card of audeering's checkpoint calls the class, so those who train on save it
    "ClapModel": "embedder",
    "WavLMForXVector": "xvector",
    "Wav2Vec2ForXVector": "xvector",
}
"""The kind of each class that is opened, by the name that stands in a config's ``architectures``;
:data:`schemas.jobs.JOBS` says which kinds do a job."""

_NO_TIMES = "it gives a text without the times of its words"
_STREAM = "it hears a stream in steps, with a cache from one to the next"
_DIALOGUE = "it answers a prompt as a language model does, and gives no times of words"

NOT_OPENED: dict[str, str] = {
    "MoonshineForConditionalGeneration": _NO_TIMES,
    "MoonshineStreamingForConditionalGeneration": _NO_TIMES,
    "CanaryForConditionalGeneration": _NO_TIMES,
    "CohereAsrForConditionalGeneration": _NO_TIMES,
    "Speech2TextForConditionalGeneration": _NO_TIMES,
    "SpeechEncoderDecoderModel": _NO_TIMES,
    "SpeechT5ForSpeechToText": _NO_TIMES,
    "SeamlessM4TForSpeechToText": _NO_TIMES,
    "SeamlessM4Tv2ForSpeechToText": _NO_TIMES,
    "FunAsrNanoForConditionalGeneration": _DIALOGUE,
    "GraniteSpeechForConditionalGeneration": _DIALOGUE,
    "GraniteSpeechPlusForConditionalGeneration": _DIALOGUE,
    "Qwen3ASRForConditionalGeneration": _DIALOGUE,
    "VibeVoiceAsrForConditionalGeneration": _DIALOGUE,
    "VoxtralForConditionalGeneration": _DIALOGUE,
    "VoxtralRealtimeForConditionalGeneration": _STREAM,
    "KyutaiSpeechToTextForConditionalGeneration": _STREAM,
    "NemotronAsrStreamingForRNNT": _STREAM,
    "Nemotron3_5AsrForRNNT": _STREAM,
    "DiaForConditionalGeneration": "it makes speech of text",
    "VibeVoiceForConditionalGeneration": "it makes speech of text",
    "Pop2PianoForConditionalGeneration": "it makes notes of music",
}
"""Why a class of transformers that is made for speech is not opened, by its name."""
