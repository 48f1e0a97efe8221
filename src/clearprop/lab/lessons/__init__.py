"""Lessons: each a network as it begins, and a few steps that say something exact about it."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from clearprop.errors import InputError
from clearprop.foundation.near_names import did_you_mean, near
from clearprop.lab.lessons import (
    article,
    back_propagation,
    hidden_layer,
    optimizers,
    overfitting,
    perceptron,
    softmax,
    vanishing_gradients,
    xor,
)
from clearprop.lab.protocol import Lesson, Settings

# In the order in which they are offered: from one neuron to many, the article first.
_LESSONS: dict[str, ModuleType] = {
    "perceptron": perceptron,
    "article": article,
    "xor": xor,
    "hidden_layer": hidden_layer,
    "back_propagation": back_propagation,
    "softmax": softmax,
    "vanishing_gradients": vanishing_gradients,
    "optimizers": optimizers,
    "overfitting": overfitting,
}


@cache
def _made(name: str) -> Lesson:
    lesson: Lesson = _LESSONS[name].lesson()
    return lesson


def all_lessons() -> list[Lesson]:
    """All lessons; their numbers are computed when they are first asked for."""
    return [_made(name) for name in _LESSONS]


def lesson(name: str) -> tuple[Lesson, Settings]:
    """A lesson, and the settings that it begins with.

    Raises
    ------
    InputError
        There is none of that name.

    Examples
    --------
    >>> found, settings = lesson("xor")
    >>> found.title, settings.data.name
    ('Why one neuron cannot do XOR', 'xor_points')
    """
    if name not in _LESSONS:
        hint = did_you_mean(near(name, _LESSONS, {})) or "."
        raise InputError(f"there is no lesson {name!r}{hint} There are: {', '.join(_LESSONS)}")
    settings: Settings = _LESSONS[name].SETTINGS
    return _made(name), settings
