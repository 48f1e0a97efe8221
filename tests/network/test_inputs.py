"""A network with inputs in front: every gradient, columns, names, copies, files, and what is refused."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop import Ensemble, Network, Penalty, Trainer, load, save
from clearprop.inputs import Input, Lookup, Periodic, Plain, Scale
from clearprop.network.layout import dense_size

INPUTS = (Plain(1), Scale(2), Lookup(4, 3), Periodic(2, 5, 2, 0.3))
FEATURES = 1 + 2 + 3 + 6
STEP = 1e-30


def network_and_rows(n=9, *, dtype="float64", loss="cross_entropy", share=True, seed=0, hidden=("mish", "tanh")):
    rng = np.random.default_rng(seed)
    network = Network(
        [FEATURES, 5, 4, 3], list(hidden), loss=loss, rng=seed, inputs=INPUTS, trainable_share=share, dtype=dtype
    )
    network.parameters += rng.normal(scale=0.2, size=network.parameters.size)
    codes = rng.permutation(np.resize([0, 3, -1, 1], n))  # one is not known, one never comes
    X = np.column_stack([rng.normal(size=(n, 3)), codes, rng.normal(size=(n, 2))])
    return network, X, rng.integers(3, size=n)


def complex_value(network, X, y, index=None, entry=None):
    """The loss with one parameter or entry of X shifted by i h, from scratch."""
    flat = network.parameters.astype(complex)
    rows = X.astype(complex)
    if index is not None:
        flat[index] += 1j * STEP
    if entry is not None:
        rows[entry] += 1j * STEP
    named = network.layout.named_views(flat)
    a = [rows[:, :1], rows[:, 1:3] * named["s2"]]
    a.append(np.array([named["E3"][int(code)] if code >= 0 else np.zeros(3) for code in X[:, 3]]))
    for k in range(2):
        x = rows[:, 4 + k]
        waves = np.cos(2 * np.pi * np.outer(x, named["c4"][k]) + named["phi4"][k])
        a += [x[:, np.newaxis], waves @ named["V4"][k] + named["v4"][k]]
    a = np.concatenate(a, axis=1)
    for layer, f in ((1, lambda z: z * np.tanh(np.log(1 + np.exp(z)))), (2, np.tanh)):
        z = a @ named[f"W{layer}"] + named[f"b{layer}"]
        a = z + named[f"p{layer}"] * (f(z) - z)
    z = a @ named["W3"] + named["b3"]
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean()


def test_the_layout_has_the_inputs_in_front_and_shares_behind_biases():
    network, _, _ = network_and_rows()
    assert [(span.name, span.layer, span.shape, span.decay_factor) for span in network.layout.spans] == [
        ("s2", 0, (2,), 0),
        ("E3", 0, (4, 3), 1),
        ("c4", 0, (2, 5), 0),
        ("phi4", 0, (2, 5), 0),
        ("V4", 0, (2, 5, 2), 1),
        ("v4", 0, (2, 2), 0),
        *[
            (f"{kind}{layer}", layer, shape, kind == "W")
            for layer, (i, j) in enumerate([(12, 5), (5, 4), (4, 3)], start=1)
            for kind, shape in (("W", (i, j)), ("b", (j,)), ("p", (j,)))
            if kind != "p" or layer < 3
        ],
    ]
    assert network.layout.size == network.parameters.size
    assert network.layout.size == dense_size([12, 5, 4, 3], network.front.parts, [True, True])
    assert network.parameter_name(network.layout.index("E3[4,2]")) == "E3[4,2]"
    assert (network.n_columns, network.inputs, network.trainable_share) == (6, INPUTS, True)
    assert [None if share is None else share.shape for share in network.shares] == [(5,), (4,), None]


def test_loss_and_every_gradient_are_the_complex_steps():
    network, X, y = network_and_rows()
    trace = network.forward(X)
    gradients = network.backward(trace, y)
    assert network.loss_of(trace, y) == pytest.approx(complex_value(network, X, y).real, rel=1e-13)
    for index in range(network.parameters.size):
        slope = complex_value(network, X, y, index=index).imag / STEP
        assert gradients.flat[index] == pytest.approx(slope, rel=1e-10, abs=1e-13), network.parameter_name(index)
    for entry in np.ndindex(X.shape):
        slope = 0 if entry[1] == 3 else complex_value(network, X, y, entry=entry).imag / STEP
        assert gradients.inputs[entry] == pytest.approx(slope, rel=1e-10, abs=1e-13)
    for layer in (0, 1):
        span = network.layout.span(f"p{layer + 1}")
        np.testing.assert_array_equal(gradients.shares[layer], gradients.flat[span.start : span.stop])


def test_the_trace_has_the_columns_and_the_features():
    network, X, y = network_and_rows()
    trace = network.forward(X)
    assert trace.inputs.shape == (9, 6)
    assert trace.features is trace.layer_input(0)
    assert trace.features.shape == (9, FEATURES)
    np.testing.assert_array_equal(trace.features[:, 0], X[:, 0])
    assert not trace.features[X[:, 3] < 0, 3:6].any()
    assert repr(trace) == "<Trace of 9 rows through 12-5-4-3 units>"
    np.testing.assert_array_equal(network.predict(X), trace.outputs)
    filled = network.forward(X[::-1], out=network.forward(X))
    np.testing.assert_array_equal(filled.features, trace.features[::-1])
    # gradients that are filled again are the same
    gradients = network.backward(trace, y)
    again = network.empty_gradients([np.empty_like(z) for z in trace.z])
    np.testing.assert_array_equal(network.backward(trace, y, out=again).flat, gradients.flat)


def test_a_plain_network_has_its_rows_as_features():
    network = Network([2, 3, 1], rng=0)
    trace = network.forward([[1.0, 2.0]])
    assert trace.features is trace.inputs
    assert (network.inputs, network.n_columns, network.shares) == ((Plain(2),), 2, [None, None])
    same = Network([2, 3, 1], rng=0, inputs=[Plain(1), Plain(1)])
    np.testing.assert_array_equal(same.parameters, network.parameters)
    assert "inputs" not in network.to_config()
    assert "trainable_share" not in network.to_config()


def test_the_jacobian_is_of_columns():
    network, X, _ = network_and_rows()
    jacobian = network.jacobian(network.forward(X))
    assert jacobian.shape == (9, 3, 6)
    assert not jacobian[:, :, 3].any()
    for column in (0, 1, 2, 4, 5):
        shifted = [X + shift * np.eye(6)[column] for shift in (-2e-4, -1e-4, 1e-4, 2e-4)]
        values = [network.predict(rows) for rows in shifted]
        numeric = (8 * (values[2] - values[1]) - (values[3] - values[0])) / 12e-4
        np.testing.assert_allclose(jacobian[:, :, column], numeric, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("penalty", [None, Penalty(l1=0.05, l2=0.2), Penalty(l2=0.2, decays={"s": 1.0, "E3": 0.5})])
def test_gradients_are_checked_by_differences_with_their_names(penalty):
    network, X, y = network_and_rows()
    check = network.check_gradients(X, y, np.linspace(0.5, 2, 9), penalty)
    assert check.passed
    assert check.checked + len(check.at_kinks) == network.parameters.size
    assert check.worst_relative_error < 1e-6
    # also where columns are large
    assert network.check_gradients(X * [1e3, 1e3, 1e-3, 1, 30, 1], y).passed


def test_a_wrong_gradient_of_an_input_is_found_and_named():
    class Crooked(Scale):
        name = "crooked"

        def gradient(self, x, parameters, output_gradient, out=None):
            below = super().gradient(x, parameters, output_gradient, out)
            if out is not None:
                out[0][1] *= 1.01
            return below

    network = Network([3, 1], inputs=[Crooked(3)], rng=0)
    rng = np.random.default_rng(0)
    check = network.check_gradients(rng.normal(size=(5, 3)), rng.normal(size=5))
    assert check.passed is False
    assert check.parameter == "s1[2]"
    assert check.worst_relative_error == pytest.approx(0.01, rel=0.02)


@pytest.mark.parametrize(
    "make", [copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing)), Network.copy]
)
def test_copies_have_inputs_and_shares(make):
    network, X, y = network_and_rows()
    twin = make(network)
    np.testing.assert_array_equal(twin.predict(X), network.predict(X))
    np.testing.assert_array_equal(twin.backward(twin.forward(X), y).flat, network.backward(network.forward(X), y).flat)
    twin.shares[0][:] = 0.5
    assert twin.parameters[twin.layout.index("p1[1]")] == 0.5


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_files_hold_them(tmp_path, dtype):
    network, X, _ = network_and_rows(dtype=dtype)
    assert network.predict(X).dtype == dtype
    save(network, tmp_path / "one.model")
    back = load(tmp_path / "one.model")
    assert back.inputs == network.inputs
    np.testing.assert_array_equal(back.parameters, network.parameters)
    np.testing.assert_array_equal(back.predict(X), network.predict(X))
    assert back.to_config() == network.to_config()
    ensemble = Ensemble([network, back])
    save(ensemble, tmp_path / "two.model")
    np.testing.assert_array_equal(load(tmp_path / "two.model").predict(X), ensemble.predict(X))


def test_a_description_is_a_network_of_zeros():
    network, _, _ = network_and_rows()
    made = Network.from_config(network.to_config())
    assert made.layout == network.layout
    assert not made.parameters.any()


def test_ensembles_are_of_networks_with_the_same_inputs():
    network, _, _ = network_and_rows()
    with pytest.raises(ValueError, match="number 2 has the inputs"):
        Ensemble([network, Network([FEATURES, 5, 4, 3], ["mish", "tanh"], loss="cross_entropy", rng=0)])
    other, _, _ = network_and_rows(share=False)
    with pytest.raises(ValueError, match="number 2 has the trainable share False where the first has True"):
        Ensemble([network, other])


def rows_with(column, value):
    _, X, _ = network_and_rows()
    X[4, column] = value
    return X


REFUSED = {
    "a code too great": (rows_with(3, 4), ValueError, r"column 3 of X must hold codes, whole .* got 4 at row 4"),
    "half a code": (rows_with(3, 0.5), ValueError, r"column 3 of X must hold codes, .* got 0.5 at row 4"),
    "not a number": (rows_with(3, np.nan), ValueError, "X"),
    "features for columns": (np.zeros((2, FEATURES)), ValueError, r"X must have shape \(n, 6\), got \(2, 12\)"),
    "sparse": (csr_array(rows_with(0, 1)), TypeError, r"X is sparse, which only plain .* \(scale, lookup, periodic\)"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_rows_that_cannot_be_are_refused_in_words(case):
    X, kind, message = REFUSED[case]
    network, _, y = network_and_rows()
    with pytest.raises(kind, match=message):
        network.predict(X)
    with pytest.raises(kind, match=message):
        network.forward(X)
    if case != "not a number":
        with pytest.raises(kind, match=message.replace("X must", "X must").split(",")[0]):
            Trainer(network).start(X, np.resize(y, X.shape[0]))


def test_inputs_that_cannot_be_are_refused_in_words():
    with pytest.raises(ValueError, match=r"number of features that the inputs give, 1 \+ 8 = 9, got 3"):
        Network([3, 1], inputs=["plain", "lookup"])
    with pytest.raises(TypeError, match=r"inputs must be a list of inputs.*write \['plain'\]"):
        Network([1, 1], inputs="plain")
    with pytest.raises(ValueError, match="unknown input 'embedding', did you mean 'lookup'"):
        Network([1, 1], inputs=["embedding"])

    class Weighted(Scale):
        name = "weighted"

        @property
        def parts(self):
            return (("W", (self.columns,)),)

    with pytest.raises(ValueError, match=r"Weighted\(columns=1\) has parameters of the kind 'W'"):
        Network([1, 1], inputs=[Weighted(1)])


def test_unknown_categories_teach_no_row_of_the_table():
    network, X, y = network_and_rows()
    gradients = network.backward(network.forward(X), y)
    of_table = network.layout.named_views(gradients.flat)["E3"]
    assert not of_table[2].any()  # code 2 never comes
    assert of_table[[0, 1, 3]].any(axis=1).all()
    X[:, 3] = -1
    gradients = network.backward(network.forward(X), y)
    assert not network.layout.named_views(gradients.flat)["E3"].any()


def test_a_users_own_input_trains_by_numpy_with_a_word():
    class Doubled(Input):
        name = "doubled"
        columns = 1
        features = 1

        def value(self, x, parameters, out=None):
            return np.multiply(x, 2, out=out)

        def gradient(self, x, parameters, output_gradient, out=None):
            return 2 * output_gradient

    network = Network([1, 1], inputs=[Doubled()], rng=0)
    X, y = np.linspace(-1, 1, 20)[:, np.newaxis], np.linspace(-3, 3, 20)
    assert network.check_gradients(X, y).passed
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Trainer(network, engine="compiled", epochs=2, rng=0).fit(X, y)
    assert any("the input doubled has no compiled form" in str(warning.message) for warning in caught)


def test_training_goes_by_rates_and_decays_of_inputs():
    network, X, y = network_and_rows()
    before = network.layout.named_views(network.parameters.copy())
    rates = {"s": 0.0, "E": 0.0, "c4": 0.0}
    Trainer(network, rates=rates, epochs=3, batch_size=4, engine="numpy", rng=0).fit(X, y)
    after = network.layout.named_views(network.parameters)
    for name, values in before.items():
        assert np.array_equal(values, after[name]) == (name in ("s2", "E3", "c4")), name


def test_training_resumes_bit_for_bit():
    network, X, y = network_and_rows(40)
    trainer = Trainer(network, epochs=6, batch_size=7, dropout=0.2, engine="numpy", rng=0)
    trainer.start(X, y)
    for _ in range(9):
        trainer.run_batch()
    snapshot = trainer.snapshot()
    trainer.run()
    first = network.parameters.copy()
    trainer.restore(snapshot)
    trainer.run()
    np.testing.assert_array_equal(network.parameters, first)


def test_lbfgs_trains_all_of_it():
    network, X, y = network_and_rows(hidden=("tanh", "tanh"))
    before = network.parameters.copy()
    Trainer(network, optimizer="lbfgs", epochs=60).fit(X, y)
    assert network.loss(X, y) < 0.01
    changed = network.layout.named_views(network.parameters != before)
    assert all(np.any(part) for part in changed.values())


def test_it_says_what_it_makes_of_its_columns(capsys):
    network, _, _ = network_and_rows()
    network.info()
    told = capsys.readouterr().out
    assert "Input 2: scale, column 2-3 of X -> feature 2-3, 2 parameters" in told
    assert "Input 3: lookup, column 4 of X -> feature 4-6, 12 parameters" in told
    assert "share" in told
    assert "Input" not in Network([2, 1]).copy().__repr__()
    drawn = str(network.draw())
    assert "features" in drawn
    assert "a0[2]" in drawn
