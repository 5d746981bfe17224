"""laminar listens; independent clients send and receive."""

import asyncio
import json
import subprocess
import unittest

import websockets

from laminar_process import LaminarTestCase
from served_script import ServedTestCase
from websocket_peer import Client, EventLoop

OPEN = """
    CREATE CONNECTION inlet TO websocket (port = 0, path = '/collect', mode = 'server', format = 'json'{options});
    CREATE TABLE events (client_id TEXT, kind TEXT, n INTEGER, payload JSON, received_at TIMESTAMP DEFAULT NOW())
        WITH (connector = 'inlet', include_metadata = true);
    WAIT FOR inlet TIMEOUT INTERVAL '60 seconds';
    SELECT port FROM system.websocket_connections;
"""


class ServerTest(LaminarTestCase):
    def start_server(self, rest, options="", *arguments):
        """Starts laminar and returns it with the URL at which it listens."""
        laminar = self.start_script(OPEN.format(options=options) + rest, *arguments)
        line = laminar.stdout.wait_for(lambda text: "port" in text, "port")
        return laminar, f"ws://127.0.0.1:{json.loads(line)['port']}/collect"

    def test_messages_of_many_clients_become_rows(self):
        clients, each = 20, 100
        laminar, url = self.start_server(f"""
            WAIT FOR events COUNT {clients * each} TIMEOUT INTERVAL '100 seconds';
            SELECT kind, n, payload, client_id FROM events ORDER BY kind, n;
            DROP CONNECTION inlet CASCADE;
        """)
        loop = EventLoop()

        async def send(name):
            async with websockets.connect(url) as socket:
                for n in range(each):
                    await socket.send(json.dumps({"kind": f"client {name:02}", "n": n, "payload": {"square": n * n, "ü": "é"}}))

        async def send_all():
            await asyncio.gather(*(send(name) for name in range(clients)))

        loop.call(send_all())
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        loop.stop()
        rows = laminar.rows[1:]
        expected = [(f"client {name:02}", n, {"square": n * n, "ü": "é"}) for name in range(clients) for n in range(each)]
        self.assertEqual([(row["kind"], row["n"], row["payload"]) for row in rows], expected)
        ids = {(row["kind"], row["client_id"]) for row in rows}
        self.assertEqual(len(ids), clients, "every client has one id")
        self.assertEqual(len({client_id for _, client_id in ids}), clients, "no two clients share one")
        self.assertNotIn(None, {client_id for _, client_id in ids})

    def test_rows_are_broadcast_to_every_client(self):
        laminar, url = self.start_server("""
            CREATE PIPELINE echo AS INSERT INTO events (kind, n) SELECT 'echo' AS kind, n * 10 AS n FROM inlet WHERE inlet.kind = 'ask';
            SELECT 'ready' AS state;
        """, ", broadcast = true")
        laminar.stdout.wait_for(lambda line: "ready" in line, "ready")
        with Client(url) as first, Client(url) as second:
            # Both are in when each has had an answer to a question of its own.
            first.send('{"kind": "ask", "n": 1}')
            self.assertEqual(json.loads(first.receive(1)[0])["n"], 10)
            second.send('{"kind": "ask", "n": 2}')
            for answer in (first.receive(1)[0], second.receive(1)[-1]):
                self.assertIn(json.loads(answer)["n"], (10, 20))
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_wrong_paths_are_refused(self):
        laminar, url = self.start_server("")
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            Client(url.replace("/collect", "/elsewhere"))
        self.assertEqual(refused.exception.status_code, 404)
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_more_clients_than_allowed_are_refused(self):
        laminar, url = self.start_server("", ", max_connections = 1")
        with Client(url):
            with self.assertRaises(websockets.InvalidStatusCode) as refused:
                Client(url)
            self.assertEqual(refused.exception.status_code, 503)
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_a_port_in_use_is_an_error(self):
        laminar, url = self.start_server("")
        port = url.split(":")[2].split("/")[0]
        second = self.run_script(f"""
            CREATE CONNECTION taken TO websocket (port = {port}, mode = 'server', format = 'json');
            CREATE TABLE t (n INT) WITH (connector = 'taken');
            WAIT FOR taken TIMEOUT INTERVAL '60 seconds';
        """, expect=1)
        self.assertIn("ddress already in use", second.stderr.text)
        laminar.interrupt()
        laminar.wait()


class MessageOptionsTest(ServedTestCase):
    """Options of both modes whose other tests have a client."""

    def test_ids_and_batches(self):
        served = self.serve(["format = 'json'", "message_id_field = '$.meta.id'", "batch_size = 3", "batch_timeout_ms = 600000"], """
            CREATE TABLE events (n INT) WITH (connector = 'inlet');
            CREATE TABLE taken (id TEXT, n INT, at TIMESTAMP);
            CREATE PIPELINE take AS INSERT INTO taken SELECT message_id, n, processed_at FROM events;
            """, ["WAIT FOR taken COUNT 3 TIMEOUT INTERVAL '100 seconds'; SELECT id, n FROM taken ORDER BY n; SELECT COUNT(DISTINCT at) AS batches FROM taken"])
        with Client(served.url()) as client:
            for n in range(3):
                client.send(json.dumps({"meta": {"id": f"m{n}"}, "n": n}))
                client.ping()
            self.assertEqual(served.step(), [*({"id": f"m{n}", "n": n} for n in range(3)), {"batches": 1}])
        self.finish(served)

    def test_so_many_errors_wait_for_a_table(self):
        served = self.serve(["format = 'json'", "error_buffer_size = 2"], "CREATE TABLE events (n INT) WITH (connector = 'inlet');", [
            "WAIT FOR events COUNT 1 TIMEOUT INTERVAL '100 seconds'",
            """CREATE TABLE errors (failed_message TEXT) WITH (connector = 'inlet', stream = 'errors');
               WAIT FOR errors COUNT 2 TIMEOUT INTERVAL '100 seconds'; SELECT failed_message FROM errors"""])
        with Client(served.url()) as client:
            client.send(*(f"broken {n}" for n in range(5)), '{"n": 1}')
            served.step()
            self.assertEqual(served.step(), [{"failed_message": "broken 3"}, {"failed_message": "broken 4"}])
        self.finish(served)

    def test_too_many_errors_a_minute(self):
        served = self.serve(["format = 'json'", "max_errors_per_minute = 2"], "CREATE TABLE events (n INT) WITH (connector = 'inlet');")
        with Client(served.url()) as client:
            client.send(*("broken" for _ in range(3)))
            served.laminar.stderr.wait_for(lambda line: "more than 2 errors in a minute (max_errors_per_minute)" in line, "failed connection")

    def test_zstd_is_what_goes_out(self):
        served = self.serve(["format = 'json'", "broadcast = true", "compression = 'zstd'"], """
            CREATE TABLE events (n INT, filler TEXT) WITH (connector = 'inlet');
            """, ["INSERT INTO events VALUES (1, repeat('x', 5000))"])
        with Client(served.url()) as client:
            served.step()
            payload, = client.receive(1)
            plain = subprocess.run(["zstd", "--quiet", "-d", "--stdout"], input=payload, capture_output=True, check=True).stdout
            self.assertEqual(json.loads(plain), {"n": 1, "filler": "x" * 5000})
        self.finish(served)


if __name__ == "__main__":
    unittest.main()
