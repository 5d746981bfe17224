"""Rows inserted into a table that is bound to a connection leave as messages."""

import json
import unittest

from laminar_process import LaminarTestCase
from websocket_peer import Server


class SinkTest(LaminarTestCase):
    def test_inserted_rows_are_messages(self):
        with Server() as server:
            self.run_script(f"""
                CREATE CONNECTION outlet TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE quotes (symbol TEXT, price DECIMAL(10, 2), tags TEXT[], at TIMESTAMP, extra JSON, missing TEXT)
                    WITH (connector = 'outlet');
                INSERT INTO quotes VALUES
                    ('AAPL', 12.5, ['a', 'b'], TIMESTAMP '2026-01-02 03:04:05.678', '{{"k": [1, null]}}', NULL),
                    ('Ünï "q"', -0.01, [], NULL, NULL, NULL);
                INSERT INTO quotes (symbol, price) SELECT 'S' || i, i FROM range(1000) t(i);
                DROP CONNECTION outlet CASCADE;
            """)
            messages = [json.loads(message) for message in server.wait_for_messages(1002)]
        self.assertEqual({key: value for key, value in messages[0].items() if value is not None},
                         {"symbol": "AAPL", "price": 12.5, "tags": ["a", "b"], "at": "2026-01-02T03:04:05.678Z", "extra": {"k": [1, None]}})
        self.assertEqual((messages[1]["symbol"], messages[1]["price"], messages[1]["tags"]), ('Ünï "q"', -0.01, []))
        self.assertEqual([message["symbol"] for message in messages[2:]], [f"S{i}" for i in range(1000)])

    def test_a_pipeline_sends_what_it_reads(self):
        with Server() as server:
            self.run_script(f"""
                CREATE CONNECTION numbers TO generator (max_rows = 500);
                CREATE CONNECTION outlet TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE sent (n BIGINT, square BIGINT) WITH (connector = 'outlet');
                CREATE PIPELINE push AS INSERT INTO sent SELECT counter AS n, counter * counter AS square FROM numbers;
            """, "--until-idle", "1s")
            messages = [json.loads(message) for message in server.wait_for_messages(500)]
        numbers = [message["n"] for message in messages]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 500)))
        self.assertTrue(all(message["square"] == message["n"] ** 2 for message in messages))

    def changes_sent(self, changelog):
        """What a query that only appends, an INSERT and a query that updates send under a setting of changelog."""
        folder = self.temporary_folder()
        (folder / "rows.ndjson").write_text('{"k":"a","v":1}\n{"k":"b","v":2}\n')
        self.run_script(f"""
            CREATE CONNECTION outlet TO file (path = '{folder}/changes.ndjson', mode = 'sink');
            CREATE TABLE appended (what TEXT, k TEXT, v BIGINT) WITH (connector = 'outlet', changelog = '{changelog}');
            CREATE TABLE updated (what TEXT, n BIGINT) WITH (connector = 'outlet', changelog = '{changelog}');
            INSERT INTO appended VALUES ('inserted', 'c', 3);
            CREATE CONNECTION feed TO file (path = '{folder}/rows.ndjson');
            CREATE TABLE r (k TEXT, v BIGINT) WITH (connector = 'feed');
            CREATE PIPELINE passing AS INSERT INTO appended SELECT 'passed' AS what, k, v FROM r;
            CREATE PIPELINE windows AS INSERT INTO appended
                SELECT 'window' AS what, k, SUM(v) AS v FROM r GROUP BY k, TUMBLE(received_at, INTERVAL '1 day');
            CREATE PIPELINE counting AS INSERT INTO updated SELECT 'counted' AS what, COUNT(*) AS n FROM r;
        """)
        return [json.loads(line) for line in (folder / "changes.ndjson").read_text().splitlines()]

    def test_rows_that_stay_are_changes_where_the_table_says_how_changes_are_sent(self):
        appended = {("inserted", "c", 3), ("passed", "a", 1), ("passed", "b", 2), ("window", "a", 1), ("window", "b", 2)}
        for changelog in ("full", "upsert"):
            messages = self.changes_sent(changelog)
            rows = [message for message in messages if message["what"] != "counted"]
            self.assertEqual({(row["what"], row["k"], row["v"]) for row in rows}, appended, changelog)
            self.assertEqual({row["_op"] for row in rows}, {"+I"}, changelog)
            counts = [message for message in messages if message["what"] == "counted"]
            self.assertEqual((counts[0]["_op"], counts[-1]["n"]), ("+I", 2), changelog)
            self.assertNotIn("-U" if changelog == "upsert" else "c", {row["_op"] for row in counts})
        messages = self.changes_sent("debezium")
        self.assertTrue(all(set(message) == {"before", "after", "op", "ts_ms"} for message in messages))
        # Rows that come in two batches make the count go and come again.
        rows = [message for message in messages if (message["after"] or message["before"])["what"] != "counted"]
        self.assertEqual({(row["after"]["what"], row["after"]["k"], row["after"]["v"]) for row in rows}, appended)
        self.assertEqual({(row["before"], row["op"]) for row in rows}, {(None, "c")})

    def test_subscription_headers_and_secrets_are_sent_and_never_shown(self):
        folder = self.temporary_folder()
        (folder / "api_key").write_text("s3cr3t-from-file\n")
        environment_file = folder / "environment"
        environment_file.write_text("token=s3cr3t-from-env-file\n")
        with Server() as server:
            laminar = self.start_script(
                f"""
                CREATE CONNECTION feed TO websocket (
                    endpoint = '{server.url("/stream")}?key=${{secret:token}}', mode = 'client', format = 'json',
                    headers = MAP {{'X-API-Key': '${{secret:api_key}}', 'Authorization': 'Bearer ${{secret:bearer}}', 'X-Client-ID': 'laminar'}},
                    subscribe_message = JSON_OBJECT('action': 'subscribe', 'channels': ['trades', 'orders'], 'key': '${{secret:api_key}}'));
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR feed TIMEOUT INTERVAL '60 seconds';
                SHOW CREATE CONNECTION feed;
                SELECT * FROM system.websocket_connections;
                SELECT * FROM system.websocket_logs;
                """,
                "--secrets-dir", folder, "--env-file", environment_file,
                "--log-level", "trace",
                environment={"LAMINAR_SECRET_BEARER": "s3cr3t-from-environment"},
            )
            subscription = server.wait_for_messages(1)[0]
            laminar.stdout.wait_for(lambda line: '"event":"connected"' in line, "log of the connection")
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
            path, headers = server.requests[0]
        self.assertEqual(path, "/stream?key=s3cr3t-from-env-file")
        self.assertEqual(headers["X-API-Key"], "s3cr3t-from-file")
        self.assertEqual(headers["Authorization"], "Bearer s3cr3t-from-environment")
        self.assertEqual(headers["X-Client-ID"], "laminar")
        self.assertEqual(json.loads(subscription),
                         {"action": "subscribe", "channels": ["trades", "orders"], "key": "s3cr3t-from-file"})
        self.assertNotIn("s3cr3t", laminar.stdout.text)
        self.assertNotIn("s3cr3t", laminar.stderr.text)
        self.assertIn("${secret:api_key}", laminar.stdout.text)

    def test_a_missing_secret_fails_the_connection_and_is_named(self):
        with Server() as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                    reconnect = false, headers = MAP {{'X-API-Key': '${{secret:nowhere}}'}});
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                WAIT FOR feed TIMEOUT INTERVAL '60 seconds';
            """, expect=1)
        self.assertIn("nowhere", laminar.stderr.text)
        self.assertEqual(server.requests, [])

    def test_a_table_that_only_sends_reads_nothing(self):
        """The peer answers each row; nobody wants that, but it has to be taken off its hands, or it would stand still."""
        class Echo(Server):
            async def serve_client(self, client):
                async for message in client:
                    await self._remember(message)
                    await client.send("echo of " + "x" * 100_000)

        for errors in ("", "CREATE TABLE errors (error_type TEXT) WITH (connector = 'outlet', stream = 'errors');"):
            with self.subTest(errors), Echo() as server:
                laminar = self.start_script(f"""
                    CREATE CONNECTION outlet TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                    CREATE TABLE sink (n BIGINT, note TEXT) WITH (connector = 'outlet', mode = 'sink');
                    {errors}
                    CREATE CONNECTION numbers TO generator (rows_per_second = 1000);
                    CREATE PIPELINE sending AS INSERT INTO sink SELECT counter, 'note' FROM numbers WHERE counter <= 300;
                    WAIT FOR sending COUNT 300 TIMEOUT INTERVAL '60 seconds';
                    SELECT name, stream, rows, rows_received, bytes FROM system.tables WHERE name = 'sink';
                    SELECT 'sent' AS state;
                """, "--log-level", "info")
                laminar.stdout.wait_for(lambda line: "sent" in line, "end of the script")
                self.assertEqual([json.loads(message)["n"] for message in server.wait_for_messages(300)], list(range(1, 301)))
                laminar.interrupt()
                self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
                self.assertEqual(laminar.rows[0], {"name": "sink", "stream": None, "rows": 0, "rows_received": 0, "bytes": 0})
                self.assertNotIn("decode_error", laminar.stderr.text)
                self.assertIn("300 sent, 300 rows out, 0 failed, 0 dropped", laminar.stderr.text)


if __name__ == "__main__":
    unittest.main()
