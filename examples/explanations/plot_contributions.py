"""
Why this flat costs that much
=============================

A table's prediction, taken apart by columns in the target's unit: what each cell adds, against a row of typical
cells. The true rule is known here: 8 for a square metre, 100 more in Ulm, 15 less for each floor.
"""

import numpy as np
import pandas
from matplotlib import pyplot

from clearprop import ContributionsDisplay, TableRegressor

rng = np.random.default_rng(0)
flats = pandas.DataFrame(
    {"size": rng.integers(40, 130, 300), "town": rng.choice(["Ulm", "Bonn"], 300), "floor": rng.integers(0, 6, 300)}
)
flats["rent"] = 8 * flats["size"] + 100 * (flats["town"] == "Ulm") - 15 * flats["floor"] + rng.normal(0, 10, 300)
model = TableRegressor(recipe="plain", members=3, learning_rate=0.01, max_epochs=200, random_state=0).fit(flats, "rent")

figure, axes = pyplot.subplots(1, 2, figsize=(12, 3), layout="constrained")
for ax, flat in zip(
    axes, ({"size": 110, "town": "Bonn", "floor": 1}, {"size": 55, "town": "Ulm", "floor": 5}), strict=True
):
    ContributionsDisplay.from_explanation(model.explain(flat)).plot(ax)
