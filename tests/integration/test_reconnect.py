"""A client finds its peer again, and tells what happened meanwhile."""

import json
import unittest

from laminar_process import LaminarTestCase
from websocket_peer import FeedServer, Server, free_port


class ReconnectTest(LaminarTestCase):
    def test_the_feed_goes_on_after_the_peer_restarts(self):
        port = free_port()
        first = FeedServer([json.dumps({"n": n}) for n in range(50)], port=port)
        laminar = self.start_script(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{first.url()}', mode = 'client', format = 'json',
                reconnect_interval_ms = 50, max_reconnect_interval_ms = 200, subscribe_message = JSON_OBJECT('op': 'subscribe'));
            CREATE TABLE events (n INT) WITH (connector = 'feed');
            WAIT FOR events COUNT 50 TIMEOUT INTERVAL '100 seconds';
            SELECT COUNT(*) AS first_part FROM events;
            WAIT FOR events COUNT 100 TIMEOUT INTERVAL '100 seconds';
            SELECT COUNT(*) AS rows, COUNT(DISTINCT n) AS different, MAX(n) AS last FROM events;
            SELECT connection_state, reconnect_count FROM system.websocket_connections;
            SELECT event, COUNT(*) AS times FROM system.websocket_logs WHERE connection = 'feed' AND event IN ('connected', 'disconnected')
                GROUP BY event ORDER BY event;
            DROP CONNECTION feed CASCADE;
        """)
        laminar.stdout.wait_for(lambda line: "first_part" in line, "first part")
        self.assertEqual(first.wait_for_messages(1), ['{"op":"subscribe"}'])
        first.stop()
        with FeedServer([json.dumps({"n": n}) for n in range(50, 100)], port=port) as second:
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
            self.assertEqual(second.received, ['{"op":"subscribe"}'], "subscribed again")
        rows = laminar.rows
        self.assertEqual(rows[0], {"first_part": 50})
        self.assertEqual(rows[1], {"rows": 100, "different": 100, "last": 99})
        self.assertEqual(rows[2]["connection_state"], "connected")
        self.assertGreaterEqual(rows[2]["reconnect_count"], 1)
        self.assertEqual(rows[3]["event"], "connected")
        self.assertEqual(rows[3]["times"], 2)

    def test_a_cut_connection_is_made_again(self):
        with FeedServer([json.dumps({"n": 1})]) as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 50);
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 1 TIMEOUT INTERVAL '100 seconds';
                SELECT 'once' AS had;
                WAIT FOR events COUNT 2 TIMEOUT INTERVAL '100 seconds';
                DROP CONNECTION feed CASCADE;
            """)
            laminar.stdout.wait_for(lambda line: "once" in line, "first message")
            server.drop_clients()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_without_reconnect_the_end_of_the_connection_is_the_end(self):
        server = Server()
        laminar = self.start_script(f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect = false);
            CREATE TABLE events (n INT) WITH (connector = 'feed');
        """)
        server.wait_for_clients(1)
        server.drop_clients()
        self.assertEqual(laminar.wait(), 1, laminar.stderr.text)
        server.stop()
        self.assertIn("feed", laminar.stderr.text)

    def test_nobody_there(self):
        laminar = self.run_script(f"""
            CREATE CONNECTION feed TO websocket (endpoint = 'ws://127.0.0.1:{free_port()}/', mode = 'client', format = 'json', reconnect = false);
            CREATE TABLE events (n INT) WITH (connector = 'feed');
            WAIT FOR feed TIMEOUT INTERVAL '60 seconds';
        """, expect=1)
        self.assertIn("onnection refused", laminar.stderr.text)

    def test_a_secret_that_is_missing_from_the_start_is_not_waited_for(self):
        laminar = self.run_script("""
            CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:1/', format = 'json',
                headers = MAP {'Authorization': 'Bearer ${secret:never_set}'});
            CREATE TABLE ticks (a INT) WITH (connector = 'feed');
            WAIT FOR feed TIMEOUT INTERVAL '1 hour';
        """, expect=1)
        self.assertIn('it failed: header Authorization: secret "never_set" not found', laminar.stderr.text)

    def test_a_secret_that_is_gone_later_is_waited_for(self):
        folder = self.temporary_folder()
        (folder / "token").write_text("first")
        with Server() as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = '{server.url()}', format = 'json',
                    reconnect_interval_ms = 20, max_reconnect_interval_ms = 50,
                    headers = MAP {{'Authorization': 'Bearer ${{secret:token}}'}});
                CREATE TABLE ticks (a INT) WITH (connector = 'feed');
            """, "--secrets-dir", folder)
            server.wait_for_clients(1)
            (folder / "token").unlink()
            server.drop_clients()
            laminar.stderr.wait_for(lambda line: "secret_missing" in line, "missing secret")
            (folder / "token").write_text("second")
            server.wait_for_clients(2)
            self.assertEqual([headers["Authorization"] for _, headers in server.requests], ["Bearer first", "Bearer second"])
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)


if __name__ == "__main__":
    unittest.main()
