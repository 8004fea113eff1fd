"""An untrained Whisper that begins with a timestamp, says a few subwords, and stops."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from transformers import (
    GenerationConfig,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperTokenizer,
)
from transformers.models.whisper.tokenization_whisper import LANGUAGES, TASK_IDS

from demo.untrained.sounds import voices
from demo.untrained.subwords import byte_pairs

WIDTH = 64
N_SUBWORDS = 400
TEXT_POSITIONS = 64
LATEST_START = 50  # the first time that is said is at most this many steps of 20 ms
STRIDE = 10  # encoder frames of 20 ms from one subword to the next
# The slowest sinusoids, which tell positions apart the least, make room for these (see `_end_soon`).
CLOCK, FLAG, OFFSET = WIDTH // 2 - 1, WIDTH - 1, WIDTH - 2
# Whisper marks times each 20 ms from <|0.00|> to <|30.00|>.
TIMES = tuple(f"<|{step * 0.02:.2f}|>" for step in range(1501))


def whisper(folder: Path) -> None:
    """Write a multilingual Whisper with 80 mels, 30 s of input and the special tokens in Whisper's order."""
    tokenizer = _tokenizer()
    ids = tokenizer.get_vocab()
    end, start = ids["<|endoftext|>"], ids["<|startoftranscript|>"]
    model = WhisperForConditionalGeneration(
        WhisperConfig(
            vocab_size=len(tokenizer),
            d_model=WIDTH,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=2 * WIDTH,
            decoder_ffn_dim=2 * WIDTH,
            max_target_positions=TEXT_POSITIONS,
            init_std=0.2,
            pad_token_id=end,
            bos_token_id=end,
            eos_token_id=end,
            decoder_start_token_id=start,
            begin_suppress_tokens=None,
        )
    )
    _listen_onwards(model)
    _end_soon(model, end, ids["<|0.00|>"])
    _vary(model, end)
    inside = [number for number in range(end) if not tokenizer.decode([number]).startswith(" ")]
    with torch.no_grad():
        model.model.decoder.embed_tokens.weight[inside] *= 0.6  # said less often than a word's beginning
    model.generation_config = _generation(tokenizer, end, start)
    WhisperFeatureExtractor().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)


def _listen_onwards(model: WhisperForConditionalGeneration) -> None:
    """Let the n-th subword attend to what sounds at about n times `STRIDE` encoder frames.

    The encoder's positions are sinusoids. The decoder gets the same ones, `STRIDE` apart, and queries and keys of the
    cross-attention compare the two: the attention then moves forwards, and times of words can be read from it. What
    else the layers add is turned down, so that it does not drown the positions.
    """
    encoder, decoder = model.model.encoder, model.model.decoder
    half = WIDTH // 2
    # Sinusoids lie as all sines, then all cosines: both of one frequency go to the same head.
    order = torch.arange(WIDTH).reshape(2, half).T.flatten()
    with torch.no_grad():
        encoder.conv2.weight *= 0.3
        for layer in encoder.layers:
            layer.self_attn.out_proj.weight *= 0.2
            layer.fc2.weight *= 0.2
        frames = encoder.embed_positions.weight[: STRIDE * TEXT_POSITIONS : STRIDE]
        decoder.embed_positions.weight.copy_(frames)
        for layer in decoder.layers:
            layer.self_attn.out_proj.weight *= 0.2
            for projection in (layer.encoder_attn.q_proj, layer.encoder_attn.k_proj):
                projection.weight.copy_(4.0 * torch.eye(WIDTH)[order])


def _vary(model: WhisperForConditionalGeneration, n_subwords: int) -> None:
    """Centre what the decoder hands to the output embeddings, so that no subword wins everywhere."""
    model.eval()
    extractor = WhisperFeatureExtractor()
    norm = model.model.decoder.layer_norm
    rows: list[Tensor] = []
    hook = norm.register_forward_hook(lambda *passing: rows.append(passing[-1].reshape(-1, WIDTH)))
    with torch.no_grad():
        for sound in voices(extractor.sampling_rate, 6, 4.0, seed=6):
            features = extractor(sound, sampling_rate=extractor.sampling_rate, return_tensors="pt").input_features
            model(input_features=features, decoder_input_ids=torch.randint(n_subwords, (1, 24)))
        hook.remove()
        mean = torch.cat(rows).mean(dim=0)
        mean[[CLOCK, FLAG, OFFSET]] = 0.0
        norm.bias -= mean


def _end_soon(model: WhisperForConditionalGeneration, end: int, first_time: int) -> None:
    """Let a time follow some fifteen subwords, and the end follow that time.

    Three dimensions of the decoder are set apart. In `CLOCK` the positions count up, and the output embeddings of
    times and end read it. In `FLAG` a time that was read raises the end: it has to outweigh all times together, else
    generation takes another time. `OFFSET` is constant: it keeps the times at which a text may start for the start,
    since they raise no flag, or the text would end at once.
    """
    decoder = model.model.decoder
    embedding, positions = decoder.embed_tokens.weight, decoder.embed_positions.weight
    with torch.no_grad():
        for layer in decoder.layers:
            for writer in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
                writer.weight[[CLOCK, FLAG, OFFSET]] = 0.0
        positions[:, CLOCK] = 0.3 * (torch.arange(TEXT_POSITIONS) - 22)
        positions[:, FLAG] = 0.0
        # Embeddings are both what is read and what reads. The last norm makes the clock loud, so that a time that is
        # read need not move it much; the flag is raised high, to stand out from what the norm's centring adds to it.
        decoder.layer_norm.weight[[CLOCK, FLAG, OFFSET]] = torch.tensor([8.0, 2.0, 0.0])
        decoder.layer_norm.bias[OFFSET] = 10.0
        embedding[:, [CLOCK, FLAG, OFFSET]] = 0.0
        embedding[first_time:] *= 0.3
        embedding[first_time : first_time + LATEST_START + 1, OFFSET] = -1.0
        embedding[first_time + LATEST_START + 1 :, [CLOCK, FLAG]] = torch.tensor([1.0, 4.0])
        embedding[end, [CLOCK, FLAG]] = torch.tensor([3.0, 14.0])


def _generation(tokenizer: WhisperTokenizer, end: int, start: int) -> GenerationConfig:
    ids = tokenizer.get_vocab()
    subwords = {number: tokenizer.decode([number]) for number in range(end)}
    return GenerationConfig(
        alignment_heads=[[0, 0], [0, 1]],
        begin_suppress_tokens=[end],
        bos_token_id=end,
        decoder_start_token_id=start,
        eos_token_id=end,
        forced_decoder_ids=None,
        is_multilingual=True,
        lang_to_id={f"<|{code}|>": ids[f"<|{code}|>"] for code in _codes()},
        max_initial_timestamp_index=LATEST_START,
        max_length=TEXT_POSITIONS,
        no_timestamps_token_id=ids["<|notimestamps|>"],
        pad_token_id=end,
        prev_sot_token_id=ids["<|startofprev|>"],
        return_timestamps=False,
        # Bytes that are no letters make no words.
        suppress_tokens=[number for number, text in subwords.items() if not text.strip().isalpha()]
        + list(range(start, ids["<|notimestamps|>"])),
        task_to_id={task: ids[f"<|{task}|>"] for task in TASK_IDS},
    )


def _codes() -> list[str]:
    """The 99 languages of the multilingual checkpoints before large-v3, which added Cantonese."""
    return [code for code in LANGUAGES if code != "yue"]


def _tokenizer() -> WhisperTokenizer:
    subwords, merges = byte_pairs(N_SUBWORDS)
    tokenizer = WhisperTokenizer(vocab=subwords, merges=merges)
    marks = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in _codes())]
    marks += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    tokenizer.add_special_tokens({"additional_special_tokens": marks})
    tokenizer.add_tokens(list(TIMES))
    return tokenizer
