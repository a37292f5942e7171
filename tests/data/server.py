"""A server on this machine that breaks, stalls, refuses and restarts downloads, as a plan says."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SHARE = {"serve": 1, "whole": 1, "whole-early": 1 / 4}  # of what is asked for; of anything else, half


class Handler(BaseHTTPRequestHandler):
    """Answers as the next word of the server's plan says; after the plan it serves the body, ranges too.

    A number: this status. "break", "stall": half of it, then an end or silence. "whole…": no ranges.
    """

    def do_GET(self):
        server = self.server
        server.asked.append(self.headers.get("Range"))
        word = server.plan.pop(0) if server.plan else "serve"
        if word.isdigit():
            return self.send_error(int(word))
        start = 0 if "whole" in word else int((self.headers.get("Range") or "bytes=0-")[6:-1])
        if start >= len(server.body):
            return self.answer(416, 0, f"bytes */{len(server.body)}")
        rest = server.body[start:]
        self.answer(206 if start else 200, len(rest), f"bytes {start}-/{len(server.body)}" if start else None)
        self.wfile.write(rest[: int(len(rest) * SHARE.get(word, 1 / 2))])
        if word == "stall":
            server.over.wait(5)

    def answer(self, status, length, content_range):
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()

    def log_message(self, *args):
        pass


class Quiet(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Say nothing of clients that hang up."""


@contextmanager
def running(body: bytes) -> Iterator[Quiet]:
    """Run a server with a `.url`, a `.body` and a `.plan` to change, and `.asked`, the ranges asked for."""
    with Quiet(("127.0.0.1", 0), Handler) as server:
        server.body, server.plan, server.asked, server.over = body, [], [], threading.Event()
        server.url = f"http://127.0.0.1:{server.server_port}/a.bin"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
