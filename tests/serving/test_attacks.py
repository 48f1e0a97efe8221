"""The door: each thing that must be refused, beside one like it that is let through."""

import contextlib
import json
import logging
import re
import socket

import pytest

from clearprop.errors import InputError
from clearprop.local_server import connections, guard
from clearprop.local_server import server as local_server
from clearprop.serving import handlers, requests
from clearprop.serving.server import MOST_BYTES

from ..local_servers import FOREIGN_HOSTS, FOREIGN_ORIGINS, ask, connected, cookie, host, read

ROW = {"length": 4.1, "colour": "white", "picked": True, "day": "2024-05-01"}
BODY = json.dumps(ROW).encode()
ROUTES = ["/", "/health", "/model", "/openapi.json", "/style.css", "/nothing"]


def post(server, *lines, target="/predict", body=BODY, kind="application/json", length=None):
    sent = [f"Content-Length: {len(body) if length is None else length}", *([f"Content-Type: {kind}"] if kind else [])]
    return ask(server, f"POST {target} HTTP/1.1", *lines, *sent, body=body)


def bearer(server, token=None):
    return f"Authorization: Bearer {token or server.guard.token}"


def own(server):
    return [f"Host: {host(server)}", bearer(server)]


def is_answered(answer):
    return answer.status == 200 and b'"predicted"' in answer.body


def tells_nothing(answer):
    return not any(word in answer.body for word in (b"predicted", b"colour", b"openapi", b"<main", b"flowers"))


# -- where it listens ------------------------------------------------------------------------------------------------


def test_it_listens_on_loopback_alone(server):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", server.guard.port), timeout=60)
    assert is_answered(post(server, *own(server)))


# -- Host: a name that was made to point here (Ollama, MLflow) -------------------------------------------------------


@pytest.mark.parametrize("name", FOREIGN_HOSTS)
def test_other_hosts_are_refused_even_with_the_token(server, name):
    line = "Host: " + name.format(port=server.guard.port)
    for answer in (post(server, line, bearer(server)), ask(server, "GET /model HTTP/1.1", line, bearer(server))):
        assert answer.status in (400, 403)
        assert tells_nothing(answer)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_it_is_known_by_its_names(server, name):
    assert is_answered(post(server, f"Host: {name}:{server.guard.port}", bearer(server)))


def test_a_missing_and_a_doubled_host_are_refused(server):
    assert post(server, bearer(server)).status in (400, 403)
    assert post(server, *own(server), "Host: evil.com").status in (400, 403)
    assert post(server, *own(server), f"Host: {host(server)}").status in (400, 403)


@pytest.mark.parametrize("target", ["http://evil.com/predict", "http://{own}/predict", "//evil.com/predict", "*"])
def test_another_host_in_the_first_line_is_refused(server, target):
    answer = post(server, *own(server), target=target.format(own=host(server)))
    assert answer.status in (400, 403, 404)
    assert tells_nothing(answer)


# -- Origin: pages of other sites (Gradio, Jupyter, MLflow) ----------------------------------------------------------


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize("secret", ["token", "cookie"])
def test_other_origins_are_refused_with_either_secret(server, origin, secret):
    line = "Origin: " + origin.format(port=server.guard.port, other=server.guard.port ^ 1)
    shown = bearer(server) if secret == "token" else cookie(server)
    answer = post(server, f"Host: {host(server)}", shown, line)
    assert answer.status == 403
    assert tells_nothing(answer)
    assert not any(name.startswith("access-control") for name in answer.headers)


def test_the_servers_own_page_may_ask(server):
    assert is_answered(post(server, *own(server), f"Origin: http://{host(server)}"))
    assert is_answered(post(server, f"Host: {host(server)}", cookie(server), f"Origin: http://{host(server)}"))


def test_a_cookie_without_an_origin_sends_nothing(server):
    """A page of another port is of the same site, and browsers send it the cookie along."""
    assert post(server, f"Host: {host(server)}", cookie(server)).status == 401
    assert ask(server, "GET /model HTTP/1.1", f"Host: {host(server)}", cookie(server)).status == 200


def test_two_origins_are_refused(server):
    assert post(server, *own(server), f"Origin: http://{host(server)}", "Origin: http://evil.com").status in (400, 403)


# -- one origin more -------------------------------------------------------------------------------------------------

ALLOWED = "https://app.example"


@pytest.fixture
def open_server(serving, loaded):
    with serving(loaded, origin=ALLOWED) as one:
        yield one


def preflight(server, origin, *more):
    asked = ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization,content-type"]
    return ask(server, "OPTIONS /predict HTTP/1.1", f"Host: {host(server)}", f"Origin: {origin}", *asked, *more)


def test_one_origin_may_be_let_in(open_server):
    answer = preflight(open_server, ALLOWED)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == ALLOWED
    assert answer.headers["access-control-allow-headers"] == "authorization, content-type"
    assert "access-control-allow-credentials" not in answer.headers
    answer = post(open_server, *own(open_server), f"Origin: {ALLOWED}")
    assert is_answered(answer)
    assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == (ALLOWED, "Origin")


def test_the_origin_that_is_let_in_needs_the_token(open_server):
    own_host, origin = f"Host: {host(open_server)}", f"Origin: {ALLOWED}"
    for lines in ([own_host, origin], [own_host, origin, cookie(open_server)]):
        answer = post(open_server, *lines)
        assert answer.status == 401
        assert tells_nothing(answer)
    assert is_answered(post(open_server, own_host, origin, bearer(open_server)))


@pytest.mark.parametrize(
    "origin",
    ["https://app.example.evil.com", "https://evil.com/app.example", "http://app.example", "https://app.example:443",
     "https://APP.example", "https://xapp.example", "null"],
)  # fmt: skip
def test_others_are_not_let_in_by_likeness(open_server, origin):
    answers = [preflight(open_server, origin), post(open_server, *own(open_server), f"Origin: {origin}")]
    for answer in answers:
        assert answer.status in (401, 403)
        assert not any(name.startswith("access-control") for name in answer.headers)


def test_without_the_flag_no_preflight_is_answered(server):
    answer = preflight(server, ALLOWED)
    assert answer.status == 403
    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(
    "origin", ["*", "null", "app.example", "https://app.example/", "https://*.example", "https://a b"]
)
def test_an_origin_that_is_none_is_refused(serving, loaded, origin):
    with (
        pytest.raises(InputError, match="it must be the beginning of one site's addresses"),
        serving(loaded, origin=origin),
    ):
        pass


# -- the token -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [*ROUTES, "/predict"])
@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["Authorization: Bearer"],
        ["Authorization: Bearer {token}x"],
        ["Authorization: Bearer {prefix}"],
        ["Authorization: Basic {token}"],
        ["Authorization: {token}"],
        ["Authorization: Bearer {secret}"],
        ["Authorization: Bearer \xe9"],
        ["Authorization: Bearer {token}", "Authorization: Bearer {token}"],
        ["Authorization: Bearer wrong", "Cookie: {name}={secret}"],
        ["Cookie: {name}={token}"],
        ["Cookie: {name}="],
        ["X-Token: {token}"],
    ],
)
def test_without_the_token_nothing_is_told(server, target, lines):
    door = server.guard
    words = {"token": door.token, "prefix": door.token[:-1], "secret": door.cookie, "name": door.cookie_name}
    if target == "/style.css" and "Cookie: {name}={secret}" in lines:
        return  # a browser's, which shows nothing but the cookie
    lines = [f"Host: {host(server)}", *(line.format(**words) for line in lines)]
    answer = (
        post(server, *lines, target=target) if target == "/predict" else ask(server, f"GET {target} HTTP/1.1", *lines)
    )
    assert answer.status == 401
    assert tells_nothing(answer)
    assert "the header  Authorization: Bearer TOKEN" in answer.body.decode()
    assert "set-cookie" not in answer.headers


def test_who_is_not_known_is_told_by_what_to_be(server):
    answer = ask(server, "GET /health HTTP/1.1", f"Host: {host(server)}")
    assert answer.headers["www-authenticate"] == 'Bearer realm="clearprop"'
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_token_lets_in(server, scheme):
    for target in ROUTES:
        answer = ask(
            server, f"GET {target} HTTP/1.1", f"Host: {host(server)}", f"Authorization: {scheme} {server.guard.token}"
        )
        assert answer.status == (404 if target == "/nothing" else 401 if target == "/style.css" else 200)


def test_the_token_in_the_address_becomes_a_cookie(server):
    target = server.address.partition(host(server))[2]
    answer = ask(server, f"GET {target}&next=//evil.com HTTP/1.1", f"Host: {host(server)}")
    assert (answer.status, answer.headers["location"], answer.body) == (303, "/", b"")
    name, *rest = answer.headers["set-cookie"].split("; ")
    assert set(rest) == {"HttpOnly", "Path=/", "SameSite=Strict"}
    assert server.guard.token not in str(answer.headers)
    page = ask(server, "GET / HTTP/1.1", f"Host: {host(server)}", f"Cookie: {name}")
    assert b"<main>" in page.body
    for secret in (server.guard.token, server.guard.cookie):
        assert secret not in page.body.decode()


@pytest.mark.parametrize("target", ["/health", "/model", "/predict", "/openapi.json", "/nothing"])
def test_elsewhere_the_token_in_the_address_lets_nobody_in(server, target):
    target = f"{target}?token={server.guard.token}"
    assert ask(server, f"GET {target} HTTP/1.1", f"Host: {host(server)}").status == 401
    assert post(server, f"Host: {host(server)}", target=target).status == 401


@pytest.mark.parametrize("token", ["short", "x" * 21, "x" * 513, "x" * 30 + " ", "x" * 30 + "\n", "é" * 30])
def test_a_token_that_can_be_guessed_is_refused(serving, loaded, token):
    with pytest.raises(InputError, match="must have 22 to 512 letters"), serving(loaded, token=token):
        pass


def test_a_token_may_be_chosen(serving, loaded):
    with serving(loaded, token="chosen-" + "x" * 22) as server:
        assert is_answered(post(server, f"Host: {host(server)}", "Authorization: Bearer chosen-" + "x" * 22))


def test_secrets_are_compared_in_constant_time(server, monkeypatch):
    compared = []
    monkeypatch.setattr(guard.secrets, "compare_digest", lambda *pair: compared.append(pair) or False)
    assert post(server, f"Host: {host(server)}", "Authorization: Bearer guess").status == 401
    assert compared == [(b"guess", server.guard.token.encode())]


def test_no_secret_is_logged_or_told(server, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    token = server.guard.token
    answers = [
        ask(server, f"GET {target} HTTP/1.1", f"Host: {host(server)}", *lines)
        for target in (
            f"/?token={token}",
            f"/nothing?token={token}",
            f"/?token={token}&token=%ff",
            f"/\x01?token={token}",
        )
        for lines in (
            [],
            [cookie(server)],
            [bearer(server)],
            ["Content-Length: x"],
            [f"Referer: http://x/?token={token}"],
        )
    ]
    answers += [post(server, *own(server), f"Referer: http://x/?token={token}", body=b"{")]
    printed = capsys.readouterr()
    told = [str(answer.headers.get("location", "")) + answer.body.decode() for answer in answers]
    for text in (caplog.text, printed.out, printed.err, *told):
        assert token not in text
        assert server.guard.cookie not in text


# -- what it says of itself ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ROUTES)
def test_headers_keep_everything_to_itself(server, target):
    answer = ask(server, f"GET {target} HTTP/1.1", f"Host: {host(server)}", cookie(server))
    headers = answer.headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["server"] == "clearprop"
    assert not any(name.startswith("access-control") for name in headers)


# -- methods (Ray left DELETE open) ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"])
def test_it_takes_no_other_method(server, method):
    for target in (*ROUTES, "/predict"):
        lines = [*own(server), "Content-Type: application/json", f"Content-Length: {len(BODY)}"]
        answer = ask(server, f"{method} {target} HTTP/1.1", *lines, body=BODY)
        assert answer.status == 405 or (answer.status in (401, 404) and target in ("/nothing", "/style.css"))
        assert tells_nothing(answer)
    assert is_answered(post(server, *own(server)))


def test_the_methods_that_there_are_are_named(server):
    assert post(server, *own(server), target="/health").headers["allow"] == "GET, HEAD"
    answer = ask(server, "GET /predict HTTP/1.1", *own(server))
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert "GET is not answered here: there is POST" in answer.body.decode()
    assert ask(server, "PUT /predict HTTP/1.1", f"Host: {host(server)}").status == 401


# -- bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (None, "the body is of no type: send application/json or text/csv, and say so"),
        ("text/plain", "the body is text/plain"),
        ("application/x-www-form-urlencoded", "the body is application/x-www-form-urlencoded"),
        ("multipart/form-data; boundary=x", "the body is multipart/form-data"),
        ("application/vnd.bentoml+pickle", "the body is application/vnd.bentoml+pickle"),
        ("application/x-python-pickle", "send application/json or text/csv"),
        ("application/jsonx", "send application/json or text/csv"),
        ("application/json; charset=utf-16", "the body is in utf-16: send it in utf-8"),
    ],
)
def test_other_types_are_refused(server, kind, words):
    answer = post(server, *own(server), kind=kind)
    assert answer.status == 415
    assert words in json.loads(answer.body)["detail"]
    assert is_answered(post(server, *own(server), kind="application/JSON; charset=utf-8"))


def test_a_packed_body_is_refused(server):
    answer = post(server, *own(server), "Content-Encoding: gzip", body=b"\x1f\x8b" + bytes(100))
    assert answer.status == 415
    assert "send it as it is, not packed" in answer.body.decode()


def test_a_text_that_begins_as_what_is_packed_is_a_text(server):
    answer = post(server, *own(server), body=b"BZh91AY,colour\n1,2\n", kind="text/csv")
    assert answer.status == 422
    assert "there are no columns" in json.loads(answer.body)["detail"]


@pytest.mark.parametrize("size", [requests.MOST_BYTES + 1, handlers.MOST_DROPPED])
def test_who_sends_too_much_is_told_so(server, size):
    answer = post(server, *own(server), body=bytes(size))
    assert answer.status == 413
    assert json.loads(answer.body)["detail"] == "the body has more than 8,388,608 bytes: send it in parts"
    assert is_answered(post(server, *own(server)))


@pytest.mark.parametrize("length", [handlers.MOST_DROPPED + 1, 10**12, 10**30])
def test_it_does_not_wait_for_what_is_much_too_large(server, length):
    assert post(server, *own(server), length=length).status in (400, 413)
    assert is_answered(post(server, *own(server)))


def chunked(server, *chunks, lines=None):
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    lines = [*own(server), "Content-Type: application/json"] if lines is None else lines
    return ask(server, "POST /predict HTTP/1.1", *lines, "Transfer-Encoding: chunked", body=body)


def test_a_body_in_chunks_has_the_same_cap(server):
    assert is_answered(chunked(server, BODY[:10], BODY[10:]))
    answer = chunked(server, *[bytes(2**20)] * 9)
    assert answer.status == 413
    assert is_answered(post(server, *own(server)))


def test_of_a_stranger_nothing_is_kept(server):
    lines = [f"Host: {host(server)}", "Content-Type: application/json"]
    answer = post(server, lines[0], body=bytes(2**20))
    assert answer.status == 401
    assert chunked(server, *[bytes(2**20)] * 3, lines=lines).status == 401


@pytest.mark.parametrize("length", ["-1", "x", "+5", "1,2", "5, 6", "0x10"])
def test_lengths_that_are_none_are_refused(server, length):
    assert post(server, *own(server), length=length).status in (0, 400)
    assert is_answered(post(server, *own(server)))


def test_a_request_within_a_request_is_not_taken(server):
    """Whoever sends two lengths means two servers to see two requests."""
    body = b"0\r\n\r\nGET /model HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = post(server, *own(server), "Transfer-Encoding: chunked", body=body)
    assert answer.status in (0, 400)
    assert tells_nothing(answer)


def test_it_takes_no_body_where_none_belongs(server):
    for target in ("/health", "/", "/model"):
        lines = [*own(server), "Content-Length: 5"]
        assert ask(server, f"GET {target} HTTP/1.1", *lines, body=b"12345").status == 400
        assert ask(server, f"GET {target} HTTP/1.1", *own(server), f"Content-Length: {MOST_BYTES + 1}").status in (
            0,
            400,
        )
    assert is_answered(post(server, *own(server)))


def test_headers_have_a_cap(server):
    assert post(server, *own(server), "X-Long: " + "x" * local_server.MOST_HEADER_BYTES).status in (0, 400, 431)
    assert is_answered(post(server, *own(server), "X-Long: " + "x" * 1000))


@pytest.mark.parametrize(
    "target",
    ["/../server.py", "/%2e%2e/server.py", "/..%2fserver.py", "/etc/passwd", "/C:%5cwindows", "/page.html",
     "/style.css%00", "/style.css/", "/./model", "/MODEL", "/model/", "/file=/etc/passwd", "/predict/../model"],
)  # fmt: skip
def test_there_are_the_named_routes_and_no_paths(server, target):
    answer = ask(server, f"GET {target} HTTP/1.1", *own(server))
    assert answer.status == 404
    assert tells_nothing(answer)
    assert b"root:" not in answer.body


# -- who is slow, and who is many ------------------------------------------------------------------------------------


def test_a_thousand_connections_that_say_nothing_are_in_nobodys_way(server):
    with contextlib.ExitStack() as idle:
        for number in range(1_000):
            one = idle.enter_context(connected(server))
            with contextlib.suppress(OSError):
                one.sendall(b"POST /predict HTTP/1.1\r\n" if number % 2 else b"")
        assert is_answered(post(server, *own(server)))
        assert len(server.connections.streams) <= connections.MOST_CONNECTIONS


def test_whoever_is_slow_to_ask_is_let_go(serving, loaded, monkeypatch):
    monkeypatch.setattr(local_server, "SECONDS_TO_ASK", 0.2)
    with serving(loaded) as server, connected(server) as slow, connected(server) as body:
        slow.sendall(b"POST /predict HTTP/1.1\r\nHost: ")
        head = [*own(server), "Content-Type: application/json", "Content-Length: 50"]
        body.sendall("\r\n".join(["POST /predict HTTP/1.1", *head, "", "{"]).encode())
        assert slow.recv(1) == b""
        assert read(body).status in (0, 400, 408)
        assert is_answered(post(server, *own(server)))


def test_whoever_does_not_take_the_answer_is_let_go(serving, loaded, monkeypatch):
    monkeypatch.setattr(handlers, "SECONDS_TO_TAKE", 0.2)
    rows = json.dumps({name: [cell] * 60_000 for name, cell in ROW.items()}).encode()
    with serving(loaded) as server, connected(server) as there:
        there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        head = [*own(server), "Content-Type: application/json", f"Content-Length: {len(rows)}"]
        there.sendall("\r\n".join(["POST /predict HTTP/1.1", *head, "", ""]).encode() + rows)
        (stream,) = server.connections.streams
        while not stream.closed():
            assert is_answered(post(server, *own(server)))


def test_a_browsers_form_of_another_site_is_refused(server):
    """Without a script, a page of any site can send a form anywhere."""
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
        for target in ("/", "/predict"):
            answer = post(
                server, f"Host: {host(server)}", "Origin: http://evil.com", target=target, kind=kind, body=b"c0=1"
            )
            assert answer.status == 403
            assert tells_nothing(answer)


def test_the_page_is_asked_by_its_own_form_alone(server):
    form, kind = b"c0=4.1&c1=white&c2=True&c3=2024-05-01", "application/x-www-form-urlencoded"
    lines = [f"Host: {host(server)}", cookie(server)]
    assert post(server, *lines, target="/", body=form, kind=kind).status == 401
    answer = post(server, *lines, f"Origin: http://{host(server)}", target="/", body=form, kind=kind)
    assert answer.status == 200
    assert re.search(rb"<h2><span>y</span> (iris|lily|rose)</h2>", answer.body)


@pytest.mark.parametrize(
    "form",
    [b"", b"c0=1", b"c0=1&c1=2&c2=3&c3=4&c4=5", b"c0=1&c0=1&c1=2&c2=3&c3=4", b"a=1&" * 10_000, b"c0=%ff&c1=&c2=&c3=",
     b"\xff", b"token=x&c0=1&c1=2&c2=3"],
)  # fmt: skip
def test_another_form_is_refused(server, form):
    lines = [f"Host: {host(server)}", cookie(server), f"Origin: http://{host(server)}"]
    answer = post(server, *lines, target="/", body=form, kind="application/x-www-form-urlencoded")
    assert answer.status == 400
    assert b"this is not the form of this page" in answer.body or b"is not UTF-8" in answer.body
