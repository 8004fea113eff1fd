"""Datasets in the layouts of others: none is read, and a person is told what lies there and how to go on."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from transforms.beside.layout import Layout, is_text, layout_of, suffix_of

LOOKED_INTO = 16
"""Files of one extension that are opened in a folder: the rest are like them, or not looked into."""

_LIST = "wav.scp"
_BESIDE_LIST = frozenset(
    "text segments utt2spk spk2utt spk2gender utt2lang utt2dur reco2dur reco2file_and_channel utt2num_frames utt2uniq "
    "utt2category utt2num_samples utt2subset frame_shift feats.scp cmvn.scp vad.scp".split()
)
"""What Kaldi keeps beside its list of recordings; most have no extension."""


@dataclass
class Layouts:
    """The files of layouts among those that a walk meets.

    Attributes:
        files: what each is, by its path.
        beside: files that go with a list of Kaldi.
    """

    files: dict[str, Layout] = field(default_factory=dict)
    beside: set[str] = field(default_factory=set)
    _seen: dict[tuple[str, str], list[Layout | None]] = field(default_factory=dict, repr=False)

    def takes(self, path: str) -> bool:
        """Note a file of a layout, by its absolute path; False for any other."""
        folder, name = os.path.split(path)
        if path in self.files or path in self.beside:
            return True
        beside_list = name in _BESIDE_LIST and _is_file(folder, _LIST) and is_text(path)
        if beside_list and self.takes(os.path.join(folder, _LIST)):
            self.beside.add(path)
            return True
        suffix = suffix_of(path)
        if suffix is None:
            return False
        seen = self._seen.setdefault((folder, suffix), [])
        if len(seen) < LOOKED_INTO:
            layout = layout_of(path)
            seen.append(layout)
        else:
            layout = seen[-1] if all(seen) else None
        if layout is not None:
            self.files[path] = layout
        return layout is not None


def _is_file(folder: str, name: str) -> bool:
    return os.path.isfile(os.path.join(folder, name))
