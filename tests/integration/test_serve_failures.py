"""Subscriptions whose pipeline fails, or whose source is dropped, later: whoever has subscribed is told, over every protocol."""

import json
import subprocess
import threading
import unittest

import psycopg
import psycopg.errors

from http_serving import HttpTestCase
from laminar_process import LIMIT_SECONDS
from websocket_peer import Client

# It fails with the sixth group; what reads it does not, but waits in vain.
SCRIPT = """
    CREATE CONNECTION feed TO generator (rows_per_second = 200);
    CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
    CREATE TABLE go (id BIGINT);
    CREATE PIPELINE totals WITH (state_limit = 5) AS SELECT counter, count(*) AS n FROM ticks GROUP BY counter;
    CREATE PIPELINE above AS SELECT counter FROM totals;
"""
QUIET = """
    CREATE CONNECTION feed TO generator (rows_per_second = 20);
    CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
    CREATE PIPELINE evens AS SELECT counter FROM ticks WHERE counter % 2 = 0;
"""
REASON = 'pipeline "totals" failed: its state has grown beyond its state_limit of 5 rows'


class FailureTest(HttpTestCase):
    def serve_both(self, script):
        served = self.serve(script, "--postgres", "127.0.0.1:0")
        line = served.wait_for_log("postgres: listening on")
        self.postgres = int(line.partition("127.0.0.1:")[2].split(";")[0].split()[0])
        return served

    def connect(self):
        return psycopg.connect(host="127.0.0.1", port=self.postgres, user="alice", autocommit=True)

    def test_server_sent_events(self):
        served = self.serve_both(SCRIPT)
        for source in ("totals", "above"):
            with served.subscribe(f"SUBSCRIBE TO {source}") as stream:
                error = stream.until("error")
                self.assertIn(REASON, error["message"])
                self.assertEqual(error["sql_state"], "55000")
        # It says nothing about the service, which goes on.
        self.assertIn("pipeline totals: failed", str(served.get("/readyz")[1]["reasons"]))
        self.assertNotIn("subscription", str(served.get("/readyz")[1]["reasons"]))
        self.assertEqual(served.rows("SELECT 1"), [[1]])

    def test_websocket(self):
        served = self.serve_both(SCRIPT)
        with Client(f"ws://127.0.0.1:{served.port}/api/v1/subscribe") as client:
            client.send(json.dumps({"sql": "SUBSCRIBE TO above"}))
            while True:
                event = json.loads(client.receive(1)[0])
                if event["event"] == "error": break
            self.assertIn(REASON, event["data"]["message"])

    def test_postgres(self):
        served = self.serve_both(SCRIPT)
        with self.connect() as connection, connection.cursor() as cursor:
            with self.assertRaises(psycopg.errors.ObjectNotInPrerequisiteState) as raised:
                for _ in cursor.stream("SUBSCRIBE TO totals"): pass
            self.assertIn(REASON, str(raised.exception))
            with self.assertRaises(psycopg.errors.ObjectNotInPrerequisiteState):
                with cursor.copy("COPY (SUBSCRIBE TO above) TO STDOUT") as copy:
                    for _ in copy: pass
            cursor.execute("BEGIN")
            cursor.execute("DECLARE c CURSOR FOR SUBSCRIBE TO above")
            with self.assertRaises(psycopg.errors.ObjectNotInPrerequisiteState) as raised:
                while True: cursor.execute("FETCH 10 FROM c")
            self.assertIn(REASON, str(raised.exception))
            cursor.execute("ROLLBACK")
            self.assertEqual(cursor.execute("SELECT 1").fetchall(), [(1,)])
        self.assertIn("subscription", served.laminar.stderr.text)

    def test_what_is_read_is_dropped(self):
        served = self.serve_both(QUIET)
        with served.subscribe("SUBSCRIBE TO evens") as stream:
            stream.rows(1)
            served.query("DROP PIPELINE evens")
            self.assertIn('"evens" is no longer what it read: it was dropped or replaced', stream.until("error")["message"])
        psql = subprocess.Popen(["psql", "-XqAt", "-h", "127.0.0.1", "-p", str(self.postgres), "-U", "alice", "-c", "SUBSCRIBE TO ticks"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        heard = []
        reader = threading.Thread(target=lambda: heard.extend(psql.communicate(timeout=LIMIT_SECONDS)))
        reader.start()
        while served.rows("SELECT count(*) FROM system.pipelines WHERE name LIKE 'subscription %'") == [[0]]: pass
        served.query("DROP TABLE ticks")
        reader.join()
        self.assertIn('ERROR:  the subscription has ended: "ticks" is no longer what it read', heard[1])

    def test_subscriptions_are_no_labels(self):
        served = self.serve_both(QUIET)
        with served.subscribe("SUBSCRIBE TO evens") as stream:
            stream.rows(1)
            metrics = served.request("GET", "/metrics")[2].decode()
            self.assertIn("\nlaminar_subscriptions 1\n", metrics)
            self.assertNotIn('pipeline="subscription', metrics)
            self.assertIn('laminar_pipeline_latency_seconds_count{pipeline="evens"}', metrics)


if __name__ == "__main__":
    unittest.main()
