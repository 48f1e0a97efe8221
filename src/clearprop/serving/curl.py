"""The command that asks a model, to be copied into a shell."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

from clearprop.printable import printable
from clearprop.serving.openapi import example_row
from clearprop.serving.protocol import ColumnInfo

# A longer one is nothing to copy.
MOST_LETTERS = 4_000


def curl(root: str, token: str, columns: Sequence[ColumnInfo]) -> str:
    """The command, with a row such as training had; of a model of very many columns, one that fetches such a row.

    Parameters
    ----------
    root : str
        Where the server is.
    token : str
        As it stands between double quotes in a shell.
    columns : sequence of ColumnInfo

    Examples
    --------
    >>> print(curl("http://127.0.0.1:8000", "$TOKEN", [ColumnInfo("size", "number", 1.5)]))
    curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" --data '{"size": 1.5}' http://127.0.0.1:8000/predict
    """
    start = f'curl -H "Authorization: Bearer {token}"'
    row = json.dumps(example_row(columns), ensure_ascii=False)
    if printable(row) != row:
        row = json.dumps(example_row(columns))
    command = f'{start} -H "Content-Type: application/json" --data {shlex.quote(row)} {root}/predict'
    return command if len(command) <= MOST_LETTERS else f"{start} {root}/openapi.json"
