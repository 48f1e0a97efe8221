"""clearprop: the neural network you can see through.

Every public name is loaded when it is first used, so that `import clearprop` costs next to nothing and no one waits
for what they do not need.
"""

# As in `typing`, which takes longer to load than all of this.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from clearprop import article
    from clearprop.activations import ACTIVATIONS, Activation
    from clearprop.errors import DivergenceError, InputError
    from clearprop.estimators import MLPClassifier, MLPRegressor, Perceptron
    from clearprop.explanation import Attribution, Explanation, attribute, derive, explain
    from clearprop.files.checkpoints import Checkpoints
    from clearprop.initializers import INITIALIZERS, Initializer
    from clearprop.inputs import INPUTS, Input
    from clearprop.lab.showing import Lab
    from clearprop.losses import LOSSES, Loss
    from clearprop.network import Gradients, Network, Trace
    from clearprop.network.drawing import Drawing
    from clearprop.network.ensemble import Ensemble
    from clearprop.network.gradient_check import GradientCheck
    from clearprop.optimizers import OPTIMIZERS, LBfgs, Optimizer
    from clearprop.penalties import Penalty
    from clearprop.plots import (
        ActivationHistogramDisplay,
        ContributionsDisplay,
        DecisionBoundaryDisplay,
        LossCurveDisplay,
        NetworkDisplay,
    )
    from clearprop.saving import load, save
    from clearprop.schedules import SCHEDULES, Schedule
    from clearprop.tables import Table, read_table, write_csv
    from clearprop.tables.classifier import TableClassifier
    from clearprop.tables.regressor import TableRegressor
    from clearprop.training import Callback, EpochRecord, History, Snapshot, Trainer
    from clearprop.training.ensemble import EnsembleTrainer

__version__ = "0.1.0"

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "INPUTS",
    "LOSSES",
    "OPTIMIZERS",
    "SCHEDULES",
    "Activation",
    "ActivationHistogramDisplay",
    "Attribution",
    "Callback",
    "Checkpoints",
    "ContributionsDisplay",
    "DecisionBoundaryDisplay",
    "DivergenceError",
    "Drawing",
    "Ensemble",
    "EnsembleTrainer",
    "EpochRecord",
    "Explanation",
    "GradientCheck",
    "Gradients",
    "History",
    "Initializer",
    "Input",
    "InputError",
    "LBfgs",
    "Lab",
    "Loss",
    "LossCurveDisplay",
    "MLPClassifier",
    "MLPRegressor",
    "Network",
    "NetworkDisplay",
    "Optimizer",
    "Penalty",
    "Perceptron",
    "Schedule",
    "Snapshot",
    "Table",
    "TableClassifier",
    "TableRegressor",
    "Trace",
    "Trainer",
    "article",
    "attribute",
    "derive",
    "explain",
    "load",
    "read_table",
    "save",
    "write_csv",
]

_MODULES = {
    "activations": ("ACTIVATIONS", "Activation"),
    "errors": ("DivergenceError", "InputError"),
    "estimators": ("MLPClassifier", "MLPRegressor", "Perceptron"),
    "explanation": ("Attribution", "Explanation", "attribute", "derive", "explain"),
    "files.checkpoints": ("Checkpoints",),
    "initializers": ("INITIALIZERS", "Initializer"),
    "inputs": ("INPUTS", "Input"),
    "lab.showing": ("Lab",),
    "losses": ("LOSSES", "Loss"),
    "network": ("Gradients", "Network", "Trace"),
    "network.drawing": ("Drawing",),
    "network.ensemble": ("Ensemble",),
    "network.gradient_check": ("GradientCheck",),
    "optimizers": ("OPTIMIZERS", "LBfgs", "Optimizer"),
    "penalties": ("Penalty",),
    "plots": (
        "ActivationHistogramDisplay",
        "ContributionsDisplay",
        "DecisionBoundaryDisplay",
        "LossCurveDisplay",
        "NetworkDisplay",
    ),
    "saving": ("load", "save"),
    "schedules": ("SCHEDULES", "Schedule"),
    "tables": ("Table", "read_table", "write_csv"),
    "tables.classifier": ("TableClassifier",),
    "tables.regressor": ("TableRegressor",),
    "training": ("Callback", "EpochRecord", "History", "Snapshot", "Trainer"),
    "training.ensemble": ("EnsembleTrainer",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "article":
        return import_module("clearprop.article")
    if name not in _MODULE_OF:
        from clearprop.foundation.near_names import did_you_mean, near

        hint = "" if name.startswith("_") else did_you_mean(near(name, __all__))
        raise AttributeError(f"module 'clearprop' has no attribute {name!r}{hint}")
    value: object = getattr(import_module(f"clearprop.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
