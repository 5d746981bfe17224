"""A running laminar serve --http, and clients of it: http.client, raw sockets."""

import contextlib
import http.client
import json
import re
import socket
import ssl
import urllib.parse

from laminar_process import LIMIT_SECONDS, Laminar, LaminarTestCase


class HttpServed:
    def __init__(self, folder, script, *arguments, host="127.0.0.1", **options):
        (folder / "served.sql").write_text(script)
        self.laminar = Laminar("serve", "served.sql", "--http", f"{host}:0", *arguments, cwd=folder, **options)
        self.context = None
        self.token = None

    def wait_until_it_listens(self):
        line = self.laminar.stderr.wait_for(lambda line: "http: listening on" in line, "port")
        self.port = int(re.search(r"listening on \S+:(\d+)/", line).group(1))
        return self

    def wait_for_log(self, text):
        return self.laminar.stderr.wait_for(lambda line: text in line, repr(text))

    def connect(self):
        if self.context:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=LIMIT_SECONDS, context=self.context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_SECONDS)

    def request(self, method, path, body=None, connection=None, **headers):
        """(status, headers, body); names of headers have underscores."""
        if connection is None:
            with contextlib.closing(self.connect()) as own:
                return self.request(method, path, body, own, **headers)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token: named.setdefault("Authorization", f"Bearer {self.token}")
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def get(self, path, **headers):
        status, _, body = self.request("GET", path, **headers)
        return status, json.loads(body)

    def send_sql(self, sql, *parameters, path="/api/v1/query", accept="application/json", **options):
        """(status, headers, body)"""
        body = json.dumps({"sql": sql, "parameters": parameters} if parameters else {"sql": sql})
        return self.request("POST", path, body, Content_Type="application/json", Accept=accept, **options)

    def query(self, sql, *parameters):
        """The document of a query that succeeds."""
        status, _, body = self.send_sql(sql, *parameters)
        assert status == 200, (status, body)
        return json.loads(body)

    def rows(self, sql, *parameters):
        return self.query(sql, *parameters)["rows"]

    def error(self, sql, *parameters):
        """(status, error) of one that does not."""
        status, _, body = self.send_sql(sql, *parameters)
        return status, json.loads(body)["error"]

    def subscribe(self, sql, **headers):
        return EventStream(self, sql, headers)

    def raw(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT_SECONDS)

    def answer_to(self, data, end=False):
        """Everything that comes back for these bytes until the server closes. end: nothing more is sent."""
        with self.raw() as client:
            client.sendall(data)
            if end: client.shutdown(socket.SHUT_WR)
            return everything_of(client)


def everything_of(client):
    received = b""
    while True:
        try:
            part = client.recv(65536)
        except ConnectionError:
            return received
        if not part: return received
        received += part


class EventStream:
    """Server-sent events, one after the other."""

    def __init__(self, served, sql, headers):
        self.connection = served.connect()
        if served.token: headers.setdefault("Authorization", f"Bearer {served.token}")
        self.connection.request("GET", "/api/v1/subscribe?" + urllib.parse.urlencode({"sql": sql}), headers=headers)
        self.answer = self.connection.getresponse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        # The answer has the socket as well.
        self.answer.close()
        self.connection.close()

    def next(self):
        """(event, data) of the next that is no comment; None at the end."""
        event, data = None, ""
        while True:
            line = self.answer.readline().decode()
            if not line: return None
            line = line.rstrip("\n")
            if line.startswith("event: "): event = line.removeprefix("event: ")
            elif line.startswith("data: "): data += line.removeprefix("data: ")
            elif not line and event: return event, json.loads(data)

    def until(self, event):
        """The data of the next event of that name."""
        while True:
            found = self.next()
            if found is None: raise AssertionError(f"the stream has ended without {event}")
            if found[0] == event: return found[1]

    def rows(self, count):
        rows = []
        while len(rows) < count: rows += self.until("rows")
        return rows


class HttpTestCase(LaminarTestCase):
    def serve(self, script="", *arguments, **options):
        served = HttpServed(self.temporary_folder(), script, *arguments, **options)
        self.addCleanup(served.laminar.__exit__)
        return served.wait_until_it_listens()


def trusting(certificate):
    return ssl.create_default_context(cafile=certificate)
