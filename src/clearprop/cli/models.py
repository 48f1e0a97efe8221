"""Models that a command is given."""

from pathlib import Path

from clearprop.errors import InputError
from clearprop.files.model_file import ENSEMBLE, ModelFile
from clearprop.tables.predictor import TablePredictor


def load_predictor(path: Path) -> TablePredictor:
    """The model in a file, without what scikit-learn would add; one that is not for tables is refused."""
    file = ModelFile.read(path)
    if file.kind != "table":
        kind = "an ensemble" if file.kind == ENSEMBLE else "a bare network"
        raise InputError(f"{path}: holds {kind}, which knows no columns: give a model of `clearprop train`")
    return TablePredictor.from_file(path, file)
