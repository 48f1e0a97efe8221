"""Models that a command is given."""

from pathlib import Path

from clearprop.errors import InputError
from clearprop.network.ensemble import Ensemble
from clearprop.saving import load
from clearprop.tables.model import TableModel


def load_table_model(path: Path) -> TableModel:
    """The model in a file; one that is not for tables is refused."""
    model = load(path)
    if not isinstance(model, TableModel):
        kind = "an ensemble" if isinstance(model, Ensemble) else "a bare network"
        raise InputError(f"{path}: holds {kind}, which knows no columns: give a model of `clearprop train`")
    return model
