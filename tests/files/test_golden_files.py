"""Model files of earlier versions: whatever changes inside, they load to the bit and predict what they did."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

import clearprop

GOLDEN = Path(__file__).parents[1] / "golden"
EXPECTED = [
    [0.22391823, 0.19328833, 0.58279344],
    [0.34820165, 0.26823338, 0.38356497],
    [0.64353274, 0.03227609, 0.32419117],
]
FLOWERS, COMMITTEE = GOLDEN / "flowers.model", GOLDEN / "committee.model"


def of_numbers(names, cells):
    """The same cells with types of their own; the petals' width is a category, of numbers."""
    return {name: [float(cell or "nan") for cell in column] for name, column in zip(names, cells, strict=True)}


def test_a_table_model_with_numbers_categories_and_missing_cells():
    model = clearprop.load(FLOWERS)
    assert isinstance(model, clearprop.TableClassifier)
    assert model.network_.layer_sizes == (23, 4, 3, 3)
    assert [activation.name for activation in model.network_.activations] == ["relu", "relu", "softmax"]
    assert hashlib.sha256(model.network_.parameters.tobytes()).hexdigest() == (
        "821afe77e6507ed03b689ab3972f60b26c4c789b00e06e7cb72de8113bf3e8d5"
    )
    names = ["petal width (cm)", "sepal length (cm)", "sepal width (cm)", "petal length (cm)"]
    cells = [["2.1", "1.1", "9.9"], ["7.1", "5.1", "4.9"], ["3.0", "2.5", ""], ["5.9", "3.0", "1.4"]]
    for rows in (dict(zip(names, cells, strict=True)), of_numbers(names, cells)):
        assert model.predict(rows).tolist() == ["virginica", "virginica", "setosa"]
        assert np.allclose(model.predict_proba(rows), EXPECTED, rtol=0, atol=5e-9)


def test_an_ensemble():
    ensemble = clearprop.load(COMMITTEE)
    assert isinstance(ensemble, clearprop.Ensemble)
    assert (len(ensemble), ensemble.layer_sizes, ensemble.dtype) == (3, (3, 4, 2), np.float32)
    assert hashlib.sha256(ensemble.parameters.tobytes()).hexdigest() == (
        "4c41500f75af52738cde6c34be21ee3a4991ca15112a1684ab2e8de21ce09899"
    )
    expected = [[0.774218, 0.225782], [0.18976, 0.81024]]
    assert np.allclose(ensemble.predict([[1.0, -1.0, 0.5], [-1.0, -0.5, 2.0]]), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("path", [FLOWERS, COMMITTEE], ids=lambda path: path.stem)
def test_what_is_saved_anew_is_the_same_file(path, tmp_path):
    clearprop.save(clearprop.load(path), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()
