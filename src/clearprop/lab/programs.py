"""The present state as a Python program that comes to the same numbers.

It uses what anybody can import. It has the rows, the first weights and the settings written out, and takes the same
steps by the same engine, so that it ends with the same weights, bit for bit, on the same kind of processor. Where a
number was changed by hand, it begins right after that, with what optimiser and generator remembered.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import clearprop
from clearprop.activations import ACTIVATIONS
from clearprop.errors import InputError
from clearprop.foundation.randomness import as_generator, generator_state
from clearprop.foundation.registry import Registry
from clearprop.foundation.sparse import is_sparse
from clearprop.losses import LOSSES
from clearprop.optimizers import OPTIMIZERS
from clearprop.schedules import SCHEDULES
from clearprop.training.run import Training
from clearprop.training.snapshots import Snapshot

Array = npt.NDArray[Any]

# Arrays of more numbers are written packed, and parameters beyond this are printed together.
MOST_WRITTEN, MOST_PRINTED = 2_000, 1_000
WIDTH = 100


@dataclass(frozen=True)
class Begin:
    """Where a program begins: the snapshot, how many batches an epoch has had then, and whether by hand.

    Attributes
    ----------
    snapshot : Snapshot
        Of the training before its first batch, or right after the last change by hand.
    by_hand : bool
    seed : int or None
        What the trainer's generator was made from.
    """

    snapshot: Snapshot
    by_hand: bool = False
    seed: int | None = None

    @property
    def is_first(self) -> bool:
        """Whether no step has been taken before it."""
        return self.snapshot.step == 0

    def draws_from_seed(self) -> bool:
        """Whether the generator is what its seed makes of it."""
        if self.seed is None:
            return False
        return bool(_plain(generator_state(as_generator(self.seed))) == _plain(self.snapshot.generator))


def python_source(training: Training, begin: Begin, names: Sequence[str] = ()) -> str:
    """A program whose network ends with the parameters that this one has now, and which prints them and the loss.

    Parameters
    ----------
    training : Training
        Where it stands; its rows are those that the program has.
    begin : Begin
    names : sequence of str, optional
        What the inputs are called, for a comment.

    Raises
    ------
    InputError
        An activation, loss, optimiser or schedule of the user's own, which a program cannot name.
    """
    imports: dict[str, set[str]] = {"clearprop": {"Network", "Trainer"}}
    body = [*_rows(training, names), *_network(training, begin, imports), *_training(training, begin, imports)]
    packed = any("unpacked(" in line for line in body)
    head = [
        *_lead(training, begin),
        "",
        *(["import base64", "import zlib", ""] if packed else []),
        "import numpy as np",
        "",
        *(f"from {module} import {', '.join(sorted(found))}" for module, found in sorted(imports.items())),
        *(_UNPACKED if packed else []),
        "",
    ]
    return "\n".join([*head, *body, "", *_printing(training)]) + "\n"


_UNPACKED = [
    "",
    "",
    "def unpacked(text, *shape):",
    '    return np.frombuffer(zlib.decompress(base64.b85decode(text)), "<f8").reshape(shape)',
    "",
]


def _lead(training: Training, begin: Begin) -> Iterator[str]:
    network, state = training.network, training.state
    sizes = "-".join(map(str, network.layer_sizes))
    batches = -(-state.cursor // training.batch_size)
    stands = f"after {_counted(state.epoch, 'epoch')}" + (f" and {_counted(batches, 'batch')}" if batches else "")
    yield f'"""A network of {sizes} units {stands}, made by clearprop {clearprop.__version__}; it needs that and NumPy.'
    yield ""
    at, cursor = begin.snapshot.state.epoch, begin.snapshot.state.cursor
    where = f"after {_counted(at, 'epoch')}"
    where += f" and {_counted(-(-cursor // training.batch_size), 'batch')}" if cursor else ""
    if begin.by_hand or not begin.is_first:
        what = "A number was changed by hand" if begin.by_hand else "The lab took the training over"
        yield f"{what} {where}: the program begins right there, with the"
        yield "weights of then, and with what the optimiser and the random generator remembered."
    else:
        yield "It takes the same steps from the same start, and prints the loss and the weights that they lead to."
    yield '"""'


def _counted(count: int, noun: str) -> str:
    plural = "batches" if noun == "batch" else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def _rows(training: Training, names: Sequence[str]) -> Iterator[str]:
    rows = training.rows
    if is_sparse(rows.X):
        raise InputError("sparse rows cannot be written into a program: start the lab with X.toarray()")
    what = f": {', '.join(' '.join(str(name).split()) for name in names)}" if names else ""
    yield f"# The rows that are trained on, as the network is fed them{what}."[:120]
    yield from _assigned("X", np.asarray(rows.X))
    yield from _assigned("y", np.asarray(rows.y))
    if rows.sample_weight is not None:
        yield "# What each row counts."
        yield from _assigned("weight", np.asarray(rows.sample_weight))
    yield ""


def _network(training: Training, begin: Begin, imports: dict[str, set[str]]) -> Iterator[str]:
    network = training.network
    *hidden, output = (_object(ACTIVATIONS, "clearprop.activations", one, imports) for one in network.activations)
    yield "network = Network("
    yield f"    {list(network.layer_sizes)},"
    yield f"    [{', '.join(hidden)}],"
    yield f"    {output},"
    yield f"    loss={_object(LOSSES, 'clearprop.losses', network.loss_function, imports)},"
    if network.dtype != np.float64:
        yield f'    dtype="{network.dtype}",'
    yield ")"
    yield "# All weights and biases, layer by layer: W1 row by row, b1, W2, b2, ..."
    yield from _assigned("network.parameters", begin.snapshot.parameters, "[:]")
    yield ""


def _training(training: Training, begin: Begin, imports: dict[str, set[str]]) -> Iterator[str]:
    settings, job = training.settings, training.job
    penalty, steps = training.penalty, job.settings
    yield "trainer = Trainer("
    yield "    network,"
    yield f"    optimizer={_object(OPTIMIZERS, 'clearprop.optimizers', job.optimizer, imports)},"
    yield f"    learning_rate={settings.learning_rate!r},"
    if settings.schedule != SCHEDULES.resolve("constant"):
        yield f"    schedule={_object(SCHEDULES, 'clearprop.schedules', settings.schedule, imports)},"
    yield f"    batch_size={training.batch_size},"
    yield f"    epochs={settings.epochs},"
    for name, value, usual in (
        ("shuffle", settings.shuffle, True),
        ("l1", penalty.l1, 0.0),
        ("l2", penalty.l2, 0.0),
        ("clip_norm", steps.clip_norm, None),
        ("rates", dict(steps.rates), {}),
        ("decays", dict(penalty.decays), {}),
    ):
        if value != usual:
            yield f"    {name}={value!r},"
    if any(steps.dropout):
        yield f"    dropout={list(steps.dropout)!r},"
    if steps.decoupled_decay != job.optimizer.decoupled_decay:
        yield f"    decoupled_decay={steps.decoupled_decay!r},"
    yield "    patience=None,  # trains for as long as it is told to"
    yield "    keep_best=False,"
    yield f'    engine="{settings.engine.name}",'
    yield f"    rng={begin.seed if begin.draws_from_seed() else _generator(training)},"
    yield ")"
    weight = "" if training.rows.sample_weight is None else ", weight"
    yield f"training = trainer.start(X, y{weight})"
    if not (begin.is_first and begin.draws_from_seed()):
        yield from _remembered(training, begin)
    yield from _steps(training, begin)


def _remembered(training: Training, begin: Begin) -> Iterator[str]:
    """What stood beside the weights: the optimiser's slots, the generator, the order of the rows."""
    snapshot = begin.snapshot
    state = snapshot.state
    yield "# What the optimiser and the random generator remembered, and where the epoch stood."
    if snapshot.slots.size:
        yield from _assigned("training.job.slots", snapshot.slots, "[:]")
    yield f"training.job.step = {snapshot.step}"
    drawn = _plain(snapshot.generator)
    if isinstance(training.job.rng, np.random.RandomState):
        yield f"training.job.rng.set_state({drawn!r})"
    else:
        yield f"training.job.rng.bit_generator.state = {drawn!r}"
    yield f"training.state.epoch, training.state.cursor = {state.epoch}, {state.cursor}"
    yield f"training.state.samples, training.state.stalls = {state.samples}, {state.stalls}"
    if state.order is not None:
        yield from _assigned("order", np.asarray(state.order))
        yield "training.state.order = order.astype(int)"


def _generator(training: Training) -> str:
    """A generator of the same kind as the training's, whose state is set afterwards."""
    rng = training.job.rng
    if isinstance(rng, np.random.RandomState):
        return "np.random.RandomState(0)"
    kind = type(rng.bit_generator).__name__
    return "0" if kind == "PCG64" else f"np.random.Generator(np.random.{kind}(0))"


def _steps(training: Training, begin: Begin) -> Iterator[str]:
    now, then, size = training.state, begin.snapshot.state, training.batch_size
    epochs, batches = now.epoch - then.epoch, -(-now.cursor // size)
    if epochs == 0:
        batches -= -(-then.cursor // size)
    if epochs:
        yield f"for _ in range({epochs}):"
        yield "    training.run_epoch()"
    if batches:
        yield f"for _ in range({batches}):"
        yield "    training.run_batch()"


def _printing(training: Training) -> Iterator[str]:
    weight = "" if training.rows.sample_weight is None else ", weight"
    yield f'print("loss", network.loss(X, y{weight}))'
    if training.network.parameters.size <= MOST_PRINTED:
        yield "for index, value in enumerate(network.parameters):"
        yield "    print(network.parameter_name(index), value)"
    else:
        yield "print(network.parameters)"


def _object(registry: Registry[Any], module: str, item: Any, imports: dict[str, set[str]]) -> str:
    """An object as a program writes it: by its name, or with its parameters where they are not the usual ones."""
    if registry.get(item.name) is not type(item):
        raise InputError(
            f"{type(item).__name__} is not in clearprop's registries, so a program cannot name it: register its class"
        )
    if item == registry.resolve(item.name):
        return f'"{item.name}"'
    if type(item).__module__ != module:
        raise InputError(f"{type(item).__name__} is defined in {type(item).__module__}, which a program may not have")
    imports.setdefault(module, set()).add(type(item).__name__)
    return repr(item)


# -- numbers as text ---------------------------------------------------------------------------------------------------


def _assigned(name: str, array: Array, place: str = "") -> Iterator[str]:
    """The statement that gives a name an array, every number with all its digits."""
    if array.size > MOST_WRITTEN:
        text = base64.b85encode(zlib.compress(np.ascontiguousarray(array, "<f8").tobytes(), 9)).decode()
        yield f"{name}{place} = unpacked("
        yield from (f'    "{text[start : start + WIDTH]}"' for start in range(0, len(text), WIDTH))
        yield f"    , {', '.join(map(str, array.shape))}"
        yield ")"
        return
    lines = _wrapped(_nested(array))
    opening = f"{name}{place} = " if place else f"{name} = np.array("
    closing = "" if place else ")"
    yield opening + lines[0] + (closing if len(lines) == 1 else "")
    if len(lines) > 1:
        yield from lines[1:-1]
        yield lines[-1] + closing


def _nested(array: Array) -> str:
    """A list of lists of numbers, each with as few digits as say it exactly."""
    if array.ndim == 1:
        return f"[{', '.join(map(str, array))}]"
    return f"[{', '.join(map(_nested, array))}]"


def _wrapped(text: str) -> list[str]:
    """A list over several lines, broken behind commas."""
    lines, line = [], ""
    for part in text.split(", "):
        if line and len(line) + len(part) + 2 > WIDTH:
            lines.append(f"{line},")
            line = f"    {part}"
        else:
            line = f"{line}, {part}" if line else part
    return [*lines, line]


def _plain(state: Mapping[str, Any]) -> dict[str, Any]:
    """A generator's state in whole numbers and words alone."""
    return {
        key: _plain(value) if isinstance(value, Mapping) else value.tolist() if isinstance(value, np.ndarray) else value
        for key, value in state.items()
    }
