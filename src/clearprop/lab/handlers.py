"""What is asked of the server: the page, its files, and its socket; each asker is checked before anything else."""

from __future__ import annotations

import asyncio
import re

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from clearprop.lab.assets import SCRIPT, STYLE
from clearprop.lab.seats import MOST_PAGES, Seats
from clearprop.local_server.guard import Guard
from clearprop.local_server.handlers import Bodyless, Entrance, Manners

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


def content_policy(guard: Guard, host: str) -> dict[str, str]:
    """What the page may load beside its files: its own socket, under a name that it is known by, and its pictures."""
    own_socket = f" ws://{host}" if guard.knows_host([host]) else ""
    return {"connect-src": f"'self'{own_socket}", "img-src": "'self' data: blob:"}


MANNERS = Manners(NOT_KNOWN, 403, content_policy)


class Page(Entrance):
    """The page."""

    def page(self) -> str:
        """It has nothing in it but its script."""
        return PAGE


class Socket(Bodyless, WebSocketHandler):
    """A page's connection: a request in, its reply out, and then the next one."""

    @property
    def seats(self) -> Seats:
        """The sessions."""
        seats: Seats = self.settings["seats"]
        return seats

    def check_origin(self, origin: str) -> bool:
        """Whether the page is one of this server's."""
        return self.guard.is_own_origin([origin], self.request.headers["Host"])

    def comes_from_a_known_page(self) -> bool:
        """Whether it is one of its pages that asks, and nothing else."""
        return self.is_of_own_page

    def unfit(self) -> tuple[int, str] | None:
        """Also where there is no room."""
        if unfit := super().unfit():
            return unfit
        self._name = self.get_query_argument("session", "")
        if not SESSION.fullmatch(self._name):
            return 400, "A session is named by 32 hexadecimal digits.\n"
        return None if self.seats.has_room(self._name) else (503, f"{MOST_PAGES} pages are open: close one.\n")

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
