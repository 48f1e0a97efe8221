"""Training: the trainer and its runs, their history, snapshots and callbacks, and why nothing is learned; ensembles."""

from clearprop.training.callbacks import Callback, ObservedTraining
from clearprop.training.history import EpochRecord, History
from clearprop.training.run import Training
from clearprop.training.snapshots import Snapshot
from clearprop.training.trainer import Trainer

__all__ = [
    "Callback",
    "EpochRecord",
    "History",
    "ObservedTraining",
    "Snapshot",
    "Trainer",
    "Training",
]
