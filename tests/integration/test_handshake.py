"""What is said on a new connection before it counts as connected (handshake), and every way in which it fails."""

import asyncio
import base64
import gzip
import hashlib
import json
import unittest

from dialogue_peer import SECRET, Hub
from laminar_process import LaminarTestCase
from websocket_peer import Server

DIGEST = base64.b64encode(hashlib.sha256(b"salt" + b"token-of-the-test").digest()).decode()

STEPS = """, handshake = [
    MAP {'expect': MAP {'$.type': 'auth_required'}, 'refuse': MAP {'$.type': 'closed'}, 'timeout_ms': PATIENCE},
    MAP {'send': JSON_OBJECT('type': 'auth', 'token': SECRET('token'),
        'answer': BASE64(UNHEX(SHA256(RECEIVED('$.salt') || SECRET('token')))))},
    MAP {'expect': MAP {'$.type': 'auth_ok'}, 'refuse': MAP {'$.type': 'auth_invalid'}, 'timeout_ms': INTERVAL PATIENCE MILLISECOND}
  ], subscribe_message = JSON_OBJECT('id': NEXT_ID(), 'type': 'subscribe')"""


def steps(patience=60000):
    return STEPS.replace("PATIENCE", str(patience))


ASK = {"type": "auth_required", "salt": "salt"}
GOOD = [ASK, "receive", {"type": "auth_ok"}]
# A peer that quotes what it has got.
REFUSAL = {"type": "auth_invalid", "message": "token-of-the-test is wrong, and so is " + DIGEST}


class HandshakeTest(LaminarTestCase):
    def open_hub(self, server, options):
        shell = self.start_shell(environment=SECRET)
        shell.execute(f"""
            CREATE CONNECTION hub TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                reconnect_interval_ms = 20, max_reconnect_interval_ms = 40, max_reconnect_attempts = 2, dlq_enabled = true{options});
            CREATE TABLE events (n INT, type TEXT) WITH (connector = 'hub', accept = MAP {{'$.n': EXISTS}});
            CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'hub', stream = 'errors');
        """)
        return shell

    def check_failed(self, expected, *script, patience=60000):
        """Every attempt ends as expected says; they are as many as allowed, and show no secret."""
        with Hub(list(script)) as server:
            shell = self.open_hub(server, steps(patience))
            reason, error = shell.wait_for_state("hub", "failed")
            rows = shell.select("error_type, error_message", "errors")
            shown = json.dumps(shell.execute("SELECT * FROM system.connections; SELECT * FROM system.websocket_logs; "
                                             "SELECT * FROM system.dead_letters; SHOW CREATE CONNECTION hub"))
            attempts = len(server.requests)
            gaps = shell.select("COUNT(*)", "system.websocket_gaps")
        self.assertEqual(attempts, 3, "tried again as often as allowed")
        self.assertEqual(gaps, [[0]], "it never was connected")
        self.assertIn("max_reconnect_attempts (2) reached", reason)
        self.assertIn(expected, error)
        self.assertEqual([row[0] for row in rows], ["connection"] * 3)
        for row in rows:
            self.assertIn(expected, row[1])
        for hidden in ("token-of-the-test", DIGEST):
            self.assertNotIn(hidden, shown + json.dumps(rows) + shell.stderr.text + reason)

    def test_a_dialogue_that_goes_well_on_every_connect(self):
        with Hub(GOOD + ["receive", {"n": 1}]) as server:
            shell = self.open_hub(server, steps())
            shell.wait_until("COUNT(*)", "events", lambda rows: rows == [[1]])
            self.assertEqual(shell.select("connection_state", "system.connections"), [["connected"]])
            server.drop_clients()
            shell.wait_until("COUNT(*)", "events", lambda rows: rows == [[2]])
            messages = [json.loads(text) for text in server.wait_for_messages(4)]
        auth = {"type": "auth", "token": "token-of-the-test", "answer": DIGEST}
        self.assertEqual(messages, [auth, {"id": 1, "type": "subscribe"}] * 2)
        self.assertEqual(shell.select("errors, messages_failed, dead_letters", "system.connections")[0][1:], [0, 0])
        self.assertNotIn("token-of-the-test", shell.stderr.text)

    def test_until_it_is_over_rows_wait_and_what_comes_is_rows(self):
        with Hub([{"n": 1}, ASK, "receive", {"n": 2}, "wait"]) as server:
            shell = self.open_hub(server, steps())
            server.wait_for_messages(1)
            shell.wait_until("COUNT(*)", "events", lambda rows: rows == [[2]])
            state = shell.select("connection_state, state_reason, connected_since", "system.websocket_connections")
            self.assertEqual(state, [["connecting", "step 3 of handshake: waits for a message with $.type = auth_ok", None]])
            shell.execute("INSERT INTO events VALUES (3, 'sent')")
            self.assertEqual(shell.select("messages_sent", "system.websocket_connections"), [[0]])
            self.assertEqual(len(server.received), 1)

    def test_refused_in_the_first_step(self):
        self.check_failed('refused in step 1 of handshake: "{\\"type\\": \\"closed\\"}"', {"type": "closed"}, "wait")

    def test_refused_in_a_later_step(self):
        self.check_failed('refused in step 3 of handshake: "{\\"type\\": \\"auth_invalid\\", \\"message\\": \\"*** is wrong',
                          ASK, "receive", REFUSAL, "wait")

    def test_silent_in_the_first_step(self):
        self.check_failed("no message with $.type = auth_required within 100 ms (step 1 of handshake); nothing came",
                          "wait", patience=100)

    def test_silent_in_a_later_step(self):
        self.check_failed("no message with $.type = auth_ok within 100 ms (step 3 of handshake); nothing came",
                          ASK, "receive", "wait", patience=100)

    def test_another_message_in_its_place(self):
        self.check_failed("no message with $.type = auth_required within 100 ms (step 1 of handshake); the last message was "
                          '"{\\"type\\": \\"auth_ok\\"}"', {"type": "auth_ok"}, "wait", patience=100)

    def test_in_the_wrong_order_in_a_later_step(self):
        self.check_failed("no message with $.type = auth_ok within 100 ms (step 3 of handshake); the last message was "
                          '"{\\"type\\": \\"auth_required\\", \\"salt\\": \\"salt\\"}"', ASK, "receive", ASK, "wait", patience=100)

    def test_closed_in_the_first_step(self):
        self.check_failed("closed with code 4401 (who are you, ***?) before the message with $.type = auth_required (step 1 of "
                          "handshake)", "close")

    def test_closed_in_a_later_step(self):
        self.check_failed("closed with code 4401 (who are you, ***?) before the message with $.type = auth_ok (step 3 of handshake)",
                          ASK, "receive", "close")

    def test_lost_in_the_first_step(self):
        self.check_failed(" before the message with $.type = auth_required (step 1 of handshake)", "abort")

    def test_lost_in_a_later_step(self):
        self.check_failed(" before the message with $.type = auth_ok (step 3 of handshake)", ASK, "receive", "abort")

    def test_a_late_answer_is_none_for_the_next_attempt(self):
        # The first connection is answered when the second is there: too late for the one, and not meant for the other.
        with Hub([ASK, "receive", "next", {"type": "auth_ok"}], [ASK, "receive", "receive", {"n": 1}]) as server:
            shell = self.open_hub(server, steps(200))
            shell.wait_for_state("hub", "failed")
            self.assertEqual(shell.select("COUNT(*)", "events"), [[0]])

    def test_the_attempt_after_a_refusal_may_go_well(self):
        with Hub([ASK, "receive", REFUSAL, "wait"], GOOD) as server:
            shell = self.open_hub(server, steps())
            shell.wait_for_state("hub", "connected")
            self.assertEqual(len(server.requests), 2)

    def test_delays_grow_with_refusals(self):
        with Hub([REFUSAL, "wait"]) as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION hub TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                    reconnect_interval_ms = 20, reconnect_backoff_multiplier = 3, max_reconnect_interval_ms = 150, max_reconnect_attempts = 4,
                    reconnect_stable_ms = 0, handshake = MAP {{'expect': MAP {{'$.type': 'hello'}}, 'refuse': MAP {{'$.type': EXISTS}}}});
                CREATE TABLE events (n INT) WITH (connector = 'hub');
                CREATE PIPELINE shown AS SELECT n FROM events;
            """, "--log-level", "info")
            laminar.wait()
        for limit in (20, 60, 150):
            self.assertIn(f"(at most {limit} ms)", laminar.stderr.text)

    def test_test_connection_goes_through_it(self):
        with Hub(GOOD, [ASK, "receive", REFUSAL, "wait"]) as server:
            shell = self.start_shell(environment=SECRET)
            shell.execute(f"""CREATE CONNECTION hub TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json'{steps()})""")
            good = "".join(shell.execute("SELECT test_connection('hub')"))
            bad = "".join(shell.execute("SELECT test_connection('hub')"))
        self.assertIn("auth_ok", good)
        self.assertIn("refused in step 3 of handshake", bad)
        self.assertNotIn("token-of-the-test", good + bad + shell.stderr.text)

    def test_test_connection_reads_messages_as_a_session_does(self):
        hello = gzip.compress(b'{"type": "hello"}')

        class Zipped(Server):
            async def serve_client(self, client):
                await client.send(gzip.compress(b'{"ping": 5}'))
                self.answer = await client.recv()
                await client.send(hello)
                await super().serve_client(client)

        with Zipped() as server:
            shell = self.start_shell()
            shell.execute(f"""CREATE CONNECTION hub TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', compression = 'gzip',
                replies = [MAP {{'when': MAP {{'$.ping': EXISTS}}, 'send': JSON_OBJECT('pong': RECEIVED('$.ping'))}}],
                handshake = [MAP {{'expect': MAP {{'$.type': 'hello'}}}}])""")
            result = "".join(shell.execute("SELECT test_connection('hub')"))
            self.assertEqual(server.answer, '{"pong":5}')
        self.assertIn("dialogue", result)
        self.assertIn("hello", result)
        self.assertNotIn("subscribe", result)

    def test_the_peer_says_how_often_it_wants_heartbeats(self):
        hello = {"op": 10, "d": {"heartbeat_interval": 150.0}}
        with Hub([hello, "receive"] + ["receive"] * 3) as server:
            self.open_hub(server, """, handshake = [MAP {'expect': MAP {'$.op': 10}}, MAP {'send': JSON_OBJECT('op': 2, 'd': SECRET('token'))}],
                heartbeat_interval_s = 0, heartbeat_interval_ms_field = '$.d.heartbeat_interval',
                ping_message = JSON_OBJECT('op': 1, 'd': RESUME()), resume_field = '$.s'""")
            messages = [json.loads(text) for text in server.wait_for_messages(4)]
        self.assertEqual(messages, [{"op": 2, "d": "token-of-the-test"}] + [{"op": 1, "d": None}] * 3)

    def test_no_heartbeat_before_the_peer_knows_who_it_is(self):
        async def slowly(self, client):
            await asyncio.wait_for(client.ping(), 10)
            await client.send(json.dumps(ASK))
            await self._remember(await client.recv())

        class Slow(Hub):
            async def serve_client(self, client):
                # A ping of the protocol comes every second; the application's waits.
                while not client.pings_seen:
                    await asyncio.sleep(0.01)
                await slowly(self, client)
                await Server.serve_client(self, client)

        class Counting(Slow):
            async def _handle(self, client):
                client.pings_seen = 0
                read = client.read_frame

                async def read_frame(max_size):
                    frame = await read(max_size)
                    client.pings_seen += frame.opcode == 9
                    return frame

                client.read_frame = read_frame
                await super()._handle(client)

        with Counting() as server:
            self.open_hub(server, steps() + ", heartbeat_interval_s = 1, ping_message = 'beat'")
            first = json.loads(server.wait_for_messages(1)[0])
        self.assertEqual(first["type"], "auth")


if __name__ == "__main__":
    unittest.main()
