"""Figures of agreement against textbooks and scikit-learn; where they and their intervals are not defined."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from pipelines.statistics.coefficients import accuracy, alpha, kappa, word_error_rate
from pipelines.statistics.intervals import FEWEST, most_of

LABELS = np.array(["ang", "hap", "neu", "sad"])


def test_kappa_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    pairs = [(str(one), str(other)) for one, other in LABELS[rng.integers(4, size=(60, 2))]]
    value, _, _ = kappa([pairs[:10], pairs[10:]])
    assert value == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))


def test_alpha_is_that_of_the_textbook() -> None:
    """The examples A and C of Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability"."""
    assert alpha([list(zip("0100000010", "1110010000", strict=True))])[0] == pytest.approx(0.095, abs=5e-4)
    observers = (
        "123321412...",
        "12332241 25.3".replace(" ", ""),
        ".33323422 51.".replace(" ", ""),
        "123324412 51.".replace(" ", ""),
    )
    units = [tuple(said for said in unit if said != ".") for unit in zip(*observers, strict=True)]
    assert alpha([[unit for unit in units if len(unit) > 1]])[0] == pytest.approx(0.743, abs=5e-4)


def test_where_a_figure_is_not_defined() -> None:
    same = [[("ang", "ang")] * 3]
    assert kappa(same) == alpha(same) == (None, None, None)
    assert accuracy(same) == (1, None, None)
    assert word_error_rate([[("", "hm")]]) == (None, None, None)
    assert word_error_rate([[("", "hm"), ("yes", "yes")]]) == (1, None, None)


def test_without_a_disagreement_the_bound_is_that_of_recordings() -> None:
    same = [[("ang", "ang"), ("hap", "hap")]] * FEWEST
    at_most = most_of(0, FEWEST)
    assert accuracy(same) == (1, pytest.approx(1 - at_most), 1)
    assert kappa(same) == (1, pytest.approx(max(-1, 1 - at_most / 0.5)), 1)
    n = 4 * FEWEST
    assert alpha(same) == (1, pytest.approx(max(-1, 1 - at_most / (1 - 2 * (n / 2) * (n / 2 - 1) / (n * (n - 1))))), 1)
    assert word_error_rate([[("yes", "yes")]] * FEWEST) == (0, 0, pytest.approx(-np.log(0.025) / FEWEST))


def test_what_hangs_on_one_recording_has_no_interval() -> None:
    alike = [[("ang", "ang")] * 3] * 6
    # Without the last recording everything is ang: kappa is not defined, and the machine's one error is all there is.
    assert kappa([*alike, [("hap", "hap"), ("hap", "ang")], [("ang", "ang")]])[1:] == (-1, 1)
    value, low, high = kappa([[("ang", "hap")], [("ang", "hap")], [("hap", "hap")], *alike])
    assert value == pytest.approx(cohen_kappa_score(["a", "a", "h", *"a" * 18], ["h", "h", "h", *"a" * 18]))
    assert low is not None
    assert high is not None
    assert -1 <= low < value < high < 1
    # Two disagree, but only one of them has another label of Ben's.
    assert alpha([[("ang", "ang")] * 3, [("ang", "ang")], *alike, [("hap", "hap")] * 2])[0] == 1
