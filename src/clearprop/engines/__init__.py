"""Engines: what turns batches into steps. All take the same job and leave it in the same state."""

from clearprop.engines.auto import AutoEngine, compiles, needs_no_blas_threads
from clearprop.engines.compiled_engine import CompiledEngine
from clearprop.engines.contract import Diverged, Engine, Job, Progress, StepSettings, Stretch, WholeRunEngine
from clearprop.engines.numpy_engine import NumpyEngine
from clearprop.engines.time_estimate import numpy_seconds
from clearprop.foundation.near_names import did_you_mean, near
from clearprop.foundation.table_cells import quoted
from clearprop.optimizers import LBfgs, Optimizer

ENGINES: dict[str, type[Engine]] = {"numpy": NumpyEngine, "compiled": CompiledEngine}
# What they are called elsewhere.
KNOWN_AS = {"numpy": ("np", "python"), "compiled": ("numba", "jit", "compile", "native")}


def resolve_engine(engine: str | Engine) -> Engine:
    """The engine of a name ("auto" picks one); an engine is handed back as it is.

    Raises
    ------
    ValueError, TypeError
        The name is not known, or it is no engine.
    """
    if not isinstance(engine, str):
        if isinstance(engine, type) or not callable(getattr(engine, "run", None)):
            raise TypeError(f"engine must be auto, {', '.join(ENGINES)} or an object of its own, got {quoted(engine)}")
        return engine
    if engine == AutoEngine.name:
        return AutoEngine()
    if engine not in ENGINES:
        hint = did_you_mean(near(engine, [AutoEngine.name, *ENGINES], KNOWN_AS)) or "."
        raise ValueError(f"unknown engine {quoted(engine)}{hint} There are: auto, {', '.join(ENGINES)}")
    return ENGINES[engine]()


def engine_for(optimizer: Optimizer | LBfgs, chosen: Engine) -> Engine | WholeRunEngine:
    """What trains by this optimiser: the engine that was chosen, unless the optimiser decides its steps itself."""
    if not isinstance(optimizer, LBfgs):
        return chosen
    from clearprop.engines.lbfgs import LBfgsEngine  # when first used

    return LBfgsEngine()


__all__ = [
    "ENGINES",
    "AutoEngine",
    "CompiledEngine",
    "Diverged",
    "Engine",
    "Job",
    "NumpyEngine",
    "Progress",
    "StepSettings",
    "Stretch",
    "WholeRunEngine",
    "compiles",
    "engine_for",
    "needs_no_blas_threads",
    "numpy_seconds",
    "resolve_engine",
]
