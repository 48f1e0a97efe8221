"""Every input that is registered: value and gradient by the complex step, by differences and by formulas anew."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from clearprop import INPUTS, Input
from clearprop.inputs import Lookup, Periodic, Plain, Scale

ROWS, STEP = 7, 1e-30

# name: one with several columns or sizes, no two of them alike
SEVERAL = {
    "plain": Plain(3),
    "scale": Scale(3),
    "lookup": Lookup(5, 3),
    "periodic": Periodic(3, 4, 2, 0.7),
}


def columns_for(one, rng, rows=ROWS):
    """Numbers, or codes of which one is not known and others come twice."""
    if one.coded:
        return rng.integers(-1, one.categories, size=(rows, 1)).astype(float)
    return rng.normal(size=(rows, one.columns))


def example(name, seed=0):
    rng = np.random.default_rng([seed, *map(ord, name)])
    one = SEVERAL[name]
    parameters = [part + rng.normal(scale=0.3, size=part.shape) for part in one.start(rng)]
    return one, columns_for(one, rng), parameters, rng.normal(size=(ROWS, one.features))


def periodic_by_loops(x, parameters):
    c, phi, V, v = parameters
    features = []
    for row in x:
        own = []
        for k, number in enumerate(row):
            waves = [math.cos(2 * math.pi * c[k, f] * number + phi[k, f]) for f in range(c.shape[1])]
            own.append(number)
            own += [v[k, m] + sum(wave * V[k, f, m] for f, wave in enumerate(waves)) for m in range(v.shape[1])]
        features.append(own)
    return features


# name: the features, from scratch
ORACLES = {
    "plain": lambda x, parameters: x.tolist(),
    "scale": lambda x, parameters: [[a * s for a, s in zip(row, parameters[0], strict=True)] for row in x],
    "lookup": lambda x, parameters: [
        list(parameters[0][int(code)]) if code >= 0 else [0.0] * parameters[0].shape[1] for (code,) in x
    ],
    "periodic": periodic_by_loops,
}


def test_every_input_is_in_every_table():
    assert set(SEVERAL) == set(ORACLES) == set(INPUTS)


@pytest.mark.parametrize("name", INPUTS)
def test_features_are_the_formulas(name):
    one, x, parameters, _ = example(name)
    expected = ORACLES[name](x, parameters)
    np.testing.assert_allclose(one.value(x, parameters), expected, rtol=1e-13, atol=1e-14)
    room = np.full((ROWS, one.features), np.nan)
    assert one.value(x, parameters, room) is room
    np.testing.assert_array_equal(room, one.value(x, parameters))
    # also where the room is a part of a wider array, as in a network
    wide = np.full((ROWS, one.features + 2), np.nan)
    one.value(x, parameters, wide[:, 1:-1])
    np.testing.assert_array_equal(wide[:, 1:-1], room)
    assert np.isnan(wide[:, [0, -1]]).all()


@pytest.mark.parametrize("name", INPUTS)
def test_parts_and_starts_agree(name):
    one = SEVERAL[name]
    starts = one.start(np.random.default_rng(0))
    assert [start.shape for start in starts] == [shape for _, shape in one.parts]
    kinds = [kind for kind, _ in one.parts]
    assert len(set(kinds)) == len(kinds)
    assert one.decaying <= set(kinds)
    again = one.start(np.random.default_rng(0))
    assert all(np.array_equal(first, second) for first, second in zip(starts, again, strict=True))


@pytest.mark.parametrize("name", INPUTS)
def test_every_parameters_gradient_is_the_complex_steps(name):
    one, x, parameters, seed = example(name)
    out = [np.full(part.shape, np.nan) for part in parameters]
    one.gradient(x, parameters, seed, out)
    for number, (kind, shape) in enumerate(one.parts):
        for place in np.ndindex(shape):
            shifted = [part.astype(complex) for part in parameters]
            shifted[number][place] += 1j * STEP
            slope = (one.value(x, shifted) * seed).sum().imag / STEP
            assert out[number][place] == pytest.approx(slope, rel=1e-12, abs=1e-14), (kind, place)


@pytest.mark.parametrize("name", INPUTS)
def test_every_parameters_gradient_is_the_finite_differences(name):
    one, x, parameters, seed = example(name, seed=1)
    out = [np.empty_like(part) for part in parameters]
    one.gradient(x, parameters, seed, out)
    for number, (kind, shape) in enumerate(one.parts):
        for place in np.ndindex(shape):
            values = []
            for shift in (-2e-3, -1e-3, 1e-3, 2e-3):
                shifted = [part.copy() for part in parameters]
                shifted[number][place] += shift
                values.append(float((one.value(x, shifted) * seed).sum()))
            numeric = (8 * (values[2] - values[1]) - (values[3] - values[0])) / 12e-3
            assert out[number][place] == pytest.approx(numeric, rel=1e-7, abs=1e-9), (kind, place)


@pytest.mark.parametrize("name", INPUTS)
def test_each_checks_itself_and_finds_what_is_wrong(name):
    one = SEVERAL[name]
    assert one.check() < 1e-7
    assert type(one)().check(rng=3) < 1e-7

    class Wrong(type(one)):
        def gradient(self, x, parameters, output_gradient, out=None):
            below = super().gradient(x, parameters, output_gradient, out)
            for part in out or ():
                part *= 1.01
            return below * 1.01

    assert Wrong(*vars(one).values()).check() == pytest.approx(0.01, rel=1e-4)


@pytest.mark.parametrize("name", INPUTS)
def test_the_columns_gradient_is_the_complex_steps(name):
    one, x, parameters, seed = example(name)
    gradient = one.gradient(x, parameters, seed)
    assert gradient.shape == x.shape
    if one.coded:  # which have no slope
        assert not gradient.any()
        return
    for row, column in np.ndindex(x.shape):
        shifted = x.astype(complex)
        shifted[row, column] += 1j * STEP
        slope = (one.value(shifted, parameters) * seed).sum().imag / STEP
        assert gradient[row, column] == pytest.approx(slope, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("name", INPUTS)
def test_float32_stays_float32(name):
    one, x, parameters, seed = example(name)
    small = [part.astype("float32") for part in parameters]
    out = [np.empty_like(part) for part in small]
    value = one.value(x.astype("float32"), small)
    gradient = one.gradient(x.astype("float32"), small, seed.astype("float32"), out)
    assert value.dtype == gradient.dtype == np.float32
    np.testing.assert_allclose(value, one.value(x, parameters), rtol=1e-4, atol=1e-5)
    exact = [np.empty_like(part) for part in parameters]
    one.gradient(x, parameters, seed, exact)
    for ours, theirs in zip(out, exact, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", INPUTS)
def test_which_features_are_reached_is_what_the_gradient_says(name):
    one, x, parameters, _ = example(name)
    for number, (kind, shape) in enumerate(one.parts):
        for place in np.ndindex(shape):
            reached = set(one.reached(kind, tuple(at + 1 for at in place)))
            for feature in range(one.features):
                seed = np.zeros((ROWS, one.features))
                seed[:, feature] = 1
                out = [np.empty_like(part) for part in parameters]
                one.gradient(x, parameters, seed, out)
                assert feature in reached or out[number][place] == 0
    for feature in range(one.features):
        assert feature in one.reached("x", (one.column(feature) + 1,))


def test_the_starts_are_as_they_are_said_to_be():
    rng = np.random.default_rng(0)
    (s,) = Scale(4).start(rng)
    assert s.tolist() == [1, 1, 1, 1]
    (E,) = Lookup(2000, 8).start(rng)
    assert E.mean() == pytest.approx(0, abs=0.03)
    assert E.std() == pytest.approx(1, abs=0.02)
    c, phi, V, v = Periodic(500, 16, 3, 0.1).start(rng)
    assert c.std() == pytest.approx(0.1, rel=0.03)
    spread = Periodic(2000, 5, 1, 0.05, spread=16.0).start(rng)[0]
    assert spread.std(axis=0) == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8], rel=0.06)
    assert -math.pi <= phi.min() < -3.1 < 3.1 < phi.max() <= math.pi
    assert phi.std() == pytest.approx(math.pi / math.sqrt(3), rel=0.02)
    assert -0.25 <= min(V.min(), v.min()) < -0.24 < 0.24 < max(V.max(), v.max()) <= 0.25


REFUSED = {
    "no columns": (lambda: Plain(0), "columns must be a whole number >= 1, got 0"),
    "half a column": (lambda: Scale(1.5), "columns must be a whole number >= 1, got 1.5"),
    "no categories": (lambda: Lookup(0), "categories must be a whole number >= 1, got 0"),
    "no size": (lambda: Lookup(3, 0), "size must be a whole number >= 1, got 0"),
    "no frequencies": (lambda: Periodic(1, 0), "frequencies must be a whole number >= 1, got 0"),
    "no spread": (lambda: Periodic(spread=0.0), "spread must be a finite number > 0, got 0.0"),
    "a negative deviation": (lambda: Periodic(deviation=-1.0), "deviation must be a finite number >= 0, got -1.0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_sizes_that_cannot_be_are_refused(case):
    make, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        make()


def test_one_of_a_users_own():
    @dataclass(frozen=True)
    class Squared(Input):
        columns: int = 1
        name = "squared"

        @property
        def features(self):
            return 2 * self.columns

        def value(self, x, parameters, out=None):
            return np.concatenate([x, x * x], axis=1, out=out)

        def gradient(self, x, parameters, output_gradient, out=None):
            plain, square = np.split(output_gradient, 2, axis=1)
            return plain + 2 * x * square

    one = Squared(2)
    assert one.parts == ()
    assert one.value(np.array([[2.0, 3.0]]), []).tolist() == [[2, 3, 4, 9]]
    assert one.gradient(np.array([[2.0, 3.0]]), [], np.ones((1, 4))).tolist() == [[5, 7]]
    assert INPUTS.resolve(one) is one
    with pytest.raises(ValueError, match="input Squared is not registered"):
        INPUTS.to_config(one)
