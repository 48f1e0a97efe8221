"""The catalogue: everything that is registered is in it, with words and its formula."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from clearprop.activations import ACTIVATIONS, Activation
from clearprop.initializers import INITIALIZERS
from clearprop.lab.catalogue import catalogue, formula
from clearprop.lab.features import FEATURES
from clearprop.lab.presets import DATASETS
from clearprop.lab.protocol import Entry
from clearprop.losses import LOSSES
from clearprop.optimizers import OPTIMIZERS
from clearprop.schedules import SCHEDULES

FOUND = catalogue([], ["sin"])
REGISTRIES: dict[str, Mapping[str, object]] = {
    "activations": ACTIVATIONS,
    "losses": LOSSES,
    "optimizers": OPTIMIZERS,
    "schedules": SCHEDULES,
    "initializers": INITIALIZERS,
    "datasets": DATASETS,
    "features": FEATURES,
}
KINDS = (*REGISTRIES, "controls")
ENTRIES = [(kind, entry) for kind in KINDS for entry in getattr(FOUND, kind)]


@pytest.mark.parametrize("kind", REGISTRIES)
def test_what_is_registered_is_listed_in_its_order(kind: str) -> None:
    assert [entry.name for entry in getattr(FOUND, kind)] == list(REGISTRIES[kind])


@pytest.mark.parametrize(("kind", "entry"), ENTRIES, ids=lambda value: getattr(value, "name", value))
def test_each_has_a_title_and_a_sentence(kind: str, entry: Entry) -> None:
    title, help = entry.title, entry.help
    assert title
    assert title == title.strip()
    assert help.endswith(".")
    assert 10 <= len(help) <= 130


@pytest.mark.parametrize(("kind", "entry"), ENTRIES, ids=lambda value: getattr(value, "name", value))
def test_formulas_have_balanced_braces(kind: str, entry: Entry) -> None:
    latex = entry.formula
    assert latex.count("{") == latex.count("}")
    if kind in ("activations", "losses", "optimizers", "features"):
        assert latex


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_said_once(kind: str) -> None:
    names = [entry.name for entry in getattr(FOUND, kind)]
    titles = [entry.title for entry in getattr(FOUND, kind)]
    assert len(set(names)) == len(names)
    assert len(set(titles)) == len(titles)


def test_usual_rates_are_the_optimisers() -> None:
    assert {entry.name: entry.number for entry in FOUND.optimizers} == {
        name: OPTIMIZERS.resolve(name).learning_rate for name in OPTIMIZERS
    }


def test_formulas_are_the_registries() -> None:
    by_name = {entry.name: entry.formula for entry in (*FOUND.activations, *FOUND.losses, *FOUND.optimizers)}
    assert by_name["sigmoid"] == r"a = \frac{1}{1 + \exp(-z)}"
    assert by_name["elu"] == r"a = \begin{cases}z & \text{if } z > 0 \\ \exp(z) - 1 & \text{else}\end{cases}"
    assert by_name["squared_error"] == r"\ell = \frac{\bigl(a - y\bigr)^{2}}{2}"
    assert by_name["momentum"] == (
        r"\begin{gathered}v \leftarrow \mu \cdot v - \eta \cdot g \\ \Delta = v \\ "
        r"p \leftarrow p + \Delta\end{gathered}"
    )


def test_one_that_is_registered_later_appears(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class Bent(Activation):
        """A line with a bend. It is made up."""

        alpha: float = 0.5

        name = "slightly_bent"
        formula = "Piecewise((z, z > 0), (alpha*z, True))"
        value = slope = None  # type: ignore[assignment]

    monkeypatch.setitem(ACTIVATIONS._classes, "slightly_bent", Bent)  # type: ignore[arg-type]
    monkeypatch.setattr(Bent, "__abstractmethods__", frozenset())
    entry = catalogue([], []).activations[-1]
    assert (entry.name, entry.title, entry.help) == ("slightly_bent", "Slightly bent", "A line with a bend.")
    assert entry.formula == r"a = \begin{cases}z & \text{if } z > 0 \\ 0.5 \cdot z & \text{else}\end{cases}"


def test_what_states_no_formula_has_none() -> None:
    assert formula(SCHEDULES.resolve("one_cycle")) == ""
