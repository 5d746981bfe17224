"""Changes as Debezium writes them (format = 'debezium_json'): rows that come, change and go."""

import json
import unittest

from laminar_process import LaminarTestCase, run
from websocket_peer import FeedServer, Server


def change(op, before=None, after=None, **more):
    return {"before": before, "after": after, "op": op, "ts_ms": 1767225600123, "source": {"table": "orders", "lsn": 5}, **more}


CHANGES = [
    change("r", after={"id": 1, "customer": "a", "total": 10}),
    change("c", after={"id": 2, "customer": "b", "total": 5}),
    {"schema": {"type": "struct"}, "payload": change("u", {"id": 1, "customer": "a", "total": 10}, {"id": 1, "customer": "a", "total": 30})},
    change("c", after={"id": 3, "customer": "b", "total": 7}),
    change("d", {"id": 2, "customer": "b", "total": 5}),
    None,
    change("m"),
    {"schema": None, "payload": None},
    change("u", None, {"id": 3, "customer": "c", "total": 8}),
]
TABLE = "CREATE TABLE orders (id INT PRIMARY KEY, customer TEXT, total INT) WITH (connector = 'feed');"


class DebeziumTest(LaminarTestCase):
    def connection(self, url, more=""):
        return f"CREATE CONNECTION feed TO websocket (endpoint = '{url}', mode = 'client', format = 'debezium_json'{more});"

    def run_feed(self, messages, script, more=""):
        with FeedServer([message if isinstance(message, str) else json.dumps(message) for message in messages]) as server:
            return self.run_script(f"{self.connection(server.url(), more)} {script} DROP CONNECTION feed CASCADE;").rows

    def test_a_table_is_what_its_changes_have_come_to(self):
        rows = self.run_feed(CHANGES, f"""{TABLE}
            WAIT FOR orders COUNT 6 TIMEOUT INTERVAL '100 seconds';
            SELECT * FROM orders ORDER BY id;
            SELECT customer, total FROM orders WHERE id = 3;
            SELECT COUNT(*) AS n, SUM(total) AS total FROM orders;
            SELECT messages_failed, errors FROM system.connections;""")
        self.assertEqual(rows, [{"id": 1, "customer": "a", "total": 30}, {"id": 3, "customer": "c", "total": 8}, {"customer": "c", "total": 8},
                                {"n": 2, "total": 38}, {"messages_failed": 0, "errors": 0}])

    def test_what_reads_it_changes_with_it(self):
        rows = self.run_feed(CHANGES, f"""{TABLE}
            CREATE TABLE copy (id INT PRIMARY KEY, customer TEXT, total INT);
            CREATE TABLE sums (customer TEXT PRIMARY KEY, n BIGINT, total BIGINT);
            CREATE TABLE large (id INT PRIMARY KEY, total INT);
            CREATE PIPELINE copies AS INSERT INTO copy SELECT * FROM orders;
            CREATE PIPELINE adding AS INSERT INTO sums SELECT customer, COUNT(*), SUM(total) FROM orders GROUP BY customer;
            CREATE PIPELINE filtering AS INSERT INTO large SELECT id, total FROM orders WHERE total > 9;
            WAIT FOR copies READ COUNT 6 TIMEOUT INTERVAL '100 seconds';
            WAIT FOR adding READ COUNT 6 TIMEOUT INTERVAL '100 seconds';
            WAIT FOR filtering READ COUNT 6 TIMEOUT INTERVAL '100 seconds';
            SELECT * FROM copy ORDER BY id; SELECT * FROM sums ORDER BY customer; SELECT * FROM large;
            DROP PIPELINE copies; DROP PIPELINE adding; DROP PIPELINE filtering;""")
        self.assertEqual(rows, [{"id": 1, "customer": "a", "total": 30}, {"id": 3, "customer": "c", "total": 8},
                                {"customer": "a", "n": 1, "total": 30}, {"customer": "c", "n": 1, "total": 8}, {"id": 1, "total": 30}])

    def test_a_stream_is_joined_to_it_and_changes_leave_as_they_came(self):
        with Server() as outlet:
            rows = self.run_feed(CHANGES, f"""{TABLE}
                CREATE CONNECTION out TO websocket (endpoint = '{outlet.url()}', mode = 'client', format = 'debezium_json');
                CREATE TABLE sent (customer TEXT, total BIGINT) WITH (connector = 'out', mode = 'sink');
                CREATE PIPELINE p AS INSERT INTO sent SELECT customer, SUM(total) FROM orders GROUP BY customer;
                WAIT FOR p READ COUNT 6 TIMEOUT INTERVAL '100 seconds';
                DROP PIPELINE p; DROP CONNECTION out CASCADE;""")
            self.assertEqual(rows, [])
            state = {}
            for message in map(json.loads, outlet.wait_for_messages(2)):
                for row in filter(None, [message["before"]]):
                    state.pop(row["customer"])
                for row in filter(None, [message["after"]]):
                    state[row["customer"]] = row["total"]
                self.assertIn(message["op"], "cud")
            self.assertEqual(state, {"a": 30, "c": 8})

    def test_several_tables_and_what_stands_beside_the_row(self):
        messages = [change("c", after={"id": 1, "total": 4}), json.dumps(change("c", after={"id": 9, "name": "x"}, source={"table": "people"})) + "\n"
                    + json.dumps([change("d", {"id": 1, "total": 4}), change("c", after={"id": 2, "total": 6})])]
        rows = self.run_feed(messages, """
            CREATE TABLE orders (id INT PRIMARY KEY, total INT, at TIMESTAMP WITH (message_path = '$.ts_ms', time_unit = 'ms'))
                WITH (connector = 'feed', accept = MAP {'$.source.table': 'orders'});
            CREATE TABLE people (id INT, name TEXT, PRIMARY KEY (id)) WITH (connector = 'feed', accept = MAP {'$.source.table': 'people'});
            WAIT FOR orders COUNT 3 TIMEOUT INTERVAL '100 seconds'; WAIT FOR people COUNT 1 TIMEOUT INTERVAL '100 seconds';
            SELECT * FROM orders; SELECT * FROM people; SELECT messages_failed, messages_unmatched FROM system.connections;""")
        self.assertEqual(rows, [{"id": 2, "total": 6, "at": "2026-01-01T00:00:00.123Z"}, {"id": 9, "name": "x"},
                                {"messages_failed": 0, "messages_unmatched": 0}])

    def test_windows(self):
        """None closes: by a column they group, and change; what needs event time is refused at its place."""
        times = [f"2024-01-01T00:0{minute}:10Z" for minute in range(3)]
        changes = [change("c", after={"id": 1, "at": times[0]}), change("c", after={"id": 2, "at": times[0]}),
                   change("u", {"id": 1, "at": times[0]}, {"id": 1, "at": times[1]}), change("d", {"id": 2, "at": times[0]})]
        table = "CREATE TABLE moments (id INT PRIMARY KEY, at TIMESTAMP) WITH (connector = 'feed');"
        rows = self.run_feed(changes, f"""{table}
            CREATE TABLE counts (start TIMESTAMP PRIMARY KEY, n BIGINT);
            CREATE PIPELINE counting AS INSERT INTO counts SELECT w.start, n FROM (SELECT TUMBLE(at, INTERVAL '1 minute') AS w, COUNT(*) AS n FROM moments GROUP BY w);
            WAIT FOR moments COUNT 4 TIMEOUT INTERVAL '100 seconds';
            SELECT CAST(start AS TEXT) AS start, n FROM counts;""")
        self.assertEqual(rows, [{"start": "2024-01-01 00:01:00", "n": 1}])
        for window, message in (("TUMBLE(INTERVAL '1 minute')", "TUMBLE needs a time column here"), ("SESSION(at, INTERVAL '1 minute')", "SESSION cannot be taken over rows that change"),
                                ("HOP(at, INTERVAL '1 minute', INTERVAL '2 minutes')", "HOP cannot be taken over rows that change")):
            checked = run("check", "-", stdin=f"{self.connection('ws://127.0.0.1:1/')}\n{table}\nCREATE PIPELINE w AS SELECT COUNT(*) AS n FROM moments\nGROUP BY {window};")
            self.assertEqual(checked.exit_code, 1)
            self.assertIn(message, checked.stdout.text)
            self.assertIn(":4:10: error", checked.stdout.text)
            self.assertIn("hint: ", checked.stdout.text)

    def test_what_is_no_change_is_an_error(self):
        messages = [change("t"), change("x", after={"id": 1}), change("d"), change("u", {"id": 1}), {"hello": 1}, "{broken",
                    change("c", after={"id": None, "total": 1}), change("c", after={"id": 5, "total": 1})]
        rows = self.run_feed(messages, f"""{TABLE}
            CREATE TABLE errors (error_type TEXT, error_message TEXT) WITH (connector = 'feed', stream = 'errors');
            WAIT FOR orders COUNT 1 TIMEOUT INTERVAL '100 seconds'; WAIT FOR errors COUNT 7 TIMEOUT INTERVAL '100 seconds';
            SELECT * FROM errors; SELECT id FROM orders;""")
        self.assertEqual([row["error_type"] for row in rows[:-1]], ["invalid_change"] * 4 + ["missing_field", "invalid_json", "missing_field"])
        for row, says in zip(rows, ("truncation", '"x" is no op', 'deletion (op = "d") has no row in "before"', 'has no row in "after"', "$.change")):
            self.assertIn(says, row["error_message"])
        self.assertEqual(rows[-1], {"id": 5})

    def test_what_such_a_table_needs(self):
        for table, says in (("CREATE TABLE t (id INT) WITH (connector = 'feed')", "has no PRIMARY KEY"),
                            ("CREATE TABLE t (id INT PRIMARY KEY) WITH (connector = 'feed', rows = '$.x')", 'option "rows" does not apply'),
                            ("CREATE TABLE t (id INT PRIMARY KEY, at TIMESTAMP, WATERMARK FOR at) WITH (connector = 'feed')", "no event time"),
                            (TABLE + " CREATE PIPELINE p AS SELECT COUNT(*) FROM orders GROUP BY TUMBLE(INTERVAL '1 minute')", "orders")):
            with self.subTest(table):
                checked = run("check", "-", stdin=f"{self.connection('ws://127.0.0.1:1/')} {table};")
                self.assertEqual(checked.exit_code, 1, checked.stdout.text)
                self.assertIn(says, checked.stdout.text)


if __name__ == "__main__":
    unittest.main()
