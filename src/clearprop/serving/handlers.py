"""What is asked of the server; each asker is checked before anything else, and before a body is kept."""

from __future__ import annotations

import asyncio
import json
import os
import traceback
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qs

from tornado.iostream import StreamClosedError
from tornado.web import stream_request_body

from clearprop.local_server.guard import Guard
from clearprop.local_server.handlers import Bodyless, Entrance, Guarded, Manners, Nothing
from clearprop.printable import printable
from clearprop.serving.answering import CSV, JSON, Reply, of_cells, reply
from clearprop.serving.page import FIELD, Page
from clearprop.serving.protocol import Health, Problem, encoded
from clearprop.serving.requests import MOST_BYTES, Refused, text_of
from clearprop.serving.served import Served
from clearprop.serving.under_way import UnderWay

NOT_KNOWN = (
    "The token is missing or wrong, or the request was sent to another name or from a page of another site: send the "
    "header  Authorization: Bearer TOKEN  with the token that `clearprop serve` has.\n"
)
FORM = "application/x-www-form-urlencoded"
PROBLEM = "application/problem+json"
# Of a body that is too long so much is read and dropped, so that its sender can read why; more is cut off.
MOST_DROPPED = 4 * MOST_BYTES
SECONDS_TO_TAKE = 30
MOST_NOTE_BYTES = 4_000

Made = TypeVar("Made")


def content_policy(guard: Guard, host: str) -> dict[str, str]:
    """The page sends its form to where it is from."""
    return {"form-action": "'self'", "img-src": "data:"}


# With no referrer at all, browsers would not say of a form what page it is of.
MANNERS = Manners(NOT_KNOWN, 401, content_policy, "same-origin")


@dataclass(frozen=True)
class Service:
    """What is served.

    Attributes
    ----------
    served : Served
    page : Page
    model, openapi : bytes
        What is in it, and how it is asked, as JSON.
    work : Executor
        The threads that answer.
    under_way : UnderWay
    """

    served: Served
    page: Page
    model: bytes
    openapi: bytes
    work: Executor
    under_way: UnderWay


class Asked(Guarded):
    """What other programs ask: by the token in a header, by this server's page, or by the one other that is let in."""

    METHODS: tuple[str, ...] = ("GET", "HEAD")

    @property
    def service(self) -> Service:
        """What is served."""
        service: Service = self.settings["service"]
        return service

    @property
    def _is_of_allowed_page(self) -> bool:
        return self.guard.is_allowed_origin(self.request.headers.get_list("Origin"))

    def set_default_headers(self) -> None:
        """Where another origin is let in, its scripts may read the answers."""
        super().set_default_headers()
        if self.guard.origin:
            self.set_header("Vary", "Origin")
        if self._is_of_allowed_page:
            self.set_header("Access-Control-Allow-Origin", self.guard.origin)
            self.set_header("Access-Control-Expose-Headers", "Clearprop-Notes")

    def comes_from_a_known_page(self) -> bool:
        """Whether it is of a page that may ask, or of none."""
        return super().comes_from_a_known_page() or self._is_of_allowed_page

    def may_enter(self) -> bool:
        """Whether the token is shown; the cookie counts for this server's own page alone.

        A page of another port of this machine is of the same site to a browser, which sends the cookie along.
        """
        said = self.request.headers.get_list("Authorization")
        if said:
            scheme, _, token = said[0].partition(" ")
            return len(said) == 1 and scheme.lower() == "bearer" and self.guard.is_token(token.strip())
        only_looks = self.request.method in ("GET", "HEAD") and not self.has_origin
        return (only_looks or self.is_of_own_page) and super().may_enter()

    def unfit(self) -> tuple[int, str] | None:
        """Also other methods."""
        if self.request.method in self.METHODS:
            return super().unfit()
        self.set_header("Allow", ", ".join(self.METHODS))
        return 405, f"{self.request.method} is not answered here: there is {', '.join(self.METHODS)}"

    def prepare(self) -> None:
        """A browser asks first whether a script of the other origin may ask, and has no token then."""
        asked = self.request.headers.get("Access-Control-Request-Method")
        if self.request.method == "OPTIONS" and asked and self._is_sent_here() and self._is_of_allowed_page:
            self.set_status(204)
            self.set_header("Access-Control-Allow-Methods", "GET, POST")
            self.set_header("Access-Control-Allow-Headers", "authorization, content-type")
            self.clear_header("Content-Type")
            self.finish()
        else:
            super().prepare()

    def end(self, status: int, text: str) -> None:
        """What is wrong, in JSON."""
        self.set_status(status)
        if status == 401:
            self.set_header("WWW-Authenticate", 'Bearer realm="clearprop"')
        self.set_header("Content-Type", PROBLEM)
        self.finish(encoded(Problem(HTTPStatus(status).phrase, status, printable(text.strip()))))


class Found(Asked, Bodyless):
    """What is there to be read."""

    def initialize(self, get: Callable[[Service], bytes]) -> None:
        """Tornado's constructor."""
        self._get = get

    def get(self) -> None:
        """It."""
        self.set_header("Content-Type", JSON)
        self.finish(self._get(self.service))

    head = get


class NotFound(Asked, Nothing):
    """Whatever is not there, by any method."""

    METHODS = Nothing.SUPPORTED_METHODS


@stream_request_body
class Taking(Asked):
    """Takes a body up to a bound; of one that is refused nothing is kept, and its sender is told when it is sent."""

    METHODS: tuple[str, ...] = ("POST",)
    TAKEN: tuple[str, ...] = ()

    def prepare(self) -> None:
        """The checks, of which those of a body are answered behind it."""
        self._body, self._size = bytearray(), 0
        self._refused: tuple[int, str] | None = None
        super().prepare()
        if not self._finished:
            if self.request.method == "POST":
                self.service.under_way.begin(self)
            connection: Any = self.request.connection
            connection.set_max_body_size(MOST_DROPPED)

    async def post(self) -> None:
        """What is answered to a body, until it has gone out."""
        try:
            if self._refused is not None:
                self.end(*self._refused)
            else:
                await self.answered()
        finally:
            self.service.under_way.end(self)

    async def answered(self) -> None:
        """Answer a body that is not refused."""
        raise NotImplementedError

    def on_connection_close(self) -> None:
        """Whoever asked has gone."""
        self.service.under_way.end(self)

    def refusal(self) -> tuple[int, str] | None:
        """Only what cannot wait: what has a body that may yet be read and dropped is refused behind it."""
        self._refused = super().refusal()
        length = self.request.headers.get("Content-Length", "")
        is_bounded = 0 < len(length) < 10 and length.isdecimal() and int(length) <= MOST_DROPPED
        waits = self.request.method == "POST" and (is_bounded or "Transfer-Encoding" in self.request.headers)
        return None if waits else self._refused

    def unfit(self) -> tuple[int, str] | None:
        """Also another body than is taken."""
        return super().unfit() or self._unfit_body()

    def _unfit_body(self) -> tuple[int, str] | None:
        headers = self.request.headers
        if self.request.method != "POST":
            is_sent = headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in headers
            return (400, "Nothing here takes a body but by POST.") if is_sent else None
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            return 415, f"the body is {headers['Content-Encoding']}: send it as it is, not packed"
        taken = " or ".join(self.TAKEN)
        if self.content_type not in self.TAKEN:
            return 415, f"the body is {headers.get('Content-Type') or 'of no type'}: send {taken}, and say so"
        charset = headers["Content-Type"].lower().partition("charset=")[2].partition(";")[0].strip(' "')
        if charset not in ("", "utf-8", "utf8"):
            return 415, f"the body is in {charset}: send it in utf-8"
        length = headers.get("Content-Length", "")
        if length.isdecimal() and (len(length) > 9 or int(length) > MOST_BYTES):
            return self._too_long()
        return None

    @property
    def content_type(self) -> str:
        """What the body is said to be."""
        return self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def _too_long(self) -> tuple[int, str]:
        return 413, f"the body has more than {MOST_BYTES:,} bytes: send it in parts"

    def data_received(self, chunk: bytes) -> None:
        """A part of the body, which is kept or dropped."""
        self._size += len(chunk)
        if self._size > MOST_BYTES:
            self._refused = self._refused or self._too_long()
        if self._refused is None:
            self._body += chunk
        else:
            self._body.clear()

    async def worked(self, work: Callable[[], Made]) -> Made:
        """What a thread makes, while others are answered.

        Raises
        ------
        Refused
            It cannot be answered.
        """
        return await asyncio.get_running_loop().run_in_executor(self.service.work, work)

    async def sent(self, body: bytes | str) -> None:
        """Send it, to whoever takes it in time."""
        try:
            await asyncio.wait_for(self.finish(body), SECONDS_TO_TAKE)
        except StreamClosedError:
            pass  # whoever asked has gone
        except TimeoutError:
            connection: Any = self.request.connection
            connection.close()


class Predict(Taking):
    """Rows in, answers out."""

    TAKEN = (JSON, CSV)

    async def answered(self) -> None:
        """The answers, in the form that is asked for, or in that of the rows."""
        try:
            answer = await self.worked(
                partial(
                    reply,
                    self.service.served,
                    self.content_type,
                    bytes(self._body),
                    self.request.query_arguments,
                    self._wanted(),
                )
            )
        except Refused as refused:
            self.end(refused.status, refused.message)
        except Exception as error:
            self.end(500, _failure(error))
        else:
            self._tell(answer)
            await self.sent(answer.body)

    def _wanted(self) -> str:
        accepted = self.request.headers.get("Accept", "").lower()
        places = {accepted.find(kind): kind for kind in self.TAKEN if kind in accepted}
        return places[min(places)] if places else self.content_type

    def _tell(self, answer: Reply) -> None:
        self.set_header("Content-Type", answer.content_type)
        if answer.content_type != JSON and answer.notes:
            notes = [*answer.notes]
            while len(text := json.dumps(notes)) > MOST_NOTE_BYTES and notes:
                notes.pop()
            self.set_header("Clearprop-Notes", text)


class Front(Taking, Entrance):
    """The page, and what its form sends."""

    METHODS = ("GET", "HEAD", "POST")
    TAKEN = (FORM,)

    def page(self) -> str:
        """What is served, and an empty form."""
        return self.service.page.text(self._root)

    @property
    def _root(self) -> str:
        return f"http://{self.request.headers['Host']}"

    head = Entrance.get

    async def answered(self) -> None:
        """The page with the answer for the row in the form."""
        page, cells = self.service.page, None
        try:
            body = bytes(self._body)
            cells = await self.worked(lambda: _cells(body, page.n_fields))
            answers = await self.worked(partial(of_cells, self.service.served, cells))
            text = page.text(self._root, cells, answers)
        except Refused as refused:
            self.set_status(refused.status)
            text = page.text(self._root, cells, wrong=refused.message)
        except Exception as error:
            self.set_status(500)
            text = page.text(self._root, cells, wrong=_failure(error))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        await self.sent(text)

    def end(self, status: int, text: str) -> None:
        """For people, in words."""
        Guarded.end(self, status, text)


def _cells(body: bytes, n_fields: int) -> list[str]:
    """The cells of a form, in the order of the columns."""
    wrong = Refused(400, "this is not the form of this page: open the page again")
    try:
        fields = parse_qs(text_of(body), keep_blank_values=True, errors="strict", max_num_fields=n_fields)
    except ValueError:
        raise wrong from None
    names = [FIELD.format(place) for place in range(n_fields)]
    if set(fields) != set(names) or any(len(values) != 1 for values in fields.values()):
        raise wrong
    return [fields[name][0] for name in names]


def _failure(error: Exception) -> str:
    if os.environ.get("CLEARPROP_TRACEBACK"):
        traceback.print_exc()
    return f"clearprop failed here, which should not be: {type(error).__name__}: {error}"


HEALTH = encoded(Health())
ROUTES: list[tuple[Any, ...]] = [
    (r"/", Front),
    (r"/health", Found, {"get": lambda service: HEALTH}),
    (r"/openapi\.json", Found, {"get": lambda service: service.openapi}),
    (r"/model", Found, {"get": lambda service: service.model}),
    (r"/predict", Predict),
]
