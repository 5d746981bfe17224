"""A data directory that is not as it was left: each kind of damage is told with what it is, where, and what to do; nothing crashes, and
nothing opens that is not whole."""

import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import unittest

from duckdb_library import duckdb
from laminar_process import LIMIT_SECONDS, WITHOUT_DISK, LaminarTestCase, Shell, binary, run

ROWS = 200
BACKUP = "restore the directory from a backup (laminar restore)"


class DamageTestCase(LaminarTestCase):
    @classmethod
    def setUpClass(cls):
        """A directory of a process that was killed: some of it is in the database, some in the log."""
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.good = cls.folder / "good"
        laminar = run("run", "--once", "--data-dir", cls.good, "-e", f"""CREATE TABLE t (n INT PRIMARY KEY, text TEXT);
            CREATE TABLE other (n BIGINT); INSERT INTO t SELECT i, repeat('x', 50) FROM range({ROWS}) AS t(i);
            INSERT INTO other SELECT i FROM range(300000) AS t(i)""")
        assert laminar.exit_code == 0, laminar.stderr.text
        shell = cls.shell(cls.good)
        for number in range(10):
            shell.execute(f"INSERT INTO t VALUES ({ROWS + number}, 'in the log {number}')")
        shell.process.kill()
        shell.__exit__()
        cls.total = ROWS + 10

    @classmethod
    def shell(cls, directory):
        return Shell("--data-dir", directory)

    def setUp(self):
        self.directory = self.temporary_folder() / "data"
        shutil.copytree(self.good, self.directory)
        self.database, self.log = self.directory / "laminar.duckdb", self.directory / "laminar.duckdb.wal"

    def open(self, *arguments, command=(), **options):
        """What a start says, and how many rows it has: None when it refused."""
        ended = subprocess.run([*(command or [binary()]), "run", "--once", "--format", "json", "--data-dir", str(self.directory), *arguments,
                                "-e", "SELECT count(*) AS n FROM t"], capture_output=True, text=True, timeout=LIMIT_SECONDS, **options)
        self.assertIn(ended.returncode, (0, 1), f"ended by {ended.returncode}: {ended.stderr}")
        self.assertNotIn("internal error", ended.stderr)
        self.assertNotIn("terminate called", ended.stderr)
        if ended.returncode == 1:
            self.assertEqual(ended.stdout, "")
            self.assertIn(f"laminar: data directory {self.directory}: ", ended.stderr)
            return ended.stderr, None
        return ended.stderr, int(ended.stdout.partition(":")[2].partition("}")[0])

    def refused(self, *arguments, **options):
        text, rows = self.open(*arguments, **options)
        self.assertIsNone(rows, f"it was opened, with {rows} rows: {text}")
        return text

    def verify(self, expect=1):
        found = run("verify", self.directory)
        self.assertEqual(found.exit_code, expect, found.stdout.text + found.stderr.text)
        return found.stdout.text


class LogTest(DamageTestCase):
    def test_without_damage_everything_is_there(self):
        self.assertIn("sound", self.verify(expect=0))
        self.assertEqual(self.open()[1], self.total)

    def test_it_ends_too_early(self):
        whole = self.log.read_bytes()
        for size in (0, 1, 8, 20, len(whole) // 2, len(whole) - 6, len(whole) - 1):
            with self.subTest(size):
                self.log.write_bytes(whole[:size])
                said = f"and it had {len(whole)} bytes with the last commit" if size == 0 else \
                    f"laminar.duckdb.wal: it has {size} bytes, and had {len(whole)} with the last commit: its end is missing; {BACKUP}, or delete laminar.commits"
                self.assertIn(said, self.refused())
                self.assertIn("damaged", self.verify())
                self.assertEqual(self.log.read_bytes(), whole[:size], "the evidence has changed")

    def test_it_is_missing(self):
        self.log.unlink()
        self.assertIn("laminar.duckdb.wal is missing or empty", self.refused())
        # The user's decision, which is told.
        (self.directory / "laminar.commits").unlink()
        text, rows = self.open()
        self.assertIn("laminar.commits is missing: whether the log is whole cannot be told", text)
        self.assertLess(rows, self.total)

    def test_a_byte_has_changed(self):
        """Wherever it is: also in a size, by which the engine alone would leave out the rest without a word."""
        whole = self.log.read_bytes()
        chance = random.Random(7)
        places = {*range(0, 40), *chance.sample(range(40, len(whole)), 40), len(whole) - 1}
        for place in sorted(places):
            with self.subTest(place):
                changed = bytearray(whole)
                changed[place] ^= 1 << (place % 8)
                self.log.write_bytes(changed)
                self.assertRegex(self.refused(), "laminar.duckdb.wal: .*" + BACKUP.replace("(", r"\(").replace(")", r"\)"))
                self.assertEqual(self.log.read_bytes(), changed)

    def test_what_was_being_written_is_left_out(self):
        """By a process that was killed, or before the power went: nothing of it was acknowledged."""
        whole = self.log.read_bytes()
        for name, rest in (("zeros", bytes(5000)), ("half an entry", whole[8:30]), ("a size", whole[8:20]), ("one byte", b"\x10")):
            with self.subTest(name):
                shutil.rmtree(self.directory)
                shutil.copytree(self.good, self.directory)
                self.log.write_bytes(whole + rest)
                self.assertEqual(self.open()[1], self.total)
                shutil.rmtree(self.directory)
                shutil.copytree(self.good, self.directory)
                self.log.write_bytes(whole + rest)
                text, _ = self.open("--log-level", "info")
                self.assertIn(f"{len(rest)} bytes at the end of the log were being written when the process ended, and are left out", text)

    def test_it_is_of_another_program(self):
        self.log.write_bytes(b"another program's " * 1000)
        self.assertIn("laminar.duckdb.wal: it is not the log of a database: another program has written it, or it is damaged", self.refused())

    def test_it_is_of_a_newer_version(self):
        whole = bytearray(self.log.read_bytes())
        whole[5] = 9
        self.log.write_bytes(whole)
        self.assertIn("laminar.duckdb.wal: it is a log of version 9, which this version does not know", self.refused())

    def test_the_mark_is_damaged(self):
        mark = self.directory / "laminar.commits"
        text = mark.read_text()
        for changed in (text.replace("commits 0", "commits 1", 1), text[:-10], "?" * 50):
            mark.write_text(changed)
            self.assertIn("laminar.commits: it does not say how far the log goes; restore the directory from a backup, or delete it", self.refused())


class DatabaseTest(DamageTestCase):
    def test_a_byte_has_changed(self):
        """In the headers, in the metadata, in rows and in indexes: all that is in use."""
        whole = self.database.read_bytes()
        blocks = (len(whole) - 12288) // 262144
        for place in (0, 9, 20, 4096, 4110, 8200, *(12288 + block * 262144 + offset for block in range(blocks) for offset in (3, 1000, 200000))):
            with self.subTest(place):
                changed = bytearray(whole)
                changed[place] ^= 4
                self.database.write_bytes(changed)
                self.assertRegex(self.refused(), "laminar.duckdb: .*(is not what was written|are not what was written|it is not the file of a database)")
        self.database.write_bytes(whole)
        self.assertEqual(self.open()[1], self.total)

    def test_its_end_is_missing(self):
        whole = self.database.read_bytes()
        for size in (1, 4096, 12288, len(whole) - 262144, len(whole) - 1):
            with self.subTest(size):
                self.database.write_bytes(whole[:size])
                self.assertIn("laminar.duckdb: ", self.refused())
                self.assertIn("error: files: laminar.duckdb: ", self.verify())

    def test_it_is_empty_or_missing(self):
        self.database.write_bytes(b"")
        self.assertIn(f"laminar.duckdb: it is empty; {BACKUP}", self.refused())
        self.database.unlink()
        self.assertIn("laminar.duckdb is missing: the directory is damaged; restore it from a backup", self.refused())

    def test_it_is_of_another_program(self):
        self.database.write_bytes(b"SQLite format 3\0" * 1000)
        self.assertIn("laminar.duckdb: it is not the file of a database: another program has written it, or it is damaged", self.refused())

    def test_it_is_older_than_its_log(self):
        """Somebody has put back one file of a copy."""
        older = self.database.read_bytes()
        self.assertEqual(self.open()[1], self.total)
        self.run_script("INSERT INTO t VALUES (-1, 'later')", "--once", "--data-dir", self.directory)
        shell = self.shell(self.directory)
        shell.execute("INSERT INTO t VALUES (-2, 'later')")
        shell.process.kill()
        shell.__exit__()
        self.database.write_bytes(older)
        self.assertIn("laminar.duckdb: it is older than what has been committed", self.refused())

    def test_another_database_is_in_its_place(self):
        self.log.unlink()
        (self.directory / "laminar.commits").unlink()
        self.database.unlink()
        duckdb("CREATE TABLE mine (n INT)", path=self.database)
        self.database.chmod(0o600)
        self.assertIn("its database has no catalog: the directory is damaged", self.refused())
        self.assertIn("the database has no catalog", self.verify())


class DirectoryTest(DamageTestCase):
    def test_the_format_is_missing_or_newer(self):
        path = self.directory / "laminar.format"
        path.write_text("laminar data directory, format 99\n")
        self.assertIn("it has format 99, and this Laminar knows format ", self.refused())
        path.write_text("")
        self.assertIn("laminar.format cannot be understood", self.refused())
        path.unlink()
        self.assertIn("laminar.format is missing: the directory is damaged; restore it from a backup", self.refused())
        self.assertIn("there is no laminar.format in it", self.verify())

    def test_a_file_is_open_to_others(self):
        for name in ("laminar.duckdb", "laminar.duckdb.wal", "laminar.format", "laminar.commits", "laminar.lock"):
            with self.subTest(name):
                (self.directory / name).chmod(0o640)
                self.assertIn(f"others than its owner may use {name}; close it with chmod 600", self.refused())
                (self.directory / name).chmod(0o600)

    def test_a_file_is_a_directory(self):
        self.log.unlink()
        self.log.mkdir()
        self.assertIn("laminar.duckdb.wal is not a file", self.refused())

    @unittest.skipUnless(os.geteuid() == 0, "only root can give files away")
    def test_a_file_is_another_users(self):
        for name in ("laminar.duckdb", "laminar.duckdb.wal", "laminar.commits"):
            with self.subTest(name):
                os.chown(self.directory / name, 12345, -1)
                self.assertIn(f"{name} belongs to user 12345, and this process is user 0's", self.refused())
                os.chown(self.directory / name, 0, -1)

    def as_somebody(self):
        """The command for a user for whom modes count: not root, who cannot reach this build, perhaps."""
        if os.geteuid() != 0: return [binary()]
        if not shutil.which("setpriv"): self.skipTest("setpriv is not there")
        folder = self.directory.parent
        program = folder / "bin" / "laminar"
        program.parent.mkdir()
        shutil.copy(binary(), program)
        shutil.copytree(pathlib.Path(binary()).parents[1] / "lib" / "laminar", folder / "lib" / "laminar")
        for path in (folder, self.directory, *self.directory.iterdir()):
            os.chown(path, 65534, 65534)
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", str(program)]

    def test_it_is_read_only(self):
        command = self.as_somebody()
        self.directory.chmod(0o500)
        self.addCleanup(self.directory.chmod, 0o700)
        self.assertIn("it cannot be written: Permission denied; it needs mode 0700", self.refused(command=command))
        self.directory.chmod(0o700)
        self.database.chmod(0o400)
        self.assertIn("laminar.duckdb cannot be written: Permission denied; it needs mode 0600", self.refused(command=command))
        self.database.chmod(0o600)
        self.assertEqual(self.open(command=command)[1], self.total)

    def test_there_is_no_room(self):
        """Neither at the start nor, for what is committed then: the process ends with words, and the next goes on."""
        ended = subprocess.run([*WITHOUT_DISK, binary(), "run", "--once", "--data-dir", str(self.directory), "-e",
                                "INSERT INTO t VALUES (-1, 'x'); SELECT count(*) AS n FROM t"],
                               capture_output=True, text=True, timeout=LIMIT_SECONDS)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertRegex(ended.stderr, "File too large|No space left")
        self.assertNotIn("terminate called", ended.stderr)
        self.assertEqual(self.open()[1], self.total)

    def test_there_is_no_room_for_the_end(self):
        """The checkpoint of an end in good order finds none: the log stays."""
        room = self.database.stat().st_size + 3 * self.log.stat().st_size
        ended = subprocess.run([binary(), "run", "--once", "--data-dir", str(self.directory), "-e",
                                "CREATE TABLE large AS SELECT i AS n, md5(CAST(i AS TEXT)) AS text FROM range(60000) AS t(i)"],
                               capture_output=True, text=True, timeout=LIMIT_SECONDS,
                               preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))))
        self.assertIn(ended.returncode, (0, 1), ended.stderr)
        self.assertNotIn("terminate called", ended.stderr)
        self.assertEqual(self.open()[1], self.total)


if __name__ == "__main__":
    unittest.main()
