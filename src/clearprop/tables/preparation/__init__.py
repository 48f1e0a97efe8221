"""From typed columns to the numbers that a network takes: learned from the training rows, applied to others.

One kind of column a file: `numbers`, `booleans`, `dates`, `categories`, `presence`; `preparation` puts them together.
"""

from clearprop.tables.preparation.preparation import InputColumns, Preparation

__all__ = ["InputColumns", "Preparation"]
