"""laminar serve, and clients of it: psql, raw sockets."""

import re
import socket
import struct
import subprocess

from laminar_process import LIMIT_SECONDS, Laminar, LaminarTestCase

ITEMS = """
    CREATE TABLE items (id BIGINT PRIMARY KEY, name TEXT, price DECIMAL(10,2));
    INSERT INTO items VALUES (1, 'one', 1.50), (2, NULL, 2.00), (3, 'drei äöü', 3.25);
"""


class Served:
    """A running laminar serve."""

    def __init__(self, folder, script, *arguments, host="127.0.0.1", **options):
        (folder / "served.sql").write_text(script)
        self.host = host
        self.laminar = Laminar("serve", "served.sql", "--postgres", f"{host}:0", *arguments, cwd=folder, **options)

    def wait_until_it_listens(self):
        line = self.laminar.stderr.wait_for(lambda line: "postgres: listening on" in line, "port")
        self.port = int(re.search(r"listening on \S+:(\d+)", line).group(1))
        return self

    def wait_for_log(self, text, count=1):
        left = count

        def matches(line):
            nonlocal left
            left -= text in line
            return left == 0

        return self.laminar.stderr.wait_for(matches, f"{text!r} (number {count})")

    def uri(self, user="alice", **parameters):
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"postgresql://{user}@127.0.0.1:{self.port}/laminar?{query}"

    def psql(self, *arguments, stdin="", user="alice", password=None, environment=None, **parameters):
        """The finished process; its output is text."""
        return subprocess.run(["psql", "-X", "-q", "--no-password", "-d", self.uri(user, **parameters), *arguments], input=stdin, text=True,
                              capture_output=True, timeout=LIMIT_SECONDS,
                              env={"PATH": "/usr/bin:/bin", "PGPASSWORD": password or "", "LANG": "C.UTF-8", **(environment or {})})

    def raw(self):
        return RawClient(self.port)


class RawClient:
    """Speaks the protocol byte by byte."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def start(self, **parameters):
        """The start-up message."""
        fields = b"".join(f"{name}\0{value}\0".encode() for name, value in {"user": "alice", **parameters}.items()) + b"\0"
        self.send(struct.pack("!ii", 8 + len(fields), 196608) + fields)
        return self

    def cancel(self, key):
        """A cancel request, after which the server closes."""
        self.send(b"\0\0\0\x10" + b"\x04\xd2\x16\x2e" + key)
        assert self.is_closed()

    def message(self, kind, body=b""):
        self.send(kind + struct.pack("!i", len(body) + 4) + body)

    def query(self, text):
        self.message(b"Q", text.encode() + b"\0")

    def parse(self, text, name="", oids=()):
        self.message(b"P", f"{name}\0{text}\0".encode() + struct.pack(f"!h{len(oids)}i", len(oids), *oids))

    def bind(self, *values, portal="", name="", formats=(), results=()):
        body = f"{portal}\0{name}\0".encode() + struct.pack(f"!h{len(formats)}hh", len(formats), *formats, len(values))
        for value in values:
            body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
        self.message(b"B", body + struct.pack(f"!h{len(results)}h", len(results), *results))

    def execute(self, limit=0, portal=""):
        self.message(b"E", f"{portal}\0".encode() + struct.pack("!i", limit))

    def sync(self):
        """What is answered up to it."""
        self.message(b"S")
        return self.ready()

    def receive(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise EOFError(f"the server has closed, after {data!r}")
            data += part
        return data

    def next(self):
        """(type, body)."""
        kind, length = struct.unpack("!ci", self.receive(5))
        return kind, self.receive(length - 4)

    def until(self, kind):
        """Messages up to one of a type, which is the last."""
        messages = [self.next()]
        while messages[-1][0] != kind:
            messages.append(self.next())
        return messages

    def ready(self):
        return self.until(b"Z")

    def is_closed(self):
        """Whatever still comes is taken."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            pass
        return True


def fields(body):
    """Of an ErrorResponse or a NoticeResponse."""
    return {field[:1].decode(): field[1:].decode() for field in body.split(b"\0") if field}


def errors(messages):
    return [fields(body) for kind, body in messages if kind == b"E"]


def tags(messages):
    """Of what was completed."""
    return [body[:-1].decode() for kind, body in messages if kind == b"C"]


class ServedTestCase(LaminarTestCase):
    def serve(self, script="", *arguments, **options):
        served = Served(self.temporary_folder(), script, *arguments, **options)
        self.addCleanup(served.laminar.__exit__)
        return served.wait_until_it_listens()
