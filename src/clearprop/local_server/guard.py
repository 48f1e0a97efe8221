"""Who may ask the server: whoever has its token, from a page of its own, under a name that it is known by."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

LOOPBACK = ("127.0.0.1", "localhost")
EVERYWHERE = ("0.0.0.0", "::", "")


def _secret() -> str:
    return secrets.token_urlsafe(32)  # 256 bits


@dataclass
class Guard:
    """The checks that every request passes before anything of it is looked at.

    A page of another site can have a browser send requests here, even under a name of its own that it lets point to
    this machine; it can neither read the token nor set the headers `Host` and `Origin`.

    Attributes
    ----------
    host, port
        Where the server listens.
    token : str
        What the address that is opened holds, once: it becomes a cookie.
    cookie : str
        What the cookie holds, which is another secret.
    origin : str
        Of whose pages scripts may ask too, such as "https://example.org"; empty for none but the server's own.
    """

    host: str
    port: int
    token: str = field(default_factory=_secret, repr=False)
    cookie: str = field(default_factory=_secret, repr=False)
    origin: str = ""

    @property
    def root(self) -> str:
        """Where the server is asked, as "http://127.0.0.1:8000"."""
        return f"http://{self._with_port(LOOPBACK[0] if self.host in EVERYWHERE else self.host)}"

    @property
    def address(self) -> str:
        """Where a browser opens the page."""
        return f"{self.root}/?token={self.token}"

    @property
    def cookie_name(self) -> str:
        """Cookies know no ports: each server's has a name of its own."""
        return f"clearprop-{self.port}"

    def knows_host(self, values: Sequence[str]) -> bool:
        """Whether the request has one `Host`, which is a name of this server with its port.

        Where the server listens at all addresses of the machine, each address is one, as none can be made to point
        elsewhere, and no name but `localhost`.
        """
        if len(values) != 1:
            return False
        if values[0] in (self._with_port(name) for name in (*LOOPBACK, self.host)):
            return True
        return self.host in EVERYWHERE and self._is_address(values[0])

    def is_own_origin(self, values: Sequence[str], host: str) -> bool:
        """Whether the request comes from a page of this server, opened under the very name that it is sent to."""
        return list(values) == [f"http://{host}"]

    def is_allowed_origin(self, values: Sequence[str]) -> bool:
        """Whether it comes from a page of the one other origin that is let in."""
        return bool(self.origin) and list(values) == [self.origin]

    def is_token(self, value: str) -> bool:
        """Whether it is the token; how long the comparison takes tells nothing of where they differ."""
        return secrets.compare_digest(value.encode(), self.token.encode())

    def is_cookie(self, value: str) -> bool:
        """Likewise of the cookie."""
        return secrets.compare_digest(value.encode(), self.cookie.encode())

    def _with_port(self, name: str) -> str:
        return f"[{name}]:{self.port}" if ":" in name else f"{name}:{self.port}"

    def _is_address(self, host: str) -> bool:
        name, _, port = host.rpartition(":")
        try:
            return port == str(self.port) and self._with_port(str(ip_address(name.strip("[]")))) == host
        except ValueError:
            return False
