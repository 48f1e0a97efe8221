"""The public names: those that `__all__` lists, no more and no fewer; and importing them loads next to nothing."""

import ast
import importlib
import inspect
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import pytest

import clearprop
from clearprop import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES

HEAVY = ["sklearn", "scipy", "numba", "matplotlib", "rich", "typer", "pandas", "safetensors", "jinja2", "torch"]
# A first use of each in a process of its own takes 0.1 s: one of each kind of module will do.
CORE = ["Network", "Trainer", "LBfgs", "GradientCheck", "Drawing", "History", "InputError"]


def order(name):
    """Constants, then classes, then the rest, each by the alphabet: as ruff sorts `__all__`."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def told_to_type_checkers():
    """Name to module, as the imports under `if TYPE_CHECKING` have them."""
    tree = ast.parse(Path(clearprop.__file__).read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    assert all(isinstance(node, ast.ImportFrom) and node.level == 0 for node in block.body)
    return {alias.asname or alias.name: node.module for node in block.body for alias in node.names}


def test_all_is_what_type_checkers_are_told_and_what_is_there():
    told = told_to_type_checkers()
    assert set(clearprop.__all__) == set(told)
    for name, module in told.items():
        expected = importlib.import_module(f"{module}.{name}") if name == "article" else None
        expected = expected or getattr(importlib.import_module(module), name)
        assert getattr(clearprop, name) is expected, name
        assert getattr(clearprop, name) is expected, name  # and again, once it is kept
    assert dir(clearprop) == sorted([*clearprop.__all__, "__version__"])


def test_all_is_sorted_without_repetition():
    assert isinstance(clearprop.__all__, list)
    assert clearprop.__all__ == sorted(set(clearprop.__all__), key=order)


def test_nothing_else_is_public():
    """What is bound is public, a submodule, or what the file itself needs to load names late."""
    for name in clearprop.__all__:
        getattr(clearprop, name)
    bound = {name for name, value in vars(clearprop).items() if name[0] != "_" and not inspect.ismodule(value)}
    assert bound - set(clearprop.__all__) <= {"Any", "TYPE_CHECKING", "import_module"}
    with pytest.raises(AttributeError, match="module 'clearprop' has no attribute 'Netwrok'"):
        clearprop.Netwrok  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'Netwrok'"):
        exec("from clearprop import Netwrok")


def test_a_star_import_gives_these_names():
    names = {}
    exec("from clearprop import *", names)
    assert set(names) - {"__builtins__"} == set(clearprop.__all__)


def test_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+", clearprop.__version__)


@pytest.mark.parametrize("name", [name for name in clearprop.__all__ if not name.isupper()])
def test_public_things_are_documented(name):
    thing = getattr(clearprop, name)
    assert inspect.getdoc(thing), name
    if inspect.isclass(thing):
        for attribute, value in vars(thing).items():
            if not attribute.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
                assert inspect.getdoc(value), f"{name}.{attribute}"


# Those of estimators, which have scikit-learn's parameters and more, are the longest.
LONGEST_SIGNATURE, LONGEST_ANNOTATION = 1050, 120
MODULES = [
    "activations", "article", "engines", "estimators", "explanation", "initializers", "losses", "metrics", "network",
    "optimizers", "penalties", "schedules", "tables", "training",
]  # fmt: skip


def public_signatures():
    """Of every public function, class and method, and of those of the modules that the docs name; by their names."""
    modules = [clearprop, *(importlib.import_module(f"clearprop.{name}") for name in MODULES)]
    for module in modules:
        for name in getattr(module, "__all__", [name for name in vars(module) if name[0] != "_"]):
            thing = getattr(module, name)
            if not callable(thing) or not str(getattr(thing, "__module__", "")).startswith("clearprop"):
                continue
            members = inspect.getmembers(thing) if inspect.isclass(thing) else []
            methods = {
                f"{name}.{key}": value
                for key, value in members
                if key[0] != "_" and callable(value) and str(getattr(value, "__module__", "")).startswith("clearprop")
            }
            for called, function in {name: thing, **methods}.items():
                try:
                    yield f"{module.__name__}.{called}", inspect.signature(function)
                except ValueError:  # exceptions, and what is written in C
                    continue


def test_signatures_can_be_read():
    """`help` shows X: 'npt.ArrayLike', not the union of thirteen hundred letters that NumPy makes of it."""
    signatures = dict(public_signatures())
    assert len(signatures) > 400
    assert str(signatures["clearprop.explain"].parameters["sample_weight"]) == (
        "sample_weight: 'npt.ArrayLike | None' = None"
    )
    for name, signature in signatures.items():
        text = str(signature)
        assert len(text) <= LONGEST_SIGNATURE, f"{name}{text}"
        assert not re.search(r"_SupportsArray|_NestedSequence|numpy\._typing|numpy\.ndarray|numpy\.dtype", text), name
        for parameter in signature.parameters.values():
            assert len(str(parameter.annotation)) <= LONGEST_ANNOTATION, f"{name}: {parameter}"


@pytest.mark.parametrize(
    "name", ["explain", "attribute", "Network", "Trainer", "MLPClassifier", "Loss", "TableClassifier"]
)
def test_help_has_no_walls(name):
    shown = pydoc.render_doc(getattr(clearprop, name), renderer=pydoc.plaintext)
    assert "_SupportsArray" not in shown
    assert "_NestedSequence" not in shown


@pytest.mark.parametrize("registry", [ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES])
def test_registered_things_are_documented_and_named(registry):
    assert len(registry) > 0
    assert len(list(registry)) == len(registry)
    for name, cls in registry.items():
        assert cls.name == name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert cls.__doc__
        assert not cls.__doc__.startswith(f"{cls.__name__}("), f"{name} has only the docstring that dataclass writes"
        assert registry.resolve(name) == cls()


def in_a_new_process(code):
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_loads_nothing_of_weight():
    code = f"import sys, clearprop; print([name for name in {[*HEAVY, 'numpy']} if name in sys.modules])"
    assert in_a_new_process(code).strip() == "[]"


@pytest.mark.parametrize("name", CORE)
def test_each_name_of_the_core_can_be_the_first_and_loads_numpy_only(name):
    code = (
        f"import sys; from clearprop import {name}\n"
        f"print([name for name in {HEAVY} if name in sys.modules], 'numpy' in sys.modules)"
    )
    assert in_a_new_process(code).strip() in ("[] True", "[] False")


def test_importing_prints_nothing_and_changes_no_global_state():
    code = (
        "import warnings, numpy as np\n"
        "before = np.geterr(), list(warnings.filters), np.random.get_state()[1].tolist(), np.get_printoptions()\n"
        "from clearprop import Network, Trainer\n"
        "after = np.geterr(), list(warnings.filters), np.random.get_state()[1].tolist(), np.get_printoptions()\n"
        "assert before == after\n"
    )
    assert in_a_new_process(code) == ""


def test_training_by_gradient_steps_needs_numpy_only():
    code = (
        "import sys, clearprop\n"
        "network = clearprop.Network([2, 3, 1], 'tanh', rng=0)\n"
        "clearprop.Trainer(network, epochs=2, rng=0).fit([[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0])\n"
        "network.check_gradients([[0.0, 1.0]], [0.0]), network.draw(), network.info()\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    assert in_a_new_process(code).splitlines()[-1] == "[]"
