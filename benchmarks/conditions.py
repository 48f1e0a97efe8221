"""Under what conditions figures were measured: the line that stands below each table."""

import os
import platform
from datetime import date

import numpy as np
import sklearn
from threadpoolctl import threadpool_info

import clearprop


def conditions():
    """Date, machine and versions."""
    blas = next(info for info in threadpool_info() if info["user_api"] == "blas")
    return (
        f"{date.today()}; {platform.machine()}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"NumPy {np.__version__} ({blas['internal_api']} {blas['version']}, {blas.get('architecture')}), "
        f"scikit-learn {sklearn.__version__}, clearprop {clearprop.__version__}."
    )
