"""What the tests of reading share: files written and read, and what was read as Python's own values."""

import pytest

from clearprop.errors import InputError
from clearprop.tables.reading import read_table


def written(folder, content, name="data.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def values_of(column):
    """The values of a column, None where one is missing; dates as in ISO 8601."""
    if column.kind == "text":
        values = [column.texts[place] if len(column.texts) else None for place in column.values]
    elif column.kind == "date":
        values = [str(value).removesuffix(".000000") for value in column.values]
    else:
        values = column.values.tolist()
    return [None if missing else value for value, missing in zip(values, column.is_missing.tolist(), strict=True)]


def contents(table):
    return {column.name: (column.kind, values_of(column)) for column in table.columns}


def refusal(path, **settings):
    """The message with which a file is refused, less the file's name."""
    with pytest.raises(InputError) as caught:
        read_table(path, **settings)
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(str(path))
    return message.removeprefix(str(path)).lstrip(":, ")
