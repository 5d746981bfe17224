"""laminar serve with the clients that people have: psql, psycopg (2 and 3), pg of Node.js."""

import datetime
import decimal
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import unittest
import uuid

import psycopg
import psycopg2
import psycopg2.errors
import psycopg2.extras

from certificates import Authority
from laminar_process import LIMIT_SECONDS, Laminar, run
from node_program import node_modules
from serving import ITEMS, Served, ServedTestCase, errors

# More than any test waits for.
ENDLESS = "SELECT count(*) FROM range(1000000000000) AS r(i) WHERE hash(i) = 1"


TYPES = """SELECT true AS boolean, 7::SMALLINT AS smallint, -7 AS integer, 9000000000 AS bigint,
    170141183460469231731687303715884105727::HUGEINT AS hugeint, 1.5::REAL AS real, 0.1::DOUBLE AS double, 12.50::DECIMAL(10,2) AS decimal,
    'text' AS text, '\\xDE\\xAD'::BLOB AS blob, DATE '2026-01-02' AS date, TIME '03:04:05.5' AS time,
    TIMESTAMP '2026-01-02 03:04:05.25' AS timestamp, TIMESTAMPTZ '2026-01-02 03:04:05+00' AS timestamptz,
    INTERVAL '1 day 2 hours' AS interval, '12345678-1234-1234-1234-123456789abc'::UUID AS uuid, {'a': 1} AS structure, [1, NULL, 3] AS list,
    '{"b": [1]}'::JSON AS json, NULL AS nothing"""


class PsqlTest(ServedTestCase):
    def test_rows_nulls_and_tags(self):
        served = self.serve(ITEMS)
        done = served.psql("-At", "-P", "null=NULL", "-c", "SELECT * FROM items ORDER BY id")
        self.assertEqual((done.stdout, done.stderr), ("1|one|1.50\n2|NULL|2.00\n3|drei äöü|3.25\n", ""))
        tags = subprocess.run(["psql", "-X", "-At", "-d", served.uri()], text=True, capture_output=True, timeout=LIMIT_SECONDS,
                              input="CREATE TABLE t (a INTEGER);\nINSERT INTO t VALUES (1), (2);\nDROP TABLE t;\nBEGIN;\nCOMMIT;\n")
        self.assertEqual(tags.stdout, "CREATE TABLE\nINSERT 0 2\nDROP TABLE\nBEGIN\nCOMMIT\n")

    def test_an_error_is_marked_at_its_place(self):
        served = self.serve(ITEMS)
        done = served.psql("-v", "VERBOSITY=verbose", "-c", "SELECT id, ä, nam FROM items")
        self.assertIn('ERROR:  42703: no column is named "ä"\nLINE 1: SELECT id, ä, nam FROM items\n                   ^\n', done.stderr)
        done = served.psql("-v", "VERBOSITY=verbose", "-c", "SELECT 'é'; SELECT * FROM item")
        self.assertIn("42P01", done.stderr)
        self.assertIn("LINE 1: SELECT 'é'; SELECT * FROM item\n                                  ^", done.stderr)
        self.assertIn('HINT:  did you mean "items"?', done.stderr)

    def test_several_statements_in_one_text(self):
        served = self.serve(ITEMS)
        done = served.psql("-At", "-c", "SELECT 1; SELECT id FROM items WHERE id = 2; SELECT 3")
        self.assertEqual(done.stdout, "1\n2\n3\n")
        # Nothing of a text that cannot be read is executed; what came before one that fails is.
        done = served.psql("-At", "-c", "INSERT INTO items VALUES (4, 'four', 4); SELEC 1")
        self.assertIn("ERROR", done.stderr)
        done = served.psql("-At", "-c", "INSERT INTO items VALUES (5, 'five', 5); SELECT x; INSERT INTO items VALUES (6, 'six', 6)")
        self.assertIn("ERROR", done.stderr)
        self.assertEqual(served.psql("-At", "-c", "SELECT id FROM items WHERE id > 3").stdout, "5\n")

    def test_many_sessions_have_one_catalog(self):
        served = self.serve(ITEMS)
        served.psql("-c", "CREATE VIEW dear AS SELECT * FROM items WHERE price > 2")
        self.assertEqual(served.psql("-At", "-c", "SELECT count(*) FROM dear").stdout, "1\n")
        self.assertIn("dear", served.psql("-At", "-c", "SHOW VIEWS").stdout)

    def test_a_transaction_that_has_failed_waits_for_its_end(self):
        served = self.serve(ITEMS)
        done = served.psql("-At", stdin="""BEGIN;
            INSERT INTO items VALUES (4, 'four', 4);
            SELECT x;
            SELECT 1;
            ROLLBACK;
            SELECT count(*) FROM items;
        """)
        self.assertEqual(done.stdout, "4\n")
        said = [line.rstrip() for line in done.stderr.splitlines() if re.match(r"(ERROR|WARNING)", line)]
        self.assertEqual(said, ["WARNING:  this takes effect at once: ROLLBACK does not undo it", 'ERROR:  no column is named "x"',
                                "ERROR:  a statement of this transaction has failed: nothing is executed until its end",
                                "WARNING:  what statements of this transaction have changed stays: it is not undone"])

    def test_savepoints(self):
        served = self.serve()
        done = served.psql("-At", stdin="BEGIN; SAVEPOINT a; SELECT x;\nROLLBACK TO a; SELECT 1; RELEASE a; ROLLBACK TO a;\nCOMMIT;\nSAVEPOINT b;")
        self.assertEqual(done.stdout, "1\n")
        self.assertIn('there is no savepoint "a"', done.stderr)
        self.assertIn("SAVEPOINT is for transactions", done.stderr)

    def test_parameters(self):
        served = self.serve()
        done = served.psql("-At", stdin="SET application_name = 'mine'; SHOW application_name; RESET application_name; SHOW TimeZone;\n"
                                        "SET TIME ZONE 'Europe/Vienna';\nSHOW transaction isolation level; SHOW server_version_num;")
        self.assertEqual(done.stdout, "mine\nUTC\nread committed\n150000\n")
        self.assertIn('invalid value for parameter "TimeZone"', done.stderr)
        self.assertIn("statement_timeout|0|", served.psql("-At", "-c", "SHOW ALL").stdout)
        # Laminar's own settings are those of the database.
        self.assertEqual(served.psql("-c", "SET max_latency = INTERVAL '7 ms'").stderr, "")
        self.assertIn("max_latency", served.psql("-At", "-c", "SHOW SETTINGS").stdout)

    def test_a_statement_that_takes_too_long_is_cancelled(self):
        served = self.serve()
        done = served.psql("-At", "-v", "VERBOSITY=verbose", stdin=f"SET statement_timeout = 50;\n{ENDLESS};\nSELECT 'goes on';")
        self.assertEqual(done.stdout, "goes on\n")
        self.assertIn("57014: the statement was cancelled: it has taken 50 ms (statement_timeout)", done.stderr)
        longest = served.psql("-At", stdin="SET statement_timeout = '24d'; SELECT 'long'; SET statement_timeout = '107000d'; SELECT 'longer';")
        self.assertEqual(longest.stdout, "long\nlonger\n")
        self.assertIn('invalid value for parameter "statement_timeout": "107000d"', longest.stderr)

    def test_a_wrong_setting_of_the_start_is_fatal(self):
        served = self.serve()
        done = served.psql("-c", "SELECT 1", environment={"PGCLIENTENCODING": "LATIN1"})
        self.assertIn('FATAL:  invalid value for parameter "client_encoding": "LATIN1"', done.stderr)


class PasswordTest(ServedTestCase):
    def users(self, **passwords):
        lines = []
        for user, password in passwords.items():
            made = run("hash-password", user, stdin=password + "\n")
            self.assertEqual(made.exit_code, 0)
            self.assertRegex(made.stdout.text, rf"^{user} SCRAM-SHA-256\$4096:\S+\$\S+:\S+$")
            self.assertNotIn(password, made.stdout.text)
            lines.append(made.stdout.text + "\n")
        file = self.temporary_folder() / "users"
        file.write_text("# users\n" + "".join(lines))
        return file

    def test_who_knows_the_password_comes_in(self):
        served = self.serve(ITEMS, "--users", self.users(alice="secret", bob="ünïcode ½"))
        self.assertEqual(served.psql("-At", "-c", "SELECT 1", password="secret").stdout, "1\n")
        self.assertEqual(served.psql("-At", "-c", "SELECT 1", user="bob", password="ünïcode ½").stdout, "1\n")
        for user, password in (("alice", "wrong"), ("bob", "secret"), ("nobody", "secret")):
            done = served.psql("-c", "SELECT 1", user=user, password=password)
            self.assertIn(f'FATAL:  password authentication failed for user "{user}"', done.stderr)
        self.assertIn("no password supplied", served.psql("-c", "SELECT 1").stderr)
        served.wait_for_log('was refused: "password authentication failed for user \\"nobody\\""')
        self.assertNotIn("trust", served.laminar.stderr.text)
        self.assertNotIn("secret", served.laminar.stderr.text)
        with psycopg2.connect(host="127.0.0.1", port=served.port, user="alice", password="secret", dbname="x") as connection:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM items")
                self.assertEqual(cursor.fetchall(), [(3,)])

    def test_users_and_certificates_are_reloaded(self):
        users = self.users(alice="secret")
        served = self.serve(ITEMS, "--users", users)
        with psycopg2.connect(served.uri(), password="secret") as connection, connection.cursor() as cursor:
            users.write_text(self.users(bob="other").read_text())
            served.laminar.process.send_signal(signal.SIGHUP)
            served.wait_for_log("users and certificates reloaded")
            self.assertIn("password authentication failed", served.psql("-c", "SELECT 1", password="secret").stderr)
            self.assertEqual(served.psql("-At", "-c", "SELECT 1", user="bob", password="other").stdout, "1\n")
            users.write_text("bob nonsense\n")
            served.laminar.process.send_signal(signal.SIGHUP)
            served.wait_for_log("users and certificates stay as they were: ")
            self.assertEqual(served.psql("-At", "-c", "SELECT 1", user="bob", password="other").stdout, "1\n")
            cursor.execute("SELECT count(*) FROM items")
            self.assertEqual(cursor.fetchone(), (3,))

    def test_without_a_users_file_this_machine_is_trusted_and_that_is_said(self):
        served = self.serve()
        served.wait_for_log("trust: every program of this machine may log in without a password")

    def test_a_network_is_opened_with_passwords_and_tls_alone(self):
        refused = run("serve", "--postgres", "0.0.0.0:0")
        self.assertEqual(refused.exit_code, 2)
        self.assertIn("it needs passwords (--users FILE", refused.stderr.text)
        refused = run("serve", "--postgres", "0.0.0.0:0", "--users", self.users(alice="secret"))
        self.assertEqual(refused.exit_code, 2)
        self.assertIn("it needs TLS (--tls-cert and --tls-key), or --insecure", refused.stderr.text)

    def test_a_password_that_cannot_be_used(self):
        for stdin in ("\n", ""):
            refused = run("hash-password", "alice", stdin=stdin)
            self.assertEqual((refused.exit_code, refused.stderr.text), (1, "laminar: the password is empty"))
        self.assertEqual(run("hash-password", "a b", stdin="x\n").exit_code, 2)

    def test_files_that_cannot_be_used_are_told_before_any_statement(self):
        folder = self.temporary_folder()
        (folder / "users").write_text("alice secret\n")
        (folder / "s.sql").write_text("SELECT 'executed' AS x;")
        for arguments, problem in ((["--users", "users"], "users:1: what follows the name is not SCRAM-SHA-256"),
                                   (["--users", "missing"], 'cannot read the users file "missing"'),
                                   (["--tls-cert", "missing", "--tls-key", "missing"], 'cannot read file "missing"')):
            refused = run("serve", "s.sql", "--postgres", "127.0.0.1:0", *arguments, cwd=folder)
            self.assertEqual(refused.exit_code, 1)
            self.assertIn(problem, refused.stderr.text)
            self.assertNotIn("executed", refused.stdout.text)

    def test_tls(self):
        folder = self.temporary_folder()
        authority = Authority(folder)
        certificate, key = authority.issue("server", "DNS:localhost,IP:127.0.0.1")
        served = self.serve(ITEMS, "--users", self.users(alice="secret"), "--tls-cert", certificate, "--tls-key", key)
        for mode in ("disable", "require", "verify-full"):
            done = served.psql("-At", "-c", "SELECT count(*) FROM items", password="secret", sslmode=mode, sslrootcert=authority.certificate)
            self.assertEqual((done.stdout, done.stderr), ("3\n", ""), mode)
        served.wait_for_log("over TLS", 2)
        other = Authority(folder, "other")
        done = served.psql("-c", "SELECT 1", password="secret", sslmode="verify-full", sslrootcert=other.certificate)
        self.assertIn("certificate verify failed", done.stderr)
        # A client that asks for it where there is none.
        self.assertIn("server does not support SSL", self.serve().psql("-c", "SELECT 1", sslmode="require").stderr)

    def test_a_network_is_spoken_to_over_tls_alone(self):
        folder = self.temporary_folder()
        certificate, key = Authority(folder).issue("server", "IP:127.0.0.1")
        served = self.serve("", "--users", self.users(alice="secret"), "--tls-cert", certificate, "--tls-key", key, host="0.0.0.0")
        done = served.psql("-c", "SELECT 1", password="secret", sslmode="disable")
        self.assertIn("FATAL:  connections are encrypted here", done.stderr)
        self.assertEqual(served.psql("-At", "-c", "SELECT 1", password="secret", sslmode="require").stdout, "1\n")


class PsycopgTest(ServedTestCase):
    def test_values_of_every_type(self):
        served = self.serve()
        expected = [True, 7, -7, 9_000_000_000, 170141183460469231731687303715884105727, 1.5, 0.1, decimal.Decimal("12.50"), "text", b"\xde\xad",
                    datetime.date(2026, 1, 2), datetime.time(3, 4, 5, 500_000), datetime.datetime(2026, 1, 2, 3, 4, 5, 250_000),
                    datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc), datetime.timedelta(days=1, hours=2),
                    uuid.UUID("12345678-1234-1234-1234-123456789abc"), {"a": 1}, [1, None, 3], {"b": [1]}, None]
        with psycopg.connect(served.uri(), autocommit=True) as connection:
            self.assertEqual(list(connection.execute(TYPES).fetchone()), expected)
        with psycopg2.connect(served.uri()) as connection, connection.cursor() as cursor:
            psycopg2.extras.register_uuid(conn_or_curs=connection)
            cursor.execute(TYPES)
            row = list(cursor.fetchone())
            row[9] = bytes(row[9])
            self.assertEqual(row, expected)

    def test_psycopg2_puts_parameters_into_the_text(self):
        served = self.serve(ITEMS)
        with psycopg2.connect(served.uri()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT id FROM items WHERE name = %s OR price > %s ORDER BY id", ("it's; --", decimal.Decimal("1.75")))
            self.assertEqual(cursor.fetchall(), [(2,), (3,)])
            cursor.execute("INSERT INTO items VALUES (%s, %s, %s)", (7, "se'ven", 7))
            self.assertEqual(cursor.statusmessage, "INSERT 0 1")
            self.assertIn("ROLLBACK does not undo it", "".join(connection.notices))
        with psycopg2.connect(served.uri()) as connection, connection.cursor() as cursor:
            with self.assertRaises(psycopg2.errors.UndefinedTable):
                cursor.execute("SELECT * FROM nothing")
            with self.assertRaises(psycopg2.errors.InFailedSqlTransaction):
                cursor.execute("SELECT 1")
            connection.rollback()
            cursor.execute("SELECT 1")

    def test_errors_have_the_state_of_their_kind(self):
        served = self.serve(ITEMS + """
            CREATE TABLE strict (x BIGINT NOT NULL, word TEXT);
            INSERT INTO strict VALUES (1, 'abc'), (9223372036854775807, '300');
        """)
        connection = psycopg2.connect(served.uri())
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement, state in (
                    # Values, in the text and in rows.
                    ("SELECT 'x'::INTEGER", "22P02"), ("SELECT CAST(word AS INTEGER) FROM strict", "22P02"), ("SELECT 300::TINYINT", "22003"),
                    ("SELECT CAST(x AS INTEGER) FROM strict", "22003"), ("SELECT x + 1 FROM strict", "22003"), ("SELECT '2026-13-01'::DATE", "22008"),
                    ("SELECT '{'::JSON", "22P02"), ("SELECT error(word) FROM strict", "22023"), ("SELECT (SELECT x FROM strict)", "21000"),
                    ("INSERT INTO items VALUES (1, 'again', 1)", "23505"), ("INSERT INTO items VALUES (8, 'twice', 1), (8, 'twice', 1)", "23505"),
                    ("INSERT INTO strict VALUES (NULL, 'x')", "23502"), ("INSERT INTO items VALUES ('x', 'y', 1)", "22P02"),
                    ("INSERT INTO items SELECT 9, word, CAST(word AS DECIMAL(10, 2)) FROM strict", "22P02"),
                    # Names and types.
                    ("SELECT nothing FROM items", "42703"), ("SELECT * FROM nothing", "42P01"), ("SELECT nothing(1)", "42883"), ("SELECT 1 + [2]", "42804"),
                    ("SELECT 'x'::NOTHING", "42704"), ("CREATE TABLE items (id BIGINT)", "42P07"), ("DROP TABLE nothing", "42P01"),
                    ("SELECT a.id FROM items a JOIN items b ON id = 1", "42702"), ("CREATE TABLE t (a BIGINT, a BIGINT)", "42701"),
                    # Text.
                    ("SELEC 1", "42601"), ("SELECT 'x", "42601"), ("SELECT FROM WHERE pg_catalog.x", "42601"), ("SELECT 'x'::int FROM pg_catalog.pg_am", "22P02")):
                with self.subTest(statement=statement):
                    with self.assertRaises(psycopg2.Error) as caught:
                        cursor.execute(statement)
                        cursor.fetchall()
                    self.assertEqual(caught.exception.pgcode, state, caught.exception)
        connection.close()

    def test_cancel(self):
        served = self.serve()
        with psycopg2.connect(served.uri()) as connection, connection.cursor() as cursor:
            canceller = threading.Timer(0.2, connection.cancel)
            canceller.start()
            with self.assertRaises(psycopg2.errors.QueryCanceled):
                cursor.execute(ENDLESS)
            canceller.join()
            connection.rollback()
            cursor.execute("SELECT 'goes on'")
            self.assertEqual(cursor.fetchone(), ("goes on",))

    def test_a_cancel_request_with_a_wrong_key_does_nothing(self):
        served = self.serve()
        with served.raw() as client:
            client.start()
            process, secret = next(body for kind, body in client.ready() if kind == b"K")[:4], b"\0\0\0\0"
            client.query("SELECT 1 FROM range(1)")
            with served.raw() as other:
                other.send(b"\0\0\0\x10" + b"\x04\xd2\x16\x2e" + process + secret)
                self.assertTrue(other.is_closed())
            self.assertEqual(errors(client.ready()), [])


class SubscriptionTest(ServedTestCase):
    FEED = """
        CREATE CONNECTION feed TO generator (rows_per_second = 200);
        CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
    """

    def test_rows_come_until_it_is_cancelled(self):
        served = self.serve(self.FEED)
        with served.raw() as client:
            client.start()
            key = next(body for kind, body in client.ready() if kind == b"K")
            client.query("SUBSCRIBE TO SELECT counter FROM ticks")
            self.assertEqual(client.next()[0], b"T")
            self.assertEqual([client.next()[0] for _ in range(20)], [b"D"] * 20)
            with served.raw() as other:
                other.send(b"\0\0\0\x10" + b"\x04\xd2\x16\x2e" + key)
                self.assertTrue(other.is_closed())
            [error] = errors(client.ready())
            self.assertEqual(error["C"], "57014")
            client.query("SELECT 'goes on'")
            self.assertEqual([kind for kind, _ in client.ready()], [b"T", b"D", b"C", b"Z"])

    def test_a_pipeline_without_a_sink_shows_its_rows_to_subscribers_alone(self):
        served = self.serve(self.FEED)
        made = served.psql("-c", "CREATE PIPELINE even AS SELECT counter FROM ticks WHERE counter % 2 = 0")
        self.assertIn("HINT:  SUBSCRIBE TO even shows them", made.stderr)
        with served.raw() as client:
            client.start().ready()
            client.query("SUBSCRIBE TO even")
            rows = [client.next() for _ in range(5)][1:]
            self.assertTrue(all(kind == b"D" and int(body[6:]) % 2 == 0 for kind, body in rows), rows)

    def test_a_subscriber_that_reads_nothing_loses_rows_and_holds_up_nobody(self):
        served = self.serve("""
            CREATE CONNECTION feed TO generator (rows_per_second = 20000);
            CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed', retention_rows = 1000);
            CREATE TABLE kept (counter BIGINT);
            CREATE PIPELINE keep AS INSERT INTO kept SELECT counter FROM ticks WHERE counter % 1000 = 0;
        """)
        with served.raw() as client:
            client.start().ready()
            client.query("SUBSCRIBE TO SELECT counter, repeat('x', 2000) AS padding FROM ticks")
            served.wait_for_log("rows are left out, for their reader is too slow")
            done = served.psql("-c", "WAIT FOR kept COUNT 1 TIMEOUT INTERVAL '60 s'")
            self.assertEqual(done.stderr, "")
            while True:
                kind, body = client.next()
                if kind == b"N":
                    break
            self.assertIn(b"rows were left out here: the stream is faster than they are read", body)


class NodeTest(ServedTestCase):
    def test_pg(self):
        served = self.serve(ITEMS)
        done = subprocess.run(["node", pathlib.Path(__file__).with_name("postgres_client.js"), str(served.port)], text=True, capture_output=True,
                              timeout=LIMIT_SECONDS, env={**os.environ, "NODE_PATH": str(node_modules())})
        self.assertEqual(done.stderr, "")
        self.assertEqual(json.loads(done.stdout), {
            "rows": [{"id": "1", "name": "one", "price": "1.50"}, {"id": "2", "name": None, "price": "2.00"},
                     {"id": "3", "name": "drei äöü", "price": "3.25"}],
            "types": [20, 25, 1700],
            "error": {"code": "42P01", "position": "15", "severity": "ERROR"},
            "results": ["SELECT", "INSERT", "SELECT"],
            "notices": ["this takes effect at once: ROLLBACK does not undo it"],
        })


class EndTest(ServedTestCase):
    def test_sessions_are_told_of_the_end(self):
        served = self.serve(ITEMS)
        with served.raw() as idle, served.raw() as busy:
            idle.start().ready()
            busy.start().ready()
            busy.query(ENDLESS)
            served.laminar.process.send_signal(signal.SIGTERM)
            for client in (idle, busy):
                kind, body = client.until(b"E")[-1]
                while b"57P01" not in body:
                    kind, body = client.until(b"E")[-1]
                self.assertTrue(client.is_closed())
        self.assertEqual(served.laminar.wait(), 0, served.laminar.stderr.text)

    def test_it_goes_on_when_its_sources_have_finished(self):
        served = self.serve("CREATE CONNECTION few TO generator (max_rows = 3); CREATE TABLE t (counter BIGINT) WITH (connector = 'few');"
                            "WAIT FOR t COUNT 3;")
        self.assertEqual(served.psql("-At", "-c", "SELECT count(*) FROM t").stdout, "3\n")
        served.laminar.interrupt()
        self.assertEqual(served.laminar.wait(), 0)

    def test_a_script_that_fails_serves_nobody(self):
        folder = self.temporary_folder()
        (folder / "s.sql").write_text("SELECT x;")
        failed = run("serve", "s.sql", "--postgres", "127.0.0.1:0", cwd=folder)
        self.assertEqual(failed.exit_code, 1)
        self.assertNotIn("listening", failed.stderr.text)

    def test_an_address_that_is_taken(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            failed = run("serve", "--postgres", f"127.0.0.1:{holder.getsockname()[1]}")
        self.assertEqual(failed.exit_code, 1)
        self.assertIn("cannot listen on 127.0.0.1:", failed.stderr.text)

    def test_what_is_no_address(self):
        failed = run("serve", "--postgres", "5433")
        self.assertEqual(failed.exit_code, 2)
        self.assertIn('"5433" is not HOST:PORT', failed.stderr.text)


if __name__ == "__main__":
    unittest.main()
