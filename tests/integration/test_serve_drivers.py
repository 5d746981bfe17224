"""laminar serve by the extended query protocol: prepared statements, parameters, binary values, portals; psycopg 3, asyncpg,
pg of Node.js, and byte by byte."""

import asyncio
import datetime
import decimal
import json
import os
import pathlib
import struct
import subprocess
import unittest
import uuid

import asyncpg
import psycopg

from laminar_process import LIMIT_SECONDS
from node_program import node_modules
from serving import ITEMS, ServedTestCase, errors

VALUES = {
    "BOOLEAN": [True, False], "SMALLINT": [-7, 32767], "INTEGER": [-7, 2**31 - 1], "BIGINT": [-7, 2**63 - 1], "DOUBLE": [0.1, -1e300, float("inf")],
    "REAL": [0.5], "DECIMAL(20,4)": [decimal.Decimal("-1234567890.1250"), decimal.Decimal("0.0000")], "TEXT": ["it's; -- $1 \"", "äöü", ""],
    "BLOB": [b"\x00\xde\xad'\\", b""], "DATE": [datetime.date(2026, 1, 2), datetime.date(1969, 12, 31)], "TIME": [datetime.time(3, 4, 5, 500000)],
    "TIMESTAMP": [datetime.datetime(2026, 1, 2, 3, 4, 5, 250000), datetime.datetime(1999, 12, 31, 23, 59, 59, 999999)],
    "TIMESTAMPTZ": [datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)],
    "INTERVAL": [datetime.timedelta(days=-1, hours=2), datetime.timedelta(microseconds=1)],
    "UUID": [uuid.UUID("12345678-1234-1234-1234-123456789abc"), uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)], "INTEGER[]": [[1, None, -3], []],
    "TEXT[]": [["a,b", 'q"\\', None, "null", ""]],
}


class PsycopgTest(ServedTestCase):
    def test_parameters_of_every_type_there_and_back(self):
        served = self.serve()
        with psycopg.connect(served.uri(), autocommit=True) as connection:
            for binary in (False, True):
                for name, values in VALUES.items():
                    for value in values:
                        with self.subTest(type=name, value=value, binary=binary):
                            cursor = connection.cursor(binary=binary)
                            placeholder = "%b" if binary else "%t"
                            row = cursor.execute(f"SELECT {placeholder}::{name} AS x, {placeholder}::{name} IS NULL AS missing", (value, None)).fetchone()
                            self.assertEqual(row, (value, True))

    def test_rows_that_were_inserted_with_parameters(self):
        served = self.serve(ITEMS)
        with psycopg.connect(served.uri()) as connection:
            with connection.cursor() as cursor:
                cursor.executemany("INSERT INTO items VALUES (%s, %s, %s)", [(i, f"item '{i}'", decimal.Decimal(i) / 4) for i in range(10, 30)])
                self.assertEqual(cursor.rowcount, 20)
                rows = cursor.execute("SELECT id, name, price FROM items WHERE id >= %s AND name LIKE %s ORDER BY id LIMIT %s", (10, "item%", 2)).fetchall()
                self.assertEqual(rows, [(10, "item '10'", decimal.Decimal("2.50")), (11, "item '11'", decimal.Decimal("2.75"))])
            connection.commit()

    def test_a_statement_that_is_executed_often_is_prepared(self):
        served = self.serve(ITEMS)
        with psycopg.connect(served.uri(), autocommit=True) as connection:
            for i in range(10):
                self.assertEqual(connection.execute("SELECT name FROM items WHERE id = %s", (i % 3 + 1,), prepare=True).fetchone()[0],
                                 ["one", None, "drei äöü"][i % 3])
            connection.execute("DEALLOCATE ALL")
            self.assertEqual(connection.execute("SELECT count(*) FROM items").fetchone(), (3,))

    def test_a_pipeline(self):
        served = self.serve(ITEMS)
        with psycopg.connect(served.uri(), autocommit=True) as connection:
            with connection.pipeline() as pipeline:
                cursors = [connection.execute("SELECT %s::INTEGER * 2", (i,)) for i in range(50)]
                pipeline.sync()
                self.assertEqual([cursor.fetchone()[0] for cursor in cursors], [2 * i for i in range(50)])

    def test_errors_are_placed_in_the_text_of_the_client(self):
        served = self.serve(ITEMS)
        with psycopg.connect(served.uri(), autocommit=True) as connection:
            with self.assertRaises(psycopg.errors.UndefinedColumn) as raised:
                connection.execute("SELECT %s::TEXT, nam FROM items WHERE id = %s", ("a long text that takes the place", 1))
            self.assertEqual(raised.exception.diag.statement_position, "18")
            self.assertEqual(connection.execute("SELECT %s::TEXT", ("goes on",)).fetchone(), ("goes on",))

    def test_transactions(self):
        served = self.serve(ITEMS)
        with psycopg.connect(served.uri()) as connection:
            with self.assertRaises(psycopg.errors.UndefinedTable):
                connection.execute("SELECT * FROM nothing WHERE a = %s", (1,))
            with self.assertRaises(psycopg.errors.InFailedSqlTransaction):
                connection.execute("SELECT %s::INTEGER", (1,))
            connection.rollback()
            with connection.transaction(), connection.transaction():
                self.assertEqual(connection.execute("SELECT %s::INTEGER", (1,)).fetchone(), (1,))


class AsyncpgTest(ServedTestCase):
    def run_with(self, served, body):
        async def run():
            connection = await asyncpg.connect(host="127.0.0.1", port=served.port, user="alice", database="laminar", timeout=LIMIT_SECONDS)
            try:
                await body(connection)
            finally:
                await connection.close()

        asyncio.run(run())

    def test_values_of_every_type_there_and_back(self):
        async def body(connection):
            for name, values in VALUES.items():
                for value in values:
                    with self.subTest(type=name, value=value):
                        if name != "DECIMAL(20,4)":
                            self.assertEqual(await connection.fetchval(f"SELECT $1::{name}", value), value)

        self.run_with(self.serve(), body)

    def test_rows(self):
        async def body(connection):
            rows = await connection.fetch("SELECT * FROM items WHERE id >= $1::BIGINT ORDER BY id", 2)
            self.assertEqual([tuple(row) for row in rows], [(2, None, decimal.Decimal("2.00")), (3, "drei äöü", decimal.Decimal("3.25"))])
            self.assertEqual(await connection.execute("INSERT INTO items VALUES ($1::BIGINT, $2, 4.5)", 4, "four"), "INSERT 0 1")
            self.assertEqual(await connection.fetchval("SELECT name FROM items WHERE id = 4"), "four")
            with self.assertRaises(asyncpg.exceptions.UndefinedTableError):
                await connection.fetch("SELECT * FROM nothing WHERE a = $1", "x")
            await connection.executemany("INSERT INTO items VALUES ($1::BIGINT, $2, 1)", [(i, str(i)) for i in range(10, 20)])
            self.assertEqual(await connection.fetchval("SELECT count(*) FROM items"), 14)

        self.run_with(self.serve(ITEMS), body)

    def test_parameters_have_the_type_of_what_they_stand_beside(self):
        one, two = decimal.Decimal("1.50"), decimal.Decimal("2.00")

        async def body(connection):
            for query, arguments, rows in (
                    ("SELECT name FROM items WHERE id = $1", [1], [("one",)]),
                    ("  SELECT id FROM items AS i WHERE $1 >= i.price AND i.id < $2 ORDER BY id", [two, 9], [(1,), (2,)]),
                    ("SELECT id FROM items WHERE id IN ($1, $2) ORDER BY id", [1, 3], [(1,), (3,)]),
                    ("SELECT id FROM items WHERE price BETWEEN $1 AND $2", [one, one], [(1,)]),
                    ("SELECT id FROM items WHERE id = ANY($1) ORDER BY id", [[1, 2]], [(1,), (2,)]),
                    ("SELECT id + $1 FROM items WHERE name = $2", [10, "one"], [(11,)]),
                    ("WITH some AS (SELECT id AS x FROM items) SELECT x FROM some WHERE x = $1", [2], [(2,)]),
                    ("SELECT id FROM items WHERE id = (SELECT max(o.id) FROM items AS o WHERE o.id < $1)", [3], [(2,)]),
                    ("SELECT a.id FROM items a JOIN items b ON a.id = b.id AND b.id = $1", [3], [(3,)]),
                    ("SELECT id FROM items WHERE name LIKE $1 UNION ALL SELECT id FROM items WHERE id = $2", ["on%", 2], [(1,), (2,)]),
                    ("SELECT id FROM items WHERE name IS NOT DISTINCT FROM $1", [None], [(2,)]),
                    ("SELECT $1 AS x", ["text"], [("text",)])):
                with self.subTest(query=query):
                    self.assertEqual([tuple(row) for row in await connection.fetch(query, *arguments)], rows)
            await connection.execute("INSERT INTO items VALUES ($1, $2, $3)", 7, "seven", decimal.Decimal("7.25"))
            await connection.execute("INSERT INTO items (price, id) SELECT $1, $2", decimal.Decimal("8"), 8)
            rows = await connection.fetch("SELECT id, name, price FROM items WHERE id > $1 ORDER BY id", 6)
            self.assertEqual([tuple(row) for row in rows], [(7, "seven", decimal.Decimal("7.25")), (8, None, decimal.Decimal("8.00"))])
            await connection.set_type_codec("json", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
            self.assertEqual(await connection.fetchval("SELECT '{\"a\": [1]}'::JSON"), {"a": [1]})

        self.run_with(self.serve(ITEMS), body)

    def test_lists_of_types_with_brackets(self):
        async def body(connection):
            query = await connection.prepare("SELECT $1::DECIMAL(5,2)[] AS a, $2::VARCHAR(10)[] AS b, $3::TIMESTAMP WITH TIME ZONE AS c")
            self.assertEqual([parameter.name for parameter in query.get_parameters()], ["numeric[]", "text[]", "timestamptz"])
            moment = datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)
            self.assertEqual(list(await query.fetchrow([decimal.Decimal("1.50"), None], ["x"], moment)), [[decimal.Decimal("1.50"), None], ["x"], moment])
            most = decimal.Decimal("170141183460469231731687303715884105727")
            self.assertEqual(await connection.fetchval("SELECT $1::HUGEINT", most), most)

        self.run_with(self.serve(), body)

    def test_a_cursor_fetches_some_rows_at_a_time(self):
        async def body(connection):
            async with connection.transaction():
                numbers = [row[0] async for row in connection.cursor("SELECT i FROM range(1000) AS r(i) ORDER BY i", prefetch=70)]
                self.assertEqual(numbers, list(range(1000)))

        self.run_with(self.serve(), body)

    def test_a_time_limit_cancels(self):
        async def body(connection):
            with self.assertRaises(asyncio.TimeoutError):
                await connection.fetch("SELECT count(*) FROM range(1000000000000) AS r(i) WHERE hash(i) = 1", timeout=0.3)
            self.assertEqual(await connection.fetchval("SELECT 1"), 1)

        self.run_with(self.serve(), body)


class NodeTest(ServedTestCase):
    def test_parameters(self):
        served = self.serve(ITEMS)
        script = """
            const { Client } = require("pg");
            (async () => {
                const client = new Client({ host: "127.0.0.1", port: Number(process.argv[1]), user: "alice", database: "laminar" });
                await client.connect();
                const some = await client.query("SELECT id, name FROM items WHERE id > $1 AND price < $2 ORDER BY id", [1, 3]);
                await client.query("INSERT INTO items VALUES ($1, $2, $3)", [7, "it's", "7.50"]);
                const named = { name: "by id", text: "SELECT name, price FROM items WHERE id = $1" };
                const first = await client.query({ ...named, values: [7] });
                const second = await client.query({ ...named, values: [1] });
                const failed = await client.query("SELECT nothing FROM items WHERE id = $1", [1]).catch((error) => error.code);
                await client.end();
                console.log(JSON.stringify([some.rows, first.rows, second.rows, failed]));
            })();
        """
        done = subprocess.run(["node", "-e", script, str(served.port)], text=True, capture_output=True, timeout=LIMIT_SECONDS,
                              env={**os.environ, "NODE_PATH": str(node_modules())})
        self.assertEqual(done.stderr, "")
        self.assertEqual(json.loads(done.stdout), [[{"id": "2", "name": None}], [{"name": "it's", "price": "7.50"}], [{"name": "one", "price": "1.50"}],
                                                   "42703"])


class BytesTest(ServedTestCase):
    """Messages one by one."""

    def connect(self, script=ITEMS):
        served = self.serve(script)
        client = served.raw()
        self.addCleanup(client.socket.close)
        client.start().ready()
        return client

    def kinds(self, client):
        return b"".join(kind for kind, _ in client.ready())

    def test_each_message_has_its_answer(self):
        client = self.connect()
        client.parse("SELECT name FROM items WHERE id = $1", oids=(20,))
        client.message(b"D", b"S\0")
        client.bind(b"1")
        client.message(b"D", b"P\0")
        client.execute()
        client.message(b"C", b"P\0")
        client.message(b"S")
        messages = client.ready()
        self.assertEqual(b"".join(kind for kind, _ in messages), b"1tT2TDC3Z")
        self.assertEqual(messages[1][1], struct.pack("!hi", 1, 20))
        self.assertEqual(messages[5][1], struct.pack("!hi", 1, 3) + b"one")
        # Flush has the answers come before Sync.
        client.parse("INSERT INTO items VALUES (8, 'x', 1)")
        client.message(b"D", b"S\0")
        client.message(b"H")
        self.assertEqual([client.next()[0] for _ in range(3)], [b"1", b"t", b"n"])
        client.message(b"S")
        self.assertEqual(self.kinds(client), b"Z")

    def test_after_an_error_nothing_is_answered_until_sync(self):
        client = self.connect()
        client.parse("SELECT nothing FROM items")
        client.bind()
        client.execute()
        client.execute()
        client.query("SELECT 'is skipped too'")
        client.message(b"S")
        client.parse("SELECT 1")
        client.bind()
        client.execute()
        client.message(b"S")
        self.assertEqual(self.kinds(client), b"12EZ")
        self.assertEqual(self.kinds(client), b"12DCZ")

    def test_a_limit_suspends_a_portal(self):
        client = self.connect("")
        client.query("BEGIN")
        client.ready()
        client.parse("SELECT i FROM range(5) AS r(i) ORDER BY i")
        client.bind(portal="p", results=(1,))
        client.execute(2, "p")
        client.message(b"S")
        self.assertEqual(self.kinds(client), b"12DDsZ")
        client.query("SELECT 'in between'")
        self.assertEqual(self.kinds(client), b"TDCZ")
        client.execute(2, "p")
        client.execute(2, "p")
        client.message(b"S")
        messages = client.ready()
        self.assertEqual(b"".join(kind for kind, _ in messages), b"DDsDCZ")
        self.assertEqual(messages[3][1], struct.pack("!hiq", 1, 8, 4))
        # It ends with the transaction.
        client.query("COMMIT")
        client.ready()
        client.message(b"S")
        client.ready()
        client.execute(2, "p")
        client.message(b"S")
        self.assertEqual(errors(client.ready())[0]["C"], "34000")

    def test_what_a_limit_keeps_is_bounded(self):
        client = self.connect("")
        client.parse("SELECT repeat('x', 1000) FROM range(1000000)")
        client.bind()
        client.execute(1)
        client.message(b"S")
        [error] = errors(client.ready())
        self.assertEqual((error["C"], error["M"]), ("54000", "the rows that were not asked for yet take more than 64 MiB"))

    def test_what_cannot_be_prepared(self):
        client = self.connect()
        for text, oids, state in (("SELECT 1; SELECT 2", (), "42601"), ("SELEC 1", (), "42601"), ("SELECT $0", (), "42P02"),
                                  ("COPY items TO STDOUT", (), "0A000")):
            with self.subTest(text):
                client.parse(text, oids=oids)
                client.message(b"S")
                self.assertEqual(errors(client.ready())[0]["C"], state)
        client.parse("SELECT 1", name="twice")
        client.parse("SELECT 1", name="twice")
        client.message(b"S")
        self.assertEqual(errors(client.ready())[0]["C"], "42P05")
        for values, formats, oids, state in (((b"1", b"2"), (), (20,), "08P01"), ((), (), (20,), "08P01"), ((b"1",), (1,), (20,), "22P03"),
                                             ((b"{1",), (), (1007,), "22P02"), ((b"(1,2)",), (), (600,), "22P02"), ((b"x",), (2,), (25,), "08P01"),
                                             ((b"1",), (0, 0), (20,), "08P01")):
            with self.subTest((values, formats, oids)):
                client.parse("SELECT $1", oids=oids)
                client.bind(*values, formats=formats)
                client.message(b"S")
                self.assertEqual(errors(client.ready())[0]["C"], state)
        client.bind(name="nowhere")
        client.message(b"S")
        self.assertEqual(errors(client.ready())[0]["C"], "26000")
        for kind, body in ((b"P", b"x"), (b"B", b"\0\0"), (b"D", b"X\0"), (b"D", b""), (b"E", b"\0"), (b"C", b"Q\0")):
            with self.subTest((kind, body)):
                client.message(kind, body)
                client.message(b"S")
                self.assertEqual(len(errors(client.ready())), 1)

    def test_a_value_never_becomes_sql(self):
        client = self.connect()
        for oid in (0, 25, 1043, 1700, 20, 114, 1082, 1186, 17, 1009, 2950):
            for value in (b"1'; DROP TABLE items; --", b"\\'; DROP TABLE items; --", b"$1", b"{\"'); DROP TABLE items; --\"}", b"1) OR (1 = 1"):
                client.parse("SELECT count(*) FROM items WHERE CAST($1 AS TEXT) = 'nothing'", oids=(oid,))
                client.bind(value)
                client.execute()
                client.message(b"S")
                rows = [body for kind, body in client.ready() if kind == b"D"]
                self.assertIn(rows, ([], [struct.pack("!hi", 1, 1) + b"0"]), (oid, value))
        client.query("SELECT count(*) FROM items")
        self.assertIn((b"D", struct.pack("!hi", 1, 1) + b"3"), client.ready())

    def test_statements_are_bounded(self):
        client = self.connect("")
        for number in range(1001):
            client.parse("SELECT 1", name=f"s{number}")
        client.message(b"S")
        messages = client.ready()
        self.assertEqual(sum(kind == b"1" for kind, _ in messages), 1000)
        self.assertEqual(errors(messages)[0]["C"], "53000")
        client.query("DEALLOCATE ALL")
        client.ready()
        client.parse("SELECT 1", name="s")
        client.message(b"S")
        self.assertEqual(self.kinds(client), b"1Z")

    def test_show_describe_and_explain_have_columns_too(self):
        client = self.connect()
        for text in ("SHOW TABLES", "DESCRIBE items", "EXPLAIN SELECT 1", "SHOW CREATE TABLE items", "SHOW TimeZone"):
            with self.subTest(text):
                client.parse(text)
                client.message(b"D", b"S\0")
                client.bind()
                client.message(b"D", b"P\0")
                client.execute()
                client.message(b"S")
                messages = client.ready()
                kinds = b"".join(kind for kind, _ in messages)
                self.assertRegex(kinds, b"^1tT2TD+CZ$")
                described = messages[2][1]
                self.assertTrue(all(body[:2] == described[:2] for kind, body in messages if kind == b"D"))


if __name__ == "__main__":
    unittest.main()
