"""The worker process: a watcher of the outbox, and huey for what runs by the clock or takes long.

The one module that knows huey. The web process does not import it.
"""

import threading

from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey, crontab

from youthprog.config import Settings
from youthprog.outreach import chores, worker

SHUTDOWN_SECONDS = 8.0


def run(app: Flask) -> None:
    """Work until SIGTERM or SIGINT: finish what is in hand, begin nothing new."""
    queue = open_queue(app.config["YOUTHPROG"])

    def do_chores() -> None:
        with app.app_context():
            chores.do_chores()

    queue.periodic_task(crontab(minute="10", hour="3"), name="chores")(do_chores)

    def do_often() -> None:
        with app.app_context():
            chores.do_chores(chores.OFTEN)

    queue.periodic_task(crontab(minute="*/5"), name="often")(do_often)
    consumer = queue.create_consumer(
        workers=1, max_delay=1.0, graceful_signal="TERM", shutdown_timeout=SHUTDOWN_SECONDS
    )
    stopping = threading.Event()
    watcher = threading.Thread(target=worker.watch, args=(app, stopping), name="outbox")
    watcher.start()
    # What it is at when all ends is done by a process of its own, which ends with this one: nobody waits for it.
    threading.Thread(target=worker.attend, args=(app, stopping), name="soon", daemon=True).start()
    try:
        consumer.run()
    finally:
        stopping.set()
        watcher.join(SHUTDOWN_SECONDS)


def open_queue(settings: Settings) -> Huey:
    """The queue of `HUEY_URL`, else a file in the instance folder."""
    if settings.huey_url.startswith(("redis://", "rediss://")):
        return RedisHuey("youthprog", url=settings.huey_url, results=False)
    settings.instance.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("youthprog", filename=str(settings.instance / "queue.db"), results=False, journal_mode="delete")
