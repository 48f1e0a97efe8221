"""What every request goes through: whoever asks is checked before anything else, and is told nothing before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tornado.web import RequestHandler

from clearprop.local_server.guard import Guard

KINDS = {"js": "text/javascript", "css": "text/css"}


@dataclass(frozen=True)
class Manners:
    """How a server meets those who ask.

    Attributes
    ----------
    not_known : str
        What whoever is not let in is told, all alike.
    stranger_status : int
        The status for those who have no secret; that for requests of foreign pages is 403.
    content_policy : function of the guard and the request's host
        What the page may load, frame and send, beside what is its own.
    referrer_policy : str
    """

    not_known: str
    stranger_status: int
    content_policy: Callable[[Guard, str], dict[str, str]]
    referrer_policy: str = "no-referrer"


class Guarded(RequestHandler):
    """Refuses whoever is not known, before anything else of the request is looked at."""

    @property
    def guard(self) -> Guard:
        """Who may ask."""
        guard: Guard = self.settings["guard"]
        return guard

    @property
    def manners(self) -> Manners:
        """How those who ask are met."""
        manners: Manners = self.settings["manners"]
        return manners

    def set_default_headers(self) -> None:
        """Nothing of elsewhere is loaded, nothing is told to elsewhere, and no other page may frame this one."""
        policy = {
            "default-src": "'self'",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
            **self.manners.content_policy(self.guard, self.request.headers.get("Host", "")),
        }
        headers = {
            "Server": "clearprop",
            "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": self.manners.referrer_policy,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        for name, value in headers.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """Nothing is done for a request that is refused."""
        if refused := self.refusal():
            self.end(*refused)

    def refusal(self) -> tuple[int, str] | None:
        """The status and the words with which the request is refused, if it is."""
        if not (self._is_sent_here() and self.comes_from_a_known_page()):
            return 403, self.manners.not_known
        if not self.may_enter():
            return self.manners.stranger_status, self.manners.not_known
        return self.unfit()

    def unfit(self) -> tuple[int, str] | None:
        """The status and the words for a request of somebody known that cannot be answered."""
        return None

    def _is_sent_here(self) -> bool:
        """Whether the request is for a name of this server, and has no other host in its first line."""
        request = self.request
        return self.guard.knows_host(request.headers.get_list("Host")) and (request.uri or "").startswith("/")

    @property
    def has_origin(self) -> bool:
        """Whether a browser says of what page the request is."""
        return bool(self.request.headers.get_list("Origin"))

    @property
    def is_of_own_page(self) -> bool:
        """Whether a browser says that it is of this server's page."""
        headers = self.request.headers
        return self.guard.is_own_origin(headers.get_list("Origin"), headers["Host"])

    def comes_from_a_known_page(self) -> bool:
        """Whether it is of a page that may ask, or of none."""
        return self.is_of_own_page or not self.has_origin

    def has_cookie(self) -> bool:
        """Whether the browser has been let in before."""
        return self.guard.is_cookie(self.get_cookie(self.guard.cookie_name, ""))

    def may_enter(self) -> bool:
        """Whether whoever asks has shown a secret."""
        return self.has_cookie()

    def write_error(self, status_code: int, **details: Any) -> None:
        """A status with nothing of the request in its text."""
        self.end(status_code, f"{self._reason}\n")

    def log_exception(self, *details: Any) -> None:
        """Tornado's log would hold the address, and with it the token."""

    def end(self, status: int, text: str) -> None:
        """The answer is this sentence."""
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(text)


class Bodyless(Guarded):
    """What is asked for without sending anything."""

    def unfit(self) -> tuple[int, str] | None:
        """Where something is sent."""
        return (400, "Nothing here takes a body.\n") if self.request.body else super().unfit()


class Entrance(Bodyless):
    """A page that is opened with the token in its address: it becomes a cookie, and the address is without it."""

    def may_enter(self) -> bool:
        """Whether the browser has the cookie, or the token for one."""
        return self.guard.is_token(self._token()) or super().may_enter()

    def get(self) -> None:
        """The page, or the way to the address without the token."""
        if not self._token():
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.finish(self.page())
            return
        guard = self.guard
        if guard.is_token(self._token()):
            self.set_cookie(guard.cookie_name, guard.cookie, httponly=True, samesite="Strict", path="/")
        self.redirect("/", status=303)

    def page(self) -> str:
        """What is shown."""
        raise NotImplementedError

    def _token(self) -> str:
        return self.get_query_argument("token", "")


class File(Bodyless):
    """A file of the page."""

    def initialize(self, name: str, body: bytes) -> None:
        """Tornado's constructor."""
        self._kind, self._body = KINDS[name.rpartition(".")[2]], body

    def get(self) -> None:
        """The file; a browser that has it already is told so."""
        self.set_header("Content-Type", f"{self._kind}; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(self._body)


class Nothing(Guarded):
    """Whatever is not there."""

    def unfit(self) -> tuple[int, str] | None:
        """Always, but not before it is known who asks."""
        return 404, "There is nothing here.\n"
