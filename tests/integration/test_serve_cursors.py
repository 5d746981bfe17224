"""Cursors of laminar serve: DECLARE, FETCH and CLOSE, over queries and subscriptions."""

import socket
import struct
import unittest

import psycopg
import psycopg2

from serving import ITEMS, ServedTestCase, errors

STREAM = """
    CREATE CONNECTION feed TO generator (rows_per_second = 1000);
    CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
"""


class CursorTest(ServedTestCase):
    def connect(self, served):
        connection = psycopg2.connect(served.uri())
        self.addCleanup(connection.close)
        return connection

    def test_rows_come_in_pieces_and_are_those_of_the_declaration(self):
        served = self.serve(ITEMS)
        connection = self.connect(served)
        cursor = connection.cursor()
        cursor.execute("DECLARE c NO SCROLL CURSOR FOR SELECT id, name FROM items ORDER BY id")
        cursor.execute("INSERT INTO items VALUES (0, 'late', 1)")
        cursor.execute("FETCH c")
        self.assertEqual((cursor.fetchall(), cursor.statusmessage), ([(1, "one")], "FETCH 1"))
        cursor.execute("FETCH FORWARD 0 FROM c")
        self.assertEqual(cursor.fetchall(), [])
        cursor.execute("FETCH ALL IN c")
        self.assertEqual(cursor.fetchall(), [(2, None), (3, "drei äöü")])
        cursor.execute("FETCH NEXT FROM c")
        self.assertEqual((cursor.fetchall(), cursor.statusmessage), ([], "FETCH 0"))
        cursor.execute("CLOSE c")
        with self.assertRaisesRegex(psycopg2.errors.InvalidCursorName, 'there is no cursor "c"'):
            cursor.execute("FETCH c")

    def test_what_a_transaction_leaves(self):
        served = self.serve(ITEMS)
        connection = self.connect(served)
        cursor = connection.cursor()
        cursor.execute("DECLARE a CURSOR FOR SELECT 1")
        cursor.execute('DECLARE "B" CURSOR WITH HOLD FOR SELECT 2')
        connection.commit()
        connection.autocommit = True
        cursor.execute('FETCH ALL FROM "B"')
        self.assertEqual(cursor.fetchall(), [(2,)])
        for statement, state in (("FETCH a", "34000"), ("DECLARE d CURSOR FOR SELECT 1", "25P01"), ('DECLARE "B" CURSOR WITH HOLD FOR SELECT 1', "42P03"),
                                 ("FETCH PRIOR FROM x", "0A000"), ("FETCH -1 FROM x", "0A000"), ("DECLARE d SCROLL CURSOR WITH HOLD FOR SELECT 1", "0A000"),
                                 ("DECLARE d CURSOR WITH HOLD FOR INSERT INTO items VALUES (9, 'x', 1)", "42P11"), ("CLOSE nothing", "34000"),
                                 ("DECLARE d CURSOR WITH HOLD FOR SELECT nothing FROM items", "42703"), ("FETCH x y", "42601")):
            with self.subTest(statement=statement):
                with self.assertRaises(psycopg2.Error) as caught:
                    cursor.execute(statement)
                self.assertEqual(caught.exception.pgcode, state)
        self.assertEqual(served.psql("-c", "DECLARE d CURSOR WITH HOLD FOR SELECT nothing FROM items").stderr.splitlines()[1:3],
                         ["LINE 1: DECLARE d CURSOR WITH HOLD FOR SELECT nothing FROM items", "                                              ^"])
        cursor.execute("CLOSE ALL")
        with self.assertRaises(psycopg2.errors.InvalidCursorName):
            cursor.execute('FETCH "B"')

    def test_named_cursors_of_drivers_and_fetch_count_of_psql(self):
        served = self.serve(ITEMS)
        connection = self.connect(served)
        with connection.cursor("named") as cursor:
            cursor.itersize = 2
            cursor.execute("SELECT id FROM items WHERE id > %s ORDER BY id", (0,))
            self.assertEqual([row[0] for row in cursor], [1, 2, 3])
        for binary in (False, True):
            with psycopg.connect(served.uri()) as other, other.cursor("named", binary=binary) as cursor:
                cursor.execute("SELECT id, price FROM items WHERE id > %s ORDER BY id", (1,))
                self.assertEqual([(str(price), number) for number, price in cursor.fetchmany(1)], [("2.00", 2)])
                self.assertEqual([(str(price), number) for number, price in cursor.fetchall()], [("3.25", 3)])
        with psycopg.connect(served.uri()) as other, other.cursor("named") as cursor:
            self.assertEqual(cursor.execute("SELECT relname FROM pg_class WHERE relname = 'items'").fetchall(), [("items",)])
        shown = served.psql("-v", "FETCH_COUNT=2", "-Atc", "SELECT id FROM items ORDER BY id")
        self.assertEqual(shown.stdout.split(), ["1", "2", "3"])

    def test_a_stream_is_fetched_as_it_comes_and_others_statements_come_between(self):
        served = self.serve(STREAM)
        connection = self.connect(served)
        cursor = connection.cursor()
        cursor.execute("DECLARE s CURSOR FOR SUBSCRIBE TO (SELECT counter FROM ticks)")
        seen = []
        while len(seen) < 50:
            cursor.execute("FETCH 20 FROM s")
            rows = cursor.fetchall()
            self.assertTrue(0 < len(rows) <= 20)
            seen += [row[0] for row in rows]
            cursor.execute("SELECT 1")
        self.assertEqual(seen, list(range(seen[0], seen[0] + len(seen))))
        connection.commit()
        with self.assertRaises(psycopg2.errors.InvalidCursorName):
            cursor.execute("FETCH s")

    def test_a_fetch_that_waits_is_cancelled(self):
        served = self.serve(STREAM)
        connection = self.connect(served)
        cursor = connection.cursor()
        cursor.execute("DECLARE s CURSOR FOR SUBSCRIBE TO (SELECT counter FROM ticks WHERE counter < 0)")
        cursor.execute("SET statement_timeout = 100")
        with self.assertRaises(psycopg2.errors.QueryCanceled):
            cursor.execute("FETCH s")
        connection.rollback()
        cursor.execute("SELECT 1")
        self.assertEqual(cursor.fetchall(), [(1,)])

    def test_a_stream_that_nobody_fetches_loses_rows_and_says_so(self):
        served = self.serve("""
            CREATE CONNECTION feed TO generator (rows_per_second = 100000);
            CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
        """)
        connection = self.connect(served)
        cursor = connection.cursor()
        cursor.execute("DECLARE s CURSOR FOR SUBSCRIBE TO (SELECT counter, repeat('x', 1000) AS pad FROM ticks)")
        cursor.execute("WAIT FOR ticks COUNT 60000")
        while not any("rows were left out" in notice for notice in connection.notices):
            cursor.execute("FETCH ALL FROM s")
            self.assertLess(len(cursor.fetchall()), 60000)

    def test_cancellations_meet_no_other_statement_than_their_own(self):
        served = self.serve(STREAM)
        with served.raw() as client:
            client.start()
            key = next(body for kind, body in client.ready() if kind == b"K")
            client.query("DECLARE s CURSOR WITH HOLD FOR SUBSCRIBE TO (SELECT counter FROM ticks)")
            client.ready()
            for _ in range(100):
                # Its rows come just when it is cancelled, and it is cancelled twice.
                client.query("FETCH 1000 FROM s")
                for _ in range(2):
                    with served.raw() as other:
                        other.cancel(key)
                messages = client.ready()
                self.assertTrue(not errors(messages) or errors(messages)[0]["M"] == "the statement was cancelled by request", errors(messages))
                client.query("FETCH 1 FROM s")
                self.assertEqual(errors(client.ready()), [])

    def test_a_client_that_leaves_during_fetch_is_no_error(self):
        served = self.serve(ITEMS)
        for fetch in ("FETCH ALL FROM c", "SELECT repeat('x', 1000) FROM range(50000), pg_catalog.pg_class"):
            with self.subTest(fetch), served.raw() as client:
                client.start()
                process = struct.unpack("!i", next(body for kind, body in client.ready() if kind == b"K")[:4])[0]
                client.query("DECLARE c CURSOR WITH HOLD FOR SELECT repeat('x', 1000) FROM range(30000)")
                client.ready()
                client.query(fetch)
                client.next()
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            served.wait_for_log(f"session {process} has ended")
        self.assertNotIn("internal error", served.laminar.stderr.text)

    def test_the_end_of_the_client_ends_its_cursors(self):
        served = self.serve(STREAM)
        connection = psycopg2.connect(served.uri())
        connection.cursor().execute("DECLARE s CURSOR FOR SUBSCRIBE TO ticks")
        connection.close()
        served.wait_for_log("has ended")


if __name__ == "__main__":
    unittest.main()
