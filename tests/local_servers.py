"""A server that runs beside the test, and a client that can be as rude as it likes: bare sockets."""

import asyncio
import contextlib
import http.client
import socket
import threading
from dataclasses import dataclass, field

# Names that a request may be sent to, and pages that it may be from, which are not the server's, though some are alike.
FOREIGN_HOSTS = [
    "evil.com",
    "evil.com:{port}",
    "127.0.0.1.evil.com:{port}",
    "localhost.evil.com:{port}",
    "localhost@evil:{port}",
    "evil@127.0.0.1:{port}",
    "127.0.0.1",
    "localhost:80",
    "127.0.0.1:{port}0",
    "127.0.0.1:{port}, evil.com",
    "0.0.0.0:{port}",
    "[::1]:{port}",
    "127.1:{port}",
    "2130706433:{port}",
    "",
]
FOREIGN_ORIGINS = [
    "http://evil.com",
    "null",
    "http://127.0.0.1",
    "http://127.0.0.1:{other}",
    "https://127.0.0.1:{port}",
    "http://localhost.evil.com:{port}",
    "http://evil.com/http://127.0.0.1:{port}",
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}.evil.com",
    "",
    "http://localhost.evil.com",
    "http://10.0.0.7:{port}",
    "HTTP://127.0.0.1:{port}",
    "http://localhost:{port}",  # a page of the server's, but under another name than it asks
]


@contextlib.contextmanager
def running_server(make):
    """A server in a thread, which is gone afterwards; it is made where an event loop runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def begin():
        return make()

    async def end(server):
        server.close()
        await server.connections.close_all_connections()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    try:
        server = asyncio.run_coroutine_threadsafe(begin(), loop).result(60)
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(end(server), loop).result(60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


@dataclass
class Answer:
    """What came back: status 0 where the connection was closed without a word."""

    status: int
    headers: dict = field(default_factory=dict)
    body: bytes = b""


def ask(server, *lines, body=b""):
    """Send these lines as they are, and read the answer."""
    with connected(server) as there:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            there.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        return read(there)


def connected(server):
    return socket.create_connection(("127.0.0.1", server.guard.port), timeout=60)


def read(there):
    answer = http.client.HTTPResponse(there)
    try:
        answer.begin()
        return Answer(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())
    except (http.client.BadStatusLine, ConnectionResetError):
        return Answer(0)


def host(server):
    return f"127.0.0.1:{server.guard.port}"


def cookie(server):
    return f"Cookie: {server.guard.cookie_name}={server.guard.cookie}"
