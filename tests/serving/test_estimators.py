"""Estimators are served as they were saved: by the names that they know, with their classes."""

import numpy as np
import pytest

from clearprop import MLPClassifier, MLPRegressor, Perceptron, load, save
from clearprop.serving.served import served

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
LABELS = np.where(X[:, 0] > 0, "up", "down")


class Named:
    """Columns with names, as scikit-learn sees them."""

    def __new__(cls):
        import polars as pl

        return pl.DataFrame(X, schema=["a", "b", "c"])


ESTIMATORS = {
    "classifier": lambda: MLPClassifier(hidden_layer_sizes=4, max_iter=5, random_state=0).fit(X, LABELS),
    "named classifier": lambda: MLPClassifier(hidden_layer_sizes=4, max_iter=5, random_state=0).fit(Named(), LABELS),
    "several labels": lambda: MLPClassifier(hidden_layer_sizes=4, max_iter=5, random_state=0).fit(
        X, (X[:, :2] > 0).astype(int)
    ),
    "regressor": lambda: MLPRegressor(hidden_layer_sizes=4, max_iter=5, random_state=0).fit(X, X[:, 0]),
    "two quantities": lambda: MLPRegressor(hidden_layer_sizes=4, max_iter=5, random_state=0).fit(X, X[:, :2]),
    "perceptron": lambda: Perceptron(random_state=0).fit(X, LABELS),
}


@pytest.mark.filterwarnings("ignore:.*(did not converge|maximum).*")
@pytest.mark.parametrize("name", ESTIMATORS)
def test_its_answers_are_the_estimators(serving, client_of, folder, name):
    estimator = ESTIMATORS[name]()
    save(estimator, folder / "e.model")
    model = served(folder / "e.model")
    assert model.named == name.startswith("named")
    given = Named() if model.named else X
    with serving(model) as server:
        client = client_of(server)
        columns = {column.name: X[:, place].tolist() for place, column in enumerate(model.columns)}
        said = client.predict(columns)
        if not model.named:
            assert client.predict(X.tolist()) == said
        assert client.get("/").status == client.get("/openapi.json").status == 200
    assert said["predicted"] == estimator.predict(given).tolist() == load(folder / "e.model").predict(given).tolist()
    if hasattr(estimator, "predict_proba"):
        assert np.array_equal(np.array(list(said["probabilities"].values())).T, estimator.predict_proba(given))
        assert list(said["probabilities"]) == [str(label) for label in estimator.classes_]
    else:
        assert "probabilities" not in said
