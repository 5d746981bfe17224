"""WebSocket as bytes: frames made and read by hand (RFC 6455), so that a test can also send what no library would."""

import base64
import hashlib
import os
import socket
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


def accept_key(key):
    return base64.b64encode(hashlib.sha1(key + KEY_SUFFIX).digest()).decode()


def read_head(connection):
    """(the HTTP head, what came after it)."""
    connection.settimeout(LIMIT_SECONDS)
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(4096)
        if not part:
            raise AssertionError(f"the connection ended in the HTTP head: {data!r}")
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.decode("latin-1"), rest


def header(head, name):
    for line in head.split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.strip().lower() == name.lower():
            return value.strip()
    return None


def connect(port, path="/", extra_headers=""):
    """A client's end of a connection to a WebSocket server on this machine."""
    connection = socket.create_connection(("127.0.0.1", port), LIMIT_SECONDS)
    key = base64.b64encode(os.urandom(16))
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key.decode()}\r\nSec-WebSocket-Version: 13\r\n{extra_headers}\r\n".encode())
    head, rest = read_head(connection)
    assert head.startswith("HTTP/1.1 101 "), head
    assert header(head, "Sec-WebSocket-Accept") == accept_key(key), head
    return RawPeer(connection, True, rest, head)


class RawServer:
    """Listens on a free port of this machine; accept gives the server's end of the next connection."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(LIMIT_SECONDS)
        self.port = self._listener.getsockname()[1]

    def close(self):
        self._listener.close()

    def accept(self, extra_headers=""):
        connection, _ = self._listener.accept()
        head, rest = read_head(connection)
        key = header(head, "Sec-WebSocket-Key").encode()
        connection.sendall(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept_key(key)}\r\n{extra_headers}\r\n".encode())
        return RawPeer(connection, False, rest, head)
