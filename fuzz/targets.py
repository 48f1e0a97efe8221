"""What reads from outside, each as a function of bytes: whatever they are, only documented errors come out.

Each target has seeds: small inputs that are taken, from which the fuzzer goes on.
"""

import json
import math
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

MOST_SAID = 20_000
GOLDEN = Path(__file__).parent.parent / "tests" / "golden"


@dataclass(frozen=True)
class Target:
    """A reader.

    Attributes
    ----------
    read : function of bytes
        Raises what should not be raised.
    seeds : function
        Gives inputs that are taken.
    is_json : bool
        Whether the fuzzer changes values of JSON rather than bytes.
    """

    read: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    is_json: bool = False


def _check(error, is_documented=True):
    """Raise what is not documented, or is no message for people."""
    if not is_documented or len(str(error)) >= MOST_SAID:
        raise AssertionError(f"{type(error).__name__}: {str(error)[:MOST_SAID]}") from error


# -- files -----------------------------------------------------------------------------------------------------------


@cache
def _path():
    folder = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())
    return folder / f"clearprop-fuzz-{os.getpid()}"


def _in_a_file(data, read):
    """What becomes of the bytes in a file; an InputError is the one thing that may."""
    from clearprop.errors import InputError

    path = _path()
    path.write_bytes(data)
    try:
        return read(path)
    except InputError as error:
        _check(error)
    finally:
        path.unlink()
    return None


def container(data):
    """A file of ours: the frame of every kind."""
    from clearprop.files.container import read_container

    _in_a_file(data, read_container)


@cache
def _models():
    """Models of each kind, as small as they can be."""
    from clearprop import Ensemble, MLPClassifier, MLPRegressor, Network, Perceptron, TableClassifier, TableRegressor

    X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.5]] * 6)
    table = {"size": X[:, 0].tolist(), "kind": ["a", "b", "c", None] * 6, "on": [True, False] * 12}
    table["day"] = [np.datetime64("2024-01-01") + 40 * day for day in range(24)]
    short = {"recipe": "plain", "max_epochs": 1, "hidden_layer_sizes": [2], "random_state": 0}
    return [
        Network([2, 3, 2], ["elu"], rng=0),
        Network([2, 2, 1], "relu", dtype="float32", rng=0, trainable_share=False),
        Ensemble([Network([2, 1], rng=seed) for seed in range(2)]),
        MLPClassifier([2], max_iter=200, tol=10.0, random_state=0).fit(X, ["x", "y", "z", "x"] * 6),
        MLPRegressor(hidden_layer_sizes=[2], max_iter=200, tol=10.0, random_state=0).fit(X, X[:, 0]),
        Perceptron(random_state=0).fit(X, [0, 1, 0, 1] * 6),
        TableClassifier(**short, members=2).fit(table, [0, 1] * 12),
        TableRegressor(**short).fit(table, X[:, 0] + 0.5),
    ]


def _files():
    from clearprop import save

    contents = []
    for model in _models():
        save(model, _path())
        contents.append(_path().read_bytes())
        _path().unlink()
    return contents + [path.read_bytes() for path in sorted(GOLDEN.glob("*.model")) if path.stat().st_size < 20_000]


DTYPES = {"F64": np.float64, "F32": np.float32, "I64": np.int64, "I32": np.int32, "U8": np.uint8, "BOOL": np.bool_}


def _held(data):
    """The container that JSON describes; None where it is none."""
    from clearprop.files.container import Container

    said = _json(data)
    try:
        version = 1 if said["config"].keys() == {"network", "extra"} and said["version"] == 1 else 2
        tensors = {
            name: np.asarray(values, dtype=DTYPES[kind]).reshape(shape)
            for name, (kind, shape, values) in said["tensors"].items()
        }
        return Container(str(said["kind"]), said["config"], tensors, version)
    except Exception:
        return None


def _described(content):
    """The JSON that describes the container in a file."""
    from clearprop.files.container import read_container

    _path().write_bytes(content)
    held = read_container(_path())
    _path().unlink()
    names = {np.dtype(dtype): name for name, dtype in DTYPES.items()}
    tensors = {
        name: [names[tensor.dtype.newbyteorder("=")], list(tensor.shape), tensor.reshape(-1).tolist()]
        for name, tensor in held.tensors.items()
    }
    said = {"kind": held.kind, "config": held.config, "tensors": tensors, "version": held.version}
    return json.dumps(said).encode()


def model(data):
    """What a file says of its model, behind its checksum: what is taken answers, too."""
    from clearprop.errors import InputError
    from clearprop.saving import model_of

    held = _held(data)
    if held is None:
        return
    try:
        loaded = model_of("the file", held)
    except InputError as error:
        _check(error)
        return
    _answer(loaded)


def _answer(loaded):
    from clearprop.errors import InputError
    from clearprop.serving.served import ServedEstimator, ServedNetwork, ServedTable
    from clearprop.tables.frames import as_table

    if hasattr(loaded, "predictor_"):
        served = ServedTable(loaded.predictor_)
    elif hasattr(loaded, "get_params"):
        served = ServedEstimator(loaded, "MLPClassifier")
    else:
        served = ServedNetwork(loaded)
    row = {column.name: [column.example, column.example] for column in served.columns}
    if 0 < len(row) < 1_000:
        with np.errstate(all="ignore"):
            try:
                served.predict(as_table(row), False)
            except InputError:
                return
            except ValueError as error:  # as scikit-learn has it
                _check(error, re.search("finite|large|NaN|infinity", str(error)))


def checkpoint(data):
    """What a checkpoint says of a training, behind its checksum."""
    from clearprop.files.checkpoint import Checkpoint
    from clearprop.files.container import content_of

    held = _held(data)
    try:
        content = content_of(held) if held is not None else b""
    except (ValueError, TypeError):
        return  # which no file can hold
    _in_a_file(content, Checkpoint.read)


def _checkpoints():
    from clearprop import Network, Trainer
    from clearprop.files.checkpoints import Checkpoints

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(12, 2)), rng.normal(size=12)
    seeds = []
    for settings in ({}, {"optimizer": "momentum", "patience": 3, "shuffle": False}):
        with tempfile.TemporaryDirectory() as folder:
            kept = Checkpoints(Path(folder) / "kept", keep=1)
            Trainer(Network([2, 2, 1], rng=0), epochs=2, rng=0, callbacks=[kept], **settings).fit(X, y)
            seeds += [_described(path.read_bytes()) for path in sorted((Path(folder) / "kept").glob("*.checkpoint"))]
    return seeds


def config(data):
    """What stands for a network, a preparation or a target."""
    from clearprop.errors import InputError
    from clearprop.files.configs import NetworkConfig
    from clearprop.foundation.configs import checked
    from clearprop.network.network import Network
    from clearprop.tables.preparation.preparation import Preparation
    from clearprop.tables.targets import Target

    said = _json(data)
    if not isinstance(said, dict) or len(said) != 1:
        return
    (kind,) = said
    try:
        if kind == "network":
            network = checked(said[kind], NetworkConfig, "network")
            if math.prod(network.layer_sizes) < 1e6:
                Network.from_config(said[kind])
        elif kind == "preparation":
            preparation = Preparation.from_config(said[kind])
            assert Preparation.from_config(preparation.to_config()) == preparation
        elif kind == "target":
            target = Target.from_config(said[kind])
            assert Target.from_config(target.to_config()) == target
    except (InputError, ValueError, TypeError) as error:
        # Of networks, what their constructor says of its arguments.
        _check(error, isinstance(error, InputError) or kind == "network")


def _config_seeds():
    seeds = []
    for one in _models():
        if hasattr(one, "predictor_"):
            seeds.append({"preparation": one.predictor_.preparation.to_config()})
            seeds.append({"target": one.predictor_.target.to_config()})
        elif hasattr(one, "to_config"):
            seeds.append({"network": one.to_config()})
    return [json.dumps(seed).encode() for seed in seeds]


def _json(data):
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


# -- tables ----------------------------------------------------------------------------------------------------------

SETTINGS = {
    "decimal": [None, ".", ","],
    "thousands": [None, ",", ".", "'", " "],
    "delimiter": [None, ",", ";", "tab", "space", "|"],
    "encoding": [None, "utf-8", "cp1252", "utf-16", "latin-1"],
    "dates": [None, "day-first", "month-first", "%d.%m.%Y", "%Y-%m-%dT%H:%M"],
    "missing": [(), ("-",), ("?", "none")],
    "unreadable": ["refuse", "keep"],
}


def table(data):
    """A file that is a table: how it is read stands in its first bytes."""
    from clearprop import read_table
    from clearprop.errors import InputError
    from clearprop.tables.spelling import cell_text, typed

    settings = {}
    for (name, values), byte in zip(SETTINGS.items(), data, strict=False):
        settings[name] = values[byte % len(values)]
    if settings.get("thousands") is not None and settings["thousands"] == settings.get("decimal"):
        return  # which is no setting
    read = _in_a_file(data[len(SETTINGS) :], lambda path: read_table(path, **settings))
    if read is not None:
        assert read.n_rows
        assert len(set(read.names)) == len(read.names)
        for column in read.columns:
            try:
                assert len(typed(column)) == len(column) == read.n_rows
            except InputError:
                continue
            cell_text(column, 0)


TABLES = [
    "size,kind,day\n1.5,a,2024-01-31\n,b,2024-02-01\n-2e3,NA,\n",
    'a;b;c\n1,5;"x\ny";01.02.2024\n2.000,5;;31.12.2023\n',
    "when\tn\n31/01/2024 10:15\t1 234\n01/02/2024 23:59\t5 678\n",
    "id,ok,share\n007,true,5 %\n008,false,10 %\n",
    '{"a": 1, "b": "x"}\n{"a": null, "b": "y"}\n',
    '[{"a": 1.5, "b": true}, {"a": 2, "b": false}]',
    "# a comment\n\nname,value\n'x',$1\n",
    "a b c\n1 2 3\n4 5 6\n",
    "\ufeffa,b\r\n1,2\r\n3,4\r\n",
    "a,a,\n1,2,3\n",
    "größe,straße\n1,ß\n2,ü\n",
]


def _table_seeds():
    plain = bytes(len(SETTINGS))
    return [plain + text.encode() for text in TABLES] + [
        bytes([0, 0, 0, 2, 0, 0, 0]) + "größe,n\nä,1\nö,2\n".encode("cp1252"),
        bytes([0, 0, 0, 3, 0, 0, 0]) + "a,b\n1,2\n".encode("utf-16"),
        bytes([2, 2, 2, 0, 1, 1, 1]) + b"a;b\n1.000,5;01.02.2024\n-;x\n",
    ]


def cells(data):
    """Python's own values as a table."""
    from clearprop.errors import InputError
    from clearprop.tables.frames import as_table
    from clearprop.tables.spelling import as_booleans, as_dates, as_numbers, spelled, typed

    said = _json(data)
    if not isinstance(said, dict | list) or len(data) > 5_000:
        return
    try:
        read = as_table(said)
    except InputError as error:
        _check(error)
        return
    except ValueError as error:  # NumPy's, of lists that are no array
        _check(error, "inhomogeneous" in str(error))
        return
    for column in read.columns:
        for reading in (as_booleans, as_dates, as_numbers):
            assert len(reading(column).values) == len(column)
        assert len(spelled(column)) == len(typed(column)) == len(column)


CELLS = [
    {"a": [1, 2.5, None], "b": ["x", "1.0", "2024-02-30"], "c": [True, False, None]},
    [{"a": 1, "b": "red"}, {"a": 2**70, "c": "TRUE"}],
    [[1, 2], [3, 4]],
    {"day": ["2024-01-31", "2024-01-31T10:00:00+02:00", "9999-12-31T23:59:59-23:59"], "n": ["007", "1e400", "-0"]},
]


# -- what is sent to servers -----------------------------------------------------------------------------------------


def lab(data):
    """A message of the lab's page, and what it may have in it."""
    from clearprop.errors import InputError
    from clearprop.lab import protocol
    from clearprop.lab.formulas import Formula
    from clearprop.lab.links import settings_of
    from clearprop.lab.pasted import read_table
    from clearprop.lab.refusals import Refusal
    from clearprop.lab.wire import decode

    for message in (data, data.decode("utf-8", "replace")):
        request = decode(message)
    try:
        if isinstance(request, protocol.ReadTable):
            read_table(request.text)
        elif isinstance(request, protocol.Open) and request.link:
            settings_of(request.link)
        elif isinstance(request, protocol.Configure):
            formula = getattr(request.settings.data, "formula", None)
            if formula is not None:
                with np.errstate(all="ignore"):
                    assert Formula(formula)(np.array([0.0, 0.5])).shape == (2,)
    except (InputError, Refusal) as error:
        _check(error)


def _lab_seeds():
    from clearprop.lab.links import fragment_of
    from clearprop.lab.protocol import Settings

    requests = [
        {"type": "open", "id": 1, "link": fragment_of(Settings(learning_rate=0.5))},
        {"type": "configure", "settings": {"data": {"type": "curve", "formula": "sin(pi*x)/2 - x^2"}}},
        {"type": "tick", "id": 2, "budget": 5, "most": 2, "view": {"plane": 8}},
        {"type": "read_table", "text": TABLES[0]},
        {"type": "set_number", "name": "W1[1,1]", "value": 0.5},
        {"type": "explain", "name": "W2[1,1]"},
        {"type": "seek", "epoch": 3},
    ]
    return [json.dumps(request).encode() for request in requests]


@cache
def _served():
    from clearprop.serving.served import ServedNetwork, ServedTable

    network, *_, classifier, _ = _models()
    return ServedTable(classifier.predictor_), ServedNetwork(network)


WAYS = [
    ("application/json", {}, "application/json"),
    ("application/json", {"keep_going": [b"true"]}, "text/csv"),
    ("text/csv", {}, "application/json"),
    ("text/csv", {"keep_going": [b"true"], "missing": [b"-"]}, "text/csv"),
    ("text/csv", {"decimal": [b","], "delimiter": [b";"], "dates": [b"day-first"]}, "text/csv"),
]


def serve(data):
    """A body that is sent to `clearprop serve`: the first byte says of what kind, and to which model."""
    from clearprop.serving.answering import of_cells, reply
    from clearprop.serving.requests import Refused

    if not data:
        return
    kind, body = data[0] - ord("0"), data[1:]
    served = _served()[kind & 1]
    try:
        if (kind >> 1) % 6 == 5:
            texts = body.decode("utf-8", "replace").split("\n")
            of_cells(served, (texts + [""] * len(served.columns))[: len(served.columns)])
            return
        content_type, query, wanted = WAYS[(kind >> 1) % 6]
        answer = reply(served, content_type, body, query, wanted)
    except Refused as refused:
        _check(refused, 400 <= refused.status < 500)
        return
    if wanted == "application/json":
        said = json.loads(answer.body, parse_constant=lambda word: 1 / 0)
        assert said["predicted"]
    else:
        assert answer.body.decode().count("\n") > 1


def _serve_seeds():
    row = {"size": 1.5, "kind": "a", "on": True, "day": "2024-01-31"}
    bodies = [row, [row, {**row, "kind": None}], {name: [cell] * 2 for name, cell in row.items()}]
    seeds = [bytes([ord("0") + 2 * way]) + json.dumps(body).encode() for way in (0, 1) for body in bodies]
    text = "size,kind,on,day\n1.5,a,true,2024-01-31\n,b,false,\n"
    seeds += [bytes([ord("0") + 2 * way]) + text.encode() for way in (2, 3)]
    seeds.append(bytes([ord("0") + 8]) + text.replace(",", ";").encode())
    seeds.append(bytes([ord("0") + 10]) + b"1.5\na\ntrue\n2024-01-31")
    seeds.append(b"1[[0.5, 1], [2, 3]]")
    return seeds


TARGETS = {
    "container": Target(container, _files),
    "model": Target(model, lambda: [_described(content) for content in _files()], is_json=True),
    "checkpoint": Target(checkpoint, _checkpoints, is_json=True),
    "config": Target(config, _config_seeds, is_json=True),
    "table": Target(table, _table_seeds),
    "cells": Target(cells, lambda: [json.dumps(cell).encode() for cell in CELLS], is_json=True),
    "lab": Target(lab, _lab_seeds, is_json=True),
    "serve": Target(serve, _serve_seeds),
}
