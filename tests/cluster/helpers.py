"""Networks, data and shards that workers can import, too."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clearprop import Network, Trainer
from clearprop.network.rows import Rows

LAYERS = [3, 6, 1]


def data(n_rows=120, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, 3))
    return X, np.sin(X[:, :1]) + X[:, 1:2] * X[:, 2:]


def trainer(**settings):
    settings = {"learning_rate": 0.01, "epochs": 4, "rng": 3, "patience": None} | settings
    return Trainer(Network(LAYERS, "tanh", rng=1), **settings)


@dataclass(frozen=True)
class FolderShards:
    """Arrays in files, as shards of files are: read where they are wanted, known by their sizes in bytes."""

    folder: Path
    count: int

    @classmethod
    def write(cls, folder, X, y, count):
        for number, places in enumerate(np.array_split(np.arange(len(X)), count)):
            np.save(folder / f"{number}.npy", np.hstack([X[places], y[places]]))
        return cls(folder, count)

    def __len__(self):
        return self.count

    def n_rows(self, number):
        return len(np.load(self.folder / f"{number}.npy", mmap_mode="r"))

    def fingerprint(self, number):
        return str(os.stat(self.folder / f"{number}.npy").st_size)

    def name(self, number):
        return f"part {number}.npy"

    def rows(self, number):
        table = np.load(self.folder / f"{number}.npy")
        if not np.isfinite(table).all():
            raise ValueError("NaN in a row")
        return Rows(table[:, :-1], table[:, -1:], None)


@dataclass(frozen=True)
class DeadlyShards(FolderShards):
    """Whoever reads the last shard dies, unless it is the process that it was made in."""

    home: int = 0

    def rows(self, number):
        if number == self.count - 1 and os.getpid() != self.home:
            os._exit(1)
        return super().rows(number)


@dataclass(frozen=True)
class WaitingShards(FolderShards):
    """Read by nobody before they are let."""

    def let(self):
        (self.folder / "let").touch()

    def rows(self, number):
        while not (self.folder / "let").exists():
            time.sleep(0.01)
        return super().rows(number)
