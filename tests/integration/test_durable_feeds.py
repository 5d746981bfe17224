"""--data-dir: feeds that go on from a position, and what connections had to tell: gaps and dead letters."""

import asyncio
import json
import os
import random
import time
import unittest

from duckdb_library import duckdb
from test_durable import DurableTestCase
from websocket_peer import Server

KILLS = int(os.environ.get("LAMINAR_FEED_KILLS", "6"))
MESSAGES = 1500


class Journal(Server):
    """A feed of numbered messages that begins after the position it is asked for, with a message now and then that has none."""

    def __init__(self, count=MESSAGES):
        self.count = count
        self.asked = []
        super().__init__()

    async def serve_client(self, client):
        after = json.loads(await client.recv())["after"]
        self.asked.append(after)
        for n in range(0 if after is None else after + 1, self.count):
            await client.send(json.dumps({"n": n, "seq": n, "id": f"m{n}"}))
            if n % 7 == 0: await client.send(json.dumps({"heartbeat": True}))
            if n % 5 == 0: await asyncio.sleep(0.001)
        await super().serve_client(client)


class PositionTest(DurableTestCase):
    def script(self, server, options=""):
        return f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 20,
                resume_field = '$.seq', subscribe_message = JSON_OBJECT('op': 'subscribe', 'after': '${{resume}}'){options});
            CREATE TABLE events (n BIGINT) WITH (connector = 'feed');
            CREATE TABLE copied (n BIGINT);
            CREATE PIPELINE copy AS INSERT INTO copied SELECT n FROM events WHERE n IS NOT NULL;
        """

    def copied(self):
        return [row[0] for row in duckdb("SELECT n FROM copied ORDER BY n", path=self.directory / "laminar.duckdb")]

    def run_with_kills(self, options):
        chance = random.Random(int(os.environ.get("LAMINAR_SEED", str(random.randrange(1 << 30)))))
        with Journal() as server:
            script = self.script(server, options)
            for _ in range(KILLS):
                clients = len(server.requests)
                laminar = self.start_kept(script)
                server.wait_for_clients(clients + 1)
                time.sleep(chance.uniform(0, 0.25))
                laminar.process.kill()
                laminar.process.wait()
                rows = [int(row[0]) for row in duckdb("SELECT n FROM copied", path=self.directory / "laminar.duckdb")] \
                    if (self.directory / "laminar.duckdb").exists() else []
                self.committed.append(max(rows, default=None))
            laminar = self.start_kept(script, "--until-idle", "1s")
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
            return server.asked

    def setUp(self):
        super().setUp()
        self.committed = []

    def test_a_position_is_never_beyond_what_is_committed(self):
        asked = self.run_with_kills("")
        self.assertTrue(any(position is not None for position in asked), "no position was kept")
        self.assertEqual(len(asked), len(self.committed) + 1)
        for position, before in zip(asked[1:], self.committed):
            if position is not None: self.assertLessEqual(position, before)
        self.assertEqual(sorted(set(int(n) for n in self.copied())), list(range(MESSAGES)), "nothing is missing")

    def test_with_ids_each_message_is_in_once(self):
        self.run_with_kills(", message_id_field = '$.id'")
        self.assertEqual([int(n) for n in self.copied()], list(range(MESSAGES)))


class RecordTest(DurableTestCase):
    def test_gaps_and_dead_letters_are_there_again(self):
        class Bad(Server):
            async def serve_client(self, client):
                await client.send('{"n": 1}')
                await client.send('{"n": "not a number"}')
                await super().serve_client(client)

        with Bad() as server:
            script = f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 20,
                    dlq_enabled = true);
                CREATE TABLE events (n BIGINT) WITH (connector = 'feed');
            """
            shell = self.start_shell("--data-dir", self.directory)
            shell.execute(script)
            shell.wait_until("COUNT(*)", "system.dead_letters", lambda rows: rows[0][0] >= 1)
            server.drop_clients()
            shell.wait_until("COUNT(*)", "system.dead_letters", lambda rows: rows[0][0] >= 2)
            shell.wait_until("COUNT(*)", "system.websocket_gaps WHERE ended_at IS NOT NULL", lambda rows: rows[0][0] >= 1)
            letters = shell.select("timestamp, error_type, error_message", "system.dead_letters")
            gaps = shell.select("started_at, reason", "system.websocket_gaps")
            self.wait_for_records(len(letters), len(gaps))
            shell.process.kill()
            shell.process.wait()
            shell = self.start_shell("--data-dir", self.directory)
            self.assertEqual(shell.select("timestamp, error_type, error_message", "system.dead_letters")[:len(letters)], letters)
            self.assertEqual(shell.select("started_at, reason", "system.websocket_gaps")[:len(gaps)], gaps)
            shell.wait_until("COUNT(*)", "system.websocket_gaps WHERE reason = 'no process ran' AND ended_at IS NOT NULL",
                             lambda rows: rows[0][0] == 1)

    def wait_for_records(self, letters, gaps):
        """They are written by a cycle, which comes at least every 100 ms."""
        deadline = time.monotonic() + 60
        log = self.directory / "laminar.duckdb.wal"
        while log.read_bytes().count(b"not a number") < letters or b"without a close frame" not in log.read_bytes():
            self.assertLess(time.monotonic(), deadline, "they are not kept")
            time.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
