"""The untrained checkpoint that stands in for each job's base checkpoint, by the names in ``WRITERS``."""

DEMO_SET = {
    "transcripts": "wav2vec2_ctc",
    "languages": "wav2vec2_languages",
    "emotions": "hubert_emotion",
    "dimensions": "wav2vec2_dimensions",
    "sounds": "ast_sounds",
    "embeddings": "clap",
    "speakers": "wavlm_xvector",
}
