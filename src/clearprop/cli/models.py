"""Models that a command is given."""

from pathlib import Path

from clearprop.errors import InputError
from clearprop.files.container import read_container
from clearprop.files.model_file import ModelFile
from clearprop.files.model_kinds import NAMES, TABLE
from clearprop.foundation.table_cells import quoted
from clearprop.tables.predictor import TablePredictor


def load_predictor(path: Path) -> TablePredictor:
    """The model in a file, without what scikit-learn would add; one that is not for tables is refused."""
    container = read_container(path)
    if container.kind != TABLE:
        kind = NAMES.get(container.kind, f"a model of the unknown kind {quoted(container.kind)}")
        raise InputError(f"{path}: holds {kind}, which knows no columns: give a model of `clearprop train`")
    return TablePredictor.from_file(path, ModelFile.of(path, container))
