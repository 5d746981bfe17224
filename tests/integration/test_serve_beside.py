"""laminar run and laminar shell with --postgres and --http: others use the catalog for as long as they go on."""

import json
import re
import subprocess
import unittest
import urllib.request

from laminar_process import LIMIT_SECONDS, Laminar, LaminarTestCase, Shell, run

SCRIPT = "CREATE TABLE items (id BIGINT PRIMARY KEY, name TEXT); INSERT INTO items VALUES (1, 'one');"
# Something that goes on, so that the program does.
ALIVE = "CREATE TABLE ticks WITH (connector = 'generator', rows_per_second = 10);"
SERVERS = ("--log-level", "info", "--postgres", "127.0.0.1:0", "--http", "127.0.0.1:0")


class ServingShell(Shell):
    def __init__(self):
        Laminar.__init__(self, "shell", *SERVERS, stdin="", keep_stdin_open=True)
        self._answers = 0


class BesideTest(LaminarTestCase):
    def ports(self, laminar):
        """Of the PostgreSQL protocol and of HTTP."""
        found = []
        for protocol in ("postgres", "http"):
            line = laminar.stderr.wait_for(lambda line: f"{protocol}: listening on" in line, f"port of {protocol}")
            found.append(int(re.search(r"127\.0\.0\.1:(\d+)", line)[1]))
        return found

    def psql(self, port, sql):
        done = subprocess.run(["psql", "-X", "-q", "-At", "--no-password", "-h", "127.0.0.1", "-p", str(port), "-U", "alice", "-c", sql], text=True,
                              capture_output=True, timeout=LIMIT_SECONDS)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def query(self, port, sql):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/query", sql.encode(), {"Content-Type": "text/plain"})
        with urllib.request.urlopen(request, timeout=LIMIT_SECONDS) as answer:
            return json.loads(answer.read())["rows"]

    def test_run(self):
        laminar = self.start_script(SCRIPT + ALIVE + "INSERT INTO items VALUES (2, 'two');", *SERVERS)
        postgres, http = self.ports(laminar)
        # What the script has declared is there from the first moment, and both protocols have one catalog.
        self.assertEqual(self.psql(postgres, "INSERT INTO items VALUES (3, 'three'); SELECT count(*) FROM items"), ["3"])
        self.assertEqual(self.query(http, "SELECT name FROM items ORDER BY id"), [["one"], ["two"], ["three"]])
        self.query(http, "WAIT FOR ticks COUNT 2")
        self.assertIn("trust", laminar.stderr.text)
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_a_run_that_ends_by_itself(self):
        laminar = self.start_script(SCRIPT + ALIVE, *SERVERS, "--for", "2s")
        postgres, _ = self.ports(laminar)
        self.assertEqual(self.psql(postgres, "SELECT count(*) FROM items"), ["1"])
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_the_end_of_run_is_told(self):
        laminar = self.start_script(SCRIPT + ALIVE, *SERVERS)
        postgres, http = self.ports(laminar)
        waiting = subprocess.Popen(["psql", "-X", "--no-password", "-h", "127.0.0.1", "-p", str(postgres), "-U", "alice", "-c", "SUBSCRIBE TO ticks"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(waiting.stderr.close)
        self.addCleanup(waiting.wait)
        self.addCleanup(waiting.kill)
        laminar.stderr.wait_for(lambda line: '"alice"' in line or "alice" in line, "login")
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        # Of the two psql tells what it has read before it ends.
        self.assertRegex(waiting.communicate(timeout=LIMIT_SECONDS)[1], "FATAL|the statement was cancelled")

    def test_shell(self):
        shell = ServingShell()
        self.addCleanup(shell.__exit__)
        postgres, http = self.ports(shell)
        shell.execute(SCRIPT)
        self.assertEqual(self.psql(postgres, "SELECT name FROM items"), ["one"])
        self.query(http, "INSERT INTO items VALUES (2, 'two')")
        self.assertEqual(shell.select("name", "items ORDER BY id"), [["one"], ["two"]])
        # What one has dropped is gone for all.
        self.psql(postgres, "DROP TABLE items")
        shell.execute("SHOW TABLES")
        self.assertEqual(self.query(http, "SHOW TABLES"), [])
        self.assertEqual(shell.leave(), 0, shell.stderr.text)

    def test_without_the_options_nothing_listens(self):
        laminar = self.start_script(SCRIPT + ALIVE + "WAIT FOR ticks COUNT 5;"
                                    "SELECT count(*) >= 5 AS there FROM ticks;", "--log-level", "info")
        laminar.stdout.wait_for(lambda line: "there" in line, "row")
        self.assertNotIn("listening", laminar.stderr.text)
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_the_rules_of_serve_hold(self):
        for command, script in (("run", ["-e", "SELECT 1"]), ("shell", [])):
            with self.subTest(command):
                refused = run(command, *script, "--http", "0.0.0.0:0")
                self.assertEqual(refused.exit_code, 2)
                self.assertIn("--http 0.0.0.0:0 is open to the network: it needs passwords", refused.stderr.text)
                refused = run(command, *script, "--max-rows", "5")
                self.assertEqual(refused.exit_code, 2)
                self.assertIn("--max-rows is about --postgres and --http, and there is neither", refused.stderr.text)


if __name__ == "__main__":
    unittest.main()
