"""Tables from files: what people's files look like, read rightly and said, or refused with line, value and remedy."""

from clearprop.tables.reading.files import read_table, read_table_text

__all__ = ["read_table", "read_table_text"]
