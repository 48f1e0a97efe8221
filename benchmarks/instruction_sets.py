"""The instruction sets that are measured: what the processor has, and AVX2, which most processors have and no more."""

import os

from numpy._core import _multiarray_umath as numpy_core

from clearprop.engines.compiled.instructions import AVX2, AVX512, CHOICE, NEON, USED

NAMES = {AVX512.name: "AVX-512", AVX2.name: "AVX2", NEON.name: "NEON"}
OWN = NAMES.get(USED.name, USED.name)
# NumPy's own loops above AVX2, of those that it has been built with and finds here.
_NUMPY = [
    name
    for name in numpy_core.__cpu_dispatch__
    if name.startswith(("AVX512", "X86_V4")) and numpy_core.__cpu_features__.get(name)
]
# Each peer's own way of being held to AVX2.
HELD = {
    CHOICE: AVX2.name,
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": " ".join(_NUMPY),
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
}


def environments():
    """From each instruction set's name to what processes are told that are to use it, the processor's own first."""
    further = {NAMES[AVX2.name]: HELD} if USED == AVX512 and CHOICE not in os.environ else {}
    return {OWN: {}} | further
