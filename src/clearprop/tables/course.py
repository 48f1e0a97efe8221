"""How a table was learned: what of it a model file keeps, which is all but its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation
from clearprop.estimators.plain_values import NotPlainError, from_plain, to_plain
from clearprop.files.histories import history_of, history_tensors
from clearprop.foundation.table_cells import quoted
from clearprop.initializers import Initializer
from clearprop.tables.evaluation.scores import Score
from clearprop.tables.notes import Alert
from clearprop.tables.recipe import Recipe
from clearprop.training.history import History

Array = npt.NDArray[Any]

HISTORY = "history/{}"
# What entries of a recipe may be that no declaration of types tells.
_ANY: Mapping[str, tuple[type[Any], ...]] = {
    "activation": (str, Activation),
    "initializer": (str, Initializer, type(None)),
    "dtype": (str, type, np.dtype),
    "margin": (int, float),
}


@dataclass(frozen=True)
class Course:
    """How a table was learned.

    Attributes
    ----------
    recipe : Recipe
        As it was followed.
    rows, judged : int
        How many rows were learned from, and how many judged members that were not trained on them.
    division : str
        How those were chosen, in words.
    histories, endings, best_epochs : lists, one entry a member
    batch_size : int
    notes : list of str
    scores : tuple of Score
        By the rows that judged.
    """

    recipe: Recipe
    rows: int
    judged: int
    division: str
    histories: list[History]
    endings: list[str]
    best_epochs: list[int | None]
    batch_size: int
    notes: list[str]
    scores: tuple[Score, ...]

    def to_config(self) -> dict[str, Any]:
        """All but the histories, as plain values."""
        return {
            "recipe": _recipe_to_plain(self.recipe),
            "rows": self.rows,
            "judged": self.judged,
            "division": self.division,
            "endings": list(self.endings),
            "best_epochs": list(self.best_epochs),
            "batch_size": self.batch_size,
            "notes": [{"text": str(note), "alert": isinstance(note, Alert)} for note in self.notes],
            "scores": [{name: to_plain(value) for name, value in asdict(score).items()} for score in self.scores],
        }

    def tensors(self) -> dict[str, Array]:
        """The histories as arrays."""
        arrays: dict[str, Array] = {}
        for number, history in enumerate(self.histories, start=1):
            arrays |= history_tensors(HISTORY.format(number), history)
        return arrays

    @classmethod
    def from_config(cls, config: object, tensors: Mapping[str, Array], members: int) -> Course:
        """The course that `to_config` and `tensors` described.

        Raises
        ------
        InputError, ValueError
            An entry or an array is missing, unknown or of another type.
        """
        from clearprop.foundation.configs import checked
        from clearprop.tables.course_config import CourseConfig

        said = checked(config, CourseConfig, "course")
        names = [HISTORY.format(number) for number in range(1, members + 1)]
        if not len(said.endings) == len(said.best_epochs) == members:
            raise ValueError(f"the course of {len(said.endings)} trainings, of {members} members")
        if unknown := set(tensors) - {*names, *(f"{name}/known" for name in names)}:
            raise ValueError(f"the array {quoted(min(unknown))}, which such a model has not")
        return cls(
            _recipe_of_plain(said.recipe),
            said.rows,
            said.judged,
            said.division,
            [history_of(name, tensors) for name in names],
            said.endings,
            said.best_epochs,
            said.batch_size,
            [Alert(note.text) if note.alert else note.text for note in said.notes],
            tuple(_score_of_plain(score) for score in said.scores),
        )


def _recipe_to_plain(recipe: Recipe) -> dict[str, Any]:
    """A recipe as plain values; settings of the trainer that no file holds are left out."""
    entries = {field.name: getattr(recipe, field.name) for field in fields(recipe)}
    plain = {name: _kept(value) if isinstance(value, Mapping) else to_plain(value) for name, value in entries.items()}
    return {**plain, "hidden": list(recipe.hidden)}


def _kept(settings: Mapping[str, Any]) -> dict[str, Any]:
    plain = {}
    for name, value in settings.items():
        try:
            plain[name] = to_plain(value)
        except NotPlainError:
            continue
    return plain


def _recipe_of_plain(config: object) -> Recipe:
    from clearprop.foundation.configs import checked
    from clearprop.tables.course_config import RecipeConfig

    said = checked(config, RecipeConfig, "recipe")
    entries: dict[str, Any] = {field.name: getattr(said, field.name) for field in fields(Recipe)}
    entries["hidden"] = tuple(said.hidden)
    for name in ("preparation", "network", "trainer"):
        entries[name] = {key: from_plain(value) for key, value in entries[name].items()}
    for name, kinds in _ANY.items():
        entries[name] = from_plain(entries[name])
        if not isinstance(entries[name], kinds) or isinstance(entries[name], bool):
            raise ValueError(f"recipe, {name}: {quoted(entries[name])} is none")
    return Recipe(**entries)


def _score_of_plain(said: Any) -> Score:
    value, interval, baseline = map(from_plain, (said.value, said.interval, said.baseline))
    ends = interval if isinstance(interval, tuple) else ()
    if not all(isinstance(number, float) for number in (value, *ends, *(() if baseline is None else (baseline,)))):
        raise ValueError("scores: a score that is no number")
    if interval is not None and len(ends) != 2:
        raise ValueError("scores: an interval that has no two ends")
    return Score(said.name, value, interval, baseline, said.higher_is_better)
