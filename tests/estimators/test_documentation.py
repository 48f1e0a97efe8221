"""What `help` says of the estimators: every parameter once, what several have in common written in one place."""

import ast
import inspect
import re
import warnings

import numpy as np
import pytest

from clearprop import MLPClassifier, MLPRegressor, Perceptron
from clearprop.estimators.multilayer import MultilayerPerceptron

ESTIMATORS = [MLPClassifier, MLPRegressor, Perceptron]


def entries(docstring, section):
    """The names that a section of a docstring describes, in order."""
    text = re.search(rf"^{section}\n-+\n(.*?)(?:\n\n|\Z)", inspect.cleandoc(docstring), re.DOTALL | re.MULTILINE)[1]
    heads = [line.partition(" : ")[0] for line in text.splitlines() if not line.startswith(" ")]
    return [name for head in heads for name in head.split(", ")]


def source_docstring(cls):
    """The docstring as it stands in the file."""
    tree = ast.parse(inspect.getsource(inspect.getmodule(cls)))
    return ast.get_docstring(next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == cls.__name__))


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_every_parameter_is_described_once(cls):
    assert sorted(entries(cls.__doc__, "Parameters")) == sorted(inspect.signature(cls).parameters)


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_every_attribute_that_is_described_is_there(cls):
    X, y = np.arange(24.0).reshape(8, 3) / 24, np.array([0, 1] * 4)
    settings = {} if cls is Perceptron else {"hidden_layer_sizes": (2,), "tol": 10.0, "solver": "sgd"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how well it learned is not looked at
        model = cls(random_state=0, **settings).fit(X, y)
    described = entries(cls.__doc__, "Attributes")
    assert len(described) == len(set(described))
    assert [name for name in described if name != "feature_names_in_" and not hasattr(model, name)] == []


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("section", ["Parameters", "Attributes"])
def test_what_both_networks_have_in_common_is_written_once(cls, section):
    shared, source = entries(MultilayerPerceptron.__doc__, section), source_docstring(cls)
    assert set(shared) <= set(entries(cls.__doc__, section))
    assert not set(shared) & set(entries(source, section))
    assert "Those of `MultilayerPerceptron`." in source
    assert "Those of" not in cls.__doc__


def test_a_subclass_may_have_a_docstring_of_its_own():
    class Silent(MLPClassifier):
        pass

    class Own(MLPClassifier):
        """Mine."""

    assert (Silent.__doc__, Own.__doc__) == (None, "Mine.")
    assert inspect.getdoc(Silent) == inspect.getdoc(MLPClassifier)
