"""Examples of feeds against the real thing: graphql-ws and socket.io."""

import json
import re
import unittest

from feed_peers import SECRET
from laminar_process import PROJECT, LaminarTestCase
from node_program import NodeProgram

FEEDS = PROJECT / "sql_examples" / "feeds"
PARTS = 3
ROWS_OF_A_PART = 50


class FeedServer(NodeProgram):
    """feed_servers.js in one of its roles."""

    def __init__(self, role, argument):
        super().__init__("feed_servers.js", role, argument)


class FeedServersTest(LaminarTestCase):
    def start_feed(self, name, port, secret=SECRET, replaced=()):
        script = (FEEDS / f"{name}.sql").read_text()
        script = re.sub(r"endpoint = 'wss?://[^/']+", f"endpoint = 'ws://127.0.0.1:{port}", script)
        script = script.replace("mode = 'client',", "mode = 'client', reconnect_interval_ms = 20, max_reconnect_interval_ms = 40,", 1)
        for old, new in replaced:
            self.assertIn(old, script)
            script = script.replace(old, new)
        # Views of the tables, without the rows of pipelines that are printed.
        script = re.sub(r"^CREATE PIPELINE \w+ AS\nSELECT.*?;\n", "", script, flags=re.MULTILINE | re.DOTALL)
        names = re.findall(r"SECRET\('(\w+)'\)", script)
        shell = self.start_shell(environment={f"LAMINAR_SECRET_{found.upper()}": secret for found in names})
        shell.execute(script)
        return shell

    def check_clean(self, shell):
        rows = shell.select("messages_failed, dead_letters", "system.connections")
        self.assertEqual(rows, [[0, 0]])
        self.assertNotIn(SECRET, shell.stdout.text + shell.stderr.text)
        self.assertEqual(shell.leave(), 0)

    def test_graphql_ws(self):
        with FeedServer("graphql", SECRET) as server:
            shell = self.start_feed("graphql", server.wait_for("listening")["port"])
            for part in range(PARTS):
                server.wait_for("subscribed", 2 * part + 2)
                for row in range(ROWS_OF_A_PART):
                    number = part * ROWS_OF_A_PART + row
                    server.order("publish", kind="trades", value={"id": number, "symbol": "BTC-USD", "price": number + 0.25, "size": 2,
                                                                  "at": f"2026-01-01T00:00:{row:02}Z"})
                server.order("publish", kind="status", value=f"part {part}")
                expected = (part + 1) * ROWS_OF_A_PART
                shell.wait_until("COUNT(*)", "trades", lambda rows: rows == [[expected]])
                shell.wait_until("COUNT(*)", "status", lambda rows: rows == [[part + 1]])
                server.order("drop")
            total = PARTS * ROWS_OF_A_PART
            self.assertEqual(shell.select("COUNT(DISTINCT id), SUM(price)::DOUBLE, MAX(at)::TEXT", "trades"),
                             [[total, total * (total - 1) / 2 + total / 4, f"2026-01-01 00:00:{ROWS_OF_A_PART - 1}"]])
            self.check_clean(shell)

    def test_graphql_ws_refuses_the_wrong_token(self):
        with FeedServer("graphql", SECRET) as server:
            shell = self.start_feed("graphql", server.wait_for("listening")["port"], "another-word")
            reason, error = shell.wait_for_state("graphql", "failed")
            self.assertIn("closed with code 4403 (Forbidden)", error)
            self.assertNotIn("another-word", reason + error + shell.stderr.text)

    def test_socket_io(self):
        with FeedServer("socketio", SECRET) as server:
            shell = self.start_feed("socketio", server.wait_for("listening")["port"])
            for part in range(PARTS):
                server.wait_for("subscribed", part + 1)
                for row in range(ROWS_OF_A_PART):
                    server.order("publish", kind="trade", value={"symbol": "BTC-USD", "price": part * ROWS_OF_A_PART + row + 0.5, "ts": 1767225600000 + row})
                server.order("publish", kind="notice", value=f'part "{part}"')
                expected = (part + 1) * ROWS_OF_A_PART
                shell.wait_until("COUNT(*)", "trades", lambda rows: rows == [[expected]])
                # A connection that does not answer them is closed.
                server.wait_for("heartbeat", 2 * part + 2)
                server.order("drop")
            total = PARTS * ROWS_OF_A_PART
            self.assertEqual(shell.select("SUM(price)::DOUBLE, MIN(at)::TEXT", "trades"),
                             [[total * (total - 1) / 2 + total / 2, "2026-01-01 00:00:00"]])
            self.assertEqual(shell.select("notice", "notices ORDER BY notice"), [[f'part "{part}"'] for part in range(PARTS)])
            self.check_clean(shell)

    def test_socket_io_refuses_the_wrong_token(self):
        with FeedServer("socketio", SECRET) as server:
            shell = self.start_feed("socketio", server.wait_for("listening")["port"], "another-word")
            rows = shell.wait_until("last_error", "system.connections", lambda rows: rows and rows[0][0])
            self.assertIn('refused in step 3 of handshake: "44{', rows[0][0])
            self.assertIn("not authorized", rows[0][0])


if __name__ == "__main__":
    unittest.main()
