"""For the tests and the examples in sources and documents alike: none leaves anything to the next.

Pictures need no screen and none stays open; what an example registers is known to it alone.
"""

import os
import signal
import sys

import pytest

import clearprop

os.environ.setdefault("MPLBACKEND", "Agg")

# What a shell starts in the background ignores Ctrl-C, and so would the trainings that tests interrupt: without end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# What `make docs` makes, it may be just now, is no example.
MADE = ["_build", "_replays", "_static", "gallery", "learn/notebooks", "reference/api/generated"]
collect_ignore = [f"docs/{name}" for name in MADE]


@pytest.fixture(autouse=True)
def closed_figures():
    """After each test no figure is left."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(autouse=True)
def registered():
    """After each test that is registered which was before."""
    registries = [getattr(clearprop, name) for name in dir(clearprop) if name.isupper()]
    before = [dict(registry._classes) for registry in registries]
    yield
    for registry, classes in zip(registries, before, strict=True):
        registry._classes.clear()
        registry._classes.update(classes)
