"""The cage: a page reaches nothing but what came with it, and a bad job ends alone."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents.conftest import NOON
from tests.support.proofs import is_full
from youthprog.documents.press import JobTooLong, Press, PressFailed, PrintJob
from youthprog.documents.types import Enclosed, Variant

CANARY = "canary-in-a-file"


class Listener:
    """A server that counts who knocks."""

    def __init__(self) -> None:
        self.knocks = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.2)
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.open = True
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        while self.open:
            try:
                self.socket.accept()[0].close()
                self.knocks += 1
            except TimeoutError:
                continue
            except OSError:
                return

    def close(self) -> None:
        self.open = False
        self.thread.join()
        self.socket.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


CHANNELS = {
    "image": '<img src="{u}" alt="x">',
    "picture source": '<picture><source srcset="{u}"><img src="{u}" alt="x"></picture>',
    "stylesheet": '<link rel="stylesheet" href="{u}">',
    "import": "<style>@import url({u});</style>",
    "import with media": '<style>@import "{u}" print;</style>',
    "background": '<p style="background: url({u})">x</p>',
    "list bullet": '<ul style="list-style-image: url({u})"><li>x</ul>',
    "content": "<style>p::before {{ content: url({u}) }}</style><p>x</p>",
    "border image": '<p style="border: 3px solid; border-image: url({u}) 3">x</p>',
    "mask": '<p style="mask-image: url({u})">x</p>',
    "cursor": '<p style="cursor: url({u}), auto">x</p>',
    "page background": "<style>@page {{ background: url({u}) }}</style>",
    "page margin box": "<style>@page {{ @top-left {{ content: url({u}) }} }}</style>",
    "font": "<style>@font-face {{ font-family: f; src: url({u}) }} p {{ font-family: f }}</style><p>x</p>",
    "color profile": "<style>@color-profile --x {{ src: url({u}) }} p {{ color: color(--x 0 0 0) }}</style><p>x</p>",
    "attachment": '<link rel="attachment" href="{u}"><a rel="attachment" href="{u}">x</a>',
    "object": '<object data="{u}" type="image/png">x</object>',
    "embed": '<embed src="{u}">',
    "frame": '<iframe src="{u}"></iframe>',
    "base": '<base href="{u}"><img src="a.png" alt="x">',
    "inline svg image": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{u}" width="9" height="9"/></svg>',
    "inline svg use": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><use href="{u}#a"/></svg>',
    "svg in data": '<img alt="x" src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E%3Cimage href=%22{u}%22/%3E%3C/svg%3E">',
    "script": '<script src="{u}"></script>',
    "several sources": '<img srcset="{u} 2x" alt="x">',
    "old background": '<body background="{u}"><table background="{u}"><tr><td>x</table>',
    "poster": '<video poster="{u}" src="{u}"></video><audio src="{u}"></audio>',
    "input image": '<input type="image" src="{u}">',
    "filter": '<p style="filter: url({u}#f); clip-path: url({u}#c); shape-outside: url({u})">x</p>',
    "image set": "<style>p {{ background: image-set(url({u}) 1x); content: image({u}) }}</style><p>x</p>",
    "xlink": '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">'
    '<image xlink:href="{u}" width="9" height="9"/><use xlink:href="{u}#a"/></svg>',
    "svg paint": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><style>@import "{u}";</style>'
    '<filter id="f"><feImage href="{u}"/></filter><mask id="m"><image href="{u}"/></mask>'
    '<rect width="9" height="9" fill="url({u}#p)" filter="url(#f)" mask="url(#m)"/></svg>',
    "entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "{u}">]><p>&e;</p>',
    "picture that came along": '<img src="asset:outside.svg" alt="x">',
    "style that came along": '<link rel="stylesheet" href="asset:outside.css"><p>x</p>',
    "beyond what came along": '<img src="asset:../{u}" alt="x"><link rel="stylesheet" href="asset:{u}">',
    "refresh": '<meta http-equiv="refresh" content="0;url={u}">',
}


def carried(address: str) -> dict[str, bytes]:
    """What came along with a page and itself reaches for an address."""
    drawing = (
        f'<!DOCTYPE svg [<!ENTITY e SYSTEM "{address}">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    )
    return {
        "outside.svg": f'{drawing}<image href="{address}" width="9" height="9"/><text>&e;</text></svg>'.encode(),
        "outside.css": f'@import "{address}"; p {{ background: url({address}) }}'.encode(),
    }


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_channel_reaches_the_network_or_a_file(
    channel: str, press: Press, listener: Listener, instance: Path
) -> None:
    secret = instance / "youthprog.db"
    secret.write_text(CANARY)
    tried = [
        f"http://{listener.address}/x.png",
        f"HTTP://{listener.address}/x.png",
        "//" + listener.address,
        "ftp://" + listener.address,
        secret.as_uri(),
        str(secret),
        "youthprog.db",
        "../youthprog.db",
        "instance/youthprog.db",
    ]
    pages = ["".join(CHANNELS[channel].format(u=address) for address in tried)]
    pages += [CHANNELS[channel].format(u=address) for address in (tried if is_full() else tried[:1])]
    for number, page in enumerate(pages):
        html = f"<html lang=en><title>T</title><body><h1>T</h1>{page}"
        assets = carried(tried[max(number - 1, 0)])
        job = PrintJob(html=html, identifier="x", variant=Variant.ACCESSIBLE, made_at=NOON, assets=assets)
        try:
            content = press.render_and_seal(job).content
        except PressFailed:
            continue
        assert CANARY.encode() not in content
        assert b"/EmbeddedFile" not in content
    assert listener.knocks == 0


def test_there_are_more_channels_than_two_dozen() -> None:
    assert len(CHANNELS) >= 24


def test_the_listener_hears_a_knock() -> None:
    listener = Listener()
    host, port = listener.address.split(":")
    with socket.create_connection((host, int(port))) as knock:
        assert knock.recv(1) == b""
    listener.close()
    assert listener.knocks == 1


def test_an_asset_that_came_along_is_served(press: Press) -> None:
    dot = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="#123456"/></svg>'
    html = '<html lang=en><title>T</title><body><h1>T</h1><img src="asset:dot.svg" alt="A dot">'
    with_dot = PrintJob(html=html, identifier="x", variant=Variant.ACCESSIBLE, made_at=NOON, assets={"dot.svg": dot})
    without = PrintJob(html=html, identifier="x", variant=Variant.ACCESSIBLE, made_at=NOON)
    assert press.render_and_seal(with_dot).content != press.render_and_seal(without).content


def endless() -> PrintJob:
    rows = "<tr><td>one<td>two<td>three" * 20_000
    html = f"<html lang=en><title>T</title><body><table>{rows}</table>"
    return PrintJob(html=html, identifier="x", variant=Variant.ACCESSIBLE, made_at=NOON)


def deep() -> PrintJob:
    html = "<html lang=en><title>T</title><body>" + "<table><tr><td>" * 300 + "x" + "</table>" * 300
    return PrintJob(html=html, identifier="x", variant=Variant.ACCESSIBLE, made_at=NOON)


def small() -> PrintJob:
    return PrintJob(
        html="<html lang=en><title>T</title><body><h1>T</h1>", identifier="x", variant=Variant.ACCESSIBLE, made_at=NOON
    )


def test_a_job_that_takes_too_long_is_killed_and_the_next_succeeds(instance: Path) -> None:
    press = Press(instance, keys=instance, job_seconds=1.0)
    try:
        press.render_and_seal(small())
        with pytest.raises(JobTooLong):
            press.render_and_seal(endless())
        press.job_seconds = 20.0
        assert press.render_and_seal(small()).pages == 1
    finally:
        press.close()


def test_a_child_that_died_between_jobs_is_replaced(instance: Path) -> None:
    press = Press(instance, keys=instance)
    try:
        first = press.render_and_seal(small())
        assert press._child is not None
        press._child.kill()
        assert press.render_and_seal(small()).content == first.content
    finally:
        press.close()


def test_tables_within_tables_end_with_a_reason(press: Press) -> None:
    with pytest.raises(PressFailed, match="RecursionError"):
        press.render_and_seal(deep())


def test_a_failing_job_leaves_the_press_up(press: Press) -> None:
    job = PrintJob(
        html="<html lang=en><title>T</title>",
        identifier="x",
        variant=Variant.ARCHIVAL,
        made_at=NOON,
        enclosed=Enclosed("a", "b", b"c"),
        seal_reason="Sealed",
    )
    keys, press.keys = press.keys, Path("/nowhere")
    try:
        with pytest.raises(PressFailed):
            press.render_and_seal(job)
    finally:
        press.keys = keys
    assert press.render_and_seal(small()).pages == 1


def test_the_child_inherits_no_secret(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUTHPROG_SECRET_KEY", "do-not-pass-on")
    press = Press(instance, keys=instance)
    try:
        press.render_and_seal(small())
        assert press._child is not None
        environment = Path(f"/proc/{press._child.pid}/environ")
        if environment.exists():
            assert b"do-not-pass-on" not in environment.read_bytes()
    finally:
        press.close()


def test_the_parent_stays_light() -> None:
    heavy = "import sys; from youthprog import create_app; create_app(environment='testing'); print([m for m in ('weasyprint', 'pyhanko', 'pydyf', 'uharfbuzz', 'sqlite3', 'youthprog.documents.compose') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True, env=os.environ)
    assert answer.stdout.strip() == "[]"


@pytest.mark.proof("a document that takes more than a gigabyte ends alone", room="documents")
def test_a_job_that_takes_too_much_memory_ends_and_the_next_succeeds(press: Press) -> None:
    assert press.render_and_seal(small()).pages == 1
    assert press._child is not None
    if sys.platform == "linux":
        limits = Path(f"/proc/{press._child.pid}/limits").read_text()
        assert re.search(r"Max address space +1073741824 +1073741824", limits)
    if not is_full():
        return
    words = "word " * 30_000_000
    job = PrintJob(
        html=f"<html lang=en><title>T</title><body><h1>T</h1><p>{words}",
        identifier="x",
        variant=Variant.ACCESSIBLE,
        made_at=NOON,
    )
    with pytest.raises(PressFailed):
        press.render_and_seal(job)
    assert press.render_and_seal(small()).pages == 1
