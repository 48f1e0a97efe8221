"""What only some tests need and no one has to have: PyTorch, a browser and what drives it, a TeX.

Without it those tests are skipped and say so; with CLEARPROP_REQUIRE_ALL=1, as in continuous integration, they fail.
"""

import os
import shutil
import warnings

import pytest


def import_torch():
    """PyTorch."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import torch
    except ImportError:
        missing("PyTorch")
    return torch


def import_playwright():
    """Playwright, by which a browser is driven."""
    try:
        from playwright import sync_api
    except ImportError:
        missing("Playwright")
    return sync_api


def program(what, *names):
    """The path of the first of these programs that is there."""
    for name in names:
        path = shutil.which(name)
        if path is not None:
            return path
    return missing(what)


def missing(what):
    """Skip, or fail where nothing may be missing."""
    if os.environ.get("CLEARPROP_REQUIRE_ALL") == "1":
        raise RuntimeError(f"CLEARPROP_REQUIRE_ALL=1, but {what} is not installed")
    pytest.skip(f"{what} is not installed", allow_module_level=True)
