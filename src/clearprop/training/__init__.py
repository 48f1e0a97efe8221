"""Training: the trainer with its rows, stopping rule, history, snapshots and callbacks, and why nothing is learned."""

from clearprop.training.callbacks import Callback
from clearprop.training.history import EpochRecord, History
from clearprop.training.snapshots import Snapshot
from clearprop.training.trainer import Trainer

__all__ = ["Callback", "EpochRecord", "History", "Snapshot", "Trainer"]
