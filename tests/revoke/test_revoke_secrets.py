"""Where the token is, and where it is not: memory, arguments, environment, what is written; and what valgrind says."""

import fcntl
import os
import subprocess
import time

import pytest

import tls
from broken_server import Server, reset, says, silent
from process_memory import places_of, proc
import revoke_asker
from revoke_asker import SECONDS

TOKEN = "cio" + "7Qx" * 12


def wait_until(condition):
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)  # what is waited for is in another process, which does not say when


@pytest.fixture
def start(helper, ask):
    """Starts the helper with a request; `stdout` is a pipe of ours."""
    children = []

    def start(stdout=subprocess.PIPE, **request):
        request = revoke_asker.request(**{"token": TOKEN, "timeout": 30} | request)
        child = subprocess.Popen([helper], env=ask.env, stdin=subprocess.PIPE, stdout=stdout)
        children.append(child)
        child.stdin.write(revoke_asker.document(request).encode())
        child.stdin.close()
        return child

    yield start
    for child in children:
        child.kill()
        child.wait()


@pytest.fixture
def full_pipe():
    """Whoever writes to it waits."""
    source, target = os.pipe()
    size = fcntl.fcntl(target, fcntl.F_SETPIPE_SZ, 4096)
    os.write(target, b"x" * size)
    yield target
    os.close(source)
    os.close(target)


def is_answering(child):
    """In write(1, ...)."""
    assert child.poll() is None
    with proc(child.pid, "syscall") as syscall:
        return syscall.read().startswith("1 0x1 ")


FAULTS = {
    "reset": says(then=reset),
    "refused with the token": says(b'HTTP/1.1 400 Bad\r\n\r\n{"errors":[{"detail":"%s"}]}' % TOKEN.encode()),
    "too large": says(b"HTTP/1.1 400 Bad\r\n\r\n" + TOKEN.encode() * 10000),
}
REVOKED = ["plain", "index", "TLS"]


@pytest.mark.parametrize("sort", [*REVOKED, "TLS with a fault", "unreached", *FAULTS])
def test_no_token_is_in_memory_when_it_answers(start, registry, tmp_path, full_pipe, sort):
    registry.auth_required = True
    registry.issue(TOKEN)
    authority = tls.Authority(tmp_path)
    with tls.Site(registry, authority.sign("good", "127.0.0.1")) as site, Server(FAULTS.get(sort, silent)) as broken:
        requests = {
            "plain": {"api": registry.url}, "index": {"index": registry.index}, "TLS": {"api": site.url, "cainfo": str(authority.path)},
            "TLS with a fault": {"api": site.url}, "unreached": {"api": "http://127.0.0.1:1"},
        }  # fmt: skip
        child = start(stdout=full_pipe, **requests.get(sort, {"api": broken.url}))
        wait_until(lambda: is_answering(child))
        assert registry.alive(TOKEN) == (sort not in REVOKED)
        assert places_of(child.pid, TOKEN) == []


def test_during_the_call(start):
    """The token is in memory, so the search above finds one."""
    with Server(silent) as server:
        child = start(api=server.url)
        assert server.asked.wait(SECONDS)
        assert places_of(child.pid, TOKEN)
        child.kill()


def test_it_is_written_once_and_to_the_server(helper, ask, registry, tmp_path):
    registry.issue(TOKEN)
    log = tmp_path / "log"
    ask.env["ASAN_OPTIONS"] = "detect_leaks=0"  # a traced process cannot look for leaks
    ask.command = ["strace", "-qq", "-f", "-s", "100000", "-o", str(log), str(helper)]
    assert ask(token=TOKEN, index=registry.index)["verdict"] == "revoked-unchecked"
    lines = [line for line in log.read_text().splitlines() if TOKEN in line]
    assert [line.split()[1].split("(")[0] for line in lines] == ["sendto"], lines


def test_no_keys_of_the_connection_are_written(ask, registry, tmp_path):
    authority = tls.Authority(tmp_path)
    ask.env["SSLKEYLOGFILE"] = str(tmp_path / "keys")
    with tls.Site(registry, authority.sign("good", "127.0.0.1")) as site:
        assert ask(token=registry.issue(), api=site.url, cainfo=str(authority.path))["verdict"] == "revoked-unchecked"
    assert not (tmp_path / "keys").exists()


def test_valgrind_is_silent(ask, registry):
    options = ["-q", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"]
    ask.command = ["valgrind", *options, *ask.command]
    registry.auth_required = True
    token = registry.issue(scopes=("yank",))
    assert ask(token=token, index=registry.index, timeout=30)["verdict"] == "not-permitted"
    with Server(says(b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", then=reset)) as server:
        ask(token=TOKEN, api=server.url, timeout=30)
        ask(token=TOKEN, api="https:///")
        ask(token=TOKEN, index="https://registry.example/x", canonical="https://registry.example/x", cache="/nonexistent")
