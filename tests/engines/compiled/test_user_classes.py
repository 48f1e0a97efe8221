"""Classes of the user's own: by NumPy, with one warning, or compiled where they bring kernels."""

import math
import warnings
from dataclasses import dataclass
from functools import partial

import numba
import numpy as np
import pytest

from clearprop import Activation, Loss, Network, Trainer
from clearprop.engines import CompiledEngine, NumpyEngine
from clearprop.engines.compiled.jit import ENABLED
from clearprop.optimizers import Momentum

from .helpers import Kernel, assert_agreement, job_of, train

WARNING = r"the {} has no compiled form, so the NumPy engine trains\. .*engine='numpy' goes without"


def rows(n=23):
    rng = np.random.default_rng(5)
    return rng.normal(size=(n, 3)), rng.normal(size=(n, 2))


class Arctangent(Activation):
    name = "arctangent"

    def value(self, z, out=None):
        return np.arctan(z, out=out)

    def slope(self, z, a):
        return 1 / (1 + z * z)


class FourthPower(Loss):
    name = "fourth_power"

    def value(self, a, y):
        return ((a - y) ** 4).sum(axis=-1)

    def gradient(self, a, y):
        return 4 * (a - y) ** 3


class Slower(Momentum):
    name = "slower"

    def update(self, parameters, gradient, slots, rate, step):
        super().update(parameters, gradient, slots, 0.5 * rate, step)


def parameters(engine, activation="tanh", loss="squared_error", optimizer="momentum"):
    network = Network([3, 6, 2], activation, loss=loss, rng=0)
    trainer = Trainer(network, optimizer=optimizer, learning_rate=0.01, epochs=4, batch_size=5, engine=engine, rng=0)
    trainer.fit(*rows())
    return network.parameters


@pytest.mark.parametrize(
    ("what", "given"),
    [
        ("activation arctangent", {"activation": Arctangent()}),
        ("loss fourth_power", {"loss": FourthPower()}),
        ("optimizer slower", {"optimizer": Slower()}),
    ],
)
def test_what_has_no_kernels_is_trained_by_numpy_with_one_warning(what, given):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trained = parameters("compiled", **given)
    assert len(caught) == 1
    with pytest.warns(UserWarning, match=WARNING.format(what)):
        parameters(CompiledEngine(), **given)
    np.testing.assert_array_equal(trained, parameters(NumpyEngine(), **given))
    assert (trained != parameters(NumpyEngine())).any()


def test_a_subclass_of_ours_is_not_taken_for_ours():
    """Its formula is another, though ours has kernels."""

    class Shifted(type(Network([1, 1, 1], "relu").activations[0])):
        name = "shifted"

        def value(self, z, out=None):
            return np.maximum(z, 0.5, out=out)

        def slope(self, z, a):
            return np.greater(z, 0.5)

    with pytest.warns(UserWarning, match=WARNING.format("activation shifted")):
        trained = parameters("compiled", activation=Shifted())
    np.testing.assert_array_equal(trained, parameters("numpy", activation=Shifted()))


# -- with kernels ------------------------------------------------------------------------------------------------------


def arctangent(z, s):
    return math.atan(z)


def arctangent_slope(z, a, s):
    return 1 / (1 + z * z)


class CompiledArctangent(Arctangent):
    kernels = (arctangent, arctangent_slope)


class MachineArctangent(Arctangent):
    """Whose kernels the user has compiled."""

    kernels = (numba.njit(arctangent), numba.njit(arctangent_slope))


def bent(z, s):
    return s[0] * z + s[1] * math.tanh(s[2] * z)


def bent_slope(z, a, s):
    t = math.tanh(s[2] * z)
    return s[0] + s[1] * s[2] * (1 - t * t)


@dataclass(frozen=True)
class Bent(Activation):
    """A straight line and a bend, by three parameters."""

    line: float = 0.1
    height: float = 1.0
    steepness: float = 1.0

    name = "bent"
    kernels = (bent, bent_slope)

    def value(self, z, out=None):
        return np.add(self.line * z, self.height * np.tanh(self.steepness * z), out=out)

    def slope(self, z, a):
        return self.line + self.height * self.steepness * (1 - np.tanh(self.steepness * z) ** 2)


def lopsided(a, y, s):
    error = a - y
    return (s[0] if error > 0 else s[1]) * error * error


def lopsided_gradient(a, y, s):
    error = a - y
    return 2 * (s[0] if error > 0 else s[1]) * error


@dataclass(frozen=True)
class Lopsided(Loss):
    """Squares that count more on one side."""

    above: float = 1.0
    below: float = 1.0

    name = "lopsided"
    kernels = (lopsided, lopsided_gradient)

    def value(self, a, y):
        return (np.where(a > y, self.above, self.below) * (a - y) ** 2).sum(axis=-1)

    def gradient(self, a, y):
        return 2 * np.where(a > y, self.above, self.below).astype(a.dtype) * (a - y)


class LopsidedOfSigmoids(Lopsided):
    """With a natural output that is not the identity."""

    name = "lopsided_of_sigmoids"
    output_activation = "sigmoid"


HIDDEN = {
    "no parameters": CompiledArctangent(),
    "compiled by the user": MachineArctangent(),
    "parameters": Bent(0.3, 0.7, 1.5),
    "a layer each": [Bent(0.3, 0.7, 1.5), Bent(0.05, 1.2, 0.5)],
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_an_activation_with_kernels(hidden, dtype):
    network = Network([3, 9, 4, 2], HIDDEN[hidden], dtype=dtype, rng=1)
    assert assert_agreement(job_of(network, *rows(), dropout=0.2), 0.05) > 1e-3


def test_an_activation_with_kernels_as_the_output():
    network = Network([3, 9, 2], "tanh", Bent(0.3, 0.7, 1.5), rng=1)
    assert assert_agreement(job_of(network, *rows()), 0.05) > 1e-3


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("output", ["identity", "tanh", "sigmoid"])
@pytest.mark.parametrize("loss", [Lopsided(0.4, 1.5), LopsidedOfSigmoids(0.4, 1.5)])
def test_a_loss_with_kernels(loss, output, dtype):
    network = Network([3, 9, 2], "tanh", output, loss, dtype=dtype, rng=1)
    weight = np.random.default_rng(0).uniform(0, 2, 23)
    assert assert_agreement(job_of(network, *rows(), weight=weight), 0.05) > 1e-3


def test_parameters_are_those_of_the_object_at_hand():
    """The same kernels with other parameters, one after the other, in one process."""
    results = []
    for steepness in (0.5, 2.0):
        network = Network([3, 9, 2], Bent(0.3, 0.7, steepness), rng=1)
        job, given = job_of(network, *rows())
        assert_agreement((job, given), 0.05)
        results.append(job.network.parameters)
    assert np.abs(results[0] - results[1]).max() > 1e-3


def test_no_warning_where_there_are_kernels():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained = parameters("compiled", activation=Bent(), loss=Lopsided(1.0, 2.0))
    np.testing.assert_allclose(trained, parameters("numpy", activation=Bent(), loss=Lopsided(1.0, 2.0)), rtol=1e-11)


def many_values(z, s):
    return z * s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7]


def many_slopes(z, a, s):
    return s[0]


@dataclass(frozen=True)
class Many(Activation):
    """As many parameters as there is room for."""

    a: float = 1.0
    b: float = 0.1
    c: float = 0.2
    d: float = 0.3
    e: float = 0.4
    f: float = 0.5
    g: float = 0.6
    h: float = 0.7

    name = "many"
    kernels = (many_values, many_slopes)

    def value(self, z, out=None):
        return np.add(z * self.a, self.b + self.c + self.d + self.e + self.f + self.g + self.h, out=out)

    def slope(self, z, a):
        return np.full_like(z, self.a)


def test_eight_parameters():
    assert_agreement(job_of(Network([3, 5, 2], Many(a=0.7, h=-1.0), rng=1), *rows()), 0.01)


@dataclass(frozen=True)
class More(Many):
    i: float = 0.0

    name = "more"


@dataclass(frozen=True)
class Named(Many):
    kind: str = "some"

    name = "named"


@dataclass(frozen=True)
class ManySided(Lopsided):
    """One parameter more than a loss has room for."""

    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 0.0

    name = "many_sided"


TOO_MUCH = [("activation", More()), ("activation", Named()), ("loss", ManySided(0.5, 1.5))]


@pytest.mark.parametrize(("kind", "item"), TOO_MUCH)
def test_parameters_that_kernels_cannot_take_are_left_to_numpy(kind, item):
    """More than there is room for, or no numbers."""
    with pytest.warns(UserWarning, match=WARNING.format(f"{kind} {item.name}")):
        trained = parameters("compiled", **{kind: item})
    np.testing.assert_array_equal(trained, parameters("numpy", **{kind: item}))


# -- kernels that cannot be compiled -----------------------------------------------------------------------------------


def raising(z, s):
    if z > 100:
        raise ValueError("too much")
    return z


def printing(z, s):
    print(z)  # noqa: T201
    return z


def half_of(z, s):
    return "a" if z > 0 else z


def with_kernel(value):
    class Own(Bent):
        name = "own"
        kernels = (value, bent_slope)

    return Own()


NEEDS_PYTHON = r"raise an exception, assert or print, for which machine code has no Python: return math\.nan instead"
CANNOT = r"Numba cannot compile the given kernels: "


@pytest.mark.skipif(not ENABLED, reason="nothing is compiled")
@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        (raising, NEEDS_PYTHON),
        (numba.njit(raising), NEEDS_PYTHON),
        (printing, NEEDS_PYTHON),
        (half_of, CANNOT),
        (partial(bent, s=(1.0, 0.0, 0.0)), CANNOT),
    ],
)
def test_kernels_that_cannot_be_compiled_are_refused(kernel, message):
    """Before a step is taken; and what can be compiled is compiled afterwards as before."""
    network = Network([3, 4, 2], with_kernel(kernel), rng=0)
    before = network.parameters.copy()
    with pytest.raises(TypeError, match=message):
        Trainer(network, engine="compiled", epochs=2, rng=0).fit(*rows())
    np.testing.assert_array_equal(network.parameters, before)
    assert_agreement(job_of(Network([3, 9, 2], Bent(0.3, 0.7, 1.5), rng=1), *rows()), 0.05)


def test_kernels_of_one_name_are_not_taken_for_each_other():
    """Two functions made at one place, and one whose name is not ASCII."""

    def times(factor):
        def größe(z, s):
            return factor * z

        return größe

    results = []
    for factor in (0.5, 2.0):
        network = Network([3, 9, 2], with_kernel(times(factor)), rng=1)
        job, given = job_of(network, *rows())
        train(Kernel(), job, given, 0.05)
        results.append(job.network.parameters)
    assert np.abs(results[0] - results[1]).max() > 1e-3


@pytest.mark.parametrize(
    "value",
    [
        lambda z, s: z * s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[-1],
        lambda z, s: z * s[0] + s[1:].sum(),
        lambda z, s: z * s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[len(s) - 1],
        numba.njit("float64(float64, float64[::1])")(many_values),
    ],
)
def test_parameters_come_as_an_array(value):
    """From its end too, in parts, with its length, and to a function that wants it of one type."""

    class Counted(Many):
        name = "counted"
        kernels = (value, many_slopes)

    assert_agreement(job_of(Network([3, 5, 4, 2], Counted(a=0.7, b=0.3, h=-1.0), rng=1), *rows()), 0.01)
