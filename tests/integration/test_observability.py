"""system.websocket_connections counts everything, and logs are objects that name their connection."""

import json
import unittest

from laminar_process import LaminarTestCase, run
from websocket_peer import FeedServer, free_port

MESSAGES = [json.dumps({"n": n}) for n in range(10)]


class ObservabilityTest(LaminarTestCase):
    def test_every_counter(self):
        size = sum(len(message) for message in MESSAGES)
        with FeedServer(MESSAGES) as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION ws_feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                    reconnect_interval_ms = 50, max_reconnect_interval_ms = 100);
                CREATE TABLE events (n INT, text TEXT) WITH (connector = 'ws_feed');
                WAIT FOR events COUNT 10 TIMEOUT INTERVAL '60 seconds';
                INSERT INTO events VALUES (1, 'a'), (2, 'bb');
                SELECT 'sent' AS state;
                WAIT FOR events COUNT 20 TIMEOUT INTERVAL '60 seconds';
                SELECT connection_name, connection_state, connected_since > NOW() - INTERVAL '5 minutes' AS recent, messages_received,
                       messages_sent, bytes_received, bytes_sent, reconnect_count > 0 AS reconnected, last_error, messages_dropped,
                       messages_failed, pending_messages, errors, errors_dropped, dead_letters, messages_in_flight,
                       last_message_at > connected_since - INTERVAL '1 second' AS has_time, last_message_age_ms BETWEEN 0 AND 300000 AS has_age
                FROM system.websocket_connections WHERE connection_name LIKE 'ws_%';
                DROP CONNECTION ws_feed CASCADE;
            """)
            sent = server.wait_for_messages(2)
            laminar.stdout.wait_for(lambda line: "sent" in line, "sent messages")
            server.drop_clients()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        row = laminar.rows[1]
        error = row.pop("last_error")
        self.assertTrue(error)
        self.assertEqual(row, {
            "connection_name": "ws_feed", "connection_state": "connected", "recent": True, "messages_received": 20, "messages_sent": 2,
            "bytes_received": 2 * size, "bytes_sent": sum(map(len, sent)), "reconnected": True, "messages_dropped": 0, "messages_failed": 0,
            "pending_messages": 0, "errors": row["errors"], "errors_dropped": 0, "dead_letters": 0, "messages_in_flight": 0,
            "has_time": True, "has_age": True})
        self.assertGreaterEqual(row["errors"], 1, "a connection that breaks is an error")

    def test_drops_are_counted(self):
        for overflow in ("drop_newest", "drop_oldest"):
            with self.subTest(overflow), FeedServer([]) as server, FeedServer([]) as control:
                laminar = self.start_script(f"""
                    CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                        buffer_size = 3, overflow = '{overflow}');
                    CREATE PIPELINE held AS SELECT n FROM feed WHERE n >= 0;
                    PAUSE PIPELINE held;
                    CREATE CONNECTION control TO websocket (endpoint = '{control.url()}', mode = 'client', format = 'json');
                    CREATE TABLE signals (n INT) WITH (connector = 'control');
                    WAIT FOR signals COUNT 1 TIMEOUT INTERVAL '60 seconds';
                    SELECT messages_received, messages_dropped, pending_messages FROM system.websocket_connections
                    WHERE connection_name = 'feed';
                    RESUME PIPELINE held;
                    WAIT FOR held COUNT 3 TIMEOUT INTERVAL '60 seconds';
                    DROP CONNECTION feed CASCADE;
                    DROP CONNECTION control CASCADE;
                """)

                async def send(peer, messages):
                    (client,) = peer._clients
                    for message in messages:
                        await client.send(message)
                    await (await client.ping())  # Answered when all before has been read.

                server.wait_for_clients(1)
                control.wait_for_clients(1)  # The pipeline is paused by now.
                server.loop.call(send(server, MESSAGES))
                control.loop.call(send(control, MESSAGES[:1]))
                self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
                shown = [row["n"] for row in laminar.rows if "n" in row]
                self.assertEqual(laminar.rows[0], {"messages_received": 10, "messages_dropped": 7, "pending_messages": 3})
                self.assertEqual(shown, [0, 1, 2] if overflow == "drop_newest" else [7, 8, 9])

    def test_logs_are_objects_that_name_the_connection(self):
        with FeedServer([*MESSAGES, "broken"]) as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE errors (error_type TEXT) WITH (connector = 'feed', stream = 'errors');
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR errors COUNT 1 TIMEOUT INTERVAL '60 seconds';
                DROP CONNECTION feed CASCADE;
            """, "--log-level", "info", "--log-format", "json")
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        records = [json.loads(line) for line in laminar.stderr.lines if line.startswith("{")]
        events = {record["event"]: record for record in records if record.get("connection") == "feed"}
        self.assertLessEqual({"connecting", "connected", "decode_error", "closed"}, set(events))
        error = events["decode_error"]
        self.assertEqual(list(error), ["time", "level", "connection", "event", "message"])
        self.assertEqual(error["level"], "warning")
        self.assertTrue(error["message"].startswith("invalid_json: "))

    def test_messages_are_counted_once(self):
        """However many read them; what is told about them are no messages, and other connectors are not WebSockets."""
        with FeedServer([*MESSAGES, "broken", '{"n": "no number"}']) as server:
            laminar = run("run", "--format", "json", "-e", f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', dlq_enabled = true);
                CREATE CONNECTION numbers TO generator (max_rows = 7);
                CREATE CONNECTION hole TO blackhole ();
                CREATE TABLE one (n INT) WITH (connector = 'feed');
                CREATE TABLE two (n INT) WITH (connector = 'feed');
                CREATE TABLE errors (error_type TEXT, message_id TEXT) WITH (connector = 'feed', stream = 'errors');
                CREATE TABLE dead (error_type TEXT) WITH (connector = 'feed', stream = 'dlq');
                CREATE PIPELINE direct AS SELECT n FROM feed WHERE n < 0;
                CREATE TABLE sink (counter BIGINT) WITH (connector = 'hole');
                CREATE PIPELINE copy AS INSERT INTO sink SELECT counter FROM numbers;
                WAIT FOR errors COUNT 2 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR dead COUNT 2 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR copy COUNT 7 TIMEOUT INTERVAL '60 seconds';
                SELECT connection_name, messages_received FROM system.connections ORDER BY ALL;
                SELECT connection_name, messages_received FROM system.websocket_connections;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(laminar.exit_code, 0, laminar.stderr.text)
        self.assertEqual(laminar.rows, [{"connection_name": name, "messages_received": count} for name, count in
                                        (("feed", 12), ("hole", 0), ("numbers", 7), ("feed", 12))])
        self.assertIn("19 messages in, 7 sent", laminar.stderr.text)

    def test_connection_errors_have_no_message_id(self):
        port = free_port()
        laminar = self.run_script(f"""
            CREATE CONNECTION feed TO websocket (endpoint = 'ws://127.0.0.1:{port}/', mode = 'client', format = 'json',
                reconnect_interval_ms = 50);
            CREATE TABLE declared (error_type TEXT, message_id TEXT) WITH (connector = 'feed', stream = 'errors');
            CREATE TABLE undeclared (error_type TEXT) WITH (connector = 'feed', stream = 'errors');
            WAIT FOR declared TIMEOUT INTERVAL '60 seconds';
            WAIT FOR undeclared TIMEOUT INTERVAL '60 seconds';
            SELECT DISTINCT error_type, message_id FROM declared;
            SELECT DISTINCT error_type, message_id FROM undeclared;
            DROP CONNECTION feed CASCADE;
        """)
        self.assertEqual(laminar.rows, [{"error_type": "connection", "message_id": None}] * 2)


if __name__ == "__main__":
    unittest.main()
