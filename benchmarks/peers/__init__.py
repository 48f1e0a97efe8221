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
    """

    name: str
    module: str
    requires: str
    settings: dict[str, tuple[Any, ...]]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def installed(self):
        return importlib.util.find_spec(self.requires) is not None

    def prepare(self, workload, X, y, setting):
        """Get ready for a workload; the function that does it."""
        module = importlib.import_module(f"peers.{self.module}")
        return getattr(module, workload.kind)(workload, X, y, setting, **self.options)


OURS = "clearprop"
READABLE = "clearprop NumPy"
SCIKIT_LEARN = "scikit-learn"
PYTORCH = "PyTorch"
PYTORCH_COMPILED = "PyTorch compiled"
JAX = "JAX"
KERAS = "Keras"
SCALAR = "scalar program"
ARTICLE = "the article's program"
PRODUCTS = "bare products"

_ALL_KINDS = ("training", "estimator", "prediction", "article", "perceptron")

PEERS = {
    peer.name: peer
    for peer in (
        Peer(OURS, "clearprop", "clearprop", dict.fromkeys(_ALL_KINDS, ITS_OWN) | {"search": ("2 threads",)}),
        Peer(READABLE, "clearprop", "clearprop", {"training": THREADS, "article": (1,)}, {"engine": "numpy"}),
        Peer(
            SCIKIT_LEARN,
            "scikit_learn",
            "sklearn",
            {
                "training": THREADS,
                "estimator": THREADS,
                "prediction": THREADS,
                "perceptron": (1,),
                "search": ("1 process", "2 threads", "2 processes"),
            },
        ),
        Peer(PYTORCH, "pytorch", "torch", {"training": THREADS}),
        Peer(PYTORCH_COMPILED, "pytorch", "torch", {"training": THREADS}, {"compiled": True}),
        Peer(JAX, "jax", "jax", {"training": ITS_OWN}),
        Peer(KERAS, "keras", "keras", {"training": ITS_OWN}),
        Peer(SCALAR, "scalar", "clearprop", {"training": ITS_OWN}),
        Peer(ARTICLE, "article", "clearprop", {"article": ITS_OWN, "perceptron": ITS_OWN}),
        Peer(PRODUCTS, "products", "numpy", {"training": THREADS}),
    )
}


class CannotDo(Exception):
    """The peer has no way to do this workload that is worth measuring, in words."""
