"""What a worker needs, imported once for all of them."""

PRELOAD = (
    "pipelines.run.beam",
    "pipelines.run.at_work",
    "transforms.models.modeling",
    "transformers.models.auto.modeling_auto",
    "transforms.models.classifier",
    "transforms.models.ctc",
    "transforms.models.embedder",
    "transforms.models.xvector",
    "silero_vad",
)
