"""--data-dir: what is there again after the process is gone, whether it ended in good order or was killed, and what is said
about the rest."""

import json
import os
import random
import resource
import signal
import socket
import stat
import time
import unittest

from duckdb_library import duckdb
from laminar_process import LaminarTestCase
from serving import Served
from websocket_peer import Server

# How often the process is killed at a random moment.
KILLS = int(os.environ.get("LAMINAR_KILLS", "20"))

CATALOG = """
    CREATE FUNCTION twice(x) AS x * 2;
    CREATE TABLE prices (symbol TEXT PRIMARY KEY, price DOUBLE DEFAULT 1.5, note TEXT);
    CREATE TABLE "odd name's" ("a b" INTEGER, tags VARCHAR[], kind ENUM('x', 'y'));
    CREATE VIEW dear AS SELECT symbol, twice(price) AS price FROM prices WHERE price > 10;
    CREATE CONNECTION numbers TO generator (rows_per_second = 1000, max_rows = 5);
    CREATE TABLE counted (counter BIGINT) WITH (connector = 'numbers');
    CREATE TABLE ticks WITH (connector = 'generator', rows_per_second = 1000, max_rows = 3);
    CREATE TABLE copied (n BIGINT);
    CREATE TABLE squares AS SELECT i AS n, i * i AS square, DATE '2026-01-01' AS day FROM range(4) AS t(i);
"""


class DurableTestCase(LaminarTestCase):
    def setUp(self):
        self.directory = self.temporary_folder() / "data"

    def run_kept(self, script, *arguments, **options):
        """Runs a script once, with the data directory."""
        return self.run_script(script, "--data-dir", self.directory, "--once", *arguments, **options)

    def start_kept(self, script, *arguments, **options):
        return self.start_script(script, "--data-dir", self.directory, *arguments, **options)

    def crash_at(self, point, script):
        """The process must have come to that point."""
        laminar = self.start_kept(script, environment={"LAMINAR_CRASH_POINT": point})
        self.assertEqual(laminar.wait(), -signal.SIGKILL, f"{point} was not reached\n{laminar.stderr.text}")


class DirectoryTest(DurableTestCase):
    def refused(self, path=None, script="SELECT 1 AS one", *arguments):
        laminar = self.run_script(script, "--data-dir", path or self.directory, "--once", *arguments, expect=1)
        self.assertEqual(laminar.rows, [])
        return laminar.stderr.text

    def test_it_is_its_owners_alone(self):
        shell = self.start_shell("--data-dir", self.directory)
        shell.execute("CREATE TABLE t (n INT); INSERT INTO t VALUES (1)")
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in self.directory.iterdir()}
        self.assertEqual(stat.S_IMODE(self.directory.stat().st_mode), 0o700)
        self.assertEqual(set(files), {"laminar.lock", "laminar.format", "laminar.duckdb", "laminar.duckdb.wal", "laminar.commits"})
        self.assertEqual(set(files.values()), {0o600})
        self.assertEqual(shell.leave(), 0)

    def test_an_empty_directory_becomes_one(self):
        self.directory.mkdir(0o755)
        self.run_kept("CREATE TABLE t (n INT)")
        self.assertEqual(stat.S_IMODE(self.directory.stat().st_mode), 0o700)

    def test_a_second_process_is_refused_and_told_of_the_first(self):
        shell = self.start_shell("--data-dir", self.directory)
        shell.execute("CREATE TABLE t (n INT)")
        text = self.refused()
        self.assertIn(f"data directory {self.directory}: it is in use by process {shell.process.pid} on host "
                      f"{socket.gethostname()}; a data directory has one process at a time", text)
        shell.process.kill()
        shell.process.wait()
        self.assertEqual(self.run_kept("SELECT count(*) AS n FROM t").rows, [{"n": 0}])

    def test_what_is_not_a_data_directory_is_left_alone(self):
        folder = self.temporary_folder()
        (folder / "mine.txt").write_text("mine")
        self.assertIn("there are files in it, but no laminar.lock: it is not a data directory", self.refused(folder))
        self.assertEqual([path.name for path in folder.iterdir()], ["mine.txt"])
        self.assertIn("it is not a directory", self.refused(folder / "mine.txt"))
        self.assertIn("make the directory that it is to be in first", self.refused(folder / "none" / "data"))

    def test_others_may_not_enter(self):
        self.run_kept("CREATE TABLE t (n INT)")
        self.directory.chmod(0o750)
        self.assertIn("others than its owner may enter it; close it with chmod 700", self.refused())

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a directory away")
    def test_it_belongs_to_another_user(self):
        self.run_kept("CREATE TABLE t (n INT)")
        os.chown(self.directory, 12345, -1)
        self.assertIn("it belongs to user 12345, and this process is user 0's; run it as the owner", self.refused())

    def test_damage_and_other_formats_are_told(self):
        self.run_kept("CREATE TABLE t (n INT)")
        format_file, database = self.directory / "laminar.format", self.directory / "laminar.duckdb"
        good, rows = format_file.read_text(), database.read_bytes()
        self.assertEqual(good, "laminar data directory, format 3\n")
        format_file.write_text("laminar data directory, format 4\n")
        self.assertIn("it has format 4, and this Laminar knows format 3; use the version that wrote it", self.refused())
        format_file.write_text("?")
        self.assertIn("laminar.format cannot be understood: the directory is damaged", self.refused())
        format_file.unlink()
        self.assertIn("laminar.format is missing: the directory is damaged", self.refused())
        format_file.write_text(good)
        format_file.chmod(0o600)
        database.unlink()
        self.assertIn("laminar.duckdb is missing: the directory is damaged", self.refused())
        database.write_bytes(rows)
        database.chmod(0o600)
        self.assertEqual(self.run_kept("SELECT count(*) AS n FROM t").rows, [{"n": 0}])

    def test_a_first_start_that_is_cut_off_is_begun_anew(self):
        for point in ("directory.locked", "directory.incomplete", "directory.made", "directory.complete"):
            with self.subTest(point):
                self.directory = self.temporary_folder() / "data"
                self.crash_at(point, "CREATE TABLE t (n INT)")
                self.run_kept("CREATE TABLE t (n INT); INSERT INTO t VALUES (1)")
                self.assertEqual(self.run_kept("SELECT n FROM t").rows, [{"n": 1}])

    def test_reset_needs_a_directory(self):
        laminar = self.run_script("SELECT 1", "--reset", "t", expect=2)
        self.assertIn("--data-dir", laminar.stderr.text)


class CatalogTest(DurableTestCase):
    QUESTIONS = """
        SHOW TABLES; SHOW VIEWS; SHOW FUNCTIONS; SHOW PIPELINES;
        SELECT * FROM squares ORDER BY n;
        SELECT * FROM prices;
        SELECT * FROM dear;
        SELECT * FROM "odd name's";
        SHOW CREATE TABLE ticks;
    """
    ROWS = """
        INSERT INTO prices VALUES ('A', 20, NULL), ('B', 2, 'low');
        INSERT INTO "odd name's" VALUES (1, ['p', 'q'], 'y');
    """

    def test_everything_is_there_again(self):
        """After an end in good order, and after none."""
        for kill in (False, True):
            with self.subTest(kill=kill):
                self.directory = self.temporary_folder() / "data"
                shell = self.start_shell("--data-dir", self.directory)
                shell.execute(CATALOG + self.ROWS)
                if kill:
                    shell.process.kill()
                    shell.process.wait()
                else:
                    self.assertEqual(shell.leave(), 0, shell.stderr.text)
                before = self.run_script(CATALOG + self.ROWS + self.QUESTIONS, "--once").rows
                self.assertEqual(self.run_kept(self.QUESTIONS).rows, before)
                self.run_kept("INSERT INTO prices (symbol) VALUES ('C')")
                self.assertEqual(self.run_kept("SELECT price FROM prices WHERE symbol = 'C'").rows, [{"price": 1.5}])

    def test_streams_go_on(self):
        script = CATALOG + "CREATE PIPELINE copying AS INSERT INTO copied SELECT counter FROM counted;"
        self.run_script(script, "--data-dir", self.directory)
        for _ in range(2):
            self.run_script("SELECT 1 AS one", "--data-dir", self.directory)
            # A generator is gone on with.
            self.assertEqual(self.run_kept("SELECT n, count(*) AS times FROM copied GROUP BY n ORDER BY n").rows,
                             [{"n": n, "times": 1} for n in range(1, 6)])
            self.assertEqual(self.run_kept("SELECT counter FROM counted ORDER BY counter").rows, [{"counter": n} for n in range(1, 6)])

    def test_the_same_script_changes_nothing(self):
        self.run_kept(CATALOG + self.ROWS + "INSERT INTO squares VALUES (9, 81, DATE '2026-01-02')")
        again = self.run_kept(CATALOG.replace("CREATE VIEW", "CREATE OR REPLACE VIEW").replace("CREATE TABLE copied", "create table\n if not exists copied")
                              + "SELECT count(*) AS n FROM squares; SELECT count(*) AS n FROM prices")
        self.assertEqual(again.rows, [{"n": 5}, {"n": 2}])
        self.assertNotIn("not declared", again.stderr.text)

    def test_declared_twice_in_one_script_is_an_error_as_ever(self):
        self.run_kept("CREATE TABLE t (n INT)")
        laminar = self.run_kept("CREATE TABLE t (n INT); CREATE TABLE t (n INT)", expect=1)
        self.assertIn('error[L201]: table "t" exists already', laminar.stderr.text)

    def test_another_definition_is_an_error_that_shows_both(self):
        self.run_kept(CATALOG + self.ROWS)
        changed = CATALOG.replace("price DOUBLE DEFAULT 1.5", "price DECIMAL(10, 2)")
        laminar = self.run_kept(changed, expect=1)
        self.assertIn('error[L201]: table "prices" is kept with another definition in the data directory: '
                      'there "price DOUBLE DEFAULT 1.5,", here "price DECIMAL(10, 2),"', laminar.stderr.text)
        self.assertIn("without its rows", laminar.stderr.text)
        self.assertEqual(self.run_kept("SELECT count(*) AS n FROM prices").rows, [{"n": 2}])
        # On purpose.
        self.run_kept(changed.replace("CREATE TABLE prices", "CREATE OR REPLACE TABLE prices"))
        self.assertEqual(self.run_kept(changed + "SELECT count(*) AS n FROM prices").rows, [{"n": 0}])
        self.run_kept("INSERT INTO prices (symbol) VALUES ('A')")
        laminar = self.run_kept(CATALOG, "--reset", "prices", expect=1)
        self.assertIn("what is to be reset is used by others; reset them, too: --reset dear", laminar.stderr.text)
        self.assertEqual(self.run_kept(CATALOG + "SELECT count(*) AS n FROM prices", "--reset", "prices", "--reset", "DEAR").rows, [{"n": 0}])
        laminar = self.run_kept(CATALOG, "--reset", "nothing", expect=1)
        self.assertIn('--reset nothing: the data directory has no "nothing"', laminar.stderr.text)
        laminar = self.run_kept(CATALOG.replace("x * 2", "x * 3"), expect=1)
        self.assertIn('function "twice" is kept with another definition in the data directory: there "* 2", here "* 3"', laminar.stderr.text)

    def test_what_the_script_no_longer_declares_is_named(self):
        self.run_kept(CATALOG)
        less = "\n".join(line for line in CATALOG.splitlines() if "ticks" not in line and "VIEW" not in line)
        laminar = self.run_kept(less)
        self.assertIn('laminar: not declared by the scripts, but in the data directory: view "dear", table "ticks"; they go on until they are '
                      'dropped', laminar.stderr.text)
        self.assertNotIn("not declared", self.run_kept("SELECT 1").stderr.text)
        self.run_kept("DROP TABLE ticks; DROP VIEW dear")
        self.assertNotIn("not declared", self.run_kept(less).stderr.text)

    def test_changes_are_kept(self):
        with Server() as server:
            feed = f"CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json');"
            self.run_kept(feed + "CREATE TABLE t (n INT) WITH (connector = 'feed'); CREATE TABLE gone (n INT);"
                          "CREATE PIPELINE p AS SELECT n FROM t")
            self.run_kept("ALTER CONNECTION feed SET (reconnect_interval_ms = 777); DROP TABLE gone; PAUSE PIPELINE p")
            shown = self.run_kept("SHOW CREATE CONNECTION feed; SHOW TABLES; SELECT state FROM system.pipelines").rows
            self.assertIn("reconnect_interval_ms = 777", shown[0]["statement"])
            self.assertEqual([row["name"] for row in shown[1:-1]], ["t"])
            self.assertEqual(shown[-1], {"state": "paused"})
            # It is compared with what was declared, and stays as it was altered.
            self.assertIn("777", self.run_kept(feed + "SHOW CREATE CONNECTION feed").rows[0]["statement"])
            self.run_kept("RESUME PIPELINE p")
            self.assertEqual(self.run_kept("SELECT state FROM system.pipelines").rows, [{"state": "running"}])

    def test_what_is_replaced_may_depend_on_what_is_younger(self):
        self.run_kept("CREATE VIEW first AS SELECT 1 AS n; CREATE TABLE second (n INT); INSERT INTO second VALUES (2);"
                      "CREATE OR REPLACE VIEW first AS SELECT n FROM second")
        self.assertEqual(self.run_kept("SELECT n FROM first").rows, [{"n": 2}])

    def test_a_definition_that_cannot_be_made_again_loses_nothing(self):
        """Its enumeration has become too short meanwhile, say: here somebody has changed the text."""
        self.run_kept("CREATE TABLE t (n INT); INSERT INTO t VALUES (1); CREATE VIEW v AS SELECT n FROM t")
        self.edit("UPDATE laminar_catalog.objects SET definition = 'CREATE VIEW v AS SELECT missing FROM t' WHERE key = 'v'")
        laminar = self.run_kept("SELECT n FROM t", expect=1)
        self.assertIn('"missing"', laminar.stderr.text)
        self.assertIn('view "v" of the data directory:1:', laminar.stderr.text)
        self.assertIn('view "v" of the data directory cannot be made again; nothing is lost: start with what is missing, or give it up with '
                      '--reset v', laminar.stderr.text)
        self.assertEqual(self.run_kept("SELECT n FROM t", "--reset", "v").rows, [{"n": 1}])
        self.edit("DROP TABLE main.t")
        self.assertIn('the rows of table "t" are missing', self.run_kept("SELECT 1", expect=1).stderr.text)

    def edit(self, statement):
        duckdb(statement, path=self.directory / "laminar.duckdb")

    def test_secrets_are_never_there(self):
        secrets = self.temporary_folder()
        (secrets / "token").write_text("hunter2hunter2")
        clear = "CREATE CONNECTION feed TO websocket (endpoint = 'ws://127.0.0.1:1/', mode = 'client', format = 'json', headers = MAP {'Authorization': 'hunter2hunter2'});"
        for script in (clear, clear.replace("CREATE CONNECTION feed TO websocket (", "CREATE TABLE t (n INT) WITH (connector = 'websocket', "),
                       clear.replace(", headers = MAP {'Authorization': 'hunter2hunter2'}", "")
                       + "ALTER CONNECTION feed SET (headers = MAP {'Authorization': 'hunter2hunter2'});"):
            with self.subTest(script):
                self.directory = self.temporary_folder() / "data"
                laminar = self.run_kept(script, expect=1)
                self.assertIn('error[L513]: "Authorization" is written in clear, and the statement would be kept in the data directory', laminar.stderr.text)
        self.directory = self.temporary_folder() / "data"
        self.run_kept(clear.replace("hunter2hunter2", "${secret:token}") + "CREATE TABLE t (n INT) WITH (connector = 'feed');", "--secrets-dir", secrets)
        self.assertIn("${secret:token}", self.run_kept("SHOW CREATE CONNECTION feed", "--secrets-dir", secrets).rows[0]["statement"])
        for path in self.directory.iterdir():
            self.assertNotIn(b"hunter2", path.read_bytes(), path)

    def test_a_kill_between_two_steps_leaves_all_of_a_statement_or_nothing(self):
        self.run_kept("CREATE TABLE before (n INT)")
        statements = {"table": "CREATE TABLE x (n INT)", "view": "CREATE VIEW x AS SELECT 1 AS n", "function": "CREATE FUNCTION x(n) AS n + 1",
                      "connection": "CREATE CONNECTION x TO generator (max_rows = 1)",
                      "pipeline": "CREATE CONNECTION g TO generator (max_rows = 1); CREATE PIPELINE x AS SELECT counter FROM g"}
        for kind, script in statements.items():
            passes = script.count("CREATE")
            for point, there in ((f"catalog.written:{passes}", 0), (f"catalog.committed:{passes}", 1)):
                with self.subTest(f"{kind} {point}"):
                    self.crash_at(point, script)
                    names = [row["name"] for row in self.run_kept(f"SHOW {kind.upper()}S").rows]
                    self.assertEqual(names.count("x"), there)
                    drop = "DROP PIPELINE IF EXISTS x; DROP CONNECTION IF EXISTS g" if kind == "pipeline" else f"DROP {kind.upper()} IF EXISTS x"
                    self.run_kept(drop)
        self.crash_at("catalog.written", "DROP TABLE before")
        self.assertEqual([row["name"] for row in self.run_kept("SHOW TABLES").rows], ["before"])
        self.crash_at("catalog.committed", "DROP TABLE before")
        self.assertEqual(self.run_kept("SHOW TABLES").rows, [])


class ServeTest(DurableTestCase):
    def test_what_clients_declare_is_kept(self):
        folder = self.temporary_folder()
        for expected in ("", "1\n"):
            served = Served(folder, "CREATE TABLE declared (n INT);", "--data-dir", self.directory)
            with served.laminar:
                served.wait_until_it_listens()
                answer = served.psql("-At", "-c", "SELECT n FROM made" if expected else "CREATE TABLE made (n INT); INSERT INTO made VALUES (1)")
                self.assertEqual((answer.returncode, answer.stdout), (0, expected), answer.stderr)
                served.laminar.process.kill()
                served.laminar.wait()
            self.assertEqual('not declared by the scripts, but in the data directory: table "made"' in served.laminar.stderr.text, bool(expected))


class RedeliveringServer(Server):
    """Sends messages, and sends again to the next client what has not been acknowledged. Keeps a window of them under way."""

    WINDOW = 200

    def __init__(self, count):
        self.waiting = {f"m{n}": json.dumps({"message_id": f"m{n}", "n": n}) for n in range(count)}
        self.acknowledged = set()
        super().__init__()

    async def serve_client(self, client):
        sent = set()
        while True:
            for message_id, text in list(self.waiting.items()):
                if len(sent) >= self.WINDOW: break
                if message_id not in sent:
                    sent.add(message_id)
                    await client.send(text)
            message_id = json.loads(await client.recv())["message_id"]
            sent.discard(message_id)
            async with self._changed:
                self.waiting.pop(message_id, None)
                self.acknowledged.add(message_id)
                self._changed.notify_all()

    def wait_until_done(self):
        self.loop.call(self._wait_until(lambda: not self.waiting))

    def wait_for_acknowledgements(self, count):
        self.loop.call(self._wait_until(lambda: len(self.acknowledged) >= count or not self.waiting))


class KillTest(DurableTestCase):
    """Acknowledged is kept: what a pipeline without state puts into a stored table, from a peer that delivers again."""

    MESSAGES = 6000

    def script(self, server):
        return f"""
            CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                                                 ack_message = '{{"message_id": "${{message_id}}"}}', reconnect_interval_ms = 50);
            CREATE TABLE events (message_id TEXT, n BIGINT) WITH (connector = 'feed');
            CREATE TABLE keyed (message_id TEXT PRIMARY KEY, n BIGINT);
            CREATE TABLE all_rows (message_id TEXT, n BIGINT);
            CREATE PIPELINE by_key AS INSERT INTO keyed SELECT message_id, n FROM events;
            CREATE PIPELINE row_by_row AS INSERT INTO all_rows SELECT message_id, n FROM events WHERE n % 2 = 0;
        """

    def check(self, server):
        [row] = self.run_kept("SELECT count(*) AS n, count(DISTINCT message_id) AS ids, min(n) AS first, max(n) AS last FROM keyed").rows
        self.assertEqual(row, {"n": self.MESSAGES, "ids": self.MESSAGES, "first": 0, "last": self.MESSAGES - 1})
        [row] = self.run_kept("SELECT count(DISTINCT message_id) AS ids, count(*) AS n FROM all_rows").rows
        self.assertEqual(row, {"ids": self.MESSAGES // 2, "n": self.MESSAGES // 2})

    def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(self):
        seed = int(os.environ.get("LAMINAR_SEED", str(random.randrange(1 << 30))))
        chance = random.Random(seed)
        with self.subTest(seed=seed), RedeliveringServer(self.MESSAGES) as server:
            script = self.script(server)
            for kill in range(KILLS):
                laminar = self.start_kept(script)
                # At the beginning, or in the midst of messages.
                if chance.random() < 0.7:
                    server.wait_for_acknowledgements(len(server.acknowledged) + chance.randrange(1, 2 * self.MESSAGES // KILLS))
                time.sleep(chance.random() * 0.05 if kill % 4 else chance.random() * 0.5)
                laminar.process.kill()
                laminar.process.wait()
                self.assertNotIn("error", laminar.stderr.text)
            laminar = self.start_kept(script)
            server.wait_until_done()
            laminar.process.kill()
            laminar.process.wait()
            self.check(server)

    def test_a_kill_between_the_steps_of_a_cycle(self):
        for point in ("cycle.applied:3", "cycle.committed:3"):
            with self.subTest(point), RedeliveringServer(50) as server:
                self.directory = self.temporary_folder() / "data"
                script = self.script(server)
                with server_paced(server):
                    self.crash_at(point, script)
                acknowledged = set(server.acknowledged)
                kept = {row["message_id"] for row in self.run_kept("SELECT message_id FROM keyed", environment={}).rows}
                self.assertLessEqual(acknowledged, kept)

    def test_without_room_it_ends_and_goes_on_when_there_is_some(self):
        with RedeliveringServer(self.MESSAGES) as server:
            laminar = self.start_kept(self.script(server))
            server.wait_for_acknowledgements(500)
            resource.prlimit(laminar.process.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
            self.assertEqual(laminar.wait(), 1, laminar.stderr.text)
            self.assertIn("laminar: ended at once: what is done cannot be kept in the data directory: ", laminar.stderr.text)
            self.assertIn("File too large", laminar.stderr.text)
            self.assertIn("nothing of it has been acknowledged, and the next start goes on from what was kept before", laminar.stderr.text)
            self.assertTrue(server.waiting)
            laminar = self.start_kept(self.script(server))
            server.wait_until_done()
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
            self.check(server)


    def test_without_room_a_statement_fails_and_what_was_there_stays(self):
        shell = self.start_shell("--data-dir", self.directory)
        shell.execute("CREATE TABLE t (n BIGINT, text TEXT); INSERT INTO t VALUES (1, 'kept')")
        resource.prlimit(shell.process.pid, resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
        # The shell of a pipe ends with the first statement that fails.
        shell.process.stdin.write(b"INSERT INTO t SELECT i, repeat('x', 100) FROM range(10000) AS r(i);\n")
        shell.process.stdin.flush()
        self.assertEqual(shell.wait(), 1)
        self.assertIn("File too large", shell.stderr.text)
        self.assertEqual(self.run_kept("SELECT n, text FROM t").rows, [{"n": 1, "text": "kept"}])


class server_paced:
    """One message at a time: every message is a cycle."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.server.WINDOW = 1

    def __exit__(self, *_):
        pass


if __name__ == "__main__":
    unittest.main()
