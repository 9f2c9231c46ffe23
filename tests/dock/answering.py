# SPDX-FileCopyrightText: 2026 The Candour authors
# SPDX-License-Identifier: Apache-2.0
"""A small real HTTPS server with mutual TLS 1.3 that answers as a test tells it to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.upstream.stage import Stage

Answer = tuple[int, bytes]


@dataclass
class Answering:
    """`segment(path, camera, body)` and `status(body)` give the answers; `asked` what came."""

    segment: Callable[[str, str, bytes], Answer]
    status: Callable[[bytes], Answer] = lambda body: (200, b"\x80")
    asked: list[str] = field(default_factory=list)
    port: int = 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answering: Answering

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, answer: Answer) -> None:
        code, body = answer
        if code == 0:
            self.close_connection = True  # the connection just ends
            return
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self._answer((200, b'{"status": "ok"}'))

    def do_POST(self) -> None:
        self._answer(self.answering.status(self._body()))

    def do_PUT(self) -> None:
        self.answering.asked.append(self.path)
        camera = self.headers.get("X-Candour-Camera", "")
        self._answer(self.answering.segment(self.path, camera, self._body()))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def serving(stage: Stage, answering: Answering, name: str = "tls") -> Iterator[int]:
    """Serve for the length of a block; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    folder = stage.folder / "upstream"
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    context.load_verify_locations(folder / "dock-ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    handler = type("Handler", (_Handler,), {"answering": answering})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    answering.port = server.server_port
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
