"""--data-dir: pipelines go on with what they had. After any number of kills their answers are those of a process that was never
killed, which are those of a query over all rows at once."""

import datetime
import json
import os
import random
import signal
import time
import unittest

from duckdb_library import duckdb
from test_durable import DurableTestCase, RedeliveringServer
from websocket_peer import FeedServer

# How often a run is killed at a random moment.
KILLS = int(os.environ.get("LAMINAR_STATE_KILLS", "8"))
TRADES = 3000
QUOTES = 1500
RATE = 1500
BEGIN = datetime.datetime(2026, 3, 1, 12)

# By name: the table, its columns and key, the query of the pipeline, and the same over all rows at once.
QUERIES = {
    "copied": ("n BIGINT, twice DOUBLE", "SELECT n, price * 2 FROM trades WHERE quantity > 5", None),
    "windows": ("symbol TEXT, w TIMESTAMP, n BIGINT, q BIGINT, high DOUBLE, total DOUBLE",
                "SELECT symbol, TUMBLE_START(ts, INTERVAL '10 seconds'), COUNT(*), SUM(quantity), MAX(price), SUM(price) FROM trades "
                "GROUP BY symbol, TUMBLE(ts, INTERVAL '10 seconds')",
                "SELECT symbol, time_bucket(INTERVAL '10 seconds', ts), count(*), sum(quantity), max(price), sum(price) FROM trades GROUP BY ALL"),
    "medians": ("w TIMESTAMP, m DOUBLE, d BIGINT",
                "SELECT TUMBLE_START(ts, INTERVAL '7 seconds'), MEDIAN(price), COUNT(DISTINCT symbol) FROM trades GROUP BY TUMBLE(ts, INTERVAL '7 seconds')",
                "SELECT time_bucket(INTERVAL '7 seconds', ts, TIMESTAMP '1970-01-01'), median(price), count(DISTINCT symbol) FROM trades GROUP BY ALL"),
    "sessions": ("symbol TEXT, begins TIMESTAMP, ends TIMESTAMP, n BIGINT",
                 "SELECT symbol, MIN(ts), MAX(ts), COUNT(*) FROM trades GROUP BY symbol, SESSION(ts, INTERVAL '400 milliseconds')",
                 "SELECT symbol, min(ts), max(ts), count(*) FROM (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY symbol ORDER BY ts "
                 "ROWS UNBOUNDED PRECEDING) AS island FROM (SELECT *, coalesce(ts - lag(ts) OVER (PARTITION BY symbol ORDER BY ts) >= "
                 "INTERVAL '400 milliseconds', true) AS begins FROM trades)) GROUP BY symbol, island"),
    "moving": ("n BIGINT, q HUGEINT",
               "SELECT n, SUM(quantity) OVER (PARTITION BY symbol ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM trades", None),
    "ahead": ("n BIGINT, follower BIGINT",
              "SELECT n, LEAD(n) OVER (PARTITION BY symbol ORDER BY ts) FROM trades", None),
    "quoted": ("n BIGINT, m BIGINT",
               "SELECT t.n, q.m FROM trades AS t ASOF LEFT JOIN quotes AS q ON t.symbol = q.symbol AND t.ts >= q.ts", None),
    "near": ("n BIGINT, m BIGINT",
             "SELECT t.n, q.m FROM trades AS t JOIN quotes AS q ON t.symbol = q.symbol AND q.ts BETWEEN t.ts - INTERVAL '1 second' AND t.ts", None),
    "unquoted": ("n BIGINT",
                 "SELECT t.n FROM trades AS t ANTI JOIN quotes AS q ON t.symbol = q.symbol AND q.ts BETWEEN t.ts - INTERVAL '300 milliseconds' AND t.ts",
                 None),
    "totals": ("symbol TEXT PRIMARY KEY, n BIGINT, q BIGINT, average DOUBLE, latest DOUBLE",
               "SELECT symbol, COUNT(*), SUM(quantity), AVG(price), LAST(price) FROM trades GROUP BY symbol",
               "SELECT symbol, count(*), sum(quantity), avg(price), last(price ORDER BY n) FROM trades GROUP BY symbol"),
    "different": ("symbol TEXT PRIMARY KEY, n BIGINT, m DOUBLE",
                  "SELECT symbol, COUNT(DISTINCT quantity), MEDIAN(price) FROM trades GROUP BY symbol", None),
    "whole": ("k INTEGER PRIMARY KEY, n BIGINT, q BIGINT", "SELECT 1 AS k, COUNT(*), SUM(quantity) FROM trades", None),
    "firsts": ("symbol TEXT, quantity BIGINT, n BIGINT, PRIMARY KEY (symbol, quantity)",
               "SELECT symbol, quantity, n FROM trades QUALIFY ROW_NUMBER() OVER (PARTITION BY symbol, quantity ORDER BY ts) = 1", None),
    "paired": ("n BIGINT PRIMARY KEY, bid DOUBLE", "SELECT t.n, q.bid FROM trades AS t LEFT JOIN quotes AS q ON t.n = q.m * 2", None),
    "busiest": ("symbol TEXT PRIMARY KEY, n BIGINT",
                "SELECT symbol, MAX(c) FROM counted GROUP BY symbol",
                "SELECT symbol, max(c) FROM (SELECT symbol, count(*) AS c FROM trades GROUP BY symbol, time_bucket(INTERVAL '3 seconds', ts)) GROUP BY symbol"),
}


def make_rows(seed):
    chance = random.Random(seed)
    symbols = ["A", "B", "C", "D", "E"]
    trades = [{"n": n, "ts": (BEGIN + datetime.timedelta(milliseconds=40 * n + chance.randrange(30))).isoformat(),
               "symbol": chance.choice(symbols), "price": chance.randrange(4000) / 4, "quantity": chance.randrange(20)} for n in range(TRADES)]
    quotes = [{"m": m, "ts": (BEGIN + datetime.timedelta(milliseconds=80 * m + chance.randrange(60))).isoformat(),
               "symbol": chance.choice(symbols), "bid": chance.randrange(4000) / 4} for m in range(QUOTES)]
    return trades, quotes


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


class StateTestCase(DurableTestCase):
    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("LAMINAR_SEED", str(random.randrange(1 << 30))))
        self.folder = self.temporary_folder()
        self.trades, self.quotes = make_rows(self.seed)
        write(self.folder / "trades.json", self.trades)
        write(self.folder / "quotes.json", self.quotes)

    def script(self, names=tuple(QUERIES)):
        script = f"""
            CREATE CONNECTION trade_file TO file (path = '{self.folder}/trades.json', rate = {RATE});
            CREATE CONNECTION quote_file TO file (path = '{self.folder}/quotes.json', rate = {RATE // 2});
            CREATE TABLE trades (n BIGINT, ts TIMESTAMP, symbol TEXT, price DOUBLE, quantity BIGINT, WATERMARK FOR ts AS ts - INTERVAL '2 seconds')
                WITH (connector = 'trade_file');
            CREATE TABLE quotes (m BIGINT, ts TIMESTAMP, symbol TEXT, bid DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '2 seconds')
                WITH (connector = 'quote_file');
            CREATE PIPELINE counted AS SELECT symbol, COUNT(*) AS c FROM trades GROUP BY symbol, TUMBLE(ts, INTERVAL '3 seconds');
        """
        for name in names:
            columns, query, _ = QUERIES[name]
            script += f"CREATE TABLE {name} ({columns});\nCREATE PIPELINE make_{name} AS INSERT INTO {name} {query};\n"
        return script

    def batch_answers(self, names=tuple(QUERIES)):
        def table(name, rows, columns):
            values = ", ".join("(" + ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in row.values()) + ")" for row in rows)
            return f"CREATE TABLE {name} ({columns}); INSERT INTO {name} VALUES {values}"

        made = [table("trades", self.trades, "n BIGINT, ts TIMESTAMP, symbol VARCHAR, price DOUBLE, quantity BIGINT"),
                table("quotes", self.quotes, "m BIGINT, ts TIMESTAMP, symbol VARCHAR, bid DOUBLE")]
        return {name: sorted(map(tuple, duckdb("SET threads = 1", *made, QUERIES[name][2] or QUERIES[name][1])), key=str) for name in names}

    def kept_answers(self, names=tuple(QUERIES)):
        """Read with DuckDB itself, while no process uses the directory."""
        return {name: sorted(map(tuple, duckdb(f"SELECT * FROM {name}", path=self.directory / "laminar.duckdb")), key=str) for name in names}

    def check(self, names=tuple(QUERIES)):
        batch, kept = self.batch_answers(names), self.kept_answers(names)
        for name in names:
            with self.subTest(name, seed=self.seed):
                self.assertEqual(kept[name], batch[name])

    def finish(self):
        laminar = self.run_script(self.script(), "--data-dir", self.directory)
        self.assertNotIn("error", laminar.stderr.text)

    def check_retained(self):
        for table, number, count in (("trades", "n", TRADES), ("quotes", "m", QUOTES)):
            [row] = self.run_kept(f"SELECT count(*) AS rows, count(DISTINCT {number}) AS numbers FROM {table}").rows
            self.assertEqual(row, {"rows": count, "numbers": count})


class KillTest(StateTestCase):
    def test_without_a_kill(self):
        """What the others are compared with, and that a second start changes nothing."""
        self.finish()
        self.check()
        self.finish()
        self.check()
        self.check_retained()

    def test_kills_at_any_moment(self):
        chance = random.Random(self.seed)
        for _ in range(KILLS):
            laminar = self.start_kept(self.script())
            # In the midst of rows, as a rule; windows of "counted" are printed.
            if chance.random() < 0.8: laminar.stdout.wait_for_line(chance.randrange(8))
            time.sleep(chance.random() * 0.2)
            laminar.process.kill()
            laminar.process.wait()
        self.finish()
        self.check()
        self.check_retained()

    def test_ends_in_good_order_leave_windows_open(self):
        for _ in range(3):
            laminar = self.start_kept(self.script())
            laminar.stdout.wait_for_line(4)
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        self.finish()
        self.check()

    def test_kills_between_the_steps_of_a_cycle(self):
        for point in ("cycle.applied:1", "cycle.committed:1", "cycle.applied:2", "cycle.committed:2", "cycle.applied:3", "cycle.committed:4"):
            laminar = self.start_kept(self.script(), environment={"LAMINAR_CRASH_POINT": point})
            self.assertEqual(laminar.wait(), -signal.SIGKILL, f"{point} was not reached\n{laminar.stderr.text}")
        self.finish()
        self.check()
        self.check_retained()

    def test_a_pipeline_that_comes_later_reads_what_is_retained_once(self):
        """Killed while it reads the rows that its table has retained."""
        early, late = ("whole",), ("copied", "totals", "windows")
        self.run_script(self.script(early), "--data-dir", self.directory)
        for point in ("cycle.applied:1", "cycle.committed:1"):
            laminar = self.start_kept(self.script(early + late), environment={"LAMINAR_CRASH_POINT": point})
            self.assertEqual(laminar.wait(), -signal.SIGKILL, f"{point} was not reached\n{laminar.stderr.text}")
        self.run_script(self.script(early + late), "--data-dir", self.directory)
        self.check(early + late)


class LifeTest(StateTestCase):
    def shell(self, **options):
        return self.start_shell("--data-dir", self.directory, **options)

    def test_state_of_what_is_replaced_dropped_or_reset_goes(self):
        names = ("totals", "whole")
        self.run_script(self.script(names), "--data-dir", self.directory)
        self.check(names)
        tables = "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'laminar_state' AND table_name LIKE '{}%'"
        count = lambda name: int(duckdb(tables.format(name), path=self.directory / "laminar.duckdb")[0][0])
        numbers = "SELECT count(*) FROM laminar_kept.numbers WHERE owner LIKE 'pipeline:{}%'"
        numbered = lambda name: int(duckdb(numbers.format(name), path=self.directory / "laminar.duckdb")[0][0])
        self.assertEqual(count("make_totals"), 1)
        self.assertGreater(numbered("make_totals"), 0)
        # Replaced: it begins anew with what is retained, and goes on under another key.
        query = QUERIES["totals"][1].replace("COUNT(*)", "COUNT(*) + 1")
        self.run_script(f"CREATE OR REPLACE PIPELINE make_totals AS INSERT INTO totals {query}", "--data-dir", self.directory)
        self.run_script("SELECT 1", "--data-dir", self.directory)
        kept = dict((row[0], int(row[1])) for row in self.kept_answers(("totals",))["totals"])
        batch = dict((row[0], int(row[1]) + 1) for row in self.batch_answers(("totals",))["totals"])
        self.assertEqual(kept, batch)
        self.assertEqual(count("make_totals"), 1)
        self.run_kept("DROP PIPELINE make_totals")
        self.assertEqual((count("make_totals"), numbered("make_totals")), (0, 0))
        self.run_kept("SELECT 1", "--reset", "make_whole")
        self.assertEqual((count("make_whole"), numbered("make_whole")), (0, 0))

    def test_the_state_of_another_query_is_refused(self):
        self.run_script(self.script(("totals",)), "--data-dir", self.directory)
        database = self.directory / "laminar.duckdb"
        [[name]] = duckdb("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'laminar_state' AND table_name LIKE 'make_totals%'", path=database)
        duckdb(f"COMMENT ON TABLE laminar_state.\"{name}\" IS 'another'", path=database)
        laminar = self.run_kept("SELECT 1", expect=1)
        self.assertIn("is that of another query", laminar.stderr.text)
        self.assertIn('pipeline "make_totals" of the data directory cannot be made again; nothing is lost: start with what is missing, or give it '
                      "up with --reset make_totals", laminar.stderr.text)
        duckdb(f"DROP TABLE laminar_state.\"{name}\"", path=database)
        self.assertIn("is missing", self.run_kept("SELECT 1", expect=1).stderr.text)
        # Given up: it counts what the table has retained.
        self.run_script(self.script(("totals",)), "--data-dir", self.directory, "--reset", "make_totals")
        self.check(("totals",))

    def test_a_directory_of_the_version_before_is_migrated(self):
        self.run_kept("CREATE TABLE t (n INT); INSERT INTO t VALUES (1)")
        (self.directory / "laminar.format").write_text("laminar data directory, format 1\n")
        duckdb("DROP TABLE laminar_kept.numbers", "DROP TABLE laminar_kept.message_ids", "CREATE SCHEMA laminar_state", "CREATE TABLE laminar_state.\"p:top\" (n INT)",
               path=self.directory / "laminar.duckdb")
        laminar = self.run_kept("SELECT n FROM t")
        self.assertEqual(laminar.rows, [{"n": 1}])
        self.assertIn("it was written by an earlier version, which kept no state: pipelines and stream tables begin anew", laminar.stderr.text)
        self.assertEqual((self.directory / "laminar.format").read_text(), "laminar data directory, format 3\n")

    def test_a_directory_of_format_2_goes_on(self):
        names = ("totals", "whole")
        self.run_script(self.script(names), "--data-dir", self.directory)
        (self.directory / "laminar.format").write_text("laminar data directory, format 2\n")
        self.run_script(self.script(names), "--data-dir", self.directory)
        self.check(names)
        self.assertEqual((self.directory / "laminar.format").read_text(), "laminar data directory, format 3\n")

    def test_a_file_goes_on_where_it_was(self):
        """More rows at its end; and one that has become shorter is told of."""
        script = f"""CREATE CONNECTION row_file TO file (path = '{self.folder}/rows.json');
                     CREATE TABLE r (n BIGINT) WITH (connector = 'row_file');
                     CREATE TABLE total (k INT PRIMARY KEY, n BIGINT, s BIGINT);
                     CREATE PIPELINE p AS INSERT INTO total SELECT 1 AS k, COUNT(*), SUM(n) FROM r;"""
        path = self.folder / "rows.json"
        for last in (10, 10, 25):
            write(path, [{"n": n} for n in range(1, last + 1)])
            self.run_script(script, "--data-dir", self.directory)
            self.assertEqual(self.kept_answers_of("total"), [("1", str(last), str(last * (last + 1) // 2))])
        write(path, [{"n": 1}])
        laminar = self.run_script(script, "--data-dir", self.directory)
        self.assertIn("25 messages of it had been processed, and now there are 1", laminar.stderr.text)
        self.assertEqual(self.kept_answers_of("total"), [("1", "25", "325")])

    def kept_answers_of(self, table):
        return [tuple(row) for row in duckdb(f"SELECT * FROM {table}", path=self.directory / "laminar.duckdb")]

    def test_a_paused_pipeline_goes_on_when_it_is_resumed(self):
        shell = self.shell()
        shell.execute("CREATE CONNECTION g TO generator (rows_per_second = 2000, max_rows = 500); CREATE TABLE r (counter BIGINT) WITH (connector = 'g');"
                      "CREATE TABLE total (k INT PRIMARY KEY, n BIGINT); CREATE PIPELINE p AS INSERT INTO total SELECT 1 AS k, COUNT(*) FROM r; SELECT count(*) FROM r")
        shell.wait_until("n", "total", lambda rows: rows and rows[0][0] > 10)
        shell.execute("PAUSE PIPELINE p")
        shell.process.kill()
        shell.process.wait()
        before = int(self.kept_answers_of("total")[0][1])
        shell = self.shell()
        shell.execute("SELECT count(*) FROM r")
        self.assertEqual(shell.select("n", "total"), [[before]])
        self.assertEqual(shell.select("state", "system.pipelines"), [["paused"]])
        shell.execute("RESUME PIPELINE p; SELECT count(*) FROM r")
        shell.wait_until("n", "total", lambda rows: rows[0][0] == 500)
        self.assertEqual(shell.leave(), 0)

    def test_the_time_away_is_a_gap(self):
        with FeedServer(['{"n": 1}']) as server:
            script = f"""CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 20);
                         CREATE TABLE events (n INT) WITH (connector = 'feed');"""
            shell = self.shell()
            shell.execute(script + "SELECT count(*) FROM events")
            shell.wait_until("n", "events", lambda rows: rows == [[1]])
            self.assertEqual(shell.select("count(*)", "system.websocket_gaps"), [[0]])
            shell.process.kill()
            shell.process.wait()
            shell = self.shell()
            shell.execute(script + "SELECT count(*) FROM events")
            gaps = shell.wait_until("connection, reason, resumed, started_at <= ended_at, last_message_at = started_at", "system.websocket_gaps",
                                    lambda rows: rows and rows[0][3])
            self.assertEqual(gaps, [["feed", "no process ran", False, True, True]])
            # This peer cannot be asked for what came after a position: it sends all again.
            shell.wait_until("n", "events", lambda rows: rows == [[1], [1]])
            self.assertEqual(shell.leave(), 0)

    def test_counters_go_on(self):
        self.run_script(self.script(("whole",)), "--data-dir", self.directory)
        for _ in range(2):
            [row] = self.run_kept("SELECT rows_in FROM system.pipelines WHERE name = 'make_whole'").rows
            self.assertEqual(row, {"rows_in": TRADES})


class RedeliveryTest(DurableTestCase):
    """A message that is in already when its peer delivers it again is acknowledged and dropped: nothing is counted twice."""

    MESSAGES = 3000

    def script(self, server):
        return f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                                                 ack_message = '{{"message_id": "${{message_id}}"}}', reconnect_interval_ms = 50);
            CREATE TABLE events (message_id TEXT, n BIGINT) WITH (connector = 'feed');
            CREATE TABLE arrived (message_id TEXT, n BIGINT);
            CREATE TABLE total (k INT PRIMARY KEY, n BIGINT, s BIGINT);
            CREATE TABLE direct (k INT PRIMARY KEY, n BIGINT);
            CREATE PIPELINE copying AS INSERT INTO arrived SELECT message_id, n FROM events;
            CREATE PIPELINE adding AS INSERT INTO total SELECT 1 AS k, COUNT(*), SUM(n) FROM events;
            CREATE PIPELINE counting AS INSERT INTO direct SELECT 1 AS k, COUNT(n::BIGINT) FROM feed;
        """

    def check(self):
        read = lambda sql: duckdb(sql, path=self.directory / "laminar.duckdb")
        count = str(self.MESSAGES)
        self.assertEqual(read("SELECT count(*), count(DISTINCT message_id) FROM arrived"), [[count, count]])
        self.assertEqual(read("SELECT n, s FROM total"), [[count, str(self.MESSAGES * (self.MESSAGES - 1) // 2)]])
        self.assertEqual(read("SELECT n FROM direct"), [[count]])

    def test_kills_at_any_moment_count_nothing_twice(self):
        seed = int(os.environ.get("LAMINAR_SEED", str(random.randrange(1 << 30))))
        chance = random.Random(seed)
        with self.subTest(seed=seed), RedeliveringServer(self.MESSAGES) as server:
            script = self.script(server)
            for _ in range(KILLS):
                laminar = self.start_kept(script)
                server.wait_for_acknowledgements(len(server.acknowledged) + chance.randrange(1, self.MESSAGES // KILLS))
                time.sleep(chance.random() * 0.02)
                laminar.process.kill()
                laminar.process.wait()
            for point in ("cycle.applied:4", "cycle.committed:4"):
                if not server.waiting: break
                laminar = self.start_kept(script, environment={"LAMINAR_CRASH_POINT": point})
                # What is left may need fewer cycles than that.
                while laminar.process.poll() is None and server.waiting: time.sleep(0.02)
                laminar.process.kill()
                laminar.process.wait()
            laminar = self.start_kept(script)
            server.wait_until_done()
            laminar.process.kill()
            laminar.process.wait()
            self.check()


if __name__ == "__main__":
    unittest.main()
