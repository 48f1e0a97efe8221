"""The lab's server beside the test, and its sockets, frame by frame."""

import contextlib
import json
import os
import threading

from clearprop.lab.protocol import Diagnosed
from clearprop.lab.server import Server

from ..local_servers import connected, cookie, host, running_server

SESSION = "0123456789abcdef" * 2
PING, PONG = 9, 10


class Counting:
    """Answers every request with how many there were, and what holds it up is let go by the test."""

    def __init__(self):
        self.requests = []
        self.begun = threading.Event()
        self.held_up = threading.Event()
        self.held_up.set()

    def answer(self, request):
        self.begun.set()
        assert self.held_up.wait(60)
        self.requests.append(request)
        return Diagnosed(id=len(self.requests), findings=[], badges=[]), []


def running(make_session=Counting, **settings):
    """A server in a thread, which is gone afterwards."""
    return running_server(lambda: Server(make_session, **settings))


def upgrade(server, *, headers=None, session=SESSION, **changes):
    """The lines with which a page opens its socket; `changes` take the place of a header, None takes it away."""
    usual = {"Host": host(server), "Origin": f"http://{host(server)}", "Cookie": cookie(server).partition(" ")[2]}
    return [
        f"GET /socket?session={session} HTTP/1.1",
        *(f"{name}: {value}" for name, value in {**usual, **changes}.items() if value is not None),
        *(headers or []),
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
        "Sec-WebSocket-Version: 13",
    ]


@contextlib.contextmanager
def opened(server, **changes):
    """A page's socket."""
    with connected(server) as there:
        there.sendall("\r\n".join([*upgrade(server, **changes), "", ""]).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = there.recv(1)
            assert byte, head
            head += byte
        assert head.startswith(b"HTTP/1.1 101 "), head
        yield there


def frame(payload, opcode=1, length=None):
    """A frame as a client sends it, masked; with another length announced than it has, if that is asked for."""
    size = len(payload) if length is None else length
    head = bytes([0x80 | opcode])
    head += (
        bytes([0x80 | size])
        if size < 126
        else bytes([0xFE]) + size.to_bytes(2, "big")
        if size < 2**16
        else bytes([0xFF]) + size.to_bytes(8, "big")
    )
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def _read(there, size):
    """So many bytes and no more, as the next frame may have come with them; fewer at the end."""
    parts = []
    while size and (part := there.recv(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def receive(there):
    """The next frame but pings, which are answered: its kind and what is in it; (8, ...) and (None, b"") at the end."""
    with contextlib.suppress(ConnectionResetError):
        while head := _read(there, 2):
            size = head[1] & 127
            if size > 125:
                size = int.from_bytes(_read(there, 2 if size == 126 else 8), "big")
            payload = _read(there, size)
            if head[0] & 15 != PING:
                return head[0] & 15, payload
            there.sendall(frame(payload, PONG))  # as a browser does; else the server takes us for gone
    return None, b""


def reply(there):
    """The next reply's header."""
    kind, message = receive(there)
    assert kind == 2, (kind, message)
    return json.loads(message[4 : 4 + int.from_bytes(message[:4], "little")])


def exchange(there, request):
    """A request's reply: the header."""
    there.sendall(frame(json.dumps(request).encode()))
    return reply(there)
