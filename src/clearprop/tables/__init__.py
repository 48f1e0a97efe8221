"""Tables: read from files or dataframes, their columns made numbers and targets, and the estimators that learn them."""

from clearprop.tables.reading import read_table
from clearprop.tables.table import Table
from clearprop.tables.writing import write_csv

__all__ = ["Table", "read_table", "write_csv"]
