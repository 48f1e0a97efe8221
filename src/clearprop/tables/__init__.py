"""Tables: read from files, their columns made numbers and targets, and the model that learns them."""

from clearprop.tables.table import Table, read_csv, write_csv

__all__ = ["Table", "read_csv", "write_csv"]
