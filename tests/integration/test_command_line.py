"""Exit codes, formats, signals and the ends of a run."""

import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from laminar_process import LIMIT_SECONDS, LaminarTestCase, binary, run
from websocket_peer import FeedServer

GENERATOR = "CREATE CONNECTION numbers TO generator ({options}); CREATE PIPELINE shown AS SELECT counter FROM numbers;"


class VersionTest(LaminarTestCase):
    def test_version_names_what_it_is_built_of(self):
        laminar = run("--version")
        self.assertEqual(laminar.exit_code, 0)
        self.assertRegex(laminar.stdout.text, r"^laminar 0\.1\.0 \(DuckDB 1\.4\.4, Boost 1\.\d+\.\d+, OpenSSL 3\.\S+\)$")


class UsageTest(LaminarTestCase):
    def test_wrong_usage_is_exit_code_2(self):
        for arguments in ([], ["run"], ["fly"], ["run", "--format", "xml", "-e", "SELECT 1"], ["run", "--for", "soon", "-e", "SELECT 1"],
                          ["check"], ["run", "--secrets-dir", "/nonexistent", "-e", "SELECT 1"], ["connectors", "pigeon"],
                          ["run", "/nonexistent.sql"], ["check", "/nonexistent.sql"]):
            laminar = run(*arguments)
            self.assertEqual(laminar.exit_code, 2, arguments)
            self.assertEqual(laminar.stdout.text, "", arguments)
            self.assertNotEqual(laminar.stderr.text, "", arguments)

    def test_help_is_on_standard_output(self):
        for arguments in (["--help"], ["run", "--help"], ["check", "--help"], ["shell", "--help"], ["connectors", "--help"]):
            laminar = run(*arguments)
            self.assertEqual(laminar.exit_code, 0)
            self.assertIn("--help", laminar.stdout.text)


class RunTest(LaminarTestCase):
    def test_files_standard_input_and_statements(self):
        folder = self.temporary_folder()
        (folder / "a.sql").write_text("CREATE TABLE t (n INT); INSERT INTO t VALUES (1);")
        laminar = run("run", folder / "a.sql", "-", "-e", "SELECT SUM(n) AS total FROM t", "-e", "SELECT 'end' AS at",
                      stdin="INSERT INTO t VALUES (2);")
        self.assertEqual(laminar.exit_code, 0, laminar.stderr.text)
        self.assertEqual(laminar.rows, [{"total": 3}, {"at": "end"}])

    def test_stops_at_the_first_failing_statement_and_says_where(self):
        folder = self.temporary_folder()
        (folder / "a.sql").write_text("SELECT 1 AS one;\nSELECT CAST('x' || n AS INT) AS bad FROM range(1) r(n);\nSELECT 3 AS three;\n")
        laminar = run("run", "--format", "json", "a.sql", cwd=folder)
        self.assertEqual(laminar.exit_code, 1)
        self.assertEqual(laminar.rows, [{"one": 1}])
        self.assertIn("a.sql:2:", laminar.stderr.text)
        self.assertIn("^", laminar.stderr.text)

    def test_nothing_runs_when_the_script_does_not_parse(self):
        laminar = run("run", "-e", "SELECT 1 AS one;", "-e", "SELEC 2;")
        self.assertEqual(laminar.exit_code, 1)
        self.assertEqual(laminar.stdout.text, "")
        self.assertIn("-e:1:1", laminar.stderr.text)

    def test_a_reader_that_leaves_ends_the_run_without_noise(self):
        process = subprocess.Popen([binary(), "run", "--quiet", "-e", GENERATOR.format(options="rows_per_second = 1000")],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(LIMIT_SECONDS), 1)
        self.assertEqual(errors, b"")

    def test_a_full_disk_is_reported(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([binary(), "run", "-e", "SELECT 1"], stdout=full, stderr=subprocess.PIPE, timeout=LIMIT_SECONDS)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left on device", done.stderr)


class EndOfRunTest(LaminarTestCase):
    def test_ends_when_every_source_is_done(self):
        laminar = self.run_script(GENERATOR.format(options="max_rows = 2500"))
        self.assertEqual(len(laminar.rows), 2500)
        self.assertEqual({row["_stream"] for row in laminar.rows}, {"shown"})

    def test_ends_after_a_duration(self):
        begin = time.monotonic()
        laminar = self.run_script(GENERATOR.format(options="rows_per_second = 100"), "--for", "1s")
        self.assertGreaterEqual(time.monotonic() - begin, 1)
        self.assertGreater(len(laminar.rows), 0)

    def test_the_duration_also_ends_a_statement_that_waits(self):
        laminar = self.run_script("CREATE CONNECTION numbers TO generator (rows_per_second = 1);"
                                  "CREATE TABLE t (counter BIGINT) WITH (connector = 'numbers');"
                                  "WAIT FOR t COUNT 1000000;", "--for", "500ms", expect=1)
        self.assertIn("L604", laminar.stderr.text)

    def test_ends_when_idle(self):
        with FeedServer([json.dumps({"n": n}) for n in range(10)]) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE PIPELINE shown AS SELECT n + 0 AS n FROM feed;
            """, "--until-idle", "700ms")
        self.assertEqual([row["n"] for row in laminar.rows], list(range(10)))

    def test_signals_end_a_run_in_good_order(self):
        for name in ("SIGINT", "SIGTERM"):
            with self.subTest(name):
                laminar = self.start_script(GENERATOR.format(options="rows_per_second = 100"))
                laminar.stdout.wait_for(lambda line: "counter" in line, "row")
                laminar.process.send_signal(getattr(signal, name))
                self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
                for row in laminar.rows:
                    self.assertIn("counter", row)

    def test_a_signal_cancels_the_statement_that_runs(self):
        laminar = self.start_script("CREATE CONNECTION numbers TO generator (rows_per_second = 100);"
                                    "CREATE TABLE t (counter BIGINT) WITH (connector = 'numbers');"
                                    "SELECT 'waiting' AS now; WAIT FOR t COUNT 100000000;")
        laminar.stdout.wait_for(lambda line: "waiting" in line, "row")
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 1)
        # The signal may come before the statement starts; then it does not.
        self.assertRegex(laminar.stderr.text, "L604|ended before the statement")

    def test_a_long_query_can_be_cancelled(self):
        laminar = self.run_script("SELECT SUM(a.range * b.range) FROM range(1000000) a, range(1000000) b;", "--for", "1s", expect=1)
        self.assertIn("L604", laminar.stderr.text)


class SummaryTest(LaminarTestCase):
    def test_a_summary_tells_what_was_done(self):
        script = GENERATOR.format(options="max_rows = 1234")
        laminar = self.run_script(script)
        self.assertIn("1,234 rows out", laminar.stderr.text)
        self.assertEqual(self.run_script(script, "--quiet").stderr.text, "")

    def test_logs_can_be_json(self):
        with FeedServer([]) as server:
            laminar = run("run", "--quiet", "--log-level", "debug", "--log-format", "json", "-e", f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE t (n INT) WITH (connector = 'feed');
                WAIT FOR feed TIMEOUT INTERVAL '60 seconds';
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(laminar.exit_code, 0, laminar.stderr.text)
        records = [json.loads(line) for line in laminar.stderr.lines]
        self.assertTrue(records)
        for record in records:
            self.assertLessEqual({"time", "level", "message"}, set(record))


class CheckTest(LaminarTestCase):
    def test_folders_are_searched_and_files_stand_alone(self):
        folder = self.temporary_folder()
        (folder / "sub").mkdir()
        (folder / "a.sql").write_text("CREATE TABLE t (n INT);")
        (folder / "sub" / "b.sql").write_text("SELECT n FROM t;")
        (folder / "c.txt").write_text("not SQL")
        laminar = run("check", "--format", "json", folder)
        self.assertEqual(laminar.exit_code, 1, laminar.stderr.text)
        self.assertEqual([(row["file"], row["line"], row["column"], row["severity"], row["code"]) for row in laminar.rows],
                         [(str(folder / "sub" / "b.sql"), 1, 15, "error", "L404")])
        self.assertIn("2 files checked, 1 error", laminar.stderr.text)

    def test_secrets_are_required_on_demand(self):
        folder = self.temporary_folder()
        script = folder / "a.sql"
        script.write_text("CREATE CONNECTION c TO websocket (endpoint = 'ws://h/', mode = 'client', format = 'json',\n"
                          "    headers = MAP {'A': 'Bearer ${secret:laminar_test_secret}'});\n")
        self.assertEqual(run("check", script).exit_code, 0)
        laminar = run("check", "--require-secrets", "--format", "json", script)
        self.assertEqual(laminar.exit_code, 1)
        self.assertEqual([(row["code"], row["line"], row["column"]) for row in laminar.rows], [("L311", 2, 25)])
        self.assertEqual(run("check", "--require-secrets", script, environment={"LAMINAR_SECRET_LAMINAR_TEST_SECRET": "x"}).exit_code, 0)

    def test_one_mistake_is_reported_once(self):
        folder = self.temporary_folder()
        (folder / "a.sql").write_text("CREATE CONNECTION c TO websocket (mode = 'client', format = 'json');\n"
                                      "CREATE TABLE t (n INT) WITH (connector = 'c');\n"
                                      "CREATE VIEW v AS SELECT n FROM t;\n"
                                      "SELECT * FROM v;\n")
        laminar = run("check", "--format", "json", folder / "a.sql")
        self.assertEqual([(row["code"], row["line"]) for row in laminar.rows], [("L303", 1)])

    def test_check_writes_and_opens_nothing(self):
        folder = self.temporary_folder()
        with FeedServer([]) as server:
            (folder / "a.sql").write_text(f"""
                CREATE CONNECTION c TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE TABLE t (n INT) WITH (connector = 'c');
                INSERT INTO t VALUES (1);
                CREATE CONNECTION f TO file (path = '{folder}/out.json', format = 'json', mode = 'sink');
                SELECT test_connection('c');
            """)
            laminar = run("check", folder / "a.sql", cwd=folder)
            self.assertEqual(laminar.exit_code, 0, laminar.stdout.text)
            self.assertEqual(server.requests, [])
        self.assertEqual([path.name for path in pathlib.Path(folder).iterdir()], ["a.sql"])


class ConnectorsTest(LaminarTestCase):
    def test_the_reference_names_every_option(self):
        for form in ("text", "markdown", "json"):
            laminar = run("connectors", "websocket", "--format", form)
            self.assertEqual(laminar.exit_code, 0)
            for option in ("endpoint", "subscribe_message", "tls_ca_cert", "max_reconnect_attempts"):
                self.assertIn(option, laminar.stdout.text)
        names = run("connectors").stdout.text
        for connector in ("websocket", "generator", "file", "stdout", "blackhole"):
            self.assertIn(connector, names)


if __name__ == "__main__":
    unittest.main()
