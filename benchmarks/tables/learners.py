"""Who learns the tables: ours and the peers, each as it comes, on one thread.

A peer is a function of the task and a seed that gives a model with `fit(X, y)` and `predict_proba(X)` or `predict(X)`.
X is a pandas frame of numbers (float64, missing ones NaN) and of categories, which are those of the training rows; y is
whole numbers from 0 for classes. Who refuses missing cells gets the training rows' median, and a column saying where.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sources import CLASSES

MISSING = "(missing)"


@dataclass(frozen=True)
class Peer:
    """One that learns; `network` for networks, `slow` for those that take a minute where others take a second."""

    name: str
    make: Callable
    network: bool = False
    slow: bool = False
    ours: bool = False


def _ours(**settings):
    def make(task, seed):
        from clearprop import TableClassifier, TableRegressor

        kind = TableClassifier if task == CLASSES else TableRegressor
        return kind(random_state=seed, n_jobs=1, **settings)

    return make


def _scikit_learn(task, seed):
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if task == CLASSES:
        return make_pipeline(_numbers_and_one_hot(), MLPClassifier(random_state=seed))
    network = TransformedTargetRegressor(MLPRegressor(random_state=seed), transformer=StandardScaler())
    return make_pipeline(_numbers_and_one_hot(), network)


def _numbers_and_one_hot():
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    return make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include="category")),
    )


def _histogram_boosting(task, seed):
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if task == CLASSES else HistGradientBoostingRegressor
    return kind(random_state=seed)


def _lightgbm(task, seed):
    from lightgbm import LGBMClassifier, LGBMRegressor

    return (LGBMClassifier if task == CLASSES else LGBMRegressor)(random_state=seed, n_jobs=1, verbose=-1)


def _xgboost(task, seed):
    from xgboost import XGBClassifier, XGBRegressor

    kind = XGBClassifier if task == CLASSES else XGBRegressor
    return kind(random_state=seed, n_jobs=1, enable_categorical=True)


class _Part:
    """Ours with a part of the recipe left out, or another in its place."""

    def __init__(self, change, task, seed):
        self.change, self.task, self.seed = change, task, seed

    def fit(self, X, y):
        from clearprop.tables.recipe import recipe_for

        task = "classification" if self.task == CLASSES else "regression"
        recipe = recipe_for("auto", task=task, n_rows=len(X), n_columns=X.shape[1], n_classes=len(set(y)))
        self.model = _ours(recipe=self.change(recipe))(self.task, self.seed).fit(X, y)
        return self

    def predict(self, X):
        return self.model.predict(X)

    def predict_proba(self, X):
        return self.model.predict_proba(X)


def _part(change):
    return lambda task, seed: _Part(change, task, seed)


def _prepared(**changes):
    return _part(lambda recipe: replace(recipe, preparation={**recipe.preparation, **changes}))


def _waves_of_one_size(recipe):
    from clearprop.inputs import Periodic

    return replace(recipe, preparation={**recipe.preparation, "periodic": Periodic(deviation=0.1)})


def _trained(**changes):
    return _part(lambda recipe: replace(recipe, trainer={**recipe.trainer, **changes}))


def _replaced(**changes):
    return _part(lambda recipe: replace(recipe, **changes))


class _CatBoost:
    """CatBoost wants to be told which columns are categories, and has none of them missing."""

    def __init__(self, task, seed):
        from catboost import CatBoostClassifier, CatBoostRegressor

        kind = CatBoostClassifier if task == CLASSES else CatBoostRegressor
        self.model = kind(random_seed=seed, thread_count=1, verbose=0, allow_writing_files=False)

    def fit(self, X, y):
        self.model.fit(_filled_categories(X), y, cat_features=list(X.columns[X.dtypes == "category"]))
        return self

    def predict(self, X):
        return self.model.predict(_filled_categories(X))

    def predict_proba(self, X):
        return self.model.predict_proba(_filled_categories(X))


def _filled_categories(X):
    texts = {
        name: X[name].astype(object).fillna(MISSING).astype("category") for name in X if X[name].dtype == "category"
    }
    return X.assign(**texts)


class _Pytabkit:
    """One of pytabkit's, which refuses missing numbers."""

    def __init__(self, kind, task, seed):
        import pytabkit

        kind = getattr(pytabkit, f"{kind}_{'Classifier' if task == CLASSES else 'Regressor'}")
        self.model = kind(random_state=seed, device="cpu", n_threads=1, verbosity=0)

    def fit(self, X, y):
        numbers = X.select_dtypes("number")
        self.medians = numbers.median().fillna(0.0)
        self.gaps = list(numbers.columns[numbers.isna().any()])
        self.model.fit(self._whole(X), y)
        return self

    def predict(self, X):
        return self.model.predict(self._whole(X))

    def predict_proba(self, X):
        return self.model.predict_proba(self._whole(X))

    def _whole(self, X):
        gaps = {f"{name} is missing": X[name].isna().astype(float) for name in self.gaps}
        return _filled_categories(X.fillna(self.medians).assign(**gaps))


def _pytabkit(kind):
    return lambda task, seed: _Pytabkit(kind, task, seed)


PEERS = {
    peer.name: peer
    for peer in (
        Peer("ours", _ours(), network=True, ours=True),
        Peer("ours, one member", _ours(members=1), network=True, ours=True),
        Peer("scikit-learn MLP", _scikit_learn, network=True),
        Peer("RealMLP-TD-S", _pytabkit("RealMLP_TD_S"), network=True, slow=True),
        Peer("RealMLP-TD", _pytabkit("RealMLP_TD"), network=True, slow=True),
        Peer("TabM-D", _pytabkit("TabM_D"), network=True, slow=True),
        Peer("HistGradientBoosting", _histogram_boosting),
        Peer("LightGBM", _lightgbm),
        Peer("XGBoost", _xgboost),
        Peer("CatBoost", _CatBoost),
    )
}

# What each part of the recipe is worth: ours without it, against ours.
PARTS = {
    name: Peer(name, make, network=True)
    for name, make in {
        "one member": _ours(members=1),
        "the plain recipe": _ours(recipe="plain"),
        "without periodic embeddings": _prepared(periodic=None),
        "waves of one size (RealMLP's)": _part(_waves_of_one_size),
        "without factors of inputs": _prepared(factors=False),
        "numbers standardised, not robust and bent": _prepared(scaling="standard"),
        "without trainable shares": _replaced(network={}),
        "without smoothed labels": _replaced(smoothing=0.0),
        "without dropout": _trained(dropout=0.0),
        "without decay": _trained(decoupled_decay=0.0),
        "without starts from data": _replaced(starts_from_data=False),
        "without temperature": _replaced(calibrated=False),
        "best epoch by the loss": _replaced(monitor="validation_loss"),
        "half as many epochs": _part(
            lambda recipe: replace(recipe, trainer={**recipe.trainer, "epochs": recipe.trainer["epochs"] // 2})
        ),
        "one wave of the rate, not four": _trained(schedule="one_cycle"),
    }.items()
}
EVERYONE = {**PEERS, **PARTS}
