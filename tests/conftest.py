"""How much is tried is said; and every test that takes an engine is run with each of them."""

import asyncio

import pytest

from clearprop.engines import ENGINES

from .browsing import chromium
from .extent import SEED, WHOLE


def pytest_report_header():
    return f"the whole of what is drawn: CLEARPROP_WHOLE=1 CLEARPROP_SEED={SEED}" if WHOLE else None


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
