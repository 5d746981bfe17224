"""WebSocket as bytes: frames made and read by hand (RFC 6455), so that a test can also send what no library would."""

import base64
import hashlib
import os
import select
import socket
import ssl
import struct

from laminar_process import LIMIT_SECONDS

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FIN, RSV1, RSV2, RSV3 = 0x80, 0x40, 0x20, 0x10
KEY_SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def apply_mask(payload, mask):
    """RFC 6455, 5.3; as one big number, for large payloads."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


def encode_frame(opcode, payload=b"", fin=True, reserved=0, masked=True, length_bytes=None, claimed_length=None):
    """A frame. length_bytes (0, 2 or 8) forces an extended length, claimed_length one that is not the payload's."""
    length = len(payload) if claimed_length is None else claimed_length
    if length_bytes is None:
        length_bytes = 0 if length < 126 else 2 if length < 65536 else 8
    mask_bit = 0x80 if masked else 0
    head = bytes([(FIN if fin else 0) | reserved | opcode])
    if length_bytes == 0:
        head += bytes([mask_bit | length])
    elif length_bytes == 2:
        head += bytes([mask_bit | 126]) + struct.pack("!H", length)
    else:
        head += bytes([mask_bit | 127]) + struct.pack("!Q", length)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + apply_mask(payload, mask)


class Frame:
    """A frame that came in."""

    def __init__(self, first, masked, payload):
        self.fin = bool(first & FIN)
        self.reserved = first & (RSV1 | RSV2 | RSV3)
        self.opcode = first & 0x0F
        self.masked = masked
        self.payload = payload

    @property
    def first_byte(self):
        return (FIN if self.fin else 0) | self.reserved | self.opcode

    @property
    def close_code(self):
        """Of a close frame; None when it has none."""
        return struct.unpack("!H", self.payload[:2])[0] if self.payload else None


class RawPeer:
    """One end of a connection, after the HTTP handshake."""

    def __init__(self, connection, as_client, received=b"", head=""):
        self.socket = connection
        self.as_client = as_client
        self.head = head  # What the other side said in the handshake.
        self._buffer = bytearray(received)
        connection.settimeout(LIMIT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_bytes(self, data):
        self.socket.sendall(data)

    def send(self, opcode, payload=b"", **how):
        """A frame, masked as the role demands unless told otherwise."""
        how.setdefault("masked", self.as_client)
        self.send_bytes(encode_frame(opcode, payload, **how))

    def send_close(self, code=None, reason=b""):
        self.send(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)

    def _take(self, count):
        """Exactly so many bytes, or None when the other side ends before."""
        while len(self._buffer) < count:
            try:
                part = self.socket.recv(1 << 16)
            except ConnectionResetError:
                return None
            if not part:
                return None
            self._buffer += part
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def receive(self):
        """The next frame, or None at the end of the connection."""
        head = self._take(2)
        if head is None:
            return None
        length = head[1] & 0x7F
        if length == 126:
            length = struct.unpack("!H", self._take(2))[0]
            assert length >= 126, "the length is in its shortest form"
        elif length == 127:
            length = struct.unpack("!Q", self._take(8))[0]
            assert length >= 65536, "the length is in its shortest form"
        masked = bool(head[1] & 0x80)
        mask = self._take(4) if masked else None
        payload = self._take(length)
        if payload is None:
            return None
        return Frame(head[0], masked, apply_mask(payload, mask) if masked else payload)

    def receive_frames(self):
        """Frames until the connection ends."""
        while frame := self.receive():
            yield frame

    def receive_message(self):
        """(opcode, payload) of the next data message, put together from its frames."""
        frame = self.receive()
        assert frame and frame.opcode in (TEXT, BINARY), f"a message, not {frame and (frame.opcode, frame.payload[:80])}"
        opcode, payload = frame.opcode, frame.payload
        while not frame.fin:
            frame = self.receive()
            assert frame.opcode == CONTINUATION, f"the rest of a message, not {frame.opcode}"
            payload += frame.payload
        return opcode, payload


# The handshake.


def accept_key(key):
    return base64.b64encode(hashlib.sha1(key.encode() + KEY_SUFFIX).digest()).decode()


def read_head(connection):
    """(the head of an HTTP request or answer, what came after it); EOFError when the other side ends before."""
    connection.settimeout(LIMIT_SECONDS)
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(4096)
        if not part:
            raise EOFError(f"the connection ended in the HTTP head: {data!r}")
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.decode("latin-1"), rest


def header(head, name):
    return parse_head(head)[1].get(name.lower())


def parse_head(head):
    """(first line, headers by lower-case name)."""
    first, *lines = head.split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return first, headers


def accept(connection, headers=()):
    """Answers a client's handshake: the server's end of the connection."""
    head, rest = read_head(connection)
    key = header(head, "Sec-WebSocket-Key") or ""
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
             f"Sec-WebSocket-Accept: {accept_key(key)}", *(f"{name}: {value}" for name, value in headers)]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return RawPeer(connection, False, rest, head)


class RawClient(RawPeer):
    """A client's end. Shakes hands when made; status and headers are those of the answer, whatever it is."""

    def __init__(self, port, path="/", headers=(), host="127.0.0.1", tls=None, receive_buffer=None):
        connection = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(LIMIT_SECONDS)
        connection.connect((host, port))
        if tls:
            connection = tls.wrap_socket(connection, server_hostname="localhost")
        self.key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {self.key}", "Sec-WebSocket-Version: 13", *(f"{name}: {value}" for name, value in headers)]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head, rest = read_head(connection)
        first, self.headers = parse_head(head)
        self.status = int(first.split(" ")[1])
        super().__init__(connection, True, rest, head)

    def send_text(self, text):
        self.send(TEXT, text.encode())

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

    def read_message(self):
        """The next data message, put together from its frames; pings are answered. EOFError with the code when it is a
        close frame, without one when the connection just ends."""
        message = b""
        for frame in self.receive_frames():
            if frame.opcode == CLOSE:
                raise EOFError(frame.close_code or 1005)
            if frame.opcode == PING:
                self.send(PONG, frame.payload)
            if frame.opcode in (PING, PONG):
                continue
            message += frame.payload
            if frame.fin:
                return message
        raise EOFError("the connection has ended")

    def read_until_silence(self, seconds=2):
        """How many messages come until nothing comes for so long."""
        count = 0
        while self._buffer or select.select([self.socket], [], [], seconds)[0]:
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


def connect(port, path="/", headers=()):
    """A client's end of a connection to a WebSocket server on this machine, which must accept it."""
    client = RawClient(port, path, headers)
    assert client.status == 101, client.head
    assert client.headers["sec-websocket-accept"] == accept_key(client.key), client.head
    return client


class Listener:
    """Listens on a free port of this machine; accept gives the server's end of the next connection."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(LIMIT_SECONDS)
        self.port = self._listener.getsockname()[1]

    def close(self):
        self._listener.close()

    def accept(self, headers=()):
        connection, _ = self._listener.accept()
        return accept(connection, headers)


def http_exchange(port, request, host="127.0.0.1"):
    """Sends bytes and returns (status, headers, body) of the answer, read to its end."""
    with socket.create_connection((host, port), LIMIT_SECONDS) as connection:
        connection.sendall(request if isinstance(request, bytes) else request.encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    first, headers = parse_head(head.decode("latin-1"))
    return int(first.split(" ")[1]), headers, body.decode()


def trusting(authority):
    """A TLS context for a client that trusts an authority's certificate."""
    return ssl.create_default_context(cafile=str(authority))
