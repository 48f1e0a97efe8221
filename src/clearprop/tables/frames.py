"""Any dataframe, array or list of rows as a `Table` of typed columns.

Dataframes are read through narwhals, column by column, at a cost that grows with the cells: pandas (its index is no
column), polars, pyarrow, and whatever else narwhals takes. Names follow scikit-learn: a frame whose names are all texts
has names; columns that pandas merely numbered, and those of arrays, are called `x0`, `x1` and so on, or as those that
training knew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from clearprop.errors import InputError
from clearprop.foundation.sparse import is_sparse
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.column import Column, empty_column
from clearprop.tables.series import column_of
from clearprop.tables.table import Table

PATH = "the table"


def as_table(data: Any, names: Sequence[str] | None = None, *, needed: Callable[[str], bool] | None = None) -> Table:
    """The table that data holds.

    Parameters
    ----------
    data : dataframe, array of shape (n, columns), list of rows, list of dictionaries, or dictionary of columns
        A `Table` is taken as it is.
    names : sequence of str, optional
        What columns are called that have no names of their own, as those of an array.
    needed : function of a name, optional
        Whether the column of this name is read; of others nothing is looked at, and every cell is missing.

    Raises
    ------
    InputError
        There are no rows or no columns, it has not two dimensions, rows differ in length, names and columns differ in
        number, or a cell is something that no table holds; the message names column, row, value, rule and remedy.

    Examples
    --------
    >>> table = as_table([{"age": 31, "colour": "red"}, {"age": None, "colour": "blue"}])
    >>> [(column.name, column.kind) for column in table.columns]
    [('age', 'number'), ('colour', 'text')]
    >>> as_table(np.array([[1.0, 2.0], [3.0, 4.0]])).names
    ('x0', 'x1')
    """
    if isinstance(data, Table):
        return data
    labels, columns = _parts(data)
    if not columns:
        raise InputError(
            f"{PATH}: 0 feature(s) (shape=({_length(data)}, 0)) while a minimum of 1 is required: give a column"
        )
    called, notes = _names(labels, len(columns), names)
    read = tuple(
        column_of(name, values, PATH) if needed is None or needed(name) else empty_column(name, len(values))
        for name, values in zip(called, columns, strict=True)
    )
    lengths = {len(column): column.name for column in read}
    if len(lengths) > 1:
        differ = " and ".join(f"{rows:,} in {quoted(name)}" for rows, name in sorted(lengths.items())[:2])
        raise InputError(f"{PATH}: columns differ in their number of rows ({differ}): make them equal")
    (n_rows,) = lengths
    if n_rows == 0:
        shape = f"(shape=(0, {len(read)}))"
        raise InputError(f"{PATH}: Found array with 0 sample(s) {shape} while a minimum of 1 is required: give a row")
    return Table(read, np.arange(n_rows), PATH, notes=notes)


def at_hand(data: Any) -> Any:
    """Data that takes work to read, or can be read once only, read: a lazy frame, a stream of Arrow's; else as it is.

    Examples
    --------
    >>> import polars as pl
    >>> at_hand(pl.LazyFrame({"age": [31, 33]})).shape, at_hand([[1.0, 2.0]])
    ((2, 1), [[1.0, 2.0]])
    """
    if isinstance(data, Table | Mapping | list | tuple | np.ndarray) or not _is_frame(data):
        return data
    import narwhals as nw

    data = nw.to_native(data, pass_through=True)
    if nw.dependencies.is_into_dataframe(data) or nw.dependencies.is_into_series(data):
        return data
    try:
        frame = nw.from_native(data)
    except TypeError:
        frame = nw.DataFrame.from_arrow(data, backend="pyarrow")
    return (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).to_native()


def as_column(values: Any, name: str | None = None) -> Column:
    """The column that a series, an array of shape (n,) or (n, 1), or a list holds: such as a target.

    Parameters
    ----------
    values : series, array, list, or dataframe of one column
    name : str, optional
        Otherwise as the series is called, or "y".

    Raises
    ------
    InputError
        It has more than one column, or a cell is something that no table holds.

    Examples
    --------
    >>> as_column([True, None, False]).missing.tolist()
    [False, True, False]
    """
    import narwhals as nw

    arrow = nw.dependencies.get_pyarrow()
    if arrow is not None and isinstance(values, arrow.Array):
        values = arrow.chunked_array([values])  # which narwhals takes for a series, with its type
    native = nw.from_native(values, pass_through=True, allow_series=True)
    if isinstance(native, nw.DataFrame | nw.LazyFrame):
        table = as_table(values)
        if len(table.columns) != 1:
            raise InputError(
                f"{name or 'the target'} has {len(table.columns)} columns {listed(table.names)}: give one of them"
            )
        (column,) = table.columns
        return Column(**{**vars(column), "name": name or column.name})
    if isinstance(native, nw.Series):
        own = native.name
        return column_of(name or (str(own) if own not in (None, "") else "y"), values, "the target")
    try:
        array = values if isinstance(values, list) and not _is_nested(values) else np.asarray(values)
    except ValueError:
        raise InputError(f"{name or 'the target'} has rows of different lengths: give one value a row") from None
    if isinstance(array, np.ndarray):
        if array.ndim == 2 and array.shape[1] == 1:
            array = array[:, 0]
        if array.ndim == 0:
            raise InputError(f"{name or 'the target'} must be a list of values, one a row, got {quoted(values)}")
        if array.ndim != 1:
            raise InputError(
                f"{name or 'the target'} has shape {array.shape}: give one value a row, of shape ({len(array)},)"
            )
    return column_of(name or "y", array, "the target")


def feature_names(data: Any) -> list[str] | None:
    """The names that data itself has, by scikit-learn's rule: those of a dataframe, if all are texts; None otherwise.

    Examples
    --------
    >>> feature_names({"age": [31], "colour": ["red"]}), feature_names([[1.0, 2.0]])
    (['age', 'colour'], None)
    """
    labels = labels_of(data)
    return None if labels is None or not all(isinstance(label, str) for label in labels) else list(map(str, labels))


def labels_of(data: Any) -> Sequence[Hashable] | None:
    """What data itself calls its columns, which need be no texts; None where they have no names.

    Examples
    --------
    >>> labels_of({0: [31], "colour": ["red"]}), labels_of([[1.0, 2.0]])
    ([0, 'colour'], None)
    """
    return data.names if isinstance(data, Table) else _parts(data)[0]


def names_among(labels: Sequence[Hashable], known: Sequence[str]) -> list[str] | None:
    """The known names that labels stand for, which need be no texts; None if some of those are not there.

    Examples
    --------
    >>> names_among([2, 0, 1], ["x0", "x2"]), names_among([7, 3], ["3", "7"]), names_among([0], ["x0", "x1"])
    (['x2', 'x0', '1'], ['7', '3'], None)
    """
    there = set(known)
    texts, _ = distinct_names(labels)
    numbered = [f"x{label}" if isinstance(label, int | np.integer) else "" for label in labels]
    names = [
        number if text not in there and number in there else text for text, number in zip(texts, numbered, strict=True)
    ]
    return names if there <= set(names) else None


def distinct_names(labels: Iterable[Hashable]) -> tuple[list[str], tuple[str, ...]]:
    """Labels as names, each once, and a note on those that stood there more often: the second `age` is `age.1`.

    Examples
    --------
    >>> distinct_names(["age", "size", "age"])[0]
    ['age', 'size', 'age.1']
    """
    texts = [str(label) for label in labels]
    taken, names, renamed = set(texts), [], []
    met: set[str] = set()
    number_of: dict[str, int] = {}
    for text in texts:
        name = text
        while name in met or (name != text and name in taken):
            number_of[text] = number_of.get(text, 0) + 1
            name = f"{text}.{number_of[text]}"
        if name != text:
            renamed.append(f"{quoted(text)} as {quoted(name)}")
        met.add(name)
        names.append(name)
    if not renamed:
        return names, ()
    shown = ", ".join(renamed[:8]) + (f" and {len(renamed) - 8:,} more" if len(renamed) > 8 else "")
    return names, (f"{PATH}: several columns have one name; those behind the first are taken {shown}.",)


def _names(
    labels: Sequence[Hashable] | None, n_columns: int, given: Sequence[str] | None
) -> tuple[Sequence[str], tuple[str, ...]]:
    numbered = labels is None or list(labels) == list(range(n_columns))
    if not numbered:
        assert labels is not None
        return distinct_names(labels)
    if given is None:
        return [f"x{number}" for number in range(n_columns)], ()
    if len(given) != n_columns:
        raise InputError(
            f"{PATH}: X has {n_columns} features, but {len(given)} are expected, which are {listed(given)}: give as "
            "many columns as training had, in its order"
        )
    return list(given), ()


def _parts(data: Any) -> tuple[Sequence[Hashable] | None, Sequence[Any]]:
    """The labels of the columns, None where they have none, and the columns."""
    if is_sparse(data):
        raise InputError(
            f"{PATH}: sparse data was given, and a dense table is needed: pass X.toarray(), "
            "or have what makes it make dense ones, as by OneHotEncoder(sparse_output=False)"
        )
    if isinstance(data, Mapping):
        single = next((name for name, values in data.items() if not _holds_cells(values)), None)
        if single is not None:
            what = f"{PATH}, column {quoted(single)}: {quoted(data[single])} is no column"
            raise InputError(f"{what}: give a list of cells for each name, also for a single row")
        return list(data), [values if isinstance(values, np.ndarray) else _values(values) for values in data.values()]
    if isinstance(data, list | tuple):
        return _of_rows(list(data))
    if isinstance(data, np.ndarray) or not _is_frame(data):
        return None, _of_array(unmasked(data) if isinstance(data, np.ma.MaskedArray) else np.asarray(data))
    return _of_frame(data)


def _holds_cells(values: Any) -> bool:
    return not isinstance(values, str | bytes) and (hasattr(values, "__len__") or hasattr(values, "__array__"))


def unmasked(array: Any) -> Any:
    """A masked array as one of objects, in which what is masked is missing; as an array where nothing is masked.

    Examples
    --------
    >>> unmasked(np.ma.masked_equal([1.0, 2.0], 2.0)).tolist()
    [1.0, None]
    """
    if not np.ma.is_masked(array):
        return np.asarray(array)
    cells = np.asarray(array).astype(object)
    cells[np.ma.getmaskarray(array)] = None
    return cells


def _is_frame(data: Any) -> bool:
    """Whether it has columns; asked of its type, as a lazy frame's own are dear to look up."""
    return any(hasattr(type(data), name) for name in ("columns", "column_names", "__arrow_c_stream__"))


def _of_frame(data: Any) -> tuple[Sequence[Hashable], Sequence[Any]]:
    import narwhals as nw

    data = at_hand(data)
    # Names are given anew where one may stand there twice, which narwhals refuses.
    labels: Sequence[Hashable] | None = None
    if nw.dependencies.is_pandas_dataframe(data):
        labels = list(data.columns)
        if not data.columns.is_unique:
            data = data.set_axis(range(data.shape[1]), axis=1)
    elif nw.dependencies.is_pyarrow_table(data):
        labels = data.column_names
        data = data.rename_columns(list(map(str, range(data.num_columns))))
    frame = nw.from_native(data, eager_only=True)
    return frame.columns if labels is None else labels, list(frame.iter_columns())


def _of_array(array: Any) -> Sequence[Any]:
    if array.dtype.kind == "V":
        raise InputError(f"{PATH}: an array of records ({array.dtype}) is no table: give a column for each field")
    if array.ndim == 0:
        raise InputError(f"{PATH}: {quoted(array.item())} is no table: give a dataframe, an array or a list of rows")
    if array.ndim < 2:
        raise InputError(
            f"{PATH}: Expected 2D array, got {array.ndim}D array instead: an array has rows and columns. Reshape your "
            "data, by array.reshape(-1, 1) if it is a single column or array.reshape(1, -1) if it is a single row"
        )
    if array.ndim > 2:
        raise InputError(
            f"{PATH}: Found array with dim {array.ndim}, while dim <= 2 is required: an array has rows and columns: "
            "reshape it to (rows, columns)"
        )
    return list(array.T)


def _of_rows(rows: list[Any]) -> tuple[Sequence[Hashable] | None, Sequence[Any]]:
    if rows and all(isinstance(row, Mapping) for row in rows):
        labels = list(dict.fromkeys(label for row in rows for label in row))
        return labels, [[row.get(label) for row in rows] for label in labels]
    if not _is_nested(rows):
        return None, _of_array(np.asarray(rows))
    width = len(rows[0])
    for number, row in enumerate(rows):
        if not _is_nested([row]) or len(row) != width:
            cells = f"{len(row)} cells" if _is_nested([row]) else f"{quoted(row)} instead of cells"
            raise InputError(
                f"{PATH}, row {number} (counted from 0): it has {cells}, and row 0 has {width}: give rows of one length"
            )
    return None, [list(column) for column in zip(*rows, strict=True)]


def _is_nested(rows: list[Any]) -> bool:
    return bool(rows) and (isinstance(rows[0], list | tuple) or (isinstance(rows[0], np.ndarray) and rows[0].ndim > 0))


def _values(values: Any) -> Any:
    return list(values) if isinstance(values, list | tuple | range) else values


def _length(data: Any) -> int:
    shape = getattr(data, "shape", None)
    return shape[0] if shape else len(data)
