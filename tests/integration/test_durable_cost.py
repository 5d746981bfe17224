"""--data-dir: what it costs and takes. Many groups are written as changes, rows are collected for a commit, the log is worked off
between cycles, state spills to disk, and a full disk is waited for."""

import datetime
import json
import os
import random
import signal
import subprocess
import threading
import time
import unittest

from duckdb_library import duckdb
from test_durable import DurableTestCase, RedeliveringServer
from websocket_peer import FeedServer

BEGIN = datetime.datetime(2026, 3, 1, 12)


class CostTestCase(DurableTestCase):
    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("LAMINAR_SEED", str(random.randrange(1 << 30))))
        self.folder = self.temporary_folder()
        self.database = self.directory / "laminar.duckdb"

    def write(self, name, rows):
        (self.folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))

    def kept(self, query):
        """Read with DuckDB itself, while no process uses the directory."""
        return [tuple(row) for row in duckdb(query, path=self.database)]

    def wait_for(self, holds, what):
        deadline = time.monotonic() + 60
        while not holds():
            self.assertLess(time.monotonic(), deadline, f"waited in vain for {what}")
            time.sleep(0.05)


class GroupsTest(CostTestCase):
    """Groups of an updating result: those that changed are appended to their table, of which the last of each holds."""

    ROWS = 40_000
    GROUPS = 3000

    def script(self, settings=""):
        return f"""{settings}
            CREATE CONNECTION row_file TO file (path = '{self.folder}/rows.json');
            CREATE TABLE r (g BIGINT, v DOUBLE, s TEXT) WITH (connector = 'row_file', retention_rows = 0);
            CREATE TABLE totals (g BIGINT PRIMARY KEY, n BIGINT, total DOUBLE, first TEXT, last TEXT);
            CREATE PIPELINE p AS INSERT INTO totals SELECT g, COUNT(*), SUM(v), FIRST(s), LAST(s) FROM r GROUP BY g;
            CREATE TABLE whole (k BIGINT PRIMARY KEY, n BIGINT);
            CREATE PIPELINE w AS INSERT INTO whole SELECT 1 AS k, COUNT(*) FROM r;"""

    def make_rows(self, count):
        chance = random.Random(self.seed)
        return [{"g": chance.randrange(self.GROUPS), "v": chance.randrange(1000) / 8, "s": f"s{n}"} for n in range(count)]

    def check(self, rows):
        expected = {}
        for row in rows:
            n, total, first, _ = expected.get(row["g"], (0, 0.0, row["s"], None))
            expected[row["g"]] = (n + 1, total + row["v"], first, row["s"])
        found = {int(g): (int(n), float(total), first, last) for g, n, total, first, last in self.kept("SELECT * FROM totals")}
        self.assertEqual(found, expected, f"seed {self.seed}")
        self.assertEqual(self.kept("SELECT n FROM whole"), [(str(len(rows)),)])

    def state_rows(self):
        return int(self.kept('SELECT count(*) FROM laminar_state."p:top"')[0][0])

    def test_kills_at_any_commit(self):
        rows = self.make_rows(self.ROWS)
        self.write("rows.json", rows)
        chance = random.Random(self.seed)
        for _ in range(6):
            point = chance.choice(["cycle.applied", "cycle.committed"])
            laminar = self.start_kept(self.script("SET commit_interval_ms = 0;"), environment={"LAMINAR_CRASH_POINT": f"{point}:{chance.randrange(1, 6)}"})
            self.assertIn(laminar.wait(), (0, -signal.SIGKILL), laminar.stderr.text)
        self.run_script(self.script(), "--data-dir", self.directory)
        self.check(rows)
        # What groups were before is cleared away now and then.
        self.assertLess(self.state_rows(), 2 * self.GROUPS + 8192 + self.GROUPS)

    def test_more_groups_than_the_memory_limit_allows_go_to_their_table(self):
        """While they come, and of a start that finds more than it may have in memory."""
        self.GROUPS = 40_000
        rows = [{"g": n % self.GROUPS, "v": n / 8, "s": "some text that takes memory"} for n in range(80_000)]
        self.write("rows.json", rows)
        self.run_script(self.script(), "--data-dir", self.directory)
        self.check(rows)
        logged = self.state_rows()
        self.assertGreater(logged, self.GROUPS)
        more = [{"g": n % 1000, "v": 1.5, "s": "later"} for n in range(2000)]
        self.write("rows.json", rows + more)
        self.run_script("SET memory_limit = '40MB';" + self.script(), "--data-dir", self.directory)
        self.check(rows + more)
        # And begun with it.
        self.directory = self.folder / "other"
        self.database = self.directory / "laminar.duckdb"
        self.run_script("SET memory_limit = '40MB';" + self.script(), "--data-dir", self.directory)
        self.check(rows + more)
        self.assertEqual(self.state_rows(), self.GROUPS)


class CommitTest(CostTestCase):
    """commit_interval_ms: rows are collected for so long, and nothing leaves before their commit."""

    def commits_of(self, interval):
        self.directory = self.folder / f"interval{interval}"
        self.run_script(f"""SET commit_interval_ms = {interval};
            CREATE CONNECTION g TO generator (rows_per_second = 1000, max_rows = 1500);
            CREATE TABLE r (counter BIGINT) WITH (connector = 'g');
            CREATE TABLE copied (n BIGINT);
            CREATE PIPELINE p AS INSERT INTO copied SELECT counter FROM r;""", "--data-dir", self.directory)
        [row] = self.run_kept("SELECT commits FROM system.storage").rows
        [rows] = self.run_kept("SELECT count(*) AS n, count(DISTINCT n) AS numbers FROM copied").rows
        self.assertEqual(rows, {"n": 1500, "numbers": 1500})
        return row["commits"]

    def test_rows_are_collected_for_a_commit(self):
        each, few = self.commits_of(0), self.commits_of(250)
        self.assertLess(few, 40)
        self.assertGreater(each, 2 * few)

    def test_a_message_after_silence_does_not_wait(self):
        began = time.monotonic()
        with RedeliveringServer(1) as server:
            laminar = self.start_kept(f"""SET commit_interval_ms = 60000;
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', ack_message = '{{"message_id": "${{message_id}}"}}');
                CREATE TABLE events (message_id TEXT, n BIGINT) WITH (connector = 'feed');""")
            server.wait_until_done()
            self.assertLess(time.monotonic() - began, 30)
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)


class CheckpointTest(CostTestCase):
    def test_the_log_is_worked_off_between_cycles(self):
        laminar = self.start_kept("""SET checkpoint_threshold = '1MB';
            CREATE CONNECTION g TO generator (rows_per_second = 40000, max_rows = 200000);
            CREATE TABLE r (counter BIGINT) WITH (connector = 'g');
            CREATE TABLE copied (n BIGINT, text TEXT);
            CREATE PIPELINE p AS INSERT INTO copied SELECT counter, 'number ' || counter FROM r;""")
        log = self.directory / "laminar.duckdb.wal"
        most, falls, before = 0, 0, 0
        while laminar.process.poll() is None:
            try:
                size = log.stat().st_size
            except FileNotFoundError:
                size = 0
            most, falls, before = max(most, size), falls + (size < before), size
            time.sleep(0.002)
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        self.assertGreater(falls, 2)
        # The engine itself would do so with eight times as much, within a commit.
        self.assertLess(most, 6_000_000)
        [row] = self.run_kept("SELECT last_checkpoint IS NOT NULL AS checkpointed FROM system.storage").rows
        self.assertTrue(row["checkpointed"])


class MemoryTest(CostTestCase):
    def test_a_window_of_ten_times_the_limit_finishes(self):
        """Rows that a window has to keep, for an aggregate that needs all of them."""
        limit, text = 40_000_000, 4000
        count = 10 * limit // text + 5000
        script = f"""SET memory_limit = '{limit} bytes';
            CREATE CONNECTION g TO generator (max_rows = {count});
            CREATE TABLE r (counter BIGINT, ts TIMESTAMP AS (TIMESTAMP '2026-03-01 12:00:00' + to_milliseconds(counter)), WATERMARK FOR ts AS ts)
                WITH (connector = 'g', retention_rows = 0);
            CREATE TABLE answers (w TIMESTAMP, n BIGINT, middle DOUBLE, texts BIGINT);
            CREATE PIPELINE p AS INSERT INTO answers
                SELECT TUMBLE_START(ts, INTERVAL '1 hour'), COUNT(*), MEDIAN(counter), APPROX_COUNT_DISTINCT(text)
                FROM (SELECT ts, counter, counter || repeat('x', {text}) AS text FROM r) GROUP BY TUMBLE(ts, INTERVAL '1 hour');"""
        self.run_script(script, "--data-dir", self.directory)
        [(_, n, middle, texts)] = self.kept("SELECT * FROM answers")
        self.assertEqual((int(n), float(middle)), (count, (count + 1) / 2))
        self.assertAlmostEqual(int(texts) / count, 1, delta=0.2)


class SpaceTest(CostTestCase):
    """disk_limit, and a disk that is full: inputs are not read, nothing is acknowledged, nothing is lost; and it goes on."""

    MESSAGES = 2000

    def server(self):
        server = RedeliveringServer(self.MESSAGES)
        server.waiting = {name: json.dumps({"message_id": name, "n": n, "text": random.Random(n).randbytes(4000).hex()})
                          for n, name in enumerate(server.waiting)}
        return server

    def script(self, server):
        return f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                                                 ack_message = '{{"message_id": "${{message_id}}"}}', reconnect_interval_ms = 50, buffer_size = 50);
            CREATE TABLE events (message_id TEXT, n BIGINT, text TEXT) WITH (connector = 'feed');
            CREATE TABLE kept (message_id TEXT, n BIGINT, text TEXT);
            CREATE PIPELINE p AS INSERT INTO kept SELECT message_id, n, text FROM events;"""

    def wait_until_full(self, shell):
        [[reason]] = shell.wait_until("waits_for_room", "system.storage", lambda rows: rows[0][0] is not None)
        return reason

    def check_it_stands_still(self, shell, server):
        [[commits]] = shell.select("commits", "system.storage")
        acknowledged = len(server.acknowledged)
        self.assertLess(acknowledged, self.MESSAGES)
        self.assertIn("inputs are not read", shell.stderr.text)
        # As long as it takes to ask ten times.
        for _ in range(10):
            shell.select("1", "system.storage")
        self.assertEqual(shell.select("commits", "system.storage"), [[commits]])
        self.assertEqual(len(server.acknowledged), acknowledged)

    def finish(self, shell, server):
        server.wait_until_done()
        self.assertIsNone(shell.select("waits_for_room", "system.storage")[0][0])
        self.assertEqual(shell.leave(), 0, shell.stderr.text)
        self.assertEqual(self.kept("SELECT count(*), count(DISTINCT n), min(length(text)) FROM kept"), [(str(self.MESSAGES), str(self.MESSAGES), "8000")])

    def test_a_limit_is_waited_for_until_it_is_raised(self):
        with self.server() as server:
            shell = self.start_shell("--data-dir", self.directory)
            shell.execute("SET disk_limit = '6MB'" + ";" + self.script(server))
            reason = self.wait_until_full(shell)
            self.assertIn("and disk_limit is 6000000: inputs are not read, and nothing is inserted, until there is room", reason)
            self.check_it_stands_still(shell, server)
            [[limit]] = shell.select("disk_limit", "system.storage")
            self.assertEqual(limit, 6_000_000)
            shell.execute("SET disk_limit = NULL")
            self.finish(shell, server)

    def test_what_is_deleted_makes_room(self):
        self.MESSAGES = 1000
        with self.server() as server:
            shell = self.start_shell("--data-dir", self.directory)
            shell.execute("CREATE TABLE ballast (text TEXT); INSERT INTO ballast SELECT hash(i)::TEXT || hash(i + 1)::TEXT || hash(i + 2)::TEXT || hash(i + 3)::TEXT"
                          " FROM range(1200000) AS r(i)")
            [[used]] = shell.select("database_bytes + log_bytes", "system.storage")
            shell.execute(f"SET disk_limit = '{used + 4_000_000} bytes';" + self.script(server))
            self.wait_until_full(shell)
            self.check_it_stands_still(shell, server)
            shell.execute("DROP TABLE ballast")
            self.finish(shell, server)

    def test_an_insert_is_refused(self):
        self.run_kept("CREATE TABLE t (n BIGINT); INSERT INTO t SELECT i FROM range(1000) AS r(i)")
        laminar = self.run_script("SET disk_limit = '4 KB'; INSERT INTO t VALUES (1)", "--data-dir", self.directory, "--once", expect=1)
        self.assertIn("nothing is inserted, until there is room", laminar.stderr.text)
        laminar = self.run_script("SET disk_limit = '4 KB'; CREATE TABLE u AS SELECT 1 AS n", "--data-dir", self.directory, "--once", expect=1)
        self.assertIn("nothing is inserted, until there is room", laminar.stderr.text)
        self.assertEqual(self.run_kept("SELECT count(*) AS n FROM t").rows, [{"n": 1000}])

    def test_a_full_disk_is_waited_for(self):
        # With a disk this small a commit may fail before the wait begins, which ends the process (decision 52).
        if os.environ.get("LAMINAR_FULL_DISK") != "1":
            self.skipTest("it mounts a file system: set LAMINAR_FULL_DISK=1")
        disk = self.folder / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=26m", "tmpfs", disk], capture_output=True).returncode != 0:
            self.skipTest("this user may not mount a file system")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)
        self.directory = disk / "data"
        self.database = self.directory / "laminar.duckdb"
        with self.server() as server:
            shell = self.start_shell("--data-dir", self.directory)
            shell.execute(self.script(server))
            reason = self.wait_until_full(shell)
            self.assertRegex(reason, "the disk of the data directory has [0-9]+ bytes left, and [0-9]+ are needed to go on safely")
            self.check_it_stands_still(shell, server)
            subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
            self.finish(shell, server)


class TimeTest(CostTestCase):
    def test_time_that_went_on_without_rows_is_kept(self):
        """A row that would have been late is late after a kill as well."""
        rows = [json.dumps({"ts": (BEGIN + datetime.timedelta(seconds=second)).isoformat(), "n": second}) for second in (1, 2, 3)]
        with FeedServer(rows) as server:
            script = f"""CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', reconnect_interval_ms = 20);
                         CREATE TABLE events (ts TIMESTAMP, n BIGINT, WATERMARK FOR ts AS ts) WITH (connector = 'feed', watermark_idle_ms = 50);
                         CREATE TABLE windows (w TIMESTAMP, n BIGINT);
                         CREATE PIPELINE p AS INSERT INTO windows SELECT TUMBLE_START(ts, INTERVAL '1 second'), COUNT(*) FROM events GROUP BY TUMBLE(ts, INTERVAL '1 second');"""
            shell = self.start_shell("--data-dir", self.directory)
            shell.execute(script)
            [[before]] = shell.wait_until("watermark", "system.pipelines", lambda rows: rows[0][0] and rows[0][0] > "2026-03-01 12:00:07")
            # All windows have ended before; what goes on is the clock alone.
            self.assertEqual(len(shell.select("n", "windows")), 3)
            shell.process.kill()
            shell.process.wait()
            # At most a second of it is gone.
            kept = datetime.datetime.fromisoformat("2026-03-01") + datetime.timedelta(0)
            [[micros]] = duckdb("SELECT value FROM laminar_kept.numbers WHERE owner = 'pipeline:p' AND name LIKE 'clock %'", path=self.database)
            kept = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=int(micros))
            self.assertGreater(kept, datetime.datetime.fromisoformat(before[:19]) - datetime.timedelta(seconds=2))
            shell = self.start_shell("--data-dir", self.directory)
            shell.execute(script)
            # The feed sends its rows again: all of them are late by now.
            shell.wait_until("late_rows", "system.pipelines", lambda rows: rows[0][0] == 3)
            self.assertEqual(len(shell.select("n", "windows")), 3)
            self.assertEqual(shell.leave(), 0)

    def test_an_end_in_good_order_keeps_all_of_it(self):
        rows = [json.dumps({"ts": BEGIN.isoformat(), "n": 1})]
        with FeedServer(rows) as server:
            script = f"""CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                         CREATE TABLE events (ts TIMESTAMP, n BIGINT, WATERMARK FOR ts AS ts) WITH (connector = 'feed', watermark_idle_ms = 50);
                         CREATE TABLE windows (w TIMESTAMP, n BIGINT);
                         CREATE PIPELINE p AS INSERT INTO windows SELECT TUMBLE_START(ts, INTERVAL '1 second'), COUNT(*) FROM events GROUP BY TUMBLE(ts, INTERVAL '1 second');"""
            shell = self.start_shell("--data-dir", self.directory)
            shell.execute(script)
            [[before]] = shell.wait_until("watermark", "system.pipelines", lambda rows: rows[0][0] and rows[0][0] > "2026-03-01 12:00:02")
            self.assertEqual(shell.leave(), 0)
            [[micros]] = duckdb("SELECT value FROM laminar_kept.numbers WHERE owner = 'pipeline:p' AND name LIKE 'clock %'", path=self.database)
            kept = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=int(micros))
            self.assertGreaterEqual(kept, datetime.datetime.fromisoformat(before[:19]))


if __name__ == "__main__":
    unittest.main()
