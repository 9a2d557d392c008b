"""Two processes under one command: the web server and the worker, stopped together.

If the worker dies it is started again; if the web server dies, everything ends with its exit code. This
process only watches: it loads neither the application nor a library.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

from youthprog import config
from youthprog.operations import glance, greeting

PATIENCE_SECONDS = 10.0
RESTART_PAUSE_SECONDS = 1.0
HEAD_START_SECONDS = 5.0  # the worker waits until the web server answers, but no longer: people wait for pages
# On SQLite whoever waits is written together, so the more wait the less each costs (docs/decisions/0057); on PostgreSQL
# waits for the disk overlap.
THREADS = {"sqlite": 8, "postgresql": 4}
# One heap for all threads, given back when it is empty: a heap a thread holds a tenth more for the same work.
# A traceback names file and line; the columns it could underline are not kept. See docs/decisions/0009.
FRUGAL = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "65536", "PYTHONNODEBUGRANGES": "1"}


def serve_arguments(parser: argparse.ArgumentParser) -> None:
    """Port, address, number of web workers; whether what is missing is set up first."""
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--workers", type=int, default=1, help="web processes; one is best with SQLite")
    parser.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere: youthprog worker")
    parser.add_argument("--demo", action="store_true", help="set up first, and fill an empty installation with a demo")


def serve_run(args: argparse.Namespace) -> int:
    """Serve until stopped."""
    settings = config.read()
    if is_taken(args.host, args.port):
        print(f"youthprog serve: port {args.port} is in use. Try --port {args.port + 1}.", file=sys.stderr)
        return 1
    if args.demo and (failed := prepare(settings)):
        return failed
    address = f"http://{args.host}:{args.port}"
    if settings.public_url == config.Settings.public_url:  # nobody said how people reach us
        os.environ["YOUTHPROG_PUBLIC_URL"] = address
    print("\n".join(greeting.lines(address, settings.department, glance.look(settings).demo_accounts)), flush=True)
    engine = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
    return serve(args.host, args.port, args.workers, engine, with_worker=not args.no_worker)


def prepare(settings: config.Settings) -> int:
    """Set up what is not set up yet and load the demo where nobody is; returns the exit code of what failed, else 0.

    Each runs in a process of its own, and only when a glance does not show that it has nothing to do.
    """
    seen = glance.look(settings)
    wanted = [] if seen.is_set_up else [["init"]]
    wanted += [] if seen.has_people else [["demo", "--if-empty", "--size", "s"]]
    for command in wanted:
        if failed := subprocess.run([sys.executable, "-m", "youthprog.cli", *command], check=False).returncode:
            return failed
    return 0


def web_command(host: str, port: int, workers: int, engine: str = "sqlite") -> list[str]:
    """How the web server is started: granian, WSGI, threads for the engine, bounded backlog."""
    return [
        sys.executable, "-m", "youthprog.operations.web_server", "youthprog.operations.wsgi:app",
        "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(THREADS[engine]), "--backlog", "512",
        "--no-ws", "--log-level", "error", "--respawn-failed-workers",
    ]  # fmt: skip


def worker_command() -> list[str]:
    """How the worker is started."""
    return [sys.executable, "-m", "youthprog.cli", "worker"]


def is_taken(host: str, port: int) -> bool:
    """Whether something listens there already."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def serve(host: str, port: int, workers: int, engine: str, *, with_worker: bool = True) -> int:
    """Run both, or the web server alone, until a signal or the web server's end."""
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    frugal = FRUGAL | os.environ
    web = subprocess.Popen(web_command(host, port, workers, engine), start_new_session=True, env=frugal)
    worker: subprocess.Popen[bytes] | None = None
    due = time.monotonic() + HEAD_START_SECONDS
    while not stopping and web.poll() is None:
        wanted = with_worker and (worker is None or worker.poll() is not None)
        if wanted and (time.monotonic() >= due or (worker is None and is_taken(host, port))):
            worker = subprocess.Popen(worker_command(), start_new_session=True, env=frugal)
            due = time.monotonic() + RESTART_PAUSE_SECONDS
        time.sleep(0.1)
    if worker is not None:
        _end(worker)
    _end(web)
    return 0 if stopping else web.returncode or 0


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
