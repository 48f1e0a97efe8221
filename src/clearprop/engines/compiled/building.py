"""All that our registries need, compiled once and written where the package looks for it.

    python -m clearprop.engines.compiled.building FOLDER

compiles for the processor that NUMBA_CPU_NAME and NUMBA_CPU_FEATURES name; the building of the package calls it for
each instruction set.
"""

import sys
from pathlib import Path

import numpy as np

from clearprop.activations import ACTIVATIONS
from clearprop.engines.compiled import cache, kernel, perceptron
from clearprop.engines.compiled.blocks import (
    activation_blocks,
    activation_kernels,
    has_input_kernels,
    input_blocks,
    input_stage_blocks,
    loss_block,
    loss_kernels,
    optimizer_blocks,
    product_block,
    share_blocks,
)
from clearprop.engines.compiled.instructions import USED
from clearprop.engines.compiled.machine_code import ORIGINS, entry
from clearprop.engines.compiled.optimizer_kernels import OPTIMIZERS
from clearprop.inputs import INPUTS
from clearprop.losses import LOSSES


def compile_all() -> None:
    """See to it that all functions are compiled, and kept on disk."""
    for dtype in map(np.dtype, ("float32", "float64")):
        entry(kernel.train, kernel.OF_TRAIN, dtype)
        entry(kernel.predict, kernel.OF_PREDICT, dtype)
        product_block(dtype)
        input_stage_blocks(dtype)
        share_blocks(dtype)
        for one in (INPUTS.resolve(name) for name in INPUTS):
            if has_input_kernels(one):
                input_blocks(one, dtype)
        for activation in (ACTIVATIONS.resolve(name) for name in ACTIVATIONS):
            if activation.name == "softmax" or activation_kernels(activation) is not None:
                activation_blocks(activation, dtype)
        for loss in (LOSSES.resolve(name) for name in LOSSES):
            for from_logits in (False, True):
                if loss_kernels(loss) is not None or from_logits:
                    loss_block(loss, from_logits, dtype)
        for optimizer in OPTIMIZERS:
            optimizer_blocks(optimizer, dtype)
        for sparse in (False, True):
            perceptron.entry_of_epochs(sparse, dtype)
    perceptron.entry_of_shuffle(np.dtype(np.int64))


def write_all(folder: Path) -> list[str]:
    """Write the code of all functions that were compiled to a folder; the names of those that stand there."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for function in sorted(ORIGINS):
        code = cache.load(function)
        if code is not None:  # else it needs what not every process has
            names.append(cache.name_of(function, USED.name))
            (folder / names[-1]).write_bytes(cache.content_of(names[-1], code))
    return names


if __name__ == "__main__":
    compile_all()
    target = Path(sys.argv[1])
    written = write_all(target)
    for old in target.glob("*.code"):
        if old.name not in written:
            old.unlink()
