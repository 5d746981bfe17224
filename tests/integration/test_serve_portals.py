"""Prepared statements and portals of laminar serve, byte by byte: how long they live, what they may keep, and how large they get."""

import re
import struct
import unittest

from laminar_process import MEMORY_FACTOR, QUARANTINE_BYTES
from serving import ITEMS, ServedTestCase, errors, tags

MIB = 1 << 20
STREAM = """
    CREATE CONNECTION feed TO generator (rows_per_second = 1);
    CREATE TABLE ticks (counter BIGINT) WITH (connector = 'feed');
"""


class PortalCase(ServedTestCase):
    def connect(self, script=ITEMS):
        self.served = self.serve(script)
        client = self.served.raw()
        self.addCleanup(client.socket.close)
        client.start().ready()
        return client

    def most_memory(self):
        with open(f"/proc/{self.served.laminar.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024

    def state(self, messages):
        found = [error["C"] for error in errors(messages)]
        return found[0] if found else None

    def command(self, client, text):
        client.query(text)
        messages = client.ready()
        self.assertEqual(errors(messages), [])
        return messages


class LifeTest(PortalCase):
    def open_portal(self, client, name="p"):
        client.parse("SELECT i FROM range(5) AS r(i) ORDER BY i")
        client.bind(portal=name)
        client.execute(2, name)

    def test_the_end_of_a_transaction_ends_portals(self):
        client = self.connect()
        for end in ("COMMIT", "ROLLBACK", "COMMIT AND CHAIN", "COMMIT; BEGIN"):
            with self.subTest(end):
                self.command(client, "BEGIN")
                self.open_portal(client)
                client.sync()
                self.command(client, end)
                client.execute(2, "p")
                self.assertEqual(self.state(client.sync()), "34000")
                self.command(client, "ROLLBACK")

    def test_the_end_and_a_new_beginning_before_one_sync(self):
        client = self.connect()
        self.command(client, "BEGIN")
        self.open_portal(client)
        for text in ("COMMIT", "BEGIN"):
            client.parse(text)
            client.bind()
            client.execute()
        client.execute(2, "p")
        messages = client.sync()
        self.assertEqual(tags(messages), ["COMMIT", "BEGIN"])
        self.assertEqual(self.state(messages), "34000")

    def test_a_query_outside_of_a_transaction_is_one_of_its_own(self):
        client = self.connect()
        self.open_portal(client)
        client.query("SELECT 1")
        client.ready()
        client.execute(2, "p")
        self.assertEqual(self.state(client.sync()), "34000")

    def test_rollback_to_a_savepoint_ends_what_was_made_since(self):
        client = self.connect()
        self.command(client, "BEGIN")
        self.open_portal(client, "before")
        client.sync()
        self.command(client, "DECLARE early CURSOR FOR SELECT i FROM range(5) AS r(i) ORDER BY i")
        self.command(client, "SAVEPOINT one")
        self.open_portal(client, "since")
        client.sync()
        self.command(client, "DECLARE late CURSOR FOR SELECT 1")
        self.command(client, "SAVEPOINT two")
        self.command(client, "RELEASE two")
        client.query("SELECT nothing FROM items")
        client.ready()
        self.command(client, "ROLLBACK TO one")
        # What was there before goes on where it was.
        client.execute(2, "before")
        self.assertEqual([row for row in client.sync() if row[0] == b"D"][0][1][-1:], b"2")
        self.command(client, "FETCH 1 FROM early")
        client.execute(2, "since")
        self.assertEqual(self.state(client.sync()), "34000")
        self.command(client, "ROLLBACK TO one")
        client.query("FETCH 1 FROM late")
        self.assertEqual(self.state(client.ready()), "34000")
        self.command(client, "ROLLBACK TO one")
        # The names are free.
        self.command(client, "DECLARE late CURSOR FOR SELECT 1")
        self.command(client, "COMMIT")

    def test_nothing_of_a_portal_comes_in_a_transaction_that_has_failed(self):
        client = self.connect()
        self.command(client, "BEGIN")
        self.open_portal(client)
        client.sync()
        client.query("SELECT nothing FROM items")
        client.ready()
        client.execute(2, "p")
        self.assertEqual(self.state(client.sync()), "25P02")


class TagTest(PortalCase):
    def executed(self, client, text, *limits):
        """The tags of executing a portal several times; s stands for one that is suspended."""
        client.parse(text)
        client.bind(portal="again")
        for limit in limits:
            client.execute(limit, "again")
        client.message(b"C", b"Pagain\0")
        messages = client.sync()
        self.assertEqual(errors(messages), [])
        return [tag.decode() if kind == b"s" else tag[:-1].decode() for kind, tag in
                ((kind, b"s" if kind == b"s" else body) for kind, body in messages if kind in (b"s", b"C"))]

    def test_each_execution_counts_its_own_rows(self):
        client = self.connect()
        rows = "SELECT i FROM range(5) AS r(i)"
        self.assertEqual(self.executed(client, rows, 2, 2, 2, 2), ["s", "s", "SELECT 1", "SELECT 0"])
        self.assertEqual(self.executed(client, rows, 0, 0), ["SELECT 5", "SELECT 0"])
        self.assertEqual(self.executed(client, "SELECT relname FROM pg_class LIMIT 3", 2, 0), ["s", "SELECT 1"])
        self.assertEqual(self.executed(client, "SHOW TABLES", 0, 0), ["SHOW", "SHOW"])
        self.assertEqual(self.executed(client, "SHOW timezone", 0, 0), ["SHOW", "SHOW"])
        self.command(client, f"BEGIN; DECLARE c CURSOR FOR {rows}")
        self.assertEqual(self.executed(client, "FETCH 3 FROM c", 2, 2, 2), ["s", "FETCH 1", "FETCH 0"])

    def test_what_has_no_rows_is_executed_once(self):
        client = self.connect()
        for text, count in (("INSERT INTO items VALUES (7, 'once', 1)", 4), ("BEGIN", 4), ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", 4)):
            with self.subTest(text):
                client.parse(text)
                client.bind()
                client.execute()
                client.execute()
                self.assertEqual(self.state(client.sync()), "55000")
                self.command(client, "ROLLBACK")
                self.assertIn((b"D", struct.pack("!hi", 1, 1) + str(count).encode()), self.command(client, "SELECT count(*) FROM items"))

    def test_one_that_has_failed_is_not_executed_again(self):
        client = self.connect()
        self.command(client, "BEGIN")
        client.parse("SELECT 1 / CAST($1 AS INTEGER), CAST('x' || $1 AS INTEGER)", oids=(25,))
        client.bind(b"0", portal="p")
        self.assertIsNone(self.state(client.sync()))
        self.command(client, "SAVEPOINT s")
        client.execute(0, "p")
        self.assertIsNotNone(self.state(client.sync()))
        self.command(client, "ROLLBACK TO s")
        client.execute(0, "p")
        self.assertEqual(self.state(client.sync()), "55000")


class BoundTest(PortalCase):
    ROWS = "SELECT repeat('x', 1000000) FROM range(30)"

    def test_what_all_cursors_and_portals_keep_is_bounded(self):
        client = self.connect()
        self.command(client, "BEGIN")
        client.parse(self.ROWS)
        client.bind(portal="p")
        client.execute(1, "p")
        self.assertIsNone(self.state(client.sync()))
        self.command(client, f"DECLARE a CURSOR FOR {self.ROWS}; SAVEPOINT s")
        for another in (lambda: client.query(f"DECLARE b CURSOR FOR {self.ROWS}"), lambda: (client.bind(portal="q"), client.execute(1, "q"), client.message(b"S"))):
            another()
            self.assertEqual(self.state(client.ready()), "54000")
            self.command(client, "ROLLBACK TO s")
        # What is closed makes room.
        self.command(client, f"CLOSE a; DECLARE b CURSOR FOR {self.ROWS}; CLOSE b")
        client.execute(0, "p")
        client.message(b"C", b"Pq\0")
        client.bind(portal="q")
        client.execute(1, "q")
        client.bind(portal="r")
        client.execute(1, "r")
        self.assertIsNone(self.state(client.sync()))

    def test_subscriptions_with_cursors_are_few(self):
        client = self.connect(STREAM)
        self.command(client, "BEGIN")
        for number in range(10):
            self.command(client, f"DECLARE c{number} CURSOR FOR SUBSCRIBE TO ticks")
        self.command(client, "SAVEPOINT s")
        client.query("DECLARE another CURSOR FOR SUBSCRIBE TO ticks")
        self.assertEqual(self.state(client.ready()), "53000")
        self.command(client, "ROLLBACK TO s; CLOSE c3; DECLARE another CURSOR FOR SUBSCRIBE TO ticks")

    def test_names_are_short_and_savepoints_few(self):
        client = self.connect()
        name = "n" * 1001
        client.parse("SELECT 1", name=name)
        self.assertEqual(self.state(client.sync()), "42622")
        client.parse("SELECT 1")
        client.bind(portal=name)
        self.assertEqual(self.state(client.sync()), "42622")
        client.query(f"DECLARE {name} CURSOR WITH HOLD FOR SELECT 1")
        self.assertEqual(self.state(client.ready()), "42622")
        client.query("BEGIN;" + "SAVEPOINT s;" * 1001)
        self.assertEqual(self.state(client.ready()), "54000")

    def test_trees_of_portals_with_names_count(self):
        client = self.connect()
        client.parse("SELECT " + ",".join("1" for _ in range(100_000)) + " WHERE $1", name="s", oids=(16,))
        for number in range(20):
            client.bind(b"t", portal=f"p{number}", name="s")
        self.assertEqual(self.state(client.sync()), "53000")

    def test_values_are_written_out_only_so_often(self):
        client = self.connect()
        client.parse("SELECT length($1 || $1 || $1)", oids=(25,))
        client.bind(b"x" * MIB)
        client.execute()
        self.assertIn((b"D", struct.pack("!hi", 1, 7) + b"3145728"), client.sync())
        client.parse("SELECT " + ",".join(["$1"] * 1000), oids=(25,))
        client.bind(b"x" * MIB)
        self.assertEqual(self.state(client.sync()), "54000")
        # The thousand of them were never made.
        self.assertLess(self.most_memory(), 600 * MIB * MEMORY_FACTOR + QUARANTINE_BYTES)
        client.parse("SELECT " + ",".join(["$1"] * 500_001), oids=(25,))
        self.assertEqual(self.state(client.sync()), "54000")

    def test_very_many_parameters(self):
        client = self.connect()
        count = 65_535
        client.parse("SELECT id FROM items WHERE id IN (" + ",".join(f"${number}" for number in range(1, count + 1)) + ") AND id = $1::BIGINT")
        client.message(b"D", b"S\0")
        self.assertEqual([kind for kind, _ in client.sync()], [b"1", b"t", b"T", b"Z"])
        # 300,000 places of them, and the last says its type.
        client.parse("SELECT " + "+".join(f"${1 + number % count}" for number in range(100_000)) + f"+${count}::BIGINT", name="many")
        self.assertIn(self.state(client.sync()), (None, "54001"))


if __name__ == "__main__":
    unittest.main()
