"""Finding checkpoints, naming them, and refusing what would give random numbers."""

from __future__ import annotations

import hashlib
import json
import os
import shutil

import huggingface_hub.constants
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from transforms.models.checkpoint import Checkpoint, ModelError, parse_checkpoint
from transforms.models.jobs import describe, open_door

COMMIT = "22aad52d435eb6dbaf354bdad9b0da84ce7d6156"


def edit_weights(folder, change):
    """Pass the weights of a folder through `change` (dict to dict)."""
    path = folder / "model.safetensors"
    save_file(change(load_file(path)), path, metadata={"format": "pt"})


def refused(job, folder):
    with pytest.raises(ModelError) as caught:
        open_door(job, str(folder))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{job}: ")
    return message


@pytest.fixture
def copy(checkpoint, tmp_path):
    """A checkpoint of its own to break."""
    return lambda kind: shutil.copytree(checkpoint(kind), tmp_path / kind)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("facebook/wav2vec2-base-960h", Checkpoint("facebook/wav2vec2-base-960h")),
        ("facebook/wav2vec2-base-960h@main", Checkpoint("facebook/wav2vec2-base-960h", "main")),
        (f"org/name@{COMMIT}", Checkpoint("org/name", COMMIT)),
        ("@v1", Checkpoint("@v1")),
        ("org/name@", Checkpoint("org/name@")),
    ],
)
def test_names_may_carry_a_revision(text, expected):
    assert parse_checkpoint(text) == expected


@given(
    st.from_regex(r"[A-Za-z0-9][\w.-]{0,20}/[\w.-]{1,20}", fullmatch=True),
    st.from_regex(r"[\w./-]{1,20}", fullmatch=True),
)
def test_name_and_revision_come_back(name, revision):
    assert parse_checkpoint(f"{name}@{revision}") == Checkpoint(name, revision)


def test_a_folder_may_have_an_at_in_its_name(tmp_path):
    folder = tmp_path / "mine@home"
    folder.mkdir()
    assert parse_checkpoint(str(folder)) == Checkpoint(str(folder))


def test_a_folder_is_named_by_the_hash_of_its_weights(checkpoint, copy):
    folder = checkpoint("hubert_emotion")
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert open_door("emotions", str(folder)).model_id == f"hubert_emotion@{digest[:12]}/fp32"
    other = copy("hubert_emotion")
    assert open_door("emotions", str(other)).model_id == open_door("emotions", str(folder)).model_id
    edit_weights(other, lambda weights: weights | {"classifier.bias": weights["classifier.bias"] + 1})
    assert open_door("emotions", str(other)).model_id != open_door("emotions", str(folder)).model_id


def test_a_missing_folder(tmp_path):
    assert f"no folder {tmp_path}/nowhere" in refused("emotions", tmp_path / "nowhere")


def test_a_folder_without_config(tmp_path):
    assert "no config.json" in refused("emotions", tmp_path)


@pytest.mark.parametrize("text", ["{", '{"model_type": "martian", "architectures": ["WavLMForCTC"]}', "[]"])
def test_a_config_that_cannot_be_used(copy, text):
    folder = copy("wavlm_ctc")
    (folder / "config.json").write_text(text)
    assert "config.json" in refused("transcripts", folder)


def test_a_folder_without_weights(copy):
    folder = copy("hubert_emotion")
    (folder / "model.safetensors").unlink()
    assert "no weights" in refused("emotions", folder)


@pytest.mark.parametrize(
    ("job", "kind", "precision"),
    [("emotions", "hubert_emotion", "fp32"), ("transcripts", "whisper", "fp32"), ("transcripts", "whisper", "bf16")],
)
def test_a_model_that_is_open_heeds_its_file_no_more(copy, checkpoint, mixed_clips, job, kind, precision):
    """Another training may write over it, and a shorter file would end the process."""
    folder = copy(kind)
    weights = folder / "model.safetensors"
    doors = [open_door(job, str(here), precision=precision) for here in (checkpoint(kind), folder)]
    with weights.open("r+b") as file:
        file.write(b"\x7f" * weights.stat().st_size)
    clip = mixed_clips(16_000, 400)[0]
    (expected,), (given,) = (door([clip]) for door in doors)
    if job == "emotions":
        np.testing.assert_array_equal(given.probabilities, expected.probabilities)
    else:
        assert given == expected


def test_damaged_weights(copy):
    folder = copy("hubert_emotion")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert "weights" in refused("emotions", folder)


def test_a_folder_without_the_extractors_file(copy):
    folder = copy("hubert_emotion")
    (folder / "preprocessor_config.json").unlink()
    assert "preprocessor_config.json" in refused("emotions", folder)


@pytest.mark.parametrize(
    ("job", "kind"), [("transcripts", "wav2vec2_ctc"), ("transcripts", "whisper"), ("embeddings", "clap")]
)
def test_a_folder_without_vocabulary(copy, job, kind):
    folder = copy(kind)
    for name in ("vocab.json", "tokenizer.json", "merges.txt", "tokenizer_config.json", "added_tokens.json"):
        (folder / name).unlink(missing_ok=True)
    assert "tokenizer" in refused(job, folder)


def test_a_vocabulary_of_another_checkpoint(copy):
    folder = copy("wav2vec2_ctc")
    letters = json.loads((folder / "vocab.json").read_text())
    (folder / "vocab.json").write_text(json.dumps({letter: n for letter, n in letters.items() if n < 10}))
    assert "tells 32 apart" in refused("transcripts", folder)


@pytest.mark.parametrize(
    ("job", "kind", "is_a"),
    [
        ("emotions", "hubert_ctc", "HubertForCTC"),
        ("transcripts", "wavlm_emotion", "WavLMForSequenceClassification"),
        ("embeddings", "ast_sounds", "ASTForAudioClassification"),
        ("speakers", "clap", "ClapModel"),
    ],
)
def test_a_model_for_another_job_is_named(checkpoint, job, kind, is_a):
    message = refused(job, checkpoint(kind))
    assert f"it is a {is_a}" in message
    assert f"{job} opens " in message
    with pytest.raises(ModelError):
        describe(job, str(checkpoint(kind)))


def test_a_base_model_that_calls_itself_a_classifier_has_a_random_head(copy):
    folder = copy("hubert_emotion")
    edit_weights(folder, lambda weights: {k: v for k, v in weights.items() if k.startswith("hubert.")})
    message = refused("emotions", folder)
    assert "do not fill HubertForSequenceClassification" in message
    assert "lack classifier.bias, classifier.weight" in message


def test_no_more_than_three_gaps_are_named(copy):
    folder = copy("ast_sounds")
    edit_weights(folder, lambda weights: {k: v for k, v in weights.items() if ".attention." not in k})
    assert " more" in refused("sounds", folder)


def test_a_head_of_another_shape(copy):
    folder = copy("hubert_emotion")
    edit_weights(folder, lambda weights: weights | {"classifier.bias": torch.zeros(7)})
    assert "another shape classifier.bias" in refused("emotions", folder)


def test_weights_beyond_the_class(copy):
    folder = copy("hubert_emotion")
    edit_weights(folder, lambda weights: weights | {"second_head.weight": torch.zeros(7)})
    assert "beyond it second_head.weight" in refused("emotions", folder)


def test_what_only_training_reads_may_be_missing(copy):
    folder = copy("wav2vec2_ctc")
    gone = "wav2vec2.masked_spec_embed"
    edit_weights(folder, lambda weights: {k: v for k, v in weights.items() if k != gone})
    assert gone not in load_file(folder / "model.safetensors")
    assert open_door("transcripts", str(folder)).rate == 16_000
    folder = copy("wavlm_xvector")
    edit_weights(folder, lambda weights: {k: v for k, v in weights.items() if k != "objective.weight"})
    assert open_door("speakers", str(folder)).rate == 16_000


def test_the_names_of_the_weight_norm_before_torch_2(copy, checkpoint, mixed_clips):
    """The published checkpoints of 2020 and 2021 hold weight_g and weight_v."""
    folder = copy("wav2vec2_ctc")
    new = "parametrizations.weight.original"
    edit_weights(
        folder,
        lambda weights: {
            k.replace(f"{new}0", "weight_g").replace(f"{new}1", "weight_v"): v for k, v in weights.items()
        },
    )
    assert any(key.endswith("weight_g") for key in load_file(folder / "model.safetensors"))
    clips = mixed_clips(16_000, 400)[:3]
    old, now = (open_door("transcripts", str(f))(clips) for f in (folder, checkpoint("wav2vec2_ctc")))
    assert [result.text for result in old] == [result.text for result in now]
    assert [result.confidence for result in old] == pytest.approx([result.confidence for result in now], abs=1e-5)


def test_pickled_weights_are_read_where_there_are_no_safetensors(copy, checkpoint, mixed_clips):
    folder = copy("hubert_emotion")
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    clips = mixed_clips(16_000, 400)[:3]
    pickled, safe = (open_door("emotions", str(f))(clips) for f in (folder, checkpoint("hubert_emotion")))
    for one, other in zip(pickled, safe, strict=True):
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-5)


def test_a_pickle_that_would_run_code_is_refused(copy, tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    folder = copy("hubert_emotion")
    weights = load_file(folder / "model.safetensors")
    torch.save({**weights, "classifier.bias": Evil()}, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    assert "weights cannot be loaded" in refused("emotions", folder)
    assert not (tmp_path / "ran").exists()


# Files of weights


def shard(folder, named=lambda number: f"model-{number:05}-of-00002.safetensors", index="model.safetensors.index.json"):
    """Split the weights of a folder over two files; returns what the index says of each weight."""
    weights = load_file(folder / "model.safetensors")
    halves = [dict(list(weights.items())[i::2]) for i in range(2)]
    where = {}
    for number, half in enumerate(halves, 1):
        (folder / named(number)).parent.mkdir(parents=True, exist_ok=True)
        save_file(half, folder / named(number), metadata={"format": "pt"})
        where |= dict.fromkeys(half, named(number))
    (folder / "model.safetensors").unlink()
    (folder / index).write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": where}))
    return where


def test_weights_in_several_files_are_named_by_all_of_them(copy, checkpoint, mixed_clips):
    folder = copy("hubert_emotion")
    shard(folder)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.safetensors"))))
    (folder / "model-of-an-older-version.safetensors").write_bytes(b"left over")
    door = open_door("emotions", str(folder))
    assert door.model_id == f"hubert_emotion@{digest.hexdigest()[:12]}/fp32"
    clip = mixed_clips(16_000, 400)[0]
    (expected,) = open_door("emotions", str(checkpoint("hubert_emotion")))([clip])
    np.testing.assert_allclose(door([clip])[0].probabilities, expected.probabilities, atol=1e-5)


def test_of_several_weights_those_that_are_loaded_give_the_name(copy, checkpoint):
    folder = copy("hubert_emotion")
    name = open_door("emotions", str(folder)).model_id
    whole = (folder / "model.safetensors").read_bytes()
    shard(folder)
    (folder / "model.safetensors").write_bytes(whole)
    (folder / "pytorch_model.bin").write_bytes(b"of another time")
    assert open_door("emotions", str(folder)).model_id == name


OUTSIDE = {
    "above": lambda folder: lambda number: f"../{number}.safetensors",
    "absolute": lambda folder: lambda number: f"{folder.parent}/{number}.safetensors",
    "below": lambda folder: lambda number: f"more/{number}.safetensors",
    "round about": lambda folder: lambda number: f"../{folder.name}/{number}.safetensors",
}


@pytest.mark.parametrize("named", OUTSIDE)
def test_an_index_that_names_files_elsewhere_is_refused(copy, named):
    folder = copy("hubert_emotion")
    names = OUTSIDE[named](folder)
    shard(folder, names)
    assert f"model.safetensors.index.json names '{names(1)[:50]}" in refused("emotions", folder)
    with pytest.raises(ModelError, match=r"which is no \.safetensors file in the checkpoint's own folder"):
        describe("emotions", str(folder))


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({}, "names no files"),
        ([], "names no files"),
        ({"classifier.bias": 7}, "names no files"),
        ({"classifier.bias": "."}, "names '.', which"),
        ({"classifier.bias": ".."}, "names '..', which"),
        ({"classifier.bias": "gone.safetensors"}, "names 'gone.safetensors', which"),
        ({"classifier.bias": "a\0.safetensors"}, "which is no .safetensors"),
        ({"classifier.bias": "pytorch_model.bin"}, "which is no .safetensors"),
        ({"classifier.bias": "x" * 10_000 + ".safetensors"}, "…, which is no .safetensors"),
    ],
)
def test_an_index_that_is_none(copy, where, told):
    folder = copy("hubert_emotion")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}))
    message = refused("emotions", folder)
    assert told in message
    assert len(message) < 500


def test_the_index_of_pickled_weights_is_looked_at_too(copy, tmp_path):
    folder = copy("hubert_emotion")
    (folder / "model.safetensors").rename(tmp_path / "elsewhere.bin")
    (folder / "pytorch_model.bin.index.json").write_text('{"weight_map": {"a": "../elsewhere.bin"}}')
    assert "names '../elsewhere.bin', which is no .bin file" in refused("emotions", folder)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "preprocessor_config.json"])
def test_a_link_that_leads_out_of_the_folder_is_refused(copy, tmp_path, name):
    folder = copy("hubert_emotion")
    (folder / name).rename(tmp_path / name)
    (folder / name).symlink_to(tmp_path / name)
    assert f"'{name}' is a link that leads out of the checkpoint's folder" in refused("emotions", folder)


def test_the_links_of_the_hubs_cache_are_followed(tmp_path, checkpoint):
    """Also where somebody names the folder in the cache."""
    repository = tmp_path / "models--org--emotions"
    snapshot, blobs = repository / "snapshots" / COMMIT, repository / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    for number, path in enumerate(sorted(checkpoint("hubert_emotion").iterdir())):
        shutil.copy(path, blobs / str(number))
        (snapshot / path.name).symlink_to(f"../../blobs/{number}")
    assert open_door("emotions", str(snapshot)).rate == 16_000
    (snapshot / "config.json").unlink()
    shutil.copy(blobs / "0", tmp_path / "elsewhere")
    (snapshot / "config.json").symlink_to("../../../elsewhere")
    assert "leads out" in refused("emotions", snapshot)


@pytest.mark.parametrize("name", ["vocab.json", "preprocessor_config.json", "model.safetensors"])
def test_a_pipe_in_the_folder_is_not_waited_for(copy, name):
    folder = copy("hubert_emotion")
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    assert f"'{name}' is no plain file" in refused("emotions", folder)


def test_a_link_to_nothing_is_told(copy):
    folder = copy("hubert_emotion")
    (folder / "vocab.json").symlink_to(folder / "gone.json")
    assert "vocab.json: No such file or directory" in refused("emotions", folder)


def test_an_adapter_alone_is_no_checkpoint(copy):
    """What it was made for would be fetched by the name that it gives."""
    folder = copy("hubert_emotion")
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "org/other"}')
    assert "merge the adapter" in refused("emotions", folder)


@pytest.fixture
def hub_cache(tmp_path, monkeypatch):
    """An empty cache of the Hub, and no way to the Hub."""
    cache = tmp_path / "hub"
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    return cache


def test_a_name_that_is_nowhere_says_how_to_get_it(hub_cache):
    message = refused("transcripts", "facebook/wav2vec2-base-960h@main")
    assert "the Hub cannot be reached" in message
    assert "`hf download facebook/wav2vec2-base-960h --revision main`" in message
    assert "--model transcripts=FOLDER" in message


@pytest.mark.parametrize("revision", ["", "@main", f"@{COMMIT}"])
def test_a_downloaded_name_opens_without_network(hub_cache, checkpoint, mixed_clips, revision):
    repository = hub_cache / "models--org--emotions"
    shutil.copytree(checkpoint("hubert_emotion"), repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    door = open_door("emotions", f"org/emotions{revision}")
    assert door.model_id == f"org/emotions@{COMMIT[:12]}/fp32"
    clip = mixed_clips(16_000, 400)[0]
    (expected,) = open_door("emotions", str(checkpoint("hubert_emotion")))([clip])
    np.testing.assert_allclose(door([clip])[0].probabilities, expected.probabilities, atol=1e-5)


def test_a_name_that_no_checkpoint_can_have(hub_cache):
    assert "neither a folder nor a checkpoint on the Hub" in refused("emotions", "not a name")
