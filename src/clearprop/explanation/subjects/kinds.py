"""The kinds of models that can be explained beside a `Network`.

Each is known by what it has: their classes lie above explanations, or in other libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

from clearprop.network.network import Network


@runtime_checkable
class ModelOfTables(Protocol):
    """A `TablePredictor`: networks between a table's columns and what is predicted of them."""

    model: Any
    networks: Sequence[Network]
    preparation: Any
    target: Any
    temperature: float | None
    limits: tuple[float, float] | None
    without_target: Callable[[Any], Any]
    prepared: Callable[..., Any]
    answers: Callable[[Any], Any]


@runtime_checkable
class FittedOnTables(Protocol):
    """A fitted `TableClassifier` or `TableRegressor`: a model of tables, and what makes a table of other things."""

    predictor_: ModelOfTables
    to_table: Callable[..., Any]
    to_targets: Callable[[Any], Any]


@runtime_checkable
class TableOfCells(Protocol):
    """A `Table`: columns of cells under names."""

    names: Sequence[str]
    column: Callable[[str], Any]
    drop: Callable[[Iterable[str]], Any]


@runtime_checkable
class ArticleNetwork(Protocol):
    """A `NeuralNetwork` of the article: layers of neurons."""

    num_inputs: int
    hidden_layers: Any
    output_layer: Any
    parameters: Sequence[Sequence[Sequence[float]]]
    encoding: str
    wanted_outputs: Callable[[int], Sequence[float]]


@runtime_checkable
class PipelineOfSteps(Protocol):
    """A pipeline: named steps, the last of which predicts."""

    steps: Sequence[tuple[str, Any]]


@runtime_checkable
class Search(Protocol):
    """A search among settings of a model."""

    estimator: Any
    refit: Any


@runtime_checkable
class FittedSearch(Protocol):
    """A search that has fitted the best of its models."""

    best_estimator_: Any


@runtime_checkable
class OnTransformedTarget(Protocol):
    """A regressor that is given a target which a transformer has changed."""

    regressor: Any
    transformer: Any


@runtime_checkable
class FittedOnTransformedTarget(Protocol):
    """A regressor that was fitted to a target which a transformer had changed."""

    regressor_: Any
    transformer_: Any


def fitted_inside(model: Any) -> Any:
    """The model that a pipeline, a fitted search or a fitted wrapper of targets predicts with; None of any other."""
    match model:
        case PipelineOfSteps():
            return model.steps[-1][1]
        case FittedSearch():
            return model.best_estimator_
        case FittedOnTransformedTarget():
            return model.regressor_
    return None
