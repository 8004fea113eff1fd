"""Untrained recognisers of the other families: kin of wav2vec 2.0 on waveforms, Conformers on log-mel spectra."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import nn

from demo.untrained.heads import activations, favour, spread
from demo.untrained.sounds import Samples, voices
from demo.untrained.speech import LETTERS, RATE_HZ, WIDTH, letters
from demo.untrained.subwords import TEXT

N_SUBWORDS = 120
MELS = 80
DURATIONS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Kin:
    """A class of the kin of wav2vec 2.0.

    Attributes:
        config, model: names in transformers.
        settings: beside those that all share.
    """

    config: str
    model: str
    settings: dict[str, Any]


_SQUEEZED = {"squeeze_factor": 2, "conv_dim": (32,) * 7, "conv_kernel": (10, 3, 3, 3, 3, 2, 2)}
_SQUEEZED |= {"conv_stride": (5, 2, 2, 2, 2, 2, 2), "feature_layer_norm_eps": 1e-5}
KIN: dict[str, Kin] = {
    "unispeech_ctc": Kin("UniSpeechConfig", "UniSpeechForCTC", {"num_ctc_classes": 80}),
    "unispeech_sat_ctc": Kin("UniSpeechSatConfig", "UniSpeechSatForCTC", {"num_clusters": 20}),
    "data2vec_ctc": Kin(
        "Data2VecAudioConfig", "Data2VecAudioForCTC", {"num_conv_pos_embeddings": 3, "conv_pos_kernel_size": 7}
    ),
    "conformer_ctc": Kin("Wav2Vec2ConformerConfig", "Wav2Vec2ConformerForCTC", {"conv_depthwise_kernel_size": 7}),
    "conformer_rotary_ctc": Kin(
        "Wav2Vec2ConformerConfig",
        "Wav2Vec2ConformerForCTC",
        {"conv_depthwise_kernel_size": 7, "position_embeddings_type": "rotary"},
    ),
    "wav2vec2_adapter_ctc": Kin(
        "Wav2Vec2Config", "Wav2Vec2ForCTC", {"add_adapter": True, "num_adapter_layers": 1, "output_hidden_size": WIDTH}
    ),
    "sew_ctc": Kin("SEWConfig", "SEWForCTC", _SQUEEZED),
    "sew_d_ctc": Kin(
        "SEWDConfig", "SEWDForCTC", {**_SQUEEZED, "feature_layer_norm_eps": 1e-5, "max_position_embeddings": 64}
    ),
}


def kin(name: str, folder: Path) -> None:
    """Write a CTC model of :data:`KIN` over letters, with the front end of wav2vec 2.0."""
    made = KIN[name]
    settings: dict[str, Any] = {
        "hidden_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 2 * WIDTH,
        "conv_dim": (32,) * 7,
        "num_conv_pos_embeddings": 16,
        "num_conv_pos_embedding_groups": 4,
        "initializer_range": 0.15,
    }
    config = getattr(transformers, made.config)(
        **{**settings, **made.settings}, vocab_size=len(LETTERS), pad_token_id=0, bos_token_id=1, eos_token_id=2
    )
    _over_letters(
        getattr(transformers, made.model)(config),
        transformers.Wav2Vec2FeatureExtractor(sampling_rate=RATE_HZ, do_normalize=True),
        folder,
    )


def wav2vec2_bert(folder: Path, adapter: bool = False) -> None:
    """Write a Wav2Vec2-BERT over letters: frames of 20 ms, with an adapter of 40 ms."""
    config = transformers.Wav2Vec2BertConfig(
        vocab_size=len(LETTERS),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * WIDTH,
        feature_projection_input_dim=2 * MELS,
        conv_depthwise_kernel_size=7,
        output_hidden_size=WIDTH,
        initializer_range=0.15,
        add_adapter=adapter,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    _over_letters(
        transformers.Wav2Vec2BertForCTC(config), transformers.SeamlessM4TFeatureExtractor(padding_value=1), folder
    )


def parakeet(folder: Path) -> None:
    """Write a Parakeet with CTC over subwords: frames of 80 ms."""
    tokenizer = _parakeet_tokenizer()
    blank = tokenizer.pad_token_id
    model = transformers.ParakeetForCTC(
        transformers.ParakeetCTCConfig(vocab_size=blank + 1, pad_token_id=blank, encoder_config=_conformer())
    )
    extractor = transformers.ParakeetFeatureExtractor(feature_size=MELS)
    _over_subwords(model, model.ctc_head, extractor, blank, 0.35)
    transformers.ParakeetProcessor(extractor, tokenizer, decoder_type="ctc").save_pretrained(folder)
    model.save_pretrained(folder)


def parakeet_transducer(folder: Path, durations: bool = True) -> None:
    """Write a Parakeet that reads on from what it said: with token durations (TDT), or without (RNN-T)."""
    tokenizer = _parakeet_tokenizer("<blank>")
    blank = tokenizer.convert_tokens_to_ids("<blank>")
    settings: dict[str, Any] = {
        "vocab_size": blank + 1,
        "blank_token_id": blank,
        "pad_token_id": tokenizer.pad_token_id,
        "decoder_hidden_size": WIDTH,
        "num_decoder_layers": 1,
        "encoder_config": _conformer(),
    }
    model: Any
    if durations:
        model = transformers.ParakeetForTDT(transformers.ParakeetTDTConfig(**settings, durations=DURATIONS))
    else:
        model = transformers.ParakeetForRNNT(transformers.ParakeetRNNTConfig(**settings))
    model.generation_config.decoder_start_token_id = blank
    if durations:  # `generate` takes the likeliest of all that the head gives
        model.generation_config.suppress_tokens = list(range(blank + 1, blank + 1 + len(DURATIONS)))
    extractor = transformers.ParakeetFeatureExtractor(feature_size=MELS)
    _spread_encoder(model, extractor)
    head = model.joint.head
    rows = _read(model, extractor, head)
    spread(head, rows, gain=3.0, directions=12)
    with torch.no_grad():
        head.bias[: blank + 1][list(tokenizer.all_special_ids)] = -50.0
        head.bias[blank] = 0.0
    only = nn.Linear(head.in_features, blank + 1)
    with torch.no_grad():
        only.weight.copy_(head.weight[: blank + 1])
        only.bias.copy_(head.bias[: blank + 1])
        favour(only, rows, blank, share=0.5)
        head.bias[: blank + 1] = only.bias
        if durations:
            head.bias[blank + 1] -= 6.0  # of no frames at all: not too often
    kind = "tdt" if durations else "rnnt"
    transformers.ParakeetProcessor(extractor, tokenizer, decoder_type=kind).save_pretrained(folder)
    model.save_pretrained(folder)


def granite(folder: Path) -> None:
    """Write a Granite Speech with CTC over subwords: frames of 80 ms.  Its processor needs torchaudio; its file not."""
    tokenizer = _parakeet_tokenizer()
    blank = tokenizer.pad_token_id
    encoder = {
        "vocab_size": blank + 1,
        "hidden_size": WIDTH,
        "intermediate_size": 2 * WIDTH,
        "num_hidden_layers": 4,
        "num_attention_heads": 2,
        "num_mel_bins": MELS,
        "max_position_embeddings": 32,
        "context_size": 16,
        "initializer_range": 0.15,
    }
    model = transformers.GraniteSpeech5ForCTC(
        transformers.GraniteSpeech5CTCConfig(vocab_size=blank + 1, pad_token_id=blank, encoder_config=encoder)
    )
    from transforms.models.spectra import GraniteSpeech5FeatureExtractor

    extractor = GraniteSpeech5FeatureExtractor()
    _over_subwords(model, model.ctc_head, extractor, blank, 0.35)
    tokenizer.save_pretrained(folder)
    settings = {**vars(extractor), "feature_extractor_type": type(extractor).__name__, "feature_size": 4 * MELS}
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    model.save_pretrained(folder)


def lasr(folder: Path) -> None:
    """Write a LASR with CTC over subwords: frames of 40 ms."""
    words = " ".join(TEXT.split())
    trained = _subwords(models.Unigram(), trainers.UnigramTrainer(vocab_size=80, show_progress=False), words)
    pieces = json.loads(trained.to_str())["model"]["vocab"]
    marks = [["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0]]
    tokenizer = transformers.LasrTokenizer(vocab=[tuple(one) for one in marks + pieces], extra_ids=0)
    model: Any = transformers.LasrForCTC(
        transformers.LasrCTCConfig(
            vocab_size=len(tokenizer),
            pad_token_id=0,
            encoder_config={
                "hidden_size": WIDTH,
                "num_hidden_layers": 2,
                "num_attention_heads": 2,
                "intermediate_size": 2 * WIDTH,
                "num_mel_bins": 128,
                "conv_kernel_size": 8,
                "subsampling_conv_channels": 32,
                "initializer_range": 0.15,
            },
        )
    )
    extractor = transformers.LasrFeatureExtractor()
    _over_subwords(model, model.ctc_head, extractor, 0, 0.5)
    with torch.no_grad():
        model.ctc_head.bias[1:3] = -50.0
    transformers.LasrProcessor(extractor, tokenizer).save_pretrained(folder)
    model.save_pretrained(folder)


def _conformer() -> dict[str, Any]:
    return {
        "hidden_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 2 * WIDTH,
        "num_mel_bins": MELS,
        "subsampling_conv_channels": 32,
        "initializer_range": 0.15,
    }


def _over_letters(model: Any, extractor: Any, folder: Path) -> None:
    _settle_norms(model)
    rows = _heard(model, model.lm_head, extractor)
    spread(model.lm_head, rows, gain=4.0, directions=12)
    with torch.no_grad():
        model.lm_head.bias[1:4] = -50.0  # <s>, </s> and <unk> are never said
    favour(model.lm_head, rows, LETTERS.index("|"), share=0.2)
    favour(model.lm_head, rows, LETTERS.index("<pad>"), share=0.6)
    letters().save_pretrained(folder)
    extractor.save_pretrained(folder)
    model.save_pretrained(folder)


def _over_subwords(model: Any, head: Any, extractor: Any, blank: int, share: float) -> None:
    """Fit the head, which may be a convolution of width 1 in the place of a linear layer."""
    _settle_norms(model)
    linear = nn.Linear(head.weight.shape[1], head.weight.shape[0])
    rows = _heard(model, linear, extractor, model.encoder)
    spread(linear, rows, gain=4.0, directions=12)
    favour(linear, rows, blank, share=share)
    with torch.no_grad():
        head.weight.copy_(linear.weight.reshape(head.weight.shape))
        head.bias.copy_(linear.bias)


def _settle_norms(model: Any) -> None:
    """Batch norms with numbers of their own, as training leaves them: a running mean of 0 would hide a mistake."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d):
            for numbers, low, high in ((module.running_mean, -0.5, 0.5), (module.running_var, 0.5, 1.5)):
                assert numbers is not None
                nn.init.uniform_(numbers, low, high)


def _spread_encoder(model: Any, extractor: Any) -> None:
    _settle_norms(model)
    projector = model.encoder_projector
    spread(projector, _heard(model, projector, extractor, model.encoder), gain=1.5, directions=16)


def _heard(model: Any, head: nn.Linear, extractor: Any, encoder: Any = None) -> torch.Tensor:
    """What arrives at the head; with ``encoder`` what that gives, where the head hangs elsewhere."""
    model.eval()
    heard: list[torch.Tensor] = []
    for sound in voices(RATE_HZ, 8, 3.0, seed=1):
        inputs = _inputs(extractor, sound)
        with torch.inference_mode():
            if encoder is not None:
                heard.append(encoder(**inputs).last_hidden_state.reshape(-1, head.in_features))
            else:
                heard.append(activations(head, [inputs], lambda given: model(**given)))
    return torch.cat(heard).clone()


def _read(model: Any, extractor: Any, head: nn.Linear) -> torch.Tensor:
    """What arrives at the head of a transducer behind tokens at random."""

    def hear(sound: Samples) -> object:
        inputs = _inputs(extractor, sound)
        frames = model.get_audio_features(**inputs).pooler_output
        tokens = torch.randint(model.config.vocab_size, (frames.shape[1], 1))
        return model.joint(decoder_hidden_states=model.decoder(tokens)[:, 0], encoder_hidden_states=frames[0])

    return activations(head, voices(RATE_HZ, 8, 3.0, seed=1), hear)


def _inputs(extractor: Any, sound: Samples) -> dict[str, torch.Tensor]:
    if callable(extractor):
        return dict(extractor(sound, sampling_rate=RATE_HZ, return_tensors="pt", return_attention_mask=True))
    from transforms.models.spectra import spectra_of

    made = spectra_of([sound], extractor, torch.device("cpu"))
    return {"input_features": made.features, "attention_mask": torch.ones(made.features.shape[:2])}


def _parakeet_tokenizer(*more: str) -> Any:
    """Subwords of the text, then <unk>, <pad> and what else is asked for."""
    text = " ".join(TEXT.split())
    trainer = trainers.BpeTrainer(vocab_size=N_SUBWORDS, special_tokens=["<unk>"], show_progress=False)
    trained = _subwords(models.BPE(unk_token="<unk>"), trainer, text)
    tokenizer = transformers.ParakeetTokenizer(tokenizer_object=trained, unk_token="<unk>", pad_token="<pad>")
    if more:
        tokenizer.add_tokens(list(more), special_tokens=True)
    return tokenizer


def _subwords(model: Any, trainer: Any, text: str) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer
