"""Tables: read from files, their columns made numbers and targets, and the model that learns them."""

from clearprop.tables.text_reading import read_csv
from clearprop.tables.text_table import Table
from clearprop.tables.writing import write_csv

__all__ = ["Table", "read_csv", "write_csv"]
