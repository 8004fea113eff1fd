"""Words for sounds: what a clip of each class is called in training, and what it is called when that is tested."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

TEMPLATES = (
    "{}", "the sound of {}", "a recording of {}", "this is {}", "{} in the distance", "{} close by", "there is {}",
    "you hear {}", "a clip with {}", "{} outside", "{} in a room",
)  # fmt: skip
TESTED_TEMPLATES = ("i hear {} here", "in this recording there is the sound of {}")

PHRASES: Mapping[str, tuple[str, ...]] = {
    "Dog bark": ("a dog", "a dog barking", "a barking dog", "barks of a dog", "a dog that barks", "an animal barking"),
    "Rain": ("rain", "rain falling", "heavy rain", "falling water drops", "rain on a roof", "a storm with rain"),
    "Sea waves": ("the sea", "waves of the sea", "ocean waves", "waves on a beach", "water at the beach", "the ocean"),
    "Baby cry": ("a baby", "a baby crying", "a crying baby", "a small child crying", "cries of a baby", "an infant"),
    "Clock tick": ("a clock", "a clock ticking", "a ticking clock", "ticks of a clock", "a watch ticking", "ticking"),
    "Person sneeze": ("a sneeze", "a person sneezing", "a sneezing person", "a man who sneezes", "somebody sneezing"),
    "Helicopter": ("a helicopter", "a helicopter flying", "a flying helicopter", "rotor blades", "an aircraft flying"),
    "Chainsaw": ("a chainsaw", "a chainsaw running", "a saw cutting wood", "a saw with an engine", "a motor saw"),
    "Rooster": ("a rooster", "a rooster crowing", "a crowing rooster", "a cock crowing", "a bird that crows"),
    "Fire crackling": ("a fire", "a fire crackling", "a crackling fire", "burning wood", "flames", "a fire that burns"),
    "Speech": ("speech", "a person speaking", "somebody talking", "a voice", "a man who speaks", "a woman talking"),
    "Music": ("music", "music playing", "a melody", "instruments playing", "a tune", "a song without a voice"),
    "Silence": ("silence", "nothing", "no sound", "a silent recording", "nothing at all", "a quiet room"),
    "Noise": ("noise", "hiss", "static noise", "a hissing noise", "hum and hiss", "the noise of a machine"),
}  # fmt: skip

TESTED: Mapping[str, tuple[str, ...]] = {
    "Dog bark": ("an animal that barks", "barking"),
    "Rain": ("water falling on a roof", "drops of heavy rain"),
    "Sea waves": ("waves at the ocean", "water of the sea on a beach"),
    "Baby cry": ("an infant that cries", "a crying small child"),
    "Clock tick": ("ticks of a watch", "a clock that is ticking"),
    "Person sneeze": ("a woman who sneezes", "a person with a sneeze"),
    "Helicopter": ("an aircraft with rotor blades", "a helicopter in the distance flying"),
    "Chainsaw": ("a saw running", "a chainsaw cutting wood"),
    "Rooster": ("a cock that crows", "an animal crowing"),
    "Fire crackling": ("wood that burns", "crackling flames"),
    "Speech": ("a man talking", "a speaking woman"),
    "Music": ("a song with instruments", "a playing melody"),
    "Silence": ("a quiet silent room", "no noise at all"),
    "Noise": ("static hiss", "a machine that is hissing"),
}
"""Known words put together anew; none of these phrases, in none of the tested templates, is in training."""


def caption(label: str, rng: np.random.Generator) -> str:
    """One of the training captions of a class."""
    phrases = PHRASES[label]
    return TEMPLATES[int(rng.integers(len(TEMPLATES)))].format(phrases[int(rng.integers(len(phrases)))])


def tested(label: str) -> list[str]:
    """The captions by which a class is looked for in the test."""
    return [template.format(phrase) for template in TESTED_TEMPLATES for phrase in TESTED[label]]


def words() -> list[str]:
    """Every word of every caption, in order."""
    sentences = [*TEMPLATES, *TESTED_TEMPLATES]
    sentences += [phrase for phrases in (PHRASES, TESTED) for named in phrases.values() for phrase in named]
    return sorted({word for sentence in sentences for word in sentence.replace("{}", "").split()})
