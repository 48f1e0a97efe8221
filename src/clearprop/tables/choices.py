"""What was chosen of how a table is learned, and the recipe as it is followed then."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from clearprop.cluster.settings import Cluster
from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.arguments import checked_sizes
from clearprop.foundation.memory import many
from clearprop.foundation.table_cells import quoted
from clearprop.losses import LOSSES, Loss
from clearprop.network.network import Network
from clearprop.optimizers import LBfgs
from clearprop.tables.recipe import Recipe, recipe_for
from clearprop.tables.scoring import Score, check_scoring
from clearprop.tables.targets import ClassTarget, Target, Task
from clearprop.training.callbacks import Callback
from clearprop.training.memory_check import check_room
from clearprop.training.trainer import Trainer

if TYPE_CHECKING:
    from clearprop.files.checkpoints import Checkpoints

MOST_EPOCHS = 10_000_000
MOST_MEMBERS = 10_000  # as many as a model file holds
# What the trainer of a table is given otherwise, and how.
GIVEN_OTHERWISE = {
    "network": "its layers are hidden_layer_sizes",
    "rng": "its random numbers come from random_state",
    "callbacks": "give them to the estimator",
    "progress": "give verbose=True",
    "metric": "give scoring",
    "monitor": "give scoring",
    "keep_best": "give early_stopping",
}

# What of a recipe belongs to its optimiser, and goes with it where another is chosen.
OF_OPTIMIZER = ("learning_rate", "schedule", "decoupled_decay", "decay_schedule", "rates", "decays")
# And what lbfgs does not use.
BY_STEPS = ("batch_size", "dropout", "dropout_schedule", "clip_norm")


@dataclass(frozen=True)
class Choices:
    """What was chosen of how a table is learned; what is None is left to the recipe.

    Attributes
    ----------
    task : {"classification", "regression"}
    recipe : {"auto", "plain"} or Recipe
    named : bool
        Whether the columns have names of their own.
    members : int or "auto"
    ignore : collection of str
        Columns to leave out.
    categorical_features : "auto", "from_dtype" or list
        See `find_roles`.
    class_weight : dict, "balanced" or None
    scoring : str, callable or None
    split_by : str or None
        A column by which rows are kept out: the last, or whole groups.
    validation_fraction : float
        What one member is judged by; 0: all rows are trained on by all.
    early_stopping : bool
        Whether the best epoch is kept, and patience ends training.
    refit : bool
        Whether what was judged by rows kept out is trained again on all, for as many epochs.
    recipe_changes, trainer_changes : dict
        Fields of `Recipe` and keywords of `Trainer`, in the place of the recipe's.
    loss : str, Loss or None
        Of quantities.
    seed : int
    workers : int or None
    progress : bool
    callbacks : sequence of Callback
    checkpoints : Checkpoints or None
        What keeps the trainings while they go on.
    cluster : str, Client, Cluster or None
        Whose workers train: the members one by one, or a single one together.
    """

    task: Task
    recipe: str | Recipe = "auto"
    named: bool = True
    members: int | Literal["auto"] = "auto"
    ignore: Collection[str] = ()
    categorical_features: Any = "auto"
    class_weight: Any = None
    scoring: Any = None
    split_by: str | None = None
    validation_fraction: float = 0.2
    early_stopping: bool = True
    refit: bool = False
    recipe_changes: Mapping[str, Any] = field(default_factory=dict)
    trainer_changes: Mapping[str, Any] = field(default_factory=dict)
    loss: str | Loss | None = None
    seed: int = 0
    workers: int | None = None
    progress: bool = False
    callbacks: Sequence[Callback] = ()
    checkpoints: Checkpoints | None = None
    cluster: Any = None

    def checked(self) -> Choices:
        """These choices, if some table could be learned with them: it is found out before a table is read.

        Raises
        ------
        InputError, ValueError, TypeError
            One is wrong; the message names it and the remedy.
        """
        if not isinstance(self.validation_fraction, int | float | np.number) or not 0 <= self.validation_fraction < 1:
            rule = f" must be a share from 0 to below 1, got {quoted(self.validation_fraction)}: try 0.2"
            raise InputError(Message(Parameter("validation_fraction"), rule))
        if self.members != "auto" and self.members > MOST_MEMBERS:
            rule = f" must be at most {MOST_MEMBERS:,}, got {many(self.members)}: ten or so are usual"
            raise InputError(Message(Parameter("members"), rule))
        check_scoring(self.scoring)
        self._check_loss()
        if self.cluster is not None:
            Cluster.of(self.cluster)
        recipe = self._follow(n_rows=1000, n_columns=1, n_classes=2)
        sizes = checked_sizes([1, *recipe.hidden, 1])
        for name, remedy in GIVEN_OTHERWISE.items():
            if name in self.trainer_changes:
                raise InputError(f"trainer must not have {quoted(name)}: {remedy}")
        # The least network, of a unit a layer, refuses whatever a larger one would.
        network = Network(
            [1] * len(sizes),
            recipe.activation,
            initializer=recipe.initializer,
            dtype=recipe.dtype,
            rng=0,
            **recipe.network,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the trainer that trains says it
            trainer = Trainer(network, **{"epochs": 1, **self.trainer_settings(recipe, network)})
        if trainer.epochs > MOST_EPOCHS:
            rule = (
                f" must be at most {MOST_EPOCHS:,}, got {many(trainer.epochs)}: a few hundred are usual, and training "
            )
            raise InputError(Message(Parameter("max_epochs"), rule, "ends by itself where nothing is gained any more"))
        check_room(sizes, network.dtype, trainer.optimizer)
        return self

    def _check_loss(self) -> None:
        if self.loss is None:
            return
        classification = LOSSES.resolve(self.loss).classification
        if classification or self.task == "classification":
            whose = "classes, which are learned by cross entropy anyway" if classification else "regression"
            raise InputError(f"loss {quoted(self.loss)} is for {whose}: leave it out")

    def recipe_for(self, target: Target, n_rows: int, n_columns: int, *, streamed: bool = False) -> Recipe:
        """The recipe for a table with so many rows and columns, with what was chosen otherwise."""
        n_classes = len(target.classes) if isinstance(target, ClassTarget) else 0
        return self._follow(n_rows, n_columns, n_classes, streamed)

    def _follow(self, n_rows: int, n_columns: int, n_classes: int, streamed: bool = False) -> Recipe:
        recipe = self.recipe
        if not isinstance(recipe, Recipe):
            scoring = self.scoring if isinstance(self.scoring, str) else None
            sizes = {"n_rows": n_rows, "n_columns": n_columns, "n_classes": n_classes}
            recipe = recipe_for(recipe, task=self.task, scoring=scoring, **sizes)
            recipe = recipe.streamed(n_rows) if streamed else recipe
        members = recipe.members if self.members == "auto" else self.members
        return replace(recipe, **{"members": members, **self.recipe_changes})

    def trainer_settings(self, recipe: Recipe, network: Network, target: Target | None = None) -> dict[str, Any]:
        """The trainer's keywords; with a target, those of members that rows judge."""
        changes = dict(self.trainer_changes)
        rates, decays = recipe.factors(network.layer_sizes, network.layout.kinds)
        settings = {**recipe.trainer, "rates": rates, "decays": decays}
        if "optimizer" in changes:
            by_lbfgs = changes["optimizer"] == "lbfgs" or isinstance(changes["optimizer"], LBfgs)
            dropped = (*OF_OPTIMIZER, *(BY_STEPS if by_lbfgs else ()))
            settings = {name: value for name, value in settings.items() if name not in dropped}
        settings |= changes
        if not recipe.hidden:  # dropout leaves out hidden units
            settings.pop("dropout", None)
        if not self.early_stopping:
            settings |= {"patience": None, "keep_best": False}
        if target is not None:
            settings["monitor"] = recipe.monitor
            if self.scoring not in (None, "accuracy", "r2"):
                settings["metric"] = Score(target, self.scoring)
        return settings
