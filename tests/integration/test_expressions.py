"""Options that are expressions: evaluated anew for each message, on each session."""

import base64
import hashlib
import hmac
import json
import time
import unittest
import urllib.parse

from laminar_process import LaminarTestCase
from websocket_peer import Server

SECRET = {"LAMINAR_SECRET_API_KEY": "k3y-of-the-test", "LAMINAR_SECRET_TOKEN": "t/o k&n"}


class Feed(Server):
    """Sends rows to every client, then listens."""

    def __init__(self, *rows):
        self.rows = rows
        super().__init__()

    async def serve_client(self, client):
        for row in self.rows:
            await client.send(json.dumps(row))
        await super().serve_client(client)


class ExpressionTest(LaminarTestCase):
    def open_feed(self, server, options, path="/", **settings):
        shell = self.start_shell(environment=SECRET)
        endpoint = settings.get("endpoint", f"'{server.url(path)}'")
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = {endpoint}, mode = 'client', format = 'json',
                reconnect_interval_ms = 20{options});
            CREATE TABLE events (n INT) WITH (connector = 'feed');
        """)
        return shell

    def test_each_sending_evaluates_anew_and_each_session_counts_from_one(self):
        with Server() as server:
            begin = int(time.time() * 1000)
            shell = self.open_feed(server, """, subscribe_message = [
                JSON_OBJECT('id': NEXT_ID(), 'at': EPOCH_MS(NOW())),
                JSON_OBJECT('id': NEXT_ID(), 'key': SECRET('api_key'), 'topics': ['a', 'b'], 'sign': HMAC_SHA256(SECRET('api_key'), 'GET/realtime'))]""")
            first = [json.loads(text) for text in server.wait_for_messages(2)]
            server.drop_clients()
            second = [json.loads(text) for text in server.wait_for_messages(4)[2:]]
            shown = json.dumps(shell.execute("SHOW CREATE CONNECTION feed; SELECT * FROM system.websocket_connections"))
        sign = hmac.new(b"k3y-of-the-test", b"GET/realtime", hashlib.sha256).hexdigest()
        for messages in (first, second):
            self.assertEqual([message["id"] for message in messages], [1, 2])
            self.assertEqual(messages[1], {"id": 2, "key": "k3y-of-the-test", "topics": ["a", "b"], "sign": sign})
            self.assertTrue(begin <= messages[0]["at"] <= time.time() * 1000)
        self.assertGreater(second[0]["at"], first[0]["at"])
        self.assertIn("SECRET(''api_key'')".replace("''", "'"), shown)
        self.assertNotIn("k3y-of-the-test", shown + shell.stderr.text)

    def test_signed_headers_and_endpoints(self):
        with Server() as server:
            endpoint = f"'{server.url('/stream?user=')}' || URL_ENCODE(SECRET('token')) || '&at=' || EPOCH_MS(NOW()) // 1000"
            shell = self.open_feed(server, """, headers = MAP {'Authorization': 'Basic ' || BASE64('me:' || SECRET('token')),
                'X-Absent': RESUME(), 'X-Sign': HMAC_SHA256(SECRET('api_key'), 'x')}, resume_field = '$.n'""", endpoint=endpoint)
            server.wait_for_clients(1)
            shell.wait_for_state("feed", "connected")
            shown = json.dumps(shell.execute("SHOW CREATE CONNECTION feed; SELECT * FROM system.websocket_connections"))
        path, headers = server.requests[0]
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)
        self.assertEqual(query["user"], ["t/o k&n"])
        self.assertLess(abs(int(query["at"][0]) - time.time()), 60)
        self.assertEqual(headers["Authorization"], "Basic " + base64.b64encode(b"me:t/o k&n").decode())
        self.assertEqual(headers["X-Sign"], hmac.new(b"k3y-of-the-test", b"x", hashlib.sha256).hexdigest())
        self.assertNotIn("X-Absent", headers)
        for hidden in ("t/o k&n", "k3y-of-the-test", query["user"][0], headers["X-Sign"], "'me:'"):
            self.assertNotIn(hidden, shown + shell.stderr.text)

    def test_a_blob_is_a_binary_frame_and_null_is_none(self):
        with Server() as server:
            self.open_feed(server, r""", subscribe_message = [CASE WHEN RESUME() IS NOT NULL THEN 'resume' END,
                X'101000044D51545404020000' || '\x00'::BLOB || ENCODE('id'), 'text'], resume_field = '$.n'""")
            self.assertEqual(server.wait_for_messages(2), [b"\x10\x10\x00\x04MQTT\x04\x02\x00\x00\x00id", "text"])

    def test_heartbeats_tell_the_position_and_count(self):
        with Feed({"n": 41}) as server:
            shell = self.open_feed(server, """, heartbeat_interval_s = 1, resume_field = '$.n',
                ping_message = JSON_OBJECT('op': 1, 'd': RESUME(), 'id': NEXT_ID())""")
            shell.wait_until("n", "events", lambda rows: rows)
            messages = [json.loads(text) for text in server.wait_for_messages(2)]
        self.assertEqual(messages, [{"op": 1, "d": 41, "id": 1}, {"op": 1, "d": 41, "id": 2}])

    def test_acknowledgements(self):
        with Feed({"n": 1, "message_id": "a\"b"}) as server:
            self.open_feed(server, """,
                ack_message = JSON_OBJECT('ack': '${message_id}', 'mac': SHA256('${message_id}' || SECRET('api_key')))""")
            message = json.loads(server.wait_for_messages(1)[0])
        self.assertEqual(message, {"ack": 'a"b', "mac": hashlib.sha256(b'a"bk3y-of-the-test').hexdigest()})

    def test_what_cannot_be_computed_fails_the_attempt(self):
        with Feed({"n": "k3y-of-the-test"}) as server:
            shell = self.open_feed(server, """, resume_field = '$.n', max_reconnect_attempts = 1,
                subscribe_message = CAST(COALESCE(RESUME(), 1) AS BIGINT) || ''""")
            server.wait_for_messages(1)
            server.drop_clients()
            shell.wait_for_state("feed", "failed")
            error = shell.select("last_error", "system.websocket_connections")[0][0]
            self.assertIn("subscribe_message: CAST: ", error)
            self.assertIn("is not of type BIGINT", error)

    def test_a_secret_that_is_missing_fails_the_attempt_by_name(self):
        with Server() as server:
            shell = self.open_feed(server, ", subscribe_message = 'a' || SECRET('nowhere'), max_reconnect_attempts = 1")
            error = shell.wait_for_state("feed", "failed")[1]
        self.assertIn('subscribe_message: secret "nowhere" not found', error)
        self.assertEqual(server.requests, [])


if __name__ == "__main__":
    unittest.main()
