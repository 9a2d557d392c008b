"""A served application and those who send to it, for figures of the really served thing."""

import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.ports import free_port
from youthprog.operations import serve

ROOT = Path(__file__).resolve().parents[2]
OURS, HELLO = "youthprog.operations.wsgi:app", "tests.bench.hello:app"
PATIENCE_SECONDS = 60


@dataclass
class Server:
    """A web server of ours at work."""

    port: int
    process: subprocess.Popen[bytes]

    def processor_seconds(self) -> float:
        """User and system time of the server and its children so far, by the kernel's own clock of each process: what
        /proc tells is rounded to hundredths of a second, a tenth of what a floor takes."""
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in _family(self.process.pid))  # as clock_getcpuclockid

    def kill(self) -> None:
        """As a power cut would, as far as a process can feel one."""
        for pid in reversed(_family(self.process.pid)):
            os.kill(pid, 9)
        self.process.wait()


@contextmanager
def served(target: str, folder: Path | None = None) -> Iterator[Server]:
    """Serve an application as `youthprog serve` does."""
    port = free_port()
    command = serve.web_command("127.0.0.1", port, 1)
    command[command.index(OURS)] = target
    where = {"YOUTHPROG_PUBLIC_URL": f"http://127.0.0.1:{port}"} | (
        {"YOUTHPROG_INSTANCE": str(folder)} if folder else {}
    )
    process = subprocess.Popen(
        command,
        env=dict(os.environ) | serve.FRUGAL | where,
        cwd=ROOT,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    server = Server(port, process)
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not serve.is_taken("127.0.0.1", port):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.05)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _family(int(child))
    return found


@dataclass
class Sent:
    """What came of many requests."""

    seconds: list[float] = field(default_factory=list)
    failures: list[tuple[int, bytes]] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)  # the places of requests that were answered well

    def percentile(self, of_hundred: int) -> float:
        """So many of a hundred answers came within these seconds."""
        return sorted(self.seconds)[len(self.seconds) * of_hundred // 100]


def send(
    port: int,
    requests: Sequence[bytes],
    *,
    clients: int,
    good: bytes = b"",
    stop_after: int = 0,
    then: Callable[[], None] | None = None,
) -> Sent:
    """Send all requests over so many connections, each waiting for its answers. Answers that are not 200, or lack
    `good`, are failures; a connection that breaks ends its client. After so many answers, do something else as well."""
    sent, places, guard = Sent(), iter(range(len(requests))), threading.Lock()

    def work() -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                with guard:
                    place = next(places, None)
                if place is None:
                    return
                begun = time.perf_counter()
                try:
                    status, body = _ask(line, requests[place])
                except OSError:
                    return
                sent.seconds.append(time.perf_counter() - begun)
                if status == 200 and good in body:
                    sent.answered.append(place)
                    if then is not None and len(sent.answered) == stop_after:
                        then()
                else:
                    sent.failures.append((status, body[:200]))

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sent


def _ask(line: socket.socket, request: bytes) -> tuple[int, bytes]:
    line.sendall(request)
    buffer = b""
    while b"\r\n\r\n" not in buffer:
        buffer += _more(line)
    head, _, body = buffer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert length is not None
    while len(body) < int(length[1]):
        body += _more(line)
    return int(head.split(b" ", 2)[1]), body


def _more(line: socket.socket) -> bytes:
    got = line.recv(65536)
    if not got:
        raise ConnectionError("the server hung up")
    return got


def post(port: int, path: str, body: bytes = b"", headers: Iterable[str] = (), *, verb: str = "POST") -> bytes:
    """One request as it goes over the line."""
    lines = [f"{verb} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
