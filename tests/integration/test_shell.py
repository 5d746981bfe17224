"""The shell, through a pipe and on a terminal."""

import json
import subprocess
import unittest

from laminar_process import LIMIT_SECONDS, WITHOUT_DISK, LaminarTestCase, binary, run
from terminal import Terminal

PROMPT = "laminar> "


class PipedShellTest(LaminarTestCase):
    def shell(self, text, *arguments, expect=0, **options):
        laminar = run("shell", *arguments, stdin=text, **options)
        self.assertEqual(laminar.exit_code, expect, f"{laminar.stdout.text}\n{laminar.stderr.text}")
        return laminar

    def test_statements_over_several_lines(self):
        laminar = self.shell("SELECT\n 1 AS one,\n 'a;b' AS text;\nSELECT 2 AS two")
        self.assertIn("a;b", laminar.stdout.text)
        self.assertIn("two", laminar.stdout.text)

    def test_a_statement_of_very_many_lines(self):
        values = ",\n".join(f"({n}, 'text of row {n}')" for n in range(20000))
        laminar = self.shell(f"/* It is\nlong. */\nCREATE TABLE t (n INT, s TEXT);\nINSERT INTO t VALUES\n{values};\nSELECT COUNT(*) AS n FROM t;\n")
        self.assertIn(" 20000\n", laminar.stdout.text)

    def test_no_prompt_no_colour_no_tags(self):
        laminar = self.shell("CREATE TABLE t (n INT);\nSELECT n FROM t;\n")
        self.assertEqual(laminar.stdout.text, " n\n---\n(0 rows)\n")
        self.assertEqual(laminar.stderr.text, "")

    def test_the_first_error_ends_it(self):
        for script in ("SELECT 'first' AS w;\nSELECT nope;\nSELECT 'later' AS w;\n", "SELECT 'first' AS w; SELECT nope; SELECT 'later' AS w;",
                       "SELECT 'first' AS w;\n\\nope\nSELECT 'later' AS w;\n", "SELECT 'first' AS w;\n\\i missing.sql\nSELECT 'later' AS w;\n"):
            laminar = self.shell(script, expect=1)
            self.assertIn("first", laminar.stdout.text)
            self.assertNotIn("later", laminar.stdout.text)
            self.assertNotEqual(laminar.stderr.text, "")
        self.assertIn("^", self.shell("SELECT nope;", expect=1).stderr.text)

    def test_files_are_executed_first(self):
        folder = self.temporary_folder()
        (folder / "a.sql").write_text("CREATE TABLE t (n INT); INSERT INTO t VALUES (41);")
        laminar = self.shell("SELECT n + 1 AS answer FROM t;", "a.sql", cwd=folder)
        self.assertIn("42", laminar.stdout.text)
        (folder / "bad.sql").write_text("SELECT nope;")
        self.assertNotIn("reached", self.shell("SELECT 'reached' AS w;", "bad.sql", cwd=folder, expect=1).stdout.text)
        self.assertIn("cannot read missing.sql: No such file", self.shell("", "missing.sql", cwd=folder, expect=2).stderr.text)

    def test_describing_commands(self):
        laminar = self.shell("\\d\nCREATE TABLE birds (name TEXT);\n\\d\n\\d birds\n\\d websocket\n\\?\n\\q\nSELECT 'not reached' AS x;\n")
        self.assertIn("Nothing has been created yet.", laminar.stdout.text)
        self.assertIn("TABLES:", laminar.stdout.text)
        self.assertIn("VARCHAR", laminar.stdout.text)
        self.assertIn("subscribe_message", laminar.stdout.text)
        for command in ("\\d", "\\timing", "\\format", "\\o", "\\i", "\\watch", "\\q"):
            self.assertIn(command, laminar.stdout.text)
        self.assertNotIn("not reached", laminar.stdout.text)

    def test_formats_files_and_timing(self):
        folder = self.temporary_folder()
        (folder / "b.sql").write_text("SELECT 'from file' AS w;")
        laminar = self.shell("\\format json\nSELECT 1 AS n;\n\\o out.json\nSELECT 2 AS n;\n\\i b.sql\n\\o\n\\timing\nSELECT 3 AS n;\n", cwd=folder)
        rows = [json.loads(line) for line in laminar.stdout.lines if line.startswith("{")]
        self.assertEqual(rows, [{"n": 1}, {"n": 3}])
        self.assertIn("Time: ", laminar.stdout.text)
        self.assertEqual([json.loads(line) for line in (folder / "out.json").read_text().splitlines()], [{"n": 2}, {"w": "from file"}])
        self.shell("\\format xml\n", expect=1)
        self.shell("\\o /nonexistent/file\n", expect=1)

    def test_a_file_that_cannot_be_written_is_a_failure(self):
        folder = self.temporary_folder()
        for script in ("\\o out.json\nSELECT 'lost' AS w;\nSELECT 'later' AS w;\n", "\\o out.json\nSELECT 'lost' AS w;"):
            done = subprocess.run(WITHOUT_DISK + [binary(), "shell"], input=script, cwd=folder, capture_output=True, text=True, timeout=LIMIT_SECONDS)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertIn("cannot write out.json: File too large", done.stderr)

    def test_a_subscription_ends_with_its_sources(self):
        laminar = self.shell("\\format json\nCREATE CONNECTION g TO generator (max_rows = 3);\nSUBSCRIBE TO (SELECT counter FROM g);\nSELECT 'after' AS w;\n")
        self.assertEqual([json.loads(line).get("w") or json.loads(line)["counter"] for line in laminar.stdout.lines], [1, 2, 3, "after"])


class TerminalTestCase(LaminarTestCase):
    def start(self, *arguments, home=None, **options):
        shell = Terminal(home or self.temporary_folder(), *arguments, **options)
        self.addCleanup(shell.kill)
        shell.wait_for(PROMPT)
        return shell

    def leave(self, shell):
        shell.send("\\q\n")
        self.assertEqual(shell.end(), 0)


class TerminalShellTest(TerminalTestCase):
    def test_editing_cancelling_and_history(self):
        home = self.temporary_folder()
        shell = self.start(home=home)
        shell.send("SELECT 40 +\n")
        shell.wait_for("...> ")
        shell.send("2 AS answer;\n")
        shell.wait_for("42")
        shell.wait_for(PROMPT)
        shell.send("SELECT 'dropped line")
        shell.wait_for("dropped line")
        shell.send("\x03")
        shell.wait_for(PROMPT)
        shell.send("CREATE CONNECTION slow TO generator (rows_per_second = 1); CREATE TABLE t (counter BIGINT) WITH (connector = 'slow');\n")
        shell.wait_for("CREATE TABLE\r\n")
        shell.wait_for(PROMPT)
        shell.send("SELECT 'be' || 'gun' AS state; WAIT FOR t COUNT 1000000;\n")
        shell.wait_for("begun")
        # Whichever of the two it meets, the rest of the line is dropped.
        shell.interrupt_until(PROMPT)
        shell.send("SELECT 'still ' || 'here' AS word;\n")
        shell.wait_for("still here")
        self.leave(shell)
        again = self.start(home=home)
        again.send("\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A")
        again.wait_for("SELECT 40 + 2 AS answer;")
        again.send("\n")
        again.wait_for("42")
        again.wait_for(PROMPT)
        self.leave(again)

    def test_what_comes_before_and_after_ctrl_c_in_one_go_stays_apart(self):
        shell = self.start()
        for number in range(40):
            shell.send("dropped" * (number % 4) + f"\x03SELECT 'kept ' || {number} AS word;\n")
            shell.wait_for(f"kept {number}\r\n")
            shell.wait_for(PROMPT)
        self.leave(shell)

    def test_records_of_the_log_appear_above_the_line_that_is_edited(self):
        shell = self.start()
        shell.send("CREATE CONNECTION c TO websocket (mode = 'client', format = 'json', endpoint = 'ws://127.0.0.1:9/', max_reconnect_interval_ms = 200, reconnect_interval_ms = 100);\n")
        shell.wait_for("CREATE CONNECTION\r\n")
        shell.send("CREATE TABLE t (n INT) WITH (connector = 'c');\n")
        shell.wait_for("connect_failed")
        shell.send("SELECT 'ty")
        shell.wait_for("connect_failed")
        shell.wait_for("refused\r\n")
        shell.wait_for("laminar> SELECT 'ty")
        shell.send("ped ' || 'on';\n")
        shell.wait_for("typed on")
        shell.wait_for(PROMPT)
        self.leave(shell)

    def test_a_connection_is_described_as_it_was_written(self):
        shell = self.start()
        shell.send("CREATE CONNECTION c TO generator (max_rows = 3);\n\\d c\n")
        shell.wait_for(" CREATE CONNECTION c TO generator (\r\n     max_rows = 3\r\n );")
        self.leave(shell)

    def test_errors_have_carets_and_keep_the_shell(self):
        shell = self.start()
        shell.send("SELECT nope;\n")
        shell.wait_for("error[")
        shell.wait_for("^^^^")
        shell.wait_for(PROMPT)
        shell.send("\\nope\n")
        shell.wait_for("there is no command")
        shell.wait_for(PROMPT)
        self.leave(shell)

    def test_colour_is_for_those_who_want_it(self):
        for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
            shell = self.start(environment=environment)
            shell.send("SELECT nope;\n")
            shown = shell.wait_for("^^^^")
            self.assertEqual("\x1b[1;31m" in shown or "\x1b[31m" in shown, coloured, repr(shown))
            shell.wait_for(PROMPT)
            self.leave(shell)

    def test_rows_of_streams_appear_while_a_line_is_edited(self):
        shell = self.start()
        shell.send("CREATE CONNECTION g TO generator (rows_per_second = 20); CREATE PIPELINE ticking AS SELECT counter FROM g;\n")
        shell.wait_for("CREATE PIPELINE\r\n")
        shell.wait_for("ticking ")
        shell.wait_for("ticking ")
        shell.send("SELECT 6 * 7 AS answer;\n")
        shell.wait_for("answer")
        shell.wait_for("42")
        self.leave(shell)

    def test_a_subscription_shows_rows_until_it_is_cancelled(self):
        shell = self.start()
        shell.send("CREATE CONNECTION g TO generator (rows_per_second = 20);\n")
        shell.wait_for(PROMPT)
        shell.send("SUBSCRIBE TO (SELECT counter + 1000 AS n FROM g);\n")
        shell.wait_for("1000")
        shell.wait_for("1001")
        shell.interrupt_until("(subscription ended)")
        shell.wait_for(PROMPT)
        shell.send("SHOW CONNECTIONS;\n")
        shell.wait_for("(1 row)")
        self.leave(shell)

    def test_types_nulls_and_row_counts(self):
        shell = self.start()
        shell.send("SELECT NULL::INT AS n, 'a' AS t UNION ALL SELECT 7, NULL ORDER BY n NULLS FIRST;\n")
        shown = shell.wait_for("(2 rows)")
        self.assertIn("integer", shown)
        self.assertIn("varchar", shown)
        self.assertEqual(shown.count("NULL \u2502") + shown.count("\u2502 NULL"), 2, repr(shown))
        self.leave(shell)

    def test_tables_fit_the_terminal_also_after_a_resize(self):
        shell = self.start(columns=60)
        query = "SELECT repeat('wide ', 40) AS text, 1 AS n;\n"
        for columns in (60, 100):
            shell.resize(40, columns)
            shell.send(query)
            shell.wait_for("varchar")
            lines = [line for line in shell.wait_for("(1 row)").splitlines() if "wide" in line]
            shell.wait_for(PROMPT)
            self.assertEqual(len(lines), 1)
            self.assertLessEqual(len(lines[0]), columns)
            self.assertGreater(len(lines[0]), columns - 12)
        self.leave(shell)

    def test_timing_format_output_and_watch(self):
        folder = self.temporary_folder()
        shell = self.start()
        shell.send("\\timing\n")
        shell.wait_for("Timing is on.")
        shell.send("SELECT 1 AS n;\n")
        shell.wait_for("Time: ")
        shell.send("\\format json\n")
        shell.wait_for(PROMPT)
        shell.send("SELECT 5 AS n;\n")
        shell.wait_for('{"n":5}')
        shell.send(f"\\o {folder}/rows\n")
        shell.wait_for(PROMPT)
        shell.send("SELECT 6 AS n;\n")
        shell.wait_for(PROMPT)
        shell.send("\\o\n")
        shell.wait_for(PROMPT)
        self.assertEqual((folder / "rows").read_text(), '{"n":6}\n')
        shell.send("SELECT 7 AS n;\n")
        shell.wait_for('{"n":7}')
        shell.wait_for(PROMPT)
        shell.send("\\watch 100ms\n")
        for _ in range(3):
            shell.wait_for("(every 100 ms)")
            shell.wait_for('{"n":7}')
        shell.interrupt_until(PROMPT)
        self.leave(shell)

    def test_long_results_go_through_the_pager(self):
        shell = self.start(environment={"LAMINAR_PAGER": "sed -e 's/^/paged:/'"}, rows=20)
        shell.send("SELECT n FROM range(30) r(n);\n")
        shown = shell.wait_for("(30 rows)")
        self.assertRegex(shown, r"paged: *29")
        shell.wait_for(PROMPT)
        shell.send("SELECT n FROM range(3) r(n);\n")
        self.assertNotIn("paged:", shell.wait_for("(3 rows)"))
        shell.send("\\pager\n")
        shell.wait_for("The pager is off.")
        shell.send("SELECT n FROM range(30) r(n);\n")
        self.assertNotIn("paged:", shell.wait_for("(30 rows)"))
        self.leave(shell)


class CompletionTest(TerminalTestCase):
    def complete(self, shell, typed, expected):
        """Types, presses the tab key, waits for what it adds, and drops the line. The terminal is sent what changes."""
        shell.send(typed + "\t")
        try:
            shell.wait_for(expected)
        finally:
            shell.send("\x03")
            shell.wait_for("^C")
            shell.wait_for(PROMPT)

    def test_grammar_catalog_and_options(self):
        shell = self.start(columns=200)
        shell.send("CREATE CONNECTION feed TO generator (max_rows = 1); CREATE TABLE trades (symbol TEXT, price DOUBLE);\n")
        shell.wait_for("CREATE TABLE\r\n")
        shell.wait_for(PROMPT)
        for typed, expected in (("SUBS", "CRIBE "), ("create conn", "ection "), ("SELECT * FROM tra", "des "),
                                ("SELECT pri", "ce "), ("SELECT date_tr", "unc("), ("SELECT DATE_TR", "UNC("), ("SELECT acknow", "ledge_message("),
                                ("CREATE CONNECTION c TO webs", "ocket "),
                                ("CREATE CONNECTION c TO websocket (mod", "e = "),
                                ("CREATE CONNECTION c TO websocket (mode = 'cl", "ient' "),
                                ("CREATE CONNECTION c TO websocket (mode = 'server', max_connections_", "per_ip = "),
                                ("CREATE TABLE u (n INT) WITH (connector = 'f", "eed' "),
                                ("\\for", "mat "), ("\\format js", "on ")):
            with self.subTest(typed):
                self.complete(shell, typed, expected)
        folder = self.temporary_folder()
        (folder / "queries").mkdir()
        (folder / "queries" / "trades of today.sql").write_text("SELECT 'from the ' || 'file' AS w;")
        self.complete(shell, f"\\o {folder}/que", "ries/")
        shell.send(f"\\i {folder}/queries/tr\t")
        shell.wait_for("ades of today.sql ")
        shell.send("\n")
        shell.wait_for("from the file")
        shell.wait_for(PROMPT)
        shell.send("DROP \t")
        for kind in ("CONNECTION", "PIPELINE", "TABLE"):
            shell.wait_for(kind)
        shell.send("\x03")
        shell.wait_for("^C")
        shell.wait_for(PROMPT)
        shell.send("SELECT 1 +\n")
        shell.wait_for("...> ")
        shell.send("1 AS sum FR\t")
        shell.wait_for("OM ")
        shell.send("\x03")
        shell.wait_for("^C")
        shell.wait_for(PROMPT)  # What is typed before it is thrown away with the line.
        self.leave(shell)


if __name__ == "__main__":
    unittest.main()
