"""How a table is to be learned, checked before a table is there."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from clearprop.errors import InputError
from clearprop.foundation.arguments import checked_sizes, whole
from clearprop.foundation.near_names import SaysNearKeywords
from clearprop.losses import LOSSES
from clearprop.network.network import Network
from clearprop.tables.targets import Task
from clearprop.tables.text_table import Table
from clearprop.training.memory_check import check_room
from clearprop.training.trainer import Trainer

MOST_EPOCHS = 10_000_000
# What the trainer of a table is given otherwise, and how.
GIVEN_OTHERWISE = {
    "network": "its layers are `hidden`",
    "rng": "its random numbers come from `seed`",
    "callbacks": "give them to TableModel.learn",
}
GREATEST_SEED = 2**32 - 1  # of NumPy's legacy generator, by which scikit-learn splits the rows


@dataclass(frozen=True)
class TableSettings(SaysNearKeywords):
    """How a table is learned.

    Attributes
    ----------
    task : {"classification", "regression"}, optional
        Found out from the target column where not given.
    hidden : sequence of int
        Units of the hidden layers.
    activation : str
    initializer : str
        Glorot's gave better results on tables than the activations' own ones.
    loss : str, optional
        For regression; classes are always learned by cross entropy.
    validation : float
        The share of rows that are kept out of training, to judge it by; 0 for none.
    ignore, categories : sequence of str
        Columns to leave out, and columns of numbers that stand for categories.
    max_categories : int
        A column with more different texts is refused.
    seed : int
        For the split, the first weights, the order of the rows and dropout.
    trainer : dict
        Further settings of `Trainer`; epochs are 200, patience 20 and the batch size fits the rows where not given.

    Raises
    ------
    InputError, ValueError, TypeError
        A setting that no table could be learned with.

    Examples
    --------
    >>> TableSettings(trainer={"learning_rate": float("nan")})
    Traceback (most recent call last):
    ValueError: learning_rate must be a finite number > 0, got nan
    """

    task: Task | None = None
    hidden: Sequence[int] = (32, 16)
    activation: str = "relu"
    initializer: str = "glorot_uniform"
    loss: str | None = None
    dtype: str = "float64"
    validation: float = 0.2
    ignore: Sequence[str] = ()
    categories: Sequence[str] = ()
    max_categories: int = 1000
    seed: int = 0
    trainer: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.task not in (None, "classification", "regression"):
            raise InputError(f"task must be 'classification' or 'regression', got {self.task!r}")
        if not 0 <= self.validation < 1:
            raise InputError(f"validation must be a share from 0 to below 1, got {self.validation:g}: try 0.2")
        if whole("seed", self.seed, 0) > GREATEST_SEED:
            raise InputError(f"seed must be at most {GREATEST_SEED:,}, got {self.seed:,}: take a smaller one")
        whole("max_categories", self.max_categories, 1)
        self._check_loss()
        self._check_network_and_trainer()

    def check_columns(self, table: Table, target: str) -> Table:
        """The columns that are learned from; an InputError if the target or one that a setting names is not there.

        It looks at names alone, and so takes a table without rows.
        """
        table.select([target])
        kept = table.drop([target, *self.ignore])
        kept.select(self.categories)
        return kept

    def _check_loss(self) -> None:
        if self.loss is None:
            return
        classification = LOSSES.resolve(self.loss).classification
        if classification or self.task == "classification":
            whose = "classes, which are learned by cross entropy anyway" if classification else "regression"
            raise InputError(f"loss {self.loss!r} is for {whose}: leave it out")

    def _check_network_and_trainer(self) -> None:
        """Make the least ones, of a unit a layer, which refuse whatever larger ones would; then their sizes."""
        sizes = checked_sizes([1, *self.hidden, 1])
        for name, remedy in GIVEN_OTHERWISE.items():
            if name in self.trainer:
                raise InputError(f"trainer must not have {name!r}: {remedy}")
        network = Network(
            [1] * len(sizes), self.activation, initializer=self.initializer, dtype=self.dtype, rng=self.seed
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the trainer that trains says it
            trainer = Trainer(network, **{"epochs": 1, **self.trainer})
        epochs = trainer.epochs
        if epochs > MOST_EPOCHS:
            raise InputError(
                f"epochs must be at most {MOST_EPOCHS:,}, got {epochs:,}: a few hundred are usual, and training "
                "ends by itself when patience epochs bring no gain"
            )
        check_room(sizes, network.dtype, trainer.optimizer)
