"""What a training is of: its rows and its settings, so that a checkpoint is not gone on with by another training."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.files.random_state import to_values
from clearprop.foundation.randomness import generator_state
from clearprop.foundation.registry import Named
from clearprop.foundation.sparse import is_sparse
from clearprop.foundation.table_cells import quoted
from clearprop.network.rows import Rows
from clearprop.training.row_source import InMemory, RowSource
from clearprop.training.run import Training

Array = npt.NDArray[Any]

# So many bytes of rows are laid out one after the other at a time.
AT_ONCE = 1 << 24
MOST_TOLD = 4
NOT_LOOKED_AT = ""


@dataclass(frozen=True)
class Fingerprint:
    """What can be compared of a training.

    Attributes
    ----------
    settings : dict
        By their names, as plain values.
    contents : dict of str to str
        Of what is too long for that, a digest; `NOT_LOOKED_AT` of what is there and of no account.
    """

    settings: dict[str, Any]
    contents: dict[str, str]

    def differences(self, now: Fingerprint) -> list[str]:
        """What is another now, in words; empty where nothing is.

        Examples
        --------
        >>> before = Fingerprint({"patience": 5, "rows": 100}, {"X": "a0"})
        >>> before.differences(Fingerprint({"patience": 7, "rows": 100}, {"X": "b1"}))
        ['patience was 5 and is 7', 'X holds other values']
        """
        told = []
        for name in _names(self.settings, now.settings):
            was, is_ = self.settings.get(name), now.settings.get(name)
            if was != is_:
                told.append(f"{name} was {quoted(was)} and is {quoted(is_)}")
        if any("the number of" in one for one in told):
            return told  # and so all of the rows are others
        for name in _names(self.contents, now.contents):
            digests = self.contents.get(name), now.contents.get(name)
            if digests[1] is None:
                told.append(f"{name} is not there any more")
            elif digests[0] is None:
                told.append(f"{name} was not there")
            elif digests[0] != digests[1] and NOT_LOOKED_AT not in digests:
                told.append(f"{name} holds other values")
        return told


def _names(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*one, *other]))


def listed_differences(differences: Sequence[str]) -> str:
    """The first few of them, and how many more there are.

    Examples
    --------
    >>> listed_differences(["seed was 0 and is 1", "X holds other values"])
    'seed was 0 and is 1, X holds other values'
    """
    more = len(differences) - MOST_TOLD
    return ", ".join(differences[:MOST_TOLD]) + (f" and {more:,} more" if more > 0 else "")


def of_training(training: Training, start_counts: bool) -> Fingerprint:
    """The fingerprint of a run that stands before its first batch.

    How many epochs are planned is not in it, since it may become more, nor what does not change the numbers.

    Parameters
    ----------
    start_counts : bool
        Whether it is the same training only where it begins with the same parameters and random numbers.
    """
    settings, network = training.settings, training.network
    penalty = settings.penalty
    compared = {
        "the number of rows": training.n_rows,
        "the number of validation rows": 0 if training.validation is None else len(training.validation),
        "layer_sizes": list(network.layer_sizes),
        "dtype": network.dtype.name,
        "activations": network.activations,
        "loss": network.loss_function,
        "inputs": [] if network.front.is_plain else network.inputs,
        "trainable_share": network.trainable_share,
        "optimizer": settings.optimizer,
        "learning_rate": settings.learning_rate,
        "schedule": settings.schedule,
        "batch_size": training.batch_size,
        "shuffle": settings.shuffle,
        "l1": penalty.l1,
        "l2": penalty.l2,
        "decays": penalty.decays,
        "decoupled_decay": settings.decoupled_decay,
        "rates": settings.rates,
        "dropout": settings.dropout,
        "dropout_schedule": settings.dropout_schedule,
        "decay_schedule": settings.decay_schedule,
        "clip_norm": settings.clip_norm,
        "tolerance": settings.tolerance,
        "patience": settings.patience,
        "monitor": training.state.patience.monitor,
        "keep_best": training.state.patience.keeps_best,
        "metric": settings.metric,
    }
    contents = dict(_of_rows(training.rows if isinstance(training.source, InMemory) else training.source, ""))
    if training.validation is not None:
        contents |= _of_rows(training.validation, "validation ")
    if start_counts:
        contents["the first parameters (their seed or network)"] = digest(network.parameters)
        arrays: dict[str, Array] = {}
        drawn = json.dumps(to_values(generator_state(training.job.rng), arrays), sort_keys=True)
        contents["the random numbers (their seed)"] = digest(drawn + "".join(map(digest, arrays.values())))
    return Fingerprint({name: plain(value) for name, value in compared.items()}, contents)


def _of_rows(rows: Rows | RowSource, which: str) -> Iterator[tuple[str, str]]:
    if isinstance(rows, RowSource):
        yield f"what the {which}rows are read from", rows.fingerprint
        return
    yield f"{which}X", digest(rows.X)
    yield f"{which}y", digest(rows.y)
    if rows.sample_weight is not None:
        yield f"{which}sample_weight", digest(rows.sample_weight)


def digest(thing: Any) -> str:
    """A digest of an array, sparse or not, or of a text: of dtype, shape and every bit.

    Examples
    --------
    >>> digest(np.zeros(2)) == digest(np.zeros(2)), digest(np.zeros(2)) == digest(np.zeros((2, 1)))
    (True, False)
    """
    hashed = blake2b(digest_size=16)
    if isinstance(thing, str):
        hashed.update(thing.encode("utf-8", "surrogatepass"))
    elif is_sparse(thing):
        hashed.update(f"sparse {thing.shape}".encode())
        for part in (thing.data, thing.indices, thing.indptr):
            hashed.update(digest(part).encode())
    elif thing.dtype.hasobject:
        for one in thing.ravel().tolist():
            text = f"{type(one).__name__} {one}".encode("utf-8", "surrogatepass")
            hashed.update(f"{len(text)} ".encode() + text)
    else:
        hashed.update(f"{thing.dtype.str} {thing.shape}".encode())
        rows = max(1, AT_ONCE // max(1, thing[:1].nbytes)) if thing.ndim else 1
        for start in range(0, len(thing) if thing.ndim else 0, rows):
            hashed.update(np.ascontiguousarray(thing[start : start + rows]).view(np.uint8).data)
    return hashed.hexdigest()


def plain(value: Any) -> Any:
    """A setting as JSON holds it: an object by its kind and its own settings, a function by its name.

    Examples
    --------
    >>> from clearprop.optimizers import Momentum
    >>> plain(Momentum(0.8)), plain(len), plain(float("inf"))
    ('Momentum(momentum=0.8)', 'builtins.len', 'inf')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Set):
        return sorted((plain(one) for one in value), key=str)
    if isinstance(value, np.ndarray):
        return digest(value)
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    if callable(value) and hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    own: dict[str, Any] = vars(value) if isinstance(value, Named) else {}
    if is_dataclass(value):
        own = {field.name: getattr(value, field.name) for field in fields(value)}
    return f"{type(value).__qualname__}({', '.join(f'{name}={plain(one)!r}' for name, one in own.items())})"
