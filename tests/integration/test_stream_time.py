"""What goes by time is what the same query is over all rows at once, also where rows wait, clocks stand still, months have
different lengths, and what is kept is pruned. The rows are files that the tests write."""

import asyncio
import datetime
import json
import unittest

import websockets

from laminar_process import LIMIT_SECONDS, LaminarTestCase
from websocket_peer import EventLoop

START = datetime.datetime(2024, 1, 1)


class StreamTimeTest(LaminarTestCase):
    def setUp(self):
        self.folder = self.temporary_folder()

    def write(self, name, rows):
        (self.folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))

    def feed(self, name, columns, rows, rate=20000):
        """DDL of a table over these rows, whose time is ts."""
        self.write(f"{name}.ndjson", rows)
        return f"""
            CREATE CONNECTION feed_{name} TO file (path = '{self.folder / name}.ndjson', rate = {rate});
            CREATE TABLE {name} ({columns}, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed_{name}');
        """

    def assert_same(self, declarations, tables, query, columns):
        """The query as a pipeline has the rows of the query over what the tables retain, each with so many rows."""
        arrived = "".join(f"WAIT FOR {table} COUNT {count} TIMEOUT INTERVAL '100 seconds';\n" for table, count in tables.items())
        # How many they are is found out first, so that nothing has to be waited for by time.
        count = self.run_script(f"{declarations} {arrived} SELECT COUNT(*) AS n FROM ({query});", "--once").rows[-1]["n"]
        rows = self.run_script(f"""
            {declarations}
            CREATE TABLE streamed ({columns});
            CREATE PIPELINE p AS INSERT INTO streamed {query};
            {arrived}
            WAIT FOR p COUNT {count} TIMEOUT INTERVAL '20 seconds';
            SELECT 'missing' AS what, * FROM (({query}) EXCEPT ALL SELECT * FROM streamed);
            SELECT 'surplus' AS what, * FROM (SELECT * FROM streamed EXCEPT ALL ({query}));
            SELECT COUNT(*) AS rows FROM streamed;
        """, "--once").rows
        self.assertEqual(rows, [{"rows": count}])

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop.loop).result(LIMIT_SECONDS)

    def test_asof_join_with_earlier_rows_alone(self):
        rows = [{"k": "a", "i": i, "ts": (START + datetime.timedelta(seconds=i)).isoformat() + "Z"} for i in range(6000)]
        declarations = self.feed("l", "k TEXT, i INT", rows, 3000) + self.feed("r", "k TEXT, i INT", rows, 3000)
        for comparison in (">", ">="):
            with self.subTest(comparison):
                self.assert_same(declarations, {"l": 6000, "r": 6000}, "SELECT l.i AS a, r.i AS b FROM l ASOF JOIN r ON l.k = r.k AND "
                                f"l.ts {comparison} r.ts WHERE l.i < 5999", "a INT, b INT")

    def test_join_by_a_difference_of_a_month(self):
        """29 days are less than a month, which compares as 30 days, though a month after February 1 is March 1."""
        late = [{"i": i, "ts": text} for i, text in enumerate(
            ["2023-03-01T12:00:00Z", "2023-03-02T00:00:00Z", "2023-03-03T00:00:00Z", "2023-03-03T12:00:00Z"])]
        declarations = (self.feed("b", "i INT", [{"i": 0, "ts": "2023-02-01T00:00:00Z"}, {"i": 1, "ts": "2023-03-04T00:00:00Z"}]) +
                        self.feed("a", "i INT", late, 5))
        self.assert_same(declarations, {"a": 4, "b": 2}, "SELECT a.i AS a, b.i AS b FROM a JOIN b ON a.ts - b.ts <= INTERVAL '1 month' AND "
                        "a.ts >= b.ts", "a INT, b INT")

    def test_frame_of_a_month(self):
        """March 31 less a month is February 28, and so is March 28."""
        rows = ([{"i": i, "ts": f"2023-02-28T12:00:{i % 60:02}Z"} for i in range(60)] +
                [{"i": i, "ts": f"2023-03-29T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z"} for i in range(12000)] +
                [{"i": 20000 + i, "ts": f"2023-03-31T00:00:{i:02}Z"} for i in range(10)] +
                [{"i": 30000, "ts": "2023-04-01T00:00:00Z"}])
        self.assert_same(self.feed("a", "i INT", rows, 6000), {"a": len(rows)},
                         "SELECT i, COUNT(*) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '1 month' PRECEDING AND CURRENT ROW) AS n "
                         "FROM a WHERE i < 30000", "i INT, n BIGINT")

    def test_a_window_of_arrival_is_delivered_once_though_rows_wait(self):
        rows = self.run_script("""
            CREATE CONNECTION feed TO generator (rows_per_second = 20, max_rows = 80);
            CREATE TABLE g (counter BIGINT) WITH (connector = 'feed');
            CREATE PIPELINE w WITH (max_latency = INTERVAL '1500 milliseconds') AS
                SELECT TUMBLE_START(received_at, INTERVAL '1 second') AS w, COUNT(*) AS n FROM g GROUP BY w;
        """, "--drain").rows
        windows = [row["w"] for row in rows]
        self.assertEqual(len(windows), len(set(windows)), rows)
        self.assertEqual(sum(row["n"] for row in rows), 80)

    def test_an_input_that_has_never_had_a_row_goes_along_with_the_others(self):
        shell = self.start_shell()
        shell.execute("""
            CREATE CONNECTION busy TO generator (rows_per_second = 100, max_rows = 100000);
            CREATE CONNECTION silent TO websocket (mode = 'server', host = '127.0.0.1', port = 0, format = 'json');
            CREATE TABLE a (counter BIGINT, timestamp TIMESTAMP, WATERMARK FOR timestamp)
                WITH (connector = 'busy', watermark_idle_ms = 300);
            CREATE TABLE b (counter BIGINT, timestamp TIMESTAMP, WATERMARK FOR timestamp)
                WITH (connector = 'silent', watermark_idle_ms = 300);
            CREATE TABLE counts (w TIMESTAMP, n BIGINT);
            CREATE PIPELINE united AS INSERT INTO counts SELECT TUMBLE_START(timestamp, INTERVAL '1 second') AS w, COUNT(*) AS n
                FROM (SELECT * FROM a UNION ALL SELECT * FROM b) GROUP BY w;
        """)
        (port,), = shell.wait_until("port", "system.websocket_connections", lambda rows: rows and rows[0][0])
        self.loop = EventLoop()
        self.addCleanup(self.loop.stop)

        async def connect():
            return await websockets.connect(f"ws://127.0.0.1:{port}/")

        peer = self.call(connect())
        shell.wait_until("COUNT(*)", "counts", lambda rows: rows[0][0] >= 3)
        # What comes too late now is late, and told so: no window is delivered twice.
        self.call(peer.send(json.dumps({"counter": 1, "timestamp": START.isoformat() + "Z"})))
        shell.wait_until("late_rows", "system.pipelines", lambda rows: rows == [[1]])
        self.assertEqual(shell.select("COUNT(*) - COUNT(DISTINCT w)", "counts"), [[0]])
        self.call(peer.close())
        self.assertEqual(shell.leave(), 0, shell.stderr.text)

    def test_readers_of_a_pipeline_that_fails_fail_with_it(self):
        self.write("r.ndjson", [{"k": "a", "ts": f"2024-01-01T00:00:0{i}Z"} for i in range(6)])
        script = f"""
            CREATE CONNECTION feed TO file (path = '{self.folder / "r.ndjson"}', rate = 20);
            CREATE TABLE r (k TEXT, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');
            CREATE PIPELINE first WITH (state_limit = 2) AS
                SELECT x.k, x.ts FROM r AS x JOIN r AS y ON x.k = y.k AND y.ts BETWEEN x.ts - INTERVAL '1 hour' AND x.ts;
            CREATE PIPELINE second AS SELECT TUMBLE_START(ts, INTERVAL '1 minute') AS m, COUNT(*) AS n FROM first GROUP BY m;
            CREATE PIPELINE third AS SELECT n FROM second;
        """
        laminar = self.run_script(script, "--drain", expect=1)
        self.assertEqual([row for row in laminar.rows if "n" in row], [])
        for name in ("second", "third"):
            self.assertIn(f'[{name}] pipeline failed: pipeline "first" failed: its state has grown', laminar.stderr.text)


if __name__ == "__main__":
    unittest.main()
