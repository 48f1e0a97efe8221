"""Which instruction set kernels use: the best of those that code is built for, of what the processor has.

CLEARPROP_INSTRUCTION_SET names a lesser one, to see what such a processor would do. Where NUMBA_CPU_NAME or
NUMBA_CPU_FEATURES are set, kernels are compiled for what they say.
"""

import os
import platform
import sys
from contextlib import suppress
from dataclasses import dataclass

from clearprop.errors import InputError

_V3 = frozenset(["avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "popcnt", "sse4.2"])
_V4 = frozenset(["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"])


@dataclass(frozen=True)
class InstructionSet:
    """What code is built for.

    Attributes
    ----------
    name : str
        LLVM's name of a processor that has it and nothing more.
    machines : tuple of str
        What such machines call themselves.
    needs : frozenset of str
        LLVM's names of what a processor must have.
    vector_bytes, registers : int
        The size of a machine vector, and how many a processor holds.
    """

    name: str
    machines: tuple[str, ...]
    needs: frozenset[str]
    vector_bytes: int
    registers: int

    @property
    def features(self) -> str:
        """As LLVM takes them; vectors are used whole, which it leaves to those that know their processor."""
        of_vectors = ["-prefer-256-bit"] if self.vector_bytes == 64 else []
        return ",".join([*(f"+{feature}" for feature in sorted(self.needs)), *of_vectors])

    @property
    def folder(self) -> str:
        """Where its code is kept: object files are of a system's kind."""
        return f"{sys.platform}-{self.name}"


AVX512 = InstructionSet("x86-64-v4", ("x86_64", "AMD64"), _V3 | _V4, 64, 32)
AVX2 = InstructionSet("x86-64-v3", ("x86_64", "AMD64"), _V3, 32, 16)
# Apple's machines have the second name, and Windows has the third. All have NEON, of which LLVM does not tell on each.
NEON = InstructionSet("generic", ("aarch64", "arm64", "ARM64"), frozenset(), 16, 32)
# In the order of preference; code is built for all of the machine's kind.
BUILT = (AVX512, AVX2, NEON)
OTHER = InstructionSet("other", (), frozenset(), 16, 16)
# Where Linux tells of them, and what LLVM calls otherwise.
PROCESSORS = "/proc/cpuinfo"
LLVM_CALLS_IT = {"abm": "lzcnt", "bmi1": "bmi", "sse4_2": "sse4.2"}
CHOICE, TOLD = "CLEARPROP_INSTRUCTION_SET", ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")


def of_this_machine() -> list[InstructionSet]:
    """Those that a machine of this kind may have, whether or not this one has."""
    return [one for one in BUILT if platform.machine() in one.machines and sys.maxsize > 1 << 32]


def _features() -> set[str]:
    """What the processor has, or is said to have."""
    told = os.environ.get("NUMBA_CPU_FEATURES")
    if told is not None:
        return {feature[1:] for feature in told.split(",") if feature.startswith("+")}
    with suppress(OSError):  # Linux tells of them; LLVM would have to be loaded first
        return _told_by_linux()
    import llvmlite.binding as llvm

    return {feature for feature, there in llvm.get_host_cpu_features().items() if there}


def _told_by_linux() -> set[str]:
    """What the first processor has, by LLVM's names, where the system tells of it.

    Raises
    ------
    OSError
        It does not.
    """
    with open(PROCESSORS, encoding="ascii", errors="replace") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name.strip() in ("flags", "Features"):
                return {LLVM_CALLS_IT.get(flag, flag) for flag in value.split()}
    raise OSError(f"{PROCESSORS} tells of no features")


def usable(features: set[str]) -> list[InstructionSet]:
    """Those that a processor of this kind with these features can run, the best first."""
    return [one for one in of_this_machine() if one.needs <= features]


def _chosen() -> InstructionSet:
    there, wanted = usable(_features()), os.environ.get(CHOICE)
    if not wanted:  # as in a container that passes on what is not set
        return there[0] if there else OTHER
    for one in there:
        if one.name == wanted:
            return one
    names = ", ".join(one.name for one in there) or "none"
    raise InputError(
        f"{CHOICE}={wanted} is no instruction set that this processor has and code is built for: choose one of {names}"
    )


USED = _chosen()
