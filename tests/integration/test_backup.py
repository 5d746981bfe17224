"""laminar backup, restore and verify: what is committed is in the file, while a process uses the directory and while none does; what cannot
be done leaves nothing half done, and says why."""

import fcntl
import json
import shutil
import signal
import stat
import subprocess
import tarfile
import threading
import unittest

from duckdb_library import duckdb
from laminar_process import LIMIT_SECONDS, WITHOUT_DISK, Laminar, LaminarTestCase, binary, run

CATALOG = """
    CREATE FUNCTION twice(x) AS x * 2;
    CREATE TABLE prices (symbol TEXT PRIMARY KEY, price DOUBLE, tags VARCHAR[]);
    CREATE VIEW dear AS SELECT symbol, twice(price) AS price FROM prices WHERE price > 10;
    CREATE CONNECTION numbers TO generator (rows_per_second = 1000, max_rows = 5);
    CREATE TABLE counted (counter BIGINT, timestamp TIMESTAMP) WITH (connector = 'numbers');
"""


class BackupTestCase(LaminarTestCase):
    def setUp(self):
        self.folder = self.temporary_folder()
        self.directory, self.file = self.folder / "data", self.folder / "backup.tar"

    def fill(self, script=CATALOG + "INSERT INTO prices VALUES ('A', 20, ['x', 'y']), ('B', 2, NULL)"):
        self.run_script(script, "--once", "--data-dir", self.directory)

    def command(self, *arguments, expect=0, **options):
        ended = run(*arguments, **options)
        self.assertEqual(ended.exit_code, expect, ended.stdout.text + ended.stderr.text)
        return ended.stderr.text if expect else ended

    def back_up(self, **options):
        return self.command("backup", self.directory, "TO", self.file, **options)

    def restore(self, directory=None, **options):
        return self.command("restore", self.file, "TO", directory or self.folder / "restored", **options)

    def verify(self, path, expect=0):
        ended = self.command("verify", "--format", "json", path, expect=0) if expect == 0 else run("verify", "--format", "json", path)
        self.assertEqual(ended.exit_code, expect, ended.stderr.text)
        return json.loads(ended.stdout.text)

    def rows(self, script, directory=None):
        return self.run_script(script, "--once", "--data-dir", directory or self.folder / "restored").rows


class RoundTripTest(BackupTestCase):
    def test_what_nobody_uses(self):
        self.fill()
        before = {path.name: path.read_bytes() for path in self.directory.iterdir()}
        said = self.back_up().stderr.text
        self.assertRegex(said, rf"laminar: {self.directory} is in {self.file}: [\d,]+ bytes of database, 0 of log, as of commit \d+ \(20.* UTC\)")
        self.assertEqual({path.name: path.read_bytes() for path in self.directory.iterdir()}, before)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        found = self.verify(self.file)
        self.assertEqual((found["kind"], found["sound"], found["tables"], found["findings"]), ("backup", True, [{"name": "prices", "rows": 2}], []))
        self.restore()
        restored = self.folder / "restored"
        self.assertEqual(stat.S_IMODE(restored.stat().st_mode), 0o700)
        self.assertEqual({stat.S_IMODE(path.stat().st_mode) for path in restored.iterdir()}, {0o600})
        question = "SHOW TABLES; SHOW VIEWS; SELECT * FROM prices ORDER BY symbol; SELECT * FROM dear"
        self.assertEqual(self.rows(CATALOG + question), self.rows(CATALOG + question, self.directory))

    def test_what_a_killed_process_has_left(self):
        """Its log is in the backup, and how far it goes."""
        shell = self.start_shell("--data-dir", self.directory)
        shell.execute("CREATE TABLE t (n INT); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)")
        shell.process.kill()
        shell.process.wait()
        self.assertNotIn(" 0 of log", self.back_up().stderr.text)
        self.restore()
        log = self.folder / "restored" / "laminar.duckdb.wal"
        whole = log.read_bytes()
        log.write_bytes(whole[:-10])
        self.assertIn("its end is missing", self.run_script("SELECT 1", "--once", "--data-dir", self.folder / "restored", expect=1).stderr.text)
        log.write_bytes(whole)
        self.assertEqual(self.rows("SELECT sum(n) AS n FROM t"), [{"n": 3}])

    def test_other_programs_can_read_it(self):
        self.fill()
        self.back_up()
        (self.folder / "unpacked").mkdir()
        names = subprocess.run(["tar", "-xvf", self.file], cwd=self.folder / "unpacked", capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual(names, ["BACKUP", "laminar.format", "laminar.duckdb", "SHA256SUMS"])
        checked = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=self.folder / "unpacked", capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_a_large_one_goes_through(self):
        self.fill("CREATE TABLE large AS SELECT i AS n, md5(CAST(i AS TEXT)) AS text FROM range(300000) AS t(i)")
        self.back_up()
        self.restore()
        self.assertEqual(self.rows("SELECT count(DISTINCT text) AS n FROM large"), [{"n": 300000}])

    def test_it_may_go_into_an_empty_directory(self):
        self.fill()
        self.back_up()
        (self.folder / "restored").mkdir()
        self.restore()
        self.assertEqual(self.rows("SELECT count(*) AS n FROM prices"), [{"n": 2}])


class RunningTest(BackupTestCase):
    def test_it_is_of_one_moment_while_a_process_commits(self):
        """Two tables are changed in turn by statements of their own, also by checkpoints; each backup has the first at most one ahead."""
        shell = self.start_shell("--data-dir", self.directory)
        shell.execute("CREATE TABLE first (n INT); CREATE TABLE second (n INT); CREATE TABLE large (n BIGINT, text TEXT)")
        done = threading.Event()
        written = [0]

        def write():
            while not done.is_set():
                number = written[0] + 1
                shell.execute(f"INSERT INTO first VALUES ({number}); INSERT INTO second VALUES ({number});"
                              f"INSERT INTO large SELECT i, md5(CAST(i AS TEXT)) FROM range(20000) AS t(i)")
                written[0] = number

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(5):
                self.file = self.folder / f"backup{number}.tar"
                before = written[0]
                self.back_up()
                restored = self.folder / f"restored{number}"
                self.restore(restored)
                [row] = self.rows("""SELECT (SELECT count(*) FROM first) AS first, (SELECT count(*) FROM second) AS second,
                                            (SELECT max(n) FROM first) AS last, (SELECT count(*) FROM large) AS large""", restored)
                self.assertGreaterEqual(row["first"], before, "what was done before it began is missing")
                self.assertEqual(row["first"], row["last"] or 0)
                self.assertIn(row["first"] - row["second"], (0, 1))
                self.assertIn(row["second"] - row["large"] // 20000, (0, 1))
                self.assertTrue(self.verify(self.file)["sound"])
                shutil.rmtree(restored)
        finally:
            done.set()
            writer.join()
        self.assertFalse((self.directory / "laminar.hold").exists())
        self.assertEqual(shell.leave(), 0, shell.stderr.text)

    def test_a_running_one_is_not_verified(self):
        shell = self.start_shell("--data-dir", self.directory)
        shell.execute("CREATE TABLE t (n INT)")
        ended = run("verify", self.directory)
        self.assertEqual(ended.exit_code, 2)
        self.assertIn(f"laminar: {self.directory} is in use by process {shell.process.pid} on host ", ended.stderr.text)
        self.assertIn(f"make a backup, which can be done meanwhile (laminar backup {self.directory} TO FILE), and verify that", ended.stderr.text)

    def test_checkpoints_wait_for_it(self):
        """For as long as somebody holds the file, and not when he was killed."""
        laminar = self.start_script("CREATE TABLE ticks WITH (connector = 'generator', rows_per_second = 10)", "--data-dir", self.directory, "--log-level", "info")
        laminar.stderr.wait_for(lambda line: f"data directory {self.directory}" in line, "the directory")
        with open(self.directory / "laminar.hold", "w") as hold:
            fcntl.flock(hold, fcntl.LOCK_EX)
            laminar.stderr.wait_for(lambda line: "checkpoints of the data directory wait: a backup is being made" in line, "word of the backup")
            self.assertIn("another backup of it is being made", self.back_up(expect=1))
        laminar.stderr.wait_for(lambda line: "checkpoints of the data directory go on" in line, "word of its end")
        self.back_up()
        self.assertFalse((self.directory / "laminar.hold").exists())


class RefusalTest(BackupTestCase):
    def nothing_else(self, *names):
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), sorted(names))

    def test_the_target_exists(self):
        self.fill()
        self.file.write_text("mine")
        self.assertIn(f"the backup cannot be written: {self.file} exists already; name another file, or move it away first", self.back_up(expect=1))
        self.assertEqual(self.file.read_text(), "mine")
        self.file.unlink()
        self.back_up()
        self.assertIn(f"nothing has been restored: {self.directory} exists already, and is no empty directory", self.restore(self.directory, expect=1))
        self.nothing_else("data", "backup.tar")

    def test_the_source_is_none(self):
        self.assertIn(f"data directory {self.directory}: No such file or directory", self.back_up(expect=1))
        self.directory.mkdir()
        self.assertIn("there is no laminar.format in it that can be read: it is not a data directory of Laminar", self.back_up(expect=1))
        self.assertIn("No such file or directory", self.restore(expect=1))
        self.file.write_text("no backup" * 1000)
        self.assertIn(f"backup {self.file}: it is not a backup of Laminar, or its beginning is damaged; nothing has been restored", self.restore(expect=1))
        self.file.write_text("")
        self.assertIn("it is empty", self.restore(expect=1))
        with tarfile.open(self.file, "w", format=tarfile.USTAR_FORMAT) as archive:
            archive.add(__file__, "../../evil")
        self.assertIn("it is not a backup of Laminar", self.restore(expect=1))
        self.nothing_else("data", "backup.tar")

    def test_there_is_no_room(self):
        self.fill()
        laminar = subprocess.run([*WITHOUT_DISK, binary(), "backup", self.directory, "TO", self.file], capture_output=True, text=True, timeout=LIMIT_SECONDS)
        self.assertEqual((laminar.returncode, laminar.stderr), (1, f"laminar: no backup of {self.directory} has been made: File too large\n"))
        self.nothing_else("data")
        self.back_up()
        laminar = subprocess.run([*WITHOUT_DISK, binary(), "restore", self.file, "TO", self.folder / "restored"], capture_output=True, text=True,
                                 timeout=LIMIT_SECONDS)
        self.assertEqual(laminar.returncode, 1)
        self.assertIn("cannot be written: File too large; nothing has been restored", laminar.stderr)
        self.nothing_else("data", "backup.tar")

    def test_there_is_no_such_place(self):
        self.fill()
        self.file = self.folder / "none" / "backup.tar"
        self.assertIn(f"the backup cannot be written: {self.file}.partial cannot be made: No such file or directory", self.back_up(expect=1))

    def test_one_that_is_cut_off_leaves_nothing_under_its_name(self):
        self.fill()
        for point in ("backup.database", "backup.written"):
            with Laminar("backup", self.directory, "TO", self.file, environment={"LAMINAR_CRASH_POINT": point}) as laminar:
                self.assertEqual(laminar.wait(), -signal.SIGKILL)
            self.nothing_else("data", "backup.tar.partial")
        self.back_up()
        with Laminar("restore", self.file, "TO", self.folder / "restored", environment={"LAMINAR_CRASH_POINT": "restore.written"}) as laminar:
            self.assertEqual(laminar.wait(), -signal.SIGKILL)
        self.nothing_else("data", "backup.tar", "restored.partial")
        self.restore()
        self.nothing_else("data", "backup.tar", "restored")
        self.assertEqual(self.rows("SELECT count(*) AS n FROM prices"), [{"n": 2}])

    def test_another_file_under_the_name_of_what_is_begun_stays(self):
        self.fill()
        other = self.folder / "backup.tar.partial"
        other.write_text("BACK to the roots")
        self.assertIn("backup.tar.partial is there, and was not left by what was cut off; move it away first", self.back_up(expect=1))
        self.assertEqual(other.read_text(), "BACK to the roots")
        other.write_text("BACK")
        self.back_up()
        self.nothing_else("data", "backup.tar")

    def test_what_is_damaged_is_not_backed_up(self):
        self.fill("CREATE TABLE large AS SELECT i AS n FROM range(300000) AS t(i)")
        database = self.directory / "laminar.duckdb"
        changed = bytearray(database.read_bytes())
        changed[12288 + 262144 + 1000] ^= 1
        database.write_bytes(changed)
        self.assertRegex(self.back_up(expect=1), "no backup of .* has been made: laminar.duckdb: bytes 274432 to 536575 .block 1. are not what was written")
        self.nothing_else("data")

    def test_a_damaged_backup_is_not_restored(self):
        self.fill()
        self.back_up()
        whole = self.file.read_bytes()
        with tarfile.open(self.file) as archive:
            members = archive.getmembers()
        places = [0, 300, *(member.offset + 130 for member in members), *(member.offset_data + 20 for member in members), members[2].offset_data + 300000]
        for place in places:
            with self.subTest(place):
                changed = bytearray(whole)
                changed[place] ^= 1
                self.file.write_bytes(changed)
                self.assertIn("nothing has been restored", self.restore(expect=1))
                self.assertFalse(self.verify(self.file, expect=1)["sound"])
                self.nothing_else("data", "backup.tar")
        for size in (100, 512, 5000, len(whole) // 2, len(whole) - 1024, len(whole) - 1):
            with self.subTest(size=size):
                self.file.write_bytes(whole[:size])
                self.assertIn("nothing has been restored", self.restore(expect=1))
                self.nothing_else("data", "backup.tar")

    def test_usage(self):
        for arguments in (["backup"], ["backup", self.directory], ["backup", self.directory, self.file], ["backup", self.directory, "INTO", self.file],
                          ["verify"], ["restore", self.file, "FROM", self.directory]):
            self.assertEqual(run(*arguments).exit_code, 2, arguments)
        self.assertIn(f'write TO in the place of "{self.file}": laminar backup DIR TO FILE', run("backup", self.directory, self.file).stderr.text)

    def test_newer_formats(self):
        self.fill()
        self.back_up()
        with tarfile.open(self.file) as archive:
            text = archive.extractfile("BACKUP").read().decode()
        whole = self.file.read_bytes()
        self.file.write_bytes(whole.replace(b"laminar backup, format 1", b"laminar backup, format 2", 1))
        self.assertIn("it is a backup of format 2, and this Laminar knows format 1; use the version that made it", self.restore(expect=1))
        self.assertIn("laminar backup, format 1\n", text)


class VerifyTest(BackupTestCase):
    def edit(self, statement):
        (self.directory / "laminar.commits").unlink()
        duckdb(statement, path=self.directory / "laminar.duckdb")

    def messages(self, expect=1):
        return [finding["message"] for finding in self.verify(self.directory, expect)["findings"]]

    def test_it_changes_nothing(self):
        self.fill()
        before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in self.directory.iterdir()}
        found = self.verify(self.directory)
        self.assertEqual((found["kind"], found["sound"], found["objects"], found["findings"]), ("directory", True, 5, []))
        self.assertEqual({path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in self.directory.iterdir()}, before)
        text = run("verify", self.directory).stdout.text
        self.assertRegex(text, f"^data directory {self.directory}: sound\n  database  [\\d,]+ bytes, \\d+ blocks in use, checkpoint \\d+\n  log       0 commits, 0 bytes\n"
                               "  catalog   5 objects\n  tables    1 table, 2 rows\n  state     ")

    def test_a_statement_that_does_not_bind(self):
        self.fill()
        self.edit("UPDATE laminar_catalog.objects SET definition = 'CREATE VIEW dear AS SELECT missing FROM prices' WHERE key = 'dear'")
        [mark, finding] = self.messages()
        self.assertIn("laminar.commits is missing", mark)
        self.assertRegex(finding, '^view "dear" cannot be made again: .*missing')

    def test_rows_that_are_missing_or_twice(self):
        self.fill()
        self.edit("INSERT INTO main.prices VALUES ('A', 1, NULL)")
        self.assertIn('table "prices" has 1 keys more than once', self.messages())
        duckdb("DROP TABLE main.prices", path=self.directory / "laminar.duckdb")
        self.assertIn('the rows of table "prices" are missing', self.messages())

    def test_state_of_no_pipeline(self):
        self.fill()
        self.edit("CREATE SCHEMA IF NOT EXISTS laminar_state; CREATE TABLE laminar_state.lost (n INT); COMMENT ON TABLE laminar_state.lost IS '0123456789abcdef'")
        self.assertIn('the state "lost" (fingerprint 0123456789abcdef) is of no pipeline that there is', self.messages(expect=0))


class StorageTableTest(BackupTestCase):
    def test_it_says_how_the_directory_is(self):
        self.assertEqual(self.run_script("SELECT * FROM system.storage", "--once").rows, [])
        shell = self.start_shell("--data-dir", self.directory)
        shell.execute("CREATE TABLE t (n INT); INSERT INTO t SELECT i FROM range(100) AS t(i)")
        columns = "directory, log_bytes, commits, replayed_bytes, replayed_rows, last_commit IS NULL, database_bytes"
        [[directory, log, commits, bytes_, rows, never, size]] = shell.select(columns, "system.storage")
        self.assertEqual((directory, bytes_, rows, never), (str(self.directory), 0, 0, False))
        self.assertEqual((log, size), tuple((self.directory / name).stat().st_size for name in ("laminar.duckdb.wal", "laminar.duckdb")))
        self.assertGreaterEqual(commits, 2)
        shell.process.kill()
        shell.process.wait()
        again = self.start_shell("--data-dir", self.directory)
        [[replayed, replayed_commits, replayed_rows, left_out]] = again.select("replayed_bytes, replayed_commits, replayed_rows, left_out_bytes", "system.storage")
        self.assertEqual((replayed, left_out), (log, 0))
        self.assertGreaterEqual(replayed_commits, 2)
        self.assertGreaterEqual(replayed_rows, 100)
        self.assertEqual(again.leave(), 0)


if __name__ == "__main__":
    unittest.main()
