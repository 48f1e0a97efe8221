"""The lab's page and its socket on this machine: Tornado on loopback, a session for each page."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from clearprop.lab.assets import SCRIPT, STYLE, asset
from clearprop.lab.guard import LOOPBACK, Guard
from clearprop.lab.wire import MOST_BYTES, Answering, answered, joined

PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>clearprop lab</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{STYLE}">
<script type="module" src="page.js"></script>
</head>
<body><div id="lab"></div></body>
</html>
"""
START = f"""import lab, {{ websocket }} from "./{SCRIPT}";
lab.render({{ model: websocket("socket"), el: document.getElementById("lab") }});
"""
NOT_KNOWN = "This is no page of yours: open the address that `clearprop lab` printed, with its token.\n"

MOST_HEADER_BYTES = 16 * 1024
# Of connections that ask for files the oldest is closed for a new one; pages that are open are the user's own.
MOST_CONNECTIONS, MOST_PAGES, MOST_SESSIONS = 64, 16, 32
SECONDS_TO_ASK, SECONDS_TO_TAKE, SECONDS_TO_RELOAD = 20, 30, 60
TAKEN_OVER = 4001
SESSION = re.compile(r"[0-9a-f]{32}")


@dataclass
class Seat:
    """A session, who is connected to it, and when it is forgotten."""

    session: Answering | None = None
    socket: Socket | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    forgetting: asyncio.TimerHandle | None = None


class Server:
    """The running server.

    Parameters
    ----------
    make_session : callable
        What answers the requests of a page that is newly opened.
    host : str
        Where to listen.
    port : int
        0: one that is free.

    Raises
    ------
    OSError
        The port is taken, or the host is none of this machine.
    """

    def __init__(self, make_session: Callable[[], Answering], host: str = LOOPBACK[0], port: int = 0) -> None:
        files = {SCRIPT: asset(SCRIPT), STYLE: asset(STYLE), "page.js": START.encode()}
        self.make_session = make_session
        self.seats: dict[str, Seat] = {}
        self.work = ThreadPoolExecutor(MOST_PAGES, "lab")
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        listening.setblocking(False)
        self.guard = Guard(host, listening.getsockname()[1])
        application = Application(
            [
                (r"/", Page),
                (r"/socket", Socket),
                *((f"/{re.escape(name)}", File, {"name": name, "body": body}) for name, body in files.items()),
            ],
            default_handler_class=Nothing,
            lab=self,
            log_function=lambda handler: None,  # addresses hold the token
            websocket_max_message_size=MOST_BYTES,
            websocket_ping_interval=20,
        )
        self.connections = Connections(
            application,
            max_body_size=MOST_BYTES,
            max_buffer_size=2 * MOST_BYTES,
            max_header_size=MOST_HEADER_BYTES,
            idle_connection_timeout=SECONDS_TO_ASK,
            body_timeout=SECONDS_TO_ASK,
        )
        self.connections.add_socket(listening)

    @property
    def address(self) -> str:
        """What a browser is to open."""
        return self.guard.address

    def close(self) -> None:
        """Listen no longer, and let all pages go."""
        self.connections.stop()
        for seat in self.seats.values():
            if seat.socket is not None:
                seat.socket.close()
        self.work.shutdown(wait=False, cancel_futures=True)

    def sit_down(self, name: str, page: Socket) -> Seat:
        """The session of this name for a page, which takes it over; a new one where there is none."""
        if name not in self.seats:
            if len(self.seats) >= MOST_SESSIONS:  # of which MOST_PAGES at most are somebody's
                self._forget(next(old for old, seat in self.seats.items() if seat.socket is None))
            self.seats[name] = Seat()
        seat = self.seats[name]
        if seat.forgetting is not None:
            seat.forgetting.cancel()
        if seat.socket is not None:
            seat.socket.close(TAKEN_OVER, "opened elsewhere")
        seat.socket = page
        return seat

    def get_up(self, name: str, page: Socket) -> None:
        """The page is gone; its session is kept for a while, as after a reload it comes back."""
        seat = self.seats.get(name)
        if seat is not None and seat.socket is page:
            seat.socket = None
            seat.forgetting = asyncio.get_running_loop().call_later(SECONDS_TO_RELOAD, self._forget, name)

    def _forget(self, name: str) -> None:
        seat = self.seats.pop(name)
        if seat.forgetting is not None:
            seat.forgetting.cancel()

    async def answer(self, seat: Seat, text: str | bytes) -> bytes:
        """A request answered, in a thread, so that other pages need not wait; one after the other in a session."""

        def work() -> bytes:
            if seat.session is None:
                seat.session = self.make_session()
            return joined(*answered(seat.session, text))

        async with seat.turn:
            return await asyncio.get_running_loop().run_in_executor(self.work, work)


class Connections(HTTPServer):
    """Closes the connection that has been there longest, rather than refuse a new one."""

    def initialize(self, *arguments: Any, **settings: Any) -> None:
        """Tornado's constructor."""
        super().initialize(*arguments, **settings)
        self.streams: dict[Any, None] = {}

    def handle_stream(self, stream: Any, address: Any) -> None:
        """A new connection."""
        if len(self.streams) >= MOST_CONNECTIONS:
            longest = next(iter(self.streams))
            del self.streams[longest]
            longest.close()
        self.streams[stream] = None
        super().handle_stream(stream, address)

    def on_close(self, server_conn: Any) -> None:
        """A connection has ended, or has become a WebSocket."""
        self.streams.pop(server_conn.stream, None)
        super().on_close(server_conn)


class Guarded(RequestHandler):
    """Refuses whoever is not known, before anything else of the request is looked at."""

    @property
    def lab(self) -> Server:
        """The server."""
        server: Server = self.settings["lab"]
        return server

    def set_default_headers(self) -> None:
        """Nothing of elsewhere is loaded, nothing is told to elsewhere, and no other page may frame this one."""
        host = self.request.headers.get("Host", "")
        own_socket = f"ws://{host}" if self.lab.guard.knows_host([host]) else ""
        headers = {
            "Server": "clearprop",
            "Content-Security-Policy": (
                f"default-src 'self'; connect-src 'self' {own_socket}; img-src 'self' data: blob:; object-src 'none'; "
                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            ),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        for name, value in headers.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """The checks."""
        guard, request = self.lab.guard, self.request
        known = (
            guard.knows_host(request.headers.get_list("Host"))
            and (request.uri or "").startswith("/")  # and has no other host in its first line
            and guard.knows_origin(
                request.headers.get_list("Origin"), request.headers["Host"], required=isinstance(self, Socket)
            )
            and self.may_enter()
        )
        if not known:
            self._end(403, NOT_KNOWN)
        elif request.body:
            self._end(400, "Nothing here takes a body.\n")

    def may_enter(self) -> bool:
        """Whether the browser has the cookie."""
        return self.lab.guard.is_cookie(self.get_cookie(self.lab.guard.cookie_name, ""))

    def write_error(self, status_code: int, **details: Any) -> None:
        """A status with nothing of the request in its text."""
        self._end(status_code, f"{self._reason}\n")

    def log_exception(self, *details: Any) -> None:
        """Tornado's log would hold the address, and with it the token."""

    def _end(self, status: int, text: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(text)


class Nothing(Guarded):
    """Whatever is not there."""

    def prepare(self) -> None:
        """The checks come first, so that a stranger is not told what is there."""
        super().prepare()
        if not self._finished:
            self._end(404, "There is nothing here.\n")


class Page(Guarded):
    """The page; with the token in its address, a cookie and the way to the address without it."""

    def may_enter(self) -> bool:
        """Whether the browser has the cookie, or the token for one."""
        return self.lab.guard.is_token(self._token()) or super().may_enter()

    def get(self) -> None:
        """The page."""
        if self._token():
            guard = self.lab.guard
            if guard.is_token(self._token()):
                self.set_cookie(guard.cookie_name, guard.cookie, httponly=True, samesite="Strict", path="/")
            self.redirect("/", status=303)
        else:
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.finish(PAGE)

    def _token(self) -> str:
        return self.get_query_argument("token", "")


class File(Guarded):
    """A file of the page."""

    def initialize(self, name: str, body: bytes) -> None:
        """Tornado's constructor."""
        self._name, self._body = name, body

    def get(self) -> None:
        """The file; a browser that has it already is told so."""
        kind = "text/javascript" if self._name.endswith(".js") else "text/css"
        self.set_header("Content-Type", f"{kind}; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(self._body)


class Socket(Guarded, WebSocketHandler):
    """A page's connection: a request in, its reply out, and then the next one."""

    def check_origin(self, origin: str) -> bool:
        """Whether the page is one of this server's."""
        return self.lab.guard.knows_origin([origin], self.request.headers["Host"], required=True)

    def prepare(self) -> None:
        """The checks, and whether there is room."""
        super().prepare()
        self._name = self.get_query_argument("session", "")
        if self._finished:
            return
        if not SESSION.fullmatch(self._name):
            self._end(400, "A session is named by 32 hexadecimal digits.\n")
        elif sum(seat.socket is not None for seat in self.lab.seats.values()) >= MOST_PAGES:
            self._end(503, f"{MOST_PAGES} pages are open: close one.\n")

    def open(self, *arguments: str, **named: str) -> None:
        """The page takes its seat."""
        self.set_nodelay(True)
        self._seat = self.lab.sit_down(self._name, self)

    async def on_message(self, message: str | bytes) -> None:
        """Answer a request. The next one is read when this one's reply is on its way."""
        reply = await self.lab.answer(self._seat, message)
        try:
            await asyncio.wait_for(self.write_message(reply, binary=True), SECONDS_TO_TAKE)
        except TimeoutError:
            self.close(1008, "the reply was not taken")
        except WebSocketClosedError:
            pass  # whoever asked has gone

    def on_close(self) -> None:
        """The page is gone."""
        self.lab.get_up(self._name, self)
