"""How a connection that looks alive and is not is found out."""

import asyncio
import json
import time
import unittest

from laminar_process import LaminarTestCase
from raw_server import RawServer, until_end
from raw_websocket import PING, PONG, accept
from websocket_peer import Client, Server, free_port


class LivenessTest(LaminarTestCase):
    def open_feed(self, server, options):
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                reconnect_interval_ms = 20{options});
            CREATE TABLE events (n INT) WITH (connector = 'feed');
        """)
        return shell

    def test_pings_are_sent_and_their_pongs_keep_the_connection(self):
        pings = []

        def serve(peer):
            client = accept(peer)
            for frame in client.receive_frames():
                if frame.opcode == PING:
                    pings.append(time.monotonic())
                    client.send(PONG, frame.payload)

        with RawServer(serve) as server:
            shell = self.open_feed(server, ", heartbeat_interval_s = 1, heartbeat_timeout_s = 1")
            shell.wait_until("connection_state", "system.websocket_connections", lambda rows: len(pings) >= 3)
            self.assertEqual(server.connections, 1)
            # The interval of the option, a second, and not the default, 30.
            self.assertLess(pings[2] - pings[0], 45)

    def test_the_interval_is_kept_whatever_the_timeout(self):
        pings = []

        def serve(peer):
            client = accept(peer)
            for frame in client.receive_frames():
                if frame.opcode == PING:
                    pings.append(frame.payload)  # And no answer: there is a day for it.

        with RawServer(serve) as server:
            shell = self.open_feed(server, ", heartbeat_interval_s = 1, heartbeat_timeout_s = 86400")
            shell.wait_until("connection_state", "system.websocket_connections", lambda rows: len(pings) >= 3)
            self.assertEqual(server.connections, 1)

    def test_a_peer_that_stops_answering_is_given_up_though_pings_go_on(self):
        pings = []

        def serve(peer):
            client = accept(peer)
            for frame in client.receive_frames():
                if frame.opcode == PING:
                    pings.append(server.connections)
                    if len(pings) <= 2:
                        client.send(PONG, frame.payload)

        with RawServer(serve) as server:
            shell = self.open_feed(server, ", heartbeat_interval_s = 1, heartbeat_timeout_s = 3")
            server.wait_for_connections(2)
            self.assertIn(["no answer to ping within 3 s (heartbeat_timeout_s)"], shell.select("reason", "system.websocket_gaps"))
            self.assertGreater(pings.count(1), 3)

    def test_a_half_open_connection_is_given_up(self):
        def serve(peer):
            accept(peer)
            until_end(peer)  # Takes everything, says nothing: what a dead peer behind a live network does.

        with RawServer(serve) as server:
            shell = self.open_feed(server, ", heartbeat_interval_s = 1, heartbeat_timeout_s = 2")
            server.wait_for_connections(2)
            self.assertIn(["no answer to ping within 2 s (heartbeat_timeout_s)"], shell.select("reason", "system.websocket_gaps"))

    def test_without_heartbeats_silence_is_no_reason(self):
        def serve(peer):
            seen.append(accept(peer).receive().opcode)

        seen = []
        with RawServer(serve) as server:
            shell = self.open_feed(server, ", heartbeat_interval_s = 0")
            shell.wait_for_state("feed", "connected")
            # The first frame is the row: no ping came before it.
            shell.execute("INSERT INTO events VALUES (1)")
            shell.wait_until("1", "(SELECT 1) AS one", lambda rows: seen)
            self.assertEqual(seen, [1])

    def test_messages_without_a_time_do_not_hold_windows_open(self):
        class Feed(Server):
            row = None

            async def serve_client(self, client):
                while True:
                    if self.row:
                        await client.send(json.dumps(self.row))
                        self.row = None
                    await client.send(json.dumps({"type": "heartbeat"}))
                    await asyncio.sleep(0.05)

        with Feed() as server:
            shell = self.start_shell()
            shell.execute(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE events (n INT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1 second')
                    WITH (connector = 'feed', watermark_idle_ms = 500);
                CREATE TABLE closed (w TIMESTAMP, n BIGINT);
                CREATE TABLE passed (w TIMESTAMP, n BIGINT);
                CREATE PIPELINE windows AS INSERT INTO closed
                SELECT TUMBLE_START(ts, INTERVAL '2 seconds'), COUNT(*) FROM events WHERE n IS NOT NULL
                GROUP BY TUMBLE(ts, INTERVAL '2 seconds');
                -- By way of a pipeline, too, whose reader goes by the same clock.
                CREATE PIPELINE cleaned AS SELECT n, ts FROM events WHERE n IS NOT NULL;
                CREATE PIPELINE windows_of_cleaned AS INSERT INTO passed
                SELECT TUMBLE_START(ts, INTERVAL '2 seconds'), COUNT(*) FROM cleaned GROUP BY TUMBLE(ts, INTERVAL '2 seconds');
            """)
            server.row = {"n": 1, "ts": "2024-01-01T00:00:01Z"}
            shell.wait_until("n", "closed", lambda rows: rows == [[1]])
            shell.wait_until("n", "passed", lambda rows: rows == [[1]])
            self.assertEqual(shell.select("max(late_rows)", "system.pipelines"), [[0]])

    def test_application_heartbeats(self):
        class Feed(Server):
            answers = True

            async def serve_client(self, client):
                async for message in client:
                    await self._remember(message)
                    if json.loads(message)["op"] == "ping" and self.answers:
                        # More than was asked for, in another order, is an answer all the same.
                        await client.send(json.dumps({"time": 123, "n": 1, "op": "pong"}))

        with Feed() as server:
            shell = self.open_feed(server, """, heartbeat_interval_s = 1, heartbeat_timeout_s = 2,
                ping_message = JSON_OBJECT('op': 'ping'), pong_message = JSON_OBJECT('op': 'pong')""")
            messages = server.wait_for_messages(3)
            self.assertEqual([json.loads(message) for message in messages], [{"op": "ping"}] * len(messages))
            self.assertEqual(shell.select("COUNT(*)", "events"), [[0]], "a pong is not a row")
            self.assertEqual(len(server.requests), 1)
            # The library goes on answering the protocol's pings: the application is dead all the same.
            server.answers = False
            server.wait_for_clients(2)
            self.assertEqual(shell.select("reason", "system.websocket_gaps"),
                             [["no answer to ping_message within 2 s (heartbeat_timeout_s)"]])

    def test_a_silent_feed_is_connected_anew(self):
        with Server() as server:  # Answers pings, sends nothing.
            shell = self.open_feed(server, ", heartbeat_interval_s = 1, idle_timeout_s = 2")
            server.wait_for_clients(2)
            self.assertIn(["no message for 2 s (idle_timeout_s)"], shell.select("reason", "system.websocket_gaps"))

    def test_application_heartbeats_of_a_server(self):
        port = free_port()
        shell = self.start_shell()
        shell.execute(f"""
            CREATE CONNECTION hub TO websocket (mode = 'server', port = {port}, format = 'json', heartbeat_interval_s = 1,
                heartbeat_timeout_s = 2, ping_message = JSON_OBJECT('op': 'ping'), pong_message = JSON_OBJECT('op': 'pong'));
            CREATE TABLE events (n INT) WITH (connector = 'hub');
        """)
        shell.wait_for_state("hub", "listening")
        with Client(f"ws://127.0.0.1:{port}/") as client:
            for _ in range(3):
                self.assertEqual([json.loads(text) for text in client.receive(1)], [{"op": "ping"}])
                client.send('{"op": "pong"}')
            client.send('{"n": 1}')
            shell.wait_until("n", "events", lambda rows: rows == [[1]])
            # The library goes on answering the protocol's pings: the application is dead all the same.
            shell.wait_until("COUNT(*)", "system.websocket_clients", lambda rows: rows == [[0]])


if __name__ == "__main__":
    unittest.main()
