"""How much is tried is said; every test that takes an engine is run with each; and chance is the same in each run."""

import asyncio
import itertools

import numpy as np
import pytest

from clearprop.engines import ENGINES

from .browsing import chromium
from .extent import SEED, WHOLE

default_rng = np.random.default_rng


def pytest_report_header():
    return f"the whole of what is drawn: CLEARPROP_WHOLE=1 CLEARPROP_SEED={SEED}" if WHOLE else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Let what a test draws without a seed be the same in each run: a network may happen to begin badly."""
    seeds = itertools.count(SEED)
    np.random.seed(SEED)
    np.random.default_rng = lambda seed=None: default_rng(next(seeds) if seed is None else seed)


@pytest.fixture(params=list(ENGINES))
def engine(request):
    return request.param


@pytest.fixture(scope="session")
def browser():
    """Chromium, for all tests of a process: what drives it cannot be started twice in one."""
    with chromium() as one:
        yield one


@pytest.fixture(autouse=True)
def no_loop_of_the_browser(request):
    """What drives the browser keeps its event loop running in this thread: the other tests are as if it were not."""
    if "browser" in request.fixturenames:
        yield
        return
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)
