"""Reports to look at: what scikit-learn's models say of real tables, and tables that are large or odd."""

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from clearprop import EpochRecord, History, Network
from clearprop.tables.evaluation import evaluate_classes, evaluate_numbers
from clearprop.tables.report import ColumnFacts, Importances, ReportData, RowCounts

LOADERS = {"iris": load_iris, "cancer": load_breast_cancer, "digits": load_digits, "diabetes": load_diabetes}


def history(epochs=60, seed=0):
    """A course of training such as there are."""
    noise = np.random.default_rng(seed).normal(size=(2, epochs)) * 0.01
    loss = np.exp(-np.arange(epochs) / 12) + 0.08 + noise[0]
    return History(
        [
            EpochRecord(i + 1, float(loss[i]), float(loss[i] + 0.05 + 0.001 * i + noise[1, i]), None, 1.0, 0.1)
            for i in range(epochs)
        ]
    )


def of_table(name, **changes):
    """The report's data on a linear model of one of scikit-learn's tables."""
    table = LOADERS[name]()
    names = [str(name) for name in getattr(table, "feature_names", range(table.data.shape[1]))]
    X, test, y, truth = train_test_split(table.data, table.target, random_state=0)
    if name == "diabetes":
        model = Ridge(0.1).fit(X, y)
        evaluation = evaluate_numbers(truth, model.predict(test), baseline=y.mean())
        trained, scale = {"RMSE": 53.0}, "RMSE"
    else:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=200)).fit(X, y)
        classes = [str(one) for one in table.target_names]
        shares = np.bincount(y) / len(y)
        evaluation = evaluate_classes(truth, model.predict_proba(test), classes, baseline=shares)
        trained, scale = {"accuracy": model.score(X, y)}, "accuracy"
    rng = np.random.default_rng(0)
    means = np.sort(rng.exponential(0.02, len(names)))[::-1].copy()
    data = {
        "title": f"{name}.csv",
        "target": "target",
        "evaluation": evaluation,
        "judged_on": "held out",
        "rows": RowCounts(len(table.data), len(X), len(test)),
        "columns": [
            ColumnFacts(one, "number", 0, f"minus {median:.4g}, over {spread:.4g}", "a quantity")
            for one, median, spread in zip(names, np.median(X, 0), np.ptp(X, 0), strict=True)
        ],
        "recipe": {
            "recipe": "default",
            "hidden layers": "256, 256, 256 with mish",
            "optimiser": "Adam, rate 0.04, schedule coslog4, batches of 256",
            "regularisation": "dropout 0.15, weight decay 0.02, labels smoothed by 0.1",
        },
        "network": f"Network {len(names)}-256-256-256-1, 141,315 parameters",
        "histories": [history()],
        "best_epochs": [41],
        "ending": "no gain in 20 epochs",
        "chose": True,
        "split": "at random, every class in proportion",
        "training_scores": trained,
        "importances": Importances(names, means, means / 5 + 0.002, scale, len(test), 5),
        "drawing": Network([len(names), 5, 4, 3], rng=0).draw(names),
        "notes": ["numbers have a decimal comma", "column 'id' has a different value in each row: left out"],
        "model_path": f"{name}.model",
        "command": f"clearprop train {name}.csv --target target --out {name}.model --report {name}.html",
        "seed": 0,
    }
    return ReportData(**{**data, **changes})


def of_many_classes(classes=120, rows=3000, seed=0, **changes):
    """A report on very many classes with long names, some of which have no rows."""
    rng = np.random.default_rng(seed)
    y = np.minimum(rng.geometric(0.03, rows) - 1, classes - 1)
    p = rng.dirichlet(np.full(classes, 0.1), rows) * 0.4
    p[np.arange(rows), y] += 0.6 * rng.random(rows)
    names = [f"class {k}, {'of a long name that says much ' * (k % 4)}<b>&amp;" for k in range(classes)]
    return of_table("iris", evaluation=evaluate_classes(y, p / p.sum(1, keepdims=True), names), **changes)


def of_many_columns(columns=300, **changes):
    """A report on very many columns, some left out, with names of all kinds."""
    odd = [
        "<script>alert(1)</script>",
        "größe 大きさ الحجم",
        "x\x1b[31m\u202e",
        "w" * 300,
        "two\nlines",
        "$a_1$ & {{ b }}",
    ]
    names = odd + [f"measurement {i}" for i in range(columns - len(odd))]
    facts = [
        ColumnFacts(
            name,
            ("number", "category", "date", "yes/no")[i % 4],
            i % 7 * 4,
            "8 values, one input each: red, green, blue, yellow, white, black, brown, grey"
            if i % 4 == 1
            else "minus 3, over 2.5",
            "few values" if i % 4 == 1 else "a quantity",
            used=i % 9 != 8,
        )
        for i, name in enumerate(names)
    ]
    means = np.random.default_rng(0).exponential(0.004, columns)
    importances = Importances(names, means, means / 4, "accuracy", 38, 5)
    notes = [f"column {name!r} is constant: left out" for name in names[8::9]]
    return of_table(
        "iris", columns=facts, importances=importances, notes=notes, drawing=None, title=odd[0] + "w" * 300, **changes
    )
