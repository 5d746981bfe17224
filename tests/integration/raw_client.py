"""A WebSocket client down to its bytes (RFC 6455), for what well-behaved libraries do not do: not reading, fragments of
any shape, plain HTTP, wrong frames."""

import base64
import os
import select
import socket
import ssl
import struct

from laminar_process import LIMIT_SECONDS

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def http_exchange(port, request, host="127.0.0.1"):
    """Sends bytes and returns (status, headers, body) of the answer, read to its end."""
    with socket.create_connection((host, port), LIMIT_SECONDS) as connection:
        connection.sendall(request if isinstance(request, bytes) else request.encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    status, headers = parse_head(head)
    return status, headers, body.decode()


def parse_head(head):
    lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return int(lines[0].split(" ")[1]), headers


def frame(opcode, payload=b"", fin=True, rsv1=False, masked=True):
    first = (0x80 if fin else 0) | (0x40 if rsv1 else 0) | opcode
    mask_bit = 0x80 if masked else 0
    if len(payload) < 126:
        head = struct.pack("!BB", first, mask_bit | len(payload))
    elif len(payload) < 1 << 16:
        head = struct.pack("!BBH", first, mask_bit | 126, len(payload))
    else:
        head = struct.pack("!BBQ", first, mask_bit | 127, len(payload))
    # A mask of zeros leaves the payload as it is.
    return head + (b"\0\0\0\0" if masked else b"") + payload


class RawWebSocket:
    """Shakes hands when made; status and headers are those of the answer."""

    def __init__(self, port, path="/", headers=(), host="127.0.0.1", tls=None, receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(LIMIT_SECONDS)
        self.socket.connect((host, port))
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self._received = b""
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13"]
        lines += [f"{name}: {value}" for name, value in headers]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while b"\r\n\r\n" not in self._received:
            self._receive()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        self.status, self.headers = parse_head(head)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _receive(self):
        part = self.socket.recv(1 << 16)
        if not part:
            raise EOFError("the connection has ended")
        self._received += part

    def send(self, data):
        self.socket.sendall(data)

    def send_text(self, text):
        self.send(frame(TEXT, text.encode()))

    def send_until_stuck(self, data):
        """Sends the data again and again until the peer takes nothing for a whole second; how many times it went out
        whole, and what is left of the last."""
        self.socket.setblocking(False)
        count, at = 0, 0
        while True:
            _, writable, _ = select.select([], [self.socket], [], 1.0)
            if not writable:
                break
            at += self.socket.send(data[at:])
            if at == len(data):
                count, at = count + 1, 0
        self.socket.settimeout(LIMIT_SECONDS)
        return count, data[at:] if at else b""

    def _take(self, size):
        while len(self._received) < size:
            self._receive()
        taken, self._received = self._received[:size], self._received[size:]
        return taken

    def read_frame(self):
        """(first byte, payload): fin, reserved bits and opcode are in the first byte."""
        first, length = self._take(2)
        if length & 0x80:
            raise AssertionError("a server masks nothing")
        if length == 126:
            length = struct.unpack("!H", self._take(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", self._take(8))[0]
        return first, self._take(length)

    def read_message(self):
        """The next data message, put together from its frames; EOFError with the code when it is a close frame."""
        message = b""
        while True:
            first, payload = self.read_frame()
            opcode = first & 0x0F
            if opcode == CLOSE:
                raise EOFError(struct.unpack("!H", payload[:2])[0] if payload else 1005)
            if opcode == PING:
                self.send(frame(PONG, payload))
            if opcode in (PING, PONG):
                continue
            message += payload
            if first & 0x80:
                return message

    def read_until_silence(self, seconds=2):
        """How many messages come until nothing comes for so long."""
        count = 0
        while self._received or select.select([self.socket], [], [], seconds)[0]:
            self.read_message()
            count += 1
        return count

    def read_close(self):
        """Skips what comes until a close frame; its code."""
        while True:
            try:
                self.read_message()
            except EOFError as ended:
                return ended.args[0]


def trusting(authority):
    """A TLS context for a client that trusts an authority's certificate."""
    return ssl.create_default_context(cafile=str(authority))
