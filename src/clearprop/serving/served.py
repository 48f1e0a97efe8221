"""A model as it is served: its columns, what it predicts, and its answers for the rows of a table."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop import __version__
from clearprop.errors import InputError
from clearprop.files.container import read_container
from clearprop.files.model_file import ModelFile
from clearprop.files.model_kinds import TABLE
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.saving import model_of
from clearprop.serving.columns import column_info, number_column
from clearprop.serving.protocol import ColumnInfo, ModelInfo, NetworkInfo
from clearprop.tables.cell_notation import CellNotation
from clearprop.tables.predictor import Predictions, TablePredictor
from clearprop.tables.spelling import as_numbers, cell_text
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, Label

Array = npt.NDArray[Any]


class Served(ABC):
    """A model, whatever its kind.

    Attributes
    ----------
    kind : str
    columns : sequence of ColumnInfo
        What a row has.
    named : bool
        Whether they have names of their own.
    target : str
        What is predicted.
    classes : sequence of labels, or None
        None for quantities.
    networks : sequence of Network
        Of which the answers are the mean; none of a perceptron.
    notation : CellNotation
        How cells of texts are written, as far as it was said at training.
    """

    kind: str
    columns: Sequence[ColumnInfo]
    named: bool
    target: str
    classes: Sequence[Label] | None
    networks: Sequence[Network]
    notation = CellNotation()

    @abstractmethod
    def predict(self, table: Table, keep_going: bool) -> Predictions:
        """The answers; InputError for a column that is missing, or a cell that cannot be taken."""

    def info(self, file: str) -> ModelInfo:
        """What is served, told."""
        return ModelInfo(
            file=file,
            clearprop=__version__,
            kind=self.kind,
            task="regression" if self.classes is None else "classification",
            target=self.target,
            columns=list(self.columns),
            named=self.named,
            network=_network_info(self.networks) if self.networks else None,
            classes=None if self.classes is None else list(self.classes),
            notation=self.notation.said() or None,
        )


def _network_info(networks: Sequence[Network]) -> NetworkInfo:
    first = networks[0]
    return NetworkInfo(
        layer_sizes=list(first.layer_sizes),
        activations=[activation.name for activation in first.activations],
        parameters=sum(network.layout.size for network in networks),
        dtype=str(first.dtype),
        members=len(networks),
    )


class ServedTable(Served):
    """A model of a table."""

    kind = "table"

    def __init__(self, predictor: TablePredictor) -> None:
        self._predictor, target = predictor, predictor.target
        self.columns = [column_info(part) for part in predictor.preparation.parts]
        self.named, self.target, self.networks = predictor.named, target.name, predictor.networks
        self.notation = predictor.notation
        self.classes = target.classes if isinstance(target, ClassTarget) else None

    def predict(self, table: Table, keep_going: bool) -> Predictions:
        """The answers."""
        return self._predictor.predict(table, keep_going=keep_going)


class ServedNetwork(Served):
    """A network, or several, that know no columns: the answers are the outputs."""

    named, target, classes = False, "output", None

    def __init__(self, model: Network | Ensemble) -> None:
        self._model = model
        self.kind = "ensemble" if isinstance(model, Ensemble) else "network"
        self.networks = model.members if isinstance(model, Ensemble) else (model,)
        self.columns = [number_column(f"x{place}") for place in range(self.networks[0].n_columns)]

    def predict(self, table: Table, keep_going: bool) -> Predictions:
        """The answers."""
        X, unreadable = numbers(table.select(column.name for column in self.columns), keep_going)
        outputs = self._model.predict(X)
        return Predictions(outputs[:, 0] if outputs.shape[1] == 1 else outputs, None, left_empty=unreadable)


def numbers(table: Table, keep_going: bool) -> tuple[Array, npt.NDArray[np.bool_]]:
    """The cells as a matrix, and which rows have one that is none, which without `keep_going` is an InputError."""
    X = np.empty((table.n_rows, len(table.columns)))
    unreadable = np.zeros(table.n_rows, dtype=bool)
    for place, column in enumerate(table.columns):
        cells = as_numbers(column)
        wrong = cells.missing | cells.unreadable | ~np.isfinite(cells.values)
        if wrong.any() and not keep_going:
            row = int(wrong.argmax())
            said = cell_text(column, row)
            raise InputError(f"{table.where(column.name, row)}: {said!r} is no finite number: the network needs one")
        X[:, place] = np.where(wrong, 0.0, cells.values)
        unreadable |= wrong
    return X, unreadable


class ServedEstimator(Served):
    """An `MLPClassifier`, an `MLPRegressor` or a `Perceptron`, which take numbers alone."""

    target = "y"

    def __init__(self, estimator: Any, kind: str) -> None:
        self._estimator, self.kind = estimator, kind
        self.named = hasattr(estimator, "feature_names_in_")
        names = estimator.feature_names_in_ if self.named else [f"x{n}" for n in range(estimator.n_features_in_)]
        self.columns = [number_column(str(name)) for name in names]
        self.classes = estimator.classes_.tolist() if hasattr(estimator, "classes_") else None
        network = getattr(estimator, "network_", None)
        self.networks = () if network is None else (network,)

    def predict(self, table: Table, keep_going: bool) -> Predictions:
        """The answers."""
        import polars as pl

        X, unreadable = numbers(table.select(column.name for column in self.columns), keep_going)
        rows = pl.DataFrame(X, schema=[column.name for column in self.columns]) if self.named else X
        has_probabilities = hasattr(self._estimator, "predict_proba")
        probabilities = self._estimator.predict_proba(rows) if has_probabilities else None
        return Predictions(self._estimator.predict(rows), probabilities, left_empty=unreadable)


def served(path: str | os.PathLike[str]) -> Served:
    """The model in a file, read once and without running anything that is in it.

    Raises
    ------
    InputError
        There is no such file, or it is not one of clearprop's, or it is damaged.
    """
    container = read_container(path)
    if container.kind == TABLE:
        return ServedTable(TablePredictor.from_file(path, ModelFile.of(path, container)))
    model = model_of(path, container)
    return ServedNetwork(model) if isinstance(model, Network | Ensemble) else ServedEstimator(model, container.kind)
