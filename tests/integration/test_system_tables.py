"""What a user can ask about connections: system tables, test_connection, SHOW."""

import json
import unittest

from laminar_process import LaminarTestCase
from websocket_peer import FeedServer, free_port


class SystemTablesTest(LaminarTestCase):
    def test_connections_and_logs_are_live(self):
        messages = [json.dumps({"n": n}) for n in range(10)] + ["broken"]
        size = sum(len(message) for message in messages)
        with FeedServer(messages) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION ws_feed TO websocket (endpoint = '{server.url("/feed?token=hidden")}', mode = 'client', format = 'json');
                SELECT connection_state, messages_received FROM system.websocket_connections;
                CREATE TABLE events (n INT) WITH (connector = 'ws_feed');
                CREATE TABLE errors (error_message TEXT) WITH (connector = 'ws_feed', stream = 'errors');
                WAIT FOR events COUNT 10 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR errors COUNT 1 TIMEOUT INTERVAL '60 seconds';
                INSERT INTO events VALUES (1), (2);
                WAIT FOR ws_feed TIMEOUT INTERVAL '60 seconds';
                SELECT connection_name, connection_state, connected_since > NOW() - INTERVAL '5 minutes' AS recent, messages_received,
                       bytes_received, reconnect_count, messages_failed
                FROM system.websocket_connections WHERE connection_name LIKE 'ws_%';
                SELECT level, event FROM system.websocket_logs WHERE connection = 'ws_feed' AND event IN ('connecting', 'connected', 'decode_error')
                ORDER BY timestamp;
                SHOW CONNECTIONS;
                DROP CONNECTION ws_feed CASCADE;
                SELECT COUNT(*) AS left FROM system.websocket_connections;
            """)
        rows = laminar.rows
        self.assertEqual(rows[0], {"connection_state": "idle", "messages_received": 0})
        self.assertEqual(rows[1], {"connection_name": "ws_feed", "connection_state": "connected", "recent": True, "messages_received": 11,
                                   "bytes_received": size, "reconnect_count": 0, "messages_failed": 1})
        self.assertEqual([row["event"] for row in rows[2:5]], ["connecting", "connected", "decode_error"])
        self.assertNotIn("hidden", laminar.stdout.text)
        self.assertEqual(rows[-1], {"left": 0})

    def test_test_connection_tells_every_step(self):
        with FeedServer([]) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION good TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE CONNECTION bad TO websocket (endpoint = 'ws://127.0.0.1:{free_port()}/', mode = 'client', format = 'json');
                SELECT test_connection('good') AS result;
                SELECT test_connection('bad') AS result;
            """)
        good, bad = (json.dumps(row["result"]) for row in laminar.rows)
        for step in ("resolve", "connect", "handshake"):
            self.assertIn(step, good)
        self.assertNotIn("false", good)
        self.assertIn("false", bad)
        self.assertIn("refused", bad)

    def test_objects_can_be_listed_and_shown(self):
        laminar = self.run_script("""
            CREATE CONNECTION numbers TO generator (rows_per_second = 1, max_rows = 10);
            CREATE TABLE kept (id INTEGER PRIMARY KEY, name TEXT DEFAULT 'x');
            CREATE VIEW names AS SELECT name FROM kept;
            CREATE FUNCTION twice(x) AS x * 2;
            SHOW TABLES;
            SHOW VIEWS;
            SHOW FUNCTIONS;
            SHOW CREATE TABLE kept;
            DESCRIBE kept;
            DESCRIBE CONNECTOR generator;
            DROP CONNECTION numbers;
        """)
        text = laminar.stdout.text
        for name in ("kept", "names", "twice", "rows_per_second", "max_rows", "PRIMARY KEY"):
            self.assertIn(name, text)


if __name__ == "__main__":
    unittest.main()
