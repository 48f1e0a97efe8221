"""What is served, by OpenAPI 3.1: made of the structs that are sent, and of the model's columns and classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from clearprop.serving.protocol import Answers, ColumnInfo, Health, ModelInfo, Problem
from clearprop.serving.requests import MOST_BYTES, MOST_ROWS, READING
from clearprop.serving.served import Served

REFERENCE = "#/components/schemas/"
# A cell is what a file could have there: numbers and booleans may be spelled, and null is missing.
CELL = {"type": ["string", "number", "boolean", "null"]}
ROW, ROWS, COLUMNS, LISTS = "Row", "Rows", "Columns", "Lists"

READ = {
    "missing": "What else stands for a missing cell; may be repeated.",
    "decimal": "The sign in front of fractions: . or ,",
    "thousands": "The sign between thousands: , . ' or a space.",
    "delimiter": "The sign between cells, such as ; or tab.",
    "dates": "day-first, month-first, or a form such as %d.%m.%Y.",
}
REFUSED = {
    400: "It cannot be read: no JSON, no UTF-8, a name twice, an unknown query parameter.",
    401: "The token is missing or wrong.",
    403: "It was sent to another name than this server's, or from a page of another site.",
    404: "There is nothing here.",
    405: "Not by this method.",
    413: f"More than {MOST_BYTES:,} bytes, {MOST_ROWS:,} rows, or too many columns.",
    415: "Neither application/json nor text/csv.",
    422: "A column is missing, or a cell cannot be taken; the words are the command line's.",
}


def openapi(served: Served, file: str) -> dict[str, Any]:
    """The description of a server of this model."""
    info = served.info(file)
    _, schemas = msgspec.json.schema_components(
        [Health, Problem, ModelInfo, Answers], ref_template=REFERENCE + "{name}"
    )
    if info.classes is not None:
        labels = list(map(str, info.classes))
        probabilities = {"type": "array", "items": {"type": ["number", "null"]}}
        schemas["Answers"]["properties"]["probabilities"] = {
            "type": "object",
            "properties": dict.fromkeys(labels, probabilities),
            "required": labels,
            "additionalProperties": False,
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{file}: {info.target}",
            "version": info.clearprop,
            "description": "A model of clearprop, for other programs on this machine.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": {
            "/health": {"get": _got("health", "Whether it is there.", Health)},
            "/model": {"get": _got("model", "What is served.", ModelInfo)},
            "/openapi.json": {
                "get": {
                    "operationId": "openapi",
                    "summary": "This description.",
                    "responses": {"200": _json("OpenAPI 3.1.", {"type": "object"}), **_refused(401, 403, 405)},
                }
            },
            "/predict": {"post": _predict(served)},
        },
        "components": {
            "schemas": {**schemas, **_rows(info.columns, served.named)},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "The token that was printed."}
            },
        },
    }


def example_row(columns: Sequence[ColumnInfo]) -> dict[str, Any]:
    """A row such as training had."""
    return {column.name: column.example for column in columns}


def _predict(served: Served) -> dict[str, Any]:
    forms = [ROW, ROWS, COLUMNS, *([] if served.named else [LISTS])]
    own = served.notation.said()
    return {
        "operationId": "predict",
        "summary": "Answers for one row or many, in their order.",
        "parameters": [
            _parameter(
                "keep_going", "Whether a row with a cell that cannot be taken has null for an answer.", "boolean"
            ),
            *(
                _parameter(
                    name, f"{READ[name]} Of text/csv.", "array" if name == "missing" else "string", own.get(name)
                )
                for name in READING
            ),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"anyOf": [{"$ref": REFERENCE + form} for form in forms]},
                    "example": example_row(served.columns),
                },
                "text/csv": {"schema": {"type": "string", "description": "With a line of names, in UTF-8."}},
            },
        },
        "responses": {
            "200": {
                "description": "The answers: CSV where it is sent or asked for by Accept, JSON otherwise.",
                "headers": {
                    "Clearprop-Notes": {
                        "description": "With CSV: the notes, as a list in JSON.",
                        "schema": {"type": "string"},
                    }
                },
                "content": {
                    "application/json": {"schema": {"$ref": REFERENCE + "Answers"}},
                    "text/csv": {"schema": {"type": "string"}},
                },
            },
            **_refused(*(status for status in REFUSED if status != 404)),
        },
    }


def _rows(columns: Sequence[ColumnInfo], named: bool) -> dict[str, Any]:
    """The forms that rows have; further columns are passed over, and noted."""
    names = [column.name for column in columns]
    cells = {column.name: _cell(column) for column in columns}
    listed = {name: {"type": "array", "items": cell} for name, cell in cells.items()}
    forms: dict[str, Any] = {
        ROW: {"type": "object", "properties": cells, "required": names},
        ROWS: {"type": "array", "minItems": 1, "maxItems": MOST_ROWS, "items": {"$ref": REFERENCE + ROW}},
        COLUMNS: {"type": "object", "properties": listed, "required": names},
    }
    if not named:
        cell_list = {"type": "array", "items": CELL, "minItems": len(names), "maxItems": len(names)}
        forms[LISTS] = {"type": "array", "minItems": 1, "maxItems": MOST_ROWS, "items": cell_list}
    return forms


def _cell(column: ColumnInfo) -> dict[str, Any]:
    """What stands in a cell, for people: what is taken is wider than any type."""
    categories = "" if column.categories is None else f" ({len(column.categories):,} categories)"
    told = f"{column.kind}{categories}" + (f": {column.treatment}" if column.treatment else "")
    return {**CELL, "description": told, "examples": [column.example]}


def _got(name: str, summary: str, kind: type) -> dict[str, Any]:
    schema = {"$ref": REFERENCE + kind.__name__}
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": _json(summary, schema), **_refused(401, 403, 405)},
    }


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refused(*statuses: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": REFERENCE + "Problem"}}}
    return {str(status): {"description": REFUSED[status], "content": content} for status in statuses}


def _parameter(name: str, description: str, kind: str, default: Any = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array", "items": {"type": "string"}} if kind == "array" else {"type": kind}
    if default is not None:
        schema["default"] = list(default) if kind == "array" else default
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
