"""Who is measured, each as its users would write it well.

A peer's module has a function for each kind of workload that the peer can do:

    kind(workload, X, y, setting, **options) -> run

`run()` does the workload from the beginning. It returns the layers [(weights, biases), ...] of the network trained, or
probabilities, or a score; see `Workload.judge`. What is done before it is not timed.
"""

import importlib
import importlib.util
import os
from dataclasses import dataclass, field
from typing import Any

CORES = os.cpu_count() or 1
THREADS = tuple(sorted({1, CORES}))
ITS_OWN = (None,)


@dataclass(frozen=True)
class Peer:
    """A peer.

    Attributes
    ----------
    requires : str
        The package without which it is not installed.
    settings : dict
        For each kind of workload what is tried, mostly numbers of threads; the best counts.
    main : bool
        Whether it is in the targets: it is run as often as ours, and with each instruction set.
    setting_of : str, optional
        A peer whose better setting is the only one that is tried.
    """

    name: str
    module: str
    requires: str
    settings: dict[str, tuple[Any, ...]]
    options: dict[str, Any] = field(default_factory=dict)
    main: bool = False
    setting_of: str | None = None

    @property
    def installed(self):
        return importlib.util.find_spec(self.requires) is not None

    def prepare(self, workload, X, y, setting):
        """Get ready for a workload; the function that does it."""
        module = importlib.import_module(f"peers.{self.module}")
        return getattr(module, workload.kind)(workload, X, y, setting, **self.options)


OURS = "clearprop"
TRAINER = "its Trainer"
COMPILED = "compiled by name"
READABLE = "NumPy by name"
SCIKIT_LEARN = "scikit-learn"
PYTORCH = "PyTorch"
PYTORCH_COMPILED = "PyTorch compiled"
JAX = "JAX"
KERAS = "Keras"
SCALAR = "scalar program"
ARTICLE = "the article's program"
PRODUCTS = "bare products"

_BY_ESTIMATOR = ("training", "estimator", "prediction", "perceptron")
_JOBS = ("1 process", "2 threads", "2 processes")

PEERS = {
    peer.name: peer
    for peer in (
        Peer(
            *(OURS, "clearprop", "clearprop"),
            dict.fromkeys(_BY_ESTIMATOR, ITS_OWN) | {"search": _JOBS},
            {"by": "estimator"},
            main=True,
        ),
        Peer(TRAINER, "clearprop", "clearprop", {"training": ITS_OWN, "article": ITS_OWN}, main=True),
        Peer(
            *(COMPILED, "clearprop", "clearprop"),
            {"training": ITS_OWN, "article": ITS_OWN},
            {"engine": "compiled"},
        ),
        Peer(READABLE, "clearprop", "clearprop", {"training": THREADS, "article": (1,)}, {"engine": "numpy"}),
        Peer(
            *(SCIKIT_LEARN, "scikit_learn", "sklearn"),
            {
                "training": THREADS,
                "estimator": THREADS,
                "prediction": THREADS,
                "perceptron": (1,),
                "search": _JOBS,
            },
            main=True,
        ),
        Peer(PYTORCH, "pytorch", "torch", {"training": THREADS}, main=True),
        Peer(
            *(PYTORCH_COMPILED, "pytorch", "torch"),
            {"training": THREADS},
            {"compiled": True},
            setting_of=PYTORCH,
        ),
        Peer(JAX, "jax", "jax", {"training": ITS_OWN}, main=True),
        Peer(KERAS, "keras", "keras", {"training": ITS_OWN}),
        Peer(SCALAR, "scalar", "clearprop", {"training": ITS_OWN}),
        Peer(ARTICLE, "article", "clearprop", {"article": ITS_OWN, "perceptron": ITS_OWN}),
        Peer(PRODUCTS, "products", "numpy", {"training": THREADS}, main=True),
    )
}


class CannotDo(Exception):
    """The peer has no way to do this workload that is worth measuring, in words."""
