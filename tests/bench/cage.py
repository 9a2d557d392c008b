"""Ten hostile documents at once, and what the others notice of it, on a really served installation.

Each is a template that passes every check and would be laid out for minutes: two loops over the longest text there is,
around boxes in boxes. An administrator sends all ten at the same moment; meanwhile four people go on opening pages.
The press is killed after twenty seconds; who waits behind a slow job is told to come back, so that threads stay free.
"""

import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.measure import Measure
from tests.bench.serving import OURS, ROOT, served
from youthprog import config
from youthprog.documents.theming.templating import faults_of
from youthprog.documents.theming.trying import house_text

HOSTILE, READERS = 10, 4
PAGES = ("/today", "/people", "/seasons/1", "/teams")
BOX = (
    '<div style="display: flex"><div style="float: left"><table><tr><td>'
    + "<b>x</b> " * 40
    + "</td></tr></table></div></div>"
)
LIMIT_MS = 500


class Browser:
    """Somebody signed in, over one connection."""

    def __init__(self, port: int, role: str):
        self.port, self.cookie = port, ""
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        token = self._token("/sign-in")
        status, _body = self.post(
            "/sign-in", {"email": f"{role}@demo.example", "password": f"demo-{role}", "csrf_token": token}
        )
        assert status == 303, f"{role} does not get in: {status}"

    def get(self, path: str) -> tuple[int, bytes]:
        """Open a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, values: dict[str, str]) -> tuple[int, bytes]:
        """Send a form."""
        return self._ask("POST", path, urlencode(values))

    def _token(self, path: str) -> str:
        found = re.search(rb'name="csrf_token" value="([^"]+)"', self.get(path)[1])
        assert found is not None, path
        return found[1].decode()

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, bytes]:
        headers = {"Cookie": self.cookie, "Referer": f"http://127.0.0.1:{self.port}/"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
        except (BrokenPipeError, http.client.RemoteDisconnected):  # the line had been idle for long
            self.line.close()
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
        for each in answer.headers.get_all("Set-Cookie") or ():
            self.cookie = each.split(";")[0]
        return answer.status, answer.read()


def measures() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory(prefix="youthprog-bench-") as name:
        folder = Path(name)
        for command in (["init"], ["demo", "--size", "s"]):
            environment = dict(os.environ) | {"YOUTHPROG_INSTANCE": name}
            done = subprocess.run(
                [sys.executable, "-m", "youthprog.cli", *command],
                env=environment,
                cwd=ROOT,
                capture_output=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr[-500:]
        with served(OURS, folder) as server:
            yield from _ten_at_once(server.port)


def _ten_at_once(port: int) -> Iterator[Measure]:
    own = house_text(config.ROOT / "templates", "award")
    loops = "{% for a in title %}{% for b in title %}" + BOX + "{% endfor %}{% endfor %}"
    html = own.html.replace("</body>", loops + "</body>")
    assert not faults_of(html, own.css)
    admin, quiet = Browser(port, "admin"), _read(port, seconds=4.0)
    sent = {"csrf_token": admin._token("/paper/award"), "html": html, "css": own.css, "seen": "0"}
    good = sent | {"html": own.html}
    assert admin.post("/paper/award/preview", good)[0] == 200, "the press is not up"
    answers: list[int] = []
    senders = [threading.Thread(target=_send, args=(port, sent, answers)) for _ in range(HOSTILE)]
    begun, stop = time.monotonic(), threading.Event()
    noisy: list[float] = []
    readers = [threading.Thread(target=_go_on, args=(port, noisy, stop)) for _ in range(READERS)]
    for each in (*readers, *senders):
        each.start()
    for each in senders:
        each.join()
    lasted = time.monotonic() - begun
    stop.set()
    for each in readers:
        each.join()
    status, body = admin.post("/paper/award/preview", good)
    yield Measure("of ten hostile documents at once, those that came out", sum(each == 200 for each in answers), "", 0)
    yield Measure("pages opened meanwhile, 95th of a hundred", 1000 * _percentile(noisy), "ms", LIMIT_MS)
    yield Measure("pages opened meanwhile, against a quiet time", _percentile(noisy) / _percentile(quiet), "times", 5)
    yield Measure("until the last of the ten had its answer", lasted, "s", 65)
    yield Measure("the press prints again afterwards", float(status == 200 and body.startswith(b"%PDF")), "", 1, True)


def _send(port: int, sent: dict[str, str], answers: list[int]) -> None:
    browser = Browser(port, "admin")
    answers.append(browser.post("/paper/award/preview", sent | {"csrf_token": browser._token("/paper/award")})[0])


def _read(port: int, *, seconds: float) -> list[float]:
    found: list[float] = []
    stop = threading.Event()
    threads = [threading.Thread(target=_go_on, args=(port, found, stop)) for _ in range(READERS)]
    for each in threads:
        each.start()
    time.sleep(seconds)
    stop.set()
    for each in threads:
        each.join()
    return found


def _go_on(port: int, found: list[float], stop: threading.Event) -> None:
    """Open one page after the other, as somebody who works: a page, a short look, the next."""
    browser, number = Browser(port, "coordinator"), 0
    while not stop.is_set():
        begun = time.perf_counter()
        status, _body = browser.get(PAGES[number % len(PAGES)])
        found.append(time.perf_counter() - begun)
        assert status == 200, PAGES[number % len(PAGES)]
        number += 1
        stop.wait(0.1)


def _percentile(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) * 95 // 100]
