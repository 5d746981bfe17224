"""Files on a disk without room: they end with a whole row, and what did not get out is counted."""

import csv
import json
import re
import resource
import subprocess
import unittest

from duckdb_library import duckdb
from laminar_process import LIMIT_SECONDS, LaminarTestCase, binary

# A file that must not grow any more is refused in the same way as one on a disk without room.
ROOM = 50_000
ROWS = 5_000


class FullDiskTest(LaminarTestCase):
    def setUp(self):
        self.path = self.temporary_folder() / "out"

    def sink(self, file_format):
        return f"""CREATE CONNECTION target TO file (path = '{self.path}', format = '{file_format}', mode = 'sink');
                   CREATE TABLE written (n BIGINT, text TEXT) WITH (connector = 'target');"""

    def fill(self, file_format):
        """Writes rows until there is no room, and returns how many were sent, dropped, and refused by then."""
        shell = self.start_shell()
        resource.prlimit(shell.process.pid, resource.RLIMIT_FSIZE, (ROOM, ROOM))
        shell.execute(self.sink(file_format) + f"""
            CREATE CONNECTION numbers TO generator (max_rows = {ROWS}, rows_per_second = 1000000);
            CREATE PIPELINE filling AS INSERT INTO written SELECT counter, 'a "quoted" text, for ' || counter FROM numbers""")
        _, error = shell.wait_for_state("target", "failed")
        pipeline = "errors, rows_out", "system.pipelines"
        refused, out = shell.wait_until(*pipeline, lambda rows: rows[0][1] == ROWS)[0]
        sent, dropped = shell.select("messages_sent, messages_dropped", "system.connections WHERE connection_name = 'target'")[0]
        self.assertEqual(sent + dropped, out)
        self.assertIn("File too large", error)
        shell.leave()
        self.assertIn(f"File too large; {dropped - refused} row", shell.stderr.text)
        return sent, dropped

    def test_a_statement_whose_rows_are_refused_says_so(self):
        """Also the first, whose rows are on their way when the file fails."""
        for path, reason in (("/dev/full", "No space left on device"), (f"{self.path}/none/out", "No such file or directory")):
            sink = f"""CREATE CONNECTION target TO file (path = '{path}', mode = 'sink');
                       CREATE TABLE written (n BIGINT) WITH (connector = 'target');"""
            with self.subTest(path):
                laminar = self.run_script(sink + "INSERT INTO written VALUES (1); SELECT 1 AS reached;", expect=1)
                self.assertIn("error[L601]", laminar.stderr.text)
                self.assertIn(reason, laminar.stderr.text)
                self.assertEqual(laminar.rows, [])

    def test_a_statement_of_many_rows_names_one_number(self):
        """Those that were taken before the file failed did not get out either, which is known of all of them together."""
        sink = """CREATE CONNECTION target TO file (path = '/dev/full', mode = 'sink');
                  CREATE TABLE written (n BIGINT) WITH (connector = 'target');"""
        laminar = self.run_script(sink + f"INSERT INTO written SELECT i FROM range({20 * ROWS}) AS t(i);", expect=1)
        reason = 'cannot write "/dev/full": No space left on device'
        self.assertIn(f'error[L601]: not all of {20 * ROWS} rows got out: connection "target" has failed: {reason}\n', laminar.stderr.text)
        self.assertIn(f'laminar: failed: connection "target" failed: {reason}\n', laminar.stderr.text)
        self.assertIn(f" {20 * ROWS:,} dropped", laminar.stderr.text)

    def test_a_pipeline_tells_why_its_rows_are_refused(self):
        shell = self.start_shell()
        shell.execute("""
            CREATE CONNECTION target TO file (path = '/dev/full', mode = 'sink');
            CREATE TABLE written (n BIGINT) WITH (connector = 'target');
            CREATE CONNECTION numbers TO generator (rows_per_second = 100);
            CREATE PIPELINE filling AS INSERT INTO written SELECT counter FROM numbers""")
        [[errors, reason]] = shell.wait_until("errors, last_error", "system.pipelines", lambda rows: rows[0][0] > 0 and rows[0][1])
        self.assertTrue(reason.startswith('connection "target": the connection has failed: cannot write "/dev/full": No space left'), reason)

    def append(self, file_format):
        self.run_script(self.sink(file_format) + "INSERT INTO written VALUES (-1, 'next run')")

    def test_json(self):
        sent, dropped = self.fill("json")
        self.assertGreater(sent, 0)
        self.assertGreater(dropped, 0)
        text = self.path.read_text()
        self.assertTrue(text.endswith("\n"), text[-100:])
        rows = [json.loads(line) for line in text.splitlines()]
        self.assertEqual([row["n"] for row in rows], list(range(rows[0]["n"], rows[0]["n"] + sent)))
        self.append("json")
        self.assertEqual([json.loads(line) for line in self.path.read_text().splitlines()], rows + [{"n": -1, "text": "next run"}])

    def test_csv(self):
        sent, dropped = self.fill("csv")
        self.assertGreater(sent, 0)
        self.assertGreater(dropped, 0)
        text = self.path.read_text()
        self.assertTrue(text.endswith("\n"), text[-100:])
        self.append("csv")
        with open(self.path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), sent + 1)
        for row in rows[:-1]:
            self.assertEqual(row["text"], f'a "quoted" text, for {row["n"]}')
        self.assertEqual(rows[-1], {"n": "-1", "text": "next run"})

    def test_parquet(self):
        duckdb(f"COPY (SELECT 1::BIGINT AS n, 'before' AS text) TO '{self.path}' (FORMAT parquet)")
        before = self.path.read_bytes()
        script = self.sink("parquet") + f"INSERT INTO written SELECT hash(i) // 2, hash(i + 1) FROM range({ROWS}) AS t(i);"
        ended = subprocess.run([binary(), "run", "-e", script], capture_output=True, text=True, timeout=LIMIT_SECONDS,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM)))
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn("File too large", ended.stderr)
        self.assertIn(f"; {ROWS} rows did not get out", ended.stderr)
        self.assertRegex(ended.stderr, f" 0 sent, .* {ROWS:,} dropped")
        self.assertEqual(self.path.read_bytes(), before)
        self.append("parquet")
        self.assertEqual(duckdb(f"SELECT n::VARCHAR, text FROM read_parquet('{self.path}')"), [["1", "before"], ["-1", "next run"]])

    def test_parquet_that_cannot_be_finished_when_its_connection_goes(self):
        """Its rows are written where the connection ends, which nobody waits for any more."""
        rows = f"INSERT INTO written SELECT hash(i) // 2, hash(i + 1) FROM range({ROWS}) AS t(i);"
        for end in ("DROP TABLE written;", f"ALTER CONNECTION target SET (path = '{self.path}.other');"):
            with self.subTest(end):
                script = self.sink("parquet") + rows + end + "SELECT 1 AS reached;"
                ended = subprocess.run([binary(), "run", "-e", script], capture_output=True, text=True, timeout=LIMIT_SECONDS,
                                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM)))
                self.assertIn("reached", ended.stdout)
                self.assertEqual(ended.returncode, 1, ended.stderr)
                self.assertRegex(ended.stderr, f"write_failed: .*File too large; {ROWS} rows did not get out\n")
                self.assertRegex(ended.stderr, 'laminar: failed: connection "target" failed: .*File too large\n')
                self.assertRegex(ended.stderr, f" 0 sent, .* {ROWS:,} dropped")

    def standard_output(self, script):
        with open(self.path, "wb") as target:
            ended = subprocess.run([binary(), "run", "--format", "json", "-e", script], stdout=target, stderr=subprocess.PIPE, text=True,
                                   timeout=LIMIT_SECONDS, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM)))
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn("File too large", ended.stderr)
        text = self.path.read_text()
        self.assertTrue(text.endswith("\n"), text[-100:])
        return [json.loads(line)["n"] for line in text.splitlines()], ended.stderr

    def test_rows_that_are_printed(self):
        numbers, _ = self.standard_output(f"SELECT i AS n FROM range({ROWS}) AS t(i)")
        self.assertEqual(numbers, list(range(len(numbers))))

    def test_the_connector_stdout(self):
        numbers, errors = self.standard_output(f"""
            CREATE CONNECTION target TO stdout ();
            CREATE TABLE written (n BIGINT) WITH (connector = 'target');
            INSERT INTO written SELECT i AS n FROM range({ROWS}) AS t(i)""")
        self.assertEqual(numbers, list(range(len(numbers))))
        self.assertGreater(len(numbers), 0)
        lost = int(re.search(r"; (\d+) rows? did not get out", errors)[1])
        self.assertIn(f" {len(numbers):,} sent, ", errors)
        self.assertLessEqual(len(numbers) + lost, ROWS)


class FullStandardOutputTest(LaminarTestCase):
    """Every command says that what it was called for did not get out, and does not end well."""

    COMMANDS = (
        (["--version"], 1), (["--help"], 1), (["run", "--help"], 1), (["connectors"], 1), (["connectors", "--format", "json"], 1),
        (["reference", "markdown"], 1), (["run", "-e", "SELECT 1"], 1), (["shell"], 1),
        (["check", "{folder}/wrong.sql"], 2), (["check", "--format", "json", "{folder}/wrong.sql"], 2),
        (["test", "{folder}/none.test"], 2), (["test", "--format", "junit", "{folder}/none.test"], 2))

    def test_every_command(self):
        folder = self.temporary_folder()
        (folder / "wrong.sql").write_text("SELECT nothing;")
        (folder / "none.test").write_text("@test one row\n@sql\nCREATE VIEW one AS SELECT 1 AS n;\n@expect query SELECT n FROM one\n{\"n\":2}\n")
        for arguments, code in self.COMMANDS:
            with self.subTest(arguments), open("/dev/full", "wb") as full:
                ended = subprocess.run([binary(), *(part.format(folder=folder) for part in arguments)], input="SELECT 1;", stdout=full,
                                       stderr=subprocess.PIPE, text=True, timeout=LIMIT_SECONDS)
                self.assertEqual(ended.returncode, code, ended.stderr)
                self.assertIn("laminar: cannot write to standard output: No space left on device\n", ended.stderr)


class LineBoundaryTest(LaminarTestCase):
    """A file that ends in the middle of a line, as a program that was killed may leave it."""

    def appended(self, file_format, before):
        path = self.temporary_folder() / "out"
        path.write_text(before)
        self.run_script(f"""CREATE CONNECTION target TO file (path = '{path}', format = '{file_format}', mode = 'sink');
                            CREATE TABLE written (n INT, text TEXT) WITH (connector = 'target');
                            INSERT INTO written VALUES (2, 'b');""")
        self.run_script(f"""CREATE CONNECTION target TO file (path = '{path}', format = '{file_format}', mode = 'sink');
                            CREATE TABLE written (n INT, text TEXT) WITH (connector = 'target');
                            INSERT INTO written VALUES (3, 'c');""")
        return path.read_text()

    def test_a_row_begins_a_line_of_its_own(self):
        rest = '{"n":2,"text":"b"}\n{"n":3,"text":"c"}\n'
        for before, between in (("", ""), ('{"n":1}\n', ""), ('{"n":1}', "\n"), ('{"n":1}\n{"n":', "\n")):
            with self.subTest(before):
                self.assertEqual(self.appended("json", before), before + between + rest)

    def test_a_record_does_too(self):
        for before, between in (("n,text\n", ""), ("n,text\n1,a", "\n"), ('n,text\n1,"a', '"\n'), ('n,text\n1,"a""', '"\n'), ('n,text\n1,"a"', "\n")):
            with self.subTest(before):
                self.assertEqual(self.appended("csv", before), before + between + "2,b\n3,c\n")

    def test_without_a_row_a_file_stays_as_it_is(self):
        path = self.temporary_folder() / "out"
        path.write_text('{"n":1}')
        self.run_script(f"""CREATE CONNECTION target TO file (path = '{path}', format = 'json', mode = 'sink');
                            CREATE TABLE written (n INT) WITH (connector = 'target');
                            INSERT INTO written SELECT 1 WHERE false;""")
        self.assertEqual(path.read_text(), '{"n":1}')


if __name__ == "__main__":
    unittest.main()
