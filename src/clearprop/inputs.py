"""Inputs: what a network makes of its columns before the first layer, its gradient and the formula of both.

Beside activations, losses and penalties this is the fourth table of derivatives. An input reads some columns of X and
gives some features, the numbers that the first layer is fed; most have parameters, which are learned as weights are.
To add one, subclass `Input` and decorate it with `INPUTS.register`; the tests gradient-check all that is registered.

Which of their parameters decay, where no other factors are given: tables and linear maps (E, V), as the weights that
they are, since at 0 they say nothing of a row. Factors start at 1, where they change nothing, and frequencies, phases
and biases shape a function whose size is another's: what draws them to 0 makes no simpler network. (RealMLP's tuned
defaults let all but biases of layers decay: `decays={"s": 1.0, "c": 1.0, "phi": 1.0, "v": 1.0}`.)

The functions also take complex columns and parameters, so that tests can use the complex-step derivative.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from clearprop.foundation.arguments import not_negative, positive, whole
from clearprop.foundation.randomness import Rng, Seed, as_generator
from clearprop.foundation.registry import Named, Registry

Array = npt.NDArray[Any]
# How a derivative is found, as (equal formula, why), the last one the result.
Derivation = tuple[tuple[str, str], ...]
# Where parameters stand, from 1, by the letters of a formula; a word in the place of a number is what a sum goes over.
Places = Mapping[str, tuple[int | str, ...]]


class Input(ABC, Named):
    """Some columns of X made into the features that the first layer is fed.

    Subclasses are frozen dataclasses of their sizes. All have

    - `name`, and `formula`, the text of a feature a of its column x and of parameters by their kinds;
    - `gradient_formulas` and `derivations`: da/dx (under "x") and da/dp of each kind of parameters, and how they are
      found;
    - `decaying`: the kinds that penalties and decay make smaller, unless other factors are given;
    - `coded`: whether a column holds codes, which have no size.

    An explanation asks `written`, `reached` and `slope_written` for the formulas with the places of their parameters;
    what does not say has its features by name alone.

    Examples
    --------
    >>> import numpy as np
    >>> scale = Scale(2)
    >>> scale.columns, scale.features, scale.parts
    (2, 2, (('s', (2,)),))
    >>> scale.value(np.array([[1.0, 2.0]]), [np.array([3.0, 0.5])]).tolist()
    [[3.0, 1.0]]
    """

    formula: ClassVar[str] = ""
    gradient_formulas: ClassVar[Mapping[str, str]] = {}
    derivations: ClassVar[Mapping[str, Derivation]] = {}
    decaying: ClassVar[frozenset[str]] = frozenset()
    coded: ClassVar[bool] = False

    columns: int

    @property
    @abstractmethod
    def features(self) -> int:
        """How many numbers it gives the first layer."""

    @property
    def parts(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Its arrays of parameters, as (kind, shape), in their order in the flat vector."""
        return ()

    def start(self, rng: Rng) -> list[Array]:
        """The first numbers of its parameters, an array a part, float64."""
        return []

    @abstractmethod
    def value(self, x: Array, parameters: Sequence[Array], out: Array | None = None) -> Array:
        """The features, shape (n, features), of its columns, shape (n, columns); written to `out` where given."""

    @abstractmethod
    def gradient(
        self, x: Array, parameters: Sequence[Array], output_gradient: Array, out: Sequence[Array] | None = None
    ) -> Array:
        """The chain rule through the input: dL/dx, shape (n, columns), from dL/da, shape (n, features).

        Parameters
        ----------
        out : sequence of arrays, optional
            An array a part, which is filled with dL/dp, summed over the rows.
        """

    def column(self, feature: int) -> int:
        """Which of its columns, from 0, a feature is made of."""
        return feature

    def written(self, feature: int, x: Array) -> tuple[str, Places]:
        """The formula of a feature (from 0) of a row x, and where the parameters stand that it names."""
        return "", {}

    def reached(self, kind: str, places: tuple[int, ...]) -> Sequence[int]:
        """The features, from 0, that a parameter goes into; or a column, whose kind is x. Places are from 1."""
        return range(self.features)

    def slope_written(self, feature: int, kind: str, places: tuple[int, ...], x: Array) -> tuple[str, Places]:
        """The formula of a feature's slope by a parameter or, with the kind x, a column; as `written`."""
        return "", {}

    def check(self, x: npt.ArrayLike | None = None, rng: Seed = 0, step: float = 1e-3) -> float:
        """The worst relative error of `gradient` against central differences of `value`, by parameters and columns.

        Parameters
        ----------
        x : array-like, shape (n, columns), optional
            Where to compare; normal numbers where not given, or codes 0 and 1 where the input takes codes.
        rng : int, Generator, RandomState, optional
            What the parameters are drawn from.
        step : float
            The distance h of the four-point difference (-f(p+2h) + 8 f(p+h) - 8 f(p-h) + f(p-2h)) / 12h.
        """
        generator = as_generator(rng)
        drawn = generator.normal(size=(5, self.columns))
        rows = np.asarray(drawn > 0 if self.coded else drawn, np.float64) if x is None else np.asarray(x, np.float64)
        parameters = self.start(generator)
        seed = generator.normal(size=(len(rows), self.features))
        out = [np.zeros_like(part) for part in parameters]
        compared = [*zip(parameters, out, strict=True)]
        of_columns = self.gradient(rows, parameters, seed, out)
        if not self.coded:
            rows = rows.copy()  # whose numbers are shifted
            compared.append((rows, of_columns))
        worst = 0.0
        for numbers, gradient in compared:
            for place in np.ndindex(numbers.shape):
                values, centre = [], numbers[place]
                for shift in (-2, -1, 1, 2):
                    numbers[place] = centre + shift * step
                    values.append(float((self.value(rows, parameters) * seed).sum()))
                numbers[place] = centre
                numeric = (8 * (values[2] - values[1]) - (values[3] - values[0])) / (12 * step)
                worst = max(worst, abs(float(gradient[place]) - numeric) / max(1e-3, abs(numeric)))
        return worst

    def check_columns(self, x: Array, names: Sequence[str]) -> None:
        """Raise ValueError, naming the value and the rule, if the columns hold what the input cannot take.

        Parameters
        ----------
        names : sequence of str
            What messages call the columns.
        """


INPUTS: Registry[Input] = Registry("input", Input)


@INPUTS.register
@dataclass(frozen=True)
class Plain(Input):
    """a = x: each column as it is."""

    columns: int = 1

    name = "plain"
    known_as = ("none", "identity")
    formula = "x"
    gradient_formulas: ClassVar[Mapping[str, str]] = {"x": "1"}
    derivations: ClassVar[Mapping[str, Derivation]] = {"x": (("1", "the feature is the column itself"),)}

    def __post_init__(self) -> None:
        whole("columns", self.columns, 1)

    @property
    def features(self) -> int:
        """As many as columns."""
        return self.columns

    def value(self, x: Array, parameters: Sequence[Array], out: Array | None = None) -> Array:
        """The columns themselves, or copies of them in `out`."""
        if out is None:
            return x
        out[...] = x
        return out

    def gradient(
        self, x: Array, parameters: Sequence[Array], output_gradient: Array, out: Sequence[Array] | None = None
    ) -> Array:
        """It passes unchanged."""
        return output_gradient

    def written(self, feature: int, x: Array) -> tuple[str, Places]:
        """The column itself."""
        return self.formula, {}

    def reached(self, kind: str, places: tuple[int, ...]) -> Sequence[int]:
        """The feature in the same place."""
        return (places[0] - 1,)

    def slope_written(self, feature: int, kind: str, places: tuple[int, ...], x: Array) -> tuple[str, Places]:
        """1."""
        return self.gradient_formulas[kind], {}


@INPUTS.register
@dataclass(frozen=True)
class Scale(Input):
    """a = s x: each column times a factor of its own, 1 at first."""

    columns: int = 1

    name = "scale"
    known_as = ("scaling", "factor", "front_scale")
    formula = "s*x"
    gradient_formulas: ClassVar[Mapping[str, str]] = {"x": "s", "s": "x"}
    derivations: ClassVar[Mapping[str, Derivation]] = {
        "x": (("s", "a straight line rises by its factor"),),
        "s": (("x", "a product rises with one factor by the other"),),
    }

    def __post_init__(self) -> None:
        whole("columns", self.columns, 1)

    @property
    def features(self) -> int:
        """As many as columns."""
        return self.columns

    @property
    def parts(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The factors s, one a column."""
        return (("s", (self.columns,)),)

    def start(self, rng: Rng) -> list[Array]:
        """All 1."""
        return [np.ones(self.columns)]

    def value(self, x: Array, parameters: Sequence[Array], out: Array | None = None) -> Array:
        """x s, column by column."""
        (s,) = parameters
        return np.multiply(x, s, out=out)

    def gradient(
        self, x: Array, parameters: Sequence[Array], output_gradient: Array, out: Sequence[Array] | None = None
    ) -> Array:
        """dL/ds = sum over the rows of x dL/da, and dL/dx = s dL/da."""
        (s,) = parameters
        if out is not None:
            np.sum(x * output_gradient, axis=0, out=out[0])
        return output_gradient * s

    def written(self, feature: int, x: Array) -> tuple[str, Places]:
        """The column times its factor."""
        return self.formula, {"s": (feature + 1,)}

    def reached(self, kind: str, places: tuple[int, ...]) -> Sequence[int]:
        """The feature in the same place."""
        return (places[0] - 1,)

    def slope_written(self, feature: int, kind: str, places: tuple[int, ...], x: Array) -> tuple[str, Places]:
        """The one by the other."""
        return self.gradient_formulas[kind], {"s": (feature + 1,)}


@INPUTS.register
@dataclass(frozen=True)
class Lookup(Input):
    """a = E[code]: one column of codes, each of which has a row of a table: its embedding.

    Codes are whole numbers from 0 to categories - 1; one below 0 stands for a category that is not known, whose
    features are all 0. The row of code 3 is E[4,:], since places are counted from 1.

    Parameters
    ----------
    categories : int
        How many codes there are.
    size : int
        How many features each has.
    """

    categories: int = 2
    size: int = 8

    name = "lookup"
    known_as = ("embedding", "embeddings", "categorical", "table")
    formula = "E"
    gradient_formulas: ClassVar[Mapping[str, str]] = {"x": "0", "E": "1"}
    derivations: ClassVar[Mapping[str, Derivation]] = {
        "x": (("0", "a code names a row, and is no size that could rise"),),
        "E": (("1", "the feature is the entry itself, in the row of this code and in no other"),),
    }
    decaying = frozenset({"E"})
    coded = True

    columns: ClassVar[int] = 1  # type: ignore[misc]

    def __post_init__(self) -> None:
        whole("categories", self.categories, 1)
        whole("size", self.size, 1)

    @property
    def features(self) -> int:
        """The size of an embedding."""
        return self.size

    @property
    def parts(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The table E, a row a code."""
        return (("E", (self.categories, self.size)),)

    def start(self, rng: Rng) -> list[Array]:
        """Normal numbers of deviation 1, the size of other features."""
        return [rng.normal(size=(self.categories, self.size))]

    def value(self, x: Array, parameters: Sequence[Array], out: Array | None = None) -> Array:
        """The rows of E at these codes, and 0 at those that are not known."""
        (E,) = parameters
        codes = _codes(x)
        features: Array = np.take(E, codes, axis=0, out=out, mode="clip")
        unknown = codes < 0
        if unknown.any():
            features[unknown] = 0
        return features

    def gradient(
        self, x: Array, parameters: Sequence[Array], output_gradient: Array, out: Sequence[Array] | None = None
    ) -> Array:
        """dL/dE: in each row the sum of dL/da over the rows of X that have its code; dL/dx = 0."""
        if out is not None:
            codes = _codes(x)
            known = codes >= 0
            places = codes[known, np.newaxis] * self.size + np.arange(self.size)
            sums = np.bincount(places.ravel(), output_gradient[known].ravel(), self.categories * self.size)
            out[0][...] = sums.reshape(out[0].shape)
        return np.zeros(x.shape, output_gradient.dtype)

    def column(self, feature: int) -> int:
        """The only one."""
        return 0

    def written(self, feature: int, x: Array) -> tuple[str, Places]:
        """The entry in the row of the code; 0 for a code that is not known."""
        code = int(x[0])
        return ("0", {}) if code < 0 else (self.formula, {"E": (code + 1, feature + 1)})

    def reached(self, kind: str, places: tuple[int, ...]) -> Sequence[int]:
        """The feature that is the entry's column; a code goes into all."""
        return range(self.size) if kind == "x" else (places[1] - 1,)

    def slope_written(self, feature: int, kind: str, places: tuple[int, ...], x: Array) -> tuple[str, Places]:
        """1 for the entries of the code's row; 0 for those of others, and for the code."""
        return self.gradient_formulas["E" if kind == "E" and int(x[0]) == places[0] - 1 else "x"], {}

    def check_columns(self, x: Array, names: Sequence[str]) -> None:
        """Codes are whole numbers below the number of categories."""
        wrong = (x != np.rint(x)) | (x >= self.categories)
        if wrong.any():
            row = int(np.flatnonzero(wrong[:, 0])[0])
            raise ValueError(
                f"{names[0]} must hold codes, whole numbers from 0 to {self.categories - 1} or -1 for one that is not "
                f"known, got {x[row, 0]:g} at row {row} (rows counted from 0)"
            )


@INPUTS.register
@dataclass(frozen=True)
class Periodic(Input):
    """Each column x as it is, and beside it v + V cos(2 pi c x + phi): waves of it, mixed by a linear map.

    A straight line in these features is a wavy one in x, so that the layers behind need not bend it together from
    kinks. For each column there are as many frequencies c and phases phi, a matrix V of shape (frequencies, size) and
    biases v; its features are x and `size` mixtures. Gorishniy and others, 2022, with x itself beside it and phases in
    place of sines as in RealMLP (Holzmüller and others, 2024), where they call it PBLD.

    Parameters
    ----------
    columns : int
    frequencies : int
        How many waves are made of each column.
    size : int
        How many mixtures of them stand beside the column.
    deviation : float
        The standard deviation of a column's first frequency before training, in waves a unit of x.
    spread : float
        Of its last one this many times as much; those between grow by one factor from each to the next.
    """

    columns: int = 1
    frequencies: int = 16
    size: int = 3
    deviation: float = 0.1
    spread: float = 1.0

    name = "periodic"
    later = ("spread",)
    known_as = ("pbld", "plr", "fourier", "periodic_embedding")
    formula = "v + Sum(V_f*cos(2*pi*c_f*x + phi_f), f)"
    gradient_formulas: ClassVar[Mapping[str, str]] = {
        "x": "-Sum(V_f*sin(2*pi*c_f*x + phi_f)*2*pi*c_f, f)",
        "c": "-V*sin(2*pi*c*x + phi)*2*pi*x",
        "phi": "-V*sin(2*pi*c*x + phi)",
        "V": "cos(2*pi*c*x + phi)",
        "v": "1",
    }
    derivations: ClassVar[Mapping[str, Derivation]] = {
        "x": (
            ("Sum(V_f*Derivative(cos(2*pi*c_f*x + phi_f), x), f)", "term by term; v is a constant"),
            (
                "Sum(-V_f*sin(2*pi*c_f*x + phi_f)*Derivative(2*pi*c_f*x + phi_f, x), f)",
                "chain rule: a cosine rises by minus the sine",
            ),
            ("-Sum(V_f*sin(2*pi*c_f*x + phi_f)*2*pi*c_f, f)", "what is inside rises by 2πc"),
        ),
        "c": (
            ("V*Derivative(cos(2*pi*c*x + phi), c)", "of the sum only the wave of this frequency changes"),
            ("-V*sin(2*pi*c*x + phi)*Derivative(2*pi*c*x + phi, c)", "chain rule: a cosine rises by minus the sine"),
            ("-V*sin(2*pi*c*x + phi)*2*pi*x", "what is inside rises by 2πx"),
        ),
        "phi": (
            ("V*Derivative(cos(2*pi*c*x + phi), phi)", "of the sum only the wave of this phase changes"),
            ("-V*sin(2*pi*c*x + phi)", "chain rule: what is inside rises by 1"),
        ),
        "V": (("cos(2*pi*c*x + phi)", "a product rises with one factor by the other"),),
        "v": (("1", "a summand passes on as it is"),),
    }
    decaying = frozenset({"V"})

    def __post_init__(self) -> None:
        whole("columns", self.columns, 1)
        whole("frequencies", self.frequencies, 1)
        whole("size", self.size, 1)
        not_negative("deviation", self.deviation)
        positive("spread", self.spread)

    @property
    def features(self) -> int:
        """For each column itself and its mixtures."""
        return self.columns * (1 + self.size)

    @property
    def parts(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Frequencies c, phases phi, maps V and biases v, each of every column."""
        waves = (self.columns, self.frequencies)
        return (("c", waves), ("phi", waves), ("V", (*waves, self.size)), ("v", (self.columns, self.size)))

    def start(self, rng: Rng) -> list[Array]:
        """c normal, phi uniform over a wave, V and v uniform within 1 / sqrt(frequencies) of 0."""
        waves, bound = (self.columns, self.frequencies), 1 / math.sqrt(self.frequencies)
        return [
            rng.normal(0.0, self.deviation, waves) * np.geomspace(1.0, self.spread, self.frequencies),
            rng.uniform(-math.pi, math.pi, waves),
            rng.uniform(-bound, bound, (*waves, self.size)),
            rng.uniform(-bound, bound, (self.columns, self.size)),
        ]

    def value(self, x: Array, parameters: Sequence[Array], out: Array | None = None) -> Array:
        """For each column in turn: x, then v + V cos(2 pi c x + phi)."""
        c, phi, V, v = parameters
        if out is None:
            out = np.empty((len(x), self.features), np.result_type(x, *parameters))
        by_column = out.reshape(len(x), self.columns, 1 + self.size)
        by_column[:, :, 0] = x
        # One product of matrices a column, whose number stands in front.
        by_column[:, :, 1:] = (np.matmul(np.cos(_angles(x, c, phi)), V) + v[:, np.newaxis]).transpose(1, 0, 2)
        return out

    def gradient(
        self, x: Array, parameters: Sequence[Array], output_gradient: Array, out: Sequence[Array] | None = None
    ) -> Array:
        """By the chain rule from the mixtures to the waves, and from the waves to what is inside the cosine."""
        c, phi, V, _ = parameters
        by_column = output_gradient.reshape(len(x), self.columns, 1 + self.size).transpose(1, 0, 2)
        direct, of_mixtures = by_column[:, :, 0], np.ascontiguousarray(by_column[:, :, 1:])
        angles = _angles(x, c, phi)
        of_angles = np.matmul(of_mixtures, V.transpose(0, 2, 1))
        of_angles *= -np.sin(angles)
        if out is not None:
            to_c, to_phi, to_V, to_v = out
            np.einsum("knf,nk->kf", of_angles, 2 * math.pi * x, out=to_c)
            np.sum(of_angles, axis=1, out=to_phi)
            np.matmul(np.cos(angles).transpose(0, 2, 1), of_mixtures, out=to_V)
            np.sum(of_mixtures, axis=1, out=to_v)
        return (direct + 2 * math.pi * np.matmul(of_angles, c[:, :, np.newaxis])[:, :, 0]).T

    def column(self, feature: int) -> int:
        """The column and its mixtures stand side by side."""
        return feature // (1 + self.size)

    def written(self, feature: int, x: Array) -> tuple[str, Places]:
        """The column, or a mixture of its waves."""
        column, mixture = (place + 1 for place in divmod(feature, 1 + self.size))
        return ("x", {}) if mixture == 1 else (self.formula, self._of_waves(column, "f", mixture - 1))

    def reached(self, kind: str, places: tuple[int, ...]) -> Sequence[int]:
        """A column and its waves go into all of its mixtures; entries of V and v into one."""
        first = (places[0] - 1) * (1 + self.size)
        if kind in ("V", "v"):
            return (first + places[-1],)
        return range(first + (kind != "x"), first + 1 + self.size)

    def slope_written(self, feature: int, kind: str, places: tuple[int, ...], x: Array) -> tuple[str, Places]:
        """Of the wave in question, or of all of them."""
        column, mixture = (place + 1 for place in divmod(feature, 1 + self.size))
        if mixture == 1:
            return "1", {}
        wave = "f" if kind in ("x", "v") else places[1]
        return self.gradient_formulas[kind], self._of_waves(column, wave, mixture - 1)

    def _of_waves(self, column: int, wave: int | str, mixture: int) -> Places:
        """Where the numbers of a column's wave, or of all of them, and its mixture stand."""
        letters = {"V": (column, wave, mixture), "c": (column, wave), "phi": (column, wave)}
        summed = {f"{letter}_f": places for letter, places in letters.items()}
        return {"v": (column, mixture), **(summed if wave == "f" else letters)}


def _codes(x: Array) -> Array:
    """A column of codes as places in a table; of complex ones the real parts."""
    return np.real(x[:, 0]).astype(np.intp)


def _angles(x: Array, c: Array, phi: Array) -> Array:
    """2 pi c x + phi, shape (columns, n, frequencies)."""
    return 2 * math.pi * x.T[:, :, np.newaxis] * c[:, np.newaxis] + phi[:, np.newaxis]
