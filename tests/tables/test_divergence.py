"""A training of a table that diverges names what the user of an estimator, or of the command, can type."""

import re

import numpy as np
import pytest

from clearprop import DivergenceError, TableRegressor
from clearprop.tables.estimator import TYPED

X = {"a": np.linspace(-2, 2, 80)}
Y = np.sin(X["a"])
SETTINGS = {"recipe": "plain", "max_epochs": 3, "activation": "exponential", "learning_rate": 1e200, "random_state": 0}


@pytest.mark.parametrize(
    "settings", [{"members": 1}, {"members": 2}, {"early_stopping": False}, {"stream": True}], ids=str
)
def test_its_remedy_can_be_typed(settings):
    model = TableRegressor(**SETTINGS, **settings)
    with pytest.raises(DivergenceError) as raised:
        model.fit(np.column_stack([X["a"], X["a"] ** 2]), Y)
    said = str(raised.value)
    assert said.endswith("There is no model. Try a lower learning_rate than 1e+200 or trainer={'clip_norm': 1.0}")
    assert not hasattr(model, "predictor_")
    typed = eval(f"dict({re.search(r'trainer=.*', said)[0]})")
    assert TableRegressor(**typed).get_params()["trainer"] == {"clip_norm": 1.0}


def test_a_model_that_was_there_stays():
    model = TableRegressor(**{**SETTINGS, "learning_rate": 1e-3}, members=1).fit(X, Y)
    before = model.predict(X)
    with pytest.raises(DivergenceError, match=r"The model is still the one from before\. Try a lower"):
        model.set_params(learning_rate=1e200).fit(X, Y)
    assert (model.predict(X) == before).all()


def test_each_remedy_begins_with_a_parameter():
    assert {typed.partition("=")[0] for typed in TYPED.values()} <= TableRegressor().get_params().keys()
    assert TYPED == {
        "learning_rate": "learning_rate",
        "optimizer": "trainer={'optimizer': ...}",
        "clip_norm=1.0": "trainer={'clip_norm': 1.0}",
        "l2": "trainer={'l2': ...}",
    }
