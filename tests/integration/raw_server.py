"""Servers that do what no WebSocket library would: scripted connection by connection, and an HTTP proxy."""

import base64
import socket
import threading
import time

from laminar_process import LIMIT_SECONDS
from raw_websocket import header, read_head


class RawServer:
    """A TCP server on a free port of the loopback interface that hands each connection to a function, on a thread of
    its own. The function gets the socket; it is closed when the function returns or the client has left."""

    def __init__(self, serve, address="127.0.0.1"):
        self.connections = 0
        self.accepted_at = []  # Of each of them, in seconds of a steady clock.
        self._serve = serve
        self._sockets = []
        self._changed = threading.Condition()
        self._listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        self._listener.bind((address, 0))
        self._listener.listen()
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # close alone would not wake the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._sockets:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # It is gone already.
        self._thread.join(LIMIT_SECONDS)

    def url(self, path="/", host="127.0.0.1"):
        return f"ws://{host}:{self.port}{path}"

    def wait_for_connections(self, count):
        with self._changed:
            if not self._changed.wait_for(lambda: self.connections >= count, LIMIT_SECONDS):
                raise AssertionError(f"{self.connections} connections, not {count}")

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(connection)
            with self._changed:
                self.connections += 1
                self.accepted_at.append(time.monotonic())
                self._changed.notify_all()
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection):
        try:
            self._serve(connection)
        except (OSError, EOFError):
            pass  # The client has left in the middle.
        finally:
            connection.close()


def until_end(connection):
    """Reads until the client leaves."""
    while connection.recv(65536):
        pass


def answer(connection, status, *headers):
    """Answers a request with an HTTP status and nothing else, and waits for the client to leave."""
    read_head(connection)
    lines = "".join(f"{line}\r\n" for line in headers)
    connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n{lines}\r\n".encode())
    connection.shutdown(socket.SHUT_WR)
    until_end(connection)


class Proxy(RawServer):
    """An HTTP proxy that knows CONNECT. targets: where each "host:port" really is; others get 502. credentials:
    "user:password" that it demands."""

    def __init__(self, targets, credentials=None):
        self.requests = []  # Targets asked for, of granted and refused requests.
        self._targets = targets
        self._credentials = credentials
        super().__init__(self._tunnel)

    def url(self, credentials=None):
        return f"http://{credentials + '@' if credentials else ''}127.0.0.1:{self.port}"

    def _tunnel(self, connection):
        head, _ = read_head(connection)
        method, target = head.split(" ")[:2]
        self.requests.append(target)
        if self._credentials:
            expected = "Basic " + base64.b64encode(self._credentials.encode()).decode()
            if header(head, "Proxy-Authorization") != expected:
                connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
        if method != "CONNECT" or target not in self._targets:
            connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(self._targets[target]) as there:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=self._copy, args=(there, connection), daemon=True)
            back.start()
            self._copy(connection, there)
            back.join(LIMIT_SECONDS)

    @staticmethod
    def _copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # One of the two ends has gone; the other follows.
