"""Peers that do what no WebSocket library would: TCP servers scripted byte by byte, and an HTTP proxy."""

import base64
import hashlib
import socket
import struct
import threading

from laminar_process import LIMIT_SECONDS


class RawServer:
    """A TCP server on a free port of the loopback interface that hands each connection to a function, on a thread of
    its own. The function gets the socket; it is closed when the function returns or the client has left."""

    def __init__(self, serve, address="127.0.0.1"):
        self.connections = 0
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
                self._changed.notify_all()
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection):
        try:
            self._serve(connection)
        except OSError:
            pass  # The client has left in the middle.
        finally:
            connection.close()


def read_head(connection):
    """The head of an HTTP request, as text; empty when the client left before its end."""
    head = b""
    while b"\r\n\r\n" not in head:
        received = connection.recv(4096)
        if not received:
            return ""
        head += received
    return head.decode("latin-1")


def header(head, name):
    for line in head.split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.strip().lower() == name.lower():
            return value.strip()
    return None


def until_end(connection):
    """Reads until the client leaves."""
    while connection.recv(65536):
        pass


def accept_handshake(connection, extra=""):
    """Answers a WebSocket handshake; returns the head of the request."""
    head = read_head(connection)
    key = header(head, "Sec-WebSocket-Key") or ""
    digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    connection.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\n{extra}\r\n").encode())
    return head


def answer(connection, status, *headers):
    """Answers a request with an HTTP status and nothing else, and waits for the client to leave."""
    read_head(connection)
    lines = "".join(f"{line}\r\n" for line in headers)
    connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n{lines}\r\n".encode())
    connection.shutdown(socket.SHUT_WR)
    until_end(connection)


def close_frame(code):
    return b"\x88\x02" + struct.pack(">H", code)


class Frames:
    """The frames a client sends: (opcode, payload)."""

    def __init__(self, connection):
        self._connection = connection
        self._bytes = b""

    def _take(self, count):
        while len(self._bytes) < count:
            received = self._connection.recv(65536)
            if not received:
                raise ConnectionResetError
            self._bytes += received
        taken, self._bytes = self._bytes[:count], self._bytes[count:]
        return taken

    def next(self):
        first, second = self._take(2)
        length = second & 0x7F
        if length == 126:
            length = struct.unpack(">H", self._take(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self._take(8))[0]
        mask = self._take(4)
        payload = self._take(length)
        return first & 0x0F, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


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
        head = read_head(connection)
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
