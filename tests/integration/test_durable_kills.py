"""--data-dir: one service that is killed with SIGKILL again and again at random moments, while peers of several kinds talk to
it. At the end nothing that was acknowledged is missing, nothing is in a table twice, and every answer is that of a query over
all messages at once.

LAMINAR_SERVICE_KILLS is how often (200 is the full proof); without it as often as fits into LAMINAR_SERVICE_SECONDS."""

import asyncio
import datetime
import json
import os
import random
import time
import unittest

from duckdb_library import duckdb
from test_durable import DurableTestCase, RedeliveringServer
from websocket_peer import Server

KILLS = int(os.environ.get("LAMINAR_SERVICE_KILLS", "0"))
SECONDS = float(os.environ.get("LAMINAR_SERVICE_SECONDS", "150"))
BEGIN = datetime.datetime(2026, 3, 1, 12)
SYMBOLS = ("A", "B", "C", "D")
# Messages of which no more than that many are under way: rows that come again are not late for their windows.
WINDOW = 40
STEP = datetime.timedelta(milliseconds=50)


class PacedServer(RedeliveringServer):
    """Delivers again what has not been acknowledged. New messages are made for as long as it is asked to: a run of any
    number of kills is always in the midst of them."""

    def __init__(self, prefix, seed):
        self.prefix = prefix
        self.chance = random.Random(seed)
        self.rows = []
        self.ends = False
        super().__init__(0)
        while len(self.waiting) < WINDOW: self.make()

    def make(self):
        n = len(self.rows)
        at = BEGIN + n * STEP + datetime.timedelta(milliseconds=self.chance.randrange(40))
        row = {"message_id": f"{self.prefix}{n}", "n": n, "symbol": self.chance.choice(SYMBOLS), "q": self.chance.randrange(100),
               "ts": at.isoformat(timespec="milliseconds")}
        self.rows.append(row)
        self.waiting[row["message_id"]] = json.dumps(row)

    async def serve_client(self, client):
        sent = set()

        async def send():
            while True:
                # Only as far as the first that is not acknowledged allows, so that what comes again is not late.
                while not self.ends and len(self.waiting) < WINDOW: self.make()
                for message_id, text in list(self.waiting.items()):
                    if message_id in sent: continue
                    sent.add(message_id)
                    await client.send(text)
                    if self.chance.random() < 0.02: await client.send(text)
                await asyncio.sleep(0.002)

        sending = asyncio.ensure_future(send())
        try:
            async for text in client:
                message_id = json.loads(text)["message_id"]
                async with self._changed:
                    self.waiting.pop(message_id, None)
                    self.acknowledged.add(message_id)
                    self._changed.notify_all()
        finally:
            sending.cancel()

    def finish(self):
        self.ends = True
        self.wait_until_done()


class ServiceTest(DurableTestCase):
    def script(self, trades, quotes, sink):
        feed = lambda name, server: f"""
            CREATE CONNECTION {name}_in TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                ack_message = '{{"message_id": "${{message_id}}"}}', reconnect_interval_ms = 20);
            CREATE TABLE {name} (message_id TEXT, n BIGINT, symbol TEXT, q BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '10 seconds')
                WITH (connector = '{name}_in');"""
        return f"""
            {feed("trades", trades)} {feed("quotes", quotes)}
            CREATE CONNECTION outlet TO websocket (endpoint = '{sink.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 20);
            CREATE TABLE sent (message_id TEXT, n BIGINT, q BIGINT) WITH (connector = 'outlet', mode = 'sink');
            CREATE CONNECTION written_file TO file (path = '{self.file}', mode = 'sink');
            CREATE TABLE written (message_id TEXT, n BIGINT, q BIGINT) WITH (connector = 'written_file', mode = 'sink');
            CREATE TABLE keyed (message_id TEXT PRIMARY KEY, n BIGINT, q BIGINT);
            CREATE TABLE all_rows (message_id TEXT, n BIGINT, q BIGINT);
            CREATE TABLE totals (symbol TEXT PRIMARY KEY, n BIGINT, q BIGINT);
            CREATE TABLE windows (symbol TEXT, w TIMESTAMP, n BIGINT, q BIGINT);
            CREATE TABLE joined (n BIGINT, m BIGINT);
            CREATE PIPELINE make_keyed AS INSERT INTO keyed SELECT message_id, n, q FROM trades;
            CREATE PIPELINE make_all_rows AS INSERT INTO all_rows SELECT message_id, n, q FROM trades;
            CREATE PIPELINE make_totals AS INSERT INTO totals SELECT symbol, COUNT(*), SUM(q) FROM trades GROUP BY symbol;
            CREATE PIPELINE make_windows AS INSERT INTO windows SELECT symbol, TUMBLE_START(ts, INTERVAL '1 second'), COUNT(*), SUM(q) FROM trades
                GROUP BY symbol, TUMBLE(ts, INTERVAL '1 second');
            CREATE PIPELINE make_joined AS INSERT INTO joined SELECT t.n, q.n FROM trades AS t JOIN quotes AS q
                ON t.symbol = q.symbol AND q.ts BETWEEN t.ts - INTERVAL '200 milliseconds' AND t.ts;
            CREATE PIPELINE send AS INSERT INTO sent SELECT message_id, n, q FROM trades;
            CREATE PIPELINE write AS INSERT INTO written SELECT message_id, n, q FROM trades;
        """

    def batch(self, trades, quotes):
        def table(name, rows):
            values = ", ".join("({})".format(", ".join(f"'{v}'" if isinstance(v, str) else str(v) for v in row.values())) for row in rows)
            return f"CREATE TABLE {name} (message_id TEXT, n BIGINT, symbol TEXT, q BIGINT, ts TIMESTAMP); INSERT INTO {name} VALUES {values}"

        made = table("trades", trades.rows), table("quotes", quotes.rows)
        queries = {
            "keyed": "SELECT message_id, n, q FROM trades",
            "all_rows": "SELECT message_id, n, q FROM trades",
            "totals": "SELECT symbol, count(*), sum(q) FROM trades GROUP BY symbol",
            "windows": "SELECT symbol, time_bucket(INTERVAL '1 second', ts), count(*), sum(q) FROM trades GROUP BY ALL",
            "joined": "SELECT t.n, q.n FROM trades AS t JOIN quotes AS q ON t.symbol = q.symbol AND q.ts BETWEEN t.ts - INTERVAL '200 milliseconds' AND t.ts",
        }
        return {name: sorted(map(tuple, duckdb(*made, query))) for name, query in queries.items()}

    def kept(self, name):
        return sorted(map(tuple, duckdb(f"SELECT * FROM {name}", path=self.directory / "laminar.duckdb")))

    def test_a_service_is_killed_at_random_moments(self):
        seed = int(os.environ.get("LAMINAR_SEED", str(random.randrange(1 << 30))))
        chance = random.Random(seed)
        self.file = self.temporary_folder() / "written.ndjson"
        end = time.monotonic() + SECONDS
        kills = 0
        with self.subTest(seed=seed), PacedServer("t", seed) as trades, PacedServer("q", seed + 1) as quotes, Server() as sink:
            script = self.script(trades, quotes, sink)
            while kills < KILLS or (not KILLS and time.monotonic() < end):
                laminar = self.start_kept(script)
                # In the midst of messages, as a rule; else while it starts.
                if chance.random() < 0.8: trades.wait_for_acknowledgements(len(trades.acknowledged) + chance.randrange(1, 60))
                time.sleep(chance.random() * 0.15)
                laminar.process.kill()
                laminar.process.wait()
                self.assertNotIn("error", laminar.stderr.text)
                kills += 1
            laminar = self.start_kept(script, "--drain")
            trades.finish()
            quotes.finish()
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
            batch = self.batch(trades, quotes)
            kept = {name: self.kept(name) for name in batch}
            sent = [tuple(json.loads(text).values()) for text in sink.received]
            written = [tuple(json.loads(line).values()) for line in self.file.read_text().splitlines()]
            of_rows = {(row["message_id"], row["n"], row["q"]) for row in trades.rows}
            there = {row[0] for row in kept["keyed"]}
            print(f"{kills} kills, seed {seed}: {len(trades.acknowledged) + len(quotes.acknowledged)} messages acknowledged, "
                  f"{len(trades.acknowledged - there)} of them without effect, {len(kept['all_rows']) - len(there)} doubled, "
                  f"{len(trades.rows) - len(there)} missing; {len(kept['windows'])} windows, {len(kept['joined'])} pairs; "
                  f"of {len(trades.rows)} rows {len(sent)} messages and {len(written)} lines got out, {len(of_rows - set(sent))} and "
                  f"{len(of_rows - set(written))} of them never")
            self.assertLessEqual(trades.acknowledged, there)
            # What leaves, leaves with the id of its row, and as it is in the table, however often.
            self.assertLessEqual(set(sent) | set(written), of_rows)
            for name, rows in batch.items():
                with self.subTest(name):
                    self.assertEqual(len(kept[name]), len(rows))
                    self.assertEqual(kept[name], rows)


if __name__ == "__main__":
    unittest.main()
