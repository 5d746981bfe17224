"""The option accept of tables: several kinds of messages on one connection, each for a table of its own."""

import json
import unittest

from laminar_process import LaminarTestCase
from websocket_peer import Client, FeedServer

ROUNDS = 400


def trade(n):
    return json.dumps({"type": "trade", "id": n, "price": n / 4})


def book(n):
    return json.dumps({"levels": [[n, 1.5], [n + 1, 2]], "id": n, "type": "book"})


def status(n):
    return json.dumps({"id": str(n), "data": {"kind": "status", "text": f'"{n}" {{'}})


def heartbeat(n):
    return json.dumps({"type": "heartbeat", "at": n})


class AcceptTest(LaminarTestCase):
    def test_three_kinds_of_messages_are_three_tables(self):
        feed = [make(n) for n in range(ROUNDS) for make in (heartbeat, trade, book, status)]
        with FeedServer(feed) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', dlq_enabled = true);
                CREATE TABLE trades (id INT NOT NULL, price DOUBLE NOT NULL) WITH (connector = 'feed', accept = MAP {{'$.type': 'trade'}});
                CREATE TABLE books (id INT NOT NULL, levels DOUBLE[][] NOT NULL)
                    WITH (connector = 'feed', accept = MAP {{'$.type': ['book', 'snapshot'], '$.levels': EXISTS}});
                CREATE TABLE statuses (id TEXT NOT NULL, text TEXT NOT NULL WITH (json_path = '$.data.text'))
                    WITH (connector = 'feed', accept = MAP {{'$.data.kind': 'status'}});
                WAIT FOR statuses COUNT {ROUNDS} TIMEOUT INTERVAL '60 seconds';
                SELECT * FROM trades;
                SELECT * FROM books;
                SELECT * FROM statuses;
                SELECT messages_received, messages_failed, dead_letters, errors, messages_unmatched FROM system.websocket_connections;
                DROP CONNECTION feed CASCADE;
            """)
        rows = laminar.rows
        self.assertEqual(rows[:ROUNDS], [{"id": n, "price": n / 4} for n in range(ROUNDS)])
        self.assertEqual(rows[ROUNDS:2 * ROUNDS], [{"id": n, "levels": [[n, 1.5], [n + 1, 2]]} for n in range(ROUNDS)])
        self.assertEqual(rows[2 * ROUNDS:3 * ROUNDS], [{"id": str(n), "text": f'"{n}" {{'} for n in range(ROUNDS)])
        self.assertEqual(rows[3 * ROUNDS], {"messages_received": 4 * ROUNDS, "messages_failed": 0, "dead_letters": 0, "errors": 0,
                                            "messages_unmatched": ROUNDS})
        self.assertRegex(laminar.stderr.text, r"unmatched, 0 sent")

    def check_start(self, form, column, messages, start, equal, expected):
        with FeedServer(messages) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = '{form}');
                CREATE TABLE events ({column}) WITH (connector = 'feed', accept = MAP {{{start}}});
                CREATE TABLE others ({column}) WITH (connector = 'feed', accept = MAP {{{equal}}});
                WAIT FOR events COUNT 2 TIMEOUT INTERVAL '60 seconds';
                WAIT FOR others COUNT 1 TIMEOUT INTERVAL '60 seconds';
                SELECT * FROM events;
                SELECT COUNT(*) AS others FROM others;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(laminar.rows, expected + [{"others": 1}])

    def test_texts_are_told_apart_by_how_they_begin(self):
        messages = ['42["trade",1]', "2", '42["trade",2]', '40{"sid":1}']
        self.check_start("text", "message TEXT", messages, "'message': STARTS_WITH('42[')", "'message': ['2', '3']",
                         [{"message": messages[0]}, {"message": messages[2]}])

    def test_bytes_are_told_apart_by_how_they_begin(self):
        messages = [b"\x00\xfftrade", b"\x01other", b"\x00\xff", b"\x00"]
        self.check_start("binary", "data BYTEA", messages, "'data': STARTS_WITH('\\x00\\xFF')", "'data': ['\\x01other', 'x']",
                         [{"data": "AP90cmFkZQ=="}, {"data": "AP8="}])

    def test_clients_of_a_server_are_told_apart(self):
        laminar = self.start_script("""
            CREATE CONNECTION hub TO websocket (port = 0, mode = 'server', format = 'json');
            CREATE TABLE first_of_them (n INT) WITH (connector = 'hub', accept = MAP {'client_id': 'c1'});
            CREATE TABLE others (n INT) WITH (connector = 'hub', accept = MAP {'client_id': STARTS_WITH('c'), '$.n': [2, 3]});
            WAIT FOR hub TIMEOUT INTERVAL '60 seconds';
            SELECT port FROM system.websocket_connections;
            WAIT FOR first_of_them COUNT 1 TIMEOUT INTERVAL '60 seconds';
            WAIT FOR others COUNT 2 TIMEOUT INTERVAL '60 seconds';
            SELECT n FROM first_of_them;
            SELECT n FROM others ORDER BY n;
            DROP CONNECTION hub CASCADE;
        """)
        port = json.loads(laminar.stdout.wait_for(lambda line: "port" in line, "port"))["port"]
        with Client(f"ws://127.0.0.1:{port}/") as first:
            first.send(json.dumps({"n": 3}))
            with Client(f"ws://127.0.0.1:{port}/") as second:
                second.send(json.dumps({"n": 1}))
                second.send(json.dumps({"n": 2}))
                self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        self.assertEqual(laminar.rows[1:], [{"n": 3}, {"n": 2}, {"n": 3}])

    def test_what_no_table_takes_is_acknowledged(self):
        feed = [json.dumps({"message_id": f"m{n}", "type": "trade" if n % 2 else "other", "n": n}) for n in range(6)]
        with FeedServer(feed) as server:
            laminar = self.start_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json',
                    ack_message = JSON_OBJECT('ack': '${{message_id}}'));
                CREATE TABLE trades (n INT) WITH (connector = 'feed', accept = MAP {{'$.type': 'trade'}});
            """)
            received = [json.loads(text) for text in server.wait_for_messages(6)]
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        self.assertEqual(sorted(message["ack"] for message in received), [f"m{n}" for n in range(6)])

    def test_where_queries_acknowledge_what_no_table_takes_is_not_in_flight(self):
        feed = [json.dumps({"message_id": f"m{n}", "type": "trade" if n == 2 else "other", "n": n}) for n in range(3)]
        with FeedServer(feed) as server:
            laminar = self.run_script(f"""
                CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', auto_ack = false,
                    ack_timeout_ms = 200, max_deliveries = 2, dlq_enabled = true);
                CREATE TABLE trades (n INT) WITH (connector = 'feed', accept = MAP {{'$.type': 'trade'}});
                CREATE TABLE dead (message_id TEXT) WITH (connector = 'feed', stream = 'dlq');
                WAIT FOR dead COUNT 1 TIMEOUT INTERVAL '60 seconds';
                SELECT message_id FROM dead;
                SELECT messages_in_flight, dead_letters, messages_unmatched FROM system.websocket_connections;
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(laminar.rows, [{"message_id": "m2"}, {"messages_in_flight": 0, "dead_letters": 1, "messages_unmatched": 2}])


if __name__ == "__main__":
    unittest.main()
