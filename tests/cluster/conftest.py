import os
import signal
from contextlib import suppress

import pytest

from clearprop.cluster import connect

pytest.importorskip("distributed")


@pytest.fixture(scope="session")
def two():
    """Two worker processes of this machine, for all tests of the session."""
    with connect("local:2") as executor:
        yield executor


@pytest.fixture
def both_again(two):
    """Both workers are there again for the next test, whatever this one does to them."""
    yield
    for _ in range(20):
        two.begin_lost_anew()
        with suppress(TimeoutError):
            two.client.wait_for_workers(2, timeout=5)
            break


@pytest.fixture
def kill_one(two, both_again):
    """Kill a worker process."""

    def kill(place=0):
        pids = sorted(two.client.run(os.getpid).values())
        os.kill(pids[place % len(pids)], signal.SIGKILL)

    return kill


@pytest.fixture
def address(two):
    """Where the scheduler of the two workers listens."""
    return two.client.scheduler_info()["address"]
