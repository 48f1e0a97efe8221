"""Files of predictions, written part by part: CSV, or Parquet by the name's ending."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clearprop.cli.outputs import is_terminal
from clearprop.foundation.atomic import written_atomically
from clearprop.printable import printable
from clearprop.tables.column import Column
from clearprop.tables.spelling import cell_text
from clearprop.tables.writing import csv_header, csv_rows

# So many rows are texts at a time.
AT_A_TIME = 2**14
# The names of some columns, and these.
Write = Callable[[Sequence[str], Sequence[Any]], None]


@contextmanager
def prediction_file(place: Path) -> Iterator[Write]:
    """What writes rows behind those that it has written: columns of the data, and arrays."""
    with written_atomically(place) as write:
        if place.suffix.lower() == ".parquet":
            with _parquet(write) as write_rows:
                yield write_rows
        else:
            yield _csv(write, place)


def _csv(write: Callable[[str], None], place: Path) -> Write:
    begun = False

    def write_rows(names: Sequence[str], columns: Sequence[Any]) -> None:
        nonlocal begun
        for start in range(0, len(columns[0]), AT_A_TIME):
            stop = start + AT_A_TIME
            texts = [
                _cells(column.between(start, stop)) if isinstance(column, Column) else column[start:stop]
                for column in columns
            ]
            text = ("" if begun else csv_header(names, str(place))) + csv_rows(names, texts, str(place))
            begun = True
            write("\n".join(map(printable, text.split("\n"))) if is_terminal(place) else text)

    return write_rows


def _cells(column: Column) -> list[str | None]:
    """A column's cells as texts, as they read again; None for missing ones."""
    return [None if gone else cell_text(column, row) for row, gone in enumerate(column.is_missing.tolist())]


@contextmanager
def _parquet(write: Callable[[bytes], None]) -> Iterator[Write]:
    from clearprop.tables.sources.arrow import arrow_of_columns, pyarrow

    pa = pyarrow("writing Parquet")
    writer: Any = None

    def write_rows(names: Sequence[str], columns: Sequence[Any]) -> None:
        nonlocal writer
        table = arrow_of_columns(names, columns)
        if writer is None:
            writer = pa.parquet.ParquetWriter(pa.PythonFile(_File(write), "w"), table.schema)
        writer.write_table(table.cast(writer.schema))

    yield write_rows
    if writer is not None:
        writer.close()


class _File:
    """What Arrow takes for a file."""

    closed = False

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write, self._at = write, 0

    def write(self, data: bytes) -> int:
        """Write on."""
        self._write(bytes(data))
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        """How much was written."""
        return self._at

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Whoever opened it closes it."""

    def readable(self) -> bool:
        """No."""
        return False

    def writable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """No."""
        return False
