"""The machine and the versions that figures come from: what a benchmark or a report says of where it was made."""

import importlib.util
import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path


def versions() -> str:
    """The versions of clearprop, Python and NumPy.

    Examples
    --------
    >>> print(versions())
    clearprop ..., Python 3..., NumPy ...
    """
    return f"clearprop {version('clearprop')}, Python {platform.python_version()}, NumPy {version('numpy')}"


def conditions(*packages: str) -> str:
    """Under what conditions figures were measured: the line that stands below each table of a benchmark.

    It has the date, the machine, and versions, those of further packages too where they are installed. NumPy must have
    been loaded, as only then its BLAS can be asked.

    Examples
    --------
    >>> import numpy
    >>> print(conditions("numba"))
    20..., ... cores; Python 3..., NumPy ... (...), scikit-learn ..., clearprop ....
    """
    from threadpoolctl import threadpool_info

    blas = next(info for info in threadpool_info() if info["user_api"] == "blas")
    further = [name for name in packages if importlib.util.find_spec(name)]
    return (
        f"{date.today()}; {processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"NumPy {version('numpy')} ({blas['internal_api']} {blas['version']}, {blas.get('architecture')}), "
        f"{', '.join(f'{name} {version(name)}' for name in ('scikit-learn', *further, 'clearprop'))}."
    )


def processor() -> str:
    """What the system calls the processor; where it does not say, its family."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
