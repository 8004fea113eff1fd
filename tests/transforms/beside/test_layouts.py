"""Of a walk, the files that belong to datasets in the layouts of others."""

from __future__ import annotations

from pathlib import Path

from transforms.beside.layout import Kind
from transforms.beside.layouts import LOOKED_INTO, Layouts
from transforms.discover import discover


def test_what_lies_beside_a_list_of_kaldi_goes_with_it(tmp_path: Path) -> None:
    for folder in ("kaldi", "other"):
        (tmp_path / folder).mkdir()
        for name in ("segments", "text", "utt2spk", "noise"):
            (tmp_path / folder / name).write_text("a b\n")
    (tmp_path / "kaldi" / "wav.scp").write_text("a /data/a.wav\n")
    (tmp_path / "kaldi" / "spk2utt").write_bytes(b"RIFF\0\0\0\0WAVE")
    found = discover([str(tmp_path)])
    left = {str(Path(source.path).relative_to(tmp_path)) for source in found.sources}
    assert left == {"kaldi/noise", "kaldi/spk2utt", *(f"other/{n}" for n in ("noise", "segments", "text", "utt2spk"))}
    assert found.passed_over.kinds() == {"beside lists of Kaldi": 3}


def test_a_layout_that_is_named_outright_is_no_recording(tmp_path: Path) -> None:
    (tmp_path / "wav.scp").write_text("a /data/a.wav\n")
    (tmp_path / "feats.scp").write_text("a a.ark:12\n")
    assert discover([str(tmp_path / "wav.scp")]).sources == ()
    assert discover([str(tmp_path / "*.scp")]).sources == ()


def test_few_files_of_a_folder_are_looked_into(tmp_path: Path) -> None:
    manifest = '{"audio_filepath": "a.wav"}\n'
    layouts = Layouts()
    for n in range(LOOKED_INTO):
        (tmp_path / f"{n}.json").write_text("{}\n")
        (tmp_path / f"{n}.jsonl").write_text(manifest)
        assert not layouts.takes(str(tmp_path / f"{n}.json"))
        assert layouts.takes(str(tmp_path / f"{n}.jsonl"))
    (tmp_path / "last.json").write_text(manifest)
    assert not layouts.takes(str(tmp_path / "last.json"))
    assert layouts.takes(str(tmp_path / "last.jsonl"))  # not opened: it is not even there
    assert {layout.kind for layout in layouts.files.values()} == {Kind.MANIFEST}
    assert len(layouts.files) == LOOKED_INTO + 1
