"""auto_ack, ack_message, ack_timeout_ms, max_deliveries, message_id_field and ACKNOWLEDGE_MESSAGE, as client and as server."""

import json
import unittest

from laminar_process import LaminarTestCase
from websocket_peer import Client, FeedServer, free_port

MANUAL = "auto_ack = false, reconnect_interval_ms = 100"


def messages(count, **fields):
    return [json.dumps({"message_id": f"m{n}", "n": n, **fields}) for n in range(count)]


class ClientAcknowledgementTest(LaminarTestCase):
    def connection(self, server, options):
        return f"""CREATE CONNECTION feed TO websocket (endpoint = '{server.url()}', mode = 'client', format = 'json', {options});"""

    def test_the_pipeline_of_the_specification(self):
        script = """
            CREATE FUNCTION process_message(data) AS {'success': data ->> 'fine' = 'yes', 'text': data ->> 'text'};
            CREATE PIPELINE reliable_processor AS
            WITH processed AS (SELECT *, process_message(data) AS result FROM feed)
            SELECT ACKNOWLEDGE_MESSAGE(message_id) AS ack FROM processed WHERE result.success = true;
        """
        feed = [json.dumps({"message_id": f"m{n}", "data": {"fine": "yes" if n % 2 == 0 else "no", "text": "x"}})
                for n in range(10)]
        with FeedServer(feed) as server:
            laminar = self.start_script(self.connection(server, MANUAL) + script)
            received = [json.loads(text) for text in server.wait_for_messages(5)]
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        self.assertEqual(received, [{"type": "ack", "message_id": f"m{n}"} for n in range(0, 10, 2)])
        self.assertEqual(server.received[5:], [], "what was not processed successfully is not acknowledged")
        self.assertEqual(laminar.rows, [{"_stream": "reliable_processor", "ack": True}] * 5)

    def test_what_is_acknowledged_is_not_delivered_again(self):
        with FeedServer(messages(3)) as server:
            laminar = self.run_script(self.connection(server, MANUAL + ", ack_timeout_ms = 300") + """
                CREATE TABLE events (message_id TEXT, n INT) WITH (connector = 'feed');
                CREATE PIPELINE acknowledge AS SELECT ACKNOWLEDGE_MESSAGE(message_id) AS ack FROM events WHERE n <> 1;
                WAIT FOR events COUNT 5 TIMEOUT INTERVAL '60 seconds';
                SELECT n, delivery_count FROM events ORDER BY n, delivery_count;
                SELECT messages_acknowledged, messages_in_flight FROM system.websocket_connections;
                DROP CONNECTION feed CASCADE;
            """)
        rows = [row for row in laminar.rows if "_stream" not in row]
        self.assertEqual(rows[:5], [{"n": 0, "delivery_count": 1}, {"n": 1, "delivery_count": 1}, {"n": 1, "delivery_count": 2},
                                    {"n": 1, "delivery_count": 3}, {"n": 2, "delivery_count": 1}])
        self.assertEqual(rows[5], {"messages_acknowledged": 2, "messages_in_flight": 1})
        self.assertEqual([json.loads(text)["message_id"] for text in server.received], ["m0", "m2"])

    def test_after_max_deliveries_a_message_is_a_dead_letter(self):
        options = MANUAL + ", ack_timeout_ms = 200, max_deliveries = 3, dlq_enabled = true"
        with FeedServer(messages(1)) as server:
            laminar = self.run_script(self.connection(server, options) + """
                CREATE TABLE events (message_id TEXT, n INT) WITH (connector = 'feed');
                CREATE TABLE dead (error_type TEXT, error_message TEXT, message_id TEXT, delivery_count INT, data BYTEA)
                    WITH (connector = 'feed', stream = 'dlq');
                WAIT FOR dead COUNT 1 TIMEOUT INTERVAL '60 seconds';
                SELECT COUNT(*) AS deliveries, MAX(delivery_count) AS latest FROM events;
                SELECT error_type, message_id, delivery_count, decode(data) AS text FROM dead;
                SELECT error_type, message_id, delivery_count, message FROM system.dead_letters;
                SELECT messages_redelivered, dead_letters, messages_failed, messages_in_flight FROM system.websocket_connections;
                DROP CONNECTION feed CASCADE;
            """)
        text = messages(1)[0]
        self.assertEqual(laminar.rows, [
            {"deliveries": 3, "latest": 3},
            {"error_type": "not_acknowledged", "message_id": "m0", "delivery_count": 3, "text": text},
            {"error_type": "not_acknowledged", "message_id": "m0", "delivery_count": 3, "message": text},
            {"messages_redelivered": 2, "dead_letters": 1, "messages_failed": 1, "messages_in_flight": 0}])
        self.assertEqual(server.received, [])

    def test_messages_in_flight_are_bounded(self):
        with FeedServer(messages(30)) as server:
            laminar = self.run_script(self.connection(server, MANUAL + ", buffer_size = 10") + """
                CREATE TABLE events (message_id TEXT, n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 10 TIMEOUT INTERVAL '60 seconds';
                SELECT COUNT(*) AS rows FROM events;
                SELECT messages_in_flight FROM system.websocket_connections;
                SELECT COUNT(ACKNOWLEDGE_MESSAGE(message_id)) AS acknowledged FROM events;
                WAIT FOR events COUNT 20 TIMEOUT INTERVAL '60 seconds';
                SELECT COUNT(*) AS rows FROM events;
                DROP CONNECTION feed CASCADE;
            """)
            server.wait_for_messages(10)
        self.assertEqual(laminar.rows, [{"rows": 10}, {"messages_in_flight": 10}, {"acknowledged": 10}, {"rows": 20}])

    def test_ack_message_names_the_message_as_the_peer_wants_it(self):
        feed = [json.dumps({"meta": {"id": 'a "quoted" id'}, "n": 0}), json.dumps({"meta": {"id": 17}, "n": 1})]
        options = MANUAL + """, message_id_field = '$.meta.id', ack_message = JSON_OBJECT('op': 'done', 'ids': ['${message_id}'])"""
        with FeedServer(feed) as server:
            laminar = self.start_script(self.connection(server, options) + """
                CREATE PIPELINE acknowledge AS SELECT ACKNOWLEDGE_MESSAGE(message_id) AS ack, n FROM feed;
            """)
            received = [json.loads(text) for text in server.wait_for_messages(2)]
            laminar.interrupt()
            laminar.wait()
        self.assertEqual(received, [{"op": "done", "ids": ['a "quoted" id']}, {"op": "done", "ids": ["17"]}])

    def test_ack_message_counts_with_all_that_is_sent_in_the_session(self):
        options = """auto_ack = true, subscribe_message = JSON_OBJECT('id': NEXT_ID(), 'op': 'subscribe'),
            ack_message = JSON_OBJECT('id': NEXT_ID(), 'ack': '${message_id}'), reconnect_interval_ms = 20"""
        with FeedServer(messages(3)) as server:
            laminar = self.start_script(self.connection(server, options) + "CREATE TABLE events (message_id TEXT, n INT) WITH (connector = 'feed');")
            first = [json.loads(text) for text in server.wait_for_messages(4)]
            server.drop_clients()
            second = [json.loads(text) for text in server.wait_for_messages(8)[4:]]
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        for received in (first, second):
            self.assertEqual(received, [{"id": 1, "op": "subscribe"}] + [{"id": n + 2, "ack": f"m{n}"} for n in range(3)])

    def test_a_message_without_an_id_gets_one(self):
        with FeedServer([json.dumps({"n": 1}), json.dumps({"n": 2})]) as server:
            laminar = self.start_script(self.connection(server, MANUAL + ", ack_message = 'ok ${message_id}'") + """
                CREATE PIPELINE acknowledge AS SELECT ACKNOWLEDGE_MESSAGE(message_id) AS ack, n FROM feed;
            """)
            received = server.wait_for_messages(2)
            laminar.interrupt()
            laminar.wait()
        self.assertEqual(received, ["ok feed-1", "ok feed-2"])

    def test_rows_that_fail_are_not_acknowledged(self):
        feed = [json.dumps({"message_id": "good", "n": "1"}), json.dumps({"message_id": "bad", "n": "one"}),
                json.dumps({"message_id": "better", "n": "2"})]
        with FeedServer(feed) as server:
            laminar = self.start_script(self.connection(server, MANUAL) + """
                CREATE TABLE events (message_id TEXT, n TEXT) WITH (connector = 'feed');
                CREATE PIPELINE acknowledge AS SELECT CAST(n AS INTEGER) AS n, ACKNOWLEDGE_MESSAGE(message_id) AS ack FROM events;
            """)
            received = [json.loads(text)["message_id"] for text in server.wait_for_messages(2)]
            laminar.interrupt()
            laminar.wait()
        self.assertEqual(received, ["good", "better"])
        self.assertEqual(server.received[2:], [])

    def test_automatic_acknowledgement_follows_processing(self):
        options = "ack_message = JSON_OBJECT('ack': '${message_id}')"
        feed = messages(3) + ["broken"] + messages(1, extra="again")
        with FeedServer(feed) as server:
            laminar = self.start_script(self.connection(server, options) + """
                CREATE TABLE events (message_id TEXT, n INT) WITH (connector = 'feed');
            """)
            received = [json.loads(text) for text in server.wait_for_messages(4)]
            laminar.interrupt()
            self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        self.assertEqual(received, [{"ack": "m0"}, {"ack": "m1"}, {"ack": "m2"}, {"ack": "m0"}])
        self.assertEqual(server.received[4:], [])

    def test_without_ack_message_nothing_is_sent(self):
        with FeedServer(messages(5)) as server:
            self.run_script(self.connection(server, "reconnect = true") + """
                CREATE TABLE events (message_id TEXT, n INT) WITH (connector = 'feed');
                WAIT FOR events COUNT 5 TIMEOUT INTERVAL '60 seconds';
                DROP CONNECTION feed CASCADE;
            """)
        self.assertEqual(server.received, [])


class ServerAcknowledgementTest(LaminarTestCase):
    def script(self, port, options):
        return f"""
            CREATE CONNECTION hub TO websocket (mode = 'server', port = {port}, format = 'json', {options});
            CREATE TABLE events (message_id TEXT, n INT) WITH (connector = 'hub');
        """

    def start(self, options, statements):
        port = free_port()
        laminar = self.start_script(self.script(port, options) + statements, "--log-level", "info")
        laminar.stderr.wait_for(lambda line: "listening on" in line, "listening server")
        return laminar, f"ws://127.0.0.1:{port}/"

    def test_each_client_gets_the_acknowledgements_of_its_own_messages(self):
        laminar, url = self.start("auto_ack = false", """
            CREATE PIPELINE acknowledge AS SELECT ACKNOWLEDGE_MESSAGE(message_id) AS ack FROM events;""")
        with Client(url) as first, Client(url) as second:
            first.send(json.dumps({"message_id": "a", "n": 1}))
            second.send(json.dumps({"message_id": "b", "n": 2}), json.dumps({"message_id": "c", "n": 3}))
            self.assertEqual([json.loads(text)["message_id"] for text in first.receive(1)], ["a"])
            self.assertEqual([json.loads(text)["message_id"] for text in second.receive(2)], ["b", "c"])
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_automatic_acknowledgement(self):
        laminar, url = self.start("ack_message = JSON_OBJECT('ok': '${message_id}')", "")
        with Client(url) as client:
            client.send(*messages(3))
            self.assertEqual([json.loads(text) for text in client.receive(3)], [{"ok": f"m{n}"} for n in range(3)])
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_automatic_acknowledgement_waits_for_every_reader(self):
        laminar, url = self.start("ack_message = 'ack ${message_id}'", """
            CREATE PIPELINE slow AS SELECT n FROM hub WHERE n >= 0;
            PAUSE PIPELINE slow;
            SELECT 'ready' AS state;
            WAIT FOR events COUNT 3 TIMEOUT INTERVAL '60 seconds';
            SELECT messages_acknowledged, messages_in_flight FROM system.websocket_connections;
            RESUME PIPELINE slow;""")
        laminar.stdout.wait_for(lambda line: "ready" in line, "paused pipeline")
        with Client(url) as client:
            client.send(*messages(3))
            laminar.stdout.wait_for(lambda line: '"messages_acknowledged":0,"messages_in_flight":3' in line, "unacknowledged messages")
            self.assertEqual(client.receive(3), [f"ack m{n}" for n in range(3)])
            # Once for each message, however many read it: the next acknowledgement is that of the next message.
            client.send(json.dumps({"message_id": "next", "n": 9}))
            self.assertEqual(client.receive(1), ["ack next"])
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)

    def test_redelivery_outlives_the_client(self):
        laminar, url = self.start("auto_ack = false, ack_timeout_ms = 200, max_deliveries = 2, dlq_enabled = true", """
            CREATE TABLE errors (error_type TEXT, client_id TEXT) WITH (connector = 'hub', stream = 'errors');
            CREATE TABLE dead (message_id TEXT, delivery_count INT, data BYTEA) WITH (connector = 'hub', stream = 'dlq');
            CREATE PIPELINE shown AS SELECT n, delivery_count FROM events;
            CREATE PIPELINE shown_errors AS SELECT error_type, client_id FROM errors;
            CREATE PIPELINE shown_dead AS SELECT message_id, delivery_count, decode(data)::JSON ->> '$.n' AS n FROM dead;""")
        with Client(url) as client:
            client.send(json.dumps({"message_id": "a", "n": 1}))
        laminar.stdout.wait_for(lambda line: "not_acknowledged" in line, "message that was given up")
        laminar.stdout.wait_for(lambda line: "shown_dead" in line, "dead letter")
        laminar.interrupt()
        self.assertEqual(laminar.wait(), 0, laminar.stderr.text)
        self.assertEqual(sorted(laminar.rows, key=lambda row: row["_stream"]), [
            {"_stream": "shown", "n": 1, "delivery_count": 1}, {"_stream": "shown", "n": 1, "delivery_count": 2},
            {"_stream": "shown_dead", "message_id": "a", "delivery_count": 2, "n": "1"},
            {"_stream": "shown_errors", "error_type": "not_acknowledged", "client_id": "c1"}])


if __name__ == "__main__":
    unittest.main()
