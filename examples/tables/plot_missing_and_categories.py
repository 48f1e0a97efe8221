"""
A table as it is
================

Categories, a date, missing cells: a dataframe is learned as it stands, and the notes say what became of each column.
"""

import numpy as np
import pandas
from matplotlib import pyplot

from clearprop import TableRegressor

rng = np.random.default_rng(0)
rows = 600
table = pandas.DataFrame(
    {
        "area": rng.uniform(30, 150, rows).round(),
        "district": rng.choice(["north", "old town", "harbour"], rows),
        "built": pandas.to_datetime("1950-01-01") + pandas.to_timedelta(rng.integers(0, 25_000, rows), unit="D"),
        "lift": rng.choice(["yes", "no", None], rows),
    }
)
price = (
    table["area"] * 3.1
    + table["district"].map({"north": 0, "old town": 90, "harbour": 160})
    + (table["built"].dt.year - 1950) * 0.8
    + rng.normal(0, 12, rows)
)
model = TableRegressor(recipe="plain", members=2, max_epochs=120, random_state=0).fit(table[:500], price[:500])
print(*model.notes_, sep="\n")

figure, ax = pyplot.subplots(figsize=(5.5, 5), layout="constrained")
for district, part in table[500:].groupby("district"):
    ax.scatter(price[part.index], model.predict(part), s=16, label=district)
ax.axline((200, 200), slope=1, color="grey", linewidth=0.8)
ax.set(
    xlabel="true price", ylabel="predicted price", title=f"R2 on new rows: {model.score(table[500:], price[500:]):.3f}"
)
ax.legend(frameon=False)
