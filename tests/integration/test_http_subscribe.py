"""Subscriptions over HTTP: server-sent events and WebSocket."""

import json
import unittest
import urllib.parse

import websockets.exceptions

from http_serving import HttpTestCase
from websocket_peer import Client, free_port

FEED = """
    CREATE CONNECTION feed TO generator (rows_per_second = 200);
    CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
"""


class EventTest(HttpTestCase):
    def test_rows_as_they_come(self):
        served = self.serve(FEED)
        with served.subscribe("SELECT counter, counter % 2 = 0 AS is_even FROM ticks") as stream:
            self.assertEqual((stream.answer.status, stream.answer.headers["Content-Type"]), (200, "text/event-stream"))
            self.assertEqual(stream.next(), ("columns", [{"name": "counter", "type": "BIGINT"}, {"name": "is_even", "type": "BOOLEAN"}]))
            rows = stream.rows(50)
            self.assertEqual(rows[1], [rows[0][0] + 1, (rows[0][0] + 1) % 2 == 0])
        # Nothing is left of it, and a thread has its session for the next.
        with served.subscribe("SUBSCRIBE TO ticks") as stream:
            self.assertGreater(len(stream.rows(5)), 4)

    def test_the_head_comes_before_any_row(self):
        served = self.serve("CREATE TABLE items (id BIGINT);" + FEED)
        with served.subscribe("SELECT counter FROM ticks WHERE counter < 0") as stream:
            self.assertEqual(stream.answer.status, 200)

    def test_what_cannot_be_subscribed_to(self):
        served = self.serve(FEED)
        for sql, message in (("SELECT nam FROM ticks", 'no column is named "nam"'), ("INSERT INTO ticks VALUES (1)", "rows of a SELECT or a SUBSCRIBE"),
                             ("SELECT 1; SELECT 2", "one statement"), ("", "no statement")):
            status, answer = served.get("/api/v1/subscribe?" + urllib.parse.urlencode({"sql": sql}))
            self.assertEqual(status, 400)
            self.assertIn(message, answer["error"]["message"])
        self.assertIn("parameter sql", served.get("/api/v1/subscribe")[1]["error"]["message"])

    def test_the_end_is_told(self):
        served = self.serve(FEED)
        with served.subscribe("SELECT counter FROM ticks") as stream:
            stream.rows(1)
            served.laminar.interrupt()
            self.assertIsNone(stream.until("end"))
            self.assertIsNone(stream.next())
        self.assertEqual(served.laminar.wait(), 0, served.laminar.stderr.text)

    def test_a_reader_that_is_too_slow_loses_rows_and_nobody_waits(self):
        port = free_port()
        served = self.serve(f"""
            CREATE CONNECTION inlet TO websocket (mode = 'server', port = {port}, format = 'json', max_message_size = 16777216);
            CREATE TABLE messages (number BIGINT, filler TEXT) WITH (connector = 'inlet');
            CREATE CONNECTION other TO generator (rows_per_second = 10);
            CREATE TABLE ticks (counter BIGINT) WITH (connector = 'other');
        """)
        sent = 400
        with served.subscribe("SELECT number, filler FROM messages") as stream:
            served.query("WAIT FOR inlet")
            with Client(f"ws://127.0.0.1:{port}/") as peer:
                for number in range(sent):
                    peer.send(json.dumps({"number": number, "filler": "x" * 60_000}))
                # All are processed although nobody has read any yet.
                served.query(f"WAIT FOR messages COUNT {sent}")
                lost, rows = 0, []
                while lost + len(rows) < sent:
                    peer.send(json.dumps({"number": -1, "filler": ""}))
                    event, data = stream.next()
                    if event == "lost": lost += data["rows"]
                    if event == "rows": rows += [number for number, _ in data if number >= 0]
                self.assertGreater(lost, 0)
                self.assertEqual(rows, sorted(rows))

    def test_no_more_than_so_many(self):
        served = self.serve(FEED, "--max-connections", "1")
        with served.subscribe("SELECT counter FROM ticks") as stream:
            stream.rows(1)
            status, answer = served.get("/api/v1/subscribe?sql=SELECT+counter+FROM+ticks")
            self.assertEqual((status, answer["error"]["message"]), (503, "1 subscriptions go on already"))
            self.assertEqual(served.rows("SELECT 1"), [[1]])


class WebSocketTest(HttpTestCase):
    def client(self, served, **options):
        client = Client(f"ws://127.0.0.1:{served.port}/api/v1/subscribe", **options)
        self.addCleanup(client.__exit__)
        return client

    def test_rows_as_messages(self):
        served = self.serve(FEED)
        client = self.client(served)
        client.send(json.dumps({"sql": "SELECT counter FROM ticks WHERE counter >= $1", "parameters": [3]}))
        columns, rows = map(json.loads, client.receive(2))
        self.assertEqual(columns, {"event": "columns", "data": [{"name": "counter", "type": "BIGINT"}]})
        self.assertEqual(rows["event"], "rows")
        self.assertGreaterEqual(rows["data"][0][0], 3)

    def test_a_subscription_ends_with_its_client(self):
        served = self.serve(FEED, "--max-connections", "1")
        for _ in range(3):
            event = {}
            while event.get("event") != "rows":
                # As long as the place of the one before is not free, there is no room.
                with Client(f"ws://127.0.0.1:{served.port}/api/v1/subscribe") as client:
                    client.send(json.dumps({"sql": "SUBSCRIBE TO ticks"}))
                    while event.get("event") != "rows":
                        event = json.loads(client.receive(1)[0])
                        if event["event"] == "error": break

    def test_errors_are_events(self):
        served = self.serve(FEED)
        for message, said in (('{"sql": "SELECT nam FROM ticks"}', 'no column is named "nam"'), ("SELECT 1", "no JSON")):
            client = self.client(served)
            client.send(message)
            error = json.loads(client.receive(1)[0])
            self.assertEqual(error["event"], "error")
            self.assertIn(said, error["data"]["message"])
            with self.assertRaises(websockets.exceptions.ConnectionClosed) as closed: client.receive(1)
            self.assertEqual(closed.exception.rcvd.code, 1008)

    def test_the_end_is_told(self):
        served = self.serve(FEED)
        client = self.client(served)
        client.send(json.dumps({"sql": "SUBSCRIBE TO ticks"}))
        client.receive(2)
        served.laminar.interrupt()
        messages = []
        with self.assertRaises(websockets.exceptions.ConnectionClosed) as closed:
            while True: messages += client.receive(1)
        self.assertEqual((json.loads(messages[-1]), closed.exception.rcvd.code), ({"event": "end", "data": None}, 1001))
        self.assertEqual(served.laminar.wait(), 0, served.laminar.stderr.text)

    def test_pages_of_others_get_none(self):
        served = self.serve(FEED)
        for options in ({"origin": "http://evil.example"}, {"extra_headers": {"Sec-Fetch-Site": "cross-site"}}):
            with self.assertRaises(websockets.exceptions.InvalidStatusCode) as refused:
                self.client(served, **options)
            self.assertEqual(refused.exception.status_code, 403)
        self.client(served, origin=f"http://127.0.0.1:{served.port}")


if __name__ == "__main__":
    unittest.main()
