"""At which cosine two voices are one: by the user, the checkpoint's card, or nobody."""

from __future__ import annotations

import pytest

from pipelines.speakers.threshold import OF_CARDS, Threshold, threshold_of
from schemas.errors import UsageError


@pytest.mark.parametrize("made", ["microsoft/wavlm-base-plus-sv@1", "wavlm-base-plus-sv@main"])
def test_of_a_known_checkpoint_it_is_that_of_its_card(made: str) -> None:
    found = threshold_of(made, None)
    assert found == Threshold(OF_CARDS["microsoft/wavlm-base-plus-sv"], "from the card of microsoft/wavlm-base-plus-sv")


def test_nobody_has_said_it_of_another_one() -> None:
    assert threshold_of("mine/wavlm-base-plus-sv-tuned@1", None) is None


@pytest.mark.parametrize("asked", [-1.0, 0.0, 1.0])
def test_what_is_asked_for_wins(asked: float) -> None:
    assert threshold_of("microsoft/wavlm-base-plus-sv@1", asked) == Threshold(asked, "as asked for")


@pytest.mark.parametrize("asked", [-1.01, 1.5, float("nan")])
def test_what_is_no_cosine_is_refused(asked: float) -> None:
    with pytest.raises(UsageError, match="expected a cosine, -1 to 1"):
        threshold_of("a@1", asked)
