"""What is asked of the server: the page, its files, and its socket; each asker is checked before anything else."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from tornado.web import RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from clearprop.lab.assets import SCRIPT, STYLE
from clearprop.lab.guard import Guard
from clearprop.lab.seats import MOST_PAGES, Seats

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

SECONDS_TO_TAKE = 30
SESSION = re.compile(r"[0-9a-f]{32}")


class Guarded(RequestHandler):
    """Refuses whoever is not known, before anything else of the request is looked at."""

    @property
    def guard(self) -> Guard:
        """Who may ask."""
        guard: Guard = self.settings["guard"]
        return guard

    def set_default_headers(self) -> None:
        """Nothing of elsewhere is loaded, nothing is told to elsewhere, and no other page may frame this one."""
        host = self.request.headers.get("Host", "")
        own_socket = f"ws://{host}" if self.guard.knows_host([host]) else ""
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
        guard, request = self.guard, self.request
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
        return self.guard.is_cookie(self.get_cookie(self.guard.cookie_name, ""))

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
        return self.guard.is_token(self._token()) or super().may_enter()

    def get(self) -> None:
        """The page."""
        if self._token():
            guard = self.guard
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

    @property
    def seats(self) -> Seats:
        """The sessions."""
        seats: Seats = self.settings["seats"]
        return seats

    def check_origin(self, origin: str) -> bool:
        """Whether the page is one of this server's."""
        return self.guard.knows_origin([origin], self.request.headers["Host"], required=True)

    def prepare(self) -> None:
        """The checks, and whether there is room."""
        super().prepare()
        self._name = self.get_query_argument("session", "")
        if self._finished:
            return
        if not SESSION.fullmatch(self._name):
            self._end(400, "A session is named by 32 hexadecimal digits.\n")
        elif not self.seats.has_room(self._name):
            self._end(503, f"{MOST_PAGES} pages are open: close one.\n")

    def open(self, *arguments: str, **named: str) -> None:
        """The page takes its seat."""
        self.set_nodelay(True)
        self._seat = self.seats.sit_down(self._name, self)

    async def on_message(self, message: str | bytes) -> None:
        """Answer a request. The next one is read when this one's reply is on its way."""
        reply = await self.seats.answer(self._seat, message)
        try:
            await asyncio.wait_for(self.write_message(reply, binary=True), SECONDS_TO_TAKE)
        except TimeoutError:
            self.close(1008, "the reply was not taken")
        except WebSocketClosedError:
            pass  # whoever asked has gone

    def on_close(self) -> None:
        """The page is gone."""
        self.seats.get_up(self._name, self)
