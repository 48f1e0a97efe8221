"""The recipe: how a table is learned, by what is to be learned of it, its rows and its columns.

It begins at the tuned defaults of RealMLP (Holzmüller, Grinsztajn, Steinwart, "Better by Default", NeurIPS 2024); what
each part is worth is measured, and stands in docs/benchmarks-tables.md.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from clearprop.errors import InputError
from clearprop.foundation.near_names import did_you_mean, near
from clearprop.foundation.table_cells import quoted
from clearprop.inputs import Periodic
from clearprop.optimizers import Adam
from clearprop.tables.targets import Task

RECIPES = ("auto", "plain")
# Of fewer rows none are kept out: what so few say of a network is chance, and they are missed in training.
FEW_ROWS = 40
# Scores for which probabilities count, and not only which class is the likeliest: labels are not smoothed.
OF_PROBABILITIES = ("neg_log_loss", "neg_brier_score", "roc_auc", "average_precision", "d2_log_loss_score")
# What smoothing may give each class, as a share of the rarest one's share.
LEAST_SHOWN = 0.2
# The share of the rows that judge a member.
JUDGING = 0.2
MANY_ROWS, VERY_MANY_ROWS = 20_000, 100_000
LEAST_STREAMED_EPOCHS = 4
# From so many rows a column, slow waves stand beside quick ones, for what a column says at large and in detail; fewer
# rows are learned by heart with quick ones.
ROWS_OF_QUICK_WAVES = 64
# Of more columns, periodic embeddings take longer than all the rest.
MOST_PERIODIC = 200


@dataclass(frozen=True)
class Recipe:
    """Settings that hold for tables of a kind.

    Attributes
    ----------
    name : str
    hidden : tuple of int
        Units of the hidden layers.
    activation : str
        Theirs.
    initializer : str, optional
        Where not given, what suits the activation.
    smoothing : float
        Of labels: this share of each goes to all classes alike.
    preparation : dict
        How columns become inputs: keywords of `Preparation.fit`.
    network : dict
        Further keywords of `Network`.
    trainer : dict
        Keywords of `Trainer`, but for the factors on rates and decays, which `factors` gives.
    rates, decays : dict
        Factors by kind of parameter: `b` biases, `s` factors of inputs, `p` shares of activations, `E` embeddings, `c`,
        `phi`, `V`, `v` periodic embeddings.
    by_fan_in : bool
        Whether a layer's rate is divided by the root of how many numbers each unit takes, and its decay multiplied by
        it, so that their product stays: with Adam the same as z = a W / sqrt(fan_in) + b ("NTK").
    starts_from_data : bool
        Whether hidden layers begin as rows of the table suggest (`Network.initialize_from`).
    dtype : str
    members : int
        How many networks are averaged.
    monitor : {"metric", "validation_loss"}
        By what the best epoch is chosen.
    calibrated : bool
        Whether probabilities get a temperature.
    margin : float
        So far predictions of quantities may leave the range that was trained on, as a share of it; infinity for as far
        as they like.
    """

    name: str
    hidden: tuple[int, ...]
    activation: str
    initializer: str | None = None
    smoothing: float = 0.0
    preparation: Mapping[str, Any] = field(default_factory=dict)
    network: Mapping[str, Any] = field(default_factory=dict)
    trainer: Mapping[str, Any] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    decays: Mapping[str, float] = field(default_factory=dict)
    by_fan_in: bool = False
    starts_from_data: bool = False
    dtype: str = "float64"
    members: int = 1
    monitor: Literal["metric", "validation_loss"] = "validation_loss"
    calibrated: bool = True
    margin: float = 0.0

    def factors(self, layer_sizes: Sequence[int], kinds: Collection[str]) -> tuple[dict[str, float], dict[str, float]]:
        """What `Trainer` takes as `rates` and `decays`, for layers of these sizes and parameters of these kinds.

        Examples
        --------
        >>> recipe = recipe_for("auto", task="classification", n_rows=1000, n_columns=4, n_classes=2)
        >>> rates, decays = recipe.factors([16, 256, 256, 256, 2], ["s", "W", "b", "p"])
        >>> rates["W1"], decays["W1"], rates["b"], rates["s"]
        (0.25, 4.0, 0.1, 6.0)
        """
        rates = {kind: factor for kind, factor in self.rates.items() if kind in kinds}
        decays = {kind: factor for kind, factor in self.decays.items() if kind in kinds}
        if self.by_fan_in:
            for layer, (fan_in, _) in enumerate(pairwise(layer_sizes), start=1):
                rates[f"W{layer}"] = 1 / math.sqrt(fan_in)
                decays[f"W{layer}"] = math.sqrt(fan_in)
        return rates, decays

    def for_shares(self, shares: Sequence[float]) -> Recipe:
        """The recipe for classes that have these shares of the rows: labels are smoothed less where one is rare.

        What smoothing gives each class is at most a fifth of the rarest one's share. More of it would hide what is rare
        among what is likely, which no temperature brings back.

        Examples
        --------
        >>> recipe = recipe_for("auto", task="classification", n_rows=1000, n_columns=4, n_classes=2)
        >>> [round(recipe.for_shares([1 - rare, rare]).smoothing, 3) for rare in (0.5, 0.3, 0.05)]
        [0.1, 0.1, 0.02]
        """
        rarest = min((share for share in shares if share > 0), default=1.0)
        return replace(self, smoothing=min(self.smoothing, LEAST_SHOWN * rarest * len(shares)))

    def streamed(self, n_rows: int) -> Recipe:
        """The recipe for a table that is read anew in each epoch: one member, and few epochs.

        As for rows in memory, steps grow with the root of the rows or so; but 4 epochs are enough where there are
        millions of rows, of which an epoch alone has thousands of steps.

        Examples
        --------
        >>> recipe = recipe_for("auto", task="regression", n_rows=10**7, n_columns=20)
        >>> recipe.trainer["epochs"], recipe.streamed(10**7).trainer["epochs"], recipe.streamed(10**6).trainer["epochs"]
        (24, 4, 16)
        """
        epochs = max(LEAST_STREAMED_EPOCHS, min(self.trainer["epochs"], _epochs_of(n_rows)))
        patience = min(self.trainer["patience"], math.ceil(0.55 * epochs))
        return replace(self, members=1, trainer={**self.trainer, "epochs": epochs, "patience": patience})


def recipe_for(
    name: str, *, task: Task, n_rows: int, n_columns: int, n_classes: int = 0, scoring: str | None = None
) -> Recipe:
    """The recipe of a name for a table.

    Parameters
    ----------
    name : {"auto", "plain"}
        The tuned settings, or a small network as one would begin with.
    n_rows, n_columns : int
        Of the table.
    n_classes : int
        0 for a quantity.
    scoring : str, optional
        scikit-learn's name of the score that counts.

    Raises
    ------
    InputError
        There is no such recipe.
    """
    if not isinstance(name, str) or name not in RECIPES:
        known_as = {"auto": ("default", "tuned"), "plain": ("simple", "none")}
        hint = did_you_mean(near(str(name), RECIPES, known_as)) or "."
        raise InputError(f"unknown recipe {quoted(name)}{hint} There are: {', '.join(RECIPES)}")
    recipe = _plain(n_rows) if name == "plain" else _auto(task, n_rows, n_columns, scoring)
    return _of_few_rows(recipe) if n_rows < FEW_ROWS else recipe


def _of_few_rows(recipe: Recipe) -> Recipe:
    """All rows in each batch, and nothing by chance but the first weights: the rows' order is then of no account."""
    trainer = {name: value for name, value in recipe.trainer.items() if not name.startswith("dropout")}
    return replace(recipe, starts_from_data=False, members=1, trainer={**trainer, "batch_size": FEW_ROWS})


def _plain(n_rows: int) -> Recipe:
    return Recipe(
        "plain",
        hidden=(32, 16),
        activation="relu",
        initializer="glorot_uniform",
        trainer={"epochs": 200, "patience": 20, "batch_size": int(np.clip(n_rows // 50, 16, 256))},
        margin=math.inf,
    )


def _auto(task: Task, n_rows: int, n_columns: int, scoring: str | None) -> Recipe:
    classes, decided = task == "classification", scoring not in OF_PROBABILITIES
    trained_on = (1 - JUDGING) * n_rows
    epochs = _epochs(trained_on)
    return Recipe(
        "auto",
        # 128 units are as good as 256 up to some thousand rows, at a third of the time.
        hidden=(128, 128, 128) if n_rows < MANY_ROWS else (256, 256, 256),
        activation="selu" if classes else "mish",
        initializer="lecun_normal",
        smoothing=0.1 if classes and decided else 0.0,
        preparation={
            "scaling": "robust",
            "periodic": _periodic(trained_on, n_columns),
            "factors": True,
            "most_one_hot": 8,
            "embedding_size": 8,
        },
        network={"trainable_share": True},
        trainer={
            "optimizer": Adam(beta_2=0.95),
            "learning_rate": 0.04 if classes else 0.2,
            "schedule": "coslog4",
            "batch_size": _batch_size(trained_on),
            "epochs": epochs,
            # The rate's last wave begins at 7/15 of the way, and much is gained at its very end.
            "patience": math.ceil(0.55 * epochs),
            "tolerance": 0.0,
            "dropout": 0.15,
            "dropout_schedule": "flat_cosine",
            "decoupled_decay": 0.02,
            "decay_schedule": "flat_cosine",
            # The best epoch: accuracy is coarse on few rows, and log loss is spoilt by smoothed labels.
            "metric": "brier" if classes else "r2",
        },
        rates={"b": 0.1, "s": 6.0, "p": 0.1, "c": 0.1, "phi": 0.1, "V": 0.1, "v": 0.1},
        decays={"b": 0.0, "s": 1.0, "p": 1.0, "c": 1.0, "phi": 1.0, "V": 1.0, "v": 1.0, "E": 1.0},
        by_fan_in=True,
        starts_from_data=True,
        dtype="float32",
        members=5 if n_rows < VERY_MANY_ROWS else 3,
        monitor="metric" if decided else "validation_loss",
        calibrated=classes,
    )


def _periodic(trained_on: float, n_columns: int) -> Periodic | None:
    if n_columns > MOST_PERIODIC:
        return None
    return Periodic(deviation=0.05, spread=20.0) if trained_on >= ROWS_OF_QUICK_WAVES * n_columns else Periodic()


def _epochs(trained_on: float) -> int:
    """256, and fewer of more than ten thousand rows, so that steps grow with the root of the rows or so."""
    return max(24, _epochs_of(trained_on))


def _epochs_of(trained_on: float) -> int:
    return round(256 * min(1.0, (10_000 / trained_on) ** 0.6))


def _batch_size(trained_on: float) -> int:
    """As near to 256 as batches of one size allow: none is small, and few rows are one batch."""
    steps = max(1, int(trained_on // 256))
    return max(1, math.ceil(trained_on / steps))
