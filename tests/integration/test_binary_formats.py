"""MessagePack and CBOR, other separators, and compression without HTTP's names, against Python's libraries."""

import io
import json
import unittest
import zlib

import cbor2
import msgpack

from laminar_process import LaminarTestCase
from websocket_peer import FeedServer, Server

TABLES = """
    CREATE TABLE trades (s TEXT, p DOUBLE, n UBIGINT, at TIMESTAMP, raw BYTEA, tags TEXT[], venue TEXT WITH (json_path = '$.by.name'))
    WITH (connector = 'feed', accept = MAP {'$.e': 'trade'});
    CREATE TABLE others (e TEXT, rest JSON) WITH (connector = 'feed', accept = MAP {'$.e': ['quote', 'note']});
"""
MESSAGES = [
    {"e": "trade", "s": "BTC", "p": 1.5, "n": 2 ** 64 - 1, "at": 1704067201000, "raw": b"\x00\xff", "tags": ["a", "ü"],
     "by": {"name": "x", 7: None}},
    {"e": "quote", "rest": {"a": [1, {"b": True}]}},
    {"e": "trade", "s": None, "p": -2, "n": 0, "at": 1704067202000, "raw": b"", "tags": [], "by": {}},
]
ROWS = [
    {"s": "BTC", "p": 1.5, "n": 2 ** 64 - 1, "at": "2024-01-01T00:00:01Z", "bytes": "00FF", "tags": ["a", "ü"], "venue": "x"},
    {"s": None, "p": -2.0, "n": 0, "at": "2024-01-01T00:00:02Z", "bytes": "", "tags": [], "venue": None},
]
PACK = {"msgpack": msgpack.packb, "cbor": cbor2.dumps}
UNPACK = {"msgpack": msgpack.unpackb, "cbor": cbor2.loads}


class BinaryFormatsTest(LaminarTestCase):
    def connection(self, url, options):
        return f"CREATE CONNECTION feed TO websocket (endpoint = '{url}', mode = 'client', {options});"

    def test_messages_become_rows_as_json_does(self):
        for kind, pack in PACK.items():
            with self.subTest(kind), FeedServer([pack(message) for message in MESSAGES]) as server:
                laminar = self.run_script(f"""
                    {self.connection(server.url(), f"format = '{kind}'")} {TABLES}
                    WAIT FOR trades COUNT 2 TIMEOUT INTERVAL '100 seconds';
                    WAIT FOR others COUNT 1 TIMEOUT INTERVAL '100 seconds';
                    SELECT s, p, n, at, hex(raw) AS bytes, tags, venue FROM trades;
                    SELECT e, rest FROM others;
                    SELECT messages_received, messages_failed, messages_unmatched FROM system.connections;
                    DROP CONNECTION feed CASCADE;""")
                self.assertEqual(laminar.rows, ROWS + [
                    {"e": "quote", "rest": {"a": [1, {"b": True}]}},
                    {"messages_received": 3, "messages_failed": 0, "messages_unmatched": 0}])

    def test_a_broken_message_is_an_error_of_its_own(self):
        for kind, pack in PACK.items():
            good = pack({"e": "trade", "s": "A"})
            with self.subTest(kind), FeedServer([good, good[:-2], b"\xc1" if kind == "msgpack" else b"\x1c", good]) as server:
                laminar = self.run_script(f"""
                    {self.connection(server.url(), f"format = '{kind}', dlq_enabled = true")} {TABLES}
                    CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'feed', stream = 'errors');
                    WAIT FOR trades COUNT 2 TIMEOUT INTERVAL '100 seconds';
                    WAIT FOR errors COUNT 2 TIMEOUT INTERVAL '100 seconds';
                    SELECT error_type, error_message FROM errors;
                    SELECT hex(data) AS bytes FROM system.dead_letters;
                    DROP CONNECTION feed CASCADE;""")
                self.assertEqual([row["error_type"] for row in laminar.rows[:2]], [f"invalid_{kind}"] * 2)
                self.assertIn("the message ends after", laminar.rows[0]["error_message"])
                self.assertEqual(laminar.rows[2]["bytes"].lower(), good[:-2].hex())

    def test_rows_go_out_in_the_format(self):
        for kind, unpack in UNPACK.items():
            with self.subTest(kind), Server() as outlet:
                self.run_script(f"""
                    {self.connection(outlet.url(), f"format = '{kind}'")}
                    CREATE TABLE sink (a INTEGER, b DOUBLE, c TEXT, d INTEGER[], at TIMESTAMP) WITH (connector = 'feed');
                    INSERT INTO sink VALUES (-7, 0.5, 'ü', [1, NULL], TIMESTAMP '2024-01-01'), (NULL, 3, '', [], NULL);
                    DROP CONNECTION feed CASCADE;""")
                sent = [unpack(message) for message in outlet.wait_for_messages(2)]
                self.assertEqual(sent, [{"a": -7, "b": 0.5, "c": "ü", "d": [1, None], "at": "2024-01-01T00:00:00Z"},
                                        {"a": None, "b": 3.0, "c": "", "d": [], "at": None}])

    def test_texts_of_options_go_out_in_the_format(self):
        for kind, unpack in UNPACK.items():
            with self.subTest(kind), FeedServer([PACK[kind]({"ask": 7}), PACK[kind]({"e": "trade", "s": "A", "id": "m1"})]) as server:
                self.run_script(f"""
                    {self.connection(server.url(), f"format = '{kind}', subscribe_message = ['hello', JSON_OBJECT('op': 'subscribe')], "
                        "replies = [MAP {'when': MAP {'$.ask': EXISTS}, 'send': JSON_OBJECT('answer': RECEIVED('$.ask'))}], "
                        "message_id_field = 'id', ack_message = JSON_OBJECT('ack': '${message_id}')")}
                    CREATE TABLE trades (s TEXT, id TEXT) WITH (connector = 'feed');
                    WAIT FOR trades COUNT 1 TIMEOUT INTERVAL '100 seconds';
                    DROP CONNECTION feed CASCADE;""")
                first, *packed = server.wait_for_messages(4)
                self.assertEqual(first, "hello", "no JSON object, and sent as it is")
                self.assertEqual([unpack(message) for message in packed], [{"op": "subscribe"}, {"answer": 7}, {"ack": "m1"}])

    def test_several_rows_in_a_message(self):
        for kind in PACK:
            with self.subTest(kind), Server() as outlet:
                self.run_script(f"""
                    {self.connection(outlet.url(), f"format = '{kind}', batch_framing = 'ndjson', batch_size = 3")}
                    CREATE TABLE sink (n INTEGER) WITH (connector = 'feed', mode = 'sink');
                    INSERT INTO sink VALUES (1), (2), (3);
                    DROP CONNECTION feed CASCADE;""")
                [message] = outlet.wait_for_messages(1)
                rows = list(msgpack.Unpacker(io.BytesIO(message))) if kind == "msgpack" else [
                    cbor2.load(stream) for stream in [io.BytesIO(message)] for _ in range(3)]
                self.assertEqual(rows, [{"n": 1}, {"n": 2}, {"n": 3}])

    def test_record_separator(self):
        with FeedServer(['{"n":1}\x1e{"n":2}\x1e', '{"n":3}\x1e']) as server:
            laminar = self.run_script(f"""
                {self.connection(server.url(), "format = 'json', record_separator = E'" + chr(92) + "x1e'")}
                CREATE TABLE numbers (n INTEGER) WITH (connector = 'feed');
                WAIT FOR numbers COUNT 3 TIMEOUT INTERVAL '100 seconds';
                SELECT n FROM numbers; DROP CONNECTION feed CASCADE;""")
            self.assertEqual([row["n"] for row in laminar.rows], [1, 2, 3])
        for framing, expected in (("none", ['{"n":1}\x1e', '{"n":2}\x1e']), ("ndjson", ['{"n":1}\x1e{"n":2}\x1e'])):
            with self.subTest(framing), Server() as outlet:
                self.run_script(f"""
                    {self.connection(outlet.url(), f"format = 'json', batch_framing = '{framing}', record_separator = E'" + chr(92) + "x1e'")}
                    CREATE TABLE sink (n INTEGER) WITH (connector = 'feed', mode = 'sink');
                    INSERT INTO sink VALUES (1), (2);
                    DROP CONNECTION feed CASCADE;""")
                self.assertEqual(outlet.wait_for_messages(len(expected)), expected)

    def test_zlib_and_deflate_alone(self):
        messages = [json.dumps({"n": n, "filler": "x" * n * 100}) for n in range(20)]

        def raw(data):
            deflater = zlib.compressobj(wbits=-15)
            return deflater.compress(data) + deflater.flush()

        for kind, compress in (("zlib", zlib.compress), ("raw_deflate", raw)):
            mixed = [compress(message.encode()) if n % 2 else message for n, message in enumerate(messages)]
            with self.subTest(kind), FeedServer(mixed) as server, Server() as outlet:
                laminar = self.run_script(f"""
                    {self.connection(server.url(), f"format = 'json', compression = '{kind}'")}
                    CREATE CONNECTION out TO websocket (endpoint = '{outlet.url()}', mode = 'client', format = 'json', compression = '{kind}');
                    CREATE TABLE events (n INT, filler TEXT) WITH (connector = 'feed');
                    CREATE TABLE sink (n INT, filler TEXT) WITH (connector = 'out', mode = 'sink');
                    WAIT FOR events COUNT 20 TIMEOUT INTERVAL '100 seconds';
                    SELECT SUM(n) AS total, SUM(length(filler)) AS length FROM events;
                    INSERT INTO sink SELECT * FROM events WHERE n = 19;
                    DROP CONNECTION feed CASCADE; DROP CONNECTION out CASCADE;""")
                self.assertEqual(laminar.rows, [{"total": 190, "length": 19000}])
                sent = outlet.wait_for_messages(1)[0]
                self.assertEqual(json.loads(zlib.decompress(sent, wbits=-15 if kind == "raw_deflate" else 15))["n"], 19)

    def test_one_zlib_stream_over_all_messages(self):
        deflater = zlib.compressobj()

        def part(message):
            return deflater.compress(json.dumps(message).encode()) + deflater.flush(zlib.Z_SYNC_FLUSH)

        parts = [part({"n": n, "filler": "the same text in all of them"}) for n in range(10)]
        parts[5:6] = [parts[5][:7], parts[5][7:]]
        with FeedServer(parts) as server:
            laminar = self.run_script(f"""
                {self.connection(server.url(), "format = 'json', compression = 'zlib_stream'")}
                CREATE TABLE events (n INT, filler TEXT) WITH (connector = 'feed');
                WAIT FOR events COUNT 10 TIMEOUT INTERVAL '100 seconds';
                SELECT n FROM events; DROP CONNECTION feed CASCADE;""")
            self.assertEqual([row["n"] for row in laminar.rows], list(range(10)))

    def test_a_stream_whose_message_does_not_end_is_begun_anew(self):
        deflater = zlib.compressobj()
        good = deflater.compress(b'{"n": 1}') + deflater.flush(zlib.Z_SYNC_FLUSH)
        with FeedServer([b"x" * 1500, b"x" * 1500, good]) as server:
            shell = self.start_shell()
            shell.execute(f"""
                {self.connection(server.url(), "format = 'json', compression = 'zlib_stream', max_message_size = 2000, "
                                               "reconnect_interval_ms = 20, max_reconnect_interval_ms = 20")}
                CREATE TABLE events (n INT) WITH (connector = 'feed');""")
            shell.wait_until("reconnect_count", "system.websocket_connections", lambda rows: rows[0][0] >= 2)
            self.assertGreater(shell.select("messages_failed", "system.connections")[0][0], 0)


if __name__ == "__main__":
    unittest.main()
