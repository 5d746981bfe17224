"""How messages become rows and rows become messages, by format."""

import json
import unittest

from laminar_process import LaminarTestCase
from served_script import ServedTestCase
from websocket_peer import Client, FeedServer, Server


class IncomingTest(LaminarTestCase):
    """The three table shapes of the specification, as written there."""

    def test_json(self):
        messages = [json.dumps({"event_id": "e1", "event_type": "transaction", "timestamp": "2024-01-15T10:30:00Z",
                                "data": {"user_id": 7, "amount": 12.5}}),
                    json.dumps({"event_id": "e2", "event_type": "login", "timestamp": 1705314600, "data": None})]
        with FeedServer(messages) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION ws_json TO websocket (endpoint = '{server.url("/json")}', mode = 'client', format = 'json');
                CREATE TABLE ws_events (event_id TEXT, event_type TEXT, timestamp TIMESTAMP, data JSON) WITH (connector = 'ws_json');
                WAIT FOR ws_events COUNT 2 TIMEOUT INTERVAL '100 seconds';
                SELECT event_id, event_type, JSON_EXTRACT(data, '$.user_id') as user_id, JSON_EXTRACT(data, '$.amount') as amount
                FROM ws_events WHERE event_type = 'transaction';
                SELECT timestamp FROM ws_events;
                DROP CONNECTION ws_json CASCADE;
            """)
        self.assertEqual(laminar.rows, [
            {"event_id": "e1", "event_type": "transaction", "user_id": 7, "amount": 12.5},
            {"timestamp": "2024-01-15T10:30:00Z"}, {"timestamp": "2024-01-15T10:30:00Z"}])

    def test_text(self):
        with FeedServer(["hello", "", "naïve – 😀", "{\"not\": \"parsed\"}"]) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION ws_text TO websocket (endpoint = '{server.url("/messages")}', mode = 'client', format = 'text');
                CREATE TABLE chat_messages (message TEXT, received_at TIMESTAMP DEFAULT NOW()) WITH (connector = 'ws_text');
                WAIT FOR chat_messages COUNT 4 TIMEOUT INTERVAL '100 seconds';
                SELECT message, received_at > NOW() - INTERVAL '1 hour' AS recent FROM chat_messages;
                DROP CONNECTION ws_text CASCADE;
            """)
        self.assertEqual([row["message"] for row in laminar.rows], ["hello", "", "naïve – 😀", "{\"not\": \"parsed\"}"])
        self.assertEqual({row["recent"] for row in laminar.rows}, {True})

    def test_binary(self):
        blobs = [b"\x00\x01\xff\xfe", b"", bytes(range(256)) * 100]
        with FeedServer(blobs) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION ws_binary TO websocket (endpoint = '{server.url("/binary")}', mode = 'client', format = 'binary');
                CREATE TABLE binary_stream (data BYTEA, size INT, received_at TIMESTAMP DEFAULT NOW()) WITH (connector = 'ws_binary');
                WAIT FOR binary_stream COUNT 3 TIMEOUT INTERVAL '100 seconds';
                SELECT hex(data) AS bytes, size, received_at > NOW() - INTERVAL '1 hour' AS recent FROM binary_stream;
                DROP CONNECTION ws_binary CASCADE;
            """)
        self.assertEqual([(row["bytes"].lower(), row["size"]) for row in laminar.rows], [(blob.hex(), len(blob)) for blob in blobs])
        self.assertEqual({row["recent"] for row in laminar.rows}, {True})

    def test_json_columns_of_text_connections_hold_json(self):
        messages = ['{"a": 1}', "pong", " [1, NaN]", "12", '"text"', '{"a": 1} {"b": 2}', "", "null"]
        with FeedServer(messages) as server, Server() as outlet:
            laminar = self.run_script(f"""
                CREATE CONNECTION ws_text TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'text', dlq_enabled = true);
                CREATE CONNECTION out TO websocket (endpoint = '{outlet.url()}', mode = 'client', format = 'text');
                CREATE TABLE payloads (m JSON) WITH (connector = 'ws_text');
                CREATE TABLE messages (message JSON) WITH (connector = 'ws_text');
                CREATE TABLE texts (m TEXT) WITH (connector = 'ws_text');
                CREATE TABLE sink (m JSON) WITH (connector = 'out');
                CREATE PIPELINE copy AS INSERT INTO sink SELECT m FROM payloads;
                WAIT FOR texts COUNT {len(messages)} TIMEOUT INTERVAL '60 seconds';
                WAIT FOR payloads COUNT 4 TIMEOUT INTERVAL '60 seconds';
                SELECT m FROM payloads;
                SELECT COUNT(message) AS json, COUNT(*) AS all FROM messages;
                SELECT error_type, error_message, message FROM system.dead_letters ORDER BY message;
                DROP CONNECTION ws_text CASCADE;
                DROP CONNECTION out CASCADE;
            """)
            sent = outlet.wait_for_messages(4)
        self.assertEqual(laminar.rows[:4], [{"m": {"a": 1}}, {"m": 12}, {"m": "text"}, {"m": None}])
        self.assertEqual(laminar.rows[4], {"json": 4, "all": 8})
        self.assertEqual([json.loads(message) for message in sent], [{"a": 1}, 12, "text", None])
        self.assertEqual([row["message"] for row in laminar.rows[5:]], ["", " [1, NaN]", "pong", '{"a": 1} {"b": 2}'])
        self.assertTrue(all(row["error_type"] == "invalid_json" for row in laminar.rows[5:]))
        self.assertIn('column "m": expected JSON, found text "pong"', laminar.rows[7]["error_message"])

    def test_enum_misfits_name_the_values(self):
        with FeedServer(['{"mood": "sad", "moods": ["good", "angry"]}', '{"mood": "good", "moods": ["bad"]}']) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE events (mood ENUM('good', 'bad')) WITH (connector = 'feed');
                CREATE TABLE lists (moods ENUM('good', 'bad')[], mood ENUM('sad', 'good') DEFAULT 'sad') WITH (connector = 'feed');
                CREATE TABLE texts (mood TEXT) WITH (connector = 'feed');
                CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'feed', stream = 'errors');
                CREATE TABLE stored (mood ENUM('good', 'bad'));
                CREATE PIPELINE copy AS INSERT INTO stored SELECT mood FROM texts;
                WAIT FOR events COUNT 1 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR lists COUNT 1 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR copy COUNT 1 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR errors COUNT 2 TIMEOUT INTERVAL '60 seconds';
                SELECT mood FROM events;
                SELECT * FROM lists;
                SELECT error_type, error_message FROM errors ORDER BY ALL;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(laminar.rows[:2], [{"mood": "good"}, {"moods": ["bad"], "mood": "good"}])
        self.assertIn("copy: Could not convert string 'sad' to ENUM('good', 'bad'), which does not have this value",
                      laminar.rows[2]["error_message"])
        self.assertEqual(laminar.rows[3], {"error_type": "type_mismatch",
                                           "error_message": """field "mood": expected ENUM('good', 'bad'), found string "sad\""""})
        self.assertNotIn("UINT8", laminar.stdout.text + laminar.stderr.text)


class OutgoingTest(LaminarTestCase):
    def received(self, columns, inserted, count, format="json", options=""):
        with Server() as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION out TO websocket (endpoint = '{server.url()}', mode = 'client', format = '{format}'{options});
                CREATE TABLE sink ({columns}) WITH (connector = 'out');
                WAIT FOR out TIMEOUT INTERVAL '100 seconds';
                INSERT INTO sink {inserted};
                DROP CONNECTION out CASCADE;
            """)
            self.assertEqual(laminar.rows, [])
            return server.wait_for_messages(count)

    def test_a_row_is_an_object(self):
        for options in ("", ", batch_framing = 'none'"):
            self.assertEqual(self.received("a INT, t TIMESTAMP, j JSON", "VALUES (1, TIMESTAMP '2024-01-15 10:30:00', '{\"k\": [1]}')",
                                           1, options=options),
                             ['{"a":1,"t":"2024-01-15T10:30:00Z","j":{"k": [1]}}'])

    def test_send_frames_text_and_binary(self):
        row, bytes_ = ("a INT", "VALUES (1)"), ("d BYTEA", "VALUES ('ab'::BYTEA)")
        for option, of_row, of_bytes in (("by_content", '{"a":1}', b"ab"), ("text", '{"a":1}', "ab"), ("binary", b'{"a":1}', b"ab")):
            with self.subTest(option):
                options = f", send_frames = '{option}'"
                self.assertEqual(self.received(*row, 1, options=options), [of_row])
                self.assertEqual(self.received(*bytes_, 1, format="binary", options=options), [of_bytes])

    def test_a_column_frame_type_says_it_row_by_row(self):
        self.assertEqual(self.received("frame_type TEXT, a INT", "VALUES ('binary', 1), ('text', 2), (NULL, 3)", 3, options=", send_frames = 'binary'"),
                         [b'{"a":1}', '{"a":2}', b'{"a":3}'])
        for row, says in (("('text', '\\xFF'::BYTEA)", "its bytes are not UTF-8"), ("('frame', ''::BYTEA)", "frame_type is \"frame\", not 'text' or 'binary'")):
            with self.subTest(says), Server() as server:
                laminar = self.run_script(f"""
                    CREATE CONNECTION out TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'binary');
                    CREATE TABLE sink (frame_type TEXT, d BYTEA) WITH (connector = 'out'); INSERT INTO sink VALUES {row};""", expect=1)
                self.assertIn(says, laminar.stderr.text)

    def test_how_a_message_came_is_metadata_and_goes_back_so(self):
        with FeedServer(['{"n": 1}', b'{"n": 2, "frame_type": "text"}']) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE t (n INT, frame_type TEXT) WITH (connector = 'feed');
                CREATE TABLE binaries (n INT) WITH (connector = 'feed', accept = MAP {{'frame_type': 'binary'}});
                CREATE PIPELINE echo AS INSERT INTO t SELECT n + 10, frame_type FROM t WHERE n < 10;
                WAIT FOR echo COUNT 2 TIMEOUT INTERVAL '100 seconds'; WAIT FOR binaries COUNT 1 TIMEOUT INTERVAL '100 seconds';
                SELECT n, frame_type FROM t; SELECT n, frame_type FROM binaries;
                DROP PIPELINE echo; DROP CONNECTION feed CASCADE;""")
            self.assertEqual(server.wait_for_messages(2), ['{"n":11}', b'{"n":12}'])
        self.assertEqual(laminar.rows, [{"n": 1, "frame_type": "text"}, {"n": 2, "frame_type": "binary"}, {"n": 2, "frame_type": "binary"}])

    def test_a_client_may_have_a_field_client_id(self):
        self.assertEqual(self.received("client_id TEXT, a INT", "VALUES ('me', 1)", 1), ['{"client_id":"me","a":1}'])

    def test_one_json_column_goes_out_as_it_is(self):
        self.assertEqual(self.received("j JSON", "VALUES ('[1, {\"a\":  2}]')", 1), ['[1, {"a":  2}]'])

    def test_one_text_column_goes_out_as_it_is(self):
        self.assertEqual(self.received("t TEXT", "VALUES ('plain text'), ('{\"a\": 1}')", 2, format="text"), ["plain text", '{"a": 1}'])

    def test_one_bytea_column_goes_out_as_a_binary_message(self):
        self.assertEqual(self.received("d BYTEA", "VALUES ('\\x00\\xFF'::BYTEA)", 1, format="binary"), [b"\x00\xff"])

    def test_batch_framing_array(self):
        batches = self.received("n INT", "SELECT range FROM range(1000)", 1, options=", batch_framing = 'array'")
        self.assertEqual(len(batches), 1)
        rows = [row for batch in batches for row in json.loads(batch)]
        self.assertEqual(rows, [{"n": n} for n in range(1000)])

    def test_batch_framing_ndjson(self):
        batches = self.received("n INT", "SELECT range FROM range(1000)", 1, options=", batch_framing = 'ndjson'")
        self.assertEqual(len(batches), 1)
        rows = [json.loads(line) for batch in batches for line in batch.split("\n")]
        self.assertEqual(rows, [{"n": n} for n in range(1000)])

    def test_a_framed_message_is_no_larger_than_a_mebibyte(self):
        batches = self.received("n INT, filler TEXT", "SELECT range, repeat('x', 100000) FROM range(30)", 3,
                                options=", batch_framing = 'array'")
        self.assertEqual([row["n"] for batch in batches for row in json.loads(batch)], list(range(30)))
        self.assertTrue(all(len(batch) <= 1 << 20 for batch in batches))


class FramedRoundTripTest(ServedTestCase):
    def test_what_is_framed_is_read_back_as_rows(self):
        for framing in ("array", "ndjson"):
            served = self.serve(["format = 'json'"], "CREATE TABLE events (n INT, t TEXT) WITH (connector = 'inlet');", [
                "WAIT FOR events COUNT 500 TIMEOUT INTERVAL '100 seconds'; SELECT SUM(n) AS total, MAX(t) AS t, COUNT(*) AS rows FROM events"])
            self.run_script(f"""
                CREATE CONNECTION out TO websocket (endpoint = '{served.url()}', mode = 'client', format = 'json', batch_framing = '{framing}');
                CREATE TABLE sink (n INT, t TEXT) WITH (connector = 'out');
                INSERT INTO sink SELECT range, 'line' || chr(10) || 'two' FROM range(500);
                DROP CONNECTION out CASCADE;
            """)
            self.assertEqual(served.step(), [{"total": 124750, "t": "line\ntwo", "rows": 500}])
            self.finish(served)

    def test_framing_keeps_each_clients_rows_together(self):
        served = self.serve(["format = 'json'", "batch_framing = 'array'"], """
            CREATE TABLE answers (client_id TEXT, n INT) WITH (connector = 'inlet');
            """, ["INSERT INTO answers SELECT c.client_id, n.range FROM system.websocket_clients c, range(3) n WHERE c.connection_name = 'inlet' ORDER BY c.client_id, n.range"])
        with Client(served.url()) as first, Client(served.url()) as second:
            served.step()
            for client in (first, second):
                self.assertEqual(json.loads(client.receive(1)[0]), [{"n": 0}, {"n": 1}, {"n": 2}])
        self.finish(served)


if __name__ == "__main__":
    unittest.main()
