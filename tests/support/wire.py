"""A wire between a browser and a server that can be cut: below the browser, so that no part of it goes around."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType


class Wire:
    """A port of its own that passes bytes on to a server. While it is cut nobody listens there and nothing passes."""

    def __init__(self, port: int):
        self.server = port
        self.listener: socket.socket | None = None
        self.open: list[socket.socket] = []
        self.lock = threading.Lock()
        self.deaf = False  # while it is, the server hears everything and no answer comes back
        self.port = 0
        self.mend()

    @property
    def url(self) -> str:
        """The address at this end."""
        return f"http://127.0.0.1:{self.port}"

    def mend(self) -> None:
        """Listen again, on the same port."""
        if self.listener is not None:
            return
        listener = socket.create_server(("127.0.0.1", self.port))
        self.listener, self.port = listener, listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Close the port and everything that goes through it, in the middle of a word if need be."""
        listener, self.listener = self.listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self.lock:
            ends, self.open = self.open, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.cut()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
                far = socket.create_connection(("127.0.0.1", self.server))
            except OSError:
                return
            with self.lock:
                self.open += [near, far]
            threading.Thread(target=self._pass, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, True), daemon=True).start()

    def _pass(self, here: socket.socket, there: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while chunk := here.recv(65536):
                if is_answer and self.deaf:
                    break
                there.sendall(chunk)
        for end in (here, there):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
