"""Payload compression and permessage-deflate, against Python's zlib, the zstd program and the websockets library."""

import gzip
import json
import pathlib
import subprocess
import unittest
import zlib

from websockets.extensions import permessage_deflate

from laminar_process import MEMORY_FACTOR, LaminarTestCase
from raw_websocket import BINARY, FIN, RSV1, TEXT, RawClient
from served_script import ServedTestCase
from websocket_peer import Client, FeedServer, Server

TABLE = "CREATE TABLE events (n INT, filler TEXT) WITH (connector = 'inlet');"
MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}


def zstd(data, *arguments):
    return subprocess.run(["zstd", "--quiet", "--stdout", *arguments], input=data, capture_output=True, check=True).stdout


COMPRESS = {"gzip": gzip.compress, "zstd": zstd}
INFLATE = {"gzip": gzip.decompress, "zstd": lambda data: zstd(data, "-d"), "zlib": zlib.decompress,
           "raw_deflate": lambda data: zlib.decompress(data, wbits=-15)}


def resident_bytes(process):
    """The most memory a process has had."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


class PayloadCompressionTest(ServedTestCase):
    def test_compressed_and_plain_messages_are_read_by_server_and_client(self):
        messages = [json.dumps({"n": n, "filler": "x" * n * 100}) for n in range(20)]
        for kind in ("gzip", "zstd"):
            mixed = [COMPRESS[kind](message.encode()) if n % 2 else message for n, message in enumerate(messages)]
            look = """WAIT FOR events COUNT 20 TIMEOUT INTERVAL '100 seconds';
                      SELECT COUNT(*) AS rows, SUM(n) AS total, SUM(length(filler)) AS length,
                             SUM(message_size) AS size, bool_and(message LIKE '{%}') AS readable FROM events"""
            expected = [{"rows": 20, "total": 190, "length": 19000, "size": sum(map(len, mixed)), "readable": True}]
            served = self.serve(["format = 'json'", f"compression = '{kind}'"], TABLE, [look])
            with Client(served.url()) as client:
                client.send(*mixed)
                self.assertEqual(served.step(), expected)
            self.finish(served)
            with FeedServer(mixed) as server:
                laminar = self.run_script(f"""
                    CREATE CONNECTION inlet TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', compression = '{kind}');
                    {TABLE} {look}; DROP CONNECTION inlet CASCADE;""")
                self.assertEqual(laminar.rows, expected)

    def test_without_the_option_nothing_is_inflated(self):
        served = self.serve(["format = 'binary'"], "CREATE TABLE events (data BYTEA) WITH (connector = 'inlet');", [
            "WAIT FOR events COUNT 1 TIMEOUT INTERVAL '100 seconds'; SELECT hex(data) AS bytes FROM events"])
        payload = gzip.compress(b"hello")
        with Client(served.url()) as client:
            client.send(payload)
            self.assertEqual(served.step()[0]["bytes"].lower(), payload.hex())
        self.finish(served)

    def sent(self, options, rows, count):
        """What a server receives from laminar for the rows of a query (n, filler)."""
        with Server() as server:
            self.run_script(f"""
                CREATE CONNECTION out TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', {options});
                CREATE TABLE sink (n INT, filler TEXT) WITH (connector = 'out');
                INSERT INTO sink {rows};
                DROP CONNECTION out CASCADE;
            """)
            return server.wait_for_messages(count)

    def test_messages_are_sent_compressed(self):
        for option in ("compression = 'gzip'", "compression = 'zstd'"):
            kind = option.split("'")[1]
            payloads = self.sent(option, "SELECT range, repeat('abc', 1000) FROM range(10)", 10)
            for n, payload in enumerate(payloads):
                self.assertIsInstance(payload, bytes)
                self.assertTrue(payload.startswith(MAGIC[kind]))
                self.assertLess(len(payload), 300)
                self.assertEqual(json.loads(INFLATE[kind](payload)), {"n": n, "filler": "abc" * 1000})

    def test_compression_threshold(self):
        for kind in ("gzip", "zstd"):
            small, large = self.sent(f"compression = '{kind}', compression_threshold = 500", "VALUES (1, repeat('x', 400)), (2, repeat('x', 600))", 2)
            self.assertEqual(small, json.dumps({"n": 1, "filler": "x" * 400}, separators=(",", ":")))
            self.assertTrue(large.startswith(MAGIC[kind]))

    def test_compression_level(self):
        rows = "SELECT 1, (SELECT string_agg(CAST(hash(range) % 1000 AS TEXT), ' ' ORDER BY range) FROM range(20000))"
        for kind, least, most in (("gzip", 1, 9), ("zstd", 1, 19), ("zlib", 1, 9), ("raw_deflate", 1, 9)):
            fast, small = (self.sent(f"compression = '{kind}', compression_level = {level}", rows, 1)[0] for level in (least, most))
            self.assertLess(len(small), len(fast))
            self.assertEqual(INFLATE[kind](small), INFLATE[kind](fast))

    def test_batches_are_compressed_whole(self):
        for kind in ("gzip", "zstd"):
            payload, = self.sent(f"compression = '{kind}', batch_framing = 'array'", "SELECT range, 'x' FROM range(100)", 1)
            self.assertEqual(json.loads(INFLATE[kind](payload)), [{"n": n, "filler": "x"} for n in range(100)])

    def test_a_broadcast_is_compressed(self):
        served = self.serve(["format = 'json'", "broadcast = true", "compression = 'gzip'"], TABLE,
                            ["INSERT INTO events VALUES (1, repeat('x', 5000))"])
        with Client(served.url()) as first, Client(served.url()) as second:
            served.step()
            (one,), (two,) = first.receive(1), second.receive(1)
            self.assertEqual(one, two)
            self.assertEqual(json.loads(gzip.decompress(one))["n"], 1)
        self.finish(served)

    def test_without_compression_messages_are_sent_plain(self):
        payload, = self.sent("compression = 'none'", "SELECT 1, repeat('x', 1000)", 1)
        self.assertEqual(json.loads(payload), {"n": 1, "filler": "x" * 1000})

    def test_damage_and_bombs_are_errors_of_their_messages_and_cost_no_memory(self):
        block = zlib.compressobj(9, zlib.DEFLATED, 31)
        zeros = bytes(1 << 20)
        # A gibibyte of zeros; the rest of ten would be refused just as late.
        bomb = b"".join(block.compress(zeros) for _ in range(1024)) + block.flush()
        whole = gzip.compress(b'{"n": 1}' + b" " * 1000)
        served = self.serve(["format = 'json'", "compression = 'gzip'"], TABLE + """
            CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'inlet', stream = 'errors');
            """, ["""WAIT FOR events COUNT 2 TIMEOUT INTERVAL '100 seconds';
                     WAIT FOR errors COUNT 2 TIMEOUT INTERVAL '100 seconds';
                     SELECT n FROM events; SELECT error_type, error_message FROM errors;
                     SELECT messages_failed, clients FROM system.websocket_connections WHERE connection_name = 'inlet'"""])
        with Client(served.url()) as client:
            client.send('{"n": 0}')
            before = resident_bytes(served.laminar.process)
            client.send(bomb, whole[:-10], whole)
            rows = served.step()
            grown = resident_bytes(served.laminar.process) - before
        self.assertEqual(rows[:2], [{"n": 0}, {"n": 1}])
        self.assertEqual([row["error_type"] for row in rows[2:4]], ["too_large", "invalid_compression"])
        self.assertIn("16777216 bytes (max_message_size)", rows[2]["error_message"])
        self.assertEqual(rows[4], {"messages_failed": 2, "clients": 1})
        self.assertLess(grown, MEMORY_FACTOR * (150 << 20))
        self.finish(served)

    def test_bombs_reach_a_client_too_in_both_formats(self):
        zeros = bytes(1 << 30)
        for kind, bomb in (("gzip", subprocess.run(["gzip", "-9"], input=zeros, capture_output=True, check=True).stdout), ("zstd", zstd(zeros))):
            damaged = bytearray(COMPRESS[kind](b'{"n": 1}' + b" " * 1000))
            damaged[-8] ^= 0xFF
            with self.subTest(kind), FeedServer(['{"n": 0}', bomb, bytes(damaged), COMPRESS[kind](b'{"n": 2}')], held=True) as server:
                shell = self.start_shell()
                shell.execute(f"""
                    CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', compression = '{kind}');
                    CREATE TABLE events (n INT) WITH (connector = 'feed');
                    CREATE TABLE errors (error_type TEXT) WITH (connector = 'feed', stream = 'errors');
                """)
                shell.wait_for_state("feed", "connected")
                before = resident_bytes(shell.process)
                server.release()
                shell.wait_until("n", "events", lambda rows: rows == [[0], [2]])
                self.assertLess(resident_bytes(shell.process) - before, MEMORY_FACTOR * (150 << 20))
                shell.wait_until("error_type", "errors", lambda rows: rows == [["too_large"], ["invalid_compression"]])
                self.assertEqual(len(server.requests), 1)


class PermessageDeflateTest(ServedTestCase):
    def serve_deflate(self, *options):
        return self.serve(["format = 'json'", "compression = 'deflate'", "broadcast = true", *options], TABLE,
                          ["WAIT FOR events COUNT 50 TIMEOUT INTERVAL '100 seconds'; SELECT SUM(n) AS total, SUM(length(filler)) AS length FROM events",
                           "INSERT INTO events SELECT range, repeat('abcdef', 200) FROM range(50)"])

    def exchange(self, served, client):
        """Messages both ways; what the second of each kind costs on the wire is up to the caller."""
        client.send(*(json.dumps({"n": n, "filler": "x" * 1000}) for n in range(50)))
        self.assertEqual(served.step(), [{"total": 1225, "length": 50000}])
        served.step()
        self.assertEqual([json.loads(message) for message in client.receive(50)], [{"n": n, "filler": "abcdef" * 200} for n in range(50)])

    def test_a_server_accepts_the_offer_of_a_library(self):
        served = self.serve_deflate()
        with Client(served.url(), extensions=[permessage_deflate.ClientPerMessageDeflateFactory()], compression=None) as client:
            self.assertEqual([type(one).__name__ for one in client.socket.extensions], ["PerMessageDeflate"])
            self.exchange(served, client)
        self.finish(served)

    def test_parameters_are_agreed_on(self):
        served = self.serve_deflate("deflate_window_bits = 10", "deflate_no_context_takeover = true")
        factory = permessage_deflate.ClientPerMessageDeflateFactory(client_max_window_bits=True)
        with Client(served.url(), extensions=[factory], compression=None) as client:
            agreed = client.socket.extensions[0]
            self.assertEqual((agreed.remote_max_window_bits, agreed.local_max_window_bits), (10, 10))
            self.assertEqual((agreed.remote_no_context_takeover, agreed.local_no_context_takeover), (True, True))
            self.exchange(served, client)
        self.finish(served)

    def test_what_the_client_asks_for_is_respected(self):
        served = self.serve_deflate()
        factory = permessage_deflate.ClientPerMessageDeflateFactory(
            server_no_context_takeover=True, client_no_context_takeover=True, server_max_window_bits=9, client_max_window_bits=9)
        with Client(served.url(), extensions=[factory], compression=None) as client:
            agreed = client.socket.extensions[0]
            self.assertEqual((agreed.remote_max_window_bits, agreed.remote_no_context_takeover), (9, True))
            self.exchange(served, client)
        self.finish(served)

    def test_clients_without_the_extension_are_served_without(self):
        served = self.serve_deflate()
        with Client(served.url(), compression=None) as client:
            self.assertEqual(client.socket.extensions, [])
            self.exchange(served, client)
        self.finish(served)

    def test_without_the_option_the_offer_is_declined(self):
        served = self.serve(["format = 'json'"], TABLE)
        with RawClient(served.port, headers=[("Sec-WebSocket-Extensions", "permessage-deflate")]) as client:
            self.assertEqual(client.status, 101)
            self.assertNotIn("sec-websocket-extensions", client.headers)
        self.finish(served)

    def test_a_window_that_zlib_cannot_make_is_declined(self):
        served = self.serve(["format = 'json'", "compression = 'deflate'"], TABLE)
        for bits, accepted in ((8, False), (9, True)):
            offer = f"permessage-deflate; server_max_window_bits={bits}"
            with RawClient(served.port, headers=[("Sec-WebSocket-Extensions", offer)]) as client:
                self.assertEqual(client.status, 101)
                self.assertEqual("sec-websocket-extensions" in client.headers, accepted)
        self.finish(served)

    def test_a_server_that_wants_what_was_not_offered_is_refused(self):
        for options, reply, problem in (
                ("", "permessage-deflate", 'the extension "permessage-deflate", which was not offered'),
                (", compression = 'deflate', deflate_window_bits = 10", "permessage-deflate; server_max_window_bits=12",
                 'server_max_window_bits = "12" is not from 8 to the 10 that were offered')):
            with FeedServer([], compression=None, extra_headers={"Sec-WebSocket-Extensions": reply}) as server:
                laminar = self.run_script(f"""
                    CREATE CONNECTION inlet TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                        reconnect = false{options});
                    {TABLE}
                    WAIT FOR inlet TIMEOUT INTERVAL '60 seconds';
                """, expect=1)
            self.assertIn(problem, laminar.stderr.text)

    def test_small_messages_stay_as_they_are(self):
        served = self.serve(["format = 'json'", "compression = 'deflate'", "compression_threshold = 100", "broadcast = true"], TABLE,
                            ["INSERT INTO events VALUES (1, repeat('s', 70)), (2, repeat('x', 1000))"])
        with RawClient(served.port, headers=[("Sec-WebSocket-Extensions", "permessage-deflate")]) as client:
            self.assertIn("permessage-deflate", client.headers["sec-websocket-extensions"])
            served.step()
            small = client.receive()
            self.assertEqual((small.first_byte, small.payload), (FIN | TEXT, b'{"n":1,"filler":"' + b"s" * 70 + b'"}'))
            large = client.receive()
            self.assertEqual(large.reserved, RSV1, "the bit that says compressed")
            self.assertLess(len(large.payload), 100)
            text = zlib.decompressobj(-15).decompress(large.payload + b"\0\0\xff\xff")
            self.assertEqual(json.loads(text), {"n": 2, "filler": "x" * 1000})
        self.finish(served)

    def test_compression_level(self):
        sizes = []
        for level in (1, 9):
            served = self.serve(["format = 'json'", "compression = 'deflate'", f"compression_level = {level}", "broadcast = true"], TABLE, [
                """INSERT INTO events SELECT 1, (SELECT string_agg(CAST(hash(range) % 1000 AS TEXT), ' ' ORDER BY range) FROM range(20000))"""])
            with RawClient(served.port, headers=[("Sec-WebSocket-Extensions", "permessage-deflate")]) as client:
                served.step()
                sizes.append(len(client.read_message()))
            self.finish(served)
        self.assertLess(sizes[1], sizes[0])

    def test_a_client_offers_it_and_uses_what_the_server_accepts(self):
        messages = [json.dumps({"n": n, "filler": "y" * 500}) for n in range(100)]
        factory = permessage_deflate.ServerPerMessageDeflateFactory(server_max_window_bits=10, client_max_window_bits=11)
        for extensions in ([factory], None):
            with FeedServer(messages, extensions=extensions, compression=None) as server:
                laminar = self.run_script(f"""
                    CREATE CONNECTION inlet TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', compression = 'deflate',
                        deflate_window_bits = 12);
                    {TABLE}
                    WAIT FOR events COUNT 100 TIMEOUT INTERVAL '100 seconds';
                    SELECT SUM(n) AS total, SUM(length(filler)) AS length FROM events;
                    INSERT INTO events SELECT range, repeat('z', 2000) FROM range(20);
                    DROP CONNECTION inlet CASCADE;
                """)
                self.assertEqual(laminar.rows, [{"total": 4950, "length": 50000}])
                received = server.wait_for_messages(20)
                self.assertEqual([json.loads(text)["n"] for text in received], list(range(20)))
                offer = server.requests[0][1].get("Sec-WebSocket-Extensions")
                self.assertIn("permessage-deflate", offer)
                self.assertIn("client_max_window_bits=12", offer)

    def test_a_bomb_ends_its_connection_with_1009(self):
        served = self.serve(["format = 'json'", "compression = 'deflate'", "max_message_size = 1000000"], TABLE,
                            ["WAIT FOR events COUNT 1 TIMEOUT INTERVAL '100 seconds'; SELECT n FROM events"])
        deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
        zeros = bytes(1 << 20)
        bomb = b"".join(deflater.compress(zeros) for _ in range(256)) + deflater.flush(zlib.Z_SYNC_FLUSH)
        before = resident_bytes(served.laminar.process)
        with RawClient(served.port, headers=[("Sec-WebSocket-Extensions", "permessage-deflate")]) as client:
            client.send(BINARY, bomb[:-4], reserved=RSV1)
            self.assertEqual(client.read_close(), 1009)
        self.assertLess(resident_bytes(served.laminar.process) - before, MEMORY_FACTOR * (60 << 20))
        with Client(served.url()) as other:
            other.send('{"n": 1}')
            self.assertEqual(served.step(), [{"n": 1}])
        self.finish(served)


if __name__ == "__main__":
    unittest.main()
