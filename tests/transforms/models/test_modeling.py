"""transformers opens models without what only training asks of it, and has it for who asks later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_it_imports_less_and_is_whole() -> None:
    code = """
import sys
import transforms.models.modeling
assert "scipy.optimize" not in sys.modules
from transformers import HubertConfig, HubertForSequenceClassification
from transformers.loss import loss_for_object_detection as loss
small = HubertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
HubertForSequenceClassification(small)
rows, columns = loss.linear_sum_assignment([[4, 1], [2, 3]])
assert (list(rows), list(columns)) == ([0, 1], [1, 0])
import scipy.optimize
assert scipy.optimize.linear_sum_assignment([[4, 1], [2, 3]])[1].tolist() == [1, 0]
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
