"""How long the end may take, whatever brings it, and what a run does that only asks something."""

import json
import os
import signal
import socket
import subprocess
import unittest

from laminar_process import LIMIT_SECONDS, LaminarTestCase, binary, run
from raw_websocket import RawClient
from websocket_peer import FeedServer, Server, free_port

AWAY = """CREATE CONNECTION away TO websocket (mode = 'client', endpoint = 'ws://127.0.0.1:{port}/', format = 'json',
              reconnect_interval_ms = 60000);
          CREATE TABLE sink (n BIGINT) WITH (connector = 'away');
          INSERT INTO sink VALUES (1);"""


class ShutdownTimeoutTest(LaminarTestCase):
    """A row waits for a peer that is away."""

    def ends(self, laminar):
        self.assertEqual(laminar.wait(), 1)
        self.assertIn("not everything was done: 1 message was still waiting to be sent", laminar.stderr.text)

    def start(self, *arguments):
        return self.start_script(AWAY.format(port=free_port()) + "SELECT 'ready' AS state", "--shutdown-timeout", "500ms", *arguments)

    def test_after_its_time(self):
        self.ends(self.start("--for", "5s"))
        self.ends(self.start("--for", "5s", "--drain"))

    def test_when_nothing_moves(self):
        self.ends(self.start("--until-idle", "300ms"))

    def test_when_the_statements_are_through(self):
        self.ends(self.start("--once"))

    def test_after_a_signal(self):
        for which in (signal.SIGTERM, signal.SIGINT):
            laminar = self.start()
            laminar.stdout.wait_for(lambda line: "ready" in line, "state")
            laminar.process.send_signal(which)
            self.ends(laminar)

    def test_when_the_shell_is_left(self):
        shell = self.start_shell("--shutdown-timeout", "500ms")
        shell.execute(AWAY.format(port=free_port()))
        self.assertEqual(shell.leave(), 1)
        self.assertIn("not everything was done: 1 message was still waiting to be sent", shell.stderr.text)

    def test_the_row_is_sent_when_there_is_time(self):
        with Server() as peer:
            laminar = self.run_script(AWAY.format(port=peer.port), "--once")
            self.assertEqual([json.loads(message) for message in peer.wait_for_messages(1)], [{"n": 1}])
            self.assertEqual(laminar.exit_code, 0)

    def test_standard_error_that_nobody_reads(self):
        """Every bad handshake is logged: the pipe is full after some 500 of them."""
        script = """CREATE CONNECTION inlet TO websocket (mode = 'server', port = 0, format = 'json');
                    CREATE TABLE answers (client_id TEXT, n BIGINT) WITH (connector = 'inlet');
                    CREATE PIPELINE echo AS INSERT INTO answers SELECT client_id, n FROM inlet;
                    WAIT FOR inlet TIMEOUT INTERVAL '100 seconds';
                    SELECT port FROM system.websocket_connections;"""
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        process = subprocess.Popen([binary(), "run", "--shutdown-timeout", "500ms", "-e", script], stdout=subprocess.PIPE, stderr=write)
        os.close(write)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        port = json.loads(process.stdout.readline())["port"]
        with RawClient(port) as client:
            client.send_text('{"n": 1}')
            self.assertEqual(json.loads(client.read_message())["n"], 1)
            for _ in range(1000):
                with socket.create_connection(("127.0.0.1", port), LIMIT_SECONDS) as visitor:
                    visitor.sendall(b"x\r\n\r\n")
                    visitor.recv(1000)
            client.send_text('{"n": 2}')
            self.assertEqual(json.loads(client.read_message())["n"], 2)
        process.send_signal(signal.SIGTERM)
        self.assertIsNotNone(process.wait(LIMIT_SECONDS))

    def test_a_reader_that_stands_still(self):
        script = """CREATE CONNECTION g TO generator (rows_per_second = 1000000);
                    CREATE PIPELINE p AS SELECT counter, repeat('x', 1000) AS filler FROM g;"""
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        with open(write, "wb") as output:
            ended = subprocess.run([binary(), "run", "--for", "5s", "--shutdown-timeout", "500ms", "-e", script], stdout=output,
                                   stderr=subprocess.PIPE, text=True, timeout=LIMIT_SECONDS)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn("the end took longer than 500 ms (--shutdown-timeout)", ended.stderr)


    def test_a_reader_of_a_result_that_stands_still(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        with open(write, "wb") as output:
            ended = subprocess.run([binary(), "run", "--for", "1s", "--shutdown-timeout", "500ms", "-e",
                                    "SELECT repeat('x', 1000) AS filler FROM range(100000)"], stdout=output,
                                   stderr=subprocess.PIPE, text=True, timeout=LIMIT_SECONDS)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn("the end took longer than 500 ms (--shutdown-timeout)", ended.stderr)

    def test_a_reader_that_pauses_for_longer_than_the_end_may_take(self):
        script = """CREATE CONNECTION g TO generator (rows_per_second = 1000000, max_rows = 20000);
                    CREATE PIPELINE p AS SELECT counter, repeat('x', 300) AS filler FROM g;"""
        laminar = subprocess.Popen([binary(), "run", "--shutdown-timeout", "100ms", "-e", script],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        first = laminar.stdout.readline()
        with self.assertRaises(subprocess.TimeoutExpired):
            laminar.wait(3)  # It waits for its reader.
        rows, errors = laminar.communicate(timeout=LIMIT_SECONDS)
        self.assertEqual((laminar.returncode, (first + rows).count(b"\n")), (0, 20000), errors)


class BusyEngineTest(LaminarTestCase):
    """The engine is in the midst of something that takes for ever."""

    FOREVER = "(SELECT SUM(sqrt(a.range + b.range)) FROM range(1000000) AS a, range(1000000000) AS b)"
    PIPELINE = f"""CREATE CONNECTION g TO generator (rows_per_second = 1000, max_rows = 1);
                   CREATE TABLE t (counter BIGINT) WITH (connector = 'g');
                   CREATE PIPELINE p AS SELECT counter, {FOREVER} AS total FROM t;
                   WAIT FOR t COUNT 1;"""

    def assert_ends(self, laminar, text):
        self.assertEqual(laminar.wait(), 1)
        self.assertRegex(laminar.stderr.text, text)
        # In good order, not by force.
        self.assertNotIn("the end took longer", laminar.stderr.text)

    def busy(self, script, *arguments):
        laminar = self.start_script("SELECT 'ready' AS state;" + script, "--shutdown-timeout", "1s", *arguments)
        laminar.stdout.wait_for(lambda line: "ready" in line, "state")
        return laminar

    def test_with_a_query_or_a_table_that_is_filled(self):
        for statement in (f"SELECT {self.FOREVER}", f"CREATE TABLE t AS SELECT {self.FOREVER} AS total",
                          f"CREATE TABLE t (total DOUBLE); INSERT INTO t SELECT {self.FOREVER}"):
            with self.subTest(statement):
                laminar = self.busy(statement)
                laminar.process.send_signal(signal.SIGTERM)
                self.assert_ends(laminar, "ended by a signal before")

    def test_with_the_rows_of_a_pipeline(self):
        self.assert_ends(self.busy(self.PIPELINE, "--for", "2s"), "not everything was done: |ended by --for before|p.* failed: Interrupted")
        for which in (signal.SIGTERM, signal.SIGINT):
            laminar = self.busy(self.PIPELINE)
            laminar.process.send_signal(which)
            self.assert_ends(laminar, "not everything was done: |ended by a signal before|p.* failed: Interrupted")

    def test_with_a_statement_that_a_pipeline_holds_up(self):
        self.assert_ends(self.busy(self.PIPELINE + "SELECT 1;" * 1000, "--for", "2s"), "ended by --for before")

    def test_in_the_shell(self):
        for statement in (f"SELECT {self.FOREVER};", self.PIPELINE + "SELECT 1;" * 1000):
            with self.subTest(statement):
                shell = self.start_shell("--shutdown-timeout", "1s")
                shell.process.stdin.write(f"SELECT 'ready' AS state; {statement}\n".encode())
                shell.process.stdin.flush()
                shell.stdout.wait_for(lambda line: "ready" in line, "state")
                shell.process.send_signal(signal.SIGTERM)
                self.assertEqual(shell.wait(), 1, shell.stderr.text)
                self.assertNotIn("the end took longer", shell.stderr.text)


class OnceTest(LaminarTestCase):
    FEED = """CREATE CONNECTION feed TO websocket (mode = 'client', endpoint = '{url}', format = 'json');
              CREATE TABLE events (n INT) WITH (connector = 'feed');"""

    def test_a_question_about_a_live_feed(self):
        with FeedServer([json.dumps({"n": n}) for n in range(3)]) as server:
            laminar = self.run_script(self.FEED.format(url=server.url()) + """
                WAIT FOR events COUNT 3 TIMEOUT INTERVAL '100 seconds';
                SELECT SUM(n) AS total FROM events;""", "--once")
        self.assertEqual(laminar.rows, [{"total": 3}])

    def test_declarations_alone_open_nothing(self):
        with FeedServer([]) as server:
            self.run_script(self.FEED.format(url=server.url()) + "SHOW TABLES;", "--once")
            self.assertEqual(server.requests, [])

    def test_a_statement_that_fails_fails_the_run(self):
        self.assertIn("L604", run("run", "--once", "--for", "500ms", "-e", """
            CREATE CONNECTION g TO generator (rows_per_second = 1); CREATE TABLE t (counter BIGINT) WITH (connector = 'g');
            WAIT FOR t COUNT 100000;""").stderr.text)

    def test_it_cannot_be_combined_with_waiting(self):
        self.assertEqual(run("run", "--once", "--until-idle", "1s", "-e", "SELECT 1").exit_code, 2)


if __name__ == "__main__":
    unittest.main()
