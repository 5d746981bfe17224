"""COPY TO STDOUT and FROM STDIN of laminar serve: psql, psycopg 2 and 3, asyncpg, and byte by byte; subscriptions through it."""

import asyncio
import csv
import io
import re
import struct
import unittest

import asyncpg
import psycopg
import psycopg2

from laminar_process import LIMIT_SECONDS
from serving import ITEMS, ServedTestCase, errors

HARD = [("1", 'a,"b"\nc\\d\te', "1.50"), ("2", None, "0.00"), ("3", "", "2.25"), ("4", "\\N", "-3.00"), ("5", "äöü 🙂", "4.00"), ("6", "\\.", "5.00")]


class CopyTest(ServedTestCase):
    EMPTY = "CREATE TABLE items (id BIGINT PRIMARY KEY, name TEXT, price DECIMAL(10,2));"

    def hard_rows(self):
        made = io.StringIO()
        for row in HARD:
            # NULL is nothing, and an empty text is quoted.
            made.write(",".join("" if value is None else '"' + value.replace('"', '""') + '"' for value in row) + "\n")
        return made.getvalue()

    def test_csv_there_and_back(self):
        served = self.serve(self.EMPTY)
        with psycopg2.connect(served.uri()) as connection, connection.cursor() as cursor:
            cursor.copy_expert("COPY items FROM STDIN WITH (FORMAT csv)", io.StringIO(self.hard_rows()))
            self.assertEqual(cursor.rowcount, len(HARD))
            cursor.execute("SELECT id::TEXT, name, price::TEXT FROM items ORDER BY id")
            self.assertEqual(cursor.fetchall(), HARD)
            out = io.StringIO()
            cursor.copy_expert("COPY (SELECT * FROM items ORDER BY id) TO STDOUT (FORMAT csv, HEADER)", out)
            self.assertEqual(next(csv.reader(io.StringIO(out.getvalue()))), ["id", "name", "price"])
            cursor.execute("CREATE TABLE again (id BIGINT, name TEXT, price DECIMAL(10,2))")
            cursor.copy_expert("COPY again FROM STDIN CSV HEADER", io.StringIO(out.getvalue()))
            cursor.execute("SELECT id::TEXT, name, price::TEXT FROM again ORDER BY id")
            self.assertEqual(cursor.fetchall(), HARD)

    def test_text_there_and_back(self):
        served = self.serve(self.EMPTY)
        with psycopg.connect(served.uri(), autocommit=True) as connection, connection.cursor() as cursor:
            with cursor.copy("COPY items (id, name, price) FROM STDIN") as copy:
                for row in HARD:
                    copy.write_row(row)
            with cursor.copy("COPY items TO STDOUT") as copy:
                self.assertEqual(sorted(copy.rows()), sorted(HARD))
            self.assertEqual(cursor.execute("SELECT count(*) FROM items").fetchone(), (len(HARD),))

    EVERY_TYPE = """
        CREATE TABLE every (
            a BOOLEAN, b TINYINT, c UBIGINT, d HUGEINT, e DECIMAL(20, 3), f FLOAT, g DOUBLE, h TEXT, i BLOB, j DATE, k TIME, l TIMETZ, m TIMESTAMP,
            n TIMESTAMP_S, o TIMESTAMP_MS, p TIMESTAMPTZ, q INTERVAL, r UUID, s BIT, t ENUM('x', 'y "z"'), u JSON, v INTEGER[], w TEXT[], x BLOB[],
            y INTERVAL[], z DATE[], aa INTEGER[2], ab INTEGER[][], ac STRUCT(n INTEGER, t TEXT, m TIMESTAMP), ad MAP(INTEGER, TEXT),
            ae STRUCT(n INTEGER)[]);
        INSERT INTO every VALUES
            (true, -5, 18446744073709551615, -170141183460469231731687303715884105727, -1.250, 0.1::FLOAT, 1e300, E'a\\tb\\\\n"c", NULL \\\\N', '\\xDE\\x00\\x5C'::BLOB,
             '0044-03-15 (BC)', '12:34:56.789', '12:34:56+01:30', '0044-03-15 (BC) 12:00:00', '2026-01-02 03:04:05', '2026-01-02 03:04:05.678',
             '294247-01-10 04:00:54+00', INTERVAL '1 year -2 months 3 days -04:05:06.7', '12345678-1234-1234-1234-123456789abc', '0101', 'y "z"',
             '{"k": [1, "é"]}', [1, NULL, -3], ['', 'NULL', NULL, 'a,b', '{"}', 'back\\slash'], ['\\xDE\\xAD'::BLOB, NULL, ''::BLOB],
             [INTERVAL '-1 day 02:00:00', NULL], ['0044-03-15 (BC)', 'infinity'], [1, 2], [[1, NULL], [], NULL],
             {n: 1, t: 'x"y', m: '2026-01-02 03:04:05'}, MAP {1: 'one', 2: NULL}, [{n: 1}, NULL]),
            (false, NULL, 0, 0, 0, 'inf'::FLOAT, 'nan'::DOUBLE, '', ''::BLOB, 'infinity', '00:00:00', '00:00:00-12', '-infinity', '1969-12-31 23:59:59',
             '1900-01-01 00:00:00', 'infinity', INTERVAL '0 days', NULL, '1', 'x', 'null', [], [], [], [], [], NULL, [], NULL, MAP {}, []);
        INSERT INTO every (a) VALUES (NULL);
    """

    def test_every_type_there_and_back(self):
        served = self.serve(self.EVERY_TYPE)
        with psycopg.connect(served.uri(), autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(re.sub(r"INSERT.*", "", self.EVERY_TYPE, flags=re.DOTALL).replace("every", "again"))
            for options in ("", "(FORMAT csv)"):
                with self.subTest(options):
                    with cursor.copy(f"COPY every TO STDOUT {options}") as copy:
                        lines = b"".join(copy)
                    with cursor.copy(f"COPY again FROM STDIN {options}") as copy:
                        copy.write(lines)
                    self.assertEqual(cursor.statusmessage, "COPY 3")
                    for other in ("SELECT * FROM every EXCEPT ALL SELECT * FROM again", "SELECT * FROM again EXCEPT ALL SELECT * FROM every"):
                        self.assertEqual(cursor.execute(other).fetchall(), [])
                    cursor.execute("DROP TABLE again")
                    cursor.execute(re.sub(r"INSERT.*", "", self.EVERY_TYPE, flags=re.DOTALL).replace("every", "again"))

    def test_values_as_clients_write_them(self):
        served = self.serve("CREATE TABLE t (a BLOB, b BOOLEAN, c TEXT);")
        with psycopg2.connect(served.uri()) as connection, connection.cursor() as cursor:
            cursor.copy_expert("COPY t FROM STDIN", io.StringIO("\\\\xdeadbeef\ton\t\\x41\\102\n\\\\336a\tno\t\\N\n"))
            cursor.execute("SELECT * FROM t")
            self.assertEqual([(bytes(a), b, c) for a, b, c in cursor.fetchall()], [(b"\xde\xad\xbe\xef", True, "AB"), (b"\xdea", False, None)])

    def test_nested_values_are_exact(self):
        served = self.serve("""CREATE TABLE t (id INT, s STRUCT(d DECIMAL(18,8), b BLOB, t TIMESTAMP, h HUGEINT), m MAP(TEXT, DECIMAL(18,8)), l DECIMAL(18,8)[], d DECIMAL(18,8), u DECIMAL(18,8)[][]);
                               INSERT INTO t VALUES (1, {d: 1234567890.12345678, b: '\\xDE\\x00'::BLOB, t: '2026-01-02 03:04:05', h: 170141183460469231731687303715884105727},
                                                     MAP {'k': 9999999999.99999999}, [1234567890.12345678], 1234567890.12345678, [[9999999999.99999999]]);
                               CREATE TABLE again (id INT, s STRUCT(d DECIMAL(18,8), b BLOB, t TIMESTAMP, h HUGEINT), m MAP(TEXT, DECIMAL(18,8)), l DECIMAL(18,8)[], d DECIMAL(18,8), u DECIMAL(18,8)[][]);""")
        with psycopg.connect(served.uri(), autocommit=True) as connection, connection.cursor() as cursor:
            with cursor.copy("COPY t TO STDOUT") as copy:
                lines = b"".join(copy)
            with cursor.copy("COPY again FROM STDIN") as copy:
                copy.write(lines)
            self.assertEqual(cursor.statusmessage, "COPY 1")
            self.assertEqual(cursor.execute("SELECT * FROM t EXCEPT ALL SELECT * FROM again").fetchall(), [])
            for value, message in (('{"d": 10000000000}', 'line 1: column "s": expected DECIMAL(18,8) at .d, found 10000000000'),
                                   ('{"b": "A"}', 'line 1: column "s": expected BLOB at .b, found "A"')):
                with self.assertRaises(psycopg.Error) as raised, cursor.copy("COPY again (s) FROM STDIN") as copy:
                    copy.write(value + "\n")
                self.assertEqual(raised.exception.diag.message_primary, message)

    def test_values_that_are_none(self):
        served = self.serve("CREATE TABLE t (a BLOB, b INTEGER[], c STRUCT(n INTEGER));")
        for data, state, message in (("1\t{1}\t{}\n\\\\xde\t{1\t{}\n", "22P02", 'line 2: column "b" has no value of its type'),
                                     ("\\\\xd\t{1}\t{}\n", "22P02", 'line 1: column "a" has no value of its type'),
                                     ("1\t{1}\t{n: 1}\n", "22P02", 'line 1: column "c" has no value of its type'),
                                     ("1\\000\t{1}\t{}\n", "22021", "line 1: a value has a NUL in it")):
            with self.subTest(data), psycopg2.connect(served.uri()) as connection, connection.cursor() as cursor:
                with self.assertRaises(psycopg2.Error) as raised:
                    cursor.copy_expert("COPY t FROM STDIN", io.StringIO(data))
                self.assertEqual((raised.exception.pgcode, raised.exception.diag.message_primary), (state, message))
        for text, state in (("COPY t (nothing) FROM STDIN", "42703"), ("COPY t (a, A) FROM STDIN", "42701")):
            with self.subTest(text), psycopg2.connect(served.uri()) as connection, connection.cursor() as cursor:
                with self.assertRaises(psycopg2.Error) as raised:
                    cursor.copy_expert(text, io.StringIO("1\t1\n"))
                self.assertEqual(raised.exception.pgcode, state)

    def test_a_text_in_dollars(self):
        done = self.serve().psql("-c", "COPY (SELECT $$)$$, $a$( $$ '$a$) TO STDOUT")
        self.assertEqual((done.stdout, done.stderr), (")\t( $$ '\n", ""))

    def test_who_sends_nothing_is_cancelled(self):
        served = self.serve(ITEMS)
        with served.raw() as client:
            client.start()
            key = next(body for kind, body in client.ready() if kind == b"K")
            for setting, reason in (("0", "by request"), ("100", "it has taken 100 ms")):
                client.query(f"SET statement_timeout = {setting}")
                client.ready()
                client.query("COPY items FROM STDIN")
                self.assertEqual(client.next()[0], b"G")
                client.message(b"d", b"4\tx\t1\n")
                if setting == "0":
                    with served.raw() as other:
                        other.cancel(key)
                [error] = errors(client.ready())
                self.assertEqual(error["C"], "57014")
                self.assertIn(reason, error["M"])
                # What it still sends is left out.
                client.message(b"d", b"5\tx\t1\n")
                client.message(b"c")
            client.query("SET statement_timeout = 0; SELECT count(*) FROM items")
            self.assertIn((b"D", struct.pack("!hi", 1, 1) + b"3"), client.ready())

    def test_psql(self):
        served = self.serve(ITEMS)
        done = served.psql("-c", "\\copy (SELECT * FROM items ORDER BY id) to stdout csv")
        self.assertEqual((done.stdout, done.stderr), ("1,one,1.50\n2,,2.00\n3,drei äöü,3.25\n", ""))
        done = served.psql("-At", "-c", "\\copy items from pstdin delimiter ';' null '-'", "-c", "SELECT name FROM items WHERE id = 8", stdin="8;-;1\n9;neun;2\n")
        self.assertEqual((done.stdout, done.stderr), ("\n", ""))
        self.assertEqual(served.psql("-At", "-c", "SELECT name FROM items WHERE id = 9").stdout, "neun\n")

    def test_asyncpg(self):
        served = self.serve(ITEMS)

        async def run():
            connection = await asyncpg.connect(host="127.0.0.1", port=served.port, user="alice", database="laminar", timeout=LIMIT_SECONDS)
            out = io.BytesIO()
            self.assertEqual(await connection.copy_from_query("SELECT id, name FROM items ORDER BY id", output=out, format="csv"), "COPY 3")
            self.assertEqual(out.getvalue().decode(), "1,one\n2,\n3,drei äöü\n")
            self.assertEqual(await connection.copy_to_table("items", source=io.BytesIO(b"7,x,1\n8,,2\n"), columns=["id", "name", "price"], format="csv"), "COPY 2")
            self.assertEqual(await connection.fetchval("SELECT count(*) FROM items"), 5)
            await connection.close()

        asyncio.run(run())

    def test_all_rows_or_none(self):
        served = self.serve(ITEMS)
        for data, state, message in (("4\tx\t1\n5\ty\n", "22P04", "line 2 has 2 values for 3 columns"), ("4\tx\tno number\n", None, "no number"),
                                     ("4\tx\t1\n1\tx\t1\n", None, "uplicate key"), ("4\tx\\\n", "22P04", "line 1: a backslash stands at the end of a line"),
                                     ("4\t'); DROP TABLE items; --\tx\n", None, "")):
            with self.subTest(data), psycopg2.connect(served.uri()) as connection, connection.cursor() as cursor:
                with self.assertRaises(psycopg2.Error) as raised:
                    cursor.copy_expert("COPY items FROM STDIN", io.StringIO(data))
                self.assertIn(message, str(raised.exception))
                if state:
                    self.assertEqual(raised.exception.pgcode, state)
                connection.rollback()
                cursor.execute("SELECT count(*) FROM items")
                self.assertEqual(cursor.fetchone(), (3,))
        with psycopg2.connect(served.uri()) as connection, connection.cursor() as cursor:
            with self.assertRaisesRegex(psycopg2.Error, "a quote is not closed"):
                cursor.copy_expert("COPY items FROM STDIN CSV", io.StringIO('4,"x,1\n'))

    def test_what_cannot_be_copied(self):
        served = self.serve(ITEMS)
        for text, state in (("COPY nothing FROM STDIN", "42P01"), ("COPY items FROM '/etc/passwd'", "0A000"), ("COPY items TO PROGRAM 'cat'", "0A000"),
                            ("COPY items TO STDOUT (FORMAT binary)", "0A000"), ("COPY (DROP TABLE items) TO STDOUT", "0A000"), ("COPY (SELECT 1", "42601"),
                            ("COPY", "42601"), ("COPY (SELECT nothing FROM items) TO STDOUT", "42703"), ("COPY items TO STDOUT (SHINY)", "0A000"),
                            ("COPY items TO STDOUT (HEADER)", "0A000"), ("COPY items TO STDOUT (DELIMITER 'ab')", "42601")):
            with self.subTest(text), served.raw() as client:
                client.start().ready()
                client.query(text)
                self.assertEqual([error["C"] for error in errors(client.ready())], [state])
        done = served.psql("-c", "COPY (SELECT id, nam FROM items) TO STDOUT")
        self.assertIn("LINE 1: COPY (SELECT id, nam FROM items) TO STDOUT\n                         ^", done.stderr)

    def test_a_client_that_gives_up_or_sends_something_else(self):
        served = self.serve(ITEMS)
        with served.raw() as client:
            client.start().ready()
            for ending, state in ((lambda: client.message(b"f", b"I changed my mind\0"), "57014"), (lambda: client.query("SELECT 1"), "08P01")):
                client.query("COPY items FROM STDIN")
                self.assertEqual(client.next()[0], b"G")
                client.message(b"d", b"4\tx\t1\n")
                ending()
                self.assertEqual(errors(client.ready())[0]["C"], state)
            client.query("SELECT count(*) FROM items")
            self.assertIn((b"D", struct.pack("!hi", 1, 1) + b"3"), client.ready())
            client.query("COPY items FROM STDIN")
            client.next()
            for _ in range(33):
                client.message(b"d", b"x" * (1 << 20))
            client.message(b"c")
            self.assertEqual(errors(client.ready())[0]["C"], "54000")

    def test_a_message_that_is_too_large_ends_the_connection(self):
        served = self.serve(ITEMS, "--max-message-size", "1MiB")
        with served.raw() as client:
            client.start().ready()
            client.query("COPY items FROM STDIN")
            self.assertEqual(client.next()[0], b"G")
            client.message(b"d", b"x" * (2 << 20))
            self.assertEqual([error["S"] for error in errors(client.ready())], ["ERROR"])
            fatal = errors(client.until(b"E"))[0]
            self.assertEqual((fatal["S"], fatal["C"]), ("FATAL", "08P01"))
            self.assertIn("is not read: at most 1048576 are", fatal["M"])
            self.assertTrue(client.is_closed())

    def test_copies_in_one_text(self):
        served = self.serve(ITEMS)
        with served.raw() as client:
            client.start().ready()
            client.query("COPY items FROM STDIN; COPY (SELECT id FROM items WHERE id > 2 ORDER BY id) TO STDOUT; SELECT 1")
            self.assertEqual(client.next()[0], b"G")
            client.message(b"d", b"4\tx\t")
            client.message(b"d", b"1\n\\.\n")
            client.message(b"c")
            messages = client.ready()
            self.assertEqual(b"".join(kind for kind, _ in messages), b"CHddcCTDCZ")
            self.assertEqual([body for kind, body in messages if kind == b"d"], [b"3\n", b"4\n"])


class SubscriptionTest(ServedTestCase):
    FEED = """
        CREATE CONNECTION feed TO generator (rows_per_second = 200);
        CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
    """

    def cancel(self, served, key):
        with served.raw() as other:
            other.cancel(key)

    def test_through_copy(self):
        served = self.serve(self.FEED)
        with served.raw() as client:
            client.start()
            key = next(body for kind, body in client.ready() if kind == b"K")
            client.query("COPY (SUBSCRIBE TO SELECT counter, 'x' AS x FROM ticks) TO STDOUT (FORMAT csv)")
            self.assertEqual(client.next()[0], b"H")
            for _ in range(5):
                kind, body = client.next()
                self.assertEqual(kind, b"d")
                self.assertRegex(body, rb"^\d+,x\n$")
            self.cancel(served, key)
            self.assertEqual(errors(client.ready())[0]["C"], "57014")

    def test_prepared(self):
        served = self.serve(self.FEED)
        with served.raw() as client:
            client.start()
            key = next(body for kind, body in client.ready() if kind == b"K")
            client.message(b"P", b"\0SUBSCRIBE TO SELECT counter FROM ticks WHERE counter % $1 = 0\0\0\1\0\0\0\x14")
            client.message(b"B", b"\0\0\0\0\0\1\0\0\0\x012\0\1\0\1")
            client.message(b"D", b"P\0")
            client.message(b"E", b"\0\0\0\0\0")
            client.message(b"S")
            self.assertEqual([client.next()[0] for _ in range(3)], [b"1", b"2", b"T"])
            for _ in range(5):
                kind, body = client.next()
                self.assertEqual((kind, body[:6]), (b"D", struct.pack("!hi", 1, 8)))
                self.assertEqual(struct.unpack("!q", body[6:])[0] % 2, 0)
            self.cancel(served, key)
            self.assertEqual(errors(client.ready())[0]["C"], "57014")

    def test_one_whose_rows_say_what_has_changed(self):
        served = self.serve(self.FEED)
        with served.raw() as client:
            client.start().ready()
            client.message(b"P", b"\0SUBSCRIBE TO SELECT counter % 3 AS k, count(*) AS n FROM ticks GROUP BY k\0\0\0")
            client.message(b"B", b"\0\0\0\0\0\0\0\0")
            client.message(b"D", b"P\0")
            client.message(b"E", b"\0\0\0\0\0")
            client.message(b"S")
            [error] = errors(client.ready())
            self.assertEqual(error["C"], "0A000")
            self.assertIn("more columns than it was described with", error["M"])


if __name__ == "__main__":
    unittest.main()
