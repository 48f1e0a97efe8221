"""Several hosts, each with a network of its own (Linux's network namespaces), that talk encrypted or not at all."""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

HOSTS, BRIDGE, NET = {"scheduler": 1, "one": 2, "two": 3}, "clearprop-test", "10.213.77"
# How long Dask waits for a host from which nothing comes; minutes by itself.
QUICKLY_LOST = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "11s", "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "8s"}


def ip(*words, check=True):
    return subprocess.run(["ip", *words], check=check, capture_output=True, text=True)


def name(host):
    return f"{BRIDGE}-{host}"


@pytest.fixture(scope="module")
def hosts():
    """Three hosts at one switch."""
    if (
        shutil.which("ip") is None
        or shutil.which("openssl") is None
        or ip("netns", "add", name("one"), check=False).returncode
    ):
        pytest.skip("no hosts can be made here: that takes ip, openssl and Linux's rights over networks")
    ip("netns", "del", name("one"))
    with ExitStack() as stack:
        ip("link", "add", BRIDGE[:15], "type", "bridge")
        stack.callback(ip, "link", "del", BRIDGE[:15])
        ip("link", "set", BRIDGE[:15], "up")
        for host, number in HOSTS.items():
            ip("netns", "add", name(host))
            stack.callback(ip, "netns", "del", name(host))
            ip("link", "add", f"cp-test-{number}", "type", "veth", "peer", "name", "eth0", "netns", name(host))
            ip("link", "set", f"cp-test-{number}", "master", BRIDGE[:15], "up")
            ip("-n", name(host), "addr", "add", f"{NET}.{number}/24", "dev", "eth0")
            for link in ("eth0", "lo"):
                ip("-n", name(host), "link", "set", link, "up")
        yield


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Dask's variables for an authority's certificate, and for one that it has signed."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    new = ["-newkey", "rsa:2048", "-nodes"]
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=authority")
    openssl("req", *new, "-keyout", "key.pem", "-out", "asked.pem", "-subj", "/CN=cluster")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-out", "cert.pem"]
    openssl("x509", "-req", "-in", "asked.pem", *signed)
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    told = {f"{tls}CA_FILE": "ca.pem", "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true"}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        told |= {f"{tls}{role}__CERT": "cert.pem", f"{tls}{role}__KEY": "key.pem"}
    return {key: str(folder / value) if value.endswith(".pem") else value for key, value in told.items()}


@pytest.fixture
def at(hosts, tmp_path):
    """Start Python on a host, and say where what it says is written; what has not ended by the test's end is ended."""
    with ExitStack() as stack:

        def start(host, *words, env=None):
            log = tmp_path / f"{len(list(tmp_path.glob('*.log')))}.log"
            process = subprocess.Popen(
                ["ip", "netns", "exec", name(host), sys.executable, *words],
                cwd=Path(__file__).parents[2],
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"} | (env or {}),
                stdout=stack.enter_context(log.open("w")),
                stderr=subprocess.STDOUT,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process, log

        yield start


def test_hosts_train_encrypted_and_one_that_is_cut_off_changes_no_bit(at, certificates, tmp_path):
    env = certificates | QUICKLY_LOST
    address, cut = f"tls://{NET}.1:8786", ["ip", "-n", name("two"), "link", "set", "eth0", "down"]
    at("scheduler", "-m", "dask", "scheduler", "--host", address, "--no-dashboard", env=env)
    for host in ("one", "two"):
        at(
            host,
            "-m",
            "dask",
            "worker",
            address,
            "--nthreads",
            "1",
            "--no-dashboard",
            "--local-directory",
            str(tmp_path),
            env=env,
        )
    stranger, refusal = at("scheduler", "-m", "tests.cluster.hosts_client", address)
    client, said = at("scheduler", "-m", "tests.cluster.hosts_client", address, *cut, env=env)
    client.wait(timeout=120)
    assert said.read_text().splitlines()[-4:] == [
        f"workers on {NET}.2, {NET}.3",
        "exact: the same bits",
        "local: the same bits, though a host was cut off",
        f"workers on {NET}.2",
    ]
    stranger.wait(timeout=60)
    assert f"cluster '{address}' cannot be reached" in refusal.read_text()
