import json

import pytest

from clearprop import save
from clearprop.serving.served import served
from clearprop.serving.server import Server

from ..local_servers import ask, host, running_server
from . import models


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def flowers_model(folder):
    save(models.classifier(), folder / "flowers.model")
    return folder / "flowers.model"


@pytest.fixture(scope="session")
def houses_model(folder):
    save(models.regressor(), folder / "houses.model")
    return folder / "houses.model"


@pytest.fixture(scope="session")
def loaded(flowers_model):
    return served(flowers_model)


@pytest.fixture
def serving():
    """`with serving(model, ...) as server`."""

    def begin(model, **settings):
        return running_server(lambda: Server(model, "flowers.model", **settings))

    return begin


@pytest.fixture
def server(serving, loaded):
    with serving(loaded) as one:
        yield one


class Client:
    """A program that has the token."""

    def __init__(self, server):
        self.server = server

    def get(self, path, *more):
        return ask(self.server, f"GET {path} HTTP/1.1", f"Host: {host(self.server)}", self.bearer, *more)

    @property
    def bearer(self):
        return f"Authorization: Bearer {self.server.guard.token}"

    def post(self, body, *more, path="/predict", kind="application/json"):
        if not isinstance(body, bytes):
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        lines = [f"Content-Length: {len(body)}", *([f"Content-Type: {kind}"] if kind else [])]
        own = [f"Host: {host(self.server)}", self.bearer]
        return ask(self.server, f"POST {path} HTTP/1.1", *own, *lines, *more, body=body)

    def predict(self, rows, **query):
        """The answers, as JSON has them."""
        path = "/predict" + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")
        answer = self.post(rows, path=path)
        assert answer.status == 200, answer.body
        assert answer.headers["content-type"] == "application/json"
        return json.loads(answer.body)


@pytest.fixture
def client(server):
    return Client(server)


@pytest.fixture
def client_of():
    return Client
