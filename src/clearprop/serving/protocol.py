"""What is answered, as JSON: the structs that OpenAPI's schemas are made of."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from clearprop.tables.targets import Label

Kind = Literal["number", "category", "boolean", "date", "presence"]
Value = Label | list[Label | None] | None


class Health(Struct):
    """It is there, and the model is loaded."""

    status: Literal["ok"] = "ok"


class Problem(Struct):
    """What is wrong with a request, in the form of RFC 9457; `detail` is what the command line would say."""

    title: str
    status: int
    detail: str


class ColumnInfo(Struct, omit_defaults=True):
    """A column that a row has."""

    name: str
    kind: Kind
    example: float | bool | str
    treatment: Annotated[str, Meta(description="What is done with it before the network sees it.")] = ""
    categories: Annotated[list[str] | None, Meta(description="Those of training; others are answered too.")] = None


class NetworkInfo(Struct):
    """The network, or one of several that are averaged."""

    layer_sizes: list[int]
    activations: list[str]
    parameters: int
    dtype: str
    members: int


class ModelInfo(Struct, omit_defaults=True):
    """What is served."""

    file: str
    clearprop: Annotated[str, Meta(description="The version that serves it.")]
    kind: Annotated[str, Meta(description="Such as 'table' or 'network'.")]
    task: Literal["classification", "regression"]
    target: Annotated[str, Meta(description="What is predicted.")]
    columns: list[ColumnInfo]
    named: Annotated[bool, Meta(description="Whether rows are objects; else a row may be a list of its cells too.")]
    network: NetworkInfo | None = None
    classes: list[Label] | None = None
    notation: Annotated[
        dict[str, str | list[str]] | None,
        Meta(description="How cells of text/csv are read, as those of training were, where the query says nothing."),
    ] = None


class Answers(Struct, omit_defaults=True):
    """The answers for all rows, in their order."""

    target: Annotated[str, Meta(description="What is predicted.")]
    predicted: Annotated[
        list[Value],
        Meta(description="A class or a number a row, or a list where there are several; null for a row left out."),
    ]
    probabilities: Annotated[
        dict[str, list[float | None]] | None, Meta(description="Of each class, a number a row.")
    ] = None
    notes: Annotated[list[str], Meta(description="What was remarkable, such as new categories.")] = msgspec.field(
        default_factory=list
    )


_encoder = msgspec.json.Encoder()


def encoded(answer: Struct) -> bytes:
    """The JSON of an answer; a number that is not finite is null."""
    return _encoder.encode(answer)
