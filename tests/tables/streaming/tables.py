"""A table that is learned from, and the same in every form that a source may have."""

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet

TOWNS = np.array(["Ulm", "Bonn", "Köln"])


def frame(n=600, seed=0):
    rng = np.random.default_rng(seed)
    size, town = rng.normal(size=n), rng.integers(0, 3, n)
    day = np.datetime64("2024-01-01T00:00:00", "us") + rng.integers(0, 300, n).astype("timedelta64[D]")
    price = 2 * size + town + rng.normal(size=n) / 10
    half = pl.Series(np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)), nan_to_null=True)
    return pl.DataFrame({"size": size, "town": TOWNS[town], "day": day, "half": half, "price": price})


def written(folder, n=600, files=3, seed=0, **settings):
    """Parquet files in a folder, of n rows each."""
    folder.mkdir(exist_ok=True)
    for number in range(files):
        pa.parquet.write_table(frame(n, seed + number).to_arrow(), folder / f"part-{number}.parquet", **settings)
    return folder


def forms(folder, whole):
    """Every form, by its name, of one table in one part."""
    folder.mkdir(exist_ok=True)
    one = folder / "one"
    one.mkdir()
    whole.write_parquet(one / "whole.parquet")
    whole.write_csv(folder / "whole.csv")
    arrow = whole.to_arrow()
    return {
        "a Parquet file": one / "whole.parquet",
        "a folder": str(one),
        "a pattern": str(one / "*.parquet"),
        "a CSV file": folder / "whole.csv",
        "pandas": whole.to_pandas(),
        "polars": whole,
        "a lazy frame": whole.lazy(),
        "a table of Arrow's": arrow,
        "a dataset of Arrow's": pa.dataset.dataset(str(one)),
        "batches of frames": [whole].__iter__,
        "batches, each with its answers": lambda: iter([(whole.drop("price"), whole["price"])]),
    }
