"""laminar serve as PostgreSQL's catalog: the queries of psql, pgjdbc, SQLAlchemy, psycopg and asyncpg as they were recorded, and
these clients themselves."""

import asyncio
import json
import pathlib
import re
import subprocess
import unittest

import asyncpg
import psycopg
import psycopg2
import sqlalchemy
from psycopg.types import TypeInfo

from laminar_process import LIMIT_SECONDS
from serving import ServedTestCase

SCRIPT = """
    CREATE CONNECTION feed TO generator (rows_per_second = 1);
    CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
    CREATE TABLE trades (id BIGINT PRIMARY KEY, symbol TEXT NOT NULL, price DECIMAL(10, 2) DEFAULT 1.5, tags TEXT[], at TIMESTAMPTZ);
    CREATE TABLE totals (symbol TEXT, day DATE, amount DOUBLE, PRIMARY KEY (symbol, day));
    CREATE VIEW big AS SELECT id, symbol FROM trades WHERE price > 10;
    CREATE PIPELINE counted AS SELECT counter FROM ticks;
    CREATE FUNCTION doubled(x) AS x * 2;
    INSERT INTO trades VALUES (1, 'a', 20, ['x', 'y'], '2026-01-02 03:04:05Z');
"""

QUERIES = pathlib.Path(__file__).with_name("postgres_queries")
# A client's own queries of the tables it was recorded with, and a form of the array that only PostgreSQL has.
NOT_OF_THE_CATALOG = ("select * from trades", "select 1,now()", "select '1'::int, '{a}'::text[]")


class RecordedQueriesTest(ServedTestCase):
    def test_every_query_that_was_recorded(self):
        served = self.serve(SCRIPT)
        connection = psycopg2.connect(served.uri())
        connection.autocommit = True
        for name in ("psql", "drivers"):
            for query in json.loads((QUERIES / f"{name}.json").read_text()):
                if query.startswith(NOT_OF_THE_CATALOG) or query.startswith(("SAVEPOINT", "RELEASE")):
                    continue
                with self.subTest(client=name, query=query[:200]):
                    with connection.cursor() as cursor:
                        cursor.execute(query)
                        if cursor.description:
                            cursor.fetchall()
        connection.close()


class ForeignQueryTest(ServedTestCase):
    """Queries that no client has, but somebody who is curious."""

    def test_what_is_laminars_own_is_out_of_reach(self):
        served = self.serve(SCRIPT)
        with psycopg.connect(served.uri(), autocommit=True) as connection:
            cursor = connection.cursor()
            for query, state in (("SELECT count(*) FROM pg_catalog.pg_class c, laminar_batch('pg_attribute') b", "42883"),
                                 ("SELECT * FROM pg_catalog.pg_class c JOIN laminar_rows('1') ON true", "42883"),
                                 ("SELECT 1 OPERATOR('= (SELECT count(*) FROM duckdb_settings()) --') 2 FROM pg_class", "42601"),
                                 ("SELECT x" + "::a(1)" * 150_000 + " FROM pg_class", "54001"),
                                 ("SELECT " + "1, " * 33_000 + "1 FROM pg_catalog.pg_class", "54011")):
                with self.subTest(query[:80]):
                    with self.assertRaises(psycopg.Error) as raised:
                        cursor.execute(query)
                    self.assertEqual(raised.exception.sqlstate, state)
            cursor.execute("SELECT count(*) FROM pg_catalog.pg_class c WHERE c.tableoid IN (" + "c.tableoid, " * 50_000 + "1)")


# psql's own: they send nothing, or what the user has written.
OF_PSQL = set("! ? C H T a cd copyright e echo elif else endif f getenv h i if ir o p prompt pset q qecho r restrict s set setenv t timing unrestrict unset w "
              "warn x".split())
# Large objects, of which there are none, and passwords, which the users file has.
NOT_HERE = {"lo", "password"}


class PsqlCommandsTest(ServedTestCase):
    def test_there_is_a_test_of_every_command(self):
        listed = subprocess.run(["psql", "--help=commands"], text=True, capture_output=True, timeout=LIMIT_SECONDS).stdout
        commands = set(re.findall(r"^  \\([A-Za-z!?]+)", listed, re.MULTILINE)) - OF_PSQL - NOT_HERE
        self.assertGreater(len(commands), 60)
        text = pathlib.Path(__file__).read_text()
        tested = set(re.findall(r'plain = \("([\w\s"]+)"\)', text)[0].replace('"', " ").split()) | set(re.findall(r"\\\\([a-zA-Z]+)", text))
        self.assertEqual(commands - tested, set())

    def test_commands_that_send_what_the_user_has_written(self):
        served = self.serve(SCRIPT)
        def shown(*lines, stdin="", **environment):
            done = served.psql("-At", stdin="\n".join(lines) + "\n" + stdin, environment=environment)
            self.assertEqual(done.stderr, "", lines)
            return done.stdout
        self.assertEqual(shown("SELECT 1 AS a \\g"), "1\n")
        self.assertEqual(shown("SELECT 1 AS a, 'x' AS b \\gx"), "a|1\nb|x\n")
        self.assertEqual(shown("SELECT id, price, tags FROM trades \\gdesc"), "id|bigint\nprice|numeric(10,2)\ntags|text[]\n")
        self.assertEqual(shown("SELECT 'SELECT ' || i FROM range(3) AS r(i) ORDER BY i \\gexec"), "0\n1\n2\n")
        self.assertEqual(shown("SELECT id AS found, symbol FROM trades \\gset", "\\echo :found :symbol"), "1 a\n")
        self.assertEqual(shown("SELECT i // 2 AS r, i % 2 AS c, i AS v FROM range(4) AS t(i) ORDER BY i \\crosstabview"), "0|0|1\n1|2|3\n")
        self.assertIn("42703", served.psql("-At", stdin="SELECT nothing FROM trades;\n\\errverbose\n").stdout + served.psql("-At", stdin="SELECT nothing FROM trades;\n\\errverbose\n").stderr)
        file = self.temporary_folder() / "rows.csv"
        self.assertEqual(shown(f"\\copy (SELECT id, symbol FROM trades) TO '{file}' (FORMAT csv)", f"\\copy totals (symbol, day) FROM STDIN (FORMAT csv)", "b,2026-01-02",
                               "\\.", "SELECT symbol FROM totals;"), "b\n")
        self.assertEqual(file.read_text(), "1,a\n")
        self.assertEqual(shown("\\c laminar bob", "SELECT current_user;"), "bob\n")
        # An editor that leaves the text as it is: the definition is executed again.
        self.assertIn("CREATE FUNCTION", shown("\\sf doubled"))
        self.assertIn("SELECT id, symbol FROM trades", shown("\\sv big", "\\sv+ big"))
        for command in ("\\ef doubled", "\\ev big"):
            done = served.psql("-At", stdin=f"{command}\n\\p\n\\r\n", environment={"PSQL_EDITOR": "true"})
            self.assertEqual(done.stderr, "", command)
        # Again and again, until it is interrupted.
        watching = subprocess.Popen(["psql", "-XqAt", "-d", served.uri()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(watching.stdin.close)
        self.addCleanup(watching.stdout.close)
        self.addCleanup(watching.wait)
        self.addCleanup(watching.kill)
        watching.stdin.write("SELECT 40 + 2 \\watch 0.01\n")
        watching.stdin.flush()
        for _ in range(3): self.assertTrue(any(line == "42\n" for line in watching.stdout))

    def test_what_is_not_here_is_an_error_and_no_more(self):
        served = self.serve(SCRIPT)
        for command in ("\\lo_import /dev/null", "\\lo_unlink 1", "\\lo_export 1 /dev/null"):
            done = served.psql("-At", stdin=f"{command}\nSELECT 1;")
            self.assertNotEqual(done.stderr, "", command)
            self.assertEqual(done.stdout, "1\n")

    def test_backslash_commands_without_an_error(self):
        served = self.serve(SCRIPT)
        plain = ("d dt dv dm di ds df dn du dg l db dx dT dD do dO dc dC dd dp ddp z dy dA dE dL dF dFd dFp dFt des dew det deu dRp dRs dX dconfig "
                 "drds dP da dl").split()
        commands = [f"\\{command}{suffix}" for command in plain for suffix in ("", "+") if command + suffix not in ("dconfig+", "z+")]
        commands += ["\\d trades", "\\d+ trades", "\\d totals", "\\d big", "\\d+ big", "\\d counted", "\\d trades_pkey", "\\d t*", "\\dt *.*", "\\dS",
                     "\\d pg_class", "\\dn *", "\\df doubled", "\\df+ doubled", "\\sv big", "\\sf doubled", "\\dT text", "\\dAc", "\\dAf", "\\dAo",
                     "\\dAp", "\\d system.*", "\\conninfo", "\\encoding", "\\l+", "\\du+"]
        for command in commands:
            with self.subTest(command=command):
                # Where there is nothing to show, psql -q says nothing and returns 1.
                self.assertEqual(served.psql("-c", command).stderr, "")

    def show(self, served, command):
        result = served.psql("-c", command)
        self.assertEqual(result.returncode, 0, result.stderr)
        return [line.rstrip() for line in result.stdout.splitlines()]

    def test_what_they_show(self):
        served = self.serve(SCRIPT)
        self.assertEqual(self.show(served, "\\dt"), [
            "        List of relations", " Schema |  Name  | Type  | Owner", "--------+--------+-------+-------", " public | ticks  | table | alice",
            " public | totals | table | alice", " public | trades | table | alice", "(3 rows)", ""])
        self.assertEqual(self.show(served, "\\d trades"), [
            '                       Table "public.trades"', " Column |           Type           | Collation | Nullable | Default",
            "--------+--------------------------+-----------+----------+---------", " id     | bigint                   |           | not null |",
            " symbol | text                     |           | not null |", " price  | numeric(10,2)            |           |          | 1.5",
            " tags   | text[]                   |           |          |", " at     | timestamp with time zone |           |          |", "Indexes:",
            '    "trades_pkey" PRIMARY KEY, btree (id)', ""])
        self.assertIn('    "totals_pkey" PRIMARY KEY, btree (symbol, day)', self.show(served, "\\d totals"))
        self.assertIn(" public | big  | view | alice", self.show(served, "\\dv"))
        self.assertIn(" public | counted | materialized view | alice", self.show(served, "\\dm"))
        self.assertIn(" public | doubled | anyelement       | x anyelement        | func", self.show(served, "\\df"))
        self.assertIn(" feed | alice | generator", self.show(served, "\\des"))
        self.assertTrue(any("SELECT id, symbol FROM trades" in line for line in self.show(served, "\\d+ big")))
        self.assertTrue(any(line.startswith(" laminar | alice | UTF8") for line in self.show(served, "\\l")), self.show(served, "\\l"))
        self.assertTrue(any(line.startswith(" alice") for line in self.show(served, "\\du")))
        self.assertEqual(self.show(served, "SELECT version()")[0].strip(), "version")

    def test_what_a_client_creates_is_there_at_once_and_keeps_its_number(self):
        served = self.serve(SCRIPT)
        find = "SELECT oid, relkind FROM pg_class WHERE relname = 'later'"
        with psycopg2.connect(served.uri()) as one, psycopg2.connect(served.uri()) as other:
            one.autocommit = other.autocommit = True
            a, b = one.cursor(), other.cursor()
            a.execute(find)
            self.assertEqual(a.fetchall(), [])
            b.execute("CREATE TABLE later (x BIGINT)")
            a.execute(find)
            first = a.fetchall()
            self.assertEqual([kind for _, kind in first], ["r"])
            b.execute("CREATE TABLE sooner (x BIGINT)")
            b.execute(find)
            self.assertEqual(b.fetchall(), first)
            b.execute("DROP TABLE later")
            a.execute(find)
            self.assertEqual(a.fetchall(), [])

    def test_what_belongs_to_the_session(self):
        served = self.serve(SCRIPT)
        with psycopg2.connect(served.uri("bob"), application_name="x'y") as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT current_user, session_user, current_database(), current_schema(), current_schemas(false), current_setting('application_name'),"
                           " pg_backend_pid()")
            self.assertEqual(cursor.fetchone(), ("bob", "bob", "laminar", "public", ["public"], "x'y", connection.info.backend_pid))
            cursor.execute("SET application_name = 'z'")
            cursor.execute("SELECT setting FROM pg_catalog.pg_settings WHERE name = 'application_name'")
            self.assertEqual(cursor.fetchone(), ("z",))
            cursor.execute("SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public' AND table_name "
                           "= 'totals' ORDER BY ordinal_position")
            self.assertEqual(cursor.fetchall(), [("totals", "symbol", "text", "NO"), ("totals", "day", "date", "NO"),
                                                 ("totals", "amount", "double precision", "YES")])

    def test_errors(self):
        served = self.serve(SCRIPT)
        for query, state in (("SELECT nothing FROM pg_catalog.pg_class", "42703"), ("SELECT * FROM pg_catalog.pg_nothing", "42P01"),
                             ("SELECT pg_catalog.nothing(1)", "42883"),
                             ("SELECT * FROM pg_class JOIN trades ON true", "42P01")):
            with self.subTest(query=query):
                result = served.psql("-v", "VERBOSITY=verbose", "-c", query)
                self.assertIn(f"ERROR:  {state}:", result.stderr)
        self.assertIn("         ^", served.psql("-c", "SELECT nothing FROM pg_catalog.pg_class").stderr)

    def test_a_query_of_the_catalog_reaches_nothing_else(self):
        served = self.serve(SCRIPT)
        target = self.temporary_folder() / "written"
        for query in ("SELECT * FROM pg_class, read_text('/etc/passwd')", "SELECT * FROM pg_class, '/etc/passwd'", "SELECT * FROM pg_class, \"/etc/passwd\"",
                      "WITH a AS (SELECT 1 FROM pg_class) INSERT INTO laminar_session SELECT 'a', 'b'", f"COPY (SELECT * FROM pg_class) TO '{target}'",
                      "SELECT * FROM pg_class, duckdb_settings()", "SELECT getenv('HOME') FROM pg_class", "SELECT * FROM pg_class, glob('/*')",
                      "SELECT * FROM pg_catalog.pg_class, query('SELECT 1')", "SELECT * FROM pg_class, laminar_system('connections')"):
            with self.subTest(query=query):
                self.assertIn("ERROR", served.psql("-c", query).stderr)
        self.assertFalse(target.exists())

    def test_a_query_of_the_catalog_is_cancelled(self):
        served = self.serve(SCRIPT)
        connection = psycopg2.connect(served.uri())
        connection.autocommit = True
        cursor = connection.cursor()
        with self.assertRaises(psycopg2.errors.QueryCanceled):
            cursor.execute("SET statement_timeout = 300")
            cursor.execute("SELECT count(*) FROM pg_attribute a, pg_attribute b, pg_attribute c, pg_attribute d WHERE a.attname || b.attname || c.attname = d.attname")
        cursor.execute("SELECT 1 FROM pg_am")
        connection.close()


class SqlAlchemyTest(ServedTestCase):
    def test_reflection(self):
        served = self.serve(SCRIPT)
        engine = sqlalchemy.create_engine(f"postgresql+psycopg2://alice@127.0.0.1:{served.port}/laminar")
        inspector = sqlalchemy.inspect(engine)
        self.assertEqual(sorted(inspector.get_schema_names()), ["information_schema", "public", "system"])
        self.assertEqual(sorted(inspector.get_table_names()), ["ticks", "totals", "trades"])
        self.assertEqual(sorted(inspector.get_view_names()), ["big", "counted"])
        self.assertEqual([(column["name"], str(column["type"]), column["nullable"], column["default"]) for column in inspector.get_columns("trades")],
                         [("id", "BIGINT", False, None), ("symbol", "TEXT", False, None), ("price", "NUMERIC(10, 2)", True, "1.5"), ("tags", "ARRAY", True, None),
                          ("at", "TIMESTAMP", True, None)])
        self.assertEqual(inspector.get_pk_constraint("totals"), {"constrained_columns": ["symbol", "day"], "name": "totals_pkey"})
        self.assertEqual([inspector.get_foreign_keys("trades"), inspector.get_unique_constraints("trades"), inspector.get_check_constraints("trades"),
                          inspector.get_indexes("trades")], [[], [], [], []])
        self.assertIn("FROM trades", inspector.get_view_definition("big"))
        self.assertTrue(inspector.has_table("trades"))
        self.assertFalse(inspector.has_table("nothing"))
        table = sqlalchemy.Table("trades", sqlalchemy.MetaData(), autoload_with=engine)
        with engine.connect() as connection:
            rows = connection.execute(sqlalchemy.select(table.c.id, table.c.tags).where(table.c.symbol == "a")).fetchall()
        self.assertEqual([tuple(row) for row in rows], [(1, ["x", "y"])])
        engine.dispose()


class AsyncpgTest(ServedTestCase):
    def test_introspection_of_types(self):
        served = self.serve(SCRIPT)

        async def ask():
            connection = await asyncpg.connect(served.uri())
            try:
                row = await connection.fetchrow("SELECT [1, 2]::BIGINT[] AS numbers, ['2026-01-02'::DATE] AS days, [1.5::DECIMAL(4, 1)] AS amounts, ['a'] AS texts")
                kind = await connection.fetchval("SELECT relkind FROM pg_catalog.pg_class WHERE relname = $1", "trades")
                return dict(row), kind
            finally:
                await connection.close()

        row, kind = asyncio.run(ask())
        self.assertEqual(row["numbers"], [1, 2])
        self.assertEqual(row["texts"], ["a"])
        self.assertEqual(str(row["days"][0]), "2026-01-02")
        self.assertEqual(str(row["amounts"][0]), "1.5")
        self.assertEqual(kind, b"r")


class PsycopgTest(ServedTestCase):
    def test_introspection_of_types(self):
        served = self.serve(SCRIPT)
        with psycopg.connect(served.uri(), autocommit=True) as connection:
            self.assertIsNone(TypeInfo.fetch(connection, "hstore"))
            self.assertEqual((TypeInfo.fetch(connection, "int8").oid, TypeInfo.fetch(connection, "int8").array_oid), (20, 1016))
            with connection.cursor(binary=True) as cursor:
                rows = cursor.execute("SELECT oid, relkind, relname FROM pg_class WHERE relname = %s", ("trades",)).fetchall()
                self.assertEqual([row[1:] for row in rows], [("r", "trades")])


if __name__ == "__main__":
    unittest.main()
