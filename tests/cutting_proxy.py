"""A TCP proxy that counts round trips and cuts a connection in the middle of one, delays each, or goes silent (half open)."""

from __future__ import annotations

import socket
import threading
import time


class CuttingProxy:
    """Forwards to a port on loopback. A burst is what one side sends after the other one has sent something.

    `cut_at` is the burst (from 1 on, requests and answers counted together over all connections) that is not delivered: the connection
    is closed instead, or with `silent` nothing more is forwarded. With `stays_down` later connections are refused.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.cut_at = 0
        self.silent = False
        self.stays_down = False
        self.delay = 0.0
        self.bursts = 0
        self.down = False
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self, cut_at: int = 0, *, silent: bool = False, stays_down: bool = False) -> None:
        """Count from nothing again."""
        self.cut_at, self.silent, self.stays_down = cut_at, silent, stays_down
        self.bursts, self.down = 0, False

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self.down:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            said: list[str] = [""]
            for name, source, sink in (("client", client, server), ("server", server, client)):
                threading.Thread(target=self._forward, args=(name, source, sink, said), daemon=True).start()

    def _forward(self, name: str, source: socket.socket, sink: socket.socket, said: list[str]) -> None:
        try:
            while data := source.recv(65536):
                with self._lock:
                    if said[0] != name:
                        said[0] = name
                        self.bursts += 1
                        if self.delay:
                            time.sleep(self.delay)
                    cut = bool(self.cut_at) and self.bursts == self.cut_at and not self.down
                    if cut:
                        self.down = self.stays_down
                        self.cut_at = 0
                if cut and self.silent:
                    time.sleep(60)
                if cut:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
