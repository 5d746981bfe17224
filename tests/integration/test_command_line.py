"""Exit codes, formats, signals and the ends of a run."""

import json
import os
import re
import signal
import subprocess
import time
import unittest

from laminar_process import LIMIT_SECONDS, PROJECT, LaminarTestCase, binary, run
from raw_server import RawServer, until_end
from raw_websocket import accept
from terminal import Terminal
from websocket_peer import FeedServer, Server

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

    def test_an_unknown_command_is_answered_with_those_that_exist(self):
        self.assertEqual(run("chek", "a.sql").stderr.text, 'laminar: there is no command "chek"; did you mean "check"?')
        self.assertEqual(run("fly").stderr.text, 'laminar: there is no command "fly"; commands are run, serve, top, hash-password, check, shell, test, infer, export, submit, status, cancel, backup, restore, verify, connectors, reference')

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

    def test_an_option_that_may_be_repeated_takes_one_value_each_time(self):
        folder = self.temporary_folder()
        (folder / "declared.sql").write_text("CREATE TABLE t (a INTEGER);\n")
        (folder / "script.sql").write_text("SELECT 1 AS a;\n")
        (folder / "checked.sql").write_text("SELECT a FROM t;\n")
        ran = run("run", "--format", "json", "--quiet", "-e", "SELECT 2 AS a", "script.sql", cwd=folder)
        self.assertEqual((ran.exit_code, ran.stdout.lines), (0, ['{"a":1}', '{"a":2}']), ran.stderr.text)
        checked = run("check", "--catalog", "declared.sql", "checked.sql", "script.sql", cwd=folder)
        self.assertEqual(checked.exit_code, 0, checked.stdout.text)
        self.assertIn("2 files checked", checked.stderr.text)

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
        laminar = self.run_script(GENERATOR.format(options="rows_per_second = 100"), "--for", "4s")
        self.assertGreaterEqual(time.monotonic() - begin, 4)
        self.assertGreater(len(laminar.rows), 0)

    def test_the_duration_also_ends_a_statement_that_waits(self):
        laminar = self.run_script("CREATE CONNECTION numbers TO generator (rows_per_second = 1);"
                                  "CREATE TABLE t (counter BIGINT) WITH (connector = 'numbers');"
                                  "WAIT FOR t COUNT 1000000;", "--for", "4s", expect=1)
        self.assertIn("L604", laminar.stderr.text)

    def test_ends_when_idle(self):
        with FeedServer([json.dumps({"n": n}) for n in range(10)]) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');
                CREATE PIPELINE shown AS SELECT n + 0 AS n FROM feed;
            """, "--until-idle", "700ms")
        self.assertEqual([row["n"] for row in laminar.rows], list(range(10)))

    # Two messages in a window that nothing after them closes.
    OPEN_WINDOW = """
        CREATE CONNECTION feed TO websocket (endpoint = '{url}', mode = 'client', format = 'json');
        CREATE TABLE ticks (n INT, ts TIMESTAMP, WATERMARK FOR ts) WITH (connector = 'feed');
        CREATE PIPELINE counted AS SELECT TUMBLE_START(ts, INTERVAL '1 hour') AS begin, SUM(n) AS total FROM ticks GROUP BY TUMBLE(ts, INTERVAL '1 hour');
        WAIT FOR ticks COUNT 2 TIMEOUT INTERVAL '100 seconds';
        SELECT 'open' AS state;
    """
    TICKS = [json.dumps({"n": n, "ts": f"2026-01-01T10:0{n}:00Z"}) for n in (1, 2)]

    def test_drain_closes_the_windows_that_are_open_at_the_end(self):
        closed = {"_stream": "counted", "begin": "2026-01-01T10:00:00Z", "total": 3}
        for arguments, rows in ((["--until-idle", "500ms"], []), (["--until-idle", "500ms", "--drain"], [closed])):
            with self.subTest(arguments), FeedServer(self.TICKS) as server:
                laminar = self.run_script(self.OPEN_WINDOW.format(url=server.url()), *arguments)
                self.assertEqual(laminar.rows, [{"state": "open"}, *rows])
        for signalled in ("SIGINT", "SIGTERM"):
            for arguments, rows in (([], []), (["--drain"], [closed])):
                with self.subTest(signal=signalled, arguments=arguments), FeedServer(self.TICKS) as server:
                    laminar = self.start_script(self.OPEN_WINDOW.format(url=server.url()), *arguments)
                    laminar.stdout.wait_for(lambda line: "open" in line, "row")
                    laminar.process.send_signal(getattr(signal, signalled))
                    self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
                    self.assertEqual(laminar.rows, [{"state": "open"}, *rows])

    def test_what_a_finite_source_leaves_open_is_closed_without_drain(self):
        laminar = self.run_script("""
            CREATE CONNECTION numbers TO generator (max_rows = 10);
            CREATE PIPELINE counted AS SELECT COUNT(*) AS n FROM numbers GROUP BY TUMBLE(timestamp, INTERVAL '10 years');
        """)
        self.assertEqual(sum(row["n"] for row in laminar.rows), 10)

    def test_the_end_of_the_time_drains_too(self):
        laminar = self.run_script("""
            CREATE CONNECTION numbers TO generator (rows_per_second = 50);
            CREATE PIPELINE counted AS SELECT COUNT(*) AS n FROM numbers GROUP BY TUMBLE(timestamp, INTERVAL '10 years');
        """, "--for", "3s", "--drain")
        self.assertGreater(sum(row["n"] for row in laminar.rows), 0)

    def test_a_signal_lets_what_has_arrived_be_processed(self):
        count = 5000
        with FeedServer([]) as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', buffer_size = {2 * count});
                CREATE PIPELINE shown AS SELECT n, md5(repeat(n::TEXT, 20000)) AS slow FROM feed WHERE n >= 0;
                WAIT FOR feed TIMEOUT INTERVAL '100 seconds';
            """)
            server.wait_for_clients(1)
            server.loop.call(self.send_and_wait_for_pong(server, count))
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        self.assertEqual([row["n"] for row in laminar.rows], list(range(count)))

    @staticmethod
    async def send_and_wait_for_pong(server, count):
        """A ping is answered when all before it has been read."""
        (client,) = server._clients
        for n in range(count):
            await client.send(json.dumps({"n": n}))
        await (await client.ping())

    def test_a_signal_does_not_disturb_the_streams_of_a_script_that_waits(self):
        # The statement is cancelled; what the engine does for the pipelines at that moment is not.
        laminar = self.start_script("""
            CREATE CONNECTION numbers TO generator (rows_per_second = 40000);
            CREATE CONNECTION hole TO blackhole ();
            CREATE TABLE sink WITH (connector = 'hole');
            CREATE PIPELINE slow AS INSERT INTO sink SELECT md5(repeat(counter::TEXT, 5000)) AS hash FROM numbers;
            CREATE PIPELINE shown AS SELECT counter FROM numbers WHERE counter % 10000 = 0;
            WAIT FOR slow COUNT 100000000;
        """)
        laminar.stdout.wait_for(lambda line: "20000" in line, "row")
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 1)
        self.assertIn("L604", laminar.stderr.text)
        taken, sent = (int(count.replace(",", "")) for count in re.search(r"([\d,]+) messages in, ([\d,]+) sent", laminar.stderr.text).groups())
        self.assertEqual(taken, sent, laminar.stderr.text)  # Both pipelines take each message, and it counts once.
        self.assertNotIn("failed: ", laminar.stderr.text)

    def test_idle_is_counted_from_the_last_message(self):
        # For longer than it may be idle, each message comes after the answer to the one before.
        script = """
            CREATE CONNECTION feed TO websocket (endpoint = '{url}', mode = 'client', format = 'json');
            CREATE TABLE events (n INT) WITH (connector = 'feed');
            CREATE PIPELINE echo AS INSERT INTO events SELECT n FROM events;
        """

        class TalkingServer(Server):
            async def serve_client(self, client):
                begin = time.monotonic()
                while time.monotonic() - begin < 4:
                    await client.send(json.dumps({"n": 1}))
                    await client.recv()
                await self._remember("all answered")
                await client.wait_closed()

        with TalkingServer() as server:
            self.run_script(script.format(url=server.url()), "--until-idle", "2s")
            self.assertEqual(server.received, ["all answered"])

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
        self.assertRegex(laminar.stderr.text, "ended by a signal before (the statement at -e:1:|the script was through)")

    def test_a_long_query_can_be_cancelled(self):
        laminar = self.run_script("SELECT SUM(a.range * b.range) FROM range(1000000) a, range(1000000) b;", "--for", "1s", expect=1)
        self.assertIn("L604", laminar.stderr.text)


class SummaryTest(LaminarTestCase):
    def test_a_summary_tells_what_was_done(self):
        script = GENERATOR.format(options="max_rows = 1234")
        laminar = self.run_script(script)
        self.assertIn("1,234 rows out", laminar.stderr.text)
        self.assertEqual(self.run_script(script, "--quiet").stderr.text, "")

    def test_what_failed_at_the_end_of_a_failed_script_is_told(self):
        """The peer does not answer the close frame: the connection is not through with failing when the script ends."""
        def serve(connection):
            accept(connection).send_bytes(b"\x81\x06broken")
            until_end(connection)

        with RawServer(serve) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', on_error = 'fail');
                CREATE TABLE events (n INT) WITH (connector = 'feed');
                CREATE TABLE errors (failed_message TEXT) WITH (connector = 'feed', stream = 'errors');
                WAIT FOR errors COUNT 1 TIMEOUT INTERVAL '60 seconds';
                SELECT error('the script has failed');
            """, expect=1)
        self.assertIn("the script has failed", laminar.stderr.text)
        self.assertIn('laminar: failed: connection "feed" failed: on_error', laminar.stderr.text)

    def test_a_pipeline_that_fails_at_the_end_is_told_of(self):
        """The rows are taken only when the run ends (batch_size), and the query turns out not to fit them."""
        with FeedServer([json.dumps({"x": "text"}), "broken"]) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                    batch_size = 1000, batch_timeout_ms = 600000);
                CREATE PIPELINE sums AS SELECT list_sum(x) AS s FROM feed;
                CREATE TABLE errors (failed_message TEXT) WITH (connector = 'feed', stream = 'errors');
                WAIT FOR errors COUNT 1 TIMEOUT INTERVAL '60 seconds';
                SELECT error('the script has failed');
            """, expect=1)
        self.assertIn('laminar: failed: pipeline "sums" failed: ', laminar.stderr.text)

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


class ExitCodeTest(LaminarTestCase):
    """0 done, 1 failed, 2 wrong usage; never 0 after a failure."""

    SOURCE = "CREATE CONNECTION g TO generator (max_rows = 3);"
    NOBODY = "CREATE CONNECTION c TO websocket (mode = 'client', format = 'json', endpoint = 'ws://127.0.0.1:9/', {}); CREATE TABLE t (n INT) WITH (connector = 'c');"
    GIVES_UP = NOBODY.format("max_reconnect_attempts = 1, reconnect_interval_ms = 1")
    NEVER_RECONNECTS = NOBODY.format("reconnect = false")
    FILES = {"good.sql": "SELECT 1 AS one;", "bad.sql": "SELECT nope;", "risky.sql": "CREATE CONNECTION g TO generator (max_rows = 1); CREATE PIPELINE p AS SELECT counter FROM g;",
             "ok.test": "@test one\n@sql\nCREATE TABLE t (n INT); INSERT INTO t VALUES (1);\n@expect t\n{\"n\":1}\n",
             "bad.test": "@test one\n@sql\nCREATE TABLE t (n INT); INSERT INTO t VALUES (1);\n@expect t\n{\"n\":2}\n",
             "secret.sql": "CREATE CONNECTION c TO websocket (mode = 'client', format = 'json', endpoint = 'wss://h/?x=${secret:laminar_no_such}');"}

    CASES = [
        # arguments, standard input, exit code
        (["run", "good.sql"], None, 0),
        (["run", "-"], "SELECT 1;", 0),
        (["run", "good.sql", "good.sql", "-e", "SELECT 2"], None, 0),
        (["run", "-e", SOURCE + "CREATE PIPELINE p AS SELECT counter FROM g;"], None, 0),
        (["run", "--for", "3s", "-e", "CREATE CONNECTION g TO generator (rows_per_second = 5); CREATE PIPELINE p AS SELECT counter FROM g;"], None, 0),
        (["run", "--until-idle", "300ms", "-e", NOBODY.format("reconnect_interval_ms = 60000")], None, 0),
        (["run", "bad.sql"], None, 1),
        (["run", "good.sql", "bad.sql"], None, 1),
        (["run", "-"], "SELECT nope;", 1),
        (["run", "-"], "SELECT FROM;", 1),
        (["run", "-e", "SELECT CAST('x' AS INT)"], None, 1),
        (["run", "-e", SOURCE + "CREATE TABLE t (counter BIGINT) WITH (connector = 'g'); WAIT FOR t COUNT 10 TIMEOUT INTERVAL '10 seconds';"], None, 1),
        (["run", "--until-idle", "60s", "-e", GIVES_UP], None, 1),
        (["run", "--until-idle", "60s", "-e", NEVER_RECONNECTS], None, 1),
        (["run", "-e", "CREATE CONNECTION f TO file (path = '/nonexistent/f.json'); CREATE TABLE t (n INT) WITH (connector = 'f');"], None, 1),
        (["run", "-e", SOURCE + "CREATE PIPELINE p AS SELECT CAST('x' || counter AS INT) AS n FROM g;", "--for", "60s"], None, 0),
        (["run", "secret.sql", "--for", "60s", "-e", "CREATE TABLE t (n INT) WITH (connector = 'c'); WAIT FOR c TIMEOUT INTERVAL '1 second';"], None, 1),
        (["run", "missing.sql"], None, 2),
        (["run"], None, 2),
        (["run", "--nope", "good.sql"], None, 2),
        (["run", "--format", "xml", "good.sql"], None, 2),
        (["run", "--for", "soon", "good.sql"], None, 2),
        (["run", "--env-file", "missing", "good.sql"], None, 2),
        (["check", "good.sql"], None, 0),
        (["check", "risky.sql"], None, 0),
        (["check", "--deny-warnings", "risky.sql"], None, 1),
        (["check", "good.sql", "bad.sql"], None, 1),
        (["check", "secret.sql"], None, 0),
        (["check", "--require-secrets", "secret.sql"], None, 1),
        (["check", "missing.sql"], None, 2),
        (["check", "bad.sql", "missing.sql"], None, 2),
        (["check"], None, 2),
        (["shell"], "SELECT 1;", 0),
        (["shell"], "SELECT nope;", 1),
        (["shell"], "\\nope", 1),
        (["shell", "missing.sql"], "", 2),
        (["test", "ok.test"], None, 0),
        (["test", "bad.test"], None, 1),
        (["test", "ok.test", "bad.test"], None, 1),
        (["test", "ok.test", "missing.test"], None, 2),
        (["test", "ok.test", "--only", "nobody"], None, 2),
        (["test"], None, 2),
        (["reference", "man"], None, 0),
        (["reference", "fish"], None, 2),
        (["connectors"], None, 0),
        (["connectors", "pigeon"], None, 2),
        (["fly"], None, 2),
        ([], None, 2),
    ]

    def test_every_case(self):
        folder = self.temporary_folder()
        for name, text in self.FILES.items():
            (folder / name).write_text(text)
        for arguments, stdin, expected in self.CASES:
            with self.subTest(arguments=arguments):
                laminar = run(*arguments, stdin=stdin, cwd=folder)
                self.assertEqual(laminar.exit_code, expected, f"{laminar.stdout.text}\n{laminar.stderr.text}")
                if expected != 0:
                    self.assertNotEqual(laminar.stdout.text + laminar.stderr.text, "", "a failure says what it is")


class ProgressTest(LaminarTestCase):
    def test_a_line_of_progress_on_a_terminal_and_a_summary(self):
        terminal = Terminal(self.temporary_folder(), "run", "-e",
                            "CREATE CONNECTION numbers TO generator (rows_per_second = 50); CREATE CONNECTION hole TO blackhole ();"
                            "CREATE TABLE sink WITH (connector = 'hole');"
                            "CREATE PIPELINE p AS INSERT INTO sink SELECT counter FROM numbers;", columns=200)
        self.addCleanup(terminal.kill)
        terminal.wait_for("messages/s in, ")
        terminal.wait_for("rows/s out, lag ")
        terminal.wait_for("numbers connected")
        terminal.send("\x03")
        terminal.wait_for("interrupt again to stop at once")
        self.assertEqual(terminal.end(), 0)
        self.assertRegex(terminal.text, r"\d+ messages? in, ")

    def test_quiet_has_neither(self):
        terminal = Terminal(self.temporary_folder(), "run", "--quiet", "--for", "1s", "-e",
                            "CREATE CONNECTION numbers TO generator (rows_per_second = 50);"
                            "CREATE TABLE t (counter BIGINT) WITH (connector = 'numbers');")
        self.addCleanup(terminal.kill)
        self.assertEqual(terminal.end(), 0)
        self.assertEqual(terminal.text, "")


class SignalTest(LaminarTestCase):
    def test_a_second_signal_stops_at_once(self):
        # Nobody takes the message, so that the first signal has something to wait for.
        laminar = self.start_script("CREATE CONNECTION c TO websocket (mode = 'client', format = 'json', endpoint = 'ws://127.0.0.1:9/');"
                                    "CREATE TABLE t (n INT) WITH (connector = 'c'); INSERT INTO t VALUES (1); SELECT 'waiting' AS now;")
        laminar.stdout.wait_for(lambda line: "waiting" in line, "row")
        laminar.interrupt()
        laminar.interrupt()
        deadline = time.monotonic() + LIMIT_SECONDS
        while laminar.process.poll() is None and time.monotonic() < deadline:
            laminar.interrupt()  # Two that come together may be one.
            time.sleep(0.1)
        self.assertEqual(laminar.wait(), 1)
        self.assertIn("stopped at once", laminar.stderr.text)

    def test_hang_up_opens_connections_with_rotated_secrets_anew(self):
        folder = self.temporary_folder()
        (folder / "token").write_text("first-token\n")
        with FeedServer([json.dumps({"n": 1})]) as rotated, FeedServer([json.dumps({"n": 2})]) as steady:
            client = "CREATE CONNECTION {name} TO websocket (mode = 'client', format = 'json', endpoint = '{url}'{more}); CREATE TABLE t_{name} (n INT) WITH (connector = '{name}');"
            laminar = self.start_script(client.format(name="rotated", url=rotated.url(), more=", headers = MAP {'Authorization': 'Bearer ${secret:token}'}") +
                                        client.format(name="steady", url=steady.url(), more="") + "WAIT FOR t_rotated; WAIT FOR t_steady;",
                                        "--secrets-dir", folder)
            rotated.wait_for_clients(1)
            steady.wait_for_clients(1)
            laminar.process.send_signal(signal.SIGHUP)
            laminar.stderr.wait_for(lambda line: "no connection is affected" in line, "answer")
            (folder / "token").write_text("second-token\n")
            laminar.process.send_signal(signal.SIGHUP)
            laminar.stderr.wait_for(lambda line: "opened rotated anew" in line, "answer")
            rotated.wait_for_clients(2)
            self.assertEqual([headers["Authorization"] for _, headers in rotated.requests], ["Bearer first-token", "Bearer second-token"])
            self.assertEqual(len(steady.requests), 1)
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_a_rotated_secret_that_cannot_be_used_leaves_the_connection_as_it_is(self):
        folder = self.temporary_folder()
        (folder / "token").write_text("first\n")
        with FeedServer([json.dumps({"n": 1})]) as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION feed TO websocket (mode = 'client', format = 'json', endpoint = '{server.url()}', headers = MAP {{'Authorization': '${{secret:token}}'}});
                CREATE TABLE t (n INT) WITH (connector = 'feed'); WAIT FOR t;""", "--secrets-dir", folder)
            server.wait_for_clients(1)
            for value, answer in (("two\r\nlines", "it stays as it is: "), ("second", "opened feed anew")):
                (folder / "token").write_bytes(value.encode() + b"\n")
                laminar.process.send_signal(signal.SIGHUP)
                told = laminar.stderr.wait_for(lambda line, answer=answer: answer in line, "answer")
                self.assertNotIn(value, told)
            # The one between never got as far as the server.
            server.wait_for_clients(2)
            self.assertEqual([headers["Authorization"] for _, headers in server.requests], ["first", "second"])
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)


class ReferenceTest(LaminarTestCase):
    def reference(self, form):
        laminar = run("reference", form)
        self.assertEqual(laminar.exit_code, 0, laminar.stderr.text)
        return laminar.stdout.text + "\n"

    def test_the_command_line_is_documented(self):
        page = PROJECT / "docs" / "cli.md"
        if os.environ.get("LAMINAR_UPDATE"):
            page.write_text(self.reference("markdown"))
        self.assertEqual(page.read_text(), self.reference("markdown"), "write docs/cli.md with: laminar reference markdown")

    def test_every_command_has_help_with_examples(self):
        commands = re.findall(r"^## laminar ([\w-]+)$", self.reference("markdown"), re.MULTILINE)
        self.assertEqual(sorted(commands), ["backup", "cancel", "check", "connectors", "export", "hash-password", "infer", "reference", "restore", "run", "serve", "shell", "status", "submit", "test", "top", "verify"])
        for command in commands:
            text = run(command, "--help").stdout.text
            self.assertRegex(text, rf"Examples:\n  .*laminar {command}", command)

    def test_the_manual_page_is_good_roff(self):
        page = self.reference("man")
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=page.encode(), capture_output=True, timeout=LIMIT_SECONDS)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        shown = subprocess.run(["groff", "-man", "-Tutf8", "-P-cbou"], input=page.encode(), capture_output=True, timeout=LIMIT_SECONDS).stdout.decode()
        for text in ("laminar - SQL for WebSocket streams", "--until-idle DURATION", "--deny-warnings", "LAMINAR_SECRET_NAME"):
            self.assertIn(text, shown)

    def complete_in_bash(self, script, *words):
        command = f'{script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _laminar; printf "%s\\n" "${{COMPREPLY[@]}}"'
        done = subprocess.run(["bash", "-c", command, "bash", "laminar", *words], capture_output=True, timeout=LIMIT_SECONDS, text=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash_completes(self):
        script = self.reference("bash")
        self.assertEqual(self.complete_in_bash(script, "ch"), ["check"])
        self.assertEqual(self.complete_in_bash(script, "check", "--deny"), ["--deny-warnings"])
        self.assertEqual(self.complete_in_bash(script, "check", "--format", "s"), ["sarif"])
        self.assertEqual(self.complete_in_bash(script, "run", "--format", ""), ["csv", "json", "line", "table"])
        self.assertEqual(self.complete_in_bash(script, "reference", "z"), ["zsh"])
        self.assertEqual(self.complete_in_bash(script, "backup", "data", ""), ["TO"])
        self.assertEqual(self.complete_in_bash(script, "verify", "--format", "j"), ["json"])
        self.assertIn(str(PROJECT / "README.md"), self.complete_in_bash(script, "run", str(PROJECT / "READ")))

    def test_zsh_reads_its_completion(self):
        script = self.reference("zsh")
        self.assertTrue(script.startswith("#compdef laminar\n"))
        done = subprocess.run(["zsh", "-n"], input=script.encode(), capture_output=True, timeout=LIMIT_SECONDS)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        # The specifications are judged by zsh's own parser of them, in a completion that is only prepared.
        check = 'autoload -Uz compinit; compinit -u -D; _arguments() { print -rl -- "$@" }; _describe() { : }; words=(laminar check ""); CURRENT=3;' + script
        done = subprocess.run(["zsh", "-f", "-c", check], capture_output=True, timeout=LIMIT_SECONDS, text=True)
        self.assertIn("*--format[Of findings]:github|json|junit|sarif|text:(github json junit sarif text)", done.stdout)


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
