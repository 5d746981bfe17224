"""Peers that are sent no more than they bear: subscribe_interval_ms and send_rate."""

import json
import time
import unittest

from laminar_process import LaminarTestCase
from websocket_peer import Client, Server


class Asking(Server):
    """Sends a question and a row as soon as it has had a message, then listens."""

    async def serve_client(self, client):
        await self._remember(await client.recv())
        await client.send(json.dumps({"ping": 7}))
        await client.send(json.dumps({"n": 1}))
        await super().serve_client(client)


class PaceTest(LaminarTestCase):
    def open_feed(self, server, options):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 20,
                replies = MAP {{'when': MAP {{'$.ping': EXISTS}}, 'send': JSON_OBJECT('pong': RECEIVED('$.ping'))}}{options});
            CREATE TABLE events (n INT) WITH (connector = 'feed');
        """)
        return shell

    def test_subscriptions_come_one_after_the_other(self):
        with Server() as server:
            begin = time.monotonic()
            shell = self.open_feed(server, ", subscribe_message = ['a', 'b', 'c', 'd'], subscribe_interval_ms = 100")
            self.assertEqual(server.wait_for_messages(4), ["a", "b", "c", "d"])
            self.assertGreaterEqual(time.monotonic() - begin, 0.3)
            shell.wait_for_state("feed", "connected")
            server.drop_clients()
            self.assertEqual(server.wait_for_messages(8), ["a", "b", "c", "d"] * 2)

    def test_until_the_last_has_left_rows_wait_and_what_comes_is_rows(self):
        with Asking() as server:
            shell = self.open_feed(server, ", subscribe_message = ['a', 'b'], subscribe_interval_ms = 3600000")
            shell.wait_until("n", "events", lambda rows: rows == [[1]])
            state = shell.select("connection_state, state_reason", "system.websocket_connections")
            self.assertEqual(state, [["connecting", "subscribe_message: waits for its time to send"]])
            shell.execute("INSERT INTO events VALUES (2)")
            # Answers never wait.
            self.assertEqual(server.wait_for_messages(2), ["a", '{"pong":7}'])
            self.assertEqual(shell.select("messages_sent", "system.websocket_connections"), [[0]])
            server.drop_clients()
            self.assertEqual(server.wait_for_messages(3)[2], "a")

    def test_the_first_does_not_wait(self):
        with Server() as server:
            shell = self.open_feed(server, ", subscribe_message = 'a', subscribe_interval_ms = 3600000")
            shell.wait_for_state("feed", "connected")
            self.assertEqual(server.wait_for_messages(1), ["a"])

    def test_rows_come_at_their_rate(self):
        with Server() as server:
            shell = self.open_feed(server, ", send_rate = 20, heartbeat_interval_s = 0")
            shell.wait_for_state("feed", "connected")
            begin = time.monotonic()
            shell.execute("INSERT INTO events SELECT * FROM range(10) AS r(n)")
            messages = server.wait_for_messages(10)
            self.assertGreaterEqual(time.monotonic() - begin, 0.45)
            self.assertEqual([json.loads(text)["n"] for text in messages], list(range(10)))

    def test_what_must_not_wait_does_not(self):
        with Asking() as server:
            shell = self.open_feed(server, """, subscribe_message = 'a', send_rate = 0.001, heartbeat_interval_s = 1, ping_message = 'beat'""")
            shell.wait_for_state("feed", "connected")
            shell.execute("INSERT INTO events VALUES (2)")
            self.assertEqual(server.wait_for_messages(4), ["a", '{"pong":7}', "beat", "beat"])
            self.assertEqual(shell.select("messages_sent", "system.websocket_connections"), [[0]])

    def test_the_handshake_keeps_the_rate_too(self):
        with Server() as server:
            shell = self.open_feed(server, ", send_rate = 0.001, handshake = [MAP {'send': 'one'}, MAP {'send': 'two'}]")
            self.assertEqual(server.wait_for_messages(1), ["one"])
            rows = shell.wait_until("state_reason", "system.websocket_connections", lambda rows: rows[0][0])
            self.assertEqual(rows, [["step 2 of handshake: waits for its time to send"]])

    def test_each_client_of_a_server_has_the_rate_for_itself(self):
        laminar = self.start_script("""
            CREATE CONNECTION hub TO websocket (port = 0, mode = 'server', format = 'json', broadcast = true, send_rate = 0.001);
            CREATE TABLE events (n INT) WITH (connector = 'hub');
            CREATE TABLE ticks (n INT) WITH (connector = 'hub', mode = 'sink');
            WAIT FOR hub TIMEOUT INTERVAL '60 seconds';
            SELECT port FROM system.websocket_connections;
            WAIT FOR events COUNT 2 TIMEOUT INTERVAL '60 seconds';
            INSERT INTO ticks VALUES (1), (2);
        """, "--shutdown-timeout", "1s")
        port = json.loads(laminar.stdout.wait_for(lambda line: "port" in line, "port"))["port"]
        with Client(f"ws://127.0.0.1:{port}/") as one, Client(f"ws://127.0.0.1:{port}/") as two:
            one.send('{"n": 1}')
            two.send('{"n": 2}')
            self.assertEqual([json.loads(client.receive(1)[0]) for client in (one, two)], [{"n": 1}, {"n": 1}])

    def test_test_connection_keeps_them(self):
        with Server() as server:
            shell = self.start_shell()
            shell.execute(f"""CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                subscribe_message = ['a', 'b'], subscribe_interval_ms = 50, subscribe_confirm = MAP {{'$.ok': 'true'}},
                subscribe_confirm_timeout_ms = 50)""")
            self.assertIn("no reply with $.ok = true within 50 ms", "".join(shell.execute("SELECT test_connection('feed')")))
            self.assertEqual(server.wait_for_messages(2), ["a", "b"])


if __name__ == "__main__":
    unittest.main()
