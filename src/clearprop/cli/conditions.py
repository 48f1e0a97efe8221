"""Under what conditions figures were measured: the line that stands below each table of a benchmark."""

import importlib.util
import os
import platform
from datetime import date
from importlib import metadata
from pathlib import Path

import numpy as np
import sklearn
from threadpoolctl import threadpool_info

import clearprop


def conditions(*packages: str) -> str:
    """Date, machine, and versions, those of further packages too where they are installed."""
    blas = next(info for info in threadpool_info() if info["user_api"] == "blas")
    further = [f"{name} {metadata.version(name)}" for name in packages if importlib.util.find_spec(name)]
    return (
        f"{date.today()}; {_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"NumPy {np.__version__} ({blas['internal_api']} {blas['version']}, {blas.get('architecture')}), "
        f"scikit-learn {sklearn.__version__}, {', '.join([*further, f'clearprop {clearprop.__version__}'])}."
    )


def _processor() -> str:
    """What the system calls the processor; where it does not say, its family."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
