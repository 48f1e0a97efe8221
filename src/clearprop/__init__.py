"""clearprop: the neural network you can see through."""

from clearprop.activations import ACTIVATIONS, Activation
from clearprop.callbacks import Callback
from clearprop.drawing import Drawing
from clearprop.errors import DivergenceError, InputError
from clearprop.finite_differences import GradientCheck
from clearprop.history import EpochRecord, History
from clearprop.initializers import INITIALIZERS, Initializer
from clearprop.losses import LOSSES, Loss
from clearprop.network import Gradients, Network, Trace
from clearprop.optimizers import OPTIMIZERS, LBfgs, Optimizer
from clearprop.penalties import Penalty
from clearprop.schedules import SCHEDULES, Schedule
from clearprop.training import Snapshot, Trainer

__version__ = "0.1.0"

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "LOSSES",
    "OPTIMIZERS",
    "SCHEDULES",
    "Activation",
    "Callback",
    "DivergenceError",
    "Drawing",
    "EpochRecord",
    "GradientCheck",
    "Gradients",
    "History",
    "Initializer",
    "InputError",
    "LBfgs",
    "Loss",
    "Network",
    "Optimizer",
    "Penalty",
    "Schedule",
    "Snapshot",
    "Trace",
    "Trainer",
]
