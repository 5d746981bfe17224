"""--data-dir: what sinks send. Rows leave after the commit that made them, are sent again until they have been sent, and are in
files exactly once, whenever the process is killed."""

import csv
import json
import os
import random
import signal
import time
import unittest

from test_durable import DurableTestCase
from websocket_peer import Client, Server, free_port

# How often a run is killed at a random moment.
KILLS = int(os.environ.get("LAMINAR_SINK_KILLS", "6"))
ROWS = 600
POINTS = ("cycle.applied", "cycle.committed", "outbox.sent", "cycle.left")


class SinkTestCase(DurableTestCase):
    def setUp(self):
        super().setUp()
        self.folder = self.temporary_folder()
        self.source = self.folder / "numbers.json"
        self.write_source(ROWS)

    def write_source(self, rows):
        self.source.write_text("".join(json.dumps({"n": n}) + "\n" for n in range(rows)))

    def feed(self, rate=2000):
        return f"""CREATE CONNECTION numbers TO file (path = '{self.source}', rate = {rate});
            CREATE TABLE feed (n BIGINT) WITH (connector = 'numbers');
        """

    def kill_at_random(self, script, times=KILLS):
        chance = random.Random(int(os.environ.get("LAMINAR_SEED", str(random.randrange(1 << 30)))))
        for _ in range(times):
            laminar = self.start_kept(script)
            deadline = time.monotonic() + chance.uniform(0.1, 0.8)
            while time.monotonic() < deadline and laminar.process.poll() is None:
                time.sleep(0.002)
            laminar.process.kill()
            laminar.process.wait()


class WebSocketSinkTest(SinkTestCase):
    def client_script(self, server, options="", rate=2000):
        return self.feed(rate) + f"""
            CREATE CONNECTION peer TO websocket (mode = 'client', endpoint = '{server.url()}', format = 'json', reconnect_interval_ms = 20{options});
            CREATE TABLE sent (message_id TEXT, n BIGINT) WITH (connector = 'peer', mode = 'sink');
            CREATE PIPELINE send AS INSERT INTO sent SELECT 'id-' || n, n FROM feed;
        """

    def check_at_least_once_in_order(self, received, rows=ROWS):
        messages = [json.loads(message) for message in received]
        first_seen = list(dict.fromkeys(message["n"] for message in messages))
        self.assertEqual(first_seen, list(range(rows)))
        for message in messages:
            self.assertEqual(message["message_id"], f"id-{message['n']}")

    def test_kills_between_the_steps(self):
        for point in POINTS:
            with self.subTest(point), Server() as server:
                self.directory = self.temporary_folder() / "data"
                script = self.client_script(server)
                for passes in (1, 3):
                    self.crash_at(f"{point}:{passes}", script)
                self.run_script(script, "--data-dir", self.directory)
                self.check_at_least_once_in_order(server.received)

    def test_kills_at_any_moment(self):
        with Server() as server:
            script = self.client_script(server)
            self.kill_at_random(script)
            self.run_script(script, "--data-dir", self.directory)
            self.check_at_least_once_in_order(server.received)

    def test_what_was_made_before_a_kill_is_sent_though_its_peer_was_away(self):
        """The source has been read to its end by then: only the directory has the rows."""
        port = free_port()
        with Server(port) as server:
            script = self.client_script(server, rate=100000)
        laminar = self.start_kept(script)
        self.wait_for_outbox(laminar)
        laminar.process.kill()
        laminar.process.wait()
        with Server(port) as server:
            self.run_script(script, "--data-dir", self.directory)
            self.check_at_least_once_in_order(server.received)

    def wait_for_outbox(self, laminar):
        laminar.stderr.wait_for(lambda line: "peer" in line, "an attempt to connect")
        deadline = time.monotonic() + 60
        log = self.directory / "laminar.duckdb.wal"
        while not log.exists() or b"id-%d\"" % (ROWS - 1) not in log.read_bytes():
            self.assertLess(time.monotonic(), deadline, "the rows do not come")
            time.sleep(0.01)

    def test_what_has_been_sent_is_forgotten(self):
        with Server() as server:
            script = self.client_script(server)
            self.run_script(script, "--data-dir", self.directory)
            self.check_at_least_once_in_order(server.received)
            self.assertEqual(len(server.received), ROWS)
            self.run_script(script, "--data-dir", self.directory)
            self.assertEqual(len(server.received), ROWS)

    def test_a_server_sends_what_was_for_all_to_who_comes_first(self):
        port = free_port()
        script = self.feed(rate=100000) + f"""
            CREATE CONNECTION door TO websocket (mode = 'server', host = '127.0.0.1', port = {port}, format = 'json', broadcast = true);
            CREATE TABLE told (n BIGINT) WITH (connector = 'door', mode = 'sink');
            CREATE CONNECTION beat TO generator (rows_per_second = 10);
            CREATE TABLE beats (counter BIGINT) WITH (connector = 'beat');
            CREATE PIPELINE tell AS INSERT INTO told SELECT n FROM feed;
        """
        self.crash_at("cycle.committed:1", script)
        laminar = self.start_kept(script, "--log-level", "info")
        laminar.stderr.wait_for(lambda line: "listening" in line, "a server")
        with Client(f"ws://127.0.0.1:{port}/") as client:
            first = json.loads(client.receive(1)[0])
        self.assertEqual(first, {"n": 0})
        laminar.process.kill()
        laminar.process.wait()


class FileSinkTest(SinkTestCase):
    def setUp(self):
        super().setUp()
        self.target = self.folder / "out.json"

    def script(self, file_format="json"):
        return self.feed() + f"""
            CREATE CONNECTION disk TO file (path = '{self.target}', mode = 'sink', format = '{file_format}');
            CREATE TABLE written (kind TEXT, n BIGINT) WITH (connector = 'disk');
            CREATE PIPELINE evens AS INSERT INTO written SELECT 'even', n FROM feed WHERE n % 2 = 0;
            CREATE PIPELINE odds AS INSERT INTO written SELECT 'odd', n FROM feed WHERE n % 2 = 1;
        """

    def rows(self, file_format="json"):
        if file_format == "csv":
            return [(row["kind"], int(row["n"])) for row in csv.DictReader(self.target.read_text().splitlines())]
        return [(row["kind"], row["n"]) for row in map(json.loads, self.target.read_text().splitlines())]

    def check_exactly_once(self, file_format="json"):
        rows = self.rows(file_format)
        for kind, rest in (("even", 0), ("odd", 1)):
            self.assertEqual([n for each, n in rows if each == kind], list(range(rest, ROWS, 2)))

    def test_kills_between_the_steps(self):
        for point in POINTS:
            for file_format in ("json", "csv"):
                with self.subTest(point, format=file_format):
                    self.directory = self.temporary_folder() / "data"
                    self.target = self.temporary_folder() / "out"
                    for passes in (1, 3, 5):
                        self.crash_at(f"{point}:{passes}", self.script(file_format))
                    self.run_script(self.script(file_format), "--data-dir", self.directory)
                    self.check_exactly_once(file_format)

    def test_kills_at_any_moment(self):
        self.kill_at_random(self.script(), 2 * KILLS)
        self.run_script(self.script(), "--data-dir", self.directory)
        self.check_exactly_once()

    def test_what_stood_in_the_file_before_stays(self):
        self.target.write_text('{"kind":"even","n":-2}\n')
        self.crash_at("cycle.left:3", self.script())
        self.run_script(self.script(), "--data-dir", self.directory)
        self.assertEqual(self.rows()[0], ("even", -2))
        self.assertEqual(len(self.rows()), ROWS + 1)

    def test_rows_of_a_statement_are_not_cut_off(self):
        connection = f"""CREATE CONNECTION disk TO file (path = '{self.target}', mode = 'sink');
            CREATE TABLE written (kind TEXT, n BIGINT) WITH (connector = 'disk');"""
        shell = self.start_shell("--data-dir", self.directory)
        shell.execute(connection + "INSERT INTO written VALUES ('even', 1)")
        shell.execute("INSERT INTO written VALUES ('even', 2)")
        shell.process.send_signal(signal.SIGKILL)
        shell.process.wait()
        self.run_kept(connection + "INSERT INTO written VALUES ('even', 3)")
        self.assertEqual([n for _, n in self.rows()], [1, 2, 3])

    def test_a_file_that_is_shorter_than_recorded_is_refused(self):
        self.run_script(self.script(), "--data-dir", self.directory)
        text = self.target.read_text()
        self.target.write_text(text[:100])
        laminar = self.run_script(self.script(), "--data-dir", self.directory, expect=1)
        self.assertIn(f"has 100 bytes, and had {len(text)} with the last commit: rows that were written are missing", laminar.stderr.text)
        self.assertEqual(self.target.read_text(), text[:100])


if __name__ == "__main__":
    unittest.main()
