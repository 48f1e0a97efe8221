"""Every parameter of every public constructor and function against values of other types."""

import numpy as np
import pytest

import clearprop

from .entries import ENTRIES, NO_ENTRIES, X, parameters_of
from .judging import assert_told

pytestmark = pytest.mark.filterwarnings("ignore")

BAD = {
    "None": None,
    "'abc'": "abc",
    "-1": -1,
    "0": 0,
    "nan": float("nan"),
    "inf": float("inf"),
    "[]": [],
    "{}": {},
    "object": object(),
    "True": True,
    "10**400": 10**400,
    "array": np.arange(3.0),
    "long": "x" * 100_000,
    "list": list(range(10**5)),
}
# Which of these each parameter takes; all else, and all for parameters that are not here, is refused.
TAKES = {
    "MLPClassifier": (
        "hidden_layer_sizes [] {}; alpha 0; batch_size True; power_t 0 True; shuffle True; "
        "random_state None 0 True; tol 0; verbose 0 True; warm_start True; momentum 0 True; "
        "nesterovs_momentum True; early_stopping True; validation_fraction 0; beta_1 0; beta_2 0; "
        "n_iter_no_change inf True; max_fun True; output_activation None; dropout 0; l1 0; "
        "decoupled_decay None 0; clip_norm None; initializer None; class_weight None {}; dtype None; "
        "scoring None; checkpoint None; checkpoint_every None; cluster None"
    ),
    "MLPRegressor": (
        "hidden_layer_sizes [] {}; alpha 0; batch_size True; power_t 0 True; shuffle True; "
        "random_state None 0 True; tol 0; verbose 0 True; warm_start True; momentum 0 True; "
        "nesterovs_momentum True; early_stopping True; validation_fraction 0; beta_1 0; beta_2 0; "
        "n_iter_no_change inf True; max_fun True; output_activation None; dropout 0; l1 0; "
        "decoupled_decay None 0; clip_norm None; initializer None; dtype None; scoring None; "
        "checkpoint None; checkpoint_every None; cluster None"
    ),
    "Perceptron": (
        "penalty None; alpha 0 True; l1_ratio 0 True; fit_intercept True; max_iter True; tol None 0 True; "
        "shuffle True; verbose 0 True; eta0 True; n_jobs None -1 0 True; random_state None 0 True; "
        "early_stopping True; n_iter_no_change True; class_weight None {}; warm_start True"
    ),
    "TableClassifier": (
        "categorical_features None []; ignore None []; class_weight None {}; split_by None; scoring None; "
        "max_epochs None; early_stopping True; n_iter_no_change None 0; validation_fraction 0; refit True; "
        "hidden_layer_sizes None []; activation None; initializer None; learning_rate None; batch_size None; "
        "dropout None 0; decoupled_decay None 0; dtype None; trainer None {}; warm_start True; "
        "random_state None 0 True; n_jobs None -1; verbose 0 True; callbacks None []; "
        "checkpoint None; checkpoint_every None 10**400; cluster None; stream True"
    ),
    "TableRegressor": (
        "loss None; categorical_features None []; ignore None []; split_by None; scoring None; "
        "max_epochs None; early_stopping True; n_iter_no_change None 0; validation_fraction 0; refit True; "
        "hidden_layer_sizes None []; activation None; initializer None; learning_rate None; batch_size None; "
        "dropout None 0; decoupled_decay None 0; dtype None; trainer None {}; warm_start True; "
        "random_state None 0 True; n_jobs None -1; verbose 0 True; callbacks None []; "
        "checkpoint None; checkpoint_every None 10**400; cluster None; stream True"
    ),
    "Network": (
        "output_activation None; initializer None; dtype None; rng None 0 10**400; inputs None [] {}; "
        "trainable_share True"
    ),
    "Ensemble": "",
    "Trainer": (
        "learning_rate None; batch_size None; shuffle True; l1 0; l2 0; decoupled_decay None 0; "
        "rates None {}; decays None {}; dropout 0; clip_norm None; tolerance 0; patience None 0; "
        "monitor None; keep_best None True; metric None; callbacks []; progress True; rng None 0 10**400"
    ),
    "EnsembleTrainer": "workers None; rng None 0 10**400; progress True; callbacks []",
    "Penalty": "l1 0; l2 0; decays None {}",
    "LBfgs": "",
    "article.NeuralNetwork": "hidden_layer_sizes []; epochs 0; hidden_weights None; output_weights None; rng None",
    "article.Perceptron": "epochs 0; rng None",
    "explain": (
        "x array; y -1 0 True; row None -1 0; sample_weight None; penalty None; optimizer None; "
        "learning_rate None; trainer None; feature_names None array; class_names None; first_row 0; "
        "counted_from None 'abc' -1 0 True 10**400 long"
    ),
    "attribute": "x array; output None; baseline None array; feature_names None array; class_names None",
    "derive": "",
    "read_table": (
        "decimal None; thousands None; encoding None; delimiter None; missing []; dates None; "
        "columns None []; categorical_features []; largest None; check None; also None; "
        "needed None []"
    ),
    "activation leaky_relu": "negative_slope -1 0",
    "activation elu": "alpha -1 0",
    "loss huber": "",
    "loss quantile": "q 0",
    "loss binary_cross_entropy": "floor None 0; smoothing 0",
    "loss cross_entropy": "floor None 0; smoothing 0",
    "loss hinge": "threshold -1 0",
    "loss perceptron": "threshold -1 0",
    "optimizer momentum": "momentum 0",
    "optimizer nesterov": "momentum 0",
    "optimizer adagrad": "epsilon 0",
    "optimizer rmsprop": "decay 0; epsilon 0",
    "optimizer adam": "beta_1 0; beta_2 0; epsilon 0",
    "optimizer adamw": "beta_1 0; beta_2 0; epsilon 0",
    "optimizer amsgrad": "beta_1 0; beta_2 0; epsilon 0",
    "optimizer nadam": "beta_1 0; beta_2 0; epsilon 0",
    "optimizer lion": "beta_1 0; beta_2 0",
    "schedule invscaling": "power 0",
    "schedule adaptive": "least 0",
    "schedule step": "",
    "schedule exponential": "",
    "schedule cosine": "warm_up 0; least 0",
    "schedule one_cycle": "rise 0",
    "schedule coslog4": "",
    "schedule flat_cosine": "flat 0",
    "initializer uniform": "low -1 0; high 0",
    "initializer normal": "deviation 0",
    "initializer glorot_uniform_with_biases": "factor 0",
    "initializer orthogonal": "gain -1 0",
    "input plain": "",
    "input scale": "",
    "input lookup": "",
    "input periodic": "deviation 0",
}


def taken(entry):
    each = (one.split() for one in TAKES[entry].split("; ") if one)
    return {parameter: set(values) for parameter, *values in each}


def test_every_public_name_is_here():
    called = {name.partition(".")[0] for name in ENTRIES}
    assert set(clearprop.__all__) - NO_ENTRIES - {name for name in clearprop.__all__ if name.isupper()} <= called
    assert ENTRIES.keys() == TAKES.keys()
    for entry in ENTRIES:
        assert taken(entry).keys() <= set(parameters_of(entry))


def error_of(call, **given):
    """What the call raises; None where it works."""
    try:
        with np.errstate(all="ignore"):
            call(**given)
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize("entry", ENTRIES)
def test_each_parameter(entry, tmp_path, capsys):
    _, call = ENTRIES[entry]
    if call is None:
        (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4\n")
        call = lambda **given: clearprop.read_table(**{"path": tmp_path / "t.csv", **given})  # noqa: E731
    takes = taken(entry)
    for parameter in parameters_of(entry):
        for name, value in BAD.items():
            case = f"{entry}({parameter}={name})"
            error = error_of(call, **{parameter: value})
            assert (error is None) == (name in takes.get(parameter, ())), f"{case} gives {error!r:.300}"
            if error is not None:
                assert_told(error, parameter)


def test_a_refused_parameter_leaves_a_fitted_estimator_as_it_was():
    for name in ("MLPClassifier", "MLPRegressor", "Perceptron", "TableClassifier", "TableRegressor"):
        model = ENTRIES[name][1]()
        before, own = model.predict(X), model.get_params()
        for parameter in parameters_of(name):
            with pytest.raises((ValueError, TypeError)):
                model.set_params(**{parameter: BAD["object"]}).fit(X, (X[:, 0] > 0).astype(int))
            model.set_params(**{parameter: own[parameter]})
        assert np.array_equal(model.predict(X), before)
