"""The server on loopback: each thing that must be refused, beside one like it that is let through."""

import contextlib
import logging
import re
import socket
import threading

import pytest

from clearprop.lab import handlers, seats
from clearprop.lab.wire import MOST_BYTES
from clearprop.local_server import connections
from clearprop.local_server import server as server_module
from clearprop.local_server.guard import Guard

from ..local_servers import FOREIGN_HOSTS, FOREIGN_ORIGINS, ask, connected, cookie, host, read
from .serving import SESSION, Counting, exchange, frame, opened, receive, reply, running, upgrade


@pytest.fixture
def server(page):
    with running() as one:
        yield one


def get(server, target="/", *more):
    """As a page of the server's asks that has the cookie."""
    return ask(server, f"GET {target} HTTP/1.1", f"Host: {host(server)}", cookie(server), *more)


def is_page(answer):
    return answer.status == 200 and b'<div id="lab">' in answer.body


# -- who may listen in -----------------------------------------------------------------------------------------------


def test_it_listens_on_loopback_alone(server):
    port = server.guard.port
    with socket.socket(socket.AF_INET6) as other:  # the same port of every other address is free
        other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        other.bind(("::", port))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=60)
    assert is_page(get(server))


# -- Host: what a name is that was made to point here ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_it_is_known_by_its_names(server, name):
    assert is_page(ask(server, "GET / HTTP/1.1", f"Host: {name}:{server.guard.port}", cookie(server)))


@pytest.mark.parametrize("name", FOREIGN_HOSTS)
def test_other_hosts_are_refused(server, name):
    answer = ask(server, "GET / HTTP/1.1", "Host: " + name.format(port=server.guard.port), cookie(server))
    assert answer.status in (400, 403)
    assert b"<div" not in answer.body


def test_a_missing_host_is_refused(server):
    for version in ("1.0", "1.1"):
        assert ask(server, f"GET / HTTP/{version}", cookie(server)).status in (400, 403)


@pytest.mark.parametrize("second", ["evil.com", "{own}"])
def test_a_doubled_host_is_refused(server, second):
    own = f"Host: {host(server)}"
    answer = ask(server, "GET / HTTP/1.1", own, "Host: " + second.format(own=host(server)), cookie(server))
    assert answer.status in (400, 403)


@pytest.mark.parametrize("target", ["http://evil.com/", "http://{own}/", "//evil.com/", "evil.com:80", "*"])
def test_another_host_in_the_first_line_is_refused(server, target):
    answer = get(server, target.format(own=host(server)))
    assert answer.status in (400, 403, 404)
    assert b"<div" not in answer.body


# -- Origin ----------------------------------------------------------------------------------------------------------


def origin_of(server, text):
    return text.format(port=server.guard.port, other=server.guard.port ^ 1)


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_socket_for_another_origin_is_refused(server, origin):
    assert ask(server, *upgrade(server, Origin=origin_of(server, origin))).status == 403
    with opened(server) as there:
        assert exchange(there, {"type": "diagnose"})["type"] == "diagnosed"


def test_a_socket_without_an_origin_is_refused_with_and_without_the_cookie(server):
    assert ask(server, *upgrade(server, Origin=None)).status == 403
    assert ask(server, *upgrade(server, Origin=None, Cookie=None)).status == 403


def test_a_socket_with_two_origins_is_refused(server):
    assert ask(server, *upgrade(server, headers=["Origin: http://evil.com"])).status in (400, 403)


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_file_for_another_origin_is_refused(server, origin):
    assert get(server, "/lab.js", f"Origin: {origin_of(server, origin)}").status == 403
    assert get(server, "/lab.js", f"Origin: http://{host(server)}").status == 200


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_socket_of_a_page_under_the_same_name_is_opened(server, name):
    own = f"{name}:{server.guard.port}"
    with opened(server, Host=own, Origin=f"http://{own}") as there:
        assert exchange(there, {"type": "diagnose"})["type"] == "diagnosed"


# -- the token -------------------------------------------------------------------------------------------------------


def test_the_token_becomes_a_cookie_and_leaves_the_address(server):
    target = server.address.partition(host(server))[2]
    answer = ask(server, f"GET {target} HTTP/1.1", f"Host: {host(server)}")
    assert (answer.status, answer.headers["location"], answer.body) == (303, "/", b"")
    name, *rest = answer.headers["set-cookie"].split("; ")
    assert set(rest) == {"HttpOnly", "Path=/", "SameSite=Strict"}
    assert server.guard.token not in str(answer.headers)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert is_page(ask(server, "GET / HTTP/1.1", f"Host: {host(server)}", f"Cookie: {name}"))


@pytest.mark.parametrize("target", ["/", "/lab.js", "/lab.css", "/page.js", "/nothing", f"/socket?session={SESSION}"])
@pytest.mark.parametrize(
    "cookies",
    [
        [],
        ["Cookie: {name}="],
        ["Cookie: {name}={secret}x"],
        ["Cookie: {name}={prefix}"],
        ["Cookie: {name}={token}"],
        ["Cookie: clearprop-lab={secret}"],
        ["Authorization: token {token}"],
        ["Cookie: {name}=\xe9"],
    ],
)
def test_without_the_cookie_nothing_is_told(server, target, cookies):
    guard = server.guard
    words = {
        "name": guard.cookie_name,
        "secret": guard.cookie,
        "prefix": guard.cookie[:-1],
        "token": guard.token,
    }
    own = [f"Host: {host(server)}", f"Origin: http://{host(server)}"]
    answer = ask(server, f"GET {target} HTTP/1.1", *own, *(line.format(**words) for line in cookies))
    assert answer.status == 403
    assert answer.body == handlers.NOT_KNOWN.encode()


@pytest.mark.parametrize("token", ["", "x", "{prefix}", "{token}x", "%00", "%ff", "{token}&token=x"])
def test_another_token_is_refused(server, token):
    target = "/?token=" + token.format(token=server.guard.token, prefix=server.guard.token[:-1])
    answer = ask(server, f"GET {target} HTTP/1.1", f"Host: {host(server)}")
    assert answer.status in (400, 403)
    assert "set-cookie" not in answer.headers


def test_secrets_are_of_256_bits_and_are_drawn_anew():
    secrets = {secret for _ in range(100) for secret in (Guard("127.0.0.1", 1).token, Guard("127.0.0.1", 1).cookie)}
    assert len(secrets) == 200
    assert all(re.fullmatch(r"[\w-]{43}", secret) for secret in secrets)
    assert not any(secret in repr(Guard("127.0.0.1", 1, token=secret, cookie=secret)) for secret in secrets)


def test_secrets_are_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr("secrets.compare_digest", lambda *pair: compared.append(pair) or True)
    guard = Guard("127.0.0.1", 1)
    assert guard.is_token("a")
    assert guard.is_cookie("b")
    assert compared == [(b"a", guard.token.encode()), (b"b", guard.cookie.encode())]


@pytest.mark.parametrize("more", ["&next=//evil.com", "&next=http://evil.com/", "&next=/%5cevil.com", "&url=//evil"])
def test_nobody_is_sent_elsewhere(server, more):
    answer = ask(server, f"GET /?token={server.guard.token}{more} HTTP/1.1", f"Host: {host(server)}")
    assert (answer.status, answer.headers["location"]) == (303, "/")


def test_no_secret_is_logged_or_told(server, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    token = server.guard.token
    own = f"Host: {host(server)}"
    answers = [
        ask(server, f"GET {target} HTTP/1.1", *lines)
        for target in (
            f"/?token={token}",
            f"/nothing?token={token}",
            f"/?token={token}&token=%ff",
            f"/\x01?token={token}",
        )
        for lines in ([own], [own, cookie(server)], ["Host: evil.com", cookie(server)], [own, "Content-Length: x"])
    ]
    printed = capsys.readouterr()
    told = [str(answer.headers.get("location", "")) + answer.body.decode() for answer in answers]
    for text in (caplog.text, printed.out, printed.err, *told):
        assert token not in text
        assert server.guard.cookie not in text


# -- what it says of itself ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["/", "/lab.js", "/lab.css", "/page.js", "/nothing"])
def test_headers_keep_everything_to_itself(server, target):
    headers = get(server, target).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == f"'self' ws://{host(server)}"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == policy["object-src"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["server"] == "clearprop"
    assert not any(name.startswith("access-control") for name in headers)


def test_the_page_has_no_script_of_its_own(server):
    text = get(server).body.decode()
    assert re.findall(r"<script.*?</script>", text) == ['<script type="module" src="page.js"></script>']
    assert not re.search(r"<style|style=| on\w+=|javascript:|https?:", text)


def test_files_are_those_of_the_front_end_and_known_again(server, page):
    for name, kind in {"lab.js": "text/javascript", "lab.css": "text/css"}.items():
        answer = get(server, f"/{name}")
        assert answer.body == (page / name).read_bytes()
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
        assert get(server, f"/{name}", f"If-None-Match: {answer.headers['etag']}").status == 304


# -- what it does not do ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (["Content-Length: 0"], b""),
        (["Content-Type: text/plain", "Content-Length: 19"], b'{"type": "diagnose"}'[:19]),
        (["Content-Type: application/x-www-form-urlencoded", "Content-Length: 3"], b"a=1"),
        ([], b""),
    ],
)
def test_it_takes_no_other_method(server, method, lines, body):
    for target in ("/", "/lab.js", f"/socket?session={SESSION}"):
        own = [f"Host: {host(server)}", f"Origin: http://{host(server)}", cookie(server)]
        answer = ask(server, f"{method} {target} HTTP/1.1", *own, *lines, body=body)
        assert answer.status in (400, 405)
        assert answer.body.count(b"\n") <= 1
    assert is_page(get(server))


@pytest.mark.parametrize("size", [1, MOST_BYTES])
def test_it_takes_no_body(server, size):
    lines = [f"Host: {host(server)}", cookie(server), f"Content-Length: {size}"]
    assert ask(server, "GET / HTTP/1.1", *lines, body=bytes(size)).status == 400
    assert is_page(get(server))


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 10**12])
def test_it_does_not_wait_for_a_body_that_is_too_large(server, size):
    assert get(server, "/", f"Content-Length: {size}").status in (0, 400, 413)
    assert is_page(get(server))


def test_headers_have_a_cap(server):
    assert get(server, "/", "X-Long: " + "x" * server_module.MOST_HEADER_BYTES).status in (0, 400, 431)
    assert is_page(get(server, "/", "X-Long: " + "x" * 1000))


@pytest.mark.parametrize(
    "target",
    [
        "/../server.py",
        "/%2e%2e/server.py",
        "/..%2fserver.py",
        "/%2e%2e%2f%2e%2e%2fserver.py",
        "/....//server.py",
        "//etc/passwd",
        "/etc/passwd",
        "/C:%5cwindows",
        "/link.js",
        "/lab.js%00",
        "/lab.js/",
        "/./lab.js",
        "/lab.js/../lab.js",
        "/LAB.JS",
        "/",
    ],
)
def test_there_are_the_named_files_and_no_paths(server, page, target):
    (page / "link.js").symlink_to("/etc/passwd")
    answer = get(server, target)
    assert answer.status == (200 if target == "/" else 404)
    assert b"root:" not in answer.body


# -- sockets ---------------------------------------------------------------------------------------------------------


def test_requests_are_answered_in_turn_each_by_one_reply(server):
    with opened(server) as there:
        assert [exchange(there, {"type": "diagnose", "id": 1})["id"] for _ in range(3)] == [1, 2, 3]
        there.sendall(frame(b'{"type": "diagnose"}') * 5)
        kinds = [reply(there)["id"] for _ in range(5)]
        assert kinds == [4, 5, 6, 7, 8]


@pytest.mark.parametrize("text", ["[" * 100_000 + "]" * 100_000, '{"more":' * 100_000, "no JSON", '{"type": "tick"'])
def test_what_is_no_request_is_answered_so_and_the_page_goes_on(server, text):
    with opened(server) as there:
        there.sendall(frame(text.encode()))
        assert reply(there)["type"] == "refused"
        assert exchange(there, {"type": "diagnose"})["type"] == "diagnosed"


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 2**40])
def test_a_frame_that_is_too_large_ends_the_connection(server, size):
    with opened(server) as there:
        there.sendall(frame(b"x", length=size))
        assert receive(there)[0] in (8, None)
    with opened(server) as there:
        assert exchange(there, {"type": "diagnose"})["type"] == "diagnosed"


def test_a_frame_that_is_as_large_as_may_be_is_read(server):
    text = b'{"type": "read_table", "text": "' + b"1" * 900_000 + b'"}'
    with opened(server) as there:
        there.sendall(frame(text))
        assert reply(there)["type"] == "diagnosed"


@pytest.mark.parametrize("session", ["", "x" * 32, "../" * 10 + "aa", SESSION + "0", SESSION[:-1], SESSION.upper()])
def test_a_session_is_named_by_hexadecimal_digits(server, session):
    assert ask(server, *upgrade(server, session=session)).status == 400


def test_a_session_outlives_a_reload_and_is_nobody_elses(server):
    with opened(server) as there:
        assert exchange(there, {"type": "diagnose"})["id"] == 1
    with opened(server) as there, opened(server, session="f" * 32) as other:
        assert exchange(there, {"type": "diagnose"})["id"] == 2
        assert exchange(other, {"type": "diagnose"})["id"] == 1


def test_a_session_that_is_opened_again_leaves_its_first_page(server):
    with opened(server) as first:
        exchange(first, {"type": "diagnose"})
        with opened(server) as second:
            kind, reason = receive(first)
            assert (kind, int.from_bytes(reason[:2], "big")) == (8, 4001)
            assert exchange(second, {"type": "diagnose"})["id"] == 2


def test_a_session_is_forgotten_when_nobody_comes_back(page, monkeypatch):
    monkeypatch.setattr(seats, "SECONDS_TO_RELOAD", 0)
    forgotten = threading.Event()
    forget = seats.Seats.forget

    def told(self, name):
        forget(self, name)
        forgotten.set()

    monkeypatch.setattr(seats.Seats, "forget", told)
    with running() as server:
        with opened(server) as there:
            exchange(there, {"type": "diagnose"})
        assert forgotten.wait(60)
        with opened(server) as there:
            assert exchange(there, {"type": "diagnose"})["id"] == 1


def test_a_busy_session_holds_up_nobody(page):
    sessions = []

    def make():
        sessions.append(Counting())
        if len(sessions) == 1:
            sessions[0].held_up.clear()
        return sessions[-1]

    with running(make) as server, opened(server) as busy:
        busy.sendall(frame(b'{"type": "diagnose"}'))
        with opened(server, session="a" * 32) as other:
            while not sessions:
                assert is_page(get(server))
            assert exchange(other, {"type": "diagnose"})["id"] == 1
            assert is_page(get(server))
        sessions[0].held_up.set()
        assert reply(busy)["id"] == 1


def test_so_many_pages_and_no_more(server):
    with contextlib.ExitStack() as pages:
        for number in range(seats.MOST_PAGES):
            pages.enter_context(opened(server, session=f"{number:032x}"))
        assert ask(server, *upgrade(server, session="f" * 32)).status == 503
        assert is_page(get(server))
        with opened(server, session=f"{0:032x}") as again:  # whoever is there already may come back
            assert exchange(again, {"type": "diagnose"})["id"] == 1


def test_sessions_that_nobody_uses_make_way(page, monkeypatch):
    monkeypatch.setattr(seats, "MOST_SESSIONS", 2)
    with running() as server:
        for number in range(5):
            with opened(server, session=f"{number:032x}") as there:
                exchange(there, {"type": "diagnose"})
            assert len(server.seats) <= 2


def test_a_thousand_connections_that_say_nothing_are_in_nobodys_way(server):
    with contextlib.ExitStack() as idle, opened(server) as there:
        for number in range(1_000):
            one = idle.enter_context(connected(server))
            with contextlib.suppress(OSError):
                one.sendall(b"GET / HTTP/1.1\r\n" if number % 2 else b"")
        assert is_page(get(server))
        assert exchange(there, {"type": "diagnose"})["id"] == 1
        assert len(server.connections.streams) <= connections.MOST_CONNECTIONS


def test_whoever_is_slow_to_ask_is_let_go(page, monkeypatch):
    monkeypatch.setattr(server_module, "SECONDS_TO_ASK", 0.2)
    with running() as server, connected(server) as slow, connected(server) as body:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: ")
        body.sendall(
            f"GET / HTTP/1.1\r\nHost: {host(server)}\r\n{cookie(server)}\r\nContent-Length: 5\r\n\r\n".encode()
        )
        assert slow.recv(1) == b""
        assert read(body).status in (0, 400, 408)
        assert is_page(get(server))


def test_whoever_does_not_take_the_replies_is_let_go(page, monkeypatch):
    import numpy as np

    class Generous(Counting):
        def answer(self, request):
            return super().answer(request)[0], [np.zeros(2_000_000)]

    monkeypatch.setattr(handlers, "SECONDS_TO_TAKE", 0.2)
    gone = threading.Event()
    get_up = seats.Seats.get_up
    monkeypatch.setattr(seats.Seats, "get_up", lambda *some: (get_up(*some), gone.set()))
    with running(Generous) as server, opened(server) as there:
        there.sendall(frame(b'{"type": "diagnose"}'))
        assert gone.wait(60)
        with opened(server, session="a" * 32) as other:
            other.sendall(frame(b'{"type": "diagnose"}'))
            assert reply(other)["type"] == "diagnosed"


# -- other addresses than loopback -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listens", "asked", "known"),
    [
        ("127.0.0.1", "192.168.0.5:80", False),
        ("192.168.0.5", "192.168.0.5:80", True),
        ("192.168.0.5", "192.168.0.6:80", False),
        ("0.0.0.0", "192.168.0.5:80", True),
        ("0.0.0.0", "192.168.0.5:81", False),
        ("0.0.0.0", "evil.com:80", False),
        ("0.0.0.0", "192.168.0.5.evil.com:80", False),
        ("::", "[fe80::1]:80", True),
        ("::1", "[::1]:80", True),
        ("::", "fe80::1:80", False),
    ],
)
def test_where_it_listens_elsewhere_addresses_are_known_and_names_are_not(listens, asked, known):
    assert Guard(listens, 80).knows_host([asked]) is known


@pytest.mark.parametrize(
    ("listens", "address"), [("0.0.0.0", "127.0.0.1:80"), ("::1", "[::1]:80"), ("10.0.0.1", "10.0.0.1:80")]
)
def test_the_address_to_open_can_be_opened(listens, address):
    assert Guard(listens, 80, token="T").address == f"http://{address}/?token=T"


def test_a_port_that_is_taken_is_an_error_of_the_systems(server):
    with pytest.raises(OSError, match="in use"), running(port=server.guard.port):
        pass
