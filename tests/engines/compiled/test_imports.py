"""Numba and LLVM are loaded when something is compiled, and not before."""

import pytest

from clearprop.engines.compiled import cache, object_file

from .helpers import run_python

CODE = """
import sys
from importlib.machinery import ModuleSpec
import numpy as np
import clearprop
from clearprop import MLPClassifier, Network, Trainer
from clearprop.engines import CompiledEngine, resolve_engine

class Asked(BaseException):
    pass

class Ended:
    # What would be some ten seconds of compiling ends where it begins.
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        raise Asked

class Finder:
    def find_spec(self, name, *rest):
        return ModuleSpec(name, Ended()) if name in ("numba", "llvmlite") else None

sys.meta_path.insert(0, Finder())

def loaded():
    return any(name.split(".")[0] in ("numba", "llvmlite") for name in sys.modules)

X, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
seen = [loaded()]
network = Network([3, 4, 2], loss="cross_entropy", rng=0)
Trainer(network, engine=sys.argv[1], epochs=2, rng=0).fit(X, y)
MLPClassifier(engine=sys.argv[1], max_iter=200, tol=1.0, random_state=0).fit(X, y).predict(X)
seen.append(loaded())
trainer = Trainer(network, engine="compiled", epochs=2, rng=0)
trainer.start(X, y)
seen.append(loaded())
try:
    trainer.run()
    seen.append(loaded())
except Asked:
    seen.append(True)
print(seen)
"""


def test_neither_is_loaded_before_it_is_needed(tmp_path):
    nothing_built = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert run_python(CODE, "numpy", **nothing_built) == "[False, False, False, True]\n"


@pytest.mark.skipif(not object_file.HERE, reason="LLVM loads the files of this system")
@pytest.mark.skipif(not list(cache.BUILT.glob(f"*.{cache.SOURCES}.*")), reason="no kernels are built of these sources")
@pytest.mark.parametrize("engine", ["numpy", "auto", "compiled"])
def test_neither_is_loaded_for_what_came_with_the_package(engine):
    assert run_python(CODE, engine) == "[False, False, False, False]\n"
